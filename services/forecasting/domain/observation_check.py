"""Observations of a file against each other and against what is known: repeats, gaps, jumps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.forecasting.domain.dataset import Break
from services.forecasting.domain.measure import Absent
from services.forecasting.domain.observation_table import FAULTS_MAX, Floats, Ints, Readings
from services.forecasting.domain.period import period_words
from shared.kernel.errors import Fault, Text

# A count that grows or shrinks this much from one period to the next is in another unit
# (persons, thousands, ten thousands), not in another year.
JUMP = 900.0
# Below this a count jumps by chance.
JUMP_FROM = 1.0


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of each cell: its periods, without a gap (-1: none), and its last value."""

    first: Ints
    last: Ints
    last_value: Floats


@dataclass(frozen=True, slots=True)
class Rule:
    """How a dataset wants its rows."""

    frequency: str
    absent: Absent
    breaks: Sequence[Break]
    accept_jumps: bool = False


def nothing_known(cells: int) -> Known:
    """Return the knowledge of a dataset without observations."""
    return Known(
        np.full(cells, -1, dtype=np.int64),
        np.full(cells, -1, dtype=np.int64),
        np.full(cells, np.nan),
    )


def check_observations(readings: Readings, known: Known, rule: Rule) -> tuple[list[Fault], int]:
    """Return the first faults of the rows together, and how many there are."""
    order = np.lexsort((readings.as_of, readings.period, readings.cell_of))
    found = [
        *_repeats(readings, order),
        *(_gaps(readings, known, rule, order) if rule.absent == "unknown" else ()),
        *(() if rule.accept_jumps else _jumps(readings, known, rule, order)),
    ]
    found.sort(key=lambda fault: fault.row or 0)
    return found[:FAULTS_MAX], len(found)


def _repeats(readings: Readings, order: Ints) -> list[Fault]:
    cell, period = readings.cell_of[order], readings.period[order]
    since = np.nan_to_num(readings.as_of[order], nan=-1.0)
    same = (cell[1:] == cell[:-1]) & (period[1:] == period[:-1]) & (since[1:] == since[:-1])
    faults: list[Fault] = []
    for place in np.flatnonzero(same).tolist():
        # The sort is stable: of two equal rows the earlier in the file comes first.
        earlier = int(readings.numbers[order[place]])
        said = Text(
            f"与第 {earlier} 行是同一序列的同一时期",
            f"the same series and period as in row {earlier}",
        )
        faults.append(readings.fault(order[place + 1], "period", code="period_repeated", said=said))
    return faults


def _gaps(readings: Readings, known: Known, rule: Rule, order: Ints) -> list[Fault]:
    """Return a fault for each row before which periods of its series are missing."""
    cell, period = readings.cell_of[order], readings.period[order]
    if not len(cell):
        return []
    first, last = known.first[cell], known.last[cell]
    opens = np.r_[True, cell[1:] != cell[:-1]]
    closes = np.r_[opens[1:], True]
    # Of the periods between a row and the one above it, those that are known already are not
    # missing; a series' first row follows what is known, its last row leads up to it.
    follows = np.where(opens, np.where((last >= 0) & (last < period), last, period), _above(period))
    low, high = _without(follows + 1, period - 1, first, last)
    places = [*_pairs(order, low, high)]
    ends = np.where(closes & (last >= 0) & (period < first), first, period)
    places += [*_pairs(order, period + 1, ends - 1)]
    return [_gap(readings, rule, place, missing) for place, missing in places]


def _above(period: Ints) -> Ints:
    return np.r_[period[:1], period[:-1]]


def _without(low: Ints, high: Ints, first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """Take what is known off both ends of the stretches low..high."""
    inside = (first <= low) & (low <= last)
    low = np.where(inside, last + 1, low)
    inside = (first <= high) & (high <= last)
    return low, np.where(inside, first - 1, high)


def _pairs(order: Ints, low: Ints, high: Ints) -> Iterator[tuple[int, tuple[int, int]]]:
    for place in np.flatnonzero(low <= high).tolist():
        yield int(order[place]), (int(low[place]), int(high[place]))


def _gap(readings: Readings, rule: Rule, place: int, missing: tuple[int, int]) -> Fault:
    words = " … ".join(dict.fromkeys(period_words(rule.frequency, ordinal) for ordinal in missing))
    said = Text(
        f"该序列缺少 {words}；请补齐，确为零的写 0",
        f"the series lacks {words}: fill it in, with 0 where nothing was counted",
    )
    return readings.fault(place, "period", code="period_missing", said=said)


def _jumps(readings: Readings, known: Known, rule: Rule, order: Ints) -> list[Fault]:
    cell, period = readings.cell_of[order], readings.period[order]
    value = readings.value[order]
    if not len(cell):
        return []
    opens = np.r_[True, cell[1:] != cell[:-1]]
    follows = np.where(opens, known.last_value[cell], np.r_[np.nan, value[:-1]])
    since = np.where(opens, known.last[cell], np.r_[-1, period[:-1]])
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = value / follows
    small = np.fmin(value, follows)
    jump = (small >= JUMP_FROM) & ((ratio >= JUMP) | (ratio <= 1 / JUMP)) & (since < period)
    jump &= ~_broken(rule.breaks, since, period)
    return [_jump(readings, order[place]) for place in np.flatnonzero(jump).tolist()]


def _broken(breaks: Sequence[Break], since: Ints, period: Ints) -> NDArray[np.bool_]:
    """Whether a change was recorded between two periods."""
    found = np.zeros(len(period), dtype=np.bool_)
    for each in breaks:
        found |= (since < each.period) & (each.period <= period)
    return found


def _jump(readings: Readings, place: int) -> Fault:
    said = Text(
        "与上一期相差近千倍以上，疑为单位变更；请先登记断点，或确认无误后以 accept_jumps=true 重传",
        "about a thousand times the period before: a change of unit? Record a break, or send it "
        "again with accept_jumps=true if it is right",
    )
    return readings.fault(place, "value", code="unit_change_unrecorded", said=said)
