"""The best answers to a notice: exactly ranked, each with its reasons, and only what is open."""

from __future__ import annotations

import doctest
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from types import ModuleType
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import text

from matching.scores import major_term
from services.exchange.domain import match_reasons, notice_match
from services.exchange.domain.notice_kind import answering
from services.exchange.domain.notice_match import profile_of
from services.exchange.engine import columns, likeness, major_reach, market
from services.exchange.engine.likeness import (
    Likeness,
    NoticeProfile,
    compare,
    compare_place,
    word_weight,
)
from services.exchange.engine.major_reach import MajorReach
from services.exchange.engine.market import Market
from services.exchange.store import notice_market
from shared.db.session import PLATFORM
from shared.kernel.ids import new_id
from tests.exchange.conftest import ExchangeRoom
from tests.exchange.notice_bodies import drafted, submitted

MAJORS = ("660103", "610105", "4101", "41", "520201", "080901", "0101-4", "410104", "460103")
OCCUPATIONS = ("", "6-18-01-01", "6-18-01-02", "6-18-01", "4-04-05-01", "2-02-10-03")
REGIONS = ("330106", "330110", "330200", "110101", "220102", "410100")
SKILLS = ("PLC", "plc", "钳工", "ＣＡＤ", "cad", "护理", "Python")
WORDS = tuple("数合课基护车培设大芯物企学师")
INDUSTRIES = ((), ("C",), ("C", "34"), ("C", "34", "341"), ("I", "65"), ("C", "36", "361"))


def some(rng: Random, values: Sequence[Any], most: int) -> list[Any]:
    return rng.sample(values, rng.randint(0, most))


def random_profile(rng: Random, serial: int) -> NoticeProfile:
    return NoticeProfile(
        key=rng.randbytes(16) + serial.to_bytes(4),
        kind=rng.choice(("base", "lease", "internship", "production")),
        majors=tuple(some(rng, MAJORS, 4)),
        occupation=rng.choice(OCCUPATIONS),
        skills=tuple(some(rng, SKILLS, 3)),
        words=frozenset(some(rng, WORDS, 6)),
        region=rng.choice(REGIONS),
        industry=rng.choice(INDUSTRIES),
        published=rng.randint(0, 3),
    )


def scored_one_by_one(
    own: NoticeProfile, others: Iterable[NoticeProfile]
) -> list[tuple[NoticeProfile, Likeness]]:
    """Score every notice by the reference, and order the whole."""
    listed = list(others)
    holding = Counter(word for each in listed for word in each.words)
    weights = {word: word_weight(len(listed), holding[word]) for word in {*holding, *own.words}}
    found = [(each, compare(own, each, weights.__getitem__)) for each in listed]
    return sorted(found, key=lambda pair: (-pair[1].score, -pair[0].published, pair[0].key))


