"""Relevance of many wishes at once: each distinct pair of values is judged once, then spread."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from matching.scores import (
    Reason,
    Weights,
    major_term,
    occupation_term,
    region_term,
    skills_term,
)

TERMS = ("major", "occupation", "skills", "region")

S = TypeVar("S")
P = TypeVar("P")
Judged = tuple[float | None, Reason]


@dataclass(frozen=True, slots=True)
class Coded(Generic[S]):
    """A column of values: the distinct ones and, per row, which of them stands there."""

    values: Sequence[S]
    codes: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class StudentColumns:
    """What relevance may know of students: (n,) each; never a personal trait."""

    majors: Coded[str]
    occupations: Sequence[tuple[str, ...]]  # per distinct major, where the major leads
    skills: Coded[frozenset[str]]
    regions: Coded[str]


@dataclass(frozen=True, slots=True)
class PostColumns:
    """What posts ask: (m,) each."""

    majors: Coded[tuple[str, ...]]
    occupations: Coded[str]
    skills: Coded[frozenset[str]]
    regions: Coded[str]


@dataclass(frozen=True, slots=True)
class TermReason:
    """One distinct value of a term with its reason; value None where a side states nothing."""

    term: str
    value: float | None
    reason: Reason


@dataclass(frozen=True, slots=True)
class Relevances:
    """Relevance of e wishes.

    Attributes:
        scores: (e,) float64 in [0, 1].
        reasons: (e, 4) int32, numbers into `legend`, terms in the order of `TERMS`.
        legend: each distinct term with its reason, once.
    """

    scores: NDArray[np.float64]
    reasons: NDArray[np.int32]
    legend: list[TermReason]


def score_wishes(
    students: StudentColumns,
    posts: PostColumns,
    *,
    owner: NDArray[np.int64],
    post: NDArray[np.int64],
    weights: Weights | None = None,
) -> Relevances:
    """Return what `matching.scores.relevance` says of every wish, with each reason kept once.

    Args:
        students: columns of n students.
        posts: columns of m posts.
        owner: (e,) student of each wish, 0..n-1.
        post: (e,) post of each wish, 0..m-1.
        weights: of the terms, as in `matching.scores`.

    Raises:
        MalformedCodeError: a code of no known form.

    Cost: O(e log e) plus one judgement per distinct pair of values.

    Steps: 1. per term, the distinct pairs of a student's and a post's value; 2. the term of each
    pair; 3. the mean of the known terms by weight, spread over the wishes.
    """
    chosen = weights or Weights()
    legend = _Legend()
    judged = [
        _judge_majors(students.majors, posts.majors, (owner, post), legend=legend),
        _judge_pairs(
            "occupation",
            (students.majors.codes[owner], posts.occupations.codes[post]),
            lambda a, b: occupation_term(students.occupations[a], posts.occupations.values[b]),
            legend=legend,
        ),
        _judge_skills(students.skills, posts.skills, (owner, post), legend=legend),
        _judge_pairs(
            "region",
            (students.regions.codes[owner], posts.regions.codes[post]),
            lambda a, b: region_term(students.regions.values[a], posts.regions.values[b]),
            legend=legend,
        ),
    ]
    numbers = np.stack(judged, axis=1)
    values = np.array([np.nan if one.value is None else one.value for one in legend.reasons])
    values = values[numbers] if values.size else np.empty(numbers.shape)
    weight = np.array([chosen.major, chosen.occupation, chosen.skills, chosen.region])
    known = ~np.isnan(values)
    total = (known * weight).sum(axis=1)
    summed = (np.where(known, values, 0.0) * weight).sum(axis=1)
    scores = np.divide(summed, total, out=np.zeros_like(summed), where=total > 0)
    return Relevances(scores, numbers, legend.reasons)


@dataclass(slots=True)
class _Legend:
    """Distinct reasons, numbered as they come."""

    reasons: list[TermReason] = field(default_factory=list[TermReason])
    known: dict[tuple[object, ...], int] = field(default_factory=dict[tuple[object, ...], int])

    def number(self, term: str, judged: Judged) -> int:
        """Return the number of a reason; a new one joins."""
        value, reason = judged
        key = (term, value, reason.code, *reason.facts.items())
        number = self.known.setdefault(key, len(self.reasons))
        if number == len(self.reasons):
            self.reasons.append(TermReason(term, value, reason))
        return number


Codes = tuple[NDArray[np.int64], NDArray[np.int64]]


def _judge_pairs(
    term: str, pairs: Codes, judge: Callable[[int, int], Judged], *, legend: _Legend
) -> NDArray[np.int32]:
    """Return the number of a term's reason for every pair of codes."""
    own, asked = pairs
    width = int(asked.max()) + 1 if asked.size else 1
    distinct, inverse = np.unique(own * width + asked, return_inverse=True)
    numbers = [legend.number(term, judge(*divmod(pair, width))) for pair in distinct.tolist()]
    return np.array(numbers, dtype=np.int32)[inverse]


