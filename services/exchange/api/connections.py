"""Connections over HTTP: answer a notice, talk, agree; only the two organisations see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal
from uuid import UUID

from fastapi import Request, Response

from services.exchange.api.desks import AtNoticeDesk
from services.exchange.api.notice_shapes import brief_of
from services.exchange.contract.connections import (
    ConnectionDecisionIn,
    ConnectionIn,
    ConnectionOut,
    ConnectionStateName,
    ConnectionThreadOut,
    MessageIn,
    MessageOut,
    NoticeAgreementIn,
)
from services.exchange.contract.notices import OrganisationBrief
from services.exchange.domain.notice import Notice
from services.exchange.flows import connect_sides
from services.exchange.flows.desk import Desk
from services.exchange.store import connections, notices
from services.exchange.store.connections import Row
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import Keyed
from shared.http.service import new_router
from shared.http.versions import set_etag

router = new_router("connections")


@router.post("/notices/{notice_id}/connections", status_code=201, dependencies=[Keyed])
async def answer_notice(
    notice_id: UUID, body: ConnectionIn, desk: AtNoticeDesk, response: Response
) -> ConnectionThreadOut:
    """Answer another organisation's open notice with a message."""
    asked = await connect_sides.ask_about_notice(
        desk, notice_id, message=body.message, own_notice_id=body.own_notice_id
    )
    response.headers["Location"] = f"/v1/connections/{asked['id']}"
    return await _thread(desk, asked, response)


@router.get("/connections")
async def list_connections(
    desk: AtNoticeDesk,
    paging: Paging,
    request: Request,
    response: Response,
    state: ConnectionStateName | None = None,
    side: Literal["asked", "answered"] | None = None,
) -> Page[ConnectionOut]:
    """Return the organisation's connections, the newest first."""
    rows = await connections.list_of(
        desk.tx, desk.org_id, state=state, side=side, after=paging.after, limit=paging.limit
    )
    shown, following = cut_page(
        rows, asked=paging, key=lambda row: (row["id"],), request=request, response=response
    )
    return Page(items=await _shown(desk, shown), next=following)


@router.get("/connections/{connection_id}")
async def read_connection(
    connection_id: UUID, desk: AtNoticeDesk, response: Response
) -> ConnectionThreadOut:
    """Return one connection with everything that was said."""
    found = await connect_sides.find_connection(desk, connection_id)
    return await _thread(desk, found, response)


@router.post("/connections/{connection_id}/messages", status_code=201, dependencies=[Keyed])
async def write_to_other_side(
    connection_id: UUID, body: MessageIn, desk: AtNoticeDesk
) -> MessageOut:
    """Say something to the other side."""
    said = await connect_sides.write_message(desk, connection_id, body.text)
    connection = await connect_sides.find_connection(desk, connection_id)
    return _message_out(said, connection)


@router.post("/connections/{connection_id}/decisions", dependencies=[Keyed])
async def decide_on_connection(
    connection_id: UUID, body: ConnectionDecisionIn, desk: AtNoticeDesk, response: Response
) -> ConnectionOut:
    """Accept to talk, or decline, as the organisation that published the notice."""
    decided = await connect_sides.decide_connection(
        desk, connection_id, decision=body.decision, reason=body.reason
    )
    return await _one(desk, decided, response)


@router.post("/connections/{connection_id}/withdrawals", dependencies=[Keyed])
async def withdraw_from_connection(
    connection_id: UUID, desk: AtNoticeDesk, response: Response
) -> ConnectionOut:
    """Take one's answer back before anything is agreed on."""
    return await _one(desk, await connect_sides.withdraw_connection(desk, connection_id), response)


@router.post("/connections/{connection_id}/agreements", status_code=201, dependencies=[Keyed])
async def propose_notice_agreement(
    connection_id: UUID, body: NoticeAgreementIn, desk: AtNoticeDesk, response: Response
) -> ConnectionOut:
    """Propose what to agree on, as either side; the other one confirms it."""
    proposed = await connect_sides.propose_agreement(desk, connection_id, body.model_dump())
    return await _one(desk, proposed, response)


@router.post("/connections/{connection_id}/agreements/{number}/confirmations", dependencies=[Keyed])
async def confirm_notice_agreement(
    connection_id: UUID, number: int, desk: AtNoticeDesk, response: Response
) -> ConnectionOut:
    """Confirm the other side's newest proposal by its number."""
    agreed = await connect_sides.confirm_agreement(desk, connection_id, number)
    return await _one(desk, agreed, response)


async def _one(desk: Desk, connection: Row, response: Response) -> ConnectionOut:
    set_etag(response, connection["version"])
    return (await _shown(desk, [connection]))[0]


async def _thread(desk: Desk, connection: Row, response: Response) -> ConnectionThreadOut:
    shown = await _one(desk, connection, response)
    said = await connections.list_messages(desk.tx, connection["id"])
    messages = [_message_out(each, connection) for each in said]
    return ConnectionThreadOut(**dict(shown), messages=messages)


async def _shown(desk: Desk, rows: Sequence[Row]) -> list[ConnectionOut]:
    ids = {row[name] for row in rows for name in ("notice_id", "own_notice_id")} - {None}
    about = await notices.find_many(desk.tx, ids)
    return [_connection_out(row, about) for row in rows]


def _connection_out(row: Row, about: Mapping[UUID, Notice]) -> ConnectionOut:
    own_id = row["own_notice_id"]
    plain = ("id", "version", "state", "reason", "agreement", "created_at", "changed_at")
    return ConnectionOut.model_validate(
        {
            **{name: row[name] for name in plain},
            "notice": brief_of(about[row["notice_id"]]),
            "own_notice": brief_of(about[own_id]) if own_id is not None else None,
            "asker": _side(row, "asker"),
            "answerer": _side(row, "answerer"),
        }
    )


def _side(row: Row, side: str) -> OrganisationBrief:
    return OrganisationBrief(
        id=row[f"{side}_id"], kind=row[f"{side}_kind"], name=row[f"{side}_name"]
    )


def _message_out(message: Row, connection: Row) -> MessageOut:
    side = "asker" if message["org_id"] == connection["asker_id"] else "answerer"
    return MessageOut(
        number=message["number"],
        organisation=_side(connection, side),
        text=message["text"],
        at=message["at"],
    )
