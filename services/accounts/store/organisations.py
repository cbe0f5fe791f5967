"""Organisations and their sites, as stored."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, insert, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.accounts.domain.organisation import Organisation, Site
from services.accounts.store.rows import columns, from_row, to_row
from services.accounts.store.tables import organisations, sites
from shared.db.session import Tx

_ORGANISATION = columns(organisations, Organisation)
_SITE = columns(sites, Site)


@dataclass(frozen=True, slots=True)
class Sought:
    """What a search for organisations asks for; None where it does not matter."""

    text: str | None = None
    kind: str | None = None
    region_prefix: str | None = None
    code: str | None = None
    verified: bool | None = None


async def find_many(tx: Tx, ids: Collection[UUID]) -> dict[UUID, Organisation]:
    """Return the organisations with these ids, as far as they exist."""
    rows = await tx.execute(select(*_ORGANISATION).where(organisations.c.id.in_(ids)))
    found = [from_row(Organisation, row) for row in rows.mappings()]
    return {each.id: each for each in found}


async def find(tx: Tx, org_id: UUID) -> Organisation | None:
    """Return one organisation."""
    return (await find_many(tx, [org_id])).get(org_id)


async def find_platform(tx: Tx) -> Organisation | None:
    """Return the organisation of the platform's operators, once it is made."""
    query = select(*_ORGANISATION).where(organisations.c.kind == "platform")
    row = (await tx.execute(query.order_by(organisations.c.id).limit(1))).mappings().first()
    return from_row(Organisation, row) if row else None


async def search(
    tx: Tx, sought: Sought, *, after: tuple[Any, ...] | None, limit: int
) -> Sequence[Organisation]:
    """Return organisations in the order of their pinyin, one more than `limit`."""
    query = select(*_ORGANISATION).where(*_conditions(sought))
    if after is not None:
        position = tuple_(organisations.c.sort_key, organisations.c.id)
        query = query.where(position > tuple_(after[0], UUID(after[1])))
    query = query.order_by(organisations.c.sort_key, organisations.c.id).limit(limit + 1)
    return [from_row(Organisation, row) for row in (await tx.execute(query)).mappings()]


def _conditions(sought: Sought) -> list[ColumnElement[bool]]:
    table = organisations.c
    found: list[ColumnElement[bool]] = [table.status == "active"]
    if sought.text:
        found.append(
            or_(
                table.name.icontains(sought.text, autoescape=True),
                table.sort_key.icontains(sought.text, autoescape=True),
            )
        )
    if sought.kind:
        found.append(table.kind == sought.kind)
    if sought.region_prefix:
        found.append(table.region_code.startswith(sought.region_prefix, autoescape=True))
    if sought.code:
        found.append(or_(table.uscc == sought.code, table.moe_code == sought.code))
    if sought.verified is not None:
        known = table.verified_at.is_not(None)
        found.append(known if sought.verified else ~known)
    return found


async def add(tx: Tx, organisation: Organisation) -> bool:
    """Write a new organisation; return False where its USCC or school code is taken."""
    query = upsert(organisations).values(to_row(organisation)).on_conflict_do_nothing()
    return (await tx.execute(query.returning(organisations.c.id))).one_or_none() is not None


async def save(tx: Tx, organisation: Organisation) -> bool:
    """Write a changed organisation over the version before it; False where that one is gone."""
    table = organisations.c
    old = and_(table.id == organisation.id, table.version == organisation.version - 1)
    query = update(organisations).where(old).values(to_row(organisation)).returning(table.id)
    return (await tx.execute(query)).one_or_none() is not None


async def code_taken(tx: Tx, organisation: Organisation) -> str | None:
    """Return which code of `organisation` another one has already."""
    for field in ("uscc", "moe_code"):
        code = getattr(organisation, field)
        if code is None:
            continue
        column = organisations.c[field]
        query = select(organisations.c.id).where(column == code)
        if (await tx.execute(query.where(organisations.c.id != organisation.id))).first():
            return field
    return None


async def mark_verified(tx: Tx, org_id: UUID, at: datetime | None) -> None:
    """Note that an organisation is verified since `at`, or is not any more."""
    table = organisations.c
    await tx.execute(
        update(organisations)
        .where(table.id == org_id)
        .values(verified_at=at, version=table.version + 1)
    )


async def list_sites(tx: Tx, org_id: UUID) -> Sequence[Site]:
    """Return the sites of one organisation, oldest first."""
    query = select(*_SITE).where(sites.c.org_id == org_id).order_by(sites.c.id)
    return [from_row(Site, row) for row in (await tx.execute(query)).mappings()]


async def find_site(tx: Tx, org_id: UUID, site_id: UUID) -> Site | None:
    """Return one site of one organisation."""
    query = select(*_SITE).where(sites.c.id == site_id, sites.c.org_id == org_id)
    row = (await tx.execute(query)).mappings().one_or_none()
    return from_row(Site, row) if row else None


async def add_site(tx: Tx, site: Site) -> None:
    """Write a new site."""
    await tx.execute(insert(sites).values(to_row(site)))


async def save_site(tx: Tx, site: Site) -> bool:
    """Write a changed site over the version before it; False where that one is gone."""
    old = and_(sites.c.id == site.id, sites.c.version == site.version - 1)
    query = update(sites).where(old).values(to_row(site)).returning(sites.c.id)
    return (await tx.execute(query)).one_or_none() is not None
