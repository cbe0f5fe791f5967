"""Rounds with their results, cut-offs and reasons, as stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, text, tuple_, update

from services.internships.store.rows import Row, fetch_all, fetch_it, fetch_one
from services.internships.store.tables_batches import (
    batches,
    round_cutoffs,
    round_results,
    rounds,
    students,
)
from services.internships.store.tables_posts import posts
from shared.db.session import Tx

_FAILED_JOB = text(
    "SELECT j.state = 'failed' AS failed FROM rounds r LEFT JOIN jobs j ON j.id = r.job_id"
    " WHERE r.id = :id"
)


async def add_round(tx: Tx, values: Mapping[str, Any]) -> Row:
    """Write a new round; the database refuses a second one of the same batch."""
    return await fetch_it(tx, insert(rounds).values(**values).returning(rounds))


async def find_round(tx: Tx, round_id: UUID, *, lock: bool = False) -> Row | None:
    """Return one round of the caller's school."""
    query = select(rounds).where(rounds.c.id == round_id)
    return await fetch_one(tx, query.with_for_update() if lock else query)


async def find_round_of(tx: Tx, batch_id: UUID) -> Row | None:
    """Return the last round of a batch."""
    query = select(rounds).where(rounds.c.batch_id == batch_id)
    return await fetch_one(tx, query.order_by(rounds.c.number.desc()).limit(1))


async def list_rounds_of(tx: Tx, batch_id: UUID, *, published: bool) -> list[Row]:
    """Return the rounds of a batch, the first one first; the published ones alone if asked."""
    query = select(rounds).where(rounds.c.batch_id == batch_id).order_by(rounds.c.number)
    return await fetch_all(tx, query.where(rounds.c.state == "published") if published else query)


async def is_clearing(tx: Tx, batch_id: UUID) -> bool:
    """Return whether a round of the batch is being settled and not yet published."""
    query = select(rounds.c.id).where(
        rounds.c.batch_id == batch_id, rounds.c.state.in_(("running", "proposed"))
    )
    return (await tx.execute(query)).first() is not None


async def has_failed(tx: Tx, round_id: UUID) -> bool:
    """Return whether the job that should have solved a round has given up."""
    return bool(await tx.scalar(_FAILED_JOB, {"id": round_id}))


async def remove_round(tx: Tx, round_id: UUID) -> None:
    """Take away a round that never came to a result."""
    await tx.execute(delete(rounds).where(rounds.c.id == round_id))


async def change_round(tx: Tx, round_id: UUID, changes: Mapping[str, Any]) -> Row:
    """Write changes of a round that the transaction holds."""
    query = update(rounds).where(rounds.c.id == round_id).values(**changes).returning(rounds)
    return await fetch_it(tx, query)


_ENTRANTS = text(
    """
    SELECT s.id, s.enrolment_no, s.class_name, s.major_code, s.skills, s.region_code,
        s.grade_year, s.birth_on, s.sex, e.grade, COALESCE(w.posts, '{}') AS posts
    FROM batch_students e JOIN students s ON s.id = e.student_id
    LEFT JOIN (SELECT student_id, array_agg(post_id ORDER BY rank) AS posts FROM wishes
        WHERE batch_id = :id GROUP BY student_id) w ON w.student_id = s.id
    WHERE e.batch_id = :id AND e.eligible AND s.state = 'enrolled'
        AND (CAST(:student AS uuid) IS NULL OR s.id = :student)
    ORDER BY s.id
    """
)
_INTERVIEWS = text("SELECT student_id, post_id, score FROM interview_scores WHERE batch_id = :id")
_WITHOUT_GRADE = text(
    "SELECT s.enrolment_no, count(*) OVER () AS missing FROM batch_students e"
    " JOIN students s ON s.id = e.student_id"
    " WHERE e.batch_id = :id AND e.eligible AND e.grade IS NULL AND EXISTS"
    " (SELECT 1 FROM wishes w WHERE w.batch_id = e.batch_id AND w.student_id = e.student_id)"
    " ORDER BY s.enrolment_no LIMIT 5"
)


async def load_entrants(tx: Tx, batch_id: UUID, *, student_id: UUID | None = None) -> list[Row]:
    """Return who competes, or one of them, with their posts in the order of their wishes."""
    return await fetch_all(tx, _ENTRANTS, {"id": batch_id, "student": student_id})


