"""Badges and transcripts as the room issues, publishes, stops and hands them out."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from lxml import etree

from services.credits.adapters.credential_files import read_credential
from services.credits.engine.credentials.parsing import parse_object
from services.credits.engine.credentials.refusal import Refused
from services.credits.engine.credentials.trust import parse_trust
from services.credits.flows.change_status import revoke_of_decision
from services.credits.flows.verify_credential import verify_foreign
from shared.db.session import Scope
from shared.kernel.clock import utc_now
from tests.credits_credentials.credentials_room import (
    CredentialsRoom,
    recognition,
    transcript,
    verdict_of,
)


async def test_a_badge_is_verified_by_anyone_without_an_account(
    credentials_room: CredentialsRoom,
) -> None:
    issued = await credentials_room.issue(uuid4())
    anyone = credentials_room.anyone()
    shown = await anyone.get(f"/v1/credentials/{issued.id}")
    assert shown.headers["content-type"] == "application/vc"
    assert shown.content == issued.document
    assert "张三" not in shown.text
    assert "2023010101" not in shown.text
    found = await verdict_of(anyone, shown.content)
    assert found["accepted"], found
    assert found["status_known"]
    assert found["claims"]["credits_hundredths"] == 450
    assert found["claims"]["title"] == "工业机器人操作与运维（中级）"
    again = await anyone.get(f"/v1/credentials/{issued.id}/verification")
    assert again.json() == found


async def test_a_badge_carries_both_proofs_and_a_place_in_two_lists(
    credentials_room: CredentialsRoom,
) -> None:
    issued = await credentials_room.issue(uuid4())
    document = json.loads(issued.document)
    assert [proof["cryptosuite"] for proof in document["proof"]] == [
        "eddsa-jcs-2022",
        "eddsa-rdfc-2022",
    ]
    purposes = [entry["statusPurpose"] for entry in document["credentialStatus"]]
    assert purposes == ["revocation", "suspension"]
    assert document["proof"][0]["verificationMethod"].startswith(
        f"did:web:127.0.0.1%3A8000:v1:credentials:issuers:{document['issuer']['id'][-36:]}#z6Mk"
    )


async def test_one_decision_has_one_live_badge_however_often_it_is_asked_for(
    credentials_room: CredentialsRoom,
) -> None:
    school_id, decision_id = uuid4(), uuid4()
    first = await credentials_room.issue(school_id, decision_id=decision_id)
    second = await credentials_room.issue(school_id, decision_id=decision_id)
    assert first == second


async def test_places_in_a_list_do_not_tell_who_came_first(
    credentials_room: CredentialsRoom,
) -> None:
    school_id = uuid4()
    documents = [json.loads((await credentials_room.issue(school_id)).document) for _ in range(4)]
    places = [int(each["credentialStatus"][0]["statusListIndex"]) for each in documents]
    assert len(set(places)) == 4
    steps = {(b - a) % 131072 for a, b in pairwise(places)}
    assert len(steps) == 1
    assert steps.pop() % 2 == 1


async def test_a_reversed_decision_takes_badge_and_transcript_with_it(
    credentials_room: CredentialsRoom,
) -> None:
    school_id, decision_id, number = uuid4(), uuid4(), "2023010102"
    issued = await credentials_room.issue(school_id, number, decision_id=decision_id)
    made = await transcript(credentials_room, school_id, number)
    async with credentials_room.database.begin(Scope(org_id=school_id)) as tx:
        rows = await revoke_of_decision(tx, decision_id, reason="认定撤销", now=utc_now())
    assert [row["id"] for row in rows] == [issued.id]
    anyone = credentials_room.anyone()
    for credential_id in (str(issued.id), made["id"]):
        shown = await anyone.get(f"/v1/credentials/{credential_id}")
        found = await verdict_of(anyone, shown.content)
        assert (found["accepted"], found["code"]) == (False, "revoked")


async def test_a_suspended_badge_holds_again_and_a_revoked_one_never(
    credentials_room: CredentialsRoom,
) -> None:
    school_id = uuid4()
    issued = await credentials_room.issue(school_id)
    office, anyone = credentials_room.office(school_id), credentials_room.anyone()
    here = f"/v1/credentials/{issued.id}"
    codes: list[str | None] = []
    for verb in ("suspend", "reinstate", "revoke"):
        body = {} if verb == "reinstate" else {"reason": "复核"}
        answer = await office.post(f"{here}/{verb}", json=body)
        assert answer.status_code == 200, answer.text
        codes.append((await anyone.get(f"{here}/verification")).json()["code"])
    assert codes == ["suspended", None, "revoked"]
    refused = await office.post(f"{here}/reinstate")
    assert (refused.status_code, refused.json()["code"]) == (409, "credential_final")


async def test_a_status_list_is_signed_by_its_issuer_and_says_nothing_else(
    credentials_room: CredentialsRoom,
) -> None:
    issued = await credentials_room.issue(uuid4())
    entry = json.loads(issued.document)["credentialStatus"][0]
    path = entry["statusListCredential"].removeprefix("http://127.0.0.1:8000")
    anyone = credentials_room.anyone()
    shown = await anyone.get(path)
    listed = parse_object(shown.content)
    assert listed["id"] == entry["statusListCredential"]
    trust = parse_trust((await anyone.get("/v1/credentials/trust-list")).content)
    assert not isinstance(verify_foreign(shown.content, trust, utc_now()), Refused)
    missing = await anyone.get(f"/v1/status-lists/{uuid4()}/revocation")
    assert (missing.status_code, missing.json()["code"]) == (404, "status_list_not_found")


async def test_a_changed_key_leaves_what_the_old_one_signed_verifiable(
    credentials_room: CredentialsRoom,
) -> None:
    school_id = uuid4()
    before = await credentials_room.issue(school_id)
    office, anyone = credentials_room.office(school_id), credentials_room.anyone()
    rotated = await office.post("/v1/credentials/issuers/keys/rotate")
    assert len(rotated.json()["keys"]) == 3
    after = await credentials_room.issue(school_id)
    methods = {
        json.loads(each.document)["proof"][0]["verificationMethod"] for each in (before, after)
    }
    assert len(methods) == 2
    did = (await anyone.get(f"/v1/credentials/issuers/{school_id}/did.json")).json()
    assert methods <= set(did["assertionMethod"])
    for issued in (before, after):
        assert (await verdict_of(anyone, issued.document))["accepted"]


async def test_what_a_lost_key_signed_verifies_no_more(credentials_room: CredentialsRoom) -> None:
    school_id = uuid4()
    issued = await credentials_room.issue(school_id)
    key = json.loads(issued.document)["proof"][0]["verificationMethod"].partition("#")[2]
    office, anyone = credentials_room.office(school_id), credentials_room.anyone()
    lost = "/v1/credentials/issuers/keys/lose"
    stranger = await credentials_room.office(uuid4()).post(lost, json={"key": key})
    assert (stranger.status_code, stranger.json()["code"]) == (404, "issuer_key_not_found")
    answer = await office.post(lost, json={"key": key})
    assert key not in answer.json()["keys"]
    assert len(answer.json()["keys"]) == 2
    assert (await verdict_of(anyone, issued.document))["code"] == "unknown_issuer"
    again = await credentials_room.issue(school_id)
    assert (await verdict_of(anyone, again.document))["accepted"]


async def test_a_key_that_is_due_is_changed_by_itself(credentials_room: CredentialsRoom) -> None:
    school_id = uuid4()
    first = json.loads((await credentials_room.issue(school_id)).document)
    credentials_room.now = utc_now() + timedelta(days=366)
    second = json.loads((await credentials_room.issue(school_id)).document)
    methods = [each["proof"][0]["verificationMethod"] for each in (first, second)]
    assert methods[0] != methods[1]


async def test_private_keys_lie_sealed_and_out_of_sight(credentials_room: CredentialsRoom) -> None:
    school_id = uuid4()
    await credentials_room.issue(school_id)
    from sqlalchemy import text

    async with credentials_room.database.begin(Scope(org_id=school_id)) as tx:
        rows = (await tx.execute(text("SELECT private_sealed FROM issuer_secrets"))).all()
    assert len(rows) == 2
    assert all(b"z3u2" not in bytes(row[0]) for row in rows)
    async with credentials_room.database.begin(Scope(org_id=uuid4())) as tx:
        for table in ("issuer_secrets", "credentials", "status_lists"):
            assert (await tx.execute(text(f"SELECT 1 FROM {table}"))).all() == []


async def test_the_deployment_and_unknown_issuers_have_their_did_answers(
    credentials_room: CredentialsRoom,
) -> None:
    anyone = credentials_room.anyone()
    did = (await anyone.get("/.well-known/did.json")).json()
    assert did["id"] == "did:web:127.0.0.1%3A8000"
    missing = await anyone.get(f"/v1/credentials/issuers/{uuid4()}/did.json")
    assert (missing.status_code, missing.json()["code"]) == (404, "issuer_not_found")


async def test_a_transcript_holds_every_live_badge_of_the_student(
    credentials_room: CredentialsRoom,
) -> None:
    school_id, number = uuid4(), "2023010103"
    badges = [await credentials_room.issue(school_id, number) for _ in range(3)]
    await credentials_room.issue(school_id, "2023010999")
    made = await transcript(credentials_room, school_id, number)
    assert made["credits_hundredths"] == 1350
    anyone = credentials_room.anyone()
    document = (await anyone.get(f"/v1/credentials/{made['id']}")).json()
    held = document["credentialSubject"]["verifiableCredential"]
    assert [each["id"] for each in held] == [each.url for each in badges]
    assert (await verdict_of(anyone, json.dumps(document).encode()))["claims"]["kind"] == "clr"


async def test_without_badges_there_is_no_transcript(credentials_room: CredentialsRoom) -> None:
    answer = await credentials_room.student(uuid4(), "1").post(
        "/v1/credentials/transcripts", json={}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "transcript_empty")


@pytest.fixture
async def pdf(credentials_room: CredentialsRoom) -> tuple[CredentialsRoom, bytes]:
    """A transcript as its student downloads it."""
    school_id, number = uuid4(), "2023010104"
    await credentials_room.issue(school_id, number)
    made = await transcript(credentials_room, school_id, number)
    student = credentials_room.student(school_id, number)
    answer = await student.get(f"/v1/credentials/{made['id']}/file")
    assert answer.headers["content-type"] == "application/pdf"
    return credentials_room, answer.content


async def test_the_pages_of_a_transcript_carry_the_credential_and_a_seal(
    pdf: tuple[CredentialsRoom, bytes],
) -> None:
    room, pages = pdf
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(pages))
    printed = "".join(page.extract_text() for page in reader.pages)
    assert "张三" in printed
    assert "智能制造实训" in printed
    assert list(reader.attachments) == ["credential.json"]
    found = await verdict_of(room.anyone(), pages)
    assert found["accepted"], found
    assert found["pages_sealed"]


async def test_a_forged_pdf_is_refused(pdf: tuple[CredentialsRoom, bytes]) -> None:
    room, pages = pdf
    anyone = room.anyone()
    middle = len(pages) // 2
    changed = pages[:middle] + bytes([pages[middle] ^ 1]) + pages[middle + 1 :]
    unsealed = pages[: pages.rindex(b"\n%chanjiao-seal ")]
    added = unsealed + b"\n% more" + pages[len(unsealed) :]
    for forged in (changed, unsealed, added):
        found = await verdict_of(anyone, forged)
        assert (found["accepted"], found["code"]) == (False, "tampered")
    truncated = await verdict_of(anyone, b"%PDF-1.7\n" + pages[100:200])
    assert truncated["code"] == "malformed"


async def test_a_badge_is_handed_out_as_a_picture_that_verifies(
    credentials_room: CredentialsRoom,
) -> None:
    school_id, number = uuid4(), "2023010105"
    issued = await credentials_room.issue(school_id, number)
    student = credentials_room.student(school_id, number)
    picture = await student.get(f"/v1/credentials/{issued.id}/file", params={"format": "png"})
    assert read_credential(picture.content).json == issued.document
    assert (await verdict_of(credentials_room.anyone(), picture.content))["accepted"]


async def test_a_table_and_elmo_say_what_the_badge_says(credentials_room: CredentialsRoom) -> None:
    school_id, number = uuid4(), "2023010106"
    await credentials_room.issue(school_id, number)
    made = await transcript(credentials_room, school_id, number)
    student = credentials_room.student(school_id, number)
    here = f"/v1/credentials/{made['id']}/file"
    table = (await student.get(here, params={"format": "csv"})).content.decode("utf-8-sig")
    row = next(csv.DictReader(io.StringIO(table)))
    assert (row["成果"], row["学分"]) == ("工业机器人操作与运维（中级）", "4.50")
    elmo = etree.fromstring((await student.get(here, params={"format": "elmo"})).content)
    space = {"e": "https://github.com/emrex-eu/elmo-schemas/tree/v2"}
    assert elmo.xpath("//e:recognitionResult//e:value/text()", namespaces=space) == ["2.50", "2.00"]
    assert elmo.xpath("//e:decisionDate/text()", namespaces=space) == ["2026-11-20"]


async def test_what_another_student_or_school_holds_is_not_found(
    credentials_room: CredentialsRoom,
) -> None:
    school_id, number = uuid4(), "2023010107"
    issued = await credentials_room.issue(school_id, number)
    here = f"/v1/credentials/{issued.id}"
    strangers = [
        credentials_room.student(school_id, "2023010108"),
        credentials_room.student(uuid4(), number),
        credentials_room.office(uuid4()),
    ]
    for stranger in strangers:
        assert (await stranger.get(f"{here}/file")).status_code == 404
        assert (await stranger.get(f"{here}/record")).status_code == 404
        assert (await stranger.get("/v1/credentials")).json()["items"] == []
    student = credentials_room.student(school_id, number)
    assert (await student.post(f"{here}/revoke", json={"reason": "x"})).status_code == 403
    hr = credentials_room.client(org_id=str(uuid4()), org_kind="enterprise", scope="posts:write")
    assert (await hr.get("/v1/credentials")).status_code == 403
    named = {"holder_number": "2023010108"}
    assert (await student.post("/v1/credentials/transcripts", json=named)).status_code == 403
    assert (await strangers[2].post(f"{here}/revoke", json={"reason": "x"})).status_code == 404


async def test_the_office_finds_what_it_issued_page_by_page(
    credentials_room: CredentialsRoom,
) -> None:
    school_id = uuid4()
    issued = [await credentials_room.issue(school_id, f"20230102{n:02d}") for n in range(3)]
    office = credentials_room.office(school_id)
    first = await office.get("/v1/credentials", params={"limit": 2})
    more = await office.get("/v1/credentials", params={"limit": 2, "cursor": first.json()["next"]})
    items = first.json()["items"] + more.json()["items"]
    assert [each["id"] for each in items] == [str(each.id) for each in reversed(issued)]
    one = await office.get("/v1/credentials", params={"holder_number": "2023010201"})
    assert [each["id"] for each in one.json()["items"]] == [str(issued[1].id)]


def test_a_recognition_adds_up_its_courses() -> None:
    assert recognition(uuid4(), "1").credits_hundredths == 450
