"""Batches: what a school may decide, what may enter, and what nobody may rank students by."""

from __future__ import annotations

from uuid import uuid4

import pytest

from matching.lottery import commit_seed
from services.internships.store.batches import read_seed
from shared.db.session import PLATFORM
from tests.internships.conftest import InternshipsRoom, add_published_posts
from tests.internships.school_year import found_school


async def test_a_batch_is_drafted_opened_and_closed(working: InternshipsRoom) -> None:
    school = await found_school(working)
    batch = await school.opened()
    told = (await school.office.get(f"/v1/batches/{batch}")).json()
    assert (told["state"], told["students"], told["eligible"]) == ("open", 8, 8)
    assert (told["posts"], told["seats"], told["school_name"]) == (3, 6, "杭州职业学校")
    closed = await school.office.post(f"/v1/batches/{batch}/close")
    assert closed.json()["state"] == "closed"
    again = await school.office.post(f"/v1/batches/{batch}/close")
    assert (again.status_code, again.json()["code"]) == (409, "batch_state")


async def test_the_seed_is_committed_to_at_opening_and_shown_to_nobody(
    working: InternshipsRoom,
) -> None:
    school = await found_school(working)
    batch = await school.opened()
    told = (await school.office.get(f"/v1/batches/{batch}")).json()
    async with working.database.begin(PLATFORM) as tx:
        seed = await read_seed(tx, batch)  # type: ignore[arg-type]
    assert seed is not None
    assert told["seed_commitment"] == commit_seed(seed.hex())
    assert seed.hex() not in str(told)


@pytest.mark.parametrize(
    "field", ["sex", "age", "household_registration", "ethnicity", "health", "photo", "户籍"]
)
async def test_nothing_but_relevance_grades_and_interviews_ranks_students(
    working: InternshipsRoom, field: str
) -> None:
    school = await found_school(working)
    terms = school.batch_terms(priority_weights={"relevance": 1, field: 1})
    answer = await school.office.post("/v1/batches", json=terms)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["pointer"] == f"/priority_weights/{field}"
    assert error["code"] == "priority_field_refused"


@pytest.mark.parametrize("mode", ["mutual_choice", "self_arranged"])
async def test_an_orientation_is_arranged_by_the_school(
    working: InternshipsRoom, mode: str
) -> None:
    school = await found_school(working)
    terms = school.batch_terms(kind="orientation", mode=mode)
    answer = await school.office.post("/v1/batches", json=terms)
    assert answer.json()["errors"][0]["code"] == "orientation_school_arranged"


async def test_reversed_dates_and_windows_are_named(working: InternshipsRoom) -> None:
    school = await found_school(working)
    terms = school.batch_terms(end_on="2027-02-01", wishes_close_at="2026-01-01T00:00:00Z")
    answer = await school.office.post("/v1/batches", json=terms)
    assert {e["pointer"] for e in answer.json()["errors"]} == {"/end_on", "/wishes_close_at"}


async def test_first_years_and_those_under_sixteen_are_kept_out(working: InternshipsRoom) -> None:
    rows = [
        "A1,一,660103,2024,班,2026-2027-1,2008-05-01",
        "A2,二,660103,2026,班,2026-2027-1,2008-05-01",
        "A3,三,660103,2024,班,2026-2027-1,2011-05-01",
        "A4,四,660103,2024,班,2026-2027-1,",
    ]
    school = await found_school(working, rows=rows)
    batch = await school.opened()
    entries = (await school.office.get(f"/v1/batches/{batch}/students")).json()["items"]
    found = {e["enrolment_no"]: [f["rule"] for f in e["findings"]] for e in entries}
    assert found == {"A1": [], "A2": ["REG-16.1"], "A3": ["REG-16.2"], "A4": []}
    assert [e["eligible"] for e in entries] == [True, False, False, True]
    own = await school.student("A2").get(f"/v1/batches/{batch}/eligibility/me")
    assert own.json()["eligible"] is False
    assert "第十六条" in own.json()["findings"][0]["clause"]


async def test_majors_and_years_choose_the_students(working: InternshipsRoom) -> None:
    rows = [
        "B1,一,660103,2024,班,2026-2027-1,",
        "B2,二,660104,2024,班,2026-2027-1,",
        "B3,三,710201,2024,班,2026-2027-1,",
        "B4,四,660103,2023,班,2026-2027-1,",
    ]
    school = await found_school(working, rows=rows)
    batch = await school.opened(major_codes=["6601"], grade_years=[2024])
    entries = (await school.office.get(f"/v1/batches/{batch}/students")).json()["items"]
    assert [e["enrolment_no"] for e in entries] == ["B1", "B2"]


