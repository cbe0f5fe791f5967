"""The internship of one's own programme: a graded course, recorded in batch, never applied for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from services.credits.domain.ledger import Holder, Posting
from services.credits.domain.outcome_kind import FAILED_GRADE
from services.credits.flows import keep_ledger
from services.credits.store.courses import find_learner_by_ref, find_programmes
from services.credits.store.rows import Row, add_row, change_row, fetch_all, find_row, list_rows
from services.credits.store.tables_outcomes import graded_courses, placements_waiting
from services.credits.store.tables_rules import courses
from shared.db.session import Tx
from shared.events.inbox import EventIn
from shared.kernel.ids import new_id

_KEPT = ("grade", "credits_hundredths", "hours", "weeks", "completed_on")


@dataclass(frozen=True, slots=True)
class Grade:
    """One graded course of one learner, as an event or the academic office tells it."""

    learner: Row
    course: Row
    stage: str
    grade: str
    credits_hundredths: int
    term: str
    completed_on: date
    source: str
    hours: int | None = None
    weeks: int | None = None
    competencies: tuple[str, ...] = ()
    placement_id: UUID | None = None
    placement_version: int | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many grades were new, changed, or as before."""

    created: int
    updated: int
    unchanged: int


async def record_grades(tx: Tx, grades: Sequence[Grade], *, now: datetime) -> Recorded:
    """Write grades and post their credits; a changed grade reverses what it had posted.

    A failed course is recorded and brings nothing.
    """
    table = graded_courses.c
    learners = {each.learner["id"] for each in grades}
    where = table.learner_id.in_(learners)
    known = {
        (row["learner_id"], row["course_code"], row["term"]): row
        for row in await fetch_all(tx, select(graded_courses).where(where).with_for_update())
    }
    postings: list[tuple[Row, Posting]] = []
    created = updated = 0
    for grade in grades:
        before = known.get((grade.learner["id"], grade.course["code"], grade.term))
        values = _values(grade)
        if before is not None and all(before[name] == values[name] for name in _KEPT):
            continue
        if before is None:
            row = await add_row(tx, graded_courses, values)
            created += 1
        else:
            await _take_back(tx, before, now=now)
            row = await change_row(tx, graded_courses, before["id"], {n: values[n] for n in _KEPT})
            updated += 1
        if row["credits_hundredths"]:
            postings.append((row, _posting(grade, row)))
    posted = await keep_ledger.post(tx, [posting for _, posting in postings], now=now)
    for (row, _), made in zip(postings, posted, strict=True):
        await change_row(tx, graded_courses, row["id"], {"transaction_id": made.id})
    return Recorded(created, updated, len(grades) - created - updated)


def _values(grade: Grade) -> dict[str, Any]:
    failed = grade.grade == FAILED_GRADE
    return {
        "id": new_id(),
        "school_id": grade.learner["school_id"],
        "learner_id": grade.learner["id"],
        "course_code": grade.course["code"],
        "title": grade.course["title"],
        "grade": grade.grade,
        "credits_hundredths": 0 if failed else grade.credits_hundredths,
        "hours": grade.hours,
        "weeks": grade.weeks,
        "term": grade.term,
        "completed_on": grade.completed_on,
        "competencies": list(grade.competencies),
        "placement_id": grade.placement_id,
        "placement_version": grade.placement_version,
        "source": grade.source,
    }


def _posting(grade: Grade, row: Row) -> Posting:
    learner = grade.learner
    return Posting(
        key=f"grade:{row['id']}:{row['version']}",
        holder=Holder(learner["school_id"], learner["enrolment_no"]),
        scope=grade.stage,
        source="internship",
        credits_centi=row["credits_hundredths"],
        claims=[f"course:{learner['id']}:{grade.course['code']}"],
        facts={"graded_course_id": str(row["id"]), "grade": grade.grade},
    )


async def _take_back(tx: Tx, before: Row, *, now: datetime) -> None:
    if before["transaction_id"] is None:
        return
    await keep_ledger.reverse(
        tx,
        before["school_id"],
        before["transaction_id"],
        key=f"grade:{before['id']}:{before['version']}:reverse",
        reason="the grade was changed",
        now=now,
    )
    await change_row(tx, graded_courses, before["id"], {"transaction_id": None})
    before["version"] += 1


async def take_assessed(tx: Tx, event: EventIn, *, now: datetime) -> None:
    """Record an assessed placement; one whose learner or course is missing waits for it."""
    payload = event.payload
    if payload.get("grade") is None:
        return
    grade = await _grade_of(tx, payload)
    table = placements_waiting.c
    placement_id = UUID(payload["placement_id"])
    await tx.execute(delete(placements_waiting).where(table.placement_id == placement_id))
    if isinstance(grade, Grade):
        known = await find_row(
            tx, graded_courses, graded_courses.c.placement_id == grade.placement_id
        )
        if known is None or (known["placement_version"] or 0) < payload["version"]:
            await record_grades(tx, [grade], now=now)
        return
    values = {
        "placement_id": placement_id,
        "school_id": UUID(payload["school_id"]),
        "student_ref": payload["student_ref"],
        "payload": payload,
        "reason": grade,
    }
    await tx.execute(placements_waiting.insert().values(**values))


async def _grade_of(tx: Tx, payload: Mapping[str, Any]) -> Grade | str:
    school_id = UUID(payload["school_id"])
    learner = await find_learner_by_ref(tx, school_id, payload["student_ref"])
    if learner is None:
        return "learner_missing"
    code = learner["programme_code"]
    programme = (await find_programmes(tx, school_id, [code])).get(code)
    if programme is None:
        return "programme_missing"
    course = await _internship_of(tx, programme)
    if course is None:
        return "course_missing"
    told = payload.get("plan_credits")
    credits_ = course["credits_hundredths"] if told is None else round(float(told) * 100)
    return Grade(
        learner=learner,
        course=course,
        stage=programme["stage"],
        grade=payload["grade"],
        credits_hundredths=credits_,
        term=payload["term"],
        completed_on=date.fromisoformat(payload["assessed_on"]),
        source="event",
        hours=payload.get("hours"),
        weeks=payload.get("weeks"),
        competencies=tuple(payload.get("competencies") or ()),
        placement_id=UUID(payload["placement_id"]),
        placement_version=payload["version"],
    )


async def _internship_of(tx: Tx, programme: Row) -> Row | None:
    """Return the programme's internship: the one course of that kind among its own."""
    table = courses.c
    found = await list_rows(
        tx,
        courses,
        table.school_id == programme["school_id"],
        table.current,
        table.kind == "internship",
        order=[table.code],
    )
    own = [row for row in found if row["code"] in programme["course_codes"]]
    named = own if programme["course_codes"] else found
    return named[0] if len(named) == 1 else None


async def retry_waiting(tx: Tx, school_id: UUID, *, now: datetime) -> int:
    """Record the placements that waited for a learner, programme or course; return how many."""
    table = placements_waiting.c
    waiting = await list_rows(tx, placements_waiting, table.school_id == school_id)
    found = [(row, await _grade_of(tx, row["payload"])) for row in waiting]
    ready = [(row, grade) for row, grade in found if isinstance(grade, Grade)]
    await record_grades(tx, [grade for _, grade in ready], now=now)
    done = [row["placement_id"] for row, _ in ready]
    await tx.execute(delete(placements_waiting).where(table.placement_id.in_(done)))
    return len(done)
