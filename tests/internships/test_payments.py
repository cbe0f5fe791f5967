"""The monthly record of pay: a host writes it, school and student see what the rules say of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from services.internships.domain.facts import InternshipKind, Payee, PayMethod
from services.internships.domain.findings import Judge
from services.internships.domain.payment import Payment, PayTerms, judge_months
from services.internships.domain.post import Wages
from shared.db.session import PLATFORM, Scope
from shared.policies.library import rulebook
from tests.internships.conftest import InternshipsRoom
from tests.internships.school_year import School, found_school

TODAY = datetime(2027, 6, 10, 4, 0, tzinfo=UTC)
MARCH: dict[str, Any] = {"month": "2027-03", "amount_fen": 300_000, "paid_on": "2027-04-10"}


async def under_way(working: InternshipsRoom) -> tuple[School, str]:
    """Return a school and a placement of its first student that began in mid-March, late."""
    school = await found_school(working, students=2, posts=[{"pay_fen_month": 300_000}])
    batch = await school.draft()
    told = {
        "id": uuid4(),
        "batch": batch,
        "post": school.posts[0],
        "enterprise": school.enterprise_id,
        "school": school.id,
    }
    async with working.database.begin(PLATFORM) as tx:
        await tx.execute(
            text(
                "INSERT INTO placements (id, school_id, batch_id, student_id, enrolment_no,"
                " student_name, major_code, class_name, post_id, post_title, enterprise_id,"
                " enterprise_name, origin, mode, state, start_on, end_on, pay_fen_month,"
                " share_consented_at, started_on)"
                " SELECT :id, s.school_id, :batch, s.id, s.enrolment_no, s.name, s.major_code,"
                " s.class_name, :post, '岗位 0', :enterprise, '杭州精工', 'school_arranged',"
                " 'cleared', 'started', '2027-02-20', '2027-08-28', 300000, now(), '2027-03-17'"
                " FROM students s WHERE s.school_id = :school AND s.enrolment_no = 'S00'"
            ),
            told,
        )
        await tx.execute(
            text(
                "INSERT INTO post_wages (post_id, org_id, reference_fen_month)"
                " VALUES (:post, :enterprise, 360000)"
            ),
            {"post": UUID(school.posts[0]), "enterprise": school.enterprise_id},
        )
    working.now = TODAY
    return school, f"/v1/placements/{told['id']}/payments"


def codes(record: dict[str, Any]) -> dict[str, list[str]]:
    return {m["month"]: [f["code"] for f in m["findings"]] for m in record["months"]}


async def test_host_school_and_student_read_one_record_with_its_findings(
    working: InternshipsRoom,
) -> None:
    school, address = await under_way(working)
    hr = working.hr(school.enterprise_id)
    kept = await hr.post(address, json={**MARCH, "amount_fen": 145_161})
    assert (kept.status_code, kept.headers["etag"]) == (201, '"v1"'), kept.text
    april = {"amount_fen": 200_000, "method": "voucher", "payee": "school"}
    told = {"month": "2027-04", "paid_on": "2027-06-01", **april}
    assert (await hr.post(address, json=told)).status_code == 201
    records = [
        (await client.get(address)).json() for client in (hr, school.office, school.student("S00"))
    ]
    assert records[0] == records[1] == records[2]
    march, *_, june = records[0]["months"]
    # 15 of March's 31 days lie in the placement; June goes on and is not due.
    assert (march["days"], march["expected_fen"], march["findings"]) == (15, 145_161, [])
    assert (june["month"], june["due_on"], june["payment"]) == ("2027-06", "2027-07-31", None)
    assert codes(records[0]) == {
        "2027-03": [],
        "2027-04": ["late", "short", "not_money", "not_student", "below_share"],
        "2027-05": [],
        "2027-06": [],
    }
    assert "360000" not in str(records), "the declared wages are private"


async def test_a_month_without_a_payment_is_missing_once_it_is_overdue(
    working: InternshipsRoom,
) -> None:
    school, address = await under_way(working)
    found = codes((await school.office.get(address)).json())
    assert found == {"2027-03": ["missing"], "2027-04": ["missing"], "2027-05": [], "2027-06": []}


async def test_after_a_placement_was_taken_back_no_month_is_missing(
    working: InternshipsRoom,
) -> None:
    school, address = await under_way(working)
    working.now = datetime(2027, 4, 20, 4, 0, tzinfo=UTC)
    placement = address.removesuffix("/payments")
    seen = (await school.office.get(placement)).headers["etag"]
    reason = {"reason": "企业停产"}
    told = await school.office.post(f"{placement}/cancel", json=reason, headers={"if-match": seen})
    assert told.status_code == 200, told.text
    working.now = datetime(2027, 9, 1, 4, 0, tzinfo=UTC)
    months = (await school.office.get(address)).json()["months"]
    assert [month["month"] for month in months] == ["2027-03", "2027-04"]


async def test_nobody_else_finds_the_record(working: InternshipsRoom) -> None:
    school, address = await under_way(working)
    strangers = (
        working.hr(uuid4()),
        working.office(uuid4()),
        school.student("S01"),
    )
    for stranger in strangers:
        assert (await stranger.get(address)).json()["code"] == "placement_not_found"
    assert (await working.hr(uuid4()).post(address, json=MARCH)).status_code == 404
    assert (await school.office.post(address, json=MARCH)).status_code == 403
    no_scope = working.client(
        org_id=str(school.id), org_kind="school", roles=["academic"], scope=""
    )
    assert (await no_scope.get(address)).status_code == 403


async def test_the_wall_lets_the_host_write_and_both_sides_read(working: InternshipsRoom) -> None:
    school, address = await under_way(working)
    assert (await working.hr(school.enterprise_id).post(address, json=MARCH)).status_code == 201
    count = text("SELECT count(*) FROM payments WHERE placement_id = :id")
    grow = text("UPDATE payments SET amount_fen = amount_fen + 1 WHERE placement_id = :id")
    told = {"id": address.split("/")[3]}
    for org_id, seen, changed in (
        (school.id, 1, 0),
        (school.enterprise_id, 1, 1),
        (uuid4(), 0, 0),
    ):
        async with working.database.begin(Scope(org_id=org_id)) as tx:
            assert await tx.scalar(count, told) == seen
            assert (await tx.execute(grow, told)).rowcount == changed
    async with working.database.begin(PLATFORM) as tx:
        await tx.execute(
            text("UPDATE placements SET share_consented_at = NULL WHERE id = :id"), told
        )
    async with working.database.begin(Scope(org_id=school.enterprise_id)) as tx:
        assert await tx.scalar(count, told) == 0, "consent withdrawn: the pay is hidden with it"
    assert (await working.hr(school.enterprise_id).get(address)).status_code == 404


async def test_a_correction_keeps_its_reason_and_what_stood_there(working: InternshipsRoom) -> None:
    school, address = await under_way(working)
    hr = working.hr(school.enterprise_id)
    await hr.post(address, json=MARCH)
    again = await hr.post(address, json=MARCH)
    assert (again.status_code, again.json()["version"]) == (201, 1)
    other = {**MARCH, "amount_fen": 310_000}
    refused = await hr.post(address, json=other)
    assert (refused.status_code, refused.json()["code"]) == (409, "payment_recorded")
    unreadable = await hr.post(address, json={**other, "reason": "补发\x00"})
    assert unreadable.status_code == 422, unreadable.text
    corrected = await hr.post(address, json={**other, "reason": "补发加班补贴"})
    assert (corrected.status_code, corrected.headers["etag"]) == (201, '"v2"'), corrected.text
    month = (await school.office.get(address)).json()["months"][0]
    (before,) = month["payment"]["corrections"]
    assert (before["amount_fen"], before["reason"]) == (300_000, "补发加班补贴")
    assert month["payment"]["amount_fen"] == 310_000


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"month": "2027-02"}, "/month"),
        ({"month": "2027-09"}, "/month"),
        ({"month": "2027-07"}, "/month"),
        ({"month": "2027-13"}, "/month"),
        ({"amount_fen": -1}, "/amount_fen"),
        ({"paid_on": "2027-06-11"}, "/paid_on"),
        ({"paid_on": "2027-03-16"}, "/paid_on"),
        ({"payee": "teacher"}, "/payee"),
    ],
)
async def test_bad_input_is_named_by_its_field_in_both_languages(
    working: InternshipsRoom, changes: dict[str, Any], pointer: str
) -> None:
    school, address = await under_way(working)
    hr = working.hr(school.enterprise_id)
    said: set[str] = set()
    for language in ("zh", "en"):
        headers = {"accept-language": language}
        answer = await hr.post(address, json={**MARCH, **changes}, headers=headers)
        assert answer.status_code == 422, answer.text
        (fault,) = answer.json()["errors"]
        assert fault["pointer"] == pointer
        said.add(str(fault))
    assert len(said) == 2
    assert all(m["payment"] is None for m in (await hr.get(address)).json()["months"])


async def test_a_placement_that_has_not_begun_is_not_paid(working: InternshipsRoom) -> None:
    school, address = await under_way(working)
    async with working.database.begin(PLATFORM) as tx:
        await tx.execute(
            text("UPDATE placements SET started_on = NULL, state = 'accepted' WHERE id = :id"),
            {"id": address.split("/")[3]},
        )
    refused = await working.hr(school.enterprise_id).post(address, json=MARCH)
    assert (refused.status_code, refused.json()["code"]) == (409, "placement_state")
    assert (await school.office.get(address)).json()["months"] == []


def test_what_is_not_declared_is_skipped_and_orientation_owes_nothing() -> None:
    today = TODAY.date()
    judge = Judge(rulebook("cn", today))
    paid = Payment(
        month="2027-04",
        amount_fen=1,
        paid_on=today.replace(month=5, day=1),
        method=PayMethod.MONEY,
        payee=Payee.STUDENT,
    )
    for kind, rules in (
        (InternshipKind.ON_POST, {"REG-18a", "REG-18b"}),
        (InternshipKind.ORIENTATION, {"REG-18b"}),
    ):
        terms = PayTerms(
            kind=kind,
            first_on=today.replace(month=4, day=1),
            last_on=today,
            agreed_fen=None,
            wages=Wages(),
        )
        april, *rest = judge_months({paid.month: paid}, terms, judge, today=today)
        assert {one.rule for one in april.skipped} == rules
        assert [month.findings for month in (april, *rest)] == [(), (), ()]