async def load_interviews(tx: Tx, batch_id: UUID) -> dict[tuple[UUID, UUID], float]:
    """Return interview scores by student and post."""
    rows = await fetch_all(tx, _INTERVIEWS, {"id": batch_id})
    return {(row["student_id"], row["post_id"]): row["score"] for row in rows}


async def list_without_grade(tx: Tx, batch_id: UUID) -> tuple[int, list[str]]:
    """Return how many who wished have no grade, and a few of their numbers."""
    rows = await fetch_all(tx, _WITHOUT_GRADE, {"id": batch_id})
    return (rows[0]["missing"] if rows else 0), [row["enrolment_no"] for row in rows]


_PUT_RESULTS = text(
    """
    INSERT INTO round_results (round_id, student_id, school_id, wish_post_ids, wish_scores,
        wish_relevance, wish_reasons, wish_interviews, wish_places, grade, lottery, placed_rank,
        kept_post_id, kept_choice)
    SELECT :round_id, r.student_id, :school_id, r.wish_post_ids, r.wish_scores, r.wish_relevance,
        r.wish_reasons, r.wish_interviews, r.wish_places, r.grade, r.lottery, r.placed_rank,
        r.kept_post_id, r.kept_choice
    FROM json_to_recordset(CAST(:rows AS json)) AS r(student_id uuid, wish_post_ids uuid[],
        wish_scores bigint[], wish_relevance float[], wish_reasons int[],
        wish_interviews float[], wish_places int[], grade float, lottery bigint,
        placed_rank int, kept_post_id uuid, kept_choice smallint)
    """
)
_PUT_REASONS = text(
    """
    INSERT INTO round_reasons (round_id, number, school_id, term, value, code, facts)
    SELECT :round_id, r.number, :school_id, r.term, r.value, r.code, r.facts
    FROM json_to_recordset(CAST(:rows AS json))
        AS r(number int, term text, value float, code text, facts jsonb)
    """
)
_PUT_CUTOFFS = text(
    """
    INSERT INTO round_cutoffs (round_id, post_id, school_id, seats, placed, turned_away,
        cutoff_score, cutoff_lottery, reserved)
    SELECT :round_id, r.post_id, :school_id, r.seats, r.placed, r.turned_away, r.cutoff_score,
        r.cutoff_lottery, r.reserved
    FROM json_to_recordset(CAST(:rows AS json)) AS r(post_id uuid, seats int, placed int,
        turned_away int, cutoff_score bigint, cutoff_lottery bigint, reserved jsonb)
    """
)


async def put_tables(tx: Tx, found: Row, *, results: str, reasons: str, cutoffs: str) -> None:
    """Write what a round found: three tables, one statement each."""
    told = {"round_id": found["id"], "school_id": found["school_id"]}
    await tx.execute(_PUT_CUTOFFS, {**told, "rows": cutoffs})
    await tx.execute(_PUT_REASONS, {**told, "rows": reasons})
    await tx.execute(_PUT_RESULTS, {**told, "rows": results})


async def find_result(tx: Tx, round_id: UUID, student_id: UUID) -> Row | None:
    """Return one student's result."""
    query = select(round_results).where(
        round_results.c.round_id == round_id, round_results.c.student_id == student_id
    )
    return await fetch_one(tx, query)


async def load_reasons(tx: Tx, round_id: UUID, numbers: Sequence[int]) -> dict[int, Row]:
    """Return the terms with these numbers."""
    query = text(
        "SELECT number, term, value, code, facts FROM round_reasons"
        " WHERE round_id = :id AND number = ANY(:numbers)"
    )
    rows = await fetch_all(tx, query, {"id": round_id, "numbers": list(set(numbers))})
    return {row["number"]: row for row in rows}


