"""An enterprise declares its dated head counts and interns elsewhere; both read the quota."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.internships.domain.enterprise import (
    ANY_CLASS,
    DatedCount,
    Declared,
    InternsElsewhere,
    Measure,
)
from services.internships.domain.organisation import Organisation
from services.internships.domain.rules_quota import Quota, quota_on
from services.internships.flows.check_post import declared_by
from services.internships.flows.post_desk import Desk
from services.internships.store import enterprises
from shared.events.audit import record
from shared.kernel.errors import Fault, InvalidInputError, NotFoundError, Text
from shared.policies.jurisdiction import region_prefix, rulebook_at

UNCHANGED = object()
"""Of a field that the request did not send."""


def expect_own(desk: Desk, enterprise_id: UUID) -> None:
    """Refuse an enterprise that the caller does not act for; it is not found."""
    if desk.org_id != enterprise_id:
        raise NotFoundError(enterprise_id=str(enterprise_id))


async def declare_counts(
    desk: Desk, enterprise_id: UUID, counts: Sequence[DatedCount], *, above_size: object
) -> None:
    """Keep counts with their days, and whether the enterprise is above designated size."""
    expect_own(desk, enterprise_id)
    faults = [fault for index, count in enumerate(counts) for fault in _wrong(desk, index, count)]
    if faults:
        raise InvalidInputError(faults=faults)
    if above_size is not UNCHANGED:
        assert above_size is None or isinstance(above_size, bool)
        await enterprises.keep_size(
            desk.tx, enterprise_id, above=above_size, declared_by=desk.caller.subject
        )
    # One statement cannot correct the same row twice: the last of equal keys counts.
    last = {(count.measure, count.post_class, count.counted_on): count for count in counts}
    await enterprises.keep_counts(
        desk.tx, enterprise_id, list(last.values()), recorded_by=desk.caller.subject
    )
    facts = {"counts": len(last)}
    await record(desk.tx, desk.caller, "enterprise.counted", subject_id=enterprise_id, facts=facts)


def _wrong(desk: Desk, index: int, count: DatedCount) -> list[Fault]:
    faults: list[Fault] = []
    if count.counted_on > desk.today:
        said = Text("统计日期不能晚于今天", "a count is not taken in the future")
        faults.append(Fault("day_in_future", said, f"/counts/{index}/counted_on"))
    if count.post_class and count.measure is not Measure.SAME_POST:
        said = Text(
            "只有同类岗位在岗职工按岗位填写", "only staff_same_post is counted by kind of post"
        )
        faults.append(Fault("post_class_unused", said, f"/counts/{index}/post_class"))
    return faults


async def declare_elsewhere(
    desk: Desk, enterprise_id: UUID, entries: Sequence[InternsElsewhere]
) -> None:
    """Replace the list of interns that the enterprise has beside the platform."""
    expect_own(desk, enterprise_id)
    said = Text("结束日期早于开始日期", "the end is before the start")
    faults = [
        Fault("dates_reversed", said, f"/entries/{index}/to_on")
        for index, entry in enumerate(entries)
        if entry.to_on < entry.from_on
    ]
    if faults:
        raise InvalidInputError(faults=faults)
    await enterprises.replace_elsewhere(
        desk.tx, enterprise_id, entries, recorded_by=desk.caller.subject
    )
    await record(desk.tx, desk.caller, "enterprise.elsewhere", subject_id=enterprise_id)


@dataclass(frozen=True, slots=True)
class QuotaView:
    """The quota of an enterprise on a day, whole and by kind of post."""

    whole: Quota
    declared: Declared
    by_class: tuple[tuple[str, Quota], ...]
    warnings: tuple[Text, ...]


async def read_quota(desk: Desk, enterprise_id: UUID, on: date) -> QuotaView:
    """Return the quota for the enterprise itself or the authority of its region."""
    enterprise = await _visible_enterprise(desk, enterprise_id)
    declared = await declared_by(desk.tx, enterprise, on)
    book = rulebook_at(enterprise.region_code, on)
    whole = quota_on(declared.facts_for(None), on, book)
    classes = declared.post_classes or [ANY_CLASS]
    by_class = tuple((name, quota_on(declared.facts_for(name), on, book)) for name in classes)
    if any(quota.cap20 is not None for _, quota in by_class):
        missing = {k: v for k, v in whole.missing.items() if k != "staff_same_post"}
        whole = replace(whole, missing=missing)
    return QuotaView(whole, declared, by_class, _warnings(whole, declared, by_class))


async def _visible_enterprise(desk: Desk, enterprise_id: UUID) -> Organisation:
    caller = desk.caller
    found = await desk.organisations.find_many({enterprise_id, caller.org_id or enterprise_id})
    enterprise, asking = found.get(enterprise_id), found.get(caller.org_id or enterprise_id)
    allowed = enterprise_id == caller.org_id or caller.is_platform
    if asking is not None and enterprise is not None and caller.org_kind == "authority":
        reach = region_prefix(asking.region_code or "000000")
        allowed = (enterprise.region_code or "").startswith(reach)
    if enterprise is None or not allowed:
        raise NotFoundError(enterprise_id=str(enterprise_id))
    return enterprise


def _warnings(
    whole: Quota, declared: Declared, by_class: Sequence[tuple[str, Quota]]
) -> tuple[Text, ...]:
    found: list[Text] = []
    present = whole.active + whole.elsewhere
    if whole.cap10 is not None and present > whole.cap10:
        found.append(
            Text(
                f"在岗实习学生{present}名，多于在岗职工的10%（{whole.cap10}名）；"
                "条文为“一般不超过”，请说明理由。",
                f"{present} interns are more than 10 % of staff on duty ({whole.cap10}); "
                "the text says “generally”: give the reason.",
            )
        )
    for name, quota in by_class:
        here = declared.interns_in(name)
        if quota.cap20 is not None and here > quota.cap20:
            found.append(
                Text(
                    f"“{name or '未分类'}”岗位实习学生{here}名，"
                    f"多于同类岗位在岗职工的20%（{quota.cap20}名）；请说明理由。",
                    f"{here} interns in posts of “{name or 'no kind'}” are more than 20 % of "
                    f"staff in such posts ({quota.cap20}): give the reason.",
                )
            )
    return tuple(found)
