"""Sums over the tree region x industry x occupation x major: which are made, and of what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from services.forecasting.domain.cell import DIMENSIONS, WHOLE, Cell, Dimension, above, ladder
from services.forecasting.domain.forecast_leaves import Floats, Leaves
from services.forecasting.domain.measure import Absent

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Group:
    """Sums of one kind (of a district over its occupations, say): cells, and each leaf's sum."""

    cells: tuple[Cell, ...]
    codes: Ints  # (leaves,)


@dataclass(frozen=True, slots=True)
class Tree:
    """Leaves, the sums over them, and numbers that were reported above the leaves.

    A reported number that other series lie under stands alone: nobody says that the series under
    it are complete, so it is neither their sum nor added to anything. `aliases` are wider names
    of the same parts: with posts in one city only, the province's are the city's.
    """

    bottom: tuple[Cell, ...]
    groups: tuple[Group, ...]
    stated: tuple[Cell, ...]
    aliases: tuple[tuple[Cell, int], ...]
    root: str  # the smallest region that holds them all
    origin: int
    first: tuple[int, ...]  # of bottom, groups, stated, in this order
    values: tuple[Floats, ...]
    parents: Ints

    @property
    def rows(self) -> dict[Cell, int]:
        """Return the row of every cell that is published; what was reported goes before a sum."""
        sums = [cell for group in self.groups for cell in group.cells]
        names = [*self.bottom, *sums, *self.stated]
        found = {cell: row for row, cell in reversed(list(enumerate(names)))}
        for cell, row in self.aliases:
            found.setdefault(cell, row)
        over = len(self.bottom) + len(sums)
        return found | {cell: over + row for row, cell in enumerate(self.stated)}


def grow_tree(leaves: Leaves, absent: Absent, *, everywhere: bool = False) -> Tree:
    """Return the tree over some leaves.

    Args:
        leaves: the series
        absent: what a missing cell means
        everywhere: the dataset looks at the whole nation: what is not there is none anywhere.
            Else sums go no higher than the smallest region that holds all leaves.

    Cost: 144,000 leaves of 60 months over three levels of regions and of occupations in some 5 s.
    """
    stated = _stated(leaves.cells)
    under = [place for place, cell in enumerate(leaves.cells) if cell not in stated]
    over = [place for place, cell in enumerate(leaves.cells) if cell in stated]
    bottom = tuple(leaves.cells[place] for place in under)
    root = WHOLE if everywhere else _root([cell.region for cell in bottom])
    groups, aliases = _groups(bottom, root, everywhere=everywhere)
    first = [leaves.first[place] for place in under]
    values = [leaves.values[place] for place in under]
    for group in groups:
        starts, courses = _add_up(leaves, under, group, absent)
        first += starts
        values += courses
    first += [leaves.first[place] for place in over]
    values += [leaves.values[place] for place in over]
    return Tree(
        bottom=bottom,
        groups=groups,
        stated=tuple(leaves.cells[place] for place in over),
        aliases=aliases,
        root=root,
        origin=leaves.origin,
        first=tuple(first),
        values=tuple(values),
        parents=_parents((*bottom, *(c for group in groups for c in group.cells)), len(over)),
    )


def _stated(cells: Sequence[Cell]) -> set[Cell]:
    """Return the cells that others lie under."""
    known = set(cells)
    found: set[Cell] = set()
    for cell in cells:
        for upper in product(*(ladder(name, getattr(cell, name)) for name in DIMENSIONS)):
            other = Cell(*upper)
            if other != cell and other in known:
                found.add(other)
    return found


def _root(regions: Sequence[str]) -> str:
    """Return the smallest region that holds all of them."""
    distinct = sorted(set(regions))
    steps = [ladder("region", region) for region in distinct]
    root = WHOLE
    for level in zip(*steps, strict=True):
        if len(set(level)) > 1:
            break
        root = level[0]
    return root


