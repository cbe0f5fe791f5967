"""How alike majors and occupations are: by characters, single courses and meaning."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.occupations.texts import MajorText, OccupationText

Matrix = NDArray[np.float32]

_MEANINGS = 250  # dimensions of the latent space
_MEANINGS_COARSE = 80
_NAME_WEIGHT = 0.5  # a name beside all courses: courses tell more trades


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """How alike texts are, as cosines of TF-IDF; rows are majors.

    Attributes:
        to_occupations: name of a comparison -> (majors, occupations) float32.
        by_name, by_course, by_meaning: (majors, majors) float32.
        terms: (majors, vocabulary) and (occupations, vocabulary) sparse, rows of length 1.
        between: (occupations, occupations) float32.
    """

    to_occupations: dict[str, Matrix]
    by_name: Matrix
    by_course: Matrix
    by_meaning: Matrix
    terms: tuple[Any, Any]
    between: Matrix


def compare_texts(
    majors: Sequence[MajorText],
    occupations: Sequence[OccupationText],
    *,
    rng: np.random.Generator,
) -> Likeness:
    """Compare majors with occupations and with each other by names, courses, definitions and tasks.

    Names are short and one character often says it all (焊 in 焊工 and 熔焊), so single characters
    count beside pairs of them, without a dictionary; a latent space of all texts finds what is said
    in other words; each course by itself finds the trade that it is about.

    Args:
        majors: the majors.
        occupations: the minor groups.
        rng: draws the start of the latent space.

    Cost: about 3 s of one core for 600 majors and 436 minor groups.

    Source: Manning, Raghavan and Schuetze, Introduction to Information Retrieval (2008), ch. 6
    and 18; Deerwester et al., Indexing by latent semantic analysis (1990).
    """
    sides = _texts_of(majors, occupations)
    everything = [text for side in sides for text in side]
    grams = _vectorise(everything)
    name, course, title, definition, tasks = (grams(side) for side in sides)
    # a part counts for what it is, however long
    major = _unit(_NAME_WEIGHT * name + course)
    occupation = _unit(title + definition + tasks)
    to_occupations = {
        "name_title": _dot(name, title),
        "name_definition": _dot(name, definition),
        "name_tasks": _dot(name, tasks),
        "course_title": _dot(course, title),
        "course_definition": _dot(course, definition),
        "course_tasks": _dot(course, tasks),
        "all": _dot(major, occupation),
        **_compare_members(occupations, grams, (name, major)),
    }
    fine, coarse = (
        _find_meanings(major, occupation, size, rng) for size in (_MEANINGS, _MEANINGS_COARSE)
    )
    to_occupations["meaning"] = _dot(*fine)
    to_occupations["meaning_coarse"] = _dot(*coarse)
    to_occupations |= _compare_courses(majors, occupations, grams, occupation)
    return Likeness(
        to_occupations,
        _dot(name, name),
        _dot(course, course),
        np.maximum(_dot(fine[0], fine[0]), 0.0),
        (major, occupation),
        _dot(occupation, occupation),
    )


def _texts_of(
    majors: Sequence[MajorText], occupations: Sequence[OccupationText]
) -> tuple[list[str], ...]:
    """Return names and courses of majors, then names, definitions and tasks of occupations."""
    return (
        [major.name for major in majors],
        [" ".join(major.courses) for major in majors],
        [" ".join([one.name, *(member[0] for member in one.members)]) for one in occupations],
        [" ".join(member[1] for member in one.members) for one in occupations],
        [" ".join(member[2] for member in one.members) for one in occupations],
    )


def _find_meanings(
    majors: Any, occupations: Any, size: int, rng: np.random.Generator
) -> tuple[Matrix, Matrix]:
    """Return majors and occupations in the latent space of both, rows of length 1."""
    from scipy.sparse import vstack
    from sklearn.decomposition import TruncatedSVD

    both: Any = vstack([majors, occupations])
    seed = int(rng.integers(2**31))
    space = TruncatedSVD(max(1, min(size, min(both.shape) - 1)), random_state=seed).fit(both)
    return _unit(space.transform(majors)), _unit(space.transform(occupations))


def _compare_courses(
    majors: Sequence[MajorText],
    occupations: Sequence[OccupationText],
    grams: Callable[[Sequence[str]], Any],
    occupation: Any,
) -> dict[str, Matrix]:
    """Compare each course by itself: its best, and the mean of its three best, per occupation."""
    courses = sorted({course for major in majors for course in major.courses})
    place = {course: at for at, course in enumerate(courses)}
    shape = (len(majors), len(occupations))
    labels = ("course_best", "course_top3", "course_member_best", "course_member_top3")
    found = {label: np.zeros(shape, dtype=np.float32) for label in labels}
    if not courses:
        return found
    encoded = grams(courses)
    members = [(at, member[0]) for at, one in enumerate(occupations) for member in one.members]
    titles = grams([name for _, name in members])
    by_member = _best_member(_dot(encoded, titles), [at for at, _ in members], len(occupations))
    for (best, top), alike in (
        (labels[:2], _dot(encoded, occupation)),
        (labels[2:], by_member),
    ):
        for row, major in enumerate(majors):
            if major.courses:
                own = np.sort(alike[[place[course] for course in major.courses]], axis=0)[::-1]
                found[best][row], found[top][row] = own[0], own[:3].mean(axis=0)
    return found


def _compare_members(
    occupations: Sequence[OccupationText],
    grams: Callable[[Sequence[str]], Any],
    sides: tuple[Any, Any],
) -> dict[str, Matrix]:
    """Compare with each member of a minor group and keep the best: one trade may be enough."""
    members = [(at, *member) for at, one in enumerate(occupations) for member in one.members]
    owner = [member[0] for member in members]
    title = grams([member[1] for member in members])
    text = _unit(title + grams([f"{member[2]} {member[3]}" for member in members]))
    found: dict[str, Matrix] = {}
    name, major = sides
    for label, left, right in (
        ("member_name_title", name, title),
        ("member_title", major, title),
        ("member_text", major, text),
    ):
        found[label] = _best_member(_dot(left, right), owner, len(occupations))
    return found


def _best_member(alike: Matrix, owner: Sequence[int], occupations: int) -> Matrix:
    """Return the greatest likeness among the members of each occupation."""
    best = np.zeros((occupations, alike.shape[0]), dtype=np.float32)
    np.maximum.at(best, np.array(owner, dtype=np.int64), alike.T)
    return np.ascontiguousarray(best.T)


def _grams(text: str) -> list[str]:
    return [
        text[at : at + size]
        for size in (1, 2)
        for at in range(len(text) - size + 1)
        if " " not in text[at : at + size]
    ]


def _vectorise(texts: Sequence[str]) -> Callable[[Sequence[str]], Any]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    options: dict[str, Any] = {"analyzer": _grams, "dtype": np.float32}
    vectoriser = TfidfVectorizer(sublinear_tf=True, **options)
    vectoriser.fit(texts)
    return vectoriser.transform


def _unit(matrix: Any) -> Any:
    from sklearn.preprocessing import normalize

    return normalize(matrix)


def _dot(left: Any, right: Any) -> Matrix:
    product = left @ right.T
    dense = product if isinstance(product, np.ndarray) else product.toarray()
    return np.asarray(dense, dtype=np.float32)
