"""A student takes the consent to share data back: the host sees nothing more, the trail stays."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from services.accounts.contract.events import member_ref
from shared.db.session import PLATFORM, Scope
from tests.internships.conftest import InternshipsRoom
from tests.internships.school_year import NOW, School, found_school
from tests.internships.test_placements import accepted


async def withdrawn_in_accounts(
    room: InternshipsRoom, school: School, number: str, *, to_org: UUID, event_id: UUID
) -> dict[str, Any]:
    """Deliver what the accounts room tells when a consent is withdrawn there."""
    event = {
        "id": str(event_id),
        "kind": "consent.withdrawn",
        "subject_id": str(uuid4()),
        "org_id": str(school.id),
        "payload": {
            "purpose": "share_with_host",
            "to_org_id": str(to_org),
            "person_id": str(uuid4()),
            "member_ref": member_ref(school.id, number),
            "withdrawn_at": NOW.isoformat(),
        },
        "created_at": NOW.isoformat(),
        "source": "accounts",
    }
    service = room.client(kind="service", scope="service")
    answer = await service.post("/v1/events/internships", json={"events": [event]})
    assert answer.status_code == 200, answer.text
    return {**event, **answer.json()}


async def audited(room: InternshipsRoom, subject: str, kind: str) -> list[dict[str, Any]]:
    async with room.database.begin(PLATFORM) as tx:
        query = text("SELECT payload FROM outbox WHERE subject_id = :id AND kind = :kind")
        return list((await tx.execute(query, {"id": subject, "kind": kind})).scalars())


async def test_a_consent_withdrawn_in_accounts_hides_the_placement_from_the_host(
    working: InternshipsRoom,
) -> None:
    school, placement = await accepted(working)
    hr = working.hr(school.enterprise_id)
    assert len((await hr.get("/v1/placements/hosted")).json()["items"]) == 1
    event_id = uuid4()
    told = await withdrawn_in_accounts(
        working, school, placement["enrolment_no"], to_org=school.enterprise_id, event_id=event_id
    )
    assert told["taken"] == 1
    assert (await hr.get("/v1/placements/hosted")).json()["items"] == []
    async with working.database.begin(Scope(org_id=school.enterprise_id)) as tx:
        seen = await tx.scalar(
            text("SELECT count(*) FROM placements WHERE id = :id"), {"id": placement["id"]}
        )
    assert seen == 0, "row-level security hides it too"
    own = (await school.office.get(f"/v1/placements/{placement['id']}")).json()
    assert (own["state"], own["share_consented_at"]) == ("accepted", None)
    assert own["share_withdrawn_at"] is not None
    (entry,) = await audited(working, placement["id"], "audit.consent.sharing_ended")
    assert entry["actor"] == told["payload"]["person_id"]
    assert entry["consent_id"] == told["subject_id"]
    again = await withdrawn_in_accounts(
        working, school, placement["enrolment_no"], to_org=school.enterprise_id, event_id=event_id
    )
    assert again["taken"] == 0
    assert len(await audited(working, placement["id"], "audit.consent.sharing_ended")) == 1


async def test_a_withdrawal_towards_another_host_or_of_another_student_hides_nothing(
    working: InternshipsRoom,
) -> None:
    school, placement = await accepted(working)
    number = placement["enrolment_no"]
    for of, host in ((number, uuid4()), (f"{number}x", school.enterprise_id)):
        await withdrawn_in_accounts(working, school, of, to_org=host, event_id=uuid4())
    hr = working.hr(school.enterprise_id)
    assert len((await hr.get("/v1/placements/hosted")).json()["items"]) == 1


async def test_a_student_takes_the_consent_back_at_the_placement_and_gives_it_again(
    working: InternshipsRoom,
) -> None:
    school, placement = await accepted(working)
    student = school.student(placement["enrolment_no"])
    hr = working.hr(school.enterprise_id)
    address = f"/v1/placements/{placement['id']}/share-consent"
    other = next(n for n in ("S00", "S01") if n != placement["enrolment_no"])
    assert (await school.student(other).delete(address)).status_code == 404
    for _ in range(2):
        assert (await student.delete(address)).json()["share_consented_at"] is None
    assert (await hr.get("/v1/placements/hosted")).json()["items"] == []
    assert len(await audited(working, placement["id"], "audit.consent.withdrawn")) == 1
    given = (await student.put(address)).json()
    assert (given["share_consented_at"] is not None, given["share_withdrawn_at"]) == (True, None)
    assert len((await hr.get("/v1/placements/hosted")).json()["items"]) == 1


async def applied(room: InternshipsRoom) -> tuple[School, str, dict[str, Any]]:
    school = await found_school(room, students=2)
    batch = await school.opened(mode="mutual_choice")
    body = {"post_id": school.posts[0], "share_consent": True}
    made = await school.student("S00").post(f"/v1/batches/{batch}/choices", json=body)
    assert made.status_code == 201, made.text
    return school, made.headers["location"], made.json()


async def test_an_application_is_read_by_its_id_by_those_concerned_only(
    working: InternshipsRoom,
) -> None:
    school, address, choice = await applied(working)
    hr = working.hr(school.enterprise_id)
    for one in (school.student("S00"), school.office, hr):
        assert (await one.get(address)).json()["id"] == choice["id"]
    for stranger in (school.student("S01"), working.hr(uuid4()), working.office(uuid4())):
        assert (await stranger.get(address)).status_code == 404
    assert len(await audited(working, choice["id"], "audit.choice.read_by_host")) == 1


async def test_a_consent_taken_back_ends_the_application_and_hides_it(
    working: InternshipsRoom,
) -> None:
    school, address, _ = await applied(working)
    hr = working.hr(school.enterprise_id)
    listed = address.rpartition("/")[0]
    assert len((await hr.get(listed)).json()["items"]) == 1
    gone = await school.student("S00").delete(f"{address}/share-consent")
    assert gone.json()["state"] == "withdrawn"
    assert (await hr.get(listed)).json()["items"] == []
    assert (await hr.get(address)).status_code == 404
    own = (await school.student("S00").get(listed)).json()["items"]
    assert own[0]["consent_withdrawn_at"] is not None
    seen = {"if-match": f'"v{gone.json()["version"]}"'}
    offer = await hr.patch(address, json={"state": "offered"}, headers=seen)
    assert offer.status_code == 404


async def test_a_withdrawal_in_accounts_ends_applications_too(working: InternshipsRoom) -> None:
    school, address, choice = await applied(working)
    await withdrawn_in_accounts(
        working, school, "S00", to_org=school.enterprise_id, event_id=uuid4()
    )
    assert (await school.office.get(address)).json()["state"] == "withdrawn"
    assert (await working.hr(school.enterprise_id).get(address)).status_code == 404
    (entry,) = await audited(working, choice["id"], "audit.consent.sharing_ended")
    assert entry["of"] == "choice"
