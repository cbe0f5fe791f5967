"""Fit and fill for an authority: counted over published rounds, aggregated, small counts hidden."""

from __future__ import annotations

import csv
import io
from itertools import product
from typing import Any
from uuid import UUID

import httpx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from matching.problem import build_problem
from matching.report import report_groups, share_filled
from services.internships.domain.matching_indicator import COUNTS, LEAST
from services.internships.engine.small_cells import Shares, hide_small
from services.internships.flows.measure_matching import compare, draw_up
from shared.db.session import PLATFORM
from tests.internships.conftest import InternshipsRoom
from tests.internships.school_year import School, found_school
from tests.internships.test_rounds import everyone_wishes, published

# Each test has a city of its own: the room's database is everybody's.
CITY, CITY_2, CITY_3, NOBODYS, OUTSIDE = "650200", "650400", "650500", "652300", "110105"
METRICS = "/v1/metrics/matching"


def authority(room: InternshipsRoom, region: str | None) -> httpx.AsyncClient:
    org_id = room.organisation("authority", "市教育局", region_code=region)
    return room.client(
        org_id=str(org_id), org_kind="authority", roles=["analyst"], scope="authority:read"
    )


async def school_of_two_trades(room: InternshipsRoom, city: str) -> School:
    """Return a school of 30 in a city, half of them of another major group than its posts name."""
    majors = ["660103"] * 15 + ["740101"] * 15
    rows = [
        f"S{i:02d},陈小{i},{major},2024,一班,2026-2027-1,2008-01-{i % 28 + 1:02d}"
        for i, major in enumerate(majors)
    ]
    district = f"{city[:4]}02"
    places = (district, district, district, OUTSIDE)
    posts = [{"seats": 6, "region_code": place} for place in places]
    school = await found_school(room, rows=rows, posts=posts)
    room.accounts.organisations[str(school.id)]["region_code"] = district
    return school


def figures_of(group: dict[str, Any]) -> dict[str, Any]:
    return {each["indicator"]: each for each in group["figures"]}


async def all_wish_alike(school: School, batch: str) -> None:
    """Let everybody wish for the same posts in the same order."""
    lines = [
        f"S{i:02d},{rank},{post}" for i in range(30) for rank, post in enumerate(school.posts, 1)
    ]
    job = await school.upload(
        f"/v1/batches/{batch}/wishes/imports", "学籍号,志愿序号,岗位编号", *lines
    )
    assert job["state"] == "done", job


async def test_an_authority_reads_what_the_rounds_of_its_place_came_to(
    working: InternshipsRoom,
) -> None:
    school = await school_of_two_trades(working, CITY)
    batch = await school.opened()
    await all_wish_alike(school, batch)
    agency = authority(working, CITY)
    assert (await agency.get(METRICS)).json()["groups"] == []  # nothing before it is published
    found = await published(school, batch)

    told = (await agency.get(METRICS)).json()
    assert (told["term"], told["rounds"], told["region_name"]["zh"][-3:]) == (
        "2026-2027-2",
        1,
        "玛依市",
    )
    (counted,) = told["counted"]
    assert counted["round_id"] == found["id"]
    assert counted["certificate_sha256"] == found["certificate_sha256"]

    everyone, region, kind = told["groups"]
    assert (region["code"], kind["code"]) == ("650202", "secondary_vocational")
    expected = await counted_by_hand(working, school, found["id"])
    figures = figures_of(everyone)
    assert figures["placed_share"]["value"] == pytest.approx(expected["placed"])
    assert figures["mean_rank"]["value"] == pytest.approx(round(expected["mean_rank"], 2))
    assert figures["distance"]["value"] == pytest.approx(round(expected["distance"], 2))
    assert figures["seats_filled"]["value"] == pytest.approx(expected["filled"])
    assert figures["relevance"]["value"] == pytest.approx(expected["relevance"], abs=1e-4)
    assert figures["other_province"]["count"] == 6
    assert everyone["counts"]["same_city"] == 18
    assert [each["code"] for each in told["indicators"]] == [*figures]