@pytest.mark.parametrize("seed", range(12))
def test_the_best_are_exactly_those_that_scoring_every_one_finds(seed: int) -> None:
    rng = Random(seed)
    others = [random_profile(rng, serial) for serial in range(rng.choice((1, 40, 400)))]
    board = Market()
    for start in range(0, len(others), 150):
        board = board.join(others[start : start + 150])
    chosen = rng.sample(others, max(1, len(others) * 2 // 3))
    for serial in range(6):
        own = random_profile(rng, 1000 + serial)
        limit = rng.choice((1, 20, 1000))
        best = board.best_for(own, [each.key for each in chosen], limit=limit)
        expected = scored_one_by_one(own, chosen)[:limit]
        assert best.keys == tuple(each.key for each, _ in expected)
        assert best.scores == tuple(found.score for _, found in expected)
        assert best.considered == len(chosen)
        by_place = board.best_for_place(own, [each.key for each in chosen], limit=limit)
        near = {each.key: compare_place(own, each).score for each in chosen}
        assert list(by_place.scores) == sorted(near.values(), reverse=True)[:limit]
        assert [near[key] for key in by_place.keys] == list(by_place.scores)


def test_a_notice_that_changed_is_another_one_and_the_old_one_stays_what_it_was() -> None:
    rng = Random(3)
    before = random_profile(rng, 1)
    after = NoticeProfile(before.key[:16] + (2).to_bytes(4), "base", region="330106")
    board = Market().join([before])
    grown = board.join([after, before])
    assert (len(board.rows), len(grown.rows)) == (1, 2)
    own = NoticeProfile(b"", "base", region="330106")
    assert grown.best_for(own, [after.key], limit=1).scores == (1.0,)


def test_an_offers_best_need_and_a_needs_best_offer_say_the_same_number() -> None:
    rng = Random(8)
    for serial in range(300):
        one, other = random_profile(rng, serial), random_profile(rng, serial)
        there = compare(one, other, len)
        back = compare(other, one, len)
        assert (there.score, there.evidence) == (back.score, back.evidence)
        assert 0.0 <= there.score <= 1.0


def test_majors_come_as_near_as_a_students_major_comes_to_a_posts() -> None:
    rng = Random(5)
    for _ in range(300):
        single = rng.choice([code for code in MAJORS if len(code) == 6])
        asked = some(rng, MAJORS, 4)
        assert MajorReach.of(asked).term([single])[0] == major_term(single, asked)[0]


@pytest.mark.parametrize(
    "module", [columns, likeness, major_reach, market, notice_match, match_reasons], ids=str
)
def test_every_example_of_the_engine_is_true(module: ModuleType) -> None:
    found = doctest.testmod(module)
    assert found.attempted > 0
    assert found.failed == 0


def row_of(rng: Random, org_id: UUID, **facts: Any) -> dict[str, Any]:
    told = random_profile(rng, 0)
    published = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=rng.randint(0, 3))
    return {
        "id": str(new_id()),
        "version": 1,
        "org_id": str(org_id),
        "org_kind": "enterprise",
        "org_name": "某厂",
        "state": "published",
        "side": rng.choice(("offer", "need")),
        "kind": told.kind,
        "title": "某信息",
        "summary": "某说明",
        "region_code": told.region,
        "industry_code": told.industry[-1] if told.industry else None,
        "occupation_code": told.occupation or None,
        "major_codes": told.majors,
        "skills": told.skills,
        "search_terms": sorted(told.words),
        "rule": {"registration": {"required": False, "pack": "cn", "version": "1"}},
        "created_at": published,
        "published_at": published,
        **facts,
    }


async def put(room: ExchangeRoom, rows: Sequence[dict[str, Any]]) -> None:
    """Put notices into the table: how an organisation gets there is tested elsewhere."""
    async with room.database.begin(PLATFORM) as tx:
        await tx.execute(
            text(
                "INSERT INTO notices SELECT * FROM jsonb_populate_recordset(NULL::notices, :rows)"
            ),
            {"rows": orjson.dumps(rows, default=str).decode()},
        )


async def answers_in(room: ExchangeRoom, own: dict[str, Any], today: date) -> list[NoticeProfile]:
    """Return what may answer a notice, by reading the whole table and asking of every row."""
    async with room.database.begin(PLATFORM) as tx:
        rows = (await tx.execute(text("SELECT * FROM notices"))).mappings().all()
    return [
        profile_of(dict(row))
        for row in rows
        if row["state"] == "published"
        and row["side"] != own["side"]
        and row["kind"] in answering(own["kind"])
        and str(row["org_id"]) != own["org_id"]
        and (row["closes_on"] is None or row["closes_on"] >= today)
    ]


async def test_the_route_shows_what_scoring_every_notice_of_the_table_would(
    room: ExchangeRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notice_market, "_CHUNK", 40)
    rng, org = Random(11), room.organisation("enterprise", "某厂")
    rows = [row_of(rng, org if n % 9 == 0 else new_id()) for n in range(150)]
    rows += [row_of(rng, new_id(), state="draft", published_at=None) for _ in range(10)]
    rows += [row_of(rng, new_id(), closes_on="2026-11-21") for _ in range(10)]
    await put(room, rows)
    room.now = datetime(2026, 11, 22, 3, tzinfo=UTC)
    for own in rows[:4]:
        answer = await room.anyone().get(f"/v1/notices/{own['id']}/matches?limit=30")
        assert answer.status_code == 200, answer.text
        found = answer.json()
        candidates = await answers_in(room, own, date(2026, 11, 22))
        asking = profile_of({**own, "id": UUID(own["id"])})
        expected = scored_one_by_one(asking, candidates)[:30]
        assert [each["notice"]["id"] for each in found["items"]] == [
            str(UUID(bytes=each.key[:16])) for each, _ in expected
        ]
        assert [each["score"] for each in found["items"]] == [each.score for _, each in expected]
        assert (found["considered"], found["personalised"]) == (len(candidates), True)


async def test_what_is_kept_never_shows_what_was_closed_changed_or_is_past(
    room: ExchangeRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notice_market, "_KNOWN_MAX", 3)  # and when it is full it begins anew
    enterprise, school = room.someone("enterprise", "甲厂"), room.someone("school", "乙校")
    kind = {"kind": "teacher_practice", "region_code": "410100"}
    own = await submitted(enterprise, **kind)
    told = {**kind, "side": "offer"}
    first = await submitted(school, **told)
    last = await submitted(school, **told, closes_on="2030-01-31")
    path = f"/v1/notices/{own['id']}/matches"

    async def shown() -> dict[str, float]:
        items = (await enterprise.get(path)).json()["items"]
        return {each["notice"]["id"]: each["score"] for each in items}

    before = await shown()
    assert {first["id"], last["id"]} <= before.keys()
    change = {"skills": ["护理"], "major_codes": ["520201"]}
    headers = {"if-match": '"v1"'}
    assert (
        await school.patch(f"/v1/notices/{first['id']}", json=change, headers=headers)
    ).is_success
    after = await shown()
    assert after[first["id"]] < before[first["id"]]
    assert after[last["id"]] > after[first["id"]]
    await school.post(f"/v1/notices/{first['id']}/close")
    assert first["id"] not in await shown()
    room.now = datetime(2030, 2, 1, 3, tzinfo=UTC)
    assert last["id"] not in await shown()


async def test_a_match_says_why_in_both_languages_and_a_silent_side_has_no_say(
    room: ExchangeRoom,
) -> None:
    enterprise, school = room.someone("enterprise", "甲厂"), room.someone("school", "乙校")
    need = await submitted(
        enterprise, kind="research", occupation_code=None, skills=["PLC", "焊接"]
    )
    offer = await submitted(
        school,
        side="offer",
        kind="technical_service",
        region_code="330110",
        major_codes=["660104"],
        skills=["plc"],
        title="数控设备改造",
        summary="本校教师承接老旧机床的升级。",
    )
    answer = await room.anyone().get(f"/v1/notices/{need['id']}/matches")
    (match,) = [e for e in answer.json()["items"] if e["notice"]["id"] == offer["id"]]
    terms = {each["term"]: each for each in match["reasons"]}
    assert list(terms) == ["kind", "majors", "occupation", "skills", "words", "region"]
    assert terms["kind"]["text_zh"] == "类别相近：技术需求与项目研发与技术服务"
    assert terms["kind"]["value"] == 0.6
    assert terms["majors"]["text_en"].startswith("majors of one class: ")
    assert (terms["occupation"]["value"], terms["occupation"]["text_en"]) == (
        None,
        "a side names no occupation: left out",
    )
    assert terms["skills"]["text_zh"] == "双方都提到：PLC"
    assert terms["skills"]["value"] == pytest.approx(2 / 3)
    assert "数控" in terms["words"]["text_zh"]
    assert terms["region"]["text_en"] == "the same city: 余杭区"
    assert match["evidence"] == pytest.approx(0.85)
    known = [each for each in match["reasons"] if each["value"] is not None]
    mean = sum(e["value"] * e["weight"] for e in known) / sum(e["weight"] for e in known)
    assert match["score"] == pytest.approx(mean)
    assert match["for_notice"] is None


async def test_a_draft_is_matched_for_its_own_writers_only_and_a_closed_notice_for_nobody(
    room: ExchangeRoom,
) -> None:
    org = room.organisation("school", "丙校")
    office = room.member(org)
    draft = await drafted(office, side="offer")
    path = f"/v1/notices/{draft['id']}/matches"
    assert (await office.get(path)).json()["considered"] >= 0
    for stranger in (
        room.anyone(),
        room.member(org, "student"),
        room.someone("enterprise", "别家"),
        room.someone("authority", "某厅", region_code="330000"),
    ):
        answer = await stranger.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "notice_not_found")
    await office.post(f"/v1/notices/{draft['id']}/submit")
    assert (await room.anyone().get(path)).status_code == 200
    await office.post(f"/v1/notices/{draft['id']}/close")
    answer = await room.anyone().get(path)
    assert (answer.status_code, answer.json()["code"]) == (409, "notice_not_open")
    assert (await office.get(f"{path}?limit=51")).status_code == 422
