"""Credentials and their places in status lists, as stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, select, text, tuple_, update

from services.credits.store.tables_credentials import credentials, status_lists
from services.credits.store.tables_ledger import ledger_transactions
from shared.db.session import Tx

Row = dict[str, Any]

_HOLD = text("SELECT pg_advisory_xact_lock(hashtextextended('status list ' || :issuer, 7))")


@dataclass(frozen=True, slots=True)
class Sought:
    """What a look at credentials asks for; None where it does not matter."""

    issuer_id: UUID | None = None
    holder_number: str | None = None
    kind: str | None = None
    state: str | None = None


async def list_credentials(
    tx: Tx, sought: Sought, *, after: tuple[Any, ...] | None, limit: int | None
) -> list[Row]:
    """Return credentials, the newest first, one more than `limit`; all where it is None."""
    table = credentials.c
    query = select(credentials).where(*_conditions(sought))
    if after is not None:
        moment = datetime.fromisoformat(after[0])
        query = query.where(tuple_(table.issued_at, table.id) < tuple_(moment, UUID(after[1])))
    query = query.order_by(table.issued_at.desc(), table.id.desc())
    rows = await tx.execute(query if limit is None else query.limit(limit + 1))
    return [dict(row) for row in rows.mappings()]


def _conditions(sought: Sought) -> list[ColumnElement[bool]]:
    table = credentials.c
    exact = {
        table.issuer_id: sought.issuer_id,
        table.holder_number: sought.holder_number,
        table.kind: sought.kind,
        table.state: sought.state,
    }
    return [column == value for column, value in exact.items() if value is not None]


async def find_credential(tx: Tx, credential_id: UUID, *, lock: bool = False) -> Row | None:
    """Return one credential that the transaction may see."""
    query = select(credentials).where(credentials.c.id == credential_id)
    rows = await tx.execute(query.with_for_update() if lock else query)
    row = rows.mappings().one_or_none()
    return None if row is None else dict(row)


async def list_of_decision(tx: Tx, decision_id: UUID) -> list[Row]:
    """Return the credentials of a decision that are not revoked."""
    table = credentials.c
    query = select(credentials).where(table.decision_id == decision_id, table.state != "revoked")
    return [dict(row) for row in (await tx.execute(query)).mappings()]


async def list_transcripts_of(tx: Tx, credential_id: UUID) -> list[Row]:
    """Return the transcripts that hold a badge and are not revoked."""
    table = credentials.c
    query = select(credentials).where(
        table.kind == "clr",
        table.state != "revoked",
        table.facts["lines"].contains([{"id": str(credential_id)}]),
    )
    return [dict(row) for row in (await tx.execute(query)).mappings()]


async def find_commitment(tx: Tx, transaction_id: UUID) -> bytes | None:
    """Return the commitment to a posting of the ledger."""
    query = select(ledger_transactions.c.commitment).where(
        ledger_transactions.c.id == transaction_id
    )
    found = (await tx.execute(query)).scalar_one_or_none()
    return None if found is None else bytes(found)


async def add_credential(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write a new credential."""
    await tx.execute(insert(credentials).values(**values))


async def change_state(
    tx: Tx, credential: Row, *, state: str, reason: str | None, now: datetime
) -> Row:
    """Write a credential's new state, and that its list has changed."""
    changed = (
        update(credentials)
        .where(credentials.c.id == credential["id"])
        .values(state=state, reason=reason, state_at=now, version=credentials.c.version + 1)
        .returning(credentials)
    )
    row = (await tx.execute(changed)).mappings().one()
    touched = update(status_lists).where(status_lists.c.id == credential["status_list_id"])
    await tx.execute(touched.values(version=status_lists.c.version + 1))
    return dict(row)


async def hold_issuer(tx: Tx, issuer_id: UUID) -> None:
    """Let nobody else issue for this issuer until the transaction ends."""
    await tx.execute(_HOLD, {"issuer": str(issuer_id)})


async def find_open_list(tx: Tx, issuer_id: UUID, *, size: int) -> Row | None:
    """Return the issuer's list that has room."""
    table = status_lists.c
    query = select(status_lists).where(table.issuer_id == issuer_id, table.taken < size)
    row = (await tx.execute(query.order_by(table.created_at).limit(1))).mappings().one_or_none()
    return None if row is None else dict(row)


async def add_list(tx: Tx, values: Mapping[str, Any]) -> Row:
    """Write a new status list."""
    query = insert(status_lists).values(**values).returning(status_lists)
    return dict((await tx.execute(query)).mappings().one())


async def take_place(tx: Tx, list_id: UUID) -> int:
    """Take the next place of a list; return its number."""
    query = (
        update(status_lists)
        .where(status_lists.c.id == list_id)
        .values(taken=status_lists.c.taken + 1)
        .returning(status_lists.c.taken)
    )
    return int((await tx.execute(query)).scalar_one()) - 1


async def find_list(tx: Tx, list_id: UUID) -> Row | None:
    """Return one status list."""
    query = select(status_lists).where(status_lists.c.id == list_id)
    row = (await tx.execute(query)).mappings().one_or_none()
    return None if row is None else dict(row)


async def list_places(tx: Tx, list_id: UUID, state: str) -> Sequence[int]:
    """Return the places of a list whose credentials are in `state`."""
    table = credentials.c
    query = select(table.status_index).where(table.status_list_id == list_id, table.state == state)
    return (await tx.execute(query)).scalars().all()


async def issuer_names(tx: Tx) -> dict[UUID, str]:
    """Return every issuer by its name, as its newest list tells it."""
    table = status_lists.c
    query = select(table.issuer_id, func.max(table.issuer_name)).group_by(table.issuer_id)
    return {row[0]: row[1] for row in await tx.execute(query)}


async def lists_of(tx: Tx, credential: Row) -> list[Row]:
    """Return the status lists that a credential and those inside it have places in."""
    held = [UUID(line["id"]) for line in credential["facts"].get("lines", [])]
    table = credentials.c
    places = select(table.status_list_id).where(table.id.in_([credential["id"], *held]))
    query = select(status_lists).where(status_lists.c.id.in_(places)).order_by(status_lists.c.id)
    return [dict(row) for row in (await tx.execute(query)).mappings()]


async def list_postings(tx: Tx, credential: Row) -> list[tuple[UUID, UUID]]:
    """Return the postings behind a credential and those inside it, by the credentials' ids."""
    held = [UUID(line["id"]) for line in credential["facts"].get("lines", [])]
    table = credentials.c
    query = select(table.id, table.transaction_id).where(
        table.id.in_([credential["id"], *held]), table.transaction_id.is_not(None)
    )
    return [(row[0], row[1]) for row in await tx.execute(query.order_by(table.id))]
