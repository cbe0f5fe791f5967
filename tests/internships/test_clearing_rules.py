"""A school chooses how a batch is cleared: what goes together, who may change it, who reads it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.internships.conftest import InternshipsRoom, add_published_posts
from tests.internships.school_year import School, found_school
from tests.internships.test_rounds import cleared, everyone_wishes, published


async def keep(school: School, batch: str, **rules: Any) -> httpx.Response:
    seen = (await school.office.get(f"/v1/batches/{batch}")).json()["version"]
    headers = {"if-match": f'"v{seen}"'}
    return await school.office.put(f"/v1/batches/{batch}/clearing", json=rules, headers=headers)


async def drafted(room: InternshipsRoom, **changes: Any) -> tuple[School, str]:
    school = await found_school(room, students=12, posts=[{"seats": 3}] * 3)
    batch = await school.draft(**changes)
    offered = await school.office.post(f"/v1/batches/{batch}/posts", json={"all_that_fit": True})
    assert offered.status_code == 200, offered.text
    return school, batch


async def opened(school: School, batch: str) -> None:
    answer = await school.office.post(f"/v1/batches/{batch}/open")
    assert answer.status_code == 200, answer.text
    await everyone_wishes(school, batch, 12)


def codes(answer: httpx.Response) -> set[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return {(error["code"], error["pointer"]) for error in answer.json()["errors"]}


async def test_the_defaults_are_plain_clearing_by_the_students(working: InternshipsRoom) -> None:
    school, batch = await drafted(working)
    told = (await school.office.get(f"/v1/batches/{batch}/clearing")).json()
    assert (told["proposes"], told["rounds"], told["improve"]) == ("students", 1, False)
    assert told["reserves"] == told["together"] == told["least"] == told["regions"] == []


async def test_rules_name_posts_classes_and_students_that_are_there(
    working: InternshipsRoom,
) -> None:
    school, batch = await drafted(working)
    strange = "01900000-0000-7000-8000-000000000000"
    answer = await keep(
        school,
        batch,
        reserves=[
            {"post_id": strange, "class_name": "数控1", "seats": 1},
            {"post_id": school.posts[0], "class_name": "没有的班", "seats": 1},
            {"post_id": school.posts[1], "class_name": "数控1", "seats": 4},
        ],
        least=[{"post_id": school.posts[0], "least": 9}],
    )
    assert codes(answer) == {
        ("post_unknown", "/reserves/0/post_id"),
        ("class_unknown", "/reserves/1/class_name"),
        ("seats_short", "/reserves/2/seats"),
        ("seats_short", "/least/0/least"),
    }
    answer = await keep(school, batch, together=[["S00", "X99"], ["S01"], ["S00", "S02"]])
    assert codes(answer) == {
        ("group_too_small", "/together/1"),
        ("student_repeated", "/together/2"),
    }
    answer = await keep(school, batch, together=[["S00", "X99"]])
    assert codes(answer) == {("student_unknown", "/together/0")}
    regions = [{"region_code": "330000", "most": 5}, {"region_code": "330106", "most": 1}]
    answer = await keep(school, batch, regions=regions)
    assert {code for code, _ in codes(answer)} == {"regions_overlap"}


@pytest.mark.parametrize(
    ("rules", "where"),
    [
        ({"improve": True, "together": [["S00", "S01"]]}, "/together"),
        ({"improve": True, "rounds": 2}, "/improve"),
        ({"improve": True, "host_most": 2, "host_most_hard": True}, "/improve"),
        ({"proposes": "posts", "host_most": 2, "host_most_hard": True}, "/proposes"),
        ({"repair": True}, "/repair"),
    ],
)
async def test_rules_that_contradict_each_other_are_refused_with_the_reason(
    working: InternshipsRoom, rules: dict[str, Any], where: str
) -> None:
    school, batch = await drafted(working)
    assert where in {pointer for _, pointer in codes(await keep(school, batch, **rules))}


async def test_students_rely_on_the_rules_from_opening_on(working: InternshipsRoom) -> None:
    school, batch = await drafted(working)
    assert (await keep(school, batch, together=[["S00", "S01"]])).status_code == 200
    await opened(school, batch)
    assert (await keep(school, batch, together=[["S02", "S03"]])).status_code == 200
    refused = await keep(school, batch, proposes="posts")
    assert (refused.status_code, refused.json()["code"]) == (409, "batch_state")
    student = (await school.student("S05").get(f"/v1/batches/{batch}/clearing")).json()
    assert (student["together"], student["groups"]) == ([], 1)
    assert (await school.student("S05").put(f"/v1/batches/{batch}/clearing")).status_code in {
        403,
        428,
    }


async def test_a_round_is_cleared_by_its_rules_and_says_what_they_cost(
    working: InternshipsRoom,
) -> None:
    school, batch = await drafted(working)
    least = [{"post_id": post, "least": 3} for post in school.posts]
    assert (await keep(school, batch, least=least, repair=True)).status_code == 200
    await opened(school, batch)
    found = await cleared(school, batch)
    effects = found["numbers"]["effects"]
    assert found["numbers"]["blocking_pairs"] == effects["claims"]
    assert found["rules"]["repair"] is True
    assert found["numbers"]["placed"] == 9


async def test_reserved_seats_are_named_in_the_reasons(working: InternshipsRoom) -> None:
    school = await found_school(working, students=12, posts=[{"seats": 4}])
    batch = await school.draft()
    await school.office.post(f"/v1/batches/{batch}/posts", json={"all_that_fit": True})
    reserve = {"post_id": school.posts[0], "class_name": "数控1", "seats": 3, "hard": True}
    assert (await keep(school, batch, reserves=[reserve])).status_code == 200
    await opened(school, batch)
    found = await published(school, batch)
    results = (await school.office.get(f"/v1/rounds/{found['id']}/results")).json()["items"]
    placed = [r["class_name"] for r in results if r["placed_rank"]]
    assert placed.count("数控1") >= 3
    lost = next(r for r in results if not r["placed_rank"] and r["class_name"] == "数控0")
    own = await school.student(lost["enrolment_no"]).get(f"/v1/rounds/{found['id']}/explain/me")
    assert "3 个名额为数控1保留" in own.json()["wishes"][0]["zh"]


async def test_a_quota_that_cannot_be_met_is_named_and_holds_up_no_round(
    working: InternshipsRoom,
) -> None:
    school, batch = await drafted(working)
    *wished, unwished = school.posts
    least = [{"post_id": unwished, "least": 3}]
    assert (await keep(school, batch, least=least, repair=True)).status_code == 200
    assert (await school.office.post(f"/v1/batches/{batch}/open")).status_code == 200
    for student in ("S00", "S01"):
        assert (await school.wish(batch, student, *wished)).status_code == 200
    found = await cleared(school, batch)
    effects = found["numbers"]["effects"]
    assert effects["shortfalls"] == [{"post_id": unwished, "least": 3, "placed": 0}]
    assert (effects["conflict"], effects["moved"], found["numbers"]["placed"]) == ([unwished], 0, 2)


async def test_quotas_that_tear_a_host_apart_are_refused_before_students_wish(
    working: InternshipsRoom,
) -> None:
    school, batch = await drafted(working)
    regions = [{"region_code": "330100", "most": 5, "hard": True}]
    assert (await keep(school, batch, regions=regions)).status_code == 200
    far = {"region_code": "330206"}  # Ningbo, of the same host, in none of the quotas
    (post,) = await add_published_posts(working, school.enterprise_id, [far])
    path, offer = f"/v1/batches/{batch}", {"posts": [{"post_id": str(post)}]}
    assert (await school.office.post(f"{path}/posts", json=offer)).status_code == 200
    refused = await school.office.post(f"{path}/open")
    assert (refused.status_code, refused.json()["code"]) == (409, "region_quota_not_nested")
    assert (await school.office.delete(f"{path}/posts/{post}")).status_code == 204
    assert (await school.office.post(f"{path}/open")).status_code == 200
    late = await school.office.post(f"{path}/posts", json=offer)
    assert (late.status_code, late.json()["code"]) == (409, "region_quota_not_nested")
