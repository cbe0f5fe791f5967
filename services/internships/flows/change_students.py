"""Corrections of single entries of a roster."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.internships.domain.student import SexNotAskedError
from services.internships.store import students
from services.internships.store.rows import Row
from shared.db.session import Tx
from shared.events.audit import record
from shared.http.caller import Caller
from shared.http.versions import expect_version
from shared.kernel.errors import NotFoundError, PreconditionStaleError


async def change_entry(
    tx: Tx,
    caller: Caller,
    school_id: UUID,
    *,
    student_id: UUID,
    changes: Mapping[str, Any],
    seen: int,
) -> Row:
    """Change one student's entry; the audit names the fields, not what they say."""
    student = await students.find_student(tx, school_id, student_id)
    if student is None:
        raise NotFoundError(student_id=str(student_id))
    expect_version(seen=seen, current=student["version"])
    if changes.get("sex") is not None and not await students.asks_for_sex(tx, school_id):
        raise SexNotAskedError
    changed = await students.change_student(tx, student, changes)
    if changed is None:
        raise PreconditionStaleError(current=student["version"] + 1)
    facts = {"fields": ",".join(sorted(changes))}
    await record(tx, caller, "student.changed", subject_id=student_id, facts=facts)
    return changed