def _judge_majors(
    own: Coded[str], asked: Coded[tuple[str, ...]], wishes: Codes, *, legend: _Legend
) -> NDArray[np.int32]:
    """As `_judge_pairs` for majors: of several majors asked for, the first nearest one counts."""
    single, slots = _spread_sets(asked.values)
    if not single:
        nothing = ("",)
        single, slots = nothing, np.zeros((len(asked.values), 1), dtype=np.int64)
    pair_own = np.repeat(own.codes[wishes[0]], slots.shape[1])
    pair_code = slots[asked.codes[wishes[1]]].reshape(-1)
    numbers = np.full(pair_code.size, -1, dtype=np.int32)
    stated = pair_code >= 0
    numbers[stated] = _judge_pairs(
        "major",
        (pair_own[stated], pair_code[stated]),
        lambda a, b: major_term(own.values[a], [single[b]] if single[b] else []),
        legend=legend,
    )
    unstated = legend.number("major", major_term("", []))
    values = np.array([-1.0 if one.value is None else one.value for one in legend.reasons])
    grid = numbers.reshape(-1, slots.shape[1])
    # A slot beyond the list loses to a major of another catalogue, which loses to any value.
    best = np.where(grid < 0, -2.0, values[grid]).argmax(axis=1)
    found = grid[np.arange(grid.shape[0]), best]
    return np.where(found < 0, unstated, found).astype(np.int32)


def _judge_skills(
    own: Coded[frozenset[str]], asked: Coded[frozenset[str]], wishes: Codes, *, legend: _Legend
) -> NDArray[np.int32]:
    """As `_judge_pairs` for skills: a reason depends on the post and on which skills match."""
    asked_lists = [tuple(sorted(skills)) for skills in asked.values]
    single, slots = _spread_sets(asked_lists)
    folded = [fold_skill(skill) for skill in single]
    numbered = {name: place for place, name in enumerate(dict.fromkeys(folded))}
    to_folded = np.array([*(numbered[name] for name in folded), -1], dtype=np.int64)
    width = len(numbered) + 1
    has = [
        who * width + numbered[name]
        for who, skills in enumerate(own.values)
        for name in {fold_skill(skill) for skill in skills} & numbered.keys()
    ]
    wanted = to_folded[slots[asked.codes[wishes[1]]]]
    looked = own.codes[wishes[0]][:, None] * width + wanted
    matched = np.isin(looked, np.array(has, dtype=np.int64)) & (wanted >= 0)
    mask = matched @ (1 << np.arange(slots.shape[1], dtype=np.int64))

    def judge(post: int, bits: int) -> Judged:
        skills = asked_lists[post]
        held = frozenset(skill for place, skill in enumerate(skills) if bits >> place & 1)
        return skills_term(held, frozenset(skills))

    return _judge_pairs("skills", (asked.codes[wishes[1]], mask), judge, legend=legend)


def _spread_sets(rows: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Return the distinct members of all rows, and per row their codes, -1 beyond its end."""
    known: dict[str, int] = {}
    longest = max((len(row) for row in rows), default=0)
    slots = np.full((len(rows), longest), -1, dtype=np.int64)
    for place, row in enumerate(rows):
        slots[place, : len(row)] = [known.setdefault(one, len(known)) for one in row]
    return tuple(known), slots


def fold_skill(text: str) -> str:
    """Return a skill as skills are compared: width and case do not count."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def encode_column(rows: Sequence[P]) -> Coded[P]:
    """Return `rows` as distinct values and codes.

    >>> encode_column(["b", "a", "b"]).codes.tolist()
    [0, 1, 0]
    """
    known: dict[P, int] = {}
    codes = np.array([known.setdefault(row, len(known)) for row in rows], dtype=np.int64)
    return Coded(list(known), codes)
