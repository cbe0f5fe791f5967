"""A solved round's tables read back whole, emptied, and what of them is public."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import delete, insert, select, text

from services.internships.store.rows import Row, fetch_all, fetch_one
from services.internships.store.tables_batches import (
    public_rounds,
    round_cutoffs,
    round_reasons,
    round_results,
    rounds,
    students,
)
from services.internships.store.tables_posts import posts
from shared.db.session import Tx

_TABLES = (round_results, round_reasons, round_cutoffs)


async def load_results(tx: Tx, round_id: UUID) -> list[Row]:
    """Return every result of a round by the student's id, with who the student is."""
    own = round_results.c
    query = (
        select(round_results, students.c.enrolment_no, students.c.name, students.c.class_name)
        .join(students, students.c.id == own.student_id)
        .where(own.round_id == round_id)
        .order_by(own.student_id)
    )
    return await fetch_all(tx, query)


async def load_seats(tx: Tx, round_id: UUID) -> list[Row]:
    """Return the posts of a round as they were cleared, by id, with what caps look at."""
    query = (
        select(
            round_cutoffs,
            posts.c.id,
            posts.c.org_id,
            posts.c.title,
            posts.c.enterprise_name,
            posts.c.post_class,
            posts.c.region_code,
        )
        .join(posts, posts.c.id == round_cutoffs.c.post_id)
        .where(round_cutoffs.c.round_id == round_id)
        .order_by(posts.c.id)
    )
    return await fetch_all(tx, query)


async def empty_tables(tx: Tx, round_id: UUID) -> None:
    """Take away what a round found, because it is solved again."""
    for table in _TABLES:
        await tx.execute(delete(table).where(table.c.round_id == round_id))


_PUT_ODDS = text(
    "UPDATE round_results r SET wish_odds = t.odds"
    " FROM json_to_recordset(CAST(:rows AS json)) AS t(student_id uuid, odds float[])"
    " WHERE r.round_id = :round_id AND r.student_id = t.student_id"
)


async def put_odds(tx: Tx, round_id: UUID, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the odds of each student's wishes."""
    body = orjson.dumps(list(rows), default=str).decode()
    await tx.execute(_PUT_ODDS, {"round_id": round_id, "rows": body})


async def put_public(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write what anybody may see of a round, in the place of what was there."""
    gone = delete(public_rounds).where(public_rounds.c.round_id == values["round_id"])
    await tx.execute(gone)
    await tx.execute(insert(public_rounds).values(**values))


async def find_public(tx: Tx, round_id: UUID, now: datetime) -> Row | None:
    """Return a public round whose term is not over."""
    query = select(public_rounds).where(
        public_rounds.c.round_id == round_id, public_rounds.c.until > now
    )
    return await fetch_one(tx, query)


_LISTED = [column for column in public_rounds.c if column.name != "body"]


async def list_public(
    tx: Tx, now: datetime, *, school_id: UUID | None, after: tuple[Any, ...] | None, limit: int
) -> list[Row]:
    """Return public rounds whose term is not over, newest first, one more than `limit`."""
    query = select(*_LISTED).where(public_rounds.c.until > now)
    if school_id is not None:
        query = query.where(public_rounds.c.school_id == school_id)
    if after is not None:
        query = query.where(public_rounds.c.round_id < UUID(after[0]))
    return await fetch_all(tx, query.order_by(public_rounds.c.round_id.desc()).limit(limit + 1))


async def read_salt(tx: Tx, round_id: UUID) -> bytes | None:
    """Return the salt of a round's public ids; it never leaves the room."""
    return await tx.scalar(select(rounds.c.salt).where(rounds.c.id == round_id))