async def test_only_published_posts_of_approved_hosts_enter_each_fault_by_its_pointer(
    working: InternshipsRoom,
) -> None:
    school = await found_school(working)
    stranger = working.organisation("enterprise", "外单位")
    (foreign,) = await add_published_posts(working, stranger, [{}])
    (closed,) = await add_published_posts(working, school.enterprise_id, [{"state": "closed"}])
    batch = await school.draft()
    body = {
        "posts": [
            {"post_id": school.posts[0]},
            {"post_id": str(foreign)},
            {"post_id": str(closed)},
            {"post_id": str(uuid4())},
            {"post_id": school.posts[0]},
        ]
    }
    answer = await school.office.post(f"/v1/batches/{batch}/posts", json=body)
    found = {e["pointer"]: e["code"] for e in answer.json()["errors"]}
    assert found == {
        "/posts/1/post_id": "host_not_approved",
        "/posts/2/post_id": "post_not_published",
        "/posts/3/post_id": "post_unknown",
        "/posts/4/post_id": "post_repeated",
    }
    assert (await school.office.get(f"/v1/batches/{batch}")).json()["posts"] == 0


async def test_seats_are_given_once_even_to_another_school(working: InternshipsRoom) -> None:
    from tests.internships.conftest import approve_host

    first = await found_school(working)
    second = await found_school(working)
    await approve_host(working, second.id, first.enterprise_id)
    post = first.posts[0]
    one = await first.draft()
    given = await first.office.post(
        f"/v1/batches/{one}/posts", json={"posts": [{"post_id": post, "seats": 1}]}
    )
    assert given.json() == {"posts": 1, "seats": 1}
    two = await second.draft()
    address = f"/v1/batches/{two}/posts"
    refused = await second.office.post(address, json={"posts": [{"post_id": post, "seats": 2}]})
    assert refused.json()["errors"][0]["code"] == "seats_not_free"
    rest = await second.office.post(address, json={"posts": [{"post_id": post}]})
    assert rest.json()["seats"] == 1


async def test_a_batch_of_another_school_is_not_found(working: InternshipsRoom) -> None:
    school = await found_school(working)
    batch = await school.opened()
    stranger = working.office(uuid4())
    assert (await stranger.get(f"/v1/batches/{batch}")).status_code == 404
    assert (await stranger.post(f"/v1/batches/{batch}/close")).status_code == 404
    assert (await stranger.get("/v1/batches")).json()["items"] == []


async def test_an_enterprise_sees_the_batches_that_offer_its_posts_but_cannot_change_them(
    working: InternshipsRoom,
) -> None:
    school = await found_school(working)
    batch = await school.opened()
    hr = working.hr(school.enterprise_id)
    assert [b["id"] for b in (await hr.get("/v1/batches")).json()["items"]] == [batch]
    assert (await hr.get(f"/v1/batches/{batch}/students")).status_code == 403


async def test_an_open_batch_keeps_its_terms(working: InternshipsRoom) -> None:
    school = await found_school(working)
    batch = await school.draft()
    address = f"/v1/batches/{batch}"
    seen = {"if-match": '"v1"'}
    changed = await school.office.patch(address, json={"wishes_max": 5}, headers=seen)
    assert changed.json()["wishes_max"] == 5
    stale = await school.office.patch(address, json={"wishes_max": 6}, headers=seen)
    assert stale.status_code == 412
    await school.office.post(f"{address}/posts", json={"all_that_fit": True})
    opened = await school.office.post(f"{address}/open")
    seen = {"if-match": opened.headers["etag"]}
    late = await school.office.patch(address, json={"wishes_max": 6}, headers=seen)
    assert late.json()["code"] == "batch_state"


@pytest.mark.parametrize("mode", ["cleared", "mutual_choice", "assigned"])
async def test_a_batch_with_nothing_to_arrange_stays_a_draft(
    working: InternshipsRoom, mode: str
) -> None:
    school = await found_school(working, students=1)
    batch = await school.draft(mode=mode, grade_years=[2019])
    refused = await school.office.post(f"/v1/batches/{batch}/open")
    assert (refused.status_code, refused.json()["code"]) == (409, "batch_empty")
    assert [each["code"] for each in refused.json()["errors"]] == ["no_posts", "no_students"]
    told = (await school.office.get(f"/v1/batches/{batch}")).json()
    assert (told["state"], told["students"]) == ("draft", 0)


async def test_who_arranges_oneself_needs_no_post_on_offer(working: InternshipsRoom) -> None:
    school = await found_school(working, students=1)
    batch = await school.draft(mode="self_arranged")
    opened = await school.office.post(f"/v1/batches/{batch}/open")
    assert (opened.status_code, opened.json()["state"]) == (200, "open")
