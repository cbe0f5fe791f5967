"""Students of a school's roster, as stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, text, tuple_, update

from services.internships.store.rows import Row, as_json, fetch_all, fetch_one
from services.internships.store.tables_batches import students
from shared.db.session import Tx
from shared.kernel.ids import new_id

# One statement for a whole roster. What a file leaves out of the personal columns stays; `xmax`
# is 0 in a row that was inserted.
_UPSERT = text(
    """
    INSERT INTO students AS old (id, school_id, enrolment_no, name, major_code, grade_year,
        class_name, class_teacher, term, region_code, skills, birth_on, state)
    SELECT r.id, :school_id, r.enrolment_no, r.name, r.major_code, r.grade_year, r.class_name,
        r.class_teacher, r.term, r.region_code, COALESCE(r.skills, '{}'), r.birth_on, 'enrolled'
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(id uuid, enrolment_no text, name text,
        major_code text, grade_year int, class_name text, class_teacher text, term text,
        region_code text, skills varchar[], birth_on date)
    ON CONFLICT (school_id, enrolment_no) DO UPDATE SET
        name = excluded.name, major_code = excluded.major_code,
        grade_year = excluded.grade_year, class_name = excluded.class_name,
        class_teacher = excluded.class_teacher, term = excluded.term,
        region_code = COALESCE(excluded.region_code, old.region_code),
        skills = CASE WHEN excluded.skills = '{}' THEN old.skills ELSE excluded.skills END,
        birth_on = COALESCE(excluded.birth_on, old.birth_on),
        state = 'enrolled', version = old.version + 1, updated_at = now()
    WHERE (old.name, old.major_code, old.grade_year, old.class_name, old.class_teacher, old.term,
           old.region_code, old.skills, old.birth_on, old.state)
        IS DISTINCT FROM
          (excluded.name, excluded.major_code, excluded.grade_year, excluded.class_name,
           excluded.class_teacher, excluded.term,
           COALESCE(excluded.region_code, old.region_code),
           CASE WHEN excluded.skills = '{}' THEN old.skills ELSE excluded.skills END,
           COALESCE(excluded.birth_on, old.birth_on), 'enrolled')
    RETURNING (xmax = 0) AS created
    """
)


@dataclass(frozen=True, slots=True)
class Upserted:
    """How many rows of an import were new, changed, or as before."""

    created: int
    updated: int
    unchanged: int


async def upsert_students(tx: Tx, school_id: UUID, rows: Sequence[Mapping[str, Any]]) -> Upserted:
    """Write a roster: new students join, known ones (by enrolment number) change."""
    return await upsert_rows(tx, _UPSERT, rows, school_id=school_id)


async def upsert_rows(
    tx: Tx, statement: Any, rows: Sequence[Mapping[str, Any]], *, school_id: UUID
) -> Upserted:
    """Run an upsert over rows given as one JSON text; each row gets the id that it may need."""
    body = [{"id": str(new_id()), **row} for row in rows]
    found = await tx.execute(statement, {"school_id": school_id, "rows": as_json(body)})
    created = [bool(row.created) for row in found]
    return Upserted(sum(created), len(created) - sum(created), len(rows) - len(created))


@dataclass(frozen=True, slots=True)
class Sought:
    """What a look into the roster asks for; None where it does not matter."""

    q: str | None = None
    major_code: str | None = None
    grade_year: int | None = None
    class_name: str | None = None
    state: str | None = None


async def list_students(
    tx: Tx, school_id: UUID, sought: Sought, *, after: tuple[Any, ...] | None, limit: int
) -> list[Row]:
    """Return students by class and enrolment number, one more than `limit`."""
    table = students.c
    position = tuple_(table.class_name, table.enrolment_no)
    query = select(students).where(table.school_id == school_id, *_conditions(sought))
    if after is not None:
        query = query.where(position > tuple_(after[0], after[1]))
    query = query.order_by(table.class_name, table.enrolment_no).limit(limit + 1)
    return await fetch_all(tx, query)


def _conditions(sought: Sought) -> list[ColumnElement[bool]]:
    table = students.c
    exact = {
        table.grade_year: sought.grade_year,
        table.class_name: sought.class_name,
        table.state: sought.state,
    }
    found = [column == value for column, value in exact.items() if value is not None]
    if sought.major_code:
        found.append(table.major_code.startswith(sought.major_code, autoescape=True))
    if sought.q:
        found.append(
            or_(
                table.enrolment_no.startswith(sought.q, autoescape=True),
                table.name.icontains(sought.q, autoescape=True),
            )
        )
    return found


async def find_student(tx: Tx, school_id: UUID, student_id: UUID) -> Row | None:
    """Return one student of the school."""
    query = select(students).where(students.c.school_id == school_id, students.c.id == student_id)
    return await fetch_one(tx, query)


async def find_by_number(tx: Tx, school_id: UUID, enrolment_no: str) -> Row | None:
    """Return the student with this enrolment number."""
    query = select(students).where(
        students.c.school_id == school_id, students.c.enrolment_no == enrolment_no
    )
    return await fetch_one(tx, query)


async def find_ids(tx: Tx, school_id: UUID, numbers: Sequence[str]) -> dict[str, UUID]:
    """Return the ids of students by enrolment number, as far as they are enrolled."""
    query = text(
        "SELECT enrolment_no, id FROM students WHERE school_id = :school_id"
        " AND state = 'enrolled' AND enrolment_no = ANY(:numbers)"
    )
    rows = await tx.execute(query, {"school_id": school_id, "numbers": list(set(numbers))})
    return {row.enrolment_no: row.id for row in rows}


_HAZARDOUS = text(
    "SELECT EXISTS (SELECT 1 FROM batch_posts bp JOIN posts p ON p.id = bp.post_id"
    " JOIN batches b ON b.id = bp.batch_id WHERE b.school_id = :school_id"
    " AND b.state <> 'finished' AND cardinality(p.hazards) > 0)"
)


async def asks_for_sex(tx: Tx, school_id: UUID) -> bool:
    """Return whether a rule needs a student's sex: a running batch has posts with hazards."""
    return bool(await tx.scalar(_HAZARDOUS, {"school_id": school_id}))


async def list_classes(tx: Tx, school_id: UUID) -> set[str]:
    """Return the classes that enrolled students of a school are in."""
    query = select(students.c.class_name).distinct()
    query = query.where(students.c.school_id == school_id, students.c.state == "enrolled")
    return set((await tx.execute(query)).scalars())


async def change_student(tx: Tx, student: Row, changes: Mapping[str, Any]) -> Row | None:
    """Write changes over the version that was read; None where another change came first."""
    query = (
        update(students)
        .where(students.c.id == student["id"], students.c.version == student["version"])
        .values(**changes, version=students.c.version + 1, updated_at=text("now()"))
        .returning(students)
    )
    return await fetch_one(tx, query)
