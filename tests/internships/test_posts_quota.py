"""Head counts with their days, interns elsewhere, and the quota that only two parties read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from shared.db.session import PLATFORM
from tests.internships.conftest import InternshipsRoom, add_published_posts
from tests.internships.post_bodies import drafted, enterprise, published, rules

TODAY = datetime(2027, 4, 1, 3, tzinfo=UTC)


def counted(measure: str, staff: int, on: str, post_class: str = "") -> dict[str, Any]:
    return {"measure": measure, "staff": staff, "counted_on": on, "post_class": post_class}


async def declare(room: InternshipsRoom, org: UUID, *counts: dict[str, Any], **more: Any) -> Any:
    path = f"/v1/enterprises/{org}/head-counts"
    answer = await room.hr(org).put(path, json={"counts": list(counts), **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def quota(room: InternshipsRoom, org: UUID, **asked: Any) -> dict[str, Any]:
    answer = await room.hr(org).get(f"/v1/enterprises/{org}/quota", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def place(room: InternshipsRoom, org: UUID, post: UUID, **facts: Any) -> None:
    """Put a placement at the enterprise: how one comes about is tested elsewhere."""
    student, school = uuid4(), uuid4()
    async with room.database.begin(PLATFORM) as tx:
        await tx.execute(
            text(
                "INSERT INTO students (id, school_id, enrolment_no, name, major_code, grade_year,"
                " class_name, term, skills, state, created_at, updated_at) VALUES (:id, :school,"
                " :no, '某', '660103', 2025, '1班', '2026-2027-2', '{}', 'enrolled', now(), now())"
            ),
            {"id": student, "school": school, "no": student.hex[:12]},
        )
        await tx.execute(
            text(
                "INSERT INTO placements (id, school_id, student_id, enrolment_no, student_name,"
                " major_code, class_name, post_id, post_title, enterprise_id, enterprise_name,"
                " origin, mode, state, start_on, end_on) VALUES (:id, :school, :student, :no,"
                " '某', '660103', '1班', :post, '钳工', :org, '某企业', 'school_arranged',"
                " 'cleared', :state, CAST(:start AS date), CAST(:end AS date))"
            ),
            {
                "id": uuid4(), "school": school, "student": student, "no": student.hex[:12],
                "post": post, "org": org, "state": "started",
                "start": datetime.fromisoformat(facts.get("start", "2027-03-01")).date(),
                "end": datetime.fromisoformat(facts.get("end", "2027-08-28")).date(),
            },
        )  # fmt: skip


async def test_the_quota_shows_band_caps_days_and_clauses(room: InternshipsRoom) -> None:
    room.now = TODAY
    org = enterprise(room)
    await declare(
        room,
        org,
        counted("staff_total", 1_000, "2027-01-01"),
        counted("staff_on_duty", 405, "2027-02-01"),
        counted("staff_same_post", 24, "2027-03-01", "装配钳工"),
        above_designated_size=True,
    )
    found = await quota(room, org)
    assert (found["low"], found["high"], found["cap10"]) == (20, 30, 40)
    assert found["dates"]["staff_total"] == "2027-01-01"
    (same,) = found["same_post"]
    assert (same["post_class"], same["cap20"], same["counted_on"]) == ("装配钳工", 4, "2027-03-01")
    assert found["clauses"]["intern_quota.low"]["number"].startswith("杭政办函")
    assert found["warnings"] == []


async def test_a_small_host_is_told_why_there_is_no_band(room: InternshipsRoom) -> None:
    org = enterprise(room)
    await declare(room, org, counted("staff_total", 30, "2026-01-01"), above_designated_size=False)
    found = await quota(room, org)
    assert found["low"] is None
    assert "规模以上" in found["missing"]["band"]["zh"]


async def test_where_no_document_says_a_band_it_is_skipped_and_said(room: InternshipsRoom) -> None:
    org = enterprise(room, region_code="410100")  # Henan's document is silent
    await declare(
        room, org, counted("staff_total", 1_000, "2026-01-01"), above_designated_size=True
    )
    found = await quota(room, org)
    assert found["low"] is found["high"] is None
    assert "河南" in found["missing"]["intern_quota.low"]["zh"]


async def test_the_newest_count_by_that_day_holds(room: InternshipsRoom) -> None:
    room.now = TODAY
    org = enterprise(room)
    await declare(
        room,
        org,
        counted("staff_on_duty", 100, "2026-01-01"),
        counted("staff_on_duty", 200, "2027-01-01"),
    )
    assert (await quota(room, org, on="2026-06-30"))["cap10"] == 10
    assert (await quota(room, org, on="2027-06-30"))["cap10"] == 20
    assert (await quota(room, org, on="2025-06-30"))["cap10"] is None
    corrected = await declare(room, org, counted("staff_on_duty", 150, "2027-01-01"))
    assert [c["staff"] for c in corrected["counts"]] == [150, 100]


async def test_interns_here_and_elsewhere_are_counted_on_the_day(room: InternshipsRoom) -> None:
    room.now = TODAY
    org = enterprise(room)
    (post,) = await add_published_posts(room, org, [{"post_class": "装配钳工", "seats": 9}])
    for _ in range(3):
        await place(room, org, post)
    await declare(
        room,
        org,
        counted("staff_on_duty", 40, "2027-02-01"),
        counted("staff_same_post", 10, "2027-03-01", "装配钳工"),
    )
    entries = [
        {"post_class": "装配钳工", "interns": 2, "from_on": "2027-03-01", "to_on": "2027-04-30"}
    ]
    hr = room.hr(org)
    kept = await hr.put(f"/v1/enterprises/{org}/interns-elsewhere", json={"entries": entries})
    assert kept.json()["entries"] == entries
    found = await quota(room, org)
    assert (found["active"], found["elsewhere"], found["offered"]) == (3, 2, 9)
    assert len(found["warnings"]) == 2  # 5 > 10 % of 40, and 5 > 20 % of 10
    later = await quota(room, org, on="2027-05-01")
    assert (later["active"], later["elsewhere"]) == (3, 0)
    assert (await quota(room, org, on="2027-09-01"))["active"] == 0


async def test_too_many_interns_are_a_warning_and_never_a_refusal(room: InternshipsRoom) -> None:
    org = enterprise(room)
    await declare(
        room,
        org,
        counted("staff_on_duty", 5, "2026-10-01"),
        counted("staff_same_post", 2, "2026-10-01", "装配钳工"),
    )
    post = await published(room.hr(org), seats=4)
    assert rules(post["report"])["REG-10a"] == "warn"
    assert rules(post["report"])["REG-10b"] == "warn"
    assert post["state"] == "published"


async def test_the_quota_is_for_the_enterprise_and_the_authority_of_its_region(
    room: InternshipsRoom,
) -> None:
    org = enterprise(room)
    await declare(room, org, counted("staff_on_duty", 100, "2026-01-01"))
    path = f"/v1/enterprises/{org}/quota"

    def authority(region: str) -> Any:
        own = room.organisation("authority", f"{region}教育局", region_code=region)
        return room.client(
            org_id=str(own), org_kind="authority", roles=["analyst"], scope="authority:read"
        )

    assert (await authority("330100").get(path)).json()["cap10"] == 10
    assert (await authority("330000").get(path)).status_code == 200
    assert (await authority("220000").get(path)).status_code == 404
    assert (await room.hr(enterprise(room)).get(path)).status_code == 404
    school = room.organisation("school", "某校")
    assert (await room.office(school).get(path)).status_code == 403


async def test_another_enterprise_declares_nothing_here(room: InternshipsRoom) -> None:
    org = enterprise(room)
    other = room.hr(enterprise(room))
    for path, body in (("head-counts", {"counts": []}), ("interns-elsewhere", {"entries": []})):
        answer = await other.put(f"/v1/enterprises/{org}/{path}", json=body)
        assert answer.status_code == 404
        assert (await other.get(f"/v1/enterprises/{org}/{path}")).status_code == 404


@pytest.mark.parametrize(
    ("count", "pointer"),
    [
        (counted("staff_total", -1, "2026-01-01"), "/counts/0/staff"),
        (counted("staff_total", 1, "2099-01-01"), "/counts/0/counted_on"),
        (counted("staff_total", 1, "2026-01-01", "钳工"), "/counts/0/post_class"),
        (counted("staff_everyone", 1, "2026-01-01"), "/counts/0/measure"),
    ],
)
async def test_a_count_that_cannot_be_is_named(
    room: InternshipsRoom, count: dict[str, Any], pointer: str
) -> None:
    org = enterprise(room)
    answer = await room.hr(org).put(f"/v1/enterprises/{org}/head-counts", json={"counts": [count]})
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_reversed_days_elsewhere_are_named(room: InternshipsRoom) -> None:
    org = enterprise(room)
    entry = {"interns": 2, "from_on": "2027-03-02", "to_on": "2027-03-01"}
    answer = await room.hr(org).put(
        f"/v1/enterprises/{org}/interns-elsewhere", json={"entries": [entry]}
    )
    assert answer.json()["errors"][0]["pointer"] == "/entries/0/to_on"


async def test_the_band_never_reaches_a_reader_of_the_post(room: InternshipsRoom) -> None:
    org = enterprise(room)
    await declare(
        room, org, counted("staff_total", 1_000, "2026-01-01"), above_designated_size=True
    )
    post = await drafted(room.hr(org))
    assert "intern_quota" not in str(post)
