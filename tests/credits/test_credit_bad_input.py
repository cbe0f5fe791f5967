"""What must be refused with its reason, and after which nothing stands in the ledger."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from services.credits.domain.badge import moment_text
from services.credits.domain.ledger_errors import ReversalFinalError
from services.credits.engine.credentials.proofs import Suite
from services.credits.flows import keep_ledger
from services.credits.flows.keep_keys import Issuing, Signer, open_signer
from shared.db.session import PLATFORM, Scope
from shared.kernel.clock import utc_now
from shared.settings import PlatformSettings
from tests.credits.credit_room import CreditsRoom
from tests.credits.recognition_school import (
    School,
    competition,
    decided,
    draft,
    in_review,
    open_school,
    posted,
    register,
    step,
    submitted,
)

_KEPT = (
    "ledger_transactions",
    "ledger_uses",
    "ledger_reservations",
    "outcomes",
    "evidence_files",
    "rulebooks",
)
TAKE_OVER = "/v1/outcomes/credentials?kind=school_course&hours=32&stage=higher_vocational"


async def standing(school: School) -> dict[str, int]:
    """Count what the school has: every transaction of its ledger among it."""
    counted: dict[str, int] = {}
    async with school.room.database.begin(PLATFORM) as tx:
        for table in _KEPT:
            query = text(f"SELECT count(*) FROM {table} WHERE school_id = :school")
            counted[table] = await tx.scalar(query, {"school": school.id}) or 0
    return counted


async def recognised(room: CreditsRoom) -> tuple[School, str]:
    """Let a school post an outcome; return it and the id of the badge."""
    school = await open_school(room)
    student = school.student("S1")
    sent = await submitted(school, student, competition(), "C-OPT")
    await posted(school, await decided(school, await in_review(school, sent)))
    (badge,) = (await student.get("/v1/credentials")).json()["items"]
    return school, badge["id"]


async def signer_of(school: School, settings: PlatformSettings) -> Signer:
    issuing = Issuing(settings.secret, settings.public_url)
    async with school.room.database.begin(Scope(org_id=school.id)) as tx:
        return await open_signer(tx, issuing, school.id, now=utc_now())


async def take_over(school: School, content: bytes) -> httpx.Response:
    return await school.student("S1").post(TAKE_OVER, content=content)


async def test_a_certificate_used_twice_at_the_same_instant_counts_once(room: CreditsRoom) -> None:
    schools = [await open_school(room) for _ in range(4)]
    body = competition()
    students = [each.student("S1") for each in schools]
    drafts: list[Any] = []
    for school, student in zip(schools, students, strict=True):
        outcome = await register(student, body)
        drafted = await draft(student, outcome, school.courses["C-OPT"])
        drafts.append(drafted.json())
    before = [await standing(school) for school in schools]
    answers = await asyncio.gather(
        *(step(student, each, "submission") for student, each in zip(students, drafts, strict=True))
    )
    assert sorted(each.status_code for each in answers) == [200, 409, 409, 409]
    assert {each.json()["code"] for each in answers if each.status_code == 409} == {"outcome_used"}
    after = [await standing(school) for school in schools]
    for answer, was, now in zip(answers, before, after, strict=True):
        assert (now == was) is (answer.status_code == 409)


@pytest.mark.parametrize(
    ("change", "reason"),
    [("an injected term", "undefined_terms"), ("run out", "expired"), ("nothing", None)],
)
async def test_what_its_issuer_must_not_have_signed_counts_nowhere(
    room: CreditsRoom, settings: PlatformSettings, change: str, reason: str | None
) -> None:
    first, badge_id = await recognised(room)
    bundle = (await first.office.get(f"/v1/credentials/{badge_id}/bundle")).json()
    badge = {name: value for name, value in bundle["credential"].items() if name != "proof"}
    if change == "an injected term":
        badge["credentialSubject"]["achievement"]["honours"] = "summa cum laude"
    if change == "run out":
        badge["validUntil"] = moment_text(utc_now() - timedelta(days=1))
    signer = await signer_of(first, settings)
    # By the issuer's own key, in both suites as it always signs: nothing but the words is wrong.
    suites: tuple[Suite, ...] = ("eddsa-jcs-2022", "eddsa-rdfc-2022")
    bundle["credential"] = signer.sign(badge, suites=suites, now=utc_now())
    second = await open_school(room)
    before = await standing(second)
    answer = await take_over(second, json.dumps(bundle).encode())
    if reason is None:
        assert answer.status_code == 201, answer.text
        return
    told = answer.json()
    assert (answer.status_code, told["code"]) == (422, "credential_refused")
    assert told["facts"]["reason"] == reason
    assert await standing(second) == before


async def test_a_revoked_credential_and_a_forged_pdf_count_nowhere(room: CreditsRoom) -> None:
    first, badge_id = await recognised(room)
    here = f"/v1/credentials/{badge_id}"
    made = await first.student("S1").post("/v1/credentials/transcripts", json={})
    assert made.status_code == 201, made.text
    pages = await first.student("S1").get(f"/v1/credentials/{made.json()['id']}/file")
    assert pages.content.startswith(b"%PDF-")
    second = await open_school(room)
    before = await standing(second)
    # One byte of the pages, then pages whose seal is another file's.
    at = len(pages.content) // 2
    flipped = pages.content[:at] + bytes([pages.content[at] ^ 1]) + pages.content[at + 1 :]
    for forged in (flipped, pages.content + b"\n% one more line\n"):
        answer = await take_over(second, forged)
        assert (answer.status_code, answer.json()["code"]) == (422, "credential_refused")
        assert answer.json()["facts"]["reason"] in {"tampered", "malformed"}
    revoked = await first.office.post(f"{here}/revoke", json={"reason": "证书被撤销"})
    assert revoked.is_success, revoked.text
    answer = await take_over(second, (await first.office.get(f"{here}/bundle")).content)
    assert answer.json()["facts"]["reason"] == "revoked"
    assert await standing(second) == before


async def test_a_rule_tree_ten_thousand_levels_deep_is_refused_clearly(room: CreditsRoom) -> None:
    school = await open_school(room, content=None)
    before = await standing(school)
    deep = '{"all":[' * 10_000 + "]}" * 10_000
    body = f'{{"title":"x","valid_from":"2026-01-01","content":{{"rules":[{{"when":{deep}}}]}}}}'
    for path in ("/v1/credit-rulebooks", "/v1/credit-rulebooks/check"):
        answer = await school.office.post(
            path, content=body, headers={"content-type": "application/json"}
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "rule_tree_too_deep")
    assert await standing(school) == before


async def test_evidence_of_another_kind_or_two_gigabytes_is_refused(room: CreditsRoom) -> None:
    school = await open_school(room, content=None)
    student = school.student("S1")
    outcome = await register(student, competition())
    before = await standing(school)
    path = f"/v1/outcomes/{outcome}/evidence"
    wrong = await student.post(path, content=b"MZ\x90 program")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "evidence_type")
    told = await student.post(path, content=b"%PDF-", headers={"content-length": str(2 << 30)})
    assert told.status_code == 413
    taken = 0

    async def two_gigabytes() -> AsyncIterator[bytes]:
        nonlocal taken
        for _ in range(2 << 10):
            taken += 1
            yield b"%PDF-".ljust(1 << 20)

    untold = await student.post(path, content=two_gigabytes())
    assert untold.status_code == 413
    assert taken < 64, "the rest was never asked for"
    assert await standing(school) == before


async def test_hours_are_refused_where_the_standard_counts_weeks(room: CreditsRoom) -> None:
    school = await open_school(room)
    student = school.student("S1")
    body = {
        "kind": "internship",
        "title": "暑期企业实习",
        "issuer_name": "杭州精工",
        "hours": 320,
        "completed_on": "2026-08-20",
    }
    outcome = await register(student, body)
    drafted = await draft(student, outcome, school.courses["C-OPT"])
    before = await standing(school)
    sent = await step(student, drafted.json(), "submission")
    assert (sent.status_code, sent.json()["code"]) == (422, "unit_mismatch")
    assert sent.json()["errors"][0]["pointer"] == "/weeks"
    assert await standing(school) == before


async def test_a_reversal_of_a_reversal_is_refused(room: CreditsRoom) -> None:
    school = await open_school(room)
    sent = await submitted(school, school.student("S1"), competition(), "C-OPT")
    done = await posted(school, await decided(school, await in_review(school, sent)))
    back = await step(school.reviewer(), done, "reversal", reason="证书被颁发单位撤销")
    assert back.json()["state"] == "reversed", back.text
    before = await standing(school)
    again = await step(school.reviewer(), back.json(), "reversal", reason="再撤销一次试试")
    assert (again.status_code, again.json()["code"]) == (409, "application_state")
    assert await standing(school) == before
    async with room.database.begin(Scope(org_id=school.id)) as tx:
        query = text("SELECT id FROM ledger_transactions WHERE kind = 'reverse'")
        (reversal,) = (await tx.execute(query)).scalars()
        with pytest.raises(ReversalFinalError):
            await keep_ledger.reverse(
                tx, school.id, reversal, key="again", reason="x", now=utc_now()
            )
    assert await standing(school) == before


async def test_a_key_with_another_body_is_refused(room: CreditsRoom) -> None:
    school = await open_school(room)
    student = school.student("S1")
    key = {"idempotency-key": "one-key"}
    first = await student.post("/v1/outcomes", json=competition(), headers=key)
    assert first.status_code == 201
    before = await standing(school)
    other = await student.post("/v1/outcomes", json=competition(), headers=key)
    assert other.status_code == 422
    assert other.json()["code"] == "idempotency_key_reused"
    assert await standing(school) == before
