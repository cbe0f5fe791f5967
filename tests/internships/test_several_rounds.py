"""Several rounds of one batch: kept places are safe, and floating only ever betters them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from tests.internships.conftest import InternshipsRoom
from tests.internships.school_year import NOW, School, found_school
from tests.internships.test_clearing_rules import keep
from tests.internships.test_rounds import everyone_wishes, published


async def first_round(room: InternshipsRoom) -> tuple[School, str, dict[str, Any]]:
    school = await found_school(room, students=12, posts=[{"seats": 2}] * 3)
    batch = await school.draft()
    await school.office.post(f"/v1/batches/{batch}/posts", json={"all_that_fit": True})
    assert (await keep(school, batch, rounds=2)).status_code == 200
    await school.office.post(f"/v1/batches/{batch}/open")
    await everyone_wishes(school, batch, 12)
    return school, batch, await published(school, batch)


async def offers(school: School, batch: str) -> list[dict[str, Any]]:
    rows = (await school.office.get("/v1/placements", params={"batch": batch})).json()["items"]
    return [row for row in rows if row["state"] in {"proposed", "accepted"}]


async def answer(school: School, placement: dict[str, Any], verb: str) -> dict[str, Any]:
    student = school.student(placement["enrolment_no"])
    body = {"share_consent": True} if verb == "accept" else {} if verb == "decline" else None
    told = await student.post(f"/v1/placements/{placement['id']}/{verb}", json=body)
    assert told.status_code == 200, told.text
    return told.json()


async def second_round(school: School, batch: str) -> dict[str, Any]:
    started = await school.office.post(f"/v1/batches/{batch}/rounds")
    job = await school.room.job(school.office, started)
    assert job["state"] == "done", job
    round_id = started.json()["round_id"]
    done = await school.office.post(f"/v1/rounds/{round_id}/publish")
    assert done.status_code == 200, done.text
    return done.json()


async def test_a_kept_place_is_bettered_or_stays_and_a_frozen_one_stays(
    working: InternshipsRoom,
) -> None:
    school, batch, _ = await first_round(working)
    proposed = await offers(school, batch)
    assert len(proposed) == 6
    first = [p for p in proposed if p["rank"] == 1]
    later = [p for p in proposed if p["rank"] > 1]
    await answer(school, first[0], "decline")
    frozen, floating = first[1:], later
    for placement in frozen:
        await answer(school, placement, "accept")
    for placement in floating:
        assert (await answer(school, placement, "float"))["keeps"] == "float"
    found = await second_round(school, batch)
    assert (found["number"], found["numbers"]["blocking_pairs"]) == (2, 0)
    now = {p["enrolment_no"]: p for p in await offers(school, batch)}
    assert first[0]["enrolment_no"] not in now, "who declined has left"
    for placement in frozen:
        assert now[placement["enrolment_no"]]["post_id"] == placement["post_id"]
        assert now[placement["enrolment_no"]]["state"] == "accepted"
    for placement in floating:
        kept = now[placement["enrolment_no"]]
        assert kept["rank"] <= placement["rank"]
        assert (kept["state"], kept["keeps"]) == ("proposed", None)
    left = first[0]["post_id"]  # the other posts are full of kept places
    elsewhere = next(p for p in proposed if p["post_id"] != left)
    await no_seat_is_taken_from_who_keeps_it(school, found["id"], elsewhere)
    by_post: dict[str, int] = {}
    for placement in now.values():
        by_post[placement["post_id"]] = by_post.get(placement["post_id"], 0) + 1
    assert max(by_post.values()) <= 2, "no post is oversubscribed"
    assert len(now) == 6, "the seat that was given up went to somebody else"


async def no_seat_is_taken_from_who_keeps_it(
    school: School, round_id: str, placement: dict[str, Any]
) -> None:
    change = {"seats": {"post_id": placement["post_id"], "by": -1}}
    started = await school.office.post(f"/v1/rounds/{round_id}/what-if", json=change)
    job = await school.room.job(school.office, started)
    told = job["error"]["zh"]
    assert (job["state"], told["code"]) == ("failed", "matching_infeasible")
    title = (await school.office.get(f"/v1/posts/{placement['post_id']}")).json()["title"]
    assert re.search(f"：{title}（.+）：已保留 2 人，上限 1 人。", told["detail"])


async def test_the_next_round_waits_for_answers_and_none_is_taken_meanwhile(
    working: InternshipsRoom,
) -> None:
    school, batch, _ = await first_round(working)
    proposed = await offers(school, batch)
    early = await school.office.post(f"/v1/batches/{batch}/rounds")
    assert (early.status_code, early.json()["code"]) == (409, "answers_open")
    await answer(school, proposed[0], "float")
    working.now = NOW + timedelta(days=4)
    started = await school.office.post(f"/v1/batches/{batch}/rounds")
    assert (await working.job(school.office, started))["state"] == "done"
    student = school.student(proposed[0]["enrolment_no"])
    address = f"/v1/placements/{proposed[0]['id']}"
    for verb, body in (("accept", {"share_consent": True}), ("decline", {}), ("float", None)):
        refused = await student.post(f"{address}/{verb}", json=body)
        assert (refused.status_code, refused.json()["code"]) == (409, "round_between")
    listed = (await school.office.get(f"/v1/batches/{batch}/rounds")).json()
    assert [(each["number"], each["state"]) for each in listed] == [
        (1, "published"),
        (2, "proposed"),
    ]
    seen = (await student.get(f"/v1/batches/{batch}/round")).json()
    assert seen["number"] == 1, "a student sees what is published"
    late = await school.student(proposed[1]["enrolment_no"]).post(
        f"/v1/placements/{proposed[1]['id']}/accept", json={"share_consent": True}
    )
    assert late.status_code == 409


async def test_after_the_last_round_nothing_floats_and_nothing_is_cleared(
    working: InternshipsRoom,
) -> None:
    school, batch, _ = await first_round(working)
    for placement in await offers(school, batch):
        await answer(school, placement, "float")
    await second_round(school, batch)
    (placement, *_) = await offers(school, batch)
    student = school.student(placement["enrolment_no"])
    refused = await student.post(f"/v1/placements/{placement['id']}/float")
    assert refused.json()["code"] == "no_next_round"
    third = await school.office.post(f"/v1/batches/{batch}/rounds")
    assert third.json()["code"] == "batch_cleared"
    assert (await answer(school, placement, "accept"))["state"] == "accepted"
