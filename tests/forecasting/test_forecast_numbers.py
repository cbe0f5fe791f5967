"""The pure parts: periods, checks over a million rows, trees, what makes two runs the same."""

from __future__ import annotations

import doctest
import importlib
import tracemalloc
from datetime import date
from uuid import UUID

import numpy as np
import pytest

from services.forecasting.domain.cell import Cell, ladder
from services.forecasting.domain.dataset import Break
from services.forecasting.domain.forecast_leaves import Leaves, Recorded, Treatment, settle_leaves
from services.forecasting.domain.forecast_tree import grow_tree
from services.forecasting.domain.observation_check import Rule, check_observations, nothing_known
from services.forecasting.domain.observation_columns import Form
from services.forecasting.domain.observation_table import read_observations
from services.forecasting.domain.period import first_day, parse_period, period_of, period_words
from services.forecasting.domain.submission import Told, score
from shared.catalogues.occupations import occupations
from shared.catalogues.regions import regions
from shared.sheets.cells import CellError

MODULES = ("advertisement", "cell", "crosswalk", "dataset", "measure", "period", "submission")
FORM = Form("month", "person", (), {}, period_of("month", date(2026, 9, 1)), date(2026, 10, 3))


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_hold(name: str) -> None:
    module = importlib.import_module(f"services.forecasting.domain.{name}")
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("2024-07", "2024-07"),
        ("2024年7月", "2024-07"),
        ("202407", "2024-07"),
        ("2024/7", "2024-07"),
        ("2024Q3", "2024-Q3"),
        ("2024-q3", "2024-Q3"),
        ("2024年三季度", "2024-Q3"),
        ("2024年第3季度", "2024-Q3"),
        ("2024", "2024"),
        ("２０２４年度", "2024"),
        (date(2024, 7, 9), "2024-07"),
    ],
)
def test_periods_are_read_as_people_write_them(words: object, meant: str) -> None:
    period = parse_period(words)
    assert period_words(period.frequency, period.ordinal) == meant
    assert period_of(period.frequency, first_day(period.frequency, period.ordinal)) == (
        period.ordinal
    )


@pytest.mark.parametrize("words", ["2024-13", "24-07", "last month", "2024-Q5", "", "2024-07-01-1"])
def test_what_is_no_period_is_refused(words: str) -> None:
    with pytest.raises(CellError):
        parse_period(words)


def test_a_large_file_with_twelve_wrong_rows_names_each_and_stays_small() -> None:
    """A tenth of a million rows here; the whole million is measured by the same code."""
    codes = [each.code for each in occupations() if each.level == "4"][:200]
    places = [
        each.code for each in regions() if each.code.startswith("33") and each.code[4:] != "00"
    ]
    cells = [(region, code) for code in codes for region in places][:5000]
    months = [period_words("month", FORM.latest - step) for step in range(20)]
    lines = [f"{r},{o},{m},{n % 97}" for n, (r, o) in enumerate(cells) for m in months]
    wrong = {row: f"{lines[row].rsplit(',', 1)[0]},{bad}" for row, bad in _TWELVE.items()}
    for row, line in wrong.items():
        lines[row] = line
    body = ("region,occupation,month,value\n" + "\n".join(lines)).encode()
    del lines
    tracemalloc.start()
    readings = read_observations(body, "text/csv", FORM)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [fault.row for fault in readings.faults] == [row + 2 for row in sorted(_TWELVE)]
    assert readings.faults_total == 12
    assert {fault.column for fault in readings.faults} == {"value"}
    assert peak < 12 * len(body)


_TWELVE = {
    100: "-1", 5_000: "many", 9_999: "", 20_000: "nan", 30_001: "inf", 40_000: "1e99",
    50_000: "12..5", 60_000: "-0.5", 70_000: "=A1", 80_000: "n/a", 90_000: "--", 99_998: "十",
}  # fmt: skip


def test_a_jump_that_was_announced_is_no_fault() -> None:
    rows = ["region,month,value", "330106,2026-01,12", "330106,2026-02,12000"]
    readings = read_observations("\n".join(rows).encode(), "text/csv", FORM)
    known = nothing_known(len(readings.cells))
    rule = Rule("month", "zero", ())
    assert check_observations(readings, known, rule)[0][0].code == "unit_change_unrecorded"
    change = Break(parse_period("2026-02").ordinal, "unit", "thousand", 1000.0)
    for accepted in (Rule("month", "zero", (change,)), Rule("month", "zero", (), True)):
        assert check_observations(readings, known, accepted) == ([], 0)


