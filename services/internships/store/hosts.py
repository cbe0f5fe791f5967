"""Registers of hosts as stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, insert, select, update

from services.internships.domain.host import Host, HostState
from services.internships.store.tables_posts import hosts
from shared.db.session import Tx

_NAMES = tuple(field.name for field in fields(Host))
_COLUMNS = tuple(hosts.c[name] for name in _NAMES)


def _host(row: RowMapping) -> Host:
    values: dict[str, Any] = {name: row[name] for name in _NAMES}
    values["state"] = HostState(row["state"])
    return Host(**values)


async def find_host(tx: Tx, host_id: UUID, *, school_id: UUID, lock: bool = False) -> Host | None:
    """Return one entry of a school's register."""
    query = select(*_COLUMNS).where(hosts.c.id == host_id, hosts.c.school_id == school_id)
    row = (await tx.execute(query.with_for_update() if lock else query)).mappings().one_or_none()
    return None if row is None else _host(row)


async def find_by_enterprise(tx: Tx, school_id: UUID, enterprise_id: UUID) -> Host | None:
    """Return a school's entry for an enterprise."""
    query = select(*_COLUMNS).where(
        hosts.c.school_id == school_id, hosts.c.enterprise_id == enterprise_id
    )
    row = (await tx.execute(query)).mappings().one_or_none()
    return None if row is None else _host(row)


async def list_hosts(
    tx: Tx, school_id: UUID | None, *, state: str | None, after: tuple[Any, ...] | None, limit: int
) -> list[Host]:
    """Return entries, the newest first, one more than `limit`; of every school where None."""
    query = select(*_COLUMNS).order_by(hosts.c.id.desc()).limit(limit + 1)
    if school_id is not None:
        query = query.where(hosts.c.school_id == school_id)
    if state is not None:
        query = query.where(hosts.c.state == state)
    if after is not None:
        query = query.where(hosts.c.id < UUID(after[0]))
    return [_host(row) for row in (await tx.execute(query)).mappings()]


async def add_host(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write a new entry."""
    await tx.execute(insert(hosts).values(**values))


async def change_host(tx: Tx, host_id: UUID, values: Mapping[str, Any]) -> int:
    """Write `values` and the next version; returns that version."""
    statement = (
        update(hosts)
        .where(hosts.c.id == host_id)
        .values(**values, version=hosts.c.version + 1)
        .returning(hosts.c.version)
    )
    return (await tx.execute(statement)).scalar_one()


async def approved_host_ids(tx: Tx, school_id: UUID) -> set[UUID]:
    """Return the enterprises whose posts may enter the school's batches."""
    query = select(hosts.c.enterprise_id).where(
        hosts.c.school_id == school_id, hosts.c.state == HostState.APPROVED.value
    )
    return set((await tx.execute(query)).scalars())
