"""Advertisements as posts: what they say is kept, what they lack is made up and marked."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from random import Random

import pytest

from gateway.demo.advertisements import (
    FILES,
    choose_advertisements,
    find_folder,
    first_number,
    make_advertised,
    pay_of,
    read_advertisements,
    region_of,
    skills_of,
    staff_band,
)
from gateway.demo.world import season_of
from services.internships.contract.posts import PostIn
from shared.catalogues.uscc import is_valid

SEASON = season_of(date(2026, 11, 22))
INTERNSHIP = {
    "title": "数据分析实习生",
    "company": "甲公司",
    "pay": "150-200/天",
    "city": "上海",
    "days_per_week": "4天／周",
    "months": "实习3个月",
    "company_size": "50-150人",
    "industry": "互联网",
}
JOB = {
    "position_name": "测试工程师",
    "company_full_name": "广州乙有限公司",
    "job_min_wage": "6000",
    "job_wage_kind": "1",
    "num_people": "3",
    "skill_keys": "['SQL', 'Java']",
    "job_require": "负责软件测试。",
    "company_addr": "广东省广州市天河区某路1号",
}


def _write(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of advertisements as ours is laid out, with made-up rows."""
    posts = tmp_path / "shared" / "data" / "posts"
    posts.mkdir(parents=True)
    _write(posts / FILES[0], [INTERNSHIP, {**INTERNSHIP, "title": "运营实习生", "pay": "面议"}])
    _write(posts / FILES[1], [{**INTERNSHIP, "company": "丙公司", "city": "全国", "months": "36"}])
    _write(posts / FILES[2], [JOB, {**JOB, "company_full_name": ""}])
    return posts


@pytest.mark.parametrize(
    ("cell", "fen"),
    [
        ("150-200/天", 15_000),
        ("200/天", 20_000),
        ("6000元/月", 600_000),
        ("薪资面议", None),
        ("面议", None),
        ("1/天", None),
        ("", None),
    ],
)
def test_pay_is_the_lower_end_in_fen(cell: str, fen: int | None) -> None:
    assert pay_of(cell) == fen


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("上海", "310000"),
        ("北京市", "110000"),
        ("广州天河区", "440100"),
        ("广东省深圳市南山区粤海街道", "440300"),
        ("粤海街道 深圳市南山区", "440300"),
        ("全国", None),
        ("天河路490号", None),
        ("", None),
    ],
)
def test_a_place_is_the_code_of_its_city(cell: str, code: str | None) -> None:
    assert region_of(cell) == code


def test_numbers_sizes_and_skills_are_read() -> None:
    assert first_number("实习3个月") == 3
    assert staff_band("2000\uf417以上") == (2000, 6000)
    assert staff_band("15人以下") == (5, 15)
    assert staff_band("未知规模") is None
    assert skills_of("['SQL', 'SQL', '']") == ("SQL",)
    assert skills_of("SQL") == ()


def test_a_folder_is_found_beside_the_checkout_or_not_at_all(folder: Path) -> None:
    checkout = folder.parents[2] / "checkout" / "gateway"
    assert find_folder(checkout) == folder
    (folder / FILES[0]).unlink()
    assert find_folder(checkout) is None


def test_what_an_advertisement_says_is_kept_and_the_rest_is_marked(folder: Path) -> None:
    made = make_advertised(read_advertisements(folder), rng=Random(1), season=SEASON)
    assert [(each.name, len(each.posts)) for each in made] == [
        ("甲公司", 2),
        ("丙公司", 1),
        ("广州乙有限公司", 1),
    ]
    first = made[0].posts[0]
    assert first.body["pay_fen_day"] == 15_000
    assert (first.body["days_week"], first.body["end_on"]) == (4, "2027-05-30")
    assert first.body["region_code"] == "310000"
    assert 50 <= made[0].staff_on_duty <= 150
    said = {"title", "pay_fen_day", "days_week", "end_on", "region_code"}
    assert not said & first.generated
    assert {"seats", "start_on", "occupation_code", "major_codes"} <= first.generated


def test_a_jobs_wage_is_the_private_wage_of_the_same_post(folder: Path) -> None:
    made = make_advertised(read_advertisements(folder), rng=Random(1), season=SEASON)
    job = made[2].posts[0]
    assert job.seats == 3
    assert job.body["skills"] == ["SQL", "Java"]
    assert job.body["wages"] == {"reference_fen_month": 600_000}
    assert job.body["pay_fen_month"] <= 600_000
    assert {"pay_fen_month", "wages"} <= job.generated


def test_an_impossible_length_and_an_unknown_place_are_made_up(folder: Path) -> None:
    made = make_advertised(read_advertisements(folder), rng=Random(1), season=SEASON)
    other = made[1].posts[0]
    assert other.body["end_on"] == SEASON.end_on.isoformat()
    assert {"end_on", "region_code"} <= other.generated


def test_a_company_is_chosen_whole(folder: Path) -> None:
    found = read_advertisements(folder)
    kept = choose_advertisements(found, rng=Random(1), share=0.34)
    assert len({each.company for each in kept}) == 1
    assert choose_advertisements(found, rng=Random(1), share=1) == found


def test_the_real_advertisements_become_posts_of_the_api(shared_folder: Path) -> None:
    folder = find_folder(shared_folder.parent / "main")
    assert folder is not None
    found = read_advertisements(folder)
    made = make_advertised(found, rng=Random(1), season=SEASON)
    posts = [post for each in made for post in each.posts]
    assert len(posts) == len(found) > 3_500
    assert all(is_valid(each.uscc) for each in made)
    for post in posts:
        PostIn.model_validate(post.body)
    with_pay = sum("pay_fen_day" not in post.generated for post in posts)
    assert with_pay > 2_000
