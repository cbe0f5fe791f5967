"""Which majors, classes and groups a list of majors reaches, and how near another list comes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from matching.scores import Reason, parse_major
from matching.scores.codes import Major
from matching.scores.terms import MAJOR_VALUES

NOT_COMPARABLE: Final = -1.0

_Key = tuple[str, ...]
Found = tuple[str, str]
"""A relation (a key of `MAJOR_VALUES`) and the code of the list that it was found with."""


@dataclass(frozen=True, slots=True)
class MajorReach:
    """A list of majors, spread so that another code finds its nearest one by a few looks."""

    codes: tuple[str, ...]
    same: dict[_Key, str] = field(default_factory=dict[_Key, str])
    whole: dict[_Key, str] = field(default_factory=dict[_Key, str])
    classes: dict[_Key, str] = field(default_factory=dict[_Key, str])
    groups: dict[_Key, str] = field(default_factory=dict[_Key, str])
    trees: dict[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def of(cls, codes: Iterable[str]) -> MajorReach:
        """Spread a list of majors, classes (4 digits) and groups (2 digits).

        Raises:
            MalformedCodeError: a code of no known form.

        Cost: O(codes).

        >>> MajorReach.of(["610105", "4102"]).nearest("410101")
        ('class', '610105')
        """
        reach = cls(tuple(codes))
        for code in reach.codes:
            place = parse_major(code)
            reach.trees.setdefault(place.tree, code)
            reach.groups.setdefault((place.tree, place.group), code)
            if place.major_class:
                reach.classes.setdefault((place.tree, place.major_class), code)
            if place.major:
                reach.same.setdefault((place.tree, place.major), code)
            else:
                reach.whole.setdefault((place.tree, place.major_class or place.group), code)
        return reach

    def nearest(self, code: str) -> Found | None:
        """Return how near a code comes to the list, and to which code; None: other catalogues.

        A class and a major in it cover each other, whichever side names the class.
        """
        place = parse_major(code)
        for relation, find in _RELATIONS:
            if found := find(self, place):
                return relation, found
        return None

    def value(self, code: str) -> float:
        """Return the value of `nearest`; `NOT_COMPARABLE` where the catalogues differ."""
        found = self.nearest(code)
        return MAJOR_VALUES[found[0]] if found else NOT_COMPARABLE

    def term(self, others: Iterable[str]) -> tuple[float | None, Reason]:
        """Return how near the nearest pair of both lists is; the first of equal ones is told.

        Returns:
            (value in [0, 1], reason); None where a list is empty or the catalogues differ.

        Cost: O(codes of the other list).

        >>> MajorReach.of(["610105"]).term(["520201", "410104"])[1].facts
        {'own': '610105', 'other': '410104'}
        """
        listed = tuple(others)
        if not self.codes or not listed:
            return None, Reason("majors.not_stated")
        found = [(near, code) for code in listed if (near := self.nearest(code))]
        if not found:
            return None, Reason("majors.not_comparable")
        (relation, own), other = max(found, key=lambda each: MAJOR_VALUES[each[0][0]])
        return MAJOR_VALUES[relation], Reason(f"majors.{relation}", {"own": own, "other": other})


def _same(reach: MajorReach, place: Major) -> str | None:
    return reach.same.get((place.tree, place.major)) if place.major else None


def _covered(reach: MajorReach, place: Major) -> str | None:
    """Find a whole class or group that holds the place, or anything that lies in it."""
    for holding in (place.major_class, place.group):
        if holding and (found := reach.whole.get((place.tree, holding))):
            return found
    if place.major:
        return None
    if place.major_class:
        return reach.classes.get((place.tree, place.major_class))
    return reach.groups.get((place.tree, place.group))


def _class(reach: MajorReach, place: Major) -> str | None:
    return reach.classes.get((place.tree, place.major_class)) if place.major_class else None


def _group(reach: MajorReach, place: Major) -> str | None:
    return reach.groups.get((place.tree, place.group))


def _other(reach: MajorReach, place: Major) -> str | None:
    return reach.trees.get(place.tree)


_Find = Callable[[MajorReach, Major], str | None]
# The nearest relation first: the first that finds something is the answer.
_RELATIONS: Final[tuple[tuple[str, _Find], ...]] = (
    ("same", _same),
    ("covered", _covered),
    ("class", _class),
    ("group", _group),
    ("other", _other),
)
