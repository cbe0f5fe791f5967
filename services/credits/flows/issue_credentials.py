"""Issue credentials: a badge per decision, a transcript per student."""

from __future__ import annotations

import asyncio
import json
import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.credits.domain.badge import (
    PURPOSES,
    Frame,
    badge_document,
    clr_document,
    scatter,
)
from services.credits.domain.credential_errors import TranscriptEmptyError
from services.credits.domain.identifier import credential_url, status_list_url
from services.credits.domain.recognition import Holder, Party, Recognition
from services.credits.engine.credentials.parsing import JsonObject
from services.credits.engine.credentials.proofs import JCS, RDFC
from services.credits.engine.credentials.status_list import BITS
from services.credits.flows.keep_keys import Issuing, Signer, open_signer
from services.credits.store import credentials
from shared.db.session import Tx
from shared.kernel.ids import new_id

__all__ = ["Issued", "Issuing", "issue_badge", "issue_transcript"]


@dataclass(frozen=True, slots=True)
class Issued:
    """A credential as it was issued: its id, its JSON, its address."""

    id: UUID
    document: bytes
    url: str


async def issue_badge(
    tx: Tx, issuing: Issuing, recognition: Recognition, *, now: datetime
) -> Issued:
    """Return the badge of a decision: the live one where there is one, else a new one."""
    school, learning = recognition.school, recognition.learning
    await credentials.hold_issuer(tx, _issuer_id(school))
    for row in await credentials.list_of_decision(tx, recognition.decision_id):
        url = credential_url(issuing.public_url, row["id"])
        return Issued(row["id"], row["document"].encode(), url)
    signer, frame, place = await _frame(tx, issuing, school, now=now)
    if recognition.transaction_id is not None and recognition.commitment is None:
        commitment = await credentials.find_commitment(tx, recognition.transaction_id)
        recognition = replace(recognition, commitment=commitment)
    document = await _sign(signer, badge_document(recognition, frame), now)
    facts = {
        "kind": learning.kind,
        "issuer": learning.issuer_name,
        "level": learning.level,
        "completed_on": learning.completed_on.isoformat() if learning.completed_on else None,
        "decided_on": recognition.decided_on.isoformat(),
        "credits_hundredths": recognition.credits_hundredths,
        "grade": recognition.grade,
        "standard": recognition.standard,
        "courses": [
            {"title": grant.course, "credits_hundredths": grant.credits_hundredths}
            for grant in recognition.grants
        ],
    }
    row = {
        **place,
        "kind": "badge",
        "decision_id": recognition.decision_id,
        "transaction_id": recognition.transaction_id,
        "title": learning.title,
        "facts": facts,
    }
    return await _keep(tx, issuing, recognition.holder, row=row, document=document, now=now)


async def issue_transcript(
    tx: Tx, issuing: Issuing, school: Party, holder: Holder, *, now: datetime
) -> Issued:
    """Return a new transcript of a student over the live badges of the school.

    Raises TranscriptEmptyError where there are none.
    """
    sought = credentials.Sought(school.org_id, holder.number, "badge", "live")
    badges = await credentials.list_credentials(tx, sought, after=None, limit=None)
    if not badges:
        raise TranscriptEmptyError(number=holder.number)
    badges.reverse()
    signer, frame, place = await _frame(tx, issuing, school, now=now)
    held = [json.loads(row["document"]) for row in badges]
    document = await _sign(signer, clr_document(school, holder, frame, badges=held), now)
    total = sum(row["facts"]["credits_hundredths"] for row in badges)
    facts = {
        "credits_hundredths": total,
        "lines": [{**row["facts"], "id": str(row["id"]), "title": row["title"]} for row in badges],
    }
    row = {**place, "kind": "clr", "title": f"{school.name} 学分认定成绩单", "facts": facts}
    return await _keep(tx, issuing, holder, row=row, document=document, now=now)


async def _frame(
    tx: Tx, issuing: Issuing, school: Party, *, now: datetime
) -> tuple[Signer, Frame, dict[str, Any]]:
    """Return who signs, what surrounds the credential, and the columns that follow from it."""
    issuer_id = _issuer_id(school)
    await credentials.hold_issuer(tx, issuer_id)
    signer = await open_signer(tx, issuing, issuer_id, now=now)
    listed = await credentials.find_open_list(tx, issuer_id, size=BITS)
    if listed is None:
        listed = await _open_list(tx, school)
    taken = await credentials.take_place(tx, listed["id"])
    index = scatter(taken, step=listed["step"], start=listed["start"], size=BITS)
    credential_id = new_id()
    lists = tuple(
        (purpose, status_list_url(issuing.public_url, listed["id"], purpose))
        for purpose in PURPOSES
    )
    frame = Frame(
        url=credential_url(issuing.public_url, credential_id),
        issuer_did=signer.did,
        now=now,
        salt=secrets.token_hex(16),
        status_lists=lists,
        status_index=index,
    )
    place = {
        "id": credential_id,
        "issuer_id": issuer_id,
        "status_list_id": listed["id"],
        "status_index": index,
    }
    return signer, frame, place


def _issuer_id(school: Party) -> UUID:
    assert school.org_id is not None, "an issuer is an organisation of this platform"
    return school.org_id


async def _open_list(tx: Tx, school: Party) -> dict[str, Any]:
    return await credentials.add_list(
        tx,
        {
            "id": new_id(),
            "issuer_id": school.org_id,
            "issuer_name": school.name,
            "taken": 0,
            "step": secrets.randbelow(BITS // 2) * 2 + 1,
            "start": secrets.randbelow(BITS),
        },
    )


async def _sign(signer: Signer, document: JsonObject, now: datetime) -> bytes:
    # RDF takes milliseconds of pure Python: not on the event loop.
    secured = await asyncio.to_thread(signer.sign, document, suites=(JCS, RDFC), now=now)
    return json.dumps(secured, ensure_ascii=False, separators=(",", ":")).encode()


async def _keep(
    tx: Tx,
    issuing: Issuing,
    holder: Holder,
    *,
    row: dict[str, Any],
    document: bytes,
    now: datetime,
) -> Issued:
    await credentials.add_credential(
        tx,
        {
            **row,
            "holder_id": holder.id,
            "holder_name": holder.name,
            "holder_number": holder.number,
            "document": document.decode(),
            "state": "live",
            "issued_at": now,
        },
    )
    return Issued(row["id"], document, credential_url(issuing.public_url, row["id"]))
