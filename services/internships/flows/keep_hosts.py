"""A school keeps its register of hosts: propose, inspect, decide, publish, remove (article 7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from services.internships.domain.host import (
    EnterpriseUnknownError,
    Host,
    HostListedError,
    HostNotFoundError,
    HostNotInspectedError,
    HostState,
    ItemFinding,
    missing_for_approval,
)
from services.internships.flows.post_desk import Desk
from services.internships.store import hosts
from shared.events.audit import record
from shared.http.versions import expect_version
from shared.kernel.errors import Fault, ForbiddenError, InvalidInputError, Text
from shared.kernel.ids import new_id

_LATER = Text("日期不能晚于今天", "this day is not in the future")


def school_of(desk: Desk) -> UUID:
    """Return the school that the caller acts for."""
    if desk.caller.org_kind != "school":
        raise ForbiddenError(needs="a school (学校)")
    return desk.org_id


async def propose_host(desk: Desk, enterprise_id: UUID) -> Host:
    """Begin an entry for an enterprise that the platform knows."""
    school_id = school_of(desk)
    enterprise = (await desk.organisations.find_many([enterprise_id])).get(enterprise_id)
    if enterprise is None or enterprise.kind == "authority":
        raise EnterpriseUnknownError(enterprise_id=str(enterprise_id))
    known = await hosts.find_by_enterprise(desk.tx, school_id, enterprise_id)
    if known is not None:
        raise HostListedError(host_id=str(known.id))
    host_id = new_id()
    values = {
        "id": host_id,
        "school_id": school_id,
        "enterprise_id": enterprise_id,
        "enterprise_name": enterprise.name,
        "enterprise_uscc": enterprise.uscc,
        "state": HostState.PROPOSED.value,
    }
    await hosts.add_host(desk.tx, values)
    await record(desk.tx, desk.caller, "host.proposed", subject_id=host_id)
    return await find_own_host(desk, host_id)


async def find_own_host(desk: Desk, host_id: UUID, *, lock: bool = False) -> Host:
    """Return an entry of the caller's own register."""
    found = await hosts.find_host(desk.tx, host_id, school_id=school_of(desk), lock=lock)
    if found is None:
        raise HostNotFoundError(host_id=str(host_id))
    return found


async def inspect_host(
    desk: Desk,
    host_id: UUID,
    items: Mapping[str, ItemFinding],
    *,
    inspected_on: date,
    inspectors: str,
    seen: int,
) -> Host:
    """Keep what a visit found; an approved host stays approved."""
    host = await _held(desk, host_id, seen=seen)
    if inspected_on > desk.today:
        raise InvalidInputError(faults=[Fault("day_in_future", _LATER, "/inspected_on")])
    approved = host.state is HostState.APPROVED
    values = {
        "inspection": {name: asdict(finding) for name, finding in items.items()},
        "inspected_on": inspected_on,
        "inspectors": inspectors,
        "state": (host.state if approved else HostState.INSPECTED).value,
    }
    return await _change(desk, host, values, action="host.inspected")


async def file_report(desk: Desk, host_id: UUID, *, sha256: str, seen: int) -> Host:
    """Keep the name of the written report, whose content is in the store of files."""
    host = await _held(desk, host_id, seen=seen)
    return await _change(desk, host, {"report_sha256": sha256}, action="host.reported")


async def approve_host(
    desk: Desk,
    host_id: UUID,
    *,
    decided_on: date,
    note: str | None,
    public_url: str,
    new_host: bool,
    seen: int,
) -> Host:
    """Put a host on the public register; a new one on a complete inspection only."""
    host = await _held(desk, host_id, seen=seen)
    missing = missing_for_approval(host) if new_host else []
    if not new_host and not note:
        # Without a visit the decision itself must say on what it rests.
        missing = ["decision_note"]
    if missing:
        raise HostNotInspectedError(missing=", ".join(missing))
    if decided_on > desk.today:
        raise InvalidInputError(faults=[Fault("day_in_future", _LATER, "/decided_on")])
    if host.inspected_on is not None and decided_on < host.inspected_on:
        said = Text("决定日期早于考察日期", "the decision is before the inspection")
        raise InvalidInputError(faults=[Fault("dates_reversed", said, "/decided_on")])
    values = {
        "state": HostState.APPROVED.value,
        "decided_on": decided_on,
        "decision_note": note,
        "public_url": public_url,
    }
    return await _change(desk, host, values, action="host.approved")


async def remove_host(desk: Desk, host_id: UUID, *, reason: str, seen: int) -> Host:
    """Take a host off the register; placements that exist are not touched."""
    host = await _held(desk, host_id, seen=seen)
    values = {"state": HostState.REMOVED.value, "decision_note": reason}
    return await _change(desk, host, values, action="host.removed")


async def _held(desk: Desk, host_id: UUID, *, seen: int) -> Host:
    host = await find_own_host(desk, host_id, lock=True)
    expect_version(seen=seen, current=host.version)
    return host


async def _change(desk: Desk, host: Host, values: Mapping[str, Any], *, action: str) -> Host:
    await hosts.change_host(desk.tx, host.id, {**values, "updated_at": desk.now})
    await record(desk.tx, desk.caller, action, subject_id=host.id)
    return await find_own_host(desk, host.id)
