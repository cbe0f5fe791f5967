"""Pay is read with its unit, and an amount in the wrong column is noticed."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.sheets import CellError, any_pay, parse_pay, pay_in_fen, pay_in_yuan


@pytest.mark.parametrize(
    ("words", "low", "high", "period"),
    [
        ("150-200元/天", 15_000, 20_000, "day"),
        ("150-180/天", 15_000, 18_000, "day"),
        ("200/天", 20_000, 20_000, "day"),
        ("3000元/月", 300_000, 300_000, "month"),
        ("3000-4000元", 300_000, 400_000, None),
        ("3k-5k", 300_000, 500_000, "month"),
        ("8千-1.2万", 800_000, 1_200_000, "month"),
        ("1-1.5万·13薪", 1_000_000, 1_500_000, "month"),
        ("¥120 / day", 12_000, 12_000, "day"),
        ("１５０元／天", 15_000, 15_000, "day"),
        (180, 18_000, 18_000, None),
        (150.5, 15_050, 15_050, None),
    ],
)
def test_pay_is_read_as_people_write_it(
    words: Any, low: int, high: int, period: str | None
) -> None:
    pay = parse_pay(words)
    assert (pay.low_fen, pay.high_fen, pay.period) == (low, high, period)


@pytest.mark.parametrize(
    "words",
    ["每月3000元", "20元/小时", "5万/年", "200-100元/天", "很高", "-5元/天", "", True, "1e5"],
)
def test_pay_that_cannot_be_kept_is_refused(words: Any) -> None:
    with pytest.raises(CellError):
        parse_pay(words)


@pytest.mark.parametrize(
    ("period", "words"),
    [("day", 3000), ("day", "3000元/月"), ("month", 150), ("month", "150元/天"), ("day", 15_000)],
)
def test_pay_of_another_period_or_unit_is_noticed(period: Any, words: Any) -> None:
    with pytest.raises(CellError) as refused:
        pay_in_yuan(period)(words)
    assert refused.value.code == "pay_unit"


def test_yuan_in_a_column_of_fen_is_noticed_with_the_mended_value() -> None:
    with pytest.raises(CellError) as refused:
        pay_in_fen("day")(150)
    assert "15000" in refused.value.text.zh


def test_unpaid_is_an_answer_and_not_a_wrong_unit() -> None:
    assert pay_in_yuan("day")("0") == 0
    assert pay_in_fen("month")(0) == 0


def test_pay_that_is_not_said_is_not_declared() -> None:
    assert any_pay("面议").low_fen is None
    assert pay_in_yuan("month")("面议") is None


def test_an_amount_that_could_be_either_is_asked_about() -> None:
    with pytest.raises(CellError) as refused:
        any_pay("1500")
    assert refused.value.code == "pay_period_missing"
    assert any_pay("150").period == "day"
    assert any_pay("3500").period == "month"


@given(yuan=st.integers(10, 2_000))
def test_yuan_and_fen_of_a_day_say_the_same(yuan: int) -> None:
    assert pay_in_yuan("day")(f"{yuan}元/天") == pay_in_fen("day")(yuan * 100) == yuan * 100


@pytest.mark.parametrize(
    ("file", "column", "share"),
    [
        ("shixiseng_2022_internships.csv", "pay", 1.0),
        ("shixiseng_2023_internships.csv", "pay", 1.0),
        ("zhaopin_2025_it_jobs.csv", "salary_range", 0.99),
        ("boss_2019_data_analyst.csv", "salary", 0.99),
        ("lagou_2018_sz_gz.csv", "薪资", 0.99),
    ],
)
def test_real_advertisements_are_read(
    shared_folder: Path, file: str, column: str, share: float
) -> None:
    with (shared_folder / "data" / "posts" / file).open(encoding="utf-8-sig", newline="") as lines:
        cells = [row[column] for row in csv.DictReader(lines)]
    refused: list[str] = []
    for cell in cells:
        try:
            parse_pay(cell)
        except CellError as error:
            refused.append(error.code)
    assert len(refused) <= (1 - share) * len(cells), set(refused)
