"""Wishes and the scores that rank students, as stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, select, text

from services.internships.store.rows import Row, as_json, fetch_all
from services.internships.store.tables_batches import batch_students, students, wishes
from services.internships.store.tables_posts import posts
from shared.db.session import Tx

_INSERT = text(
    """
    INSERT INTO wishes (batch_id, student_id, rank, post_id, school_id)
    SELECT :batch_id, told.student_id, told.rank, told.post_id, :school_id
    FROM unnest(CAST(:students AS uuid[]), CAST(:ranks AS int[]), CAST(:posts AS uuid[]))
        AS told(student_id, rank, post_id)
    """
)
_HOLD_ENTRY = text(
    "SELECT findings, eligible FROM batch_students"
    " WHERE batch_id = :batch_id AND student_id = :student_id FOR UPDATE"
)
_INTERVIEWS = text(
    """
    WITH told AS (SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb))
            AS r(enrolment_no text, post_id uuid, score float)),
        written AS (
            INSERT INTO interview_scores (batch_id, student_id, post_id, school_id, score)
            SELECT :batch_id, s.id, t.post_id, :school_id, t.score
            FROM told t
            JOIN students s ON s.enrolment_no = t.enrolment_no AND s.school_id = :school_id
            JOIN batch_students e ON e.student_id = s.id AND e.batch_id = :batch_id
            JOIN batch_posts b ON b.post_id = t.post_id AND b.batch_id = :batch_id
            ON CONFLICT (batch_id, student_id, post_id) DO UPDATE SET score = excluded.score
            RETURNING student_id, post_id)
    SELECT enrolment_no, post_id FROM told
    EXCEPT SELECT s.enrolment_no, w.post_id FROM written w JOIN students s ON s.id = w.student_id
    """
)


async def hold_entry(tx: Tx, batch_id: UUID, student_id: UUID) -> Row | None:
    """Return a student's entry and hold it, so that two writers come one after the other."""
    told = {"batch_id": batch_id, "student_id": student_id}
    found = await fetch_all(tx, _HOLD_ENTRY, told)
    return found[0] if found else None


async def put_wishes(
    tx: Tx, batch: Mapping[str, Any], rows: Sequence[tuple[UUID, int, UUID]]
) -> None:
    """Replace the wishes of every student that `rows` (student, rank, post) names."""
    named = list({student_id for student_id, _, _ in rows})
    await clear_wishes(tx, batch["id"], named)
    await tx.execute(
        _INSERT,
        {
            "batch_id": batch["id"],
            "school_id": batch["school_id"],
            "students": [student_id for student_id, _, _ in rows],
            "ranks": [rank for _, rank, _ in rows],
            "posts": [post_id for _, _, post_id in rows],
        },
    )


async def clear_wishes(tx: Tx, batch_id: UUID, student_ids: Sequence[UUID]) -> None:
    """Remove the wishes of students."""
    query = delete(wishes).where(
        wishes.c.batch_id == batch_id, wishes.c.student_id.in_(student_ids)
    )
    if len(student_ids) > 1:
        await tx.execute(
            text(
                "DELETE FROM wishes WHERE batch_id = :batch_id"
                " AND student_id = ANY(CAST(:students AS uuid[]))"
            ),
            {"batch_id": batch_id, "students": list(student_ids)},
        )
        return
    await tx.execute(query)


async def has_wishes(tx: Tx, batch_id: UUID) -> bool:
    """Return whether any student of a batch has made a wish."""
    query = select(exists().where(wishes.c.batch_id == batch_id))
    return bool(await tx.scalar(query))


async def list_own_wishes(tx: Tx, batch_id: UUID, student_id: UUID) -> list[Row]:
    """Return a student's wishes, best first, with each post's name."""
    query = (
        select(
            wishes.c.rank,
            wishes.c.post_id,
            posts.c.title,
            posts.c.enterprise_name,
            posts.c.state,
        )
        .join(posts, posts.c.id == wishes.c.post_id)
        .where(wishes.c.batch_id == batch_id, wishes.c.student_id == student_id)
        .order_by(wishes.c.rank)
    )
    return await fetch_all(tx, query)


async def load_entrants(tx: Tx, batch_id: UUID) -> dict[str, Row]:
    """Return every student of a batch by enrolment number."""
    query = (
        select(
            students.c.id,
            students.c.enrolment_no,
            students.c.name,
            students.c.major_code,
            students.c.class_name,
            students.c.grade_year,
            students.c.birth_on,
            students.c.sex,
            batch_students.c.eligible,
        )
        .join(batch_students, batch_students.c.student_id == students.c.id)
        .where(batch_students.c.batch_id == batch_id)
    )
    return {row["enrolment_no"]: row for row in await fetch_all(tx, query)}


async def put_interviews(
    tx: Tx, batch: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]
) -> list[tuple[str, UUID]]:
    """Write interview scores; return the pairs of student and post that the batch has not."""
    told = {
        "batch_id": batch["id"],
        "school_id": batch["school_id"],
        "rows": as_json(rows),
    }
    found = await fetch_all(tx, _INTERVIEWS, told)
    return [(row["enrolment_no"], row["post_id"]) for row in found]
