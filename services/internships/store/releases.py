"""Releases: which findings a named person let pass, and why."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import delete, insert, select

from services.internships.domain.post_report import Release
from services.internships.store.tables_posts import releases
from shared.db.session import Tx

_COLUMNS = ("id", "rule", "reason", "released_by", "released_by_name", "released_at")


async def list_releases(tx: Tx, subject_id: UUID) -> list[Release]:
    """Return the releases of one post or placement, oldest first."""
    query = (
        select(*(releases.c[name] for name in _COLUMNS))
        .where(releases.c.subject_id == subject_id)
        .order_by(releases.c.released_at, releases.c.id)
    )
    return [Release(**row) for row in (await tx.execute(query)).mappings()]


async def add_release(
    tx: Tx, release: Release, *, subject_kind: str, subject_id: UUID, org_id: UUID
) -> None:
    """Keep one release."""
    row = {name: getattr(release, name) for name in _COLUMNS}
    await tx.execute(
        insert(releases).values(
            subject_kind=subject_kind, subject_id=subject_id, org_id=org_id, **row
        )
    )


async def remove_releases(tx: Tx, ids: Collection[UUID] | Sequence[UUID]) -> None:
    """Remove releases that lapsed; the audit log keeps that they were."""
    if ids:
        await tx.execute(delete(releases).where(releases.c.id.in_(ids)))
