"""Shortage catalogues: computed, reviewed by people, published as dated editions with a diff."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from services.forecasting.contract.shortage_client import ForecastingRoom
from services.forecasting.domain.shortage import Quarter, judge
from shared.kernel.clock import china_day, utc_now
from tests.forecasting_labour.conftest import LabourRoom
from tests.forecasting_labour.labour_tables import FITTER, LATHE, MARKET, NURSE, report, table

PATH = "/v1/shortage-catalogues/330600"
TIGHT = [("330600", LATHE, f"2026Q{n}", 200 + 100 * n, 100) for n in (1, 2, 3)]
WIDE = [("330600", LATHE, f"2025Q{n}", 100, 100) for n in (1, 2, 3)]
SLACK = [("330600", NURSE, f"{year}Q{n}", 100, 200) for year in (2025, 2026) for n in (1, 2, 3)]


def quarters(*figures: tuple[int, int]) -> list[Quarter]:
    return [
        Quarter(number, posts, seekers, None, None)
        for number, (posts, seekers) in enumerate(figures)
    ]


async def drafted(room: LabourRoom, authority: httpx.AsyncClient) -> dict[str, Any]:
    done = await room.job(authority, await authority.post(f"{PATH}/drafts", json={}))
    assert done["state"] == "done", done
    return (await authority.get(f"{PATH}/draft")).json()


async def publish(authority: httpx.AsyncClient, from_on: str) -> dict[str, Any]:
    draft = await authority.get(f"{PATH}/draft")
    note = {"note": "专家会议逐条核对"}
    seen = await authority.post(
        f"{PATH}/draft/review", json=note, headers={"if-match": draft.headers["etag"]}
    )
    told = {"in_force_from": from_on}
    answer = await authority.post(
        f"{PATH}/draft/publish", json=told, headers={"if-match": seen.headers["etag"]}
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_two_indicators_list_an_occupation_one_keeps_it_and_none_drops_it() -> None:
    # Posts per seeker 3 and growth by half: two. Posts per seeker alone: one.
    two = quarters((200, 100), (200, 100), (200, 100), (200, 100), (300, 100), (300, 100))
    one = quarters((300, 100), (300, 100), (300, 100), (300, 100), (300, 100), (300, 100))
    none = quarters((100, 100), (100, 100), (100, 100), (100, 100), (100, 100), (100, 100))

    def listed(history: list[Quarter], *, before: bool) -> tuple[bool, str]:
        known = frozenset({"x"} if before else ())
        (entry,) = judge({"x": history}, {}, before=known, enter=2, stay=1)
        return entry.listed, entry.origin

    assert listed(two, before=False) == (True, "computed")
    assert listed(one, before=False) == (False, "computed")
    assert listed(one, before=True) == (True, "kept")
    assert listed(none, before=True) == (False, "computed")


def test_one_good_quarter_lists_nobody() -> None:
    history = quarters((100, 100), (100, 100), (100, 100), (100, 100), (90, 100), (900, 100))
    (entry,) = judge({"x": history}, {}, before=frozenset(), enter=2, stay=1)
    per_seeker = next(each for each in entry.indicators if each.name == "posts_per_seeker")
    assert per_seeker.met is False


async def test_a_catalogue_is_public_when_reviewed_and_published_and_not_before(
    labouring: LabourRoom,
) -> None:
    authority, anyone = labouring.authority(), labouring.anyone()
    await report(labouring, authority, "market", table(MARKET, [*WIDE, *TIGHT, *SLACK]))
    draft = await drafted(labouring, authority)
    computed = {each["occupation_code"]: each["listed"] for each in draft["entries"]}
    assert computed == {LATHE: True, NURSE: False}
    assert (await anyone.get(PATH)).status_code == 404
    early = await authority.post(
        f"{PATH}/draft/publish", json={"in_force_from": "2026-01-01"}, headers={"if-match": '"v1"'}
    )
    assert early.json()["code"] == "shortage_not_reviewed"
    line = await publish(authority, "2026-01-01")
    assert (line["edition"], line["entries_total"]) == (1, 1)
    shown = (await anyone.get(PATH)).json()
    assert [each["occupation_code"] for each in shown["entries"]] == [LATHE]
    assert shown["entries"][0]["met"] >= 2
    assert shown["method"]["enter"]["origin"] == "platform"
    early = await anyone.get(PATH, params={"as_of": "2025-12-31"})
    assert early.status_code == 404


async def test_a_persons_decision_needs_a_reason_and_a_new_review(labouring: LabourRoom) -> None:
    authority = labouring.authority()
    await report(labouring, authority, "market", table(MARKET, [*WIDE, *TIGHT]))
    await drafted(labouring, authority)
    entry = f"{PATH}/draft/entries/{FITTER}"
    bare = await authority.put(
        entry, json={"listed": True, "reason": ""}, headers={"if-match": '"v1"'}
    )
    assert bare.status_code == 422
    await authority.post(
        f"{PATH}/draft/review", json={"note": "看过全部"}, headers={"if-match": '"v1"'}
    )
    told = {"listed": True, "reason": "产业链招商项目明年投产"}
    changed = await authority.put(entry, json=told, headers={"if-match": '"v2"'})
    assert changed.json()["state"] == "draft"
    stale = await authority.put(entry, json=told, headers={"if-match": '"v2"'})
    assert stale.status_code == 412
    await publish(authority, "2026-01-01")
    shown = (await labouring.anyone().get(PATH)).json()["entries"]
    assert {each["occupation_code"]: each["origin"] for each in shown} == {
        LATHE: "computed",
        FITTER: "added",
    }


async def test_two_editions_differ_by_what_came_and_went_and_each_holds_from_its_day(
    labouring: LabourRoom,
) -> None:
    authority, anyone = labouring.authority(), labouring.anyone()
    await report(labouring, authority, "market", table(MARKET, [*WIDE, *TIGHT]))
    for from_on, code, listed in (
        ("2026-01-01", FITTER, True),
        ("2026-06-01", LATHE, False),
    ):
        draft = await drafted(labouring, authority)
        told = {"listed": listed, "reason": "专家会议意见"}
        seen = {"if-match": f'"v{draft["version"]}"'}
        await authority.put(f"{PATH}/draft/entries/{code}", json=told, headers=seen)
        await publish(authority, from_on)
    diff = (await anyone.get(f"{PATH}/diff", params={"before": 1, "after": 2})).json()
    assert [each["code"] for each in diff["removed"]] == [LATHE]
    assert diff["added"] == []
    spring = (await anyone.get(PATH, params={"as_of": "2026-03-01"})).json()
    assert spring["edition"] == 1
    assert (await anyone.get("/v1/shortage-catalogues")).json()["items"][0]["edition"] == 2
    for day, edition, codes in (
        ("2025-12-31", None, None),
        ("2026-03-01", 1, sorted([LATHE, FITTER])),
        ("2026-07-01", 2, [FITTER]),
    ):
        told = await anyone.get("/v1/shortage-catalogues/in-force", params={"as_of": day})
        held = {each["edition"]: each["occupation_codes"] for each in told.json()["items"]}
        assert held == ({} if edition is None else {edition: codes})


async def test_a_post_carries_the_badge_of_the_nearest_catalogue_in_force(
    labouring: LabourRoom,
) -> None:
    authority = labouring.authority()
    await report(labouring, authority, "market", table(MARKET, [*WIDE, *TIGHT]))
    await drafted(labouring, authority)
    await publish(authority, "2026-01-01")
    labouring.peers.apps["forecasting"] = labouring.app
    room = ForecastingRoom(labouring.peers)
    today = china_day(utc_now())
    badge = await room.badge_of("330602", LATHE, today)
    assert badge is not None
    assert (badge.region_code, badge.edition) == ("330600", 1)
    assert await room.badge_of("330102", LATHE, today) is None
    assert await room.badge_of("330602", NURSE, today) is None


@pytest.mark.parametrize("who", ["school", "body", "enterprise"])
async def test_only_the_authority_of_the_region_drafts(labour: LabourRoom, who: str) -> None:
    answer = await getattr(labour, who)().post(f"{PATH}/drafts", json={})
    assert answer.status_code == 403
    other = await labour.authority("330100").post(f"{PATH}/drafts", json={})
    assert other.json()["code"] == "region_not_yours"
    assert (await labour.authority("330000").post(f"{PATH}/drafts", json={})).status_code == 202
