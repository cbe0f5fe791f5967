"""A department registers a submitted notice of its region, which publishes it, or returns it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.exchange.domain.notice import (
    Notice,
    NoticeNotFoundError,
    NoticeState,
    Step,
    expect_step,
)
from services.exchange.domain.organisation import (
    Organisation,
    expect_in_good_order,
    holds_place,
    level_of_region,
)
from services.exchange.flows.desk import Desk
from services.exchange.flows.keep_notices import pack_facts, take_step
from services.exchange.store import notice_search, notices
from shared.http.versions import expect_version
from shared.kernel.errors import Fault, ForbiddenError, InvalidInputError, Text

_NEEDS = "an authority with a region (有辖区的主管部门)"


async def registrar_of(desk: Desk) -> Organisation:
    """Return the caller's department; refuse who is none or has no region."""
    if desk.caller.org_kind != "authority":
        raise ForbiddenError(needs=_NEEDS)
    department = await desk.own_organisation()
    if department.region_code is None:
        raise ForbiddenError(needs=_NEEDS)
    return department


async def list_waiting(desk: Desk, *, after: tuple[Any, ...] | None, limit: int) -> list[Notice]:
    """Return what waits in the department's region, the oldest first, one more than `limit`."""
    department = await registrar_of(desk)
    region = department.region_code or ""
    return await notice_search.list_submitted(desk.tx, region, after=after, limit=limit)


async def decide_on_notice(
    desk: Desk, notice_id: UUID, *, decision: Step, reason: str | None, seen: int
) -> Notice:
    """Register or return the version of a notice that the department has seen."""
    department = await registrar_of(desk)
    notice = await notices.find(desk.tx, notice_id, lock=True)
    if notice is None or not holds_place(department.region_code, notice.terms.region_code):
        raise NoticeNotFoundError(notice_id=str(notice_id))
    expect_version(seen=seen, current=notice.version)
    expect_step(notice, decision)
    expect_in_good_order(department)
    values: dict[str, Any] = {
        "registrar_id": department.id,
        "registrar_name": department.name,
        "registrar_level": level_of_region(department.region_code or ""),
    }
    if decision is Step.RETURNED:
        return await _return(desk, notice, department, {**values, "returned_reason": _why(reason)})
    values |= {
        "state": NoticeState.PUBLISHED.value,
        "registered_at": desk.now,
        "published_at": desk.now,
    }
    registered = await notices.change(desk.tx, notice_id, values)
    facts = pack_facts(registered)
    await take_step(desk, registered, Step.REGISTERED, by=department, reason=reason, facts=facts)
    await take_step(desk, registered, Step.PUBLISHED, by=department, facts=facts)
    return registered


async def _return(
    desk: Desk, notice: Notice, department: Organisation, values: dict[str, Any]
) -> Notice:
    returned = await notices.change(
        desk.tx, notice.id, {**values, "state": NoticeState.DRAFT.value}
    )
    reason = values["returned_reason"]
    await take_step(desk, returned, Step.RETURNED, by=department, reason=reason)
    return returned


def _why(reason: str | None) -> str:
    if reason is None:
        said = Text("退回须说明理由", "say why it is returned")
        raise InvalidInputError(faults=[Fault("reason_missing", said, pointer="/reason")])
    return reason
