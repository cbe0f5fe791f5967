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
    """A minor group (小类) of occupations: its members.

    Attributes:
        code: such as 6-06-01.
        name: empty where the classification names only the members.
        members: name, definition and tasks of each; definition and tasks may be empty.
    """

    code: str
    name: str
    members: tuple[tuple[str, str, str], ...]


def gather_minor_groups(
    rows: Iterable[tuple[str, str, str, str, str]],
) -> tuple[OccupationText, ...]:
    """Gather the rows of 职业分类大典 into minor groups, in the order of their codes.

    Args:
        rows: (code, level, name, definition, tasks) with level 1-4; 1 and 2 are left out.

    Raises:
        MalformedCodeError: a code of no known form.

    Cost: O(rows).

    >>> group = ("6-06-01-00", "3", "木材加工人员", "", "")
    >>> rows = [group, ("6-06-01-01", "4", "制材工", "锯木", "1.锯 2.量")]
    >>> gather_minor_groups(rows)[0].members
    (('制材工', '锯木', '1.锯 2.量'),)
    """
    names: dict[str, str] = {}
    members: dict[str, list[tuple[str, str, str]]] = {}
    for code, level, name, definition, tasks in rows:
        if level not in {"3", "4"}:
            continue
        minor = "-".join(parse_occupation(code)[:3])
        members.setdefault(minor, [])
        if level == "3":
            names[minor] = name
        else:
            members[minor].append((name, definition, tasks))
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
    """Compare majors with occupations and with each other by names, courses, definitions and tasks.

    Character bigrams and trigrams need no dictionary; words (longer than one character) weigh
    compounds such as 工业机器人 as one. Both are TF-IDF with sublinear counts.

    Cost: about 5 s for 600 majors and 436 minor groups.

    Source: Manning, Raghavan and Schuetze, Introduction to Information Retrieval (2008), ch. 6.
    """
    import rjieba

    sides = (
        [major.name for major in majors],
        [" ".join(major.courses) for major in majors],
        [" ".join([one.name, *(member[0] for member in one.members)]) for one in occupations],
        [" ".join(member[1] for member in one.members) for one in occupations],
        [" ".join(member[2] for member in one.members) for one in occupations],
    )
    everything = [text for side in sides for text in side]
    grams = _vectorise(everything, _grams)
    words = _vectorise(
        everything, lambda text: [word for word in rjieba.cut(text) if len(word) > 1]
    )
    name, course, title, definition, tasks = (grams(side) for side in sides)
    # each part counts the same, however long it is
    major, occupation = _unit(name + course), _unit(title + definition + tasks)
    worded = [words(side) for side in sides]
    to_occupations = {
        "name_title": _dot(name, title),
        "name_definition": _dot(name, definition),
        "name_tasks": _dot(name, tasks),
        "course_title": _dot(course, title),
        "course_definition": _dot(course, definition),
        "course_tasks": _dot(course, tasks),
        "all": _dot(major, occupation),
        "words": _dot(_unit(worded[0] + worded[1]), _unit(worded[2] + worded[3] + worded[4])),
        "words_name": _dot(worded[0], worded[2]),
        "words_title": _dot(worded[1], worded[2]),
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
    owner = np.array([member[0] for member in members], dtype=np.int64)
    title = grams([member[1] for member in members])
    text = _unit(title + grams([f"{member[2]} {member[3]}" for member in members]))
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
