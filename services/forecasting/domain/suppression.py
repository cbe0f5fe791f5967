"""Suppression of small cells: what is hidden cannot be worked out from what is shown.

A table of counts is shown with its margins. A count from 1 to k-1 is hidden (primary); so many
others are hidden beside it (complementary) that nobody who adds and subtracts the shown figures
can narrow a hidden small count to less than k values. That is audited by linear programming,
not assumed: see `audit`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A table with its margins and what of it is hidden.

    counts: (r+1, c+1) the last row and column are the totals; hidden: (r+1, c+1) True: not shown;
    primary: (r+1, c+1) the small counts, which the others protect.
    """

    counts: Counts
    hidden: Mask
    primary: Mask


def with_margins(inner: Counts) -> Counts:
    """Return a table (r, c) with its totals as the last row and column.

    >>> with_margins(np.array([[1, 2], [3, 4]])).tolist()
    [[1, 2, 3], [3, 4, 7], [4, 6, 10]]
    """
    wide = np.concatenate([inner, inner.sum(axis=1, keepdims=True)], axis=1)
    return np.concatenate([wide, wide.sum(axis=0, keepdims=True)], axis=0)


def suppress(inner: Counts, *, k: int) -> Suppressed:
    """Hide what must be hidden of a table of counts (r, c), persons or enterprises.

    1. hide every count from 1 to k-1, margins too;
    2. in each line with a small count, hide the smallest shown counts until the others hidden
       there are at least one and add up to k or more;
    3. work out what a reader can conclude (`audit`), and hide the smallest shown count in the
       line of each small one that is still known within less than k; repeat.

    Raises ValueError for a negative count or k < 2. Cost: two linear programmes of the size of
    the hidden part per small count; 50 rows x 7 columns take about a second.
    Source: Hundepool et al., Statistical Disclosure Control (2012), chapter 4.

    >>> shown = suppress(np.array([[20, 3, 40], [30, 25, 9]]), k=5)
    >>> shown.hidden[:2, :3].tolist()
    [[True, True, False], [True, True, False]]
    """
    if k < 2 or (inner < 0).any():
        raise ValueError("k is at least 2 and counts are not negative")
    counts = with_margins(inner)
    primary = (counts > 0) & (counts < k)
    hidden = primary.copy()
    _hide_beside(counts, hidden, primary, k)
    while True:
        known = [place for place in audit(counts, hidden, primary) if place[3] - place[2] < k]
        # Every one of them: `any` would stop at the first.
        more = sum(_hide_one(counts, hidden, (row, column)) for row, column, _, _ in known)
        if not more:
            return Suppressed(counts, hidden, primary)
        _hide_beside(counts, hidden, primary, k)


def _hide_beside(counts: Counts, hidden: Mask, primary: Mask, k: int) -> None:
    changed = True
    while changed:
        changed = False
        for line in range(counts.shape[0]):
            changed |= _hide_in_line(counts[line], hidden[line], primary[line], k)
        for line in range(counts.shape[1]):
            changed |= _hide_in_line(counts[:, line], hidden[:, line], primary[:, line], k)


def _hide_in_line(values: Counts, hidden: Mask, primary: Mask, k: int) -> bool:
    """Hide the smallest shown counts of a line (views) until its small ones are guarded."""
    changed = False
    while not _guarded(values, hidden, primary, k):
        shown = np.flatnonzero(~hidden & (values > 0))
        if shown.size == 0:
            return changed
        hidden[shown[np.argmin(values[shown])]] = True
        changed = True
    return changed


def _guarded(values: Counts, hidden: Mask, primary: Mask, k: int) -> bool:
    """Whether no hidden count stands alone, and each small one has others of k beside it."""
    if hidden.sum() == 1:
        return False
    return bool((values[hidden].sum() - values[primary] >= k).all())


def _hide_one(counts: Counts, hidden: Mask, place: tuple[int, int]) -> bool:
    """Hide the smallest shown count in the row or column of a place; False where none is left."""
    row, column = place
    candidates = [
        (int(counts[at]), at)
        for at in (
            *((row, each) for each in range(counts.shape[1])),
            *((each, column) for each in range(counts.shape[0])),
        )
        if not hidden[at] and counts[at] > 0
    ]
    if not candidates:
        return False
    hidden[min(candidates)[1]] = True
    return True


def audit(counts: Counts, hidden: Mask, targets: Mask) -> list[tuple[int, int, float, float]]:
    """Return (row, column, low, high) of each target: what a reader can conclude about it.

    counts: (r+1, c+1) with margins; hidden, targets: same shape. The reader knows every shown
    figure and that counts are not negative and add up. Solved by HiGHS over the reals, so that
    the bounds hold for whole numbers too.
    """
    from scipy.optimize import linprog  # half a second of import: only where tables are released
    from scipy.sparse import lil_matrix

    places = [(int(row), int(column)) for row, column in np.argwhere(hidden)]
    index = {place: number for number, place in enumerate(places)}
    rows, columns = counts.shape
    equations = lil_matrix((rows + columns, max(len(places), 1)))
    known = np.zeros(rows + columns)
    for row in range(rows):
        for column in range(columns):
            for line, sign in (
                (row, -1.0 if column == columns - 1 else 1.0),
                (rows + column, -1.0 if row == rows - 1 else 1.0),
            ):
                if (row, column) in index:
                    equations[line, index[row, column]] = sign
                else:
                    known[line] -= sign * counts[row, column]
    found: list[tuple[int, int, float, float]] = []
    for row, column in np.argwhere(hidden & targets):
        aim = np.zeros(len(places))
        aim[index[int(row), int(column)]] = 1.0
        ends: list[float] = []
        for sign in (1.0, -1.0):
            solved = linprog(sign * aim, A_eq=equations.tocsr(), b_eq=known, bounds=(0, None))
            # Unbounded above: the reader learns nothing from that side.
            ends.append(float(sign * solved.fun) if solved.status == 0 else np.inf)
        found.append((int(row), int(column), ends[0], ends[1]))
    return found


def hide_siblings(sizes: dict[str, int], parents: dict[str, str], *, least: int) -> set[str]:
    """Return the codes to hide of a tree of industries, by how many enterprises reported.

    A code with fewer than `least` (and not none) is hidden; where a shown parent has exactly one
    hidden child, its smallest shown sibling is hidden too, or the parent where there is none.

    >>> sorted(hide_siblings({"C": 9, "33": 2, "34": 3, "35": 4}, {"33": "C", "34": "C", "35": "C"},
    ...                      least=3))
    ['33', '34']
    """
    hidden = {code for code, size in sizes.items() if 0 < size < least}
    while True:
        more = _sibling_to_hide(sizes, parents, hidden)
        if more is None:
            return hidden
        hidden.add(more)


def _sibling_to_hide(
    sizes: dict[str, int], parents: dict[str, str], hidden: set[str]
) -> str | None:
    for parent in sorted(sizes.keys() - hidden):
        children = [code for code in sorted(sizes) if parents.get(code) == parent]
        under = [code for code in children if code in hidden]
        if len(under) == 1:
            shown = [code for code in children if code not in hidden and sizes[code]]
            return min(shown, key=lambda code: sizes[code]) if shown else parent
    return None
