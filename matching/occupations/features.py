"""What is known of each pair of a major and an occupation, as numbers for the ranker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.occupations.likeness import Likeness, Matrix
from matching.occupations.texts import MajorText
from matching.scores.codes import parse_major

_NEIGHBOURS = (4, 12, 40)
_DERIVED = (
    "all",
    "member_text",
    "course_title",
    "learned",
    "meaning",
    "course_top3",
    "course_member_top3",
)


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Where majors and occupations stand in their trees, as whole numbers for comparison.

    Attributes:
        own_class: (n,) the four digits: a class at one level.
        aligned_class, group, level: (n,) across levels; see `matching.scores.codes`.
        middle, top: (m,) the first two parts, and the first part, of an occupation code.
    """

    own_class: NDArray[np.int64]
    aligned_class: NDArray[np.int64]
    group: NDArray[np.int64]
    level: NDArray[np.int64]
    middle: NDArray[np.int64]
    top: NDArray[np.int64]


def locate(majors: Sequence[MajorText], occupations: Sequence[str]) -> Places:
    """Place majors and occupations in their trees.

    Raises:
        MalformedCodeError: a code of no known form.

    Cost: O(n + m).
    """
    places = [parse_major(major.code) for major in majors]
    # Levels differ by the first pair of digits: 61-79, 41-59, 21-39, undergraduate below.
    levels = [np.searchsorted((21, 41, 61), int(place.code[:2]), "right") for place in places]
    return Places(
        _number([major.code[:4] for major in majors]),
        _number([f"{place.tree}:{place.major_class}" for place in places]),
        _number([f"{place.tree}:{place.group}" for place in places]),
        np.array(levels, dtype=np.int64),
        _number([code[:4] for code in occupations]),
        np.array([int(code[0]) for code in occupations], dtype=np.int64),
    )


