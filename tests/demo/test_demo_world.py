"""The demonstration's world: the same from the same seed, and right by every catalogue."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from datetime import date
from pathlib import Path

import orjson
import pytest

from gateway.demo.generate import generate_small, generate_world
from gateway.demo.generate_posts import FAULTS
from gateway.demo.generate_schools import SCHOOLS, split_evenly
from gateway.demo.trades import LEVELS, TRADES, trade_of_title
from gateway.demo.world import World, season_of
from services.internships.contract.posts import PostIn
from services.internships.domain.roster import read_plans, read_roster
from shared.catalogues.colleges import find_college
from shared.catalogues.industries import find_industry
from shared.catalogues.major_codes import level_of
from shared.catalogues.majors import find_major
from shared.catalogues.occupations import find_occupation
from shared.catalogues.regions import find_region
from shared.catalogues.uscc import is_valid

SEASON = season_of(date(2026, 11, 22))


@pytest.fixture(scope="module")
def world() -> World:
    return generate_world(SEASON, students=2_000)


def _bytes(world: World) -> bytes:
    return orjson.dumps(asdict(world), default=sorted)


def test_equal_seeds_give_equal_bytes_and_other_seeds_do_not() -> None:
    first = _bytes(generate_world(SEASON, students=400))
    assert first == _bytes(generate_world(SEASON, students=400))
    assert first != _bytes(generate_world(SEASON, students=400, seed=1))


def test_every_credit_code_holds_and_stands_once(world: World) -> None:
    codes = [each.uscc for each in world.enterprises]
    assert all(is_valid(code) for code in codes)
    assert len(set(codes)) == len(codes) > 30


def test_every_post_is_a_post_of_the_api_with_codes_of_the_catalogues(world: World) -> None:
    for enterprise in world.enterprises:
        assert find_region(enterprise.region_code)
        for post in enterprise.posts:
            body = PostIn.model_validate(post.body)
            assert body.occupation_code
            assert find_occupation(body.occupation_code)
            assert find_industry(body.industry_code or "")
            assert all(find_major(code) for code in body.major_codes)


def test_some_posts_break_each_rule_on_purpose(world: World) -> None:
    posts = [post.body for each in world.enterprises for post in each.posts]
    assert any(post["works_night"] and "special_filing_no" not in post for post in posts)
    assert any("special_filing_no" in post for post in posts)
    assert any("押金" in post["description"] or "材料费" in post["description"] for post in posts)
    assert any(post["hazards"] for post in posts)
    assert any(post["typical_tasks"] == [] for post in posts)
    assert len(FAULTS) == 10
    crowded = [
        each
        for each in world.enterprises
        if sum(post.seats for post in each.posts) * 10 > each.staff_on_duty
    ]
    assert 0 < len(crowded) < len(world.enterprises) / 3


def test_a_roster_has_exactly_the_students_asked_for_spread_by_seats(world: World) -> None:
    assert world.students == 2_000
    for school in world.schools:
        seats = sum(post.seats for row in school.hosts for post in world.enterprises[row].posts)
        assert seats >= len(school.students)


def test_every_enterprise_hosts_one_school(world: World) -> None:
    hosts = [row for school in world.schools for row in school.hosts]
    assert sorted(hosts) == list(range(len(world.enterprises)))


def test_students_learn_a_major_of_their_schools_catalogue_and_have_numbers_of_their_own(
    world: World,
) -> None:
    numbers: set[str] = set()
    for school in world.schools:
        for student in school.students:
            assert level_of(student.major_code) == school.level
            numbers.add(student.enrolment_no)
    assert len(numbers) == world.students


def test_rosters_and_plans_are_files_that_the_platform_reads(world: World) -> None:
    from gateway.demo.files import write_plans, write_roster

    school = world.schools[0]
    roster = read_roster(write_roster(school.students, SEASON), "text/csv")
    assert len(roster.rows) == len(school.students)
    assert read_plans(write_plans(school, SEASON), "text/csv").rows


def test_the_trades_name_majors_of_every_level_and_known_codes() -> None:
    for trade in TRADES:
        assert find_occupation(trade.occupation_code), trade.key
        assert find_industry(trade.industry_code), trade.key
        for level in LEVELS:
            assert trade.majors[level], trade.key
            for code in trade.majors[level]:
                found = find_major(code)
                assert found is not None, code
                assert (found.code, level_of(code)) == (code, level)


def test_the_schools_stand_on_the_ministrys_list_at_their_level() -> None:
    for seat in SCHOOLS:
        found = find_college(seat.code)
        assert found is not None
        assert find_region(seat.city_code)
        vocational = found.level == "higher_vocational"
        assert vocational == (seat.level == "higher_vocational")


def test_the_small_world_is_small_and_has_both_kinds_of_schools() -> None:
    small = generate_small(SEASON)
    assert len(small.schools) == 2
    assert small.students == 120
    assert len(small.enterprises) < 15


@pytest.mark.parametrize(
    ("today", "start", "term"),
    [
        (date(2026, 11, 22), date(2027, 3, 1), "2026-2027-2"),
        (date(2027, 2, 10), date(2027, 9, 1), "2027-2028-1"),
        (date(2027, 7, 31), date(2027, 9, 1), "2027-2028-1"),
        (date(2027, 12, 31), date(2028, 3, 1), "2027-2028-2"),
    ],
)
def test_the_season_lies_ahead_of_the_day_and_names_its_term(
    today: date, start: date, term: str
) -> None:
    season = season_of(today)
    assert (season.start_on, season.term) == (start, term)


def test_shares_add_up() -> None:
    assert sum(split_evenly(20_000, [7, 11, 13, 0])) == 20_000
    assert split_evenly(5, [0, 0]) == [3, 2]


@pytest.mark.parametrize(
    ("title", "trade"),
    [
        ("数据标注实习生", "intelligence"),
        ("财务分析实习生", "accounting"),
        ("供应链数据分析实习生", "logistics"),
        ("软件测试工程师", "software"),
        ("某某岗", "data"),
    ],
)
def test_a_title_finds_its_trade(title: str, trade: str) -> None:
    assert trade_of_title(title).key == trade


def test_the_demonstrations_platform_ignores_what_the_shell_says_of_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from gateway.demo.platform_process import own_environment

    for name in ("DATABASE_URL", "ACCOUNTS_URL", "INTERNSHIPS_DATABASE_URL", "CHANJIAO_DATA"):
        monkeypatch.setenv(name, "postgresql://elsewhere")
    own = own_environment("http://127.0.0.1:1")
    assert "postgresql://elsewhere" not in own.values()
    assert own["CHANJIAO_PUBLIC_URL"] == "http://127.0.0.1:1"


def test_a_folder_that_is_not_empty_is_refused(tmp_path: Path) -> None:
    from argparse import Namespace

    from gateway.demo.commands import DemoFolderUsedError, register

    (tmp_path / "something").touch()
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())
    arguments: Namespace = parser.parse_args(["demo", "--data", str(tmp_path)])
    with pytest.raises(DemoFolderUsedError):
        arguments.run(arguments)
