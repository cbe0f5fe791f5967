"""An enterprise's declarations and quota over HTTP; a school sees neither."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request

from services.internships.api.desks import AtEnterpriseDesk, desk_of
from services.internships.contract.enterprises import (
    ClassQuotaOut,
    ClauseOut,
    HeadCountOut,
    HeadCountsIn,
    HeadCountsOut,
    InternsElsewhereEntry,
    InternsElsewhereIn,
    InternsElsewhereOut,
    QuotaDayOut,
    QuotaOut,
    TextOut,
)
from services.internships.domain.enterprise import (
    DatedCount,
    InternsElsewhere,
    Measure,
    days_between,
)
from services.internships.domain.rules_quota import Quota
from services.internships.flows.declare_enterprise import (
    UNCHANGED,
    QuotaView,
    declare_counts,
    declare_elsewhere,
    expect_own,
    read_quota,
)
from services.internships.flows.post_desk import Desk
from services.internships.store import enterprises
from shared.http.caller import SignedIn
from shared.http.route import InTx
from shared.http.service import new_router
from shared.kernel.errors import ForbiddenError, Text

router = new_router("enterprises")


async def _quota_desk(request: Request, tx: InTx, caller: SignedIn) -> Desk:
    if caller.kind != "service" and not caller.scopes & {"enterprise:manage", "authority:read"}:
        raise ForbiddenError(needs="enterprise:manage | authority:read")
    return desk_of(request, tx, caller)


AtQuotaDesk = Annotated[Desk, Depends(_quota_desk, scope="function")]


@router.put("/enterprises/{enterprise_id}/head-counts")
async def put_head_counts(
    enterprise_id: UUID, body: HeadCountsIn, desk: AtEnterpriseDesk
) -> HeadCountsOut:
    """Declare head counts with their days; earlier days stay as they were declared."""
    counts = [
        DatedCount(
            measure=Measure(each.measure),
            post_class=each.post_class,
            staff=each.staff,
            counted_on=each.counted_on,
            evidence=each.evidence,
        )
        for each in body.counts
    ]
    sent = "above_designated_size" in body.model_fields_set
    above = body.above_designated_size if sent else UNCHANGED
    await declare_counts(desk, enterprise_id, counts, above_size=above)
    return await _head_counts(desk, enterprise_id)


@router.get("/enterprises/{enterprise_id}/head-counts")
async def read_head_counts(enterprise_id: UUID, desk: AtEnterpriseDesk) -> HeadCountsOut:
    """Return every head count that the enterprise has declared."""
    expect_own(desk, enterprise_id)
    return await _head_counts(desk, enterprise_id)


async def _head_counts(desk: Desk, enterprise_id: UUID) -> HeadCountsOut:
    counts = await enterprises.list_counts(desk.tx, enterprise_id)
    return HeadCountsOut(
        above_designated_size=await enterprises.find_size(desk.tx, enterprise_id),
        counts=[
            HeadCountOut(
                measure=count.measure.value,
                post_class=count.post_class,
                staff=count.staff,
                counted_on=count.counted_on,
                evidence=count.evidence,
            )
            for count in counts
        ],
    )


@router.put("/enterprises/{enterprise_id}/interns-elsewhere")
async def put_interns_elsewhere(
    enterprise_id: UUID, body: InternsElsewhereIn, desk: AtEnterpriseDesk
) -> InternsElsewhereOut:
    """Declare the interns that the enterprise has beside the platform: the whole list."""
    entries = [InternsElsewhere(**each.model_dump()) for each in body.entries]
    await declare_elsewhere(desk, enterprise_id, entries)
    return await _elsewhere(desk, enterprise_id)


@router.get("/enterprises/{enterprise_id}/interns-elsewhere")
async def read_interns_elsewhere(
    enterprise_id: UUID, desk: AtEnterpriseDesk
) -> InternsElsewhereOut:
    """Return the interns that the enterprise has declared from elsewhere."""
    expect_own(desk, enterprise_id)
    return await _elsewhere(desk, enterprise_id)


async def _elsewhere(desk: Desk, enterprise_id: UUID) -> InternsElsewhereOut:
    entries = await enterprises.list_elsewhere(desk.tx, enterprise_id)
    return InternsElsewhereOut(
        entries=[
            InternsElsewhereEntry(
                post_class=entry.post_class,
                interns=entry.interns,
                from_on=entry.from_on,
                to_on=entry.to_on,
            )
            for entry in entries
        ]
    )


@router.get("/enterprises/{enterprise_id}/quota")
async def read_enterprise_quota(
    enterprise_id: UUID, desk: AtQuotaDesk, on: date | None = None
) -> QuotaOut:
    """Return the quota on a day: for the enterprise and the authority of its region only."""
    return _quota_out(enterprise_id, await read_quota(desk, enterprise_id, on or desk.today))


@router.get("/enterprises/{enterprise_id}/quota/days")
async def read_quota_days(
    enterprise_id: UUID,
    desk: AtQuotaDesk,
    first: Annotated[date, Query(alias="from")],
    last: Annotated[date, Query(alias="to")],
    step: Annotated[int, Query(ge=1, le=92, description="days from one to the next")] = 7,
) -> list[QuotaDayOut]:
    """Return the quota on each day of a range: when places end and others begin."""
    return [
        _day_out((await read_quota(desk, enterprise_id, on)).whole)
        for on in days_between(first, last, step=step)
    ]


def _day_out(quota: Quota) -> QuotaDayOut:
    free = None if quota.cap10 is None else quota.cap10 - quota.active - quota.elsewhere
    return QuotaDayOut(
        on=quota.on,
        cap10=quota.cap10,
        active=quota.active,
        elsewhere=quota.elsewhere,
        free=free,
    )


def _quota_out(enterprise_id: UUID, view: QuotaView) -> QuotaOut:
    quota = view.whole
    return QuotaOut(
        enterprise_id=enterprise_id,
        on=quota.on,
        low=quota.low,
        high=quota.high,
        offered=quota.offered,
        active=quota.active,
        elsewhere=quota.elsewhere,
        cap10=quota.cap10,
        same_post=[_class_out(name, each, view) for name, each in view.by_class],
        dates=dict(quota.dates),
        clauses={
            key: ClauseOut(
                pack=cited.pack,
                version=cited.version,
                document=cited.document,
                number=cited.number,
                clause=cited.clause,
            )
            for key, cited in quota.clauses.items()
        },
        missing={key: _text_out(text) for key, text in quota.missing.items()},
        warnings=[_text_out(text) for text in view.warnings],
    )


def _class_out(name: str, quota: Quota, view: QuotaView) -> ClassQuotaOut:
    count = view.declared.counts.get((Measure.SAME_POST, name))
    return ClassQuotaOut(
        post_class=name,
        cap20=quota.cap20,
        staff_same_post=count.value if count else None,
        counted_on=count.dated_on if count else None,
        active=view.declared.active.get(name, 0),
        elsewhere=view.declared.elsewhere.get(name, 0),
    )


def _text_out(text: Text) -> TextOut:
    return TextOut(zh=text.zh, en=text.en)
