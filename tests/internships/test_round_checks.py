"""What-ifs, changes before publication, odds, and the check that needs no account."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.internships.conftest import InternshipsRoom
from tests.internships.school_year import NOW, School, found_school
from tests.internships.test_clearing_rules import keep
from tests.internships.test_rounds import cleared, everyone_wishes, published
from tests.lone_room import until


async def asked(school: School, who: httpx.AsyncClient, address: str, **told: Any) -> Any:
    """Ask a what-if and return the result of its job."""
    answer = await who.post(address, json=told)
    job = await school.room.job(who, answer)
    assert job["state"] == "done", job
    return job["result"]


async def solved(room: InternshipsRoom, seats: int = 3) -> tuple[School, str, dict[str, Any]]:
    school = await found_school(room, students=12, posts=[{"seats": seats}] * 3)
    batch = await school.opened()
    await everyone_wishes(school, batch, 12)
    return school, batch, await cleared(school, batch)


async def results_of(school: School, found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    rows = (await school.office.get(f"/v1/rounds/{found['id']}/results")).json()["items"]
    return {row["enrolment_no"]: row for row in rows}


async def test_a_what_if_shows_who_would_move_and_why_and_applying_it_gives_the_same(
    working: InternshipsRoom,
) -> None:
    school, _, found = await solved(working)
    address = f"/v1/rounds/{found['id']}"
    before = await results_of(school, found)
    leaver = next(row for row in before.values() if row["placed_rank"])
    told = await asked(school, school.office, f"{address}/what-if", withdraw=leaver["student_id"])
    assert await results_of(school, found) == before, "nothing has changed by asking"
    moves = {move["enrolment_no"]: move for move in told["moves"]}
    assert moves[leaver["enrolment_no"]]["cause"] == "withdrew"
    assert moves[leaver["enrolment_no"]]["after"] is None
    assert told["newly_placed"] == 1
    assert all(move["zh"] and move["en"] for move in told["moves"])

    change = {"withdraw": leaver["student_id"], "reason": "学生提出书面申请"}
    job = await working.job(
        school.office, await school.office.post(f"{address}/changes", json=change)
    )
    assert job["state"] == "done", job
    after = await results_of(school, found)
    expected = {
        number: (moves[number]["after"] or {}).get("post_id") if number in moves else row["post_id"]
        for number, row in before.items()
    }
    assert {number: row["post_id"] for number, row in after.items()} == expected
    again = (await school.office.get(address)).json()
    assert (again["state"], again["numbers"]["blocking_pairs"]) == ("proposed", 0)
    assert again["certificate_sha256"] != found["certificate_sha256"]


async def test_a_seat_more_places_one_more_and_a_seat_less_one_fewer(
    working: InternshipsRoom,
) -> None:
    school, _, found = await solved(working)
    address = f"/v1/rounds/{found['id']}/what-if"
    for by, name in ((1, "newly_placed"), (-1, "unplaced")):
        seats = {"post_id": school.posts[0], "by": by}
        assert (await asked(school, school.office, address, seats=seats))[name] == 1
    taken = {"seats": {"post_id": school.posts[0], "by": 1}, "reason": "企业追加名额"}
    refused = await school.office.post(f"/v1/rounds/{found['id']}/changes", json=taken)
    assert refused.json()["errors"][0]["code"] == "seats_not_free"
    fewer = {"seats": {"post_id": school.posts[0], "by": -1}, "reason": "企业减少名额"}
    answer = await school.office.post(f"/v1/rounds/{found['id']}/changes", json=fewer)
    assert (await working.job(school.office, answer))["state"] == "done"
    assert (await school.office.get(f"/v1/rounds/{found['id']}")).json()["numbers"]["placed"] == 8


async def test_other_wishes_are_tried_for_one_student(working: InternshipsRoom) -> None:
    school, _, found = await solved(working)
    student = next(r for r in (await results_of(school, found)).values() if not r["placed_rank"])
    wishes = {"student_id": student["student_id"], "post_ids": []}
    address = f"/v1/rounds/{found['id']}/what-if"
    assert (await asked(school, school.office, address, wishes=wishes))["moved"] == 0
    answer = await school.office.post(address, json={"wishes": wishes, "withdraw": str(uuid4())})
    assert answer.json()["errors"][0]["code"] == "one_change"
    stranger = {"withdraw": str(uuid4())}
    job = await working.job(school.office, await school.office.post(address, json=stranger))
    assert (job["state"], job["error"]["en"]["errors"][0]["pointer"]) == ("failed", "/withdraw")


async def test_rules_beyond_plain_clearing_are_tried_by_settling_twice(
    working: InternshipsRoom,
) -> None:
    school = await found_school(working, students=12, posts=[{"seats": 3}] * 3)
    batch = await school.draft()
    await school.office.post(f"/v1/batches/{batch}/posts", json={"all_that_fit": True})
    rules = {"host_most": 7, "host_most_hard": True}
    assert (await keep(school, batch, **rules)).status_code == 200
    await school.office.post(f"/v1/batches/{batch}/open")
    await everyone_wishes(school, batch, 12)
    found = await cleared(school, batch)
    assert found["numbers"]["placed"] == 7
    seats = {"post_id": school.posts[0], "by": 1}
    address = f"/v1/rounds/{found['id']}/what-if"
    told = await asked(school, school.office, address, seats=seats)
    assert told["newly_placed"] - told["unplaced"] == 0, "the host's cap still holds"
    assert {move["cause"] for move in told["moves"]} <= {"resettled"}


async def test_a_student_asks_about_the_own_place_only(working: InternshipsRoom) -> None:
    school = await found_school(working, students=12, posts=[{"seats": 5}, {"seats": 4}])
    batch = await school.opened(priority_weights={"relevance": 1, "grade": 9})
    await everyone_wishes(school, batch, 12)
    grades = [f"S{i:02d},{50 + i}" for i in range(12)]
    await school.office.post(f"/v1/batches/{batch}/close")
    await school.upload(f"/v1/batches/{batch}/grades/imports", "学籍号,成绩", *grades)
    found = await published(school, batch)
    address = f"/v1/rounds/{found['id']}/what-if/me"
    lowest = school.student("S00")
    told = await asked(school, lowest, address, grade=100)
    assert (told["changed"], told["before"]) == (True, None)
    # Over five placed a better grade may be tried; over four it would tell a classmate's.
    assert told["after"]["post_id"] == school.posts[0]
    assert told["hidden_posts"] == 1
    assert set(told) == {"changed", "before", "after", "hidden_posts", "change"}
    only_small = await asked(school, lowest, address, post_ids=[school.posts[1]])
    assert only_small["changed"] is False
    seat = await asked(school, school.student("S02"), address, extra_seat=school.posts[1])
    assert set(seat) == {"changed", "before", "after", "hidden_posts", "change"}
    office = await school.office.post(address, json={"grade": 90})
    assert office.status_code == 403
    strange = await school.student("S03").post(
        f"/v1/rounds/{found['id']}/what-if", json={"withdraw": str(uuid4())}
    )
    assert strange.status_code == 403


async def test_the_odds_of_each_wish_follow_the_round(working: InternshipsRoom) -> None:
    school, _, found = await solved(working)
    await school.office.post(f"/v1/rounds/{found['id']}/publish")
    address = f"/v1/rounds/{found['id']}/explain/me"

    async def look() -> Any:
        told = (await school.student("S00").get(address)).json()
        return told if told["lotteries"] else None

    told = await until(look)
    assert told["lotteries"] == 1000
    odds = [wish["odds"] for wish in told["wishes"]]
    assert all(0 <= share <= 1 for share in odds)
    assert sum(odds) == pytest.approx(9 / 12, abs=0.1)


async def public(school: School, found: dict[str, Any]) -> dict[str, Any]:
    anybody = school.room.client(kind="person")
    anybody.headers.pop("authorization")

    async def look() -> Any:
        answer = await anybody.get(f"/v1/public-rounds/{found['id']}")
        return answer.json() if answer.status_code == 200 else None

    return await until(look)


async def test_anybody_checks_a_published_round_without_an_account(
    working: InternshipsRoom,
) -> None:
    school = await found_school(working, students=20, posts=[{"seats": 5}, {"seats": 4}])
    batch = await school.opened()
    await everyone_wishes(school, batch, 20)
    found = await published(school, batch)
    told = await public(school, found)
    assert told["numbers"]["blocking_pairs"] == 0
    cutoffs = {post["post_id"]: post["cutoff_score"] for post in told["posts"]}
    assert cutoffs[school.posts[0]] is not None
    assert cutoffs[school.posts[1]] is None, "fewer than five were placed"
    anybody = working.client(kind="person")
    anybody.headers.pop("authorization")
    address = f"/v1/public-rounds/{found['id']}"
    check = (await anybody.get(f"{address}/check")).json()
    assert check["holds"] is True
    assert (check["students"], check["placed"], check["blocking_pairs"]) == (20, 9, 0)
    listed = (await anybody.get("/v1/public-rounds", params={"school": str(school.id)})).json()
    assert [line["round_id"] for line in listed["items"]] == [found["id"]]

    content = (await anybody.get(f"{address}/files")).content
    archive = zipfile.ZipFile(io.BytesIO(content))
    bodies = "".join(archive.read(name).decode() for name in archive.namelist())
    results = await results_of(school, found)
    for row in results.values():
        assert row["student_id"] not in bodies
        assert row["enrolment_no"] not in bodies
    placed = next(number for number, row in results.items() if row["placed_rank"] == 1)
    own = await school.student(placed).get(f"/v1/rounds/{found['id']}/explain/me")
    lines = (await anybody.get(f"{address}/students/{own.json()['public_id']}")).json()
    assert [wish["granted"] for wish in lines["wishes"]] == [True, False]
    nobody = await anybody.get(f"{address}/students/{'0' * 32}")
    assert nobody.json()["code"] == "public_id_not_found"

    working.now = NOW + timedelta(days=31)
    assert (await anybody.get(address)).json()["code"] == "round_not_public"
    assert (await anybody.get("/v1/public-rounds")).json()["items"] == []


async def test_a_school_may_keep_a_round_from_the_public(working: InternshipsRoom) -> None:
    school, batch, _ = await solved(working)
    assert (await keep(school, batch, public_days=0)).status_code == 409, "it is solved already"
    school = await found_school(working, students=4)
    batch = await school.opened()
    assert (await keep(school, batch, public_days=0)).status_code == 200
    await everyone_wishes(school, batch, 4)
    found = await published(school, batch)
    anybody = working.client(kind="person")
    anybody.headers.pop("authorization")
    assert (await anybody.get(f"/v1/public-rounds/{found['id']}")).status_code == 404
    own = await school.student("S00").get(f"/v1/rounds/{found['id']}/explain/me")
    assert own.json()["public_id"] is None
