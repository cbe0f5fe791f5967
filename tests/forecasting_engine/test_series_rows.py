"""Rows of series: every bad one is named, in both languages."""

from __future__ import annotations

from datetime import date

import pytest

from services.forecasting.engine.faults import SeriesRowsError
from services.forecasting.engine.periods import (
    PeriodUnreadableError,
    format_period,
    parse_period,
)
from services.forecasting.engine.readings import Rules, read_panel


def faults(rows, rules=None):
    with pytest.raises(SeriesRowsError) as found:
        read_panel(rows, rules)
    return [(fault.code, fault.row) for fault in found.value.faults]


@pytest.mark.parametrize(
    "text", ["2024", "2024-Q3", "2024Q3", "2024-07", "2024-02-29", "17", "-3", "12345"]
)
def test_a_period_is_written_as_it_was_read(text) -> None:
    period = parse_period(text)
    assert format_period(period.form, period.ordinal) == text


@pytest.mark.parametrize("text", ["", "2024-13", "2024-Q5", "2023-02-29", "July", "2024/07", "1.5"])
def test_what_is_no_period_is_refused(text) -> None:
    with pytest.raises(PeriodUnreadableError):
        parse_period(text)


def test_periods_go_on_over_the_end_of_a_year() -> None:
    december = parse_period("2023-12")
    assert format_period(december.form, december.ordinal + 1) == "2024-01"
    last = parse_period("2023-Q4")
    assert format_period(last.form, last.ordinal + 1) == "2024-Q1"


def test_good_rows_in_any_order_become_a_panel() -> None:
    read = read_panel(
        [(2, "b", "2024-02", "4"), (3, "a", "2024-01", "1"), (4, "b", "2024-01", "3")]
    )
    assert read.panel.keys == ("a", "b")
    assert read.panel.series(1).tolist() == [3.0, 4.0]
    assert read.panel.season == 12


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ((4, "a", "2024-02", "5"), "period_duplicate"),
        ((4, "a", "2024-04", "5"), "period_missing"),
        ((4, "a", "2024-Q2", "5"), "frequency_mixed"),
        ((4, "a", "soon", "5"), "period_unreadable"),
        ((4, "a", "2024-03", "five"), "value_unreadable"),
        ((4, "a", "2024-03", "nan"), "value_not_finite"),
        ((4, "a", "2024-03", "1e308"), "value_too_large"),
        ((4, "a", "2024-03", "-1"), "count_negative"),
        ((4, " ", "2024-03", "1"), "series_blank"),
        ((4, "a", "2024-03", "1"), "period_future"),
    ],
)
def test_a_bad_row_is_named(row, code) -> None:
    good = [(2, "a", "2024-01", "3"), (3, "a", "2024-02", "4")]
    rules = Rules(counts=True, today=date(2024, 2, 29) if code == "period_future" else None)
    assert faults([*good, row], rules) == [(code, 4)]


def test_a_refused_value_is_no_missing_period() -> None:
    rows = [(2, "a", "2024-01", "3"), (3, "a", "2024-02", "-1"), (4, "a", "2024-03", "4")]
    assert faults(rows, Rules(counts=True)) == [("count_negative", 3)]


def test_a_change_of_unit_is_refused_until_it_is_recorded() -> None:
    before, after = [52, 50, 51, 53], [5100, 5250, 5000, 5200]
    rows = [(at + 2, "a", f"{2000 + at}", str(one)) for at, one in enumerate(before + after)]
    assert faults(rows) == [("unit_change_unrecorded", 6)]
    read = read_panel(rows, Rules(breaks={"a": 2004}))
    assert read.panel.values.tolist() == after


def test_a_shock_that_comes_back_is_no_change_of_unit() -> None:
    course = [50, 52, 51, 500, 530, 60, 52, 51, 50]
    rows = [(at + 2, "a", str(at), str(one)) for at, one in enumerate(course)]
    assert read_panel(rows).panel.values.tolist() == course


def test_integers_run_through_those_that_look_like_years() -> None:
    rows = [(at, "a", str(at), "1") for at in range(995, 1010)]
    rows += [(at, "b", str(at), "1") for at in range(1595, 1605)]
    assert read_panel(rows).panel.lengths.tolist() == [15, 10]


def test_twelve_bad_rows_among_many_are_all_named() -> None:
    good = [(at + 2, f"s{at // 50}", str(at % 50), "1") for at in range(50_000)]
    bad = {at * 4_000: (at * 4_000 + 2, "s", "0", "oops") for at in range(12)}
    rows = [bad.get(at, row) for at, row in enumerate(good)]
    found = faults(rows)
    assert {row for code, row in found if code == "value_unreadable"} == {
        row[0] for row in bad.values()
    }


def test_a_file_without_rows_is_refused() -> None:
    assert faults([]) == [("rows_none", 1)]


@pytest.mark.parametrize(
    ("running", "future"),
    [
        ("2024", "2025"),
        ("2024-Q1", "2024-Q2"),
        ("2024-02", "2024-03"),
        ("2024-02-29", "2024-03-01"),
    ],
)
def test_what_begins_after_today_is_refused_and_what_runs_is_not(running, future) -> None:
    rules = Rules(today=date(2024, 2, 29))
    assert read_panel([(2, "a", running, "3")], rules).panel.size == 1
    assert faults([(2, "a", running, "3"), (3, "a", future, "4")], rules) == [("period_future", 3)]


def test_a_count_of_periods_is_never_in_the_future() -> None:
    rows = [(at, "a", str(at), "3") for at in range(2, 2400)]
    assert read_panel(rows, Rules(today=date(2024, 2, 29))).panel.lengths.tolist() == [2398]
