"""Batches and the students in them, as stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, insert, select, text, tuple_, update

from services.internships.store.rows import Row, as_json, fetch_all, fetch_it, fetch_one
from services.internships.store.tables_batches import (
    batch_posts,
    batch_students,
    batches,
    students,
)
from shared.db.session import Tx

# The seed stays inside until a round has used it.
SHOWN = [column for column in batches.c if column.name != "seed"]


async def add_batch(tx: Tx, values: Mapping[str, Any]) -> Row:
    """Write a new batch."""
    query = insert(batches).values(**values).returning(*SHOWN)
    return await fetch_it(tx, query)


async def find_batch(
    tx: Tx, batch_id: UUID, *, lock: bool = False, share: bool = False
) -> Row | None:
    """Return one batch that the caller may see.

    `lock` holds it for a change, `share` only keeps its state from changing meanwhile.
    """
    query = select(*SHOWN).where(batches.c.id == batch_id)
    if lock or share:
        query = query.with_for_update(read=share)
    return await fetch_one(tx, query)


async def read_seed(tx: Tx, batch_id: UUID) -> bytes | None:
    """Return the batch's seed, for its round only."""
    return await tx.scalar(select(batches.c.seed).where(batches.c.id == batch_id))


async def list_batches(
    tx: Tx,
    *,
    student_id: UUID | None,
    state: str | None,
    mode: str | None = None,
    after: tuple[Any, ...] | None,
    limit: int,
) -> list[Row]:
    """Return batches, newest first, one more than `limit`; a student's are those they are in."""
    query = select(*SHOWN)
    if student_id is not None:
        entered = exists().where(
            batch_students.c.batch_id == batches.c.id, batch_students.c.student_id == student_id
        )
        query = query.where(entered, batches.c.state != "draft")
    if state:
        query = query.where(batches.c.state == state)
    if mode:
        query = query.where(batches.c.mode == mode)
    if after is not None:
        query = query.where(batches.c.id < UUID(after[0]))
    query = query.order_by(batches.c.id.desc()).limit(limit + 1)
    return await fetch_all(tx, query)


async def change_batch(tx: Tx, batch_id: UUID, changes: Mapping[str, Any]) -> Row:
    """Write changes of a batch that the transaction holds."""
    query = (
        update(batches)
        .where(batches.c.id == batch_id)
        .values(**changes, version=batches.c.version + 1, updated_at=func.now())
        .returning(*SHOWN)
    )
    return await fetch_it(tx, query)


async def count_entries(tx: Tx, batch_id: UUID) -> Row:
    """Return how many students, eligible students, posts and seats a batch has."""
    query = text(
        "SELECT (SELECT count(*) FROM batch_students WHERE batch_id = :id) AS students,"
        " (SELECT count(*) FROM batch_students WHERE batch_id = :id AND eligible) AS eligible,"
        " (SELECT count(DISTINCT student_id) FROM wishes WHERE batch_id = :id) AS wished,"
        " (SELECT count(*) FROM batch_posts WHERE batch_id = :id) AS posts,"
        " (SELECT COALESCE(sum(seats), 0) FROM batch_posts WHERE batch_id = :id) AS seats"
    )
    return await fetch_it(tx, query, {"id": batch_id})


_KINDS = text(
    """
    SELECT DISTINCT s.grade_year, s.birth_on FROM students s
    WHERE s.school_id = :school_id AND s.state = 'enrolled'
      AND (:all_majors OR s.major_code LIKE ANY(:majors))
      AND (:all_years OR s.grade_year = ANY(:years))
    """
)
# Students who already hold a place do not compete for a second one.
_ENTER = text(
    """
    INSERT INTO batch_students AS old (batch_id, student_id, school_id, findings, eligible)
    SELECT :batch_id, s.id, s.school_id, k.findings,
        k.eligible AND NOT EXISTS (
            SELECT 1 FROM placements p
            WHERE p.student_id = s.id AND p.state IN ('accepted', 'started')
              AND p.end_on >= :start_on)
    FROM students s JOIN jsonb_to_recordset(CAST(:kinds AS jsonb)) AS k(grade_year int,
        birth_on date, findings jsonb, eligible boolean)
        ON k.grade_year = s.grade_year AND k.birth_on IS NOT DISTINCT FROM s.birth_on
    WHERE s.school_id = :school_id AND s.state = 'enrolled'
      AND (:all_majors OR s.major_code LIKE ANY(:majors))
      AND (:all_years OR s.grade_year = ANY(:years))
    ON CONFLICT (batch_id, student_id) DO UPDATE
        SET findings = excluded.findings, eligible = excluded.eligible
    """
)