def _number(texts: Sequence[str]) -> NDArray[np.int64]:
    return np.unique(np.array(texts, dtype=str), return_inverse=True)[1].astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Majors whose occupations are known.

    Attributes:
        rows: (t,) which majors they are.
        pairs: (t, m) float32, 1 where one leads to an occupation.
    """

    rows: NDArray[np.int64]
    pairs: Matrix


def describe_pairs(
    likeness: Likeness,
    places: Places,
    learned: Mapping[str, Matrix],
    *,
    rows: NDArray[np.int64],
    known: Known,
    shortlist: int,
) -> tuple[Matrix, NDArray[np.int64]]:
    """Return (rows, shortlist, d) float32 features, and which occupations (rows, shortlist).

    Features are: likenesses of texts (as they are, standardised in the row, as ranks); what was
    learned (`learned` by terms, `regressed` and `spread` by regression); votes of the most similar
    known majors; shares among known majors of the same class, group, level; occupations that are
    named together. A major never sees known majors of its own class at its own level among `rows`
    that are known themselves: it learns as if its class were new.

    Cost: O(rows x known x occupations) in matrix products.
    Shapes: each of learned (rows, m), rows (rows,); others as `Likeness`, `Places`, `Known` say.
    """
    texts = {name: matrix[rows] for name, matrix in likeness.to_occupations.items()}
    texts |= learned
    seen = _seen(places, rows, known)
    votes = _votes(likeness, rows, known, seen)
    shares = _shares(places, rows, known, seen)
    parts = [*texts.values(), *_derive(texts), *votes.values(), *shares.values()]
    parts += _together(texts["all"], votes["both12"], known, likeness.between)
    top = np.broadcast_to(places.top.astype(np.float32), texts["all"].shape)
    parts += [np.log(0.01 + votes["both12"]), np.log(0.002 + shares["group"]), top]
    parts.append(np.log(0.01 + votes["meaning12"]))
    parts += [np.log(0.001 + shares["all"]), np.log(0.01 + shares["class"])]
    for level in range(4):
        here = (places.level[rows] == level)[:, None]
        parts += [here * (places.top == 2)[None, :], here * (places.top == 6)[None, :]]
    chosen = _shortlist(texts, votes["meaning12"], shortlist)
    return np.stack([_pick(part, chosen) for part in parts], axis=2), chosen


def _seen(places: Places, rows: NDArray[np.int64], known: Known) -> NDArray[np.bool_]:
    learns = np.isin(rows, known.rows)[:, None]
    same = places.own_class[rows][:, None] == places.own_class[known.rows][None, :]
    return ~(learns & same)


def _shortlist(texts: dict[str, Matrix], votes: Matrix, size: int) -> NDArray[np.int64]:
    """Return the occupations that texts and votes put first: (rows, size)."""
    blend = (
        _centre(np.log(0.02 + texts["all"]))
        + _centre(np.log(0.02 + texts["learned"]))
        + 0.7 * _centre(np.log(0.01 + votes))
        + 0.5 * _centre(texts["meaning"])
    )
    return np.argsort(-blend, axis=1, kind="stable")[:, :size]


def _pick(part: NDArray[Any], chosen: NDArray[np.int64]) -> Matrix:
    return np.take_along_axis(np.asarray(part, dtype=np.float32), chosen, axis=1)


def _centre(matrix: NDArray[Any]) -> NDArray[Any]:
    spread = matrix.std(axis=1, keepdims=True) + 1e-9
    return (matrix - matrix.mean(axis=1, keepdims=True)) / spread


def _derive(texts: dict[str, Matrix]) -> list[Matrix]:
    parts: list[Matrix] = [np.log(0.02 + texts["all"]), np.log(0.02 + texts["learned"])]
    for name in _DERIVED:
        one = texts[name]
        parts += [_centre(one), _inverse_rank(one)]
    return parts


def _inverse_rank(matrix: Matrix) -> Matrix:
    order = np.argsort(-matrix, axis=1, kind="stable")
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(matrix.shape[1])[None, :], axis=1)
    return (1.0 / (1.0 + ranks)).astype(np.float32)


def _votes(
    likeness: Likeness, rows: NDArray[np.int64], known: Known, seen: NDArray[np.bool_]
) -> dict[str, Matrix]:
    name = likeness.by_name[np.ix_(rows, known.rows)] * seen
    course = likeness.by_course[np.ix_(rows, known.rows)] * seen
    both = 0.5 * (name + course)
    found: dict[str, Matrix] = {}
    for label, alike in (("both", both), ("name", name), ("course", course)):
        for count in _NEIGHBOURS:
            near = _nearest(alike, count) ** 2
            total = near.sum(axis=1, keepdims=True) + 1e-9
            found[f"{label}{count}"] = (near @ known.pairs / total).astype(np.float32)
    meaning = _nearest(likeness.by_meaning[np.ix_(rows, known.rows)] * seen, 12) ** 2
    total = meaning.sum(axis=1, keepdims=True) + 1e-9
    found["meaning12"] = (meaning @ known.pairs / total).astype(np.float32)
    for label, alike in (("both", both), ("name", name)):
        found[f"{label}_best"] = np.stack(
            [alike[:, column > 0].max(axis=1, initial=0.0) for column in known.pairs.T], axis=1
        )
    counted = seen.astype(np.float32) @ known.pairs
    found["mean"] = (both @ known.pairs / (counted + 2.0)).astype(np.float32)
    return found


def _nearest(alike: Matrix, count: int) -> Matrix:
    if alike.shape[1] <= count:
        return alike
    least = np.partition(alike, -count, axis=1)[:, -count][:, None]
    return np.where(alike >= least, alike, 0.0).astype(np.float32)


def _shares(
    places: Places, rows: NDArray[np.int64], known: Known, seen: NDArray[np.bool_]
) -> dict[str, Matrix]:
    def same(values: NDArray[np.int64]) -> NDArray[np.bool_]:
        return values[rows][:, None] == values[known.rows][None, :]

    overall = seen @ known.pairs / np.maximum(seen.sum(axis=1, keepdims=True), 1)
    found: dict[str, Matrix] = {"all": overall}
    group, level = same(places.group), same(places.level)
    for label, among in (
        ("class", same(places.aligned_class)),
        ("group", group),
        ("level", level),
        ("group_level", group & level),
    ):
        counted = (among & seen).astype(np.float32)
        # one overall share is mixed in, so that few majors do not speak for all
        found[label] = (counted @ known.pairs + overall) / (counted.sum(axis=1, keepdims=True) + 1)
    middle, top = _averages(places.middle), _averages(places.top)
    for label in ("group", "group_level"):
        found[f"{label}_middle"] = found[label] @ middle
    for label in ("level", "group_level"):
        found[f"{label}_top"] = found[label] @ top
    return found


def _averages(labels: NDArray[np.int64]) -> Matrix:
    """Return the (m, m) matrix that replaces each occupation's value by its branch's mean."""
    same = (labels[:, None] == labels[None, :]).astype(np.float32)
    return same / same.sum(axis=0, keepdims=True)


def _together(text: Matrix, votes: Matrix, known: Known, between: Matrix) -> list[Matrix]:
    """Return support from occupations often named together, and from occupations alike in text."""
    both = known.pairs.T @ known.pairs
    often = np.diag(both).copy()
    np.fill_diagonal(both, 0.0)
    given = both / (often[:, None] + 3.0)
    alike = between.copy()
    np.fill_diagonal(alike, 0.0)
    near = _nearest(alike, 8)
    near = near / (near.sum(axis=1, keepdims=True) + 1e-9)
    parts = [text @ near.T]
    for support in (text, votes + text):
        leading = np.where(_inverse_rank(support) >= 1 / 5, support, 0.0)
        parts.append(leading @ given)
    return parts