def test_a_jump_away_from_what_is_known_is_found() -> None:
    readings = read_observations(b"region,month,value\n330106,2026-02,3", "text/csv", FORM)
    known = nothing_known(1)
    known.first[:], known.last[:] = parse_period("2025-01").ordinal, parse_period("2026-01").ordinal
    known.last_value[:] = 40_000
    found, total = check_observations(readings, known, Rule("month", "unknown", ()))
    assert (total, found[0].code, found[0].row) == (1, "unit_change_unrecorded", 2)


def _recorded(cell: Cell, values: list[float], first: int = 100) -> Recorded:
    return Recorded(UUID(int=hash(cell) % 2**64), cell, range(first, first + len(values)), values)


def _leaves(*series: Recorded, absent: str = "zero") -> Leaves:
    found = settle_leaves(series, Treatment(absent, (), {}))  # type: ignore[arg-type]
    assert found is not None
    return found


def test_every_ladder_of_a_dimension_is_equally_long() -> None:
    assert {len(ladder("region", each.code)) for each in regions()} == {4}
    assert {len(ladder("occupation", each.code)) for each in occupations()} == {3}


def test_a_number_reported_above_its_parts_stands_alone() -> None:
    tree = grow_tree(
        _leaves(
            _recorded(Cell("330106", "", ""), [1.0, 2.0]),
            _recorded(Cell("330108", "", ""), [3.0, 4.0]),
            _recorded(Cell("330100", "", ""), [90.0, 91.0]),
        ),
        "zero",
    )
    assert tree.stated == (Cell("330100", "", ""),)
    assert tree.values[tree.rows[Cell("330100")]].tolist() == [90.0, 91.0]
    assert len(tree.bottom) == 2


def test_sums_end_where_the_dataset_ends_unless_it_looks_everywhere() -> None:
    leaves = _leaves(
        _recorded(Cell("330106", "", "6-18-01-01"), [1.0]),
        _recorded(Cell("330203", "", "6-18-01-01"), [2.0]),
    )
    province = grow_tree(leaves, "zero")
    assert province.root == "330000"
    assert Cell("", "", "") not in province.rows
    nation = grow_tree(leaves, "zero", everywhere=True)
    assert nation.values[nation.rows[Cell()]].tolist() == [3.0]
    assert nation.rows[Cell()] == nation.rows[Cell("330000")]
    assert nation.values[nation.rows[Cell("330200")]].tolist() == [2.0]


def test_a_sum_begins_with_its_first_part_or_where_unknown_with_its_last() -> None:
    series = (
        _recorded(Cell("330106"), [1.0] * 6, first=100),
        _recorded(Cell("330108"), [2.0] * 3, first=103),
    )
    for absent, expected in (("zero", [1.0] * 3 + [3.0] * 3), ("unknown", [3.0] * 3)):
        tree = grow_tree(_leaves(*series, absent=absent), absent)  # type: ignore[arg-type]
        assert tree.values[tree.rows[Cell("330100")]].tolist() == expected


def test_what_cannot_be_compared_is_left_out_and_what_can_is_brought_over() -> None:
    series = [_recorded(Cell("330106"), [1.0, 2.0, 3.0, 4.0])]
    factor = Break(102, "unit", "thousand", 10.0)
    found = settle_leaves(series, Treatment("zero", (factor,), {}))
    assert found is not None
    assert found.values[0].tolist() == [10.0, 20.0, 3.0, 4.0]
    cut = Break(102, "definition", None, None)
    found = settle_leaves(series, Treatment("zero", (cut,), {}))
    assert found is not None
    assert (found.first, found.values[0].tolist()) == ((102,), [3.0, 4.0])


def test_a_score_counts_the_interval_and_the_quantile_loss() -> None:
    (whole, first) = score("submitted", [Told(1, 10.0, 8.0, 9.0, 12.0)])
    assert (whole["horizon"], first["horizon"]) == (None, 1)
    assert whole["coverage_80"] == 1.0
    assert whole["pinball"] == pytest.approx((0.1 * 2 + 0.5 * 1 + 0.1 * 2) / 3)
    assert score("ours", []) == []
    assert np.isfinite(whole["bias"])
