"""The register of 1+X pilots: entered and ended by the school, certificates passed counted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, distinct, func, or_, select

from services.credits.adapters.organisations import OrganisationSource, find_organisation
from services.credits.store.rows import Row, add_row, change_row, fetch_it, find_row
from services.credits.store.tables_outcomes import outcomes
from services.credits.store.tables_pilots import certificate_pilots
from shared.db.session import Tx
from shared.events.audit import record
from shared.http.caller import Caller
from shared.http.versions import expect_version
from shared.kernel.errors import ConflictError, NotFoundError, Text
from shared.kernel.ids import new_id

_TABLE = certificate_pilots.c


class PilotRepeatedError(ConflictError):
    """This school pilots this certificate from this day already."""

    code = "pilot_repeated"
    title_zh = "该试点已登记"
    mend = Text("已登记自 {from_on} 起的试点。", "A pilot from {from_on} is on the register.")


class PilotNotFoundError(NotFoundError):
    """There is no such pilot of this school."""

    code = "pilot_not_found"
    title_zh = "本校没有该试点"


async def enter_pilot(
    tx: Tx,
    caller: Caller,
    school_id: UUID,
    *,
    values: Mapping[str, Any],
    organisations: OrganisationSource,
) -> Row:
    """Put a certificate on the school's list of pilots."""
    level, from_on = values["level"] or "", values["from_on"]
    same = (
        _TABLE.school_id == school_id,
        _TABLE.certificate == values["certificate"],
        _TABLE.level == level,
        _TABLE.from_on == from_on,
    )
    if await find_row(tx, certificate_pilots, *same) is not None:
        raise PilotRepeatedError(from_on=from_on.isoformat())
    school = await find_organisation(organisations, school_id)
    row: dict[str, Any] = {
        **values,
        "level": level,
        "id": new_id(),
        "school_id": school_id,
        "school_name": school.name,
    }
    await record(tx, caller, "certificate_pilot.entered", subject_id=row["id"])
    return await add_row(tx, certificate_pilots, row)


async def end_pilot(
    tx: Tx, caller: Caller, school_id: UUID, *, pilot_id: UUID, until_on: date, seen: int
) -> Row:
    """Let a pilot end on a day, not before it began."""
    found = await _hold(tx, school_id, pilot_id)
    expect_version(seen=seen, current=found["version"])
    await record(tx, caller, "certificate_pilot.ended", subject_id=pilot_id)
    ends_on = max(until_on, found["from_on"])
    return await change_row(tx, certificate_pilots, pilot_id, {"until_on": ends_on})


async def count_passed(tx: Tx, caller: Caller, school_id: UUID, *, pilot_id: UUID, on: date) -> Row:
    """Count the school's registered certificates of a pilot and publish the number.

    A certificate counts where its title names the pilot's and its level is the pilot's; those
    completed before the pilot began do not come from it.
    """
    found = await _hold(tx, school_id, pilot_id)
    table = outcomes.c
    of_level = [table.level == found["level"]] if found["level"] else []
    query = select(func.count().label("passed")).where(
        table.school_id == school_id,
        table.kind == "skill_certificate",
        table.state == "registered",
        table.title.contains(found["certificate"], autoescape=True),
        table.completed_on >= found["from_on"],
        *of_level,
    )
    counted = await fetch_it(tx, query)
    await record(tx, caller, "certificate_pilot.counted", subject_id=pilot_id)
    changes = {"passed": counted["passed"], "passed_on": on}
    return await change_row(tx, certificate_pilots, pilot_id, changes)


def running_on(on: date) -> ColumnElement[bool]:
    """Return the condition of pilots that run on a day."""
    return and_(_TABLE.from_on <= on, or_(_TABLE.until_on.is_(None), _TABLE.until_on >= on))


async def count_pilots(tx: Tx, *, on: date) -> Row:
    """Return how many pilots run on a day, at how many institutions, how many of them national."""
    query = select(
        func.count().label("pilots"),
        func.count(distinct(_TABLE.school_id)).label("institutions"),
        func.count(distinct(_TABLE.school_id))
        .filter(_TABLE.national)
        .label("institutions_national"),
        func.coalesce(func.sum(_TABLE.passed), 0).label("passed"),
    ).where(running_on(on))
    return {**await fetch_it(tx, query), "on": on}


async def _hold(tx: Tx, school_id: UUID, pilot_id: UUID) -> Row:
    where = _TABLE.id == pilot_id, _TABLE.school_id == school_id
    found = await find_row(tx, certificate_pilots, *where, lock=True)
    if found is None:
        raise PilotNotFoundError(pilot_id=str(pilot_id))
    return found
