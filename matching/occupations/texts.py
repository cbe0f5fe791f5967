"""Majors and occupations as texts, and how alike they are by character n-grams and words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.scores.codes import parse_occupation

Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class MajorText:
    """A major as its code, its name and the names of its courses."""

    code: str
    name: str
    courses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OccupationText:
    """A minor group (小类) of occupations: its name, and each member's name and description."""

    code: str
    name: str
    members: tuple[tuple[str, str], ...]


def gather_minor_groups(
    rows: Iterable[tuple[str, str, str, str]],
) -> tuple[OccupationText, ...]:
    """Gather the rows of 职业分类大典 into minor groups, in the order of their codes.

    Args:
        rows: (code, level, name, description) with level 1-4; levels 1 and 2 are left out.

    Raises:
        MalformedCodeError: a code of no known form.

    Cost: O(rows).

    >>> rows = [("6-06-01-00", "3", "木材加工人员", ""), ("6-06-01-01", "4", "制材工", "锯木")]
    >>> gather_minor_groups(rows)[0].members
    (('制材工', '锯木'),)
    """
    names: dict[str, str] = {}
    members: dict[str, list[tuple[str, str]]] = {}
    for code, level, name, description in rows:
        if level not in {"3", "4"}:
            continue
        minor = "-".join(parse_occupation(code)[:3])
        members.setdefault(minor, [])
        if level == "3":
            names[minor] = name
        else:
            members[minor].append((name, description))
    return tuple(
        OccupationText(code, names.get(code, ""), tuple(members[code])) for code in sorted(members)
    )


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """How alike texts are, as cosines of TF-IDF; rows are majors.

    Attributes:
        to_occupations: name of a comparison -> (majors, occupations) float32.
        by_name, by_course: (majors, majors) float32.
        terms: (majors, vocabulary) and (occupations, vocabulary) sparse, rows of length 1.
        between: (occupations, occupations) float32.
    """

    to_occupations: dict[str, Matrix]
    by_name: Matrix
    by_course: Matrix
    terms: tuple[Any, Any]
    between: Matrix


def compare_texts(majors: Sequence[MajorText], occupations: Sequence[OccupationText]) -> Likeness:
    """Compare majors with occupations and with each other by names, courses and descriptions.

    Character bigrams and trigrams need no dictionary; words (longer than one character) weigh
    compounds such as 工业机器人 as one. Both are TF-IDF with sublinear counts.

    Cost: about 5 s for 600 majors and 436 minor groups.

    Source: Manning, Raghavan and Schuetze, Introduction to Information Retrieval (2008), ch. 6.
    """
    import rjieba

    names = [major.name for major in majors]
    courses = [" ".join(major.courses) for major in majors]
    titles = [" ".join([one.name, *(name for name, _ in one.members)]) for one in occupations]
    texts = [" ".join(text for _, text in one.members) for one in occupations]
    grams = _vectorise([*names, *courses, *titles, *texts], _grams)
    words = _vectorise(
        [*names, *courses, *titles, *texts],
        lambda text: [word for word in rjieba.cut(text) if len(word) > 1],
    )
    name, course, title, text = (grams(part) for part in (names, courses, titles, texts))
    major, occupation = _unit(name + course), _unit(title + text)
    to_occupations = {
        "name_title": _dot(name, title),
        "name_text": _dot(name, text),
        "course_title": _dot(course, title),
        "course_text": _dot(course, text),
        "all": _dot(major, occupation),
        "words": _dot(_unit(words(names) + words(courses)), _unit(words(titles) + words(texts))),
        "words_title": _dot(words(courses), words(titles)),
        **_compare_members(occupations, grams, (name, major)),
    }
    return Likeness(
        to_occupations,
        _dot(name, name),
        _dot(course, course),
        (major, occupation),
        _dot(occupation, occupation),
    )


def _compare_members(
    occupations: Sequence[OccupationText],
    grams: Callable[[Sequence[str]], Any],
    sides: tuple[Any, Any],
) -> dict[str, Matrix]:
    """Compare with each member of a minor group and keep the best: one trade may be enough."""
    members = [(at, *member) for at, one in enumerate(occupations) for member in one.members]
    owner = np.array([at for at, _, _ in members], dtype=np.int64)
    title = grams([name for _, name, _ in members])
    text = _unit(title + grams([text for _, _, text in members]))
    found: dict[str, Matrix] = {}
    name, major = sides
    for label, left, right in (
        ("member_name_title", name, title),
        ("member_title", major, title),
        ("member_text", major, text),
    ):
        best = np.zeros((len(occupations), left.shape[0]), dtype=np.float32)
        np.maximum.at(best, owner, _dot(left, right).T)
        found[label] = np.ascontiguousarray(best.T)
    return found


def _grams(text: str) -> list[str]:
    return [
        text[at : at + size]
        for size in (2, 3)
        for at in range(len(text) - size + 1)
        if " " not in text[at : at + size]
    ]


def _vectorise(
    texts: Sequence[str], analyse: Callable[[str], list[str]]
) -> Callable[[Sequence[str]], Any]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    options: dict[str, Any] = {"analyzer": analyse, "dtype": np.float32}
    vectoriser = TfidfVectorizer(sublinear_tf=True, **options)
    vectoriser.fit(texts)
    return vectoriser.transform


def _unit(matrix: Any) -> Any:
    from sklearn.preprocessing import normalize

    return normalize(matrix)


def _dot(left: Any, right: Any) -> Matrix:
    return np.asarray((left @ right.T).todense(), dtype=np.float32)
