"""Giving, withdrawing and checking consents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.accounts.contract.events import CONSENT_WITHDRAWN, member_ref
from services.accounts.domain.consent import (
    Consent,
    ConsentPurpose,
    NotAPersonError,
    recipient_faults,
)
from services.accounts.flows.desk import Desk, act, actor_of, write_audit
from services.accounts.store import consents, organisations, people
from shared.db.session import Tx
from shared.events.outbox import Event, emit
from shared.http.caller import Caller
from shared.kernel.errors import InvalidInputError, NotFoundError
from shared.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class Question:
    """Whether a person has consented to a purpose, towards an organisation."""

    person_id: UUID
    purpose: ConsentPurpose
    to_org_id: UUID | None


async def give_consent(
    desk: Desk,
    tx: Tx,
    caller: Caller,
    *,
    purpose: Any,
    to_org_id: UUID | None,
    text_version: str,
) -> Consent:
    """Give a consent; the same words again change nothing, new words replace the old consent."""
    person = await people.find_and_hold(tx, caller.subject) if caller.kind == "person" else None
    if person is None:
        raise NotAPersonError(needs="person")
    await _check_recipient(tx, purpose, to_org_id)
    now = desk.clock()
    for known in await consents.standing(tx, [person.id], [purpose]):
        if known.to_org_id == to_org_id and known.text_version == text_version:
            return known
        if known.to_org_id == to_org_id:
            await consents.withdraw(tx, known.id, now)
    consent = Consent(
        id=new_id(),
        person_id=person.id,
        purpose=purpose,
        to_org_id=to_org_id,
        home_org_id=caller.org_id or person.home_org_id,
        text_version=text_version,
        given_at=now,
        withdrawn_at=None,
    )
    await consents.add(tx, consent)
    done = act("consent.given", consent.id, of=to_org_id, purpose=purpose, text=text_version)
    await write_audit(tx, actor_of(caller), [done], now)
    return consent


async def withdraw_consent(desk: Desk, tx: Tx, caller: Caller, *, consent_id: UUID) -> None:
    """Withdraw one's own consent; withdrawing again changes nothing (PIPL 15)."""
    consent = await consents.find(tx, caller.subject, consent_id)
    if consent is None:
        raise NotFoundError(consent_id=str(consent_id))
    if consent.withdrawn_at is not None:
        return
    now = desk.clock()
    await consents.withdraw(tx, consent_id, now)
    done = act("consent.withdrawn", consent_id, of=consent.to_org_id, purpose=consent.purpose)
    await write_audit(tx, actor_of(caller), [done], now)
    await _tell_withdrawn(tx, consent, now)


async def _tell_withdrawn(tx: Tx, consent: Consent, now: datetime) -> None:
    """Tell the room that shares the data: a consent taken back ends the sharing, not a record."""
    home = consent.home_org_id
    member = await people.find_membership(tx, home, consent.person_id)
    number = member.member_no if member else None
    payload = {
        "purpose": consent.purpose,
        "to_org_id": consent.to_org_id,
        "person_id": consent.person_id,
        "member_ref": member_ref(home, number) if number else None,
        "withdrawn_at": now,
    }
    await emit(tx, [Event(CONSENT_WITHDRAWN, consent.id, home, payload)], to=["internships"])


async def check_consents(tx: Tx, questions: Sequence[Question]) -> list[Consent | None]:
    """Return the standing consent that answers each question, or None."""
    standing = await consents.standing(
        tx, {each.person_id for each in questions}, {each.purpose for each in questions}
    )
    known = {Question(each.person_id, each.purpose, each.to_org_id): each for each in standing}
    return [known.get(each) for each in questions]


async def _check_recipient(tx: Tx, purpose: ConsentPurpose, to_org_id: UUID | None) -> None:
    faults = recipient_faults(purpose, to_org_id)
    if faults:
        raise InvalidInputError(faults=faults)
    if to_org_id is not None and await organisations.find(tx, to_org_id) is None:
        raise NotFoundError(to_org_id=str(to_org_id))
