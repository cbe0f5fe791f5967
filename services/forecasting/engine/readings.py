"""Rows of `series, period, value` become a panel, or every bad row is named."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

import numpy as np

from services.forecasting.engine.faults import (
    FREQUENCIES_ZH,
    SERIES,
    VALUE,
    Faults,
    Row,
    SeriesRowsError,
)
from services.forecasting.engine.panels import Panel, cut_breaks, make_panel
from services.forecasting.engine.periods import (
    Form,
    Period,
    PeriodUnreadableError,
    default_season,
    ordinal_of,
    parse_period,
)

# Beyond it squares and sums of differences leave what a float can tell apart.
VALUE_MAX = 1e15
# A new unit (persons to ten thousands of persons) moves a level by a power of ten and leaves the
# course on both sides alone. Half of a power of ten is far beyond a year's shock.
_POWERS = (10.0, 100.0, 1_000.0, 10_000.0)
_POWER_TOLERANCE = 0.25
_SIDE_PERIODS_MIN = 4
_SIDE_SPREAD_MAX = 2.0


@dataclass(frozen=True, slots=True)
class Rules:
    """What a reader demands of rows.

    Attributes:
        season: periods per season; None takes the frequency's own
        counts: values are counts, so a negative one is wrong
        today: a period that begins after it lies in the future; None does not look
        breaks: by name of a series, the ordinal of its first period in the present unit
    """

    season: int | None = None
    counts: bool = False
    today: date | None = None
    breaks: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True)
class ReadPanel:
    """A panel with the form in which its periods were written."""

    panel: Panel
    form: Form


@dataclass(slots=True)
class _Series:
    rows: dict[int, int] = field(default_factory=dict[int, int])  # by period, refused values too
    values: dict[int, float] = field(default_factory=dict[int, float])


def read_panel(rows: Iterable[Row], rules: Rules | None = None) -> ReadPanel:
    """Check rows and put them side by side as series, ordered by their names.

    1. Read each row's period and value; the first readable period sets the frequency.
    2. Refuse a period that stands twice, lies in the future or is missing between two others.
    3. Refuse a change of unit that nobody recorded: a level that moves by a power of ten and
       stays.
    4. Leave out what lies before a recorded break.

    Args:
        rows: number of the row in its file (the header is 1), series, period and value as text
        rules: season, counts, today, recorded breaks

    Raises:
        SeriesRowsError: with one fault per bad row, the first hundred of them.

    Cost: linear in rows, 2 s for a million.

    >>> read = read_panel([(2, "a", "2024-01", "3"), (3, "a", "2024-02", "5")])
    >>> read.panel.values.tolist(), read.panel.season
    ([3.0, 5.0], 12)
    """
    rules = rules or Rules()
    faults = Faults()
    form, found = _gather(rows, rules, faults)
    for name in found:
        _check_course(name, found[name], rules, faults)
    if not found and not faults.count:
        faults.add("rows_none", (1, "", "", ""), SERIES)
    if faults.count or form is None:
        raise SeriesRowsError(faults=faults.told, faults_total=faults.count)
    names = sorted(found)
    ordered = [sorted(found[name].values.items()) for name in names]
    panel = make_panel(
        names,
        [[value for _, value in one] for one in ordered],
        season=rules.season or default_season(form.frequency),
        first=np.array([one[0][0] for one in ordered], dtype=np.int64),
    )
    return ReadPanel(cut_breaks(panel, rules.breaks), form)


def _gather(
    rows: Iterable[Row], rules: Rules, faults: Faults
) -> tuple[Form | None, dict[str, _Series]]:
    form: Form | None = None
    found: dict[str, _Series] = {}
    known: dict[str, Period | None] = {}
    for row in rows:
        if row[2] not in known:
            known[row[2]] = _period(row[2])
        period, name = known[row[2]], row[1].strip()
        value = _value(row, rules, faults)
        if not _named(row, period, faults) or period is None:
            continue
        form = form or period.form
        if _kind(period.form) != _kind(form):
            facts = {"frequency": form.frequency, "frequency_zh": FREQUENCIES_ZH[form.frequency]}
            faults.add("frequency_mixed", row, facts=facts)
        else:
            if rules.today is not None and _is_future(period, form, rules.today):
                faults.add("period_future", row, facts={"today": rules.today.isoformat()})
            _put(found.setdefault(name, _Series()), period.ordinal, value, (row, faults))
    return form, found


def _is_future(period: Period, form: Form, today: date) -> bool:
    # A count of periods has no days, though it passes through the numbers that look like years.
    running = ordinal_of(form.frequency, today)
    return running is not None and period.ordinal > running


def _kind(form: Form) -> str:
    # A count of periods passes through the numbers that look like years.
    return "integer" if form.frequency == "year" else form.frequency


def _named(row: Row, period: Period | None, faults: Faults) -> bool:
    if not row[1].strip():
        faults.add("series_blank", row, SERIES)
        return False
    if period is None:
        faults.add("period_unreadable", row)
    return period is not None


def _put(one: _Series, ordinal: int, value: float | None, place: tuple[Row, Faults]) -> None:
    row, faults = place
    before = one.rows.setdefault(ordinal, row[0])
    if before != row[0]:
        faults.add("period_duplicate", row, facts={"row": before})
    elif value is not None:
        one.values[ordinal] = value


def _period(text: str) -> Period | None:
    try:
        return parse_period(text)
    except PeriodUnreadableError:
        return None


def _value(row: Row, rules: Rules, faults: Faults) -> float | None:
    try:
        value = float(row[3])
    except ValueError:
        faults.add("value_unreadable", row, VALUE)
        return None
    if not math.isfinite(value):
        faults.add("value_not_finite", row, VALUE)
        return None
    if abs(value) > VALUE_MAX:
        faults.add("value_too_large", row, VALUE)
        return None
    if rules.counts and value < 0:
        faults.add("count_negative", row, VALUE)
        return None
    return value


def _check_course(name: str, one: _Series, rules: Rules, faults: Faults) -> None:
    for before, after in pairwise(sorted(one.rows)):
        if after - before > 1:
            row = (one.rows[after], name, "", "")
            faults.add("period_missing", row, facts={"missing": after - before - 1})
    if name in rules.breaks:
        return
    ordinals = sorted(one.values)
    place = find_unit_change(np.array([one.values[ordinal] for ordinal in ordinals]))
    if place is not None:
        row = (one.rows[ordinals[place]], name, "", "")
        faults.add("unit_change_unrecorded", row, VALUE)


def find_unit_change(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> int | None:
    """Return the place where a level moves by a power of ten and stays there, or None.

    Both sides must be at least four periods of positive numbers, each within twice its own
    median: a shock comes back or spreads, a change of unit does neither.

    Args:
        values: (t,) oldest first

    >>> find_unit_change(np.array([52.0, 50, 51, 53, 5100, 5250, 5000, 5200]))
    4
    >>> find_unit_change(np.array([52.0, 50, 51, 53, 51, 52, 50, 52])) is None
    True
    """
    if values.size < 2 * _SIDE_PERIODS_MIN or (values <= 0).any():
        return None
    jumps = np.abs(np.diff(np.log10(values)))
    place = int(np.argmax(jumps)) + 1
    left, right = values[:place], values[place:]
    if min(left.size, right.size) < _SIDE_PERIODS_MIN or not (_steady(left) and _steady(right)):
        return None
    ratio = float(np.median(right) / np.median(left))
    ratio = max(ratio, 1.0 / ratio)
    near = (abs(math.log10(ratio / power)) <= math.log10(1 + _POWER_TOLERANCE) for power in _POWERS)
    return place if any(near) else None


def _steady(side: np.ndarray[tuple[int], np.dtype[np.float64]]) -> bool:
    middle = np.median(side)
    return bool(
        (side <= middle * _SIDE_SPREAD_MAX).all() and (side * _SIDE_SPREAD_MAX >= middle).all()
    )
