"""Answer a notice, talk, propose and confirm an agreement: each act holds the connection's row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from services.exchange.domain.connection import (
    ConnectionNotFoundError,
    ConnectionOpenError,
    ConnectionState,
    confirmed_proposal,
    expect_act,
    expect_answerable,
    expect_answerer,
    expect_asker,
    expect_own_fits,
    expect_room_for_message,
    next_proposal,
)
from services.exchange.domain.notice import NoticeNotFoundError
from services.exchange.domain.organisation import expect_publisher
from services.exchange.flows.desk import Desk
from services.exchange.store import connections, notices
from services.exchange.store.connections import Row
from shared.events.audit import record
from shared.kernel.errors import Fact
from shared.kernel.ids import new_id


async def ask_about_notice(
    desk: Desk, notice_id: UUID, *, message: str, own_notice_id: UUID | None
) -> Row:
    """Answer somebody's open notice with a first message."""
    organisation = await desk.own_organisation()
    expect_publisher(organisation.kind)
    notice = await notices.find(desk.tx, notice_id)
    if notice is None or not (notice.told or notice.org_id == organisation.id):
        raise NoticeNotFoundError(notice_id=str(notice_id))
    expect_answerable(notice, organisation, desk.today)
    if own_notice_id is not None:
        own = await notices.find(desk.tx, own_notice_id)
        expect_own_fits(own, organisation, desk.today)
    values = {
        "id": new_id(),
        "notice_id": notice.id,
        "own_notice_id": own_notice_id,
        "asker_id": organisation.id,
        "asker_kind": organisation.kind,
        "asker_name": organisation.name,
        "answerer_id": notice.org_id,
        "answerer_kind": notice.org_kind,
        "answerer_name": notice.org_name,
        "state": ConnectionState.ASKED.value,
        "created_at": desk.now,
        "changed_at": desk.now,
    }
    asked = await connections.add(desk.tx, values)
    if asked is None:
        standing = await connections.find_open(desk.tx, notice.id, organisation.id)
        raise ConnectionOpenError(connection_id=str(standing["id"]) if standing else None)
    await _say(desk, asked["id"], message)
    await _tell(desk, asked, "asked", notice_id=str(notice.id))
    return asked


async def find_connection(desk: Desk, connection_id: UUID, *, hold: bool = False) -> Row:
    """Return a connection of the caller's organisation, held for an act where asked."""
    found = await connections.find(desk.tx, connection_id, org_id=desk.org_id, lock=hold)
    if found is None:
        raise ConnectionNotFoundError(connection_id=str(connection_id))
    return found


async def write_message(desk: Desk, connection_id: UUID, text: str) -> Row:
    """Say something to the other side."""
    held = await find_connection(desk, connection_id, hold=True)
    expect_act(held, "write")
    said = await _say(desk, connection_id, text)
    await _change(desk, held, {})
    await _tell(desk, held, "message_written", number=said["number"])
    return said


async def decide_connection(
    desk: Desk,
    connection_id: UUID,
    *,
    decision: Literal["accept", "decline"],
    reason: str | None,
) -> Row:
    """Accept to talk, or decline, as the organisation that published the notice."""
    held = await find_connection(desk, connection_id, hold=True)
    expect_answerer(held, desk.org_id)
    expect_act(held, decision)
    state = ConnectionState.TALKING if decision == "accept" else ConnectionState.DECLINED
    decided = await _change(desk, held, {"state": state.value, "reason": reason})
    await _tell(desk, held, "accepted" if decision == "accept" else "declined")
    return decided


async def withdraw_connection(desk: Desk, connection_id: UUID) -> Row:
    """Take one's answer back before anything is agreed on."""
    held = await find_connection(desk, connection_id, hold=True)
    expect_asker(held, desk.org_id)
    expect_act(held, "withdraw")
    withdrawn = await _change(desk, held, {"state": ConnectionState.WITHDRAWN.value})
    await _tell(desk, held, "withdrawn")
    return withdrawn


async def propose_agreement(desk: Desk, connection_id: UUID, terms: Mapping[str, Any]) -> Row:
    """Propose what to agree on; it takes the place of the proposal before it."""
    held = await find_connection(desk, connection_id, hold=True)
    expect_act(held, "propose")
    proposal = next_proposal(held, terms, org_id=desk.org_id, now=desk.now)
    proposed = await _change(desk, held, {"agreement": proposal})
    await _tell(desk, held, "proposed", number=proposal["number"])
    return proposed


async def confirm_agreement(desk: Desk, connection_id: UUID, number: int) -> Row:
    """Confirm the other side's newest proposal: both have agreed."""
    held = await find_connection(desk, connection_id, hold=True)
    expect_act(held, "confirm")
    agreement = confirmed_proposal(held, number=number, org_id=desk.org_id, now=desk.now)
    values = {"agreement": agreement, "state": ConnectionState.AGREED.value}
    agreed = await _change(desk, held, values)
    await _tell(desk, held, "agreed", number=number)
    return agreed


async def _say(desk: Desk, connection_id: UUID, text: str) -> Row:
    values = {
        "org_id": desk.org_id,
        "person_id": desk.caller.subject,
        "text": text,
        "at": desk.now,
    }
    said = await connections.add_message(desk.tx, connection_id, values)
    expect_room_for_message(said["number"])
    return said


async def _change(desk: Desk, held: Row, values: Mapping[str, Any]) -> Row:
    return await connections.change(desk.tx, held["id"], {**values, "changed_at": desk.now})


async def _tell(desk: Desk, connection: Row, act: str, **facts: Fact) -> None:
    """Write the audit event; what was said is nobody else's."""
    action = f"connection.{act}"
    await record(desk.tx, desk.caller, action, subject_id=connection["id"], facts=facts)
