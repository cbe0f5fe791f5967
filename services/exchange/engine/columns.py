"""Columns of many notices: lists of codes laid end to end, summed and maximised row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Codebook:
    """Values numbered as they come; a number never changes."""

    numbers: dict[str, int] = field(default_factory=dict[str, int])

    def number(self, value: str) -> int:
        """Return the number of a value; a new one joins.

        Cost: O(1).

        >>> book = Codebook()
        >>> book.number("b"), book.number("a"), book.number("b")
        (0, 1, 0)
        """
        return self.numbers.setdefault(value, len(self.numbers))

    def numbers_of(self, values: Sequence[str]) -> list[int]:
        """Return the number of each value, without repetitions."""
        known = self.numbers
        return [known.setdefault(value, len(known)) for value in dict.fromkeys(values)]

    def known(self, values: Sequence[str], *, below: int) -> NDArray[np.int64]:
        """Return the numbers of those values that have one below a bound."""
        numbers = (self.numbers.get(value, below) for value in values)
        return np.array([number for number in numbers if number < below], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Lists:
    """One list of codes per row.

    Attributes:
        codes: (z,) int32, the lists end to end.
        bounds: (n + 1,) int64; row i is codes[bounds[i]:bounds[i + 1]].
    """

    codes: NDArray[np.int32]
    bounds: NDArray[np.int64]

    @classmethod
    def empty(cls) -> Lists:
        """Return no rows.

        Cost: O(1).

        >>> Lists.empty().bounds.tolist()
        [0]
        """
        return cls(np.empty(0, dtype=np.int32), np.zeros(1, dtype=np.int64))

    def joined(self, rows: Sequence[Sequence[int]]) -> Lists:
        """Return these rows with more behind them.

        Cost: O(all codes): one copy.

        >>> Lists.empty().joined([[3, 1], []]).joined([[2]]).bounds.tolist()
        [0, 2, 2, 3]
        """
        flat = np.fromiter((code for row in rows for code in row), dtype=np.int32)
        lengths = np.fromiter((len(row) for row in rows), dtype=np.int64, count=len(rows))
        ends = self.bounds[-1] + np.cumsum(lengths)
        return Lists(np.concatenate((self.codes, flat)), np.concatenate((self.bounds, ends)))

    def take(self, rows: NDArray[np.int64]) -> Lists:
        """Return some rows, in the order asked.

        Args:
            rows: (m,) int64, 0..n-1.

        Cost: O(m + their codes).

        >>> Lists.empty().joined([[3, 1], [5], [2]]).take(np.array([2, 0])).codes.tolist()
        [2, 3, 1]
        """
        starts = self.bounds[rows]
        lengths = self.bounds[rows + 1] - starts
        bounds = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(lengths)))
        places = np.arange(bounds[-1]) + np.repeat(starts - bounds[:-1], lengths)
        return Lists(self.codes[places], bounds)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """(n,) int64, how many codes each row has."""
        return np.diff(self.bounds)

    def counts(self, size: int) -> NDArray[np.int64]:
        """Return in how many rows each code stands: (size,) int64; a row names a code once.

        Cost: O(all codes + size).

        >>> Lists.empty().joined([[0, 2], [2]]).counts(4).tolist()
        [1, 0, 2, 0]
        """
        return np.bincount(self.codes, minlength=size)

    def sums(self, table: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return per row the sum of its codes' entries: exact, in integers.

        Args:
            table: (c,) int64, one entry per code.

        Cost: O(all codes).

        >>> Lists.empty().joined([[0, 1], [], [1]]).sums(np.array([5, 7])).tolist()
        [12, 0, 7]
        """
        running = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(table[self.codes])))
        return running[self.bounds[1:]] - running[self.bounds[:-1]]

    def maxima(self, table: NDArray[np.float64], *, empty: float) -> NDArray[np.float64]:
        """Return per row the greatest of its codes' entries, `empty` for a row without codes.

        Args:
            table: (c,) float64, one entry per code.
            empty: what a row without codes has.

        Cost: O(all codes).

        >>> Lists.empty().joined([[0, 1], []]).maxima(np.array([0.5, 0.2]), empty=-1.0).tolist()
        [0.5, -1.0]
        """
        found = np.full(self.bounds.size - 1, empty)
        filled = np.flatnonzero(self.lengths)
        if filled.size:
            found[filled] = np.maximum.reduceat(table[self.codes], self.bounds[filled])
        return found
