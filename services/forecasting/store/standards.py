"""Competency standards, their editions and links as stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, cast, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert

from services.forecasting.store.rows import Row, fetch_all, fetch_one
from services.forecasting.store.tables_standards import (
    competency_standards,
    standard_editions,
    standard_links,
)
from shared.catalogues.parts import industries_begin, occupation_begins
from shared.db.session import Tx


def _editions() -> Select[Any]:
    standard = competency_standards.c
    return select(
        standard_editions, standard.org_name, standard.name, standard.industry_code
    ).join_from(standard_editions, competency_standards)


async def find_edition(
    tx: Tx, standard_id: UUID, edition: str, *, lock: bool = False
) -> Row | None:
    """Return one edition that the caller may see."""
    query = _editions().where(
        standard_editions.c.standard_id == standard_id, standard_editions.c.edition == edition
    )
    return await fetch_one(tx, query.with_for_update(of=standard_editions) if lock else query)


async def list_editions(tx: Tx, standard_id: UUID) -> list[Row]:
    """Return every edition of a standard that the caller may see."""
    return await fetch_all(tx, _editions().where(standard_editions.c.standard_id == standard_id))


async def list_published(
    tx: Tx,
    *,
    occupation: str | None,
    industry: str | None,
    words: str | None,
    after: UUID | None,
    limit: int,
) -> list[Row]:
    """Return the newest published edition of each standard, the newest standards first."""
    newest = (
        _editions()
        .where(standard_editions.c.state == "published")
        .ext(distinct_on(standard_editions.c.standard_id))
        .order_by(standard_editions.c.standard_id.desc(), standard_editions.c.published_at.desc())
    )
    if after is not None:
        newest = newest.where(standard_editions.c.standard_id < after)
    if occupation is not None:
        # A list of codes as JSON: each of them begins after its quotation mark.
        codes = cast(standard_editions.c.occupation_codes, String)
        begins = f'"{occupation_begins(occupation)}'
        newest = newest.where(codes.contains(begins, autoescape=True))
    if industry is not None:
        newest = newest.where(_in_industry(industry))
    for word in (words or "").split():
        newest = newest.where(competency_standards.c.name.icontains(word, autoescape=True))
    return await fetch_all(tx, newest.limit(limit + 1))


def _in_industry(code: str) -> ColumnElement[bool]:
    """Say whether a standard is of an industry or a part of it; C34 is written as 34, too."""
    told = func.regexp_replace(
        competency_standards.c.industry_code, "^[A-Za-z]([0-9])", r"\1", type_=String
    )
    begins = {code, *industries_begin(code)}
    return or_(*(told.startswith(each, autoescape=True) for each in sorted(begins)))


async def list_own(tx: Tx, org_id: UUID, *, after: UUID | None, limit: int) -> list[Row]:
    """Return every edition that an organisation wrote, the newest first."""
    query = (
        _editions()
        .where(standard_editions.c.org_id == org_id)
        .order_by(standard_editions.c.id.desc())
        .limit(limit + 1)
    )
    if after is not None:
        query = query.where(standard_editions.c.id < after)
    return await fetch_all(tx, query)


async def find_standard(tx: Tx, standard_id: UUID) -> Row | None:
    """Return a standard without its editions."""
    query = select(competency_standards).where(competency_standards.c.id == standard_id)
    return await fetch_one(tx, query)


async def add_standard(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write a standard."""
    await tx.execute(insert(competency_standards).values(**values))


async def add_edition(tx: Tx, values: Mapping[str, Any]) -> bool:
    """Write an edition; False where the standard has one of that name."""
    statement = (
        insert(standard_editions)
        .values(**values)
        .on_conflict_do_nothing(index_elements=["standard_id", "edition"])
        .returning(standard_editions.c.id)
    )
    return (await tx.execute(statement)).one_or_none() is not None


async def change_edition(tx: Tx, edition_id: UUID, values: Mapping[str, Any]) -> None:
    """Write `values` and the next version."""
    await tx.execute(
        update(standard_editions)
        .where(standard_editions.c.id == edition_id)
        .values(**values, version=standard_editions.c.version + 1)
    )


async def put_link(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write a link in the place of the one that stood there."""
    statement = insert(standard_links).values(**values)
    kept = {name: statement.excluded[name] for name in ("name", "units", "recorded_at")}
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=["edition_id", "org_id", "kind", "key"], set_=kept
        )
    )


async def remove_link(tx: Tx, edition_id: UUID, org_id: UUID, *, kind: str, key: str) -> bool:
    """Take a link away; False where there was none."""
    statement = delete(standard_links).where(
        standard_links.c.edition_id == edition_id,
        standard_links.c.org_id == org_id,
        standard_links.c.kind == kind,
        standard_links.c.key == key,
    )
    return (await tx.execute(statement)).rowcount == 1


async def list_links(
    tx: Tx,
    edition_id: UUID,
    *,
    kind: str | None,
    org_id: UUID | None = None,
    keys: Sequence[str] | None = None,
) -> list[Row]:
    """Return the links of an edition."""
    query = (
        select(standard_links)
        .where(standard_links.c.edition_id == edition_id)
        .order_by(standard_links.c.kind, standard_links.c.key, standard_links.c.org_id)
        .limit(2000)
    )
    if kind is not None:
        query = query.where(standard_links.c.kind == kind)
    if org_id is not None:
        query = query.where(standard_links.c.org_id == org_id)
    if keys is not None:
        query = query.where(standard_links.c.key.in_(keys))
    return await fetch_all(tx, query)
