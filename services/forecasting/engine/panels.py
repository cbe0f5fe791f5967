"""Panels: many series of different length, side by side in one array and free of gaps and NaN."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from shared.kernel.errors import InvalidInputError, Text

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

NO_PARENT = -1


class PanelValuesError(InvalidInputError):
    """A series has a value that is not a finite number, or no value at all."""

    code = "panel_values"
    title_zh = "序列中有非有限数值或没有数值"
    mend = Text(
        "序列 {series}：请补齐或删去；每个序列至少需要一个有限的数。",
        "Series {series}: mend or leave it out; each series needs at least one finite number.",
    )


@dataclass(frozen=True, slots=True)
class Panel:
    """n series of v values together.

    Attributes:
        keys: name of each series, (n,)
        values: the values of all series one after the other, (v,), finite
        starts: where each series begins in `values`, and v at the end, (n + 1,)
        first: ordinal of each series' first period, (n,); a series has no missing period
        season: periods per season, 1 where there is none
        parents: row of the series that each one is a part of, or -1, (n,)
    """

    keys: tuple[str, ...]
    values: Floats
    starts: Ints
    first: Ints
    season: int
    parents: Ints

    @property
    def size(self) -> int:
        """Return the number of series."""
        return len(self.keys)

    @property
    def lengths(self) -> Ints:
        """Return the number of periods of each series, (n,)."""
        return np.diff(self.starts)

    @property
    def last(self) -> Ints:
        """Return the ordinal of each series' last period, (n,)."""
        return self.first + self.lengths - 1

    def series(self, row: int) -> Floats:
        """Return a view of one series."""
        return self.values[self.starts[row] : self.starts[row + 1]]

    def select(self, rows: Ints) -> Panel:
        """Return the panel of some rows; parents outside of it are forgotten."""
        return self._take(rows, self.lengths[rows])

    def head(self, steps_back: int, *, shortest: int = 1) -> tuple[Panel, Ints]:
        """Leave out each series' last values.

        Returns the panel of the series that keep at least `shortest` values, and their rows here.
        """
        rows = np.flatnonzero(self.lengths - steps_back >= shortest)
        return self._take(rows, self.lengths[rows] - steps_back), rows

    def _take(self, rows: Ints, lengths: Ints) -> Panel:
        starts = _starts_of(lengths)
        places = np.repeat(self.starts[rows] - starts[:-1], lengths) + np.arange(starts[-1])
        # One place more: a parent of -1 reads the last one, which stays -1.
        place_of = np.full(self.size + 1, NO_PARENT, dtype=np.int64)
        place_of[rows] = np.arange(rows.size)
        return Panel(
            keys=tuple(self.keys[row] for row in rows),
            values=self.values[places],
            starts=starts,
            first=self.first[rows],
            season=self.season,
            parents=place_of[self.parents[rows]],
        )

    def tail(self, width: int, *, skip: int = 0) -> Floats:
        """Return the last `width` values of each series, skipping the very last `skip`.

        Shape (n, width), the newest last; NaN where a series is shorter.
        """
        steps = np.arange(width) - width - skip
        places = self.starts[1:, None] + steps
        inside = places >= self.starts[:-1, None]
        return np.where(inside, self.values[np.maximum(places, 0)], np.nan)


def make_panel(
    keys: Sequence[str],
    series: Sequence[Sequence[float] | Floats],
    *,
    season: int,
    first: int | Ints = 0,
    parents: Ints | None = None,
) -> Panel:
    """Put series side by side.

    Args:
        keys: name of each series
        series: values of each series, oldest first, without gaps
        season: periods per season
        first: ordinal of the first period, of all or of each series
        parents: row of the series that each one is a part of, -1 for none

    Raises:
        PanelValuesError: a series is empty or holds NaN or infinity.

    >>> panel = make_panel(["a", "b"], [[1, 2, 3], [4]], season=12)
    >>> panel.lengths.tolist(), panel.last.tolist()
    ([3, 1], [2, 0])
    """
    assert len(keys) == len(series)
    assert season >= 1
    arrays = [np.asarray(one, dtype=np.float64) for one in series]
    for key, values in zip(keys, arrays, strict=True):
        if not values.size or not np.isfinite(values).all():
            raise PanelValuesError(series=key)
    size = len(arrays)
    return Panel(
        keys=tuple(keys),
        values=np.concatenate(arrays) if arrays else np.zeros(0),
        starts=_starts_of(np.array([one.size for one in arrays], dtype=np.int64)),
        first=np.broadcast_to(np.asarray(first, dtype=np.int64), (size,)).copy(),
        season=season,
        parents=np.full(size, NO_PARENT, dtype=np.int64) if parents is None else parents,
    )


def cut_breaks(panel: Panel, breaks: Mapping[str, int]) -> Panel:
    """Leave out what lies before a series' recorded break: it was counted in another unit.

    Args:
        panel: n series
        breaks: by name of a series, the ordinal of the first period in the present unit

    >>> cut_breaks(make_panel(["a"], [[1, 1, 9, 9]], season=1, first=5), {"a": 7}).values.tolist()
    [9.0, 9.0]
    """
    begins = np.array([breaks.get(key, -(2**62)) for key in panel.keys], dtype=np.int64)
    # A break after the last value leaves one value: a series is never empty.
    dropped = np.clip(begins - panel.first, 0, panel.lengths - 1)
    places = np.arange(panel.values.size) - np.repeat(panel.starts[:-1], panel.lengths)
    kept = places >= np.repeat(dropped, panel.lengths)
    return replace(
        panel,
        values=panel.values[kept],
        starts=_starts_of(panel.lengths - dropped),
        first=panel.first + dropped,
    )


def _starts_of(lengths: Ints) -> Ints:
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths, dtype=np.int64)])
