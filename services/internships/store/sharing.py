"""What a host may see of a student, ended when the student takes the consent back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, Update, and_, case, cast, func, select, update

from services.internships.store.rows import Row, fetch_all, fetch_it
from services.internships.store.tables_batches import choices, placements, students
from shared.db.session import Tx

_STANDING = ("applied", "interview", "offered")


@dataclass(frozen=True, slots=True)
class Shared:
    """Whose data goes to whom: a school's student, told by the sign of contract/events.py."""

    school_id: UUID
    student_ref: str
    enterprise_id: UUID


def _of(whose: Shared, student: ColumnElement[UUID], host: ColumnElement[UUID]) -> Any:
    sign = func.concat(cast(students.c.school_id, Text), ":", students.c.enrolment_no)
    digest = func.encode(func.sha256(func.convert_to(sign, "UTF8")), "hex")
    who = select(students.c.id).where(
        students.c.school_id == whose.school_id, digest == whose.student_ref
    )
    return and_(student.in_(who), host == whose.enterprise_id)


async def hide_placements(tx: Tx, whose: Shared, at: datetime) -> list[Row]:
    """Hide this student's placements from this host; return those that it could see."""
    own = placements.c
    query = (
        update(placements)
        .where(_of(whose, own.student_id, own.enterprise_id), own.share_consented_at.is_not(None))
        .values(
            share_consented_at=None,
            share_withdrawn_at=at,
            version=own.version + 1,
            updated_at=func.now(),
        )
    )
    return await fetch_all(tx, query.returning(own.id))


async def hide_choices(tx: Tx, whose: Shared, at: datetime) -> list[Row]:
    """Hide this student's applications from this host and withdraw those that still stand."""
    own = choices.c
    query = _hiding(at).where(
        _of(whose, own.student_id, own.enterprise_id), own.consent_withdrawn_at.is_(None)
    )
    return await fetch_all(tx, query.returning(own.id))


async def hide_choice(tx: Tx, choice_id: UUID, at: datetime) -> Row:
    """Hide one application from its host; one that still stands is withdrawn."""
    return await fetch_it(tx, _hiding(at).where(choices.c.id == choice_id).returning(choices))


def _hiding(at: datetime) -> Update:
    own = choices.c
    return update(choices).values(
        consent_withdrawn_at=at,
        state=case((own.state.in_(_STANDING), "withdrawn"), else_=own.state),
        version=own.version + 1,
        updated_at=func.now(),
    )
