"""Real internship advertisements pass the import once the fields that they lack are given."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from services.internships.domain.post_columns import POST_COLUMNS, terms_of_row
from shared.sheets import read_sheet, write_csv

# What an advertisement never says: given here, and named.
LACKING = {"实习类型": "岗位实习", "人数": 3, "开始日期": "2027-03-01", "结束日期": "2027-08-28"}


@pytest.mark.parametrize(
    ("file", "share"),
    [("shixiseng_2022_internships.csv", 0.95), ("shixiseng_2023_internships.csv", 0.93)],
)
def test_real_internship_advertisements_become_posts(
    shared_folder: Path, file: str, share: float
) -> None:
    with (shared_folder / "data/posts" / file).open(encoding="utf-8-sig", newline="") as lines:
        told = list(csv.DictReader(lines))
    headers = ["岗位名称", "工作地区", "报酬", "每周天数", *LACKING]
    days = [row["days_per_week"].replace("／", "/") for row in told]
    rows = [
        [row["title"], row["city"], row["pay"], day, *LACKING.values()]
        for row, day in zip(told, days, strict=True)
    ]
    sheet = read_sheet(write_csv(headers, rows), POST_COLUMNS)
    wrong = Counter((fault.column, fault.code) for fault in sheet.faults)
    assert len(sheet.rows) >= share * len(told), wrong
    # What is refused is a place that is none (全国), never a misread amount.
    assert {column for column, _ in wrong} <= {"工作地区"}
    terms = [terms_of_row(row.values)[0] for row in sheet.rows]
    # 面议 says no pay; “0-50/天” promises none.
    said = [each.pay_fen_day for each in terms if each.pay_fen_day]
    assert len(said) >= 0.97 * len(terms)
    assert all(1_000 <= pay <= 100_000 for pay in said)
    assert all(each.days_week and 1 <= each.days_week <= 7 for each in terms)
