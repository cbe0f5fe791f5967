"""The cases that a condition covers, as sets: for the checker's overlaps, gaps and dead rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from services.credits.domain.rule_fields import FIELDS
from services.credits.domain.rule_tree import All, AnyOf, Condition, Not, Question

BOXES_MAX: Final = 2_000
_LOW, _HIGH = -(10**12), 10**12


class TooManyCasesError(Exception):
    """A condition has more cases than the checker works through."""


@dataclass(frozen=True, slots=True)
class Span:
    """Whole numbers (days as ordinals) in disjoint closed intervals; and whether unknown is in."""

    parts: tuple[tuple[int, int], ...]
    unknown: bool = False

    def meet(self, other: Span) -> Span:
        """Return what lies in both."""
        found = [
            (max(a, c), min(b, d))
            for a, b in self.parts
            for c, d in other.parts
            if max(a, c) <= min(b, d)
        ]
        return Span(tuple(sorted(found)), self.unknown and other.unknown)

    def rest(self) -> Span:
        """Return everything else."""
        gaps: list[tuple[int, int]] = []
        start = _LOW
        for low, high in self.parts:
            if start <= low - 1:
                gaps.append((start, low - 1))
            start = high + 1
        if start <= _HIGH:
            gaps.append((start, _HIGH))
        return Span(tuple(gaps), not self.unknown)

    def empty(self) -> bool:
        """Whether nothing is left."""
        return not self.parts and not self.unknown


@dataclass(frozen=True, slots=True)
class Words:
    """Texts: those listed, or all but those listed; and whether unknown is in."""

    listed: frozenset[object]
    all_but: bool = False
    unknown: bool = False
    domain: frozenset[object] | None = None  # where only so many values exist

    def meet(self, other: Words) -> Words:
        """Return what lies in both."""
        unknown = self.unknown and other.unknown
        domain = self.domain or other.domain
        if self.all_but and other.all_but:
            return Words(self.listed | other.listed, True, unknown, domain)
        if self.all_but:
            return Words(other.listed - self.listed, False, unknown, domain)
        if other.all_but:
            return Words(self.listed - other.listed, False, unknown, domain)
        return Words(self.listed & other.listed, False, unknown, domain)

    def rest(self) -> Words:
        """Return everything else."""
        return Words(self.listed, not self.all_but, not self.unknown, self.domain)

    def empty(self) -> bool:
        """Whether nothing is left."""
        if self.unknown:
            return False
        if self.all_but:
            return self.domain is not None and self.domain <= self.listed
        return not self.listed


Cells: TypeAlias = Span | Words
Box: TypeAlias = Mapping[str, Cells]
"""One set per asked field; a field that is not named may be anything, unknown too."""


def regions(condition: Condition, *, holds: bool = True) -> list[Box]:
    """Return boxes that together are exactly the cases in which the condition is known (not) to be.

    Raises TooManyCasesError beyond BOXES_MAX.
    """
    match condition:
        case Question():
            return [_box_of(condition, holds=holds)]
        case Not(part):
            return regions(part, holds=not holds)
        case All(parts):
            return _every(parts, holds=True) if holds else _some(parts, holds=False)
        case AnyOf(parts):
            return _some(parts, holds=True) if holds else _every(parts, holds=False)


def _some(parts: Iterable[Condition], *, holds: bool) -> list[Box]:
    found = [box for part in parts for box in regions(part, holds=holds)]
    return _checked(found)


def _every(parts: Iterable[Condition], *, holds: bool) -> list[Box]:
    found: list[Box] = [{}]
    for part in parts:
        boxes = regions(part, holds=holds)
        if len(found) * len(boxes) > 4 * BOXES_MAX:
            raise TooManyCasesError
        met = (meet(a, b) for a in found for b in boxes)
        found = _checked([box for box in met if box is not None])
    return found


def _checked(boxes: list[Box]) -> list[Box]:
    if len(boxes) > BOXES_MAX:
        raise TooManyCasesError
    return boxes


def meet(one: Box, other: Box) -> Box | None:
    """Return the cases in both boxes, None where there is none."""
    met = dict(one)
    for name, cells in other.items():
        both = _meet(met[name], cells) if name in met else cells
        if both.empty():
            return None
        met[name] = both
    return met


def _meet(one: Cells, other: Cells) -> Cells:
    if isinstance(one, Span):
        assert isinstance(other, Span), "a field has one type"
        return one.meet(other)
    assert isinstance(other, Words), "a field has one type"
    return one.meet(other)


def subtract(boxes: Iterable[Box], other: Box) -> list[Box]:
    """Return the cases of `boxes` that are not in `other`.

    Raises TooManyCasesError beyond BOXES_MAX.
    """
    left: list[Box] = []
    for box in boxes:
        if meet(box, other) is None:
            left.append(box)
            continue
        inside: dict[str, Cells] = dict(box)
        for name, cells in other.items():
            outside = _narrowed(inside, name, cells.rest())
            if outside is not None:
                left.append(outside)
            within = _narrowed(inside, name, cells)
            assert within is not None, "the boxes meet"
            inside = within
    return _checked(left)


def _narrowed(box: dict[str, Cells], name: str, cells: Cells) -> dict[str, Cells] | None:
    both = _meet(box[name], cells) if name in box else cells
    return None if both.empty() else {**box, name: both}


def _box_of(test: Question, *, holds: bool) -> Box:
    if test.op == "has":
        # A list may hold this and that: each asked item is a question of its own.
        answer = Words(frozenset({holds}), domain=frozenset({True, False}))
        return {f"{test.field} ∋ {test.values[0]}": answer}
    cells = _cells(test)
    if not holds:
        # Known not to be so: the rest, without the unknown.
        rest = cells.rest()
        known = Span(rest.parts) if isinstance(rest, Span) else _known(rest)
        return {test.field: known}
    return {test.field: cells}


def _known(words: Words) -> Words:
    return Words(words.listed, words.all_but, unknown=False, domain=words.domain)


def _cells(test: Question) -> Cells:
    found = FIELDS[test.field]
    if found.type in {"integer", "day"}:
        return _span(test, date_ordinal if found.type == "day" else _whole)
    domain: frozenset[object] | None = frozenset(found.values) or None
    if found.type == "flag":
        domain = frozenset({True, False})
    return Words(frozenset(test.values), domain=domain)


def date_ordinal(value: object) -> int:
    """Return a day as a whole number."""
    return date.fromisoformat(str(value)).toordinal()


def _whole(value: object) -> int:
    assert isinstance(value, int), "read by its type"
    return value


def _span(test: Question, whole: Callable[[object], int]) -> Span:
    values = [whole(value) for value in test.values]
    match test.op:
        case "ge":
            return Span(((values[0], _HIGH),))
        case "le":
            return Span(((_LOW, values[0]),))
        case "between":
            ordered = values[0] <= values[1]
            return Span(((values[0], values[1]),) if ordered else ())
        case _:
            return Span(tuple((value, value) for value in sorted(set(values))))