def _chosen(batch: Row) -> dict[str, Any]:
    return {
        "school_id": batch["school_id"],
        "all_majors": not batch["major_codes"],
        "majors": [f"{code}%" for code in batch["major_codes"]],
        "all_years": not batch["grade_years"],
        "years": list(batch["grade_years"]),
    }


async def list_kinds_of_students(tx: Tx, batch: Row) -> list[Row]:
    """Return each distinct year of entry and date of birth among the students of a batch."""
    return await fetch_all(tx, _KINDS, _chosen(batch))


async def enter_students(tx: Tx, batch: Row, kinds: Sequence[Mapping[str, Any]]) -> None:
    """Write the students of a batch with what was found for their kind, in one statement."""
    told = {
        **_chosen(batch),
        "batch_id": batch["id"],
        "start_on": batch["start_on"],
        "kinds": as_json(kinds),
    }
    await tx.execute(_ENTER, told)


async def find_entry(tx: Tx, batch_id: UUID, student_id: UUID) -> Row | None:
    """Return a student's entry in a batch."""
    query = select(batch_students).where(
        batch_students.c.batch_id == batch_id, batch_students.c.student_id == student_id
    )
    return await fetch_one(tx, query)


async def list_entries(
    tx: Tx,
    batch_id: UUID,
    *,
    eligible: bool | None,
    after: tuple[Any, ...] | None,
    limit: int,
) -> list[Row]:
    """Return the students of a batch by class and number, one more than `limit`."""
    position = tuple_(students.c.class_name, students.c.enrolment_no)
    query = (
        select(
            batch_students,
            students.c.enrolment_no,
            students.c.name,
            students.c.major_code,
            students.c.class_name,
        )
        .join(students, students.c.id == batch_students.c.student_id)
        .where(batch_students.c.batch_id == batch_id)
    )
    if eligible is not None:
        query = query.where(batch_students.c.eligible == eligible)
    if after is not None:
        query = query.where(position > tuple_(after[0], after[1]))
    query = query.order_by(students.c.class_name, students.c.enrolment_no).limit(limit + 1)
    return await fetch_all(tx, query)


async def set_grades(tx: Tx, batch_id: UUID, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Write grades by enrolment number; return the numbers that are not in the batch."""
    statement = text(
        """
        WITH told AS (SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb))
                AS r(enrolment_no text, grade float)),
            written AS (
                UPDATE batch_students b SET grade = t.grade
                FROM told t JOIN students s ON s.enrolment_no = t.enrolment_no
                WHERE b.batch_id = :batch_id AND b.student_id = s.id
                RETURNING s.enrolment_no)
        SELECT enrolment_no FROM told EXCEPT SELECT enrolment_no FROM written
        """
    )
    told = {"batch_id": batch_id, "rows": as_json(rows)}
    return [row.enrolment_no for row in await tx.execute(statement, told)]


async def release_seats(tx: Tx, batch_id: UUID) -> None:
    """Give back the seats that nobody took when a batch is finished."""
    await tx.execute(
        text(
            "UPDATE batch_posts bp SET seats = (SELECT count(*) FROM placements p"
            " WHERE p.batch_id = bp.batch_id AND p.post_id = bp.post_id"
            " AND p.state IN ('accepted', 'started', 'assessed', 'ended'))"
            " WHERE bp.batch_id = :id"
        ),
        {"id": batch_id},
    )


async def has_post(tx: Tx, batch_id: UUID, post_id: UUID) -> Row | None:
    """Return a batch's line for one post."""
    query = select(batch_posts).where(
        batch_posts.c.batch_id == batch_id, batch_posts.c.post_id == post_id
    )
    return await fetch_one(tx, query)