def _groups(
    bottom: Sequence[Cell], root: str, *, everywhere: bool
) -> tuple[tuple[Group, ...], tuple[tuple[Cell, int], ...]]:
    levels = [_levels(bottom, name, root, every=everywhere) for name in DIMENSIONS]
    # The narrowest levels first: the widest names of the same parts are their aliases.
    steps = sorted(product(*(range(len(each)) for each in levels)), key=sum, reverse=True)
    begins = {np.arange(len(bottom)).tobytes(): 0}
    groups: list[Group] = []
    aliases: list[tuple[Cell, int]] = []
    row = len(bottom)
    for chosen in steps[1:]:
        codes, cells = _combine([levels[place][step] for place, step in enumerate(chosen)])
        start = begins.setdefault(codes.tobytes(), row)
        if start != row:
            aliases += [(cell, start + place) for place, cell in enumerate(cells)]
            continue
        groups.append(Group(cells, codes))
        row += len(cells)
    return tuple(groups), tuple(aliases)


Level: TypeAlias = tuple[Ints, tuple[str, ...]]


def _levels(bottom: Sequence[Cell], dimension: Dimension, root: str, *, every: bool) -> list[Level]:
    """Return the levels of one dimension: per leaf the number of its code, and the codes."""
    steps = [ladder(dimension, getattr(cell, dimension)) for cell in bottom]
    found: list[Level] = []
    for level in dict.fromkeys(zip(*steps, strict=True)):
        names, codes = np.unique(np.array(level), return_inverse=True)
        found.append((codes.astype(np.int64), tuple(str(name) for name in names)))
    if dimension != "region" or every:
        return found
    # A province's numbers are not the nation's, and one district's are not its city's.
    inside = [each for each in found if WHOLE not in each[1] or root == WHOLE]
    return [
        each
        for place, each in enumerate(inside)
        if place + 1 == len(inside) or not np.array_equal(each[0], inside[place + 1][0])
    ]


def _combine(
    chosen: Sequence[Level],
) -> tuple[Ints, tuple[Cell, ...]]:
    place = np.zeros(len(chosen[0][0]), dtype=np.int64)
    for codes, names in chosen:
        place = place * len(names) + codes
    found, group_of = np.unique(place, return_inverse=True)
    cells: list[Cell] = []
    for each in found.tolist():
        rest, parts = int(each), list[str]()
        for _, names in reversed(chosen):
            rest, index = divmod(rest, len(names))
            parts.append(names[index])
        cells.append(Cell(*reversed(parts)))
    return group_of.astype(np.int64), tuple(cells)


def _add_up(
    leaves: Leaves, under: Sequence[int], group: Group, absent: Absent
) -> tuple[list[int], list[Floats]]:
    """Return the first periods and the values of the sums of a group.

    Where a missing cell is nothing, a sum begins with its first leaf; where it is unknown, with
    its last one.
    """
    first = np.array([leaves.first[place] for place in under], dtype=np.int64)
    count = len(group.cells)
    starts = np.full(count, np.iinfo(np.int64).max if absent == "zero" else -1)
    if absent == "zero":
        np.minimum.at(starts, group.codes, first)
    else:
        np.maximum.at(starts, group.codes, first)
    width = int(leaves.origin - first.min()) + 1
    total = np.zeros((count, width))
    for place, code in zip(under, group.codes.tolist(), strict=True):
        course = leaves.values[place]
        total[code, width - len(course) :] += course
    lengths = (leaves.origin - starts + 1).tolist()
    return starts.tolist(), [total[code, width - length :] for code, length in enumerate(lengths)]


def _parents(cells: Sequence[Cell], stated: int) -> Ints:
    """Return the row of the sum next above each cell, -1 where there is none."""
    row_of = {cell: row for row, cell in reversed(list(enumerate(cells)))}
    parents = [_parent(cell, row, row_of) for row, cell in enumerate(cells)]
    return np.array([*parents, *[-1] * stated], dtype=np.int64)


def _parent(cell: Cell, row: int, row_of: dict[Cell, int]) -> int:
    for dimension in DIMENSIONS:
        upper: str | None = getattr(cell, dimension)
        while upper and (upper := above(dimension, upper)) is not None:
            found = row_of.get(cell._replace(**{dimension: upper}), -1)
            if found not in {-1, row}:
                return found
    return -1
