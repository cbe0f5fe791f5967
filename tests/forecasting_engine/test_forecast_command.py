"""`chanjiao forecast` on files: what it writes, and how it names what is wrong."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from gateway.commands import main
from shared.kernel.clock import china_day, utc_now


def write(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(["series,period,value", *lines, ""]), encoding="utf-8")
    return path


def run(tmp_path: Path, lines: list[str], *more: str) -> tuple[int, list[dict[str, str]]]:
    out = tmp_path / "f.csv"
    series = write(tmp_path / "s.csv", lines)
    words = ["forecast", "run", "--series", str(series), "--horizon", "2", "--out", str(out)]
    status = main([*words, "--fast", *more])
    if not out.exists():
        return status, []
    with out.open(encoding="utf-8", newline="") as file:
        return status, list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        (("2023-11", "2023-12"), ["2024-01", "2024-02"]),
        (("2023-Q3", "2023-Q4"), ["2024-Q1", "2024-Q2"]),
        (("2022", "2023"), ["2024", "2025"]),
        (("2024-02-28", "2024-02-29"), ["2024-03-01", "2024-03-02"]),
        (("7", "8"), ["9", "10"]),
    ],
)
def test_the_answer_writes_periods_as_the_question_did(tmp_path, periods, expected) -> None:
    status, rows = run(tmp_path, [f"a,{periods[0]},5", f"a,{periods[1]},6"])
    assert status == 0
    assert [row["period"] for row in rows] == expected
    assert list(rows[0]) == [
        "series", "period", "p10", "p50", "p90", "p2_5", "p97_5", "mean",
    ]  # fmt: skip


def test_zeros_and_single_points_are_answered_with_ordered_numbers(tmp_path) -> None:
    lines = [f"zeros,{at},0" for at in range(30)] + ["one,29,4"]
    status, rows = run(tmp_path, lines)
    assert status == 0
    for row in rows:
        ends = [float(row[name]) for name in ("p2_5", "p10", "p50", "p90", "p97_5")]
        assert ends == sorted(ends)
        assert ends[0] >= 0


def test_bad_rows_end_with_two_and_are_named_in_both_languages(tmp_path, capsys) -> None:
    status, rows = run(tmp_path, ["a,2024-01,5", "a,2024-01,6", "a,2024-02,x"])
    assert (status, rows) == (2, [])
    told = capsys.readouterr().err
    assert "第 3 行" in told
    assert "Row 3" in told
    assert "Row 4" in told


def test_a_missing_header_and_a_missing_file_are_told(tmp_path, capsys) -> None:
    path = tmp_path / "s.csv"
    path.write_text("series,value\na,1\n", encoding="utf-8")
    words = ["forecast", "backtest", "--horizon", "1", "--series"]
    assert main([*words, str(path)]) == 2
    assert "period" in capsys.readouterr().err
    assert main([*words, str(tmp_path / "none.csv")]) == 2
    assert main(["forecast", "backtest", "--horizon", "0", "--series", str(path)]) == 2


def test_a_backtest_prints_naive_and_the_engine(tmp_path, capsys) -> None:
    lines = [f"a,{1990 + at // 4}-Q{at % 4 + 1},{100 + at + 9 * (at % 4)}" for at in range(60)]
    series = write(tmp_path / "s.csv", lines)
    words = ["forecast", "backtest", "--series", str(series), "--horizon", "2", "--fast"]
    assert main(words) == 0
    told = capsys.readouterr().out
    for method in ("naive", "naive2", "seasonal_naive", "engine"):
        assert f"\n{method} " in told


def test_a_file_in_the_encoding_of_administrations_is_read(tmp_path) -> None:
    path = tmp_path / "s.csv"
    path.write_bytes("series,period,value\n焊工,2024,5\n焊工,2025,6\n".encode("gb18030"))
    out = tmp_path / "f.csv"
    words = ["forecast", "run", "--series", str(path), "--horizon", "1", "--out", str(out)]
    assert main(words) == 0
    assert "焊工,2026," in out.read_text(encoding="utf-8")


def test_a_cell_that_no_csv_holds_is_answered_and_not_traced(tmp_path, capsys) -> None:
    status, rows = run(tmp_path, [f"{'a' * 200_000},2024-01,5"])
    assert (status, rows) == (2, [])
    assert "field larger" in capsys.readouterr().err


def test_a_period_later_than_today_is_refused_with_its_row(tmp_path, capsys) -> None:
    today = china_day(utc_now())
    status, rows = run(tmp_path, [f"a,{today.year},5", f"a,{today.year + 1},6"])
    assert (status, rows) == (2, [])
    told = capsys.readouterr().err
    assert "第 3 行" in told
    assert "Row 3" in told
    assert "Row 2" not in told


def test_a_running_period_and_negative_values_are_told_of(tmp_path, capsys) -> None:
    today = china_day(utc_now())
    years = [today.year - 2, today.year - 1, today.year]
    lines = [f"a,{years[0]},5", f"a,{years[1]},-1", f"a,{years[2]},-2", f"b,{years[0]},4"]
    status, rows = run(tmp_path, lines)
    assert (status, len(rows)) == (0, 4)
    told = capsys.readouterr().err
    assert "2 values are negative (the first in row 3)" in told
    assert f"1 series end in {today.year}" in told
    assert run(tmp_path, lines, "--counts")[0] == 2


def test_a_file_with_nothing_odd_is_answered_without_a_note(tmp_path, capsys) -> None:
    assert run(tmp_path, ["a,2022,5", "a,2023,-0"])[0] == 0
    assert capsys.readouterr().err == ""
