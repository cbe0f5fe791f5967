"""Counts of few persons stay hidden, also from a reader who adds and subtracts what is shown.

Rows of a table (all, each region, each kind of school) are unions of cells that are never shown
themselves. A row with a count from 1 to k-1 is hidden, and so many others beside it that what
is shown narrows no hidden small count to less than k values: audited, not assumed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Shares:
    """One breakdown of persons into parts, in rows that overlap.

    Attributes:
        cells: (a, p) counts of each cell's parts; a cell without persons is known to be empty.
        rows: (r, a) which cells a row unites.
        kinds: (r,) rows of one kind are told apart by one trait, and protect one another first.
        bases: (r,) rows whose sum over all parts is told, whether the parts are or not.
        hidden: (r,) rows that are hidden already.
    """

    cells: Counts
    rows: Mask
    kinds: NDArray[np.int64]
    bases: Mask
    hidden: Mask


def hide_small(table: Shares, *, least: int) -> Mask:
    """Return (r,) the rows whose parts must not be told.

    1. Hide each row with a part from 1 to `least` - 1.
    2. Work out what a reader may conclude of each such part; where fewer than `least` values are
       left, hide the smallest row still told, of the same kind where there is one; repeat.

    Raises ValueError for a negative count. Cost: two linear programmes in the cells and parts per
    small part and repetition: a province of a dozen cities takes some tens of milliseconds.
    Source: Hundepool et al., Statistical Disclosure Control (2012), chapter 4.

    >>> cells = np.array([[20, 3], [30, 25], [40, 9]])
    >>> rows = np.array([[1, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=bool)
    >>> told = Shares(cells, rows, np.array([0, 1, 1, 1]), np.ones(4, bool), np.zeros(4, bool))
    >>> hide_small(told, least=5).tolist()
    [False, True, False, True]
    """
    if (table.cells < 0).any():
        raise ValueError("counts are not negative")
    counts = table.rows @ table.cells
    small = (counts > 0) & (counts < least)
    hidden = table.hidden | small.any(axis=1)
    while True:
        exposed = _exposed(replace(table, hidden=hidden), small & hidden[:, None], least)
        more = hidden.copy()
        for row in exposed:
            beside = _smallest_told(table, more, counts, row)
            if beside is not None:
                more[beside] = True
        if (more == hidden).all():
            return hidden
        hidden = more


def _smallest_told(table: Shares, hidden: Mask, counts: Counts, row: int) -> int | None:
    sizes = counts.sum(axis=1)
    told = [int(each) for each in np.flatnonzero(~hidden & (sizes > 0))]
    return min(
        told, key=lambda one: (table.kinds[one] != table.kinds[row], sizes[one]), default=None
    )


def _exposed(table: Shares, small: Mask, least: int) -> list[int]:
    """Return the rows with a small part of which fewer than `least` values are possible."""
    found: list[int] = []
    for row in np.flatnonzero(small.any(axis=1)):
        for part in np.flatnonzero(small[row]):
            low, high = audit(table, int(row), int(part))
            if high - low < least:
                found.append(int(row))
                break
    return found


def audit(table: Shares, row: int, part: int) -> tuple[float, float]:
    """Return the least and the greatest value that a reader can hold possible for a row's part.

    The reader knows the parts of every row that is told, the sum of every row of `bases`, which
    cells are empty, and that counts are not negative. Solved over the reals by HiGHS.
    """
    from scipy.optimize import linprog  # half a second of import: where figures are asked for

    parts = table.cells.shape[1]
    held = np.flatnonzero(table.cells.sum(axis=1) > 0)
    rows, counts = table.rows[:, held].astype(float), table.rows @ table.cells
    told = [
        (np.kron(rows[each], np.eye(parts)[one]), counts[each, one])
        for each in np.flatnonzero(~table.hidden)
        for one in range(parts)
    ]
    told += [
        (np.kron(rows[each], np.ones(parts)), counts[each].sum())
        for each in np.flatnonzero(table.bases)
    ]
    equations = np.array([left for left, _ in told]) if told else None
    known = np.array([right for _, right in told]) if told else None
    aim = np.kron(rows[row], np.eye(parts)[part])
    ends: list[float] = []
    for sign in (1.0, -1.0):
        solved = linprog(sign * aim, A_eq=equations, b_eq=known, bounds=(0, None))
        # Unbounded: the reader learns nothing from that side.
        ends.append(float(sign * solved.fun) if solved.status == 0 else np.inf)
    return ends[0], ends[1]