async def counted_by_hand(room: InternshipsRoom, school: School, round_id: str) -> dict[str, float]:
    """Return the same figures by the engine's own report over the round as it was kept."""
    async with room.database.begin(PLATFORM) as tx:
        rows = (
            await tx.execute(
                text(
                    "SELECT r.wish_post_ids, r.placed_rank, s.major_code FROM round_results r"
                    " JOIN students s ON s.id = r.student_id WHERE r.round_id = :id"
                ),
                {"id": UUID(round_id)},
            )
        ).all()
    places = {UUID(post): at for at, post in enumerate(school.posts)}
    wishes = [[places[UUID(str(post))] for post in row.wish_post_ids] for row in rows]
    market = build_problem(
        indptr=np.cumsum([0, *map(len, wishes)]),
        posts=[post for own in wishes for post in own],
        keys=[1] * sum(map(len, wishes)),
        seats=[6] * 4,
        lottery=np.arange(len(rows)),
    )
    matching = np.array(
        [
            -1 if row.placed_rank is None else own[row.placed_rank - 1]
            for row, own in zip(rows, wishes, strict=True)
        ],
        dtype=np.int32,
    )
    # the first three posts are in the school's city, the fourth is in another province
    steps = np.array([2.0 if post == 3 else 0.0 for own in wishes for post in own])
    (report,) = report_groups(market, matching, groups=["all"] * len(rows), values=steps)
    assert report.placed is not None
    assert report.mean_rank is not None
    assert report.mean_value is not None
    placed = [row.major_code for row in rows if row.placed_rank is not None]
    return {
        "placed": report.placed,
        "mean_rank": report.mean_rank,
        "distance": report.mean_value,
        "filled": share_filled(market, matching),
        "relevance": sum(major == "660103" for major in placed) / len(placed),
    }


async def test_nobody_but_the_authority_of_the_place_reads_across_schools(
    working: InternshipsRoom,
) -> None:
    school = await school_of_two_trades(working, CITY_2)
    batch = await school.opened(term="2031-2032-1")
    await everyone_wishes(school, batch, 30)
    await published(school, batch)
    operator = working.client(
        org_id=str(working.organisation("platform", "运营")),
        org_kind="platform",
        roles=["operator"],
        scope="authority:read placements:read",
    )
    wide = {"scope": "authority:read placements:read"}
    callers = [
        school.office,
        school.student("S01"),
        working.hr(school.enterprise_id),
        operator,
        working.client(org_id=str(school.id), org_kind="school", roles=["school_admin"], **wide),
        working.client(
            org_id=str(school.enterprise_id), org_kind="enterprise", roles=["hr"], **wide
        ),
        authority(working, None),
    ]
    for caller in callers:
        for path in (METRICS, f"{METRICS}/export"):
            assert (await caller.get(path)).status_code == 403
    assert (await working.anyone().get(METRICS)).status_code == 401
    elsewhere = (await authority(working, NOBODYS).get(METRICS)).json()
    assert (elsewhere["terms"], elsewhere["groups"], elsewhere["counted"]) == ([], [], [])


async def test_no_person_and_no_small_count_leaves(working: InternshipsRoom) -> None:
    school = await school_of_two_trades(working, CITY_3)
    batch = await school.opened(term="2030-2031-1")
    lines = [f"S{i:02d},1,{school.posts[0 if i < 2 else 1]}" for i in range(8)]
    lines += [f"S{i:02d},1,{school.posts[3]}" for i in range(20, 28)]
    await school.upload(f"/v1/batches/{batch}/wishes/imports", "学籍号,志愿序号,岗位编号", *lines)
    await published(school, batch)
    agency = authority(working, CITY_3)
    answer = await agency.get(METRICS, params={"term": "2030-2031-1"})
    assert "陈小" not in answer.text
    assert "S01" not in answer.text
    for group in answer.json()["groups"]:
        for name, count in group["counts"].items():
            assert count is None or count == 0 or count >= LEAST, (group["by"], name)
    table = await agency.get(f"{METRICS}/export", params={"term": "2030-2031-1"})
    assert table.headers["content-disposition"].endswith('filename="matching.csv"')
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert {row["指标"] for row in rows} >= {"专业对口率", "岗位满足率"}
    assert "陈小" not in table.text


