"""Placements: they exist when the student accepts, and start when the rules let them."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import text

from services.internships.domain.placement import PlacementState
from shared.db.session import PLATFORM, Scope
from tests.internships.conftest import InternshipsRoom
from tests.internships.school_year import NOW, School, found_school
from tests.internships.test_rounds import everyone_wishes, published

PAPERS: dict[str, Any] = {
    "mentor": "王工",
    "teacher": "周敏",
    "consent": {"student_on": "2026-12-02", "guardian_on": "2026-12-02"},
    "agreement": {
        "template_official": True,
        "school_signed_on": "2026-12-05",
        "enterprise_signed_on": "2026-12-06",
        "student_signed_on": "2026-12-06",
        "items": [
            "time_place_content",
            "board_hours_leave",
            "pay",
            "labour_protection",
            "liability_and_injury",
            "assessment",
            "breach",
        ],
    },
    "insurance": [
        {
            "kind": "liability",
            "from_on": "2027-03-01",
            "until_on": "2027-08-31",
            "payer": "school",
            "policy_no": "P1",
        }
    ],
    "safety_trained_on": "2027-02-25",
    "filing": {"filed_on": "2027-02-20", "filing_no": "BA-1", "crosses_province_or_border": False},
}


async def proposed(room: InternshipsRoom) -> tuple[School, list[dict[str, Any]]]:
    school = await found_school(room)
    batch = await school.opened()
    await everyone_wishes(school, batch, 8)
    await published(school, batch)
    answer = await school.office.get("/v1/placements", params={"batch": batch})
    return school, answer.json()["items"]


async def accepted(room: InternshipsRoom) -> tuple[School, dict[str, Any]]:
    school, items = await proposed(room)
    student = school.student(items[0]["enrolment_no"])
    address = f"/v1/placements/{items[0]['id']}"
    answer = await student.post(f"{address}/accept", json={"share_consent": True})
    assert answer.status_code == 200, answer.text
    return school, answer.json()


async def test_a_placement_exists_when_the_student_accepts_it(working: InternshipsRoom) -> None:
    school, placement = await accepted(working)
    assert (placement["state"], placement["accepted_via"]) == ("accepted", "student")
    assert placement["share_consented_at"] is not None
    assert placement["origin"] == "school_arranged"
    async with working.database.begin(Scope(org_id=school.id)) as tx:
        kinds = (
            await tx.execute(
                text("SELECT kind, payload FROM outbox WHERE subject_id = :id ORDER BY id"),
                {"id": placement["id"]},
            )
        ).all()
    assert [row.kind for row in kinds] == ["audit.consent.given", "placement.accepted"]
    assert placement["student_name"] not in str(kinds)
    assert placement["enrolment_no"] not in str(kinds)


async def test_data_reach_the_host_only_with_the_students_consent(
    working: InternshipsRoom,
) -> None:
    school, items = await proposed(working)
    hr = working.hr(school.enterprise_id)
    assert (await hr.get("/v1/placements/hosted")).json()["items"] == []
    student = school.student(items[0]["enrolment_no"])
    address = f"/v1/placements/{items[0]['id']}/accept"
    refused = await student.post(address, json={"share_consent": False})
    assert refused.json()["errors"][0]["pointer"] == "/share_consent"
    await student.post(address, json={"share_consent": True})
    (hosted,) = (await hr.get("/v1/placements/hosted")).json()["items"]
    assert hosted["enrolment_no_masked"] == "***"
    assert "enrolment_no" not in hosted
    stranger = working.hr(uuid4())
    assert (await stranger.get("/v1/placements/hosted")).json()["items"] == []


async def test_row_level_security_hides_a_proposal_from_the_host(working: InternshipsRoom) -> None:
    school, _ = await proposed(working)
    count = text("SELECT count(*) FROM placements")
    async with working.database.begin(Scope(org_id=school.enterprise_id)) as tx:
        assert await tx.scalar(count) == 0
    async with working.database.begin(Scope(org_id=school.id)) as tx:
        assert await tx.scalar(count) == 6


async def test_a_student_answers_only_their_own_placement(working: InternshipsRoom) -> None:
    school, items = await proposed(working)
    other = school.student(items[1]["enrolment_no"])
    for verb, body in (("accept", {"share_consent": True}), ("decline", {})):
        answer = await other.post(f"/v1/placements/{items[0]['id']}/{verb}", json=body)
        assert answer.status_code == 404
    foreign = working.student(uuid4(), items[0]["enrolment_no"])
    answer = await foreign.post(f"/v1/placements/{items[0]['id']}/decline", json={})
    assert answer.status_code == 404


async def test_a_student_holds_one_place_even_when_two_are_accepted_at_once(
    working: InternshipsRoom,
) -> None:
    school, items = await proposed(working)
    first = items[0]
    second = str(uuid4())
    async with working.database.begin(PLATFORM) as tx:
        await tx.execute(
            text(
                "INSERT INTO placements SELECT (jsonb_populate_record(p,"
                " jsonb_build_object('id', CAST(:new AS text)))).* FROM placements p"
                " WHERE p.id = :old"
            ),
            {"new": second, "old": first["id"]},
        )
    answers = await asyncio.gather(
        *(
            school.student(first["enrolment_no"]).post(
                f"/v1/placements/{each}/accept", json={"share_consent": True}
            )
            for each in (first["id"], second)
        )
    )
    assert sorted(a.status_code for a in answers) == [200, 409]
    (late,) = [a for a in answers if a.status_code == 409]
    assert late.json()["code"] == "placement_held"


async def test_a_proposal_expires_after_its_day(working: InternshipsRoom) -> None:
    school, items = await proposed(working)
    working.now = NOW + timedelta(days=4)
    student = school.student(items[0]["enrolment_no"])
    own = (await student.get("/v1/placements/me")).json()["items"]
    assert own[0]["state"] == "expired"
    address = f"/v1/placements/{items[0]['id']}/accept"
    answer = await student.post(address, json={"share_consent": True})
    assert (answer.status_code, answer.json()["code"]) == (409, "placement_expired")
    expired = await school.office.get("/v1/placements", params={"state": "expired"})
    assert len(expired.json()["items"]) == 6


async def test_the_office_enters_acceptances_signed_on_paper_all_or_none(
    working: InternshipsRoom,
) -> None:
    school, items = await proposed(working)
    address = f"/v1/batches/{items[0]['batch_id']}/acceptances"
    good = [
        {
            "placement_id": item["id"],
            "signed_on": "2026-12-02",
            "share_consent_signed_on": "2026-12-02",
        }
        for item in items
    ]
    bad = [{**good[0], "share_consent_signed_on": None}, {**good[1], "placement_id": str(uuid4())}]
    refused = await school.office.post(address, json={"items": [*bad, *good[2:]]})
    found = [(e["pointer"], e["code"]) for e in refused.json()["errors"]]
    assert found == [("/items/0", "consent_missing"), ("/items/1", "placement_unknown")]
    done = await school.office.post(address, json={"items": good})
    assert done.json() == {"accepted": 6}
    held = (await school.office.get("/v1/placements", params={"state": "accepted"})).json()
    assert {p["accepted_via"] for p in held["items"]} == {"office"}


async def test_a_placement_does_not_start_before_its_papers_are_complete(
    working: InternshipsRoom,
) -> None:
    school, placement = await accepted(working)
    address = f"/v1/placements/{placement['id']}"
    working.now = NOW + timedelta(days=90)
    refused = await school.office.post(f"{address}/start")
    assert (refused.status_code, refused.json()["code"]) == (409, "placement_blocked")
    rules = {e["code"] for e in refused.json()["errors"]}
    assert {"REG-9", "REG-14", "REG-35"} <= rules
    seen = {"if-match": f'"v{placement["version"]}"'}
    kept = await school.office.patch(address, json=PAPERS, headers=seen)
    assert kept.status_code == 200, kept.text
    assert (await school.office.patch(address, json=PAPERS, headers=seen)).status_code == 412
    started = await school.office.post(f"{address}/start")
    assert started.status_code == 200, started.text
    assert started.json()["state"] == "started"
    again = await school.office.post(f"{address}/start")
    assert again.json()["code"] == "placement_state"


async def test_a_rule_that_may_not_be_released_stays(working: InternshipsRoom) -> None:
    school, placement = await accepted(working)
    address = f"/v1/placements/{placement['id']}/releases"
    body = {"rule": "REG-9", "reason": "家长在外地，来不及签字"}
    answer = await school.office.post(address, json=body)
    report = (await school.office.get(f"/v1/placements/{placement['id']}/report")).json()
    finding = next(f for f in report["findings"] if f["rule"] == "REG-9")
    assert answer.is_success == finding["releasable"]


async def test_an_assessment_is_signed_by_both_and_told_to_the_other_rooms(
    working: InternshipsRoom,
) -> None:
    school, placement = await accepted(working)
    address = f"/v1/placements/{placement['id']}"
    working.now = NOW + timedelta(days=90)
    seen = {"if-match": f'"v{placement["version"]}"'}
    await school.office.patch(address, json=PAPERS, headers=seen)
    await school.office.post(f"{address}/start")
    told = {
        "hours": 900,
        "competencies": ["零件加工"],
        "grade": "良好",
        "school_assessor": "周敏",
        "enterprise_assessor": "",
    }
    alone = await school.office.post(f"{address}/assess", json=told)
    assert (alone.status_code, alone.json()["code"]) == (422, "assessors_missing")
    together = {**told, "enterprise_assessor": "王工"}
    done = await school.office.post(f"{address}/assess", json=together)
    assert done.json()["assessment"]["grade"] == "良好"
    ended = await school.office.post(f"{address}/end", json={})
    assert ended.json()["state"] == "ended"
    async with working.database.begin(Scope(org_id=school.id)) as tx:
        payload = await tx.scalar(
            text("SELECT payload FROM outbox WHERE kind = 'placement.assessed'")
        )
    assert (payload["hours"], payload["grade"]) == (900, "良好")
    assert "周敏" not in str(payload)


async def test_a_school_filters_and_exports_its_placements(working: InternshipsRoom) -> None:
    school, items = await proposed(working)
    one = await school.office.get("/v1/placements", params={"class_name": "数控1"})
    assert {p["class_name"] for p in one.json()["items"]} == {"数控1"}
    none = await school.office.get("/v1/placements", params={"major": "7102"})
    assert none.json()["items"] == []
    table = await school.office.get("/v1/placements/export", params={"format": "csv"})
    assert len(table.content.decode("utf-8-sig").splitlines()) == len(items) + 1
    stranger = working.office(uuid4())
    assert (await stranger.get(f"/v1/placements/{items[0]['id']}")).status_code == 404


async def test_a_finished_batch_gives_back_the_seats_that_nobody_took(
    working: InternshipsRoom,
) -> None:
    school, placement = await accepted(working)
    batch = placement["batch_id"]
    done = await school.office.post(f"/v1/batches/{batch}/finish")
    assert done.json()["state"] == "finished"
    assert (await school.office.get(f"/v1/batches/{batch}")).json()["seats"] == 1


def test_states_are_those_of_the_wire() -> None:
    from typing import get_args

    from services.internships.contract.placements import PlacementStateName

    assert set(get_args(PlacementStateName)) == {state.value for state in PlacementState}