async def load_cutoffs(tx: Tx, round_id: UUID, post_ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Return the cut-offs of posts with each post's name."""
    query = (
        select(round_cutoffs, posts.c.title, posts.c.enterprise_name)
        .join(posts, posts.c.id == round_cutoffs.c.post_id)
        .where(round_cutoffs.c.round_id == round_id, posts.c.id.in_(post_ids))
    )
    return {row["post_id"]: row for row in await fetch_all(tx, query)}


async def list_cutoffs(
    tx: Tx, round_id: UUID, *, placed_from: int, after: tuple[Any, ...] | None, limit: int
) -> list[Row]:
    """Return cut-offs where enough were placed, the most sought posts first; one beyond `limit`."""
    position = tuple_(round_cutoffs.c.turned_away, round_cutoffs.c.post_id)
    query = (
        select(round_cutoffs, posts.c.title, posts.c.enterprise_name)
        .join(posts, posts.c.id == round_cutoffs.c.post_id)
        .where(round_cutoffs.c.round_id == round_id, round_cutoffs.c.placed >= placed_from)
        .order_by(round_cutoffs.c.turned_away.desc(), round_cutoffs.c.post_id.desc())
    )
    if after is not None:
        query = query.where(position < tuple_(int(after[0]), UUID(after[1])))
    return await fetch_all(tx, query.limit(limit + 1))


async def list_results(
    tx: Tx,
    round_id: UUID,
    *,
    placed: bool | None,
    major: str | None,
    class_name: str | None,
    after: tuple[Any, ...] | None,
    limit: int | None,
) -> list[Row]:
    """Return results by class and number, one more than `limit`; all where it is None."""
    position = tuple_(students.c.class_name, students.c.enrolment_no)
    own = round_results.c
    # Arrays of PostgreSQL count from 1, as wishes do.
    placed_post = own.wish_post_ids[own.placed_rank]
    query = (
        select(
            own.student_id,
            own.placed_rank,
            func.cardinality(own.wish_post_ids).label("wishes"),
            students.c.enrolment_no,
            students.c.name,
            students.c.major_code,
            students.c.class_name,
            posts.c.id.label("post_id"),
            posts.c.title.label("post_title"),
            posts.c.enterprise_name,
        )
        .join(students, students.c.id == own.student_id)
        .join(posts, posts.c.id == placed_post, isouter=True)
        .where(own.round_id == round_id)
    )
    if placed is not None:
        query = query.where(own.placed_rank.is_not(None) if placed else own.placed_rank.is_(None))
    if major:
        query = query.where(students.c.major_code.startswith(major, autoescape=True))
    if class_name:
        query = query.where(students.c.class_name == class_name)
    if after is not None:
        query = query.where(position > tuple_(after[0], after[1]))
    query = query.order_by(students.c.class_name, students.c.enrolment_no)
    return await fetch_all(tx, query if limit is None else query.limit(limit + 1))


_PROPOSE = text(
    """
    INSERT INTO placements (id, school_id, batch_id, round_id, student_id, enrolment_no,
        student_name, major_code, class_name, post_id, post_title, enterprise_id,
        enterprise_name, origin, mode, rank, state, start_on, end_on, pay_fen_month, relevance,
        accept_by, teacher)
    SELECT told.id, b.school_id, b.id, :round_id, s.id, s.enrolment_no, s.name, s.major_code,
        s.class_name, p.id, p.title, p.org_id, p.enterprise_name, 'school_arranged', b.mode,
        r.placed_rank, 'proposed', GREATEST(b.start_on, p.start_on), LEAST(b.end_on, p.end_on),
        p.pay_fen_month, r.wish_relevance[r.placed_rank], :accept_by, s.class_teacher
    FROM (SELECT *, row_number() OVER (ORDER BY student_id) AS n FROM round_results
          WHERE round_id = :round_id AND placed_rank IS NOT NULL AND NOT EXISTS (
              SELECT 1 FROM placements q WHERE q.batch_id = :batch_id
                AND q.student_id = round_results.student_id
                AND q.state IN ('proposed', 'accepted', 'started', 'assessed', 'ended'))) r
    JOIN unnest(CAST(:ids AS uuid[])) WITH ORDINALITY AS told(id, n) USING (n)
    JOIN students s ON s.id = r.student_id
    JOIN posts p ON p.id = r.wish_post_ids[r.placed_rank]
    JOIN batches b ON b.id = :batch_id
    """
)


async def propose_placements(tx: Tx, found: Row, *, ids: Sequence[UUID], accept_by: Any) -> int:
    """Write a proposed placement for each student who was placed; returns how many."""
    told = {
        "round_id": found["id"],
        "batch_id": found["batch_id"],
        "ids": list(ids),
        "accept_by": accept_by,
    }
    return (await tx.execute(_PROPOSE, told)).rowcount


async def find_batch_of(tx: Tx, round_id: UUID) -> UUID | None:
    """Return the batch of a round."""
    query = select(batches.c.id).join(rounds, rounds.c.batch_id == batches.c.id)
    return await tx.scalar(query.where(rounds.c.id == round_id))