async def test_each_figure_names_its_clause_and_no_document_is_said_to_set_a_rate(
    room: InternshipsRoom,
) -> None:
    national = (await authority(room, "000000").get(METRICS)).json()
    clauses = {(one["pack"], one["clause"]) for one in national["basis"]}
    assert clauses == {("cn-zj", "四"), ("cn-zj-sx", "三"), ("cn-ha", "三.1")}
    shaoxing = (await authority(room, "330600").get(METRICS)).json()
    assert {one["pack"] for one in shaoxing["basis"]} == {"cn-zj", "cn-zj-sx"}
    assert {(one["words"], one["clause"]) for one in shaoxing["figures"]} == {
        ("2%", "十六"),
        ("3%", "十六"),
    }
    jilin = (await authority(room, "220000").get(METRICS)).json()
    assert (jilin["basis"], jilin["figures"]) == ([], [])


def cell(region: str, level: str, **counts: int) -> dict[str, Any]:
    """Return one kind of school in one region, everybody placed unless said otherwise."""
    named = dict.fromkeys(COUNTS, 0) | counts
    named["unplaced"] = named["students"] - named["placed"]
    return {
        "region": region,
        "level": level,
        "seats": 100,
        "rank_sum": named["first"],
        "rounds": 1,
        "schools": [UUID(int=hash((region, level)) & 0xFFFF)],
        **named,
    }


def told_of(placed: int, relevant: int) -> dict[str, int]:
    return {
        "students": placed,
        "placed": placed,
        "first": placed,
        "relevant": relevant,
        "other_group": placed - relevant,
        "same_city": placed,
    }


def test_a_hidden_region_is_not_worked_out_from_the_total_or_from_its_kind_of_school() -> None:
    cells = [
        cell("330100", "higher_vocational", **told_of(40, 37)),  # three outside their group
        cell("330200", "secondary_vocational", **told_of(60, 30)),
        cell("330600", "secondary_vocational", **told_of(90, 50)),
    ]
    groups = draw_up(cells, "330000")
    hidden = {
        (group["by"], group["code"]) for group in groups if figures_of(group)["relevance"]["hidden"]
    }
    # The kind of school is the region here: hiding the one alone would tell it by the other.
    assert {("region", "330100"), ("school_level", "higher_vocational")} <= hidden
    assert ("school_level", "secondary_vocational") in hidden
    assert ("all", "") not in hidden
    assert len([one for one in hidden if one[0] == "region"]) >= 2
    spreads = {(one["by"], one["indicator"]) for one in compare(groups)}
    assert ("region", "placed_share") in spreads
    assert ("school_level", "relevance") not in spreads


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=3),
    st.integers(0, 7),
)
def test_no_reader_narrows_a_hidden_small_count_by_whole_numbers(
    counts: list[tuple[int, int]], second_trait: int
) -> None:
    cells = np.array(counts, dtype=np.int64)
    size = len(counts)
    other = np.array([(second_trait >> at) & 1 for at in range(size)], dtype=bool)
    rows = np.array([[True] * size, *np.eye(size, dtype=bool).tolist(), other, ~other])
    kinds = np.array([0, *[1] * size, 2, 2])
    none = np.zeros(len(rows), dtype=bool)
    hidden = hide_small(Shares(cells, rows, kinds, none, none), least=LEAST)
    sums = rows @ cells
    assert not ((sums > 0) & (sums < LEAST))[~hidden].any()
    if not hidden.any():
        return
    # Every filling of the cells that agrees with what is told, by trying them all.
    for part in range(2):
        limit = int(cells[:, part].max()) + LEAST
        held = [range(limit + 1) if cells[at].sum() else range(1) for at in range(size)]
        tried = np.array(list(product(*held)))
        agree = tried[((tried @ rows.T)[:, ~hidden] == sums[~hidden, part]).all(axis=1)]
        for row in np.flatnonzero(hidden & (sums[:, part] > 0) & (sums[:, part] < LEAST)):
            possible = agree @ rows[row]
            assert possible.max() - possible.min() >= LEAST, (row, part)
