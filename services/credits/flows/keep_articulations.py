"""Course sequences into a school's programmes: agreed, ended, and found for an application."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import or_

from services.credits.domain.articulation import ArticulationNotFoundError, plan_articulation
from services.credits.domain.course import ProgrammeNotFoundError
from services.credits.store.courses import find_current, list_current
from services.credits.store.rows import Row, add_row, change_row, find_row, list_rows
from services.credits.store.tables_articulations import articulations
from services.credits.store.tables_rules import courses, programmes
from shared.db.session import Tx
from shared.events.audit import record
from shared.http.caller import Caller
from shared.http.versions import expect_version
from shared.kernel.ids import new_id

_TABLE = articulations.c


async def agree_articulation(
    tx: Tx, caller: Caller, school_id: UUID, *, values: Mapping[str, Any]
) -> Row:
    """Write a sequence into one of the school's programmes."""
    code = values["programme_code"]
    programme = await find_current(tx, programmes, school_id, code)
    if programme is None:
        raise ProgrammeNotFoundError(code=code)
    known = {row["code"]: row for row in await list_current(tx, courses, school_id)}
    row = plan_articulation(school_id, values, programme=programme, courses=known)
    made = await add_row(tx, articulations, {**row, "id": new_id()})
    await record(tx, caller, "articulation.agreed", subject_id=made["id"])
    return made


async def end_articulation(
    tx: Tx, caller: Caller, school_id: UUID, *, articulation_id: UUID, valid_to: date, seen: int
) -> Row:
    """Let a sequence end on a day, not before it began."""
    where = _TABLE.id == articulation_id, _TABLE.school_id == school_id
    found = await find_row(tx, articulations, *where, lock=True)
    if found is None:
        raise ArticulationNotFoundError(articulation_id=str(articulation_id))
    expect_version(seen=seen, current=found["version"])
    await record(tx, caller, "articulation.ended", subject_id=articulation_id)
    ends_on = max(valid_to, found["valid_from"])
    return await change_row(tx, articulations, articulation_id, {"valid_to": ends_on})


async def articulations_into(
    tx: Tx, school_id: UUID, programme_code: str, *, on: date
) -> list[Row]:
    """Return the sequences that lead into a programme on a day, the oldest first."""
    return await list_rows(
        tx,
        articulations,
        _TABLE.school_id == school_id,
        _TABLE.programme_code == programme_code,
        _TABLE.valid_from <= on,
        or_(_TABLE.valid_to.is_(None), _TABLE.valid_to >= on),
        order=[_TABLE.id],
    )
