"""Relevance (专业对口) of a student to a post: the weighted mean of the terms that are known."""

from __future__ import annotations

from dataclasses import dataclass, fields

from matching.errors import NumberOutOfRangeError
from matching.scores.reasons import Reason
from matching.scores.terms import major_term, occupation_term, region_term, skills_term

# Outside of these a product with a term's value, or the sum of the weights, is no longer exact.
_LEAST, _MOST = 1e-100, 1e100


@dataclass(frozen=True, slots=True)
class StudentProfile:
    """What relevance may know of a student: the allow-list, never a personal trait."""

    major: str = ""
    occupations: tuple[str, ...] = ()
    skills: frozenset[str] = frozenset()
    region: str = ""


@dataclass(frozen=True, slots=True)
class PostProfile:
    """What a post asks: majors (6 digits), classes (4) or groups (2), and its own features."""

    majors: tuple[str, ...] = ()
    occupation: str = ""
    skills: frozenset[str] = frozenset()
    region: str = ""


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of the terms, any non-negative unit; only their ratio counts.

    Raises: NumberOutOfRangeError for a weight that is neither 0 nor in 1e-100..1e100, and where
    all are 0.
    """

    major: float = 0.5
    occupation: float = 0.25
    skills: float = 0.15
    region: float = 0.1

    def __post_init__(self) -> None:
        named = [(name, getattr(self, name)) for name in (one.name for one in fields(self))]
        for name, weight in named:
            if weight != 0 and not _LEAST <= weight <= _MOST:
                wanted = f"0, {_LEAST}..{_MOST}"
                raise NumberOutOfRangeError(name=name, wanted=wanted, given=weight)
        if not any(weight for _, weight in named):
            said = " + ".join(name for name, _ in named)
            raise NumberOutOfRangeError(name=said, wanted="> 0", given=0)


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a relevance; value is None where a side states nothing (it then has no say)."""

    name: str
    value: float | None
    weight: float
    reason: Reason


@dataclass(frozen=True, slots=True)
class Relevance:
    """Weighted mean of the known terms; evidence is the share of the weight that was known."""

    score: float
    evidence: float
    terms: tuple[Term, ...]


def relevance(
    student: StudentProfile, post: PostProfile, weights: Weights | None = None
) -> Relevance:
    """Relevance (专业对口) of a student to a post, with a reason for every term.

    Args:
        student: major, occupations it leads to, skills, region; any of them may be empty.
        post: majors asked for, occupation, skills asked for, region; any of them may be empty.
        weights: weights of the terms; a term on which a side is silent has no say.

    Returns:
        score in [0, 1] (0 where nothing is known), evidence in [0, 1], four terms in the order
        major, occupation, skills, region.

    Raises:
        MalformedCodeError: a code of no known form.

    Cost: O(majors asked + occupations + skills), about 10 us.

    Steps: 1. each term by itself; 2. mean of the known terms by weight.

    >>> found = relevance(StudentProfile(major="610105"), PostProfile(majors=("410104",)))
    >>> found.score, found.evidence, found.terms[0].reason.code
    (0.8, 0.5, 'major.class')
    """
    chosen = weights or Weights()
    terms = (
        Term("major", *_weighted(major_term(student.major, post.majors), chosen.major)),
        Term(
            "occupation",
            *_weighted(occupation_term(student.occupations, post.occupation), chosen.occupation),
        ),
        Term("skills", *_weighted(skills_term(student.skills, post.skills), chosen.skills)),
        Term("region", *_weighted(region_term(student.region, post.region), chosen.region)),
    )
    known = [(term.value, term.weight) for term in terms if term.value is not None]
    total = sum(weight for _, weight in known)
    score = sum(value * weight for value, weight in known) / total if total else 0.0
    return Relevance(score, total / sum(term.weight for term in terms), terms)


def _weighted(
    found: tuple[float | None, Reason], weight: float
) -> tuple[float | None, float, Reason]:
    return found[0], weight, found[1]
