"""Release figures to the public: what was reported, with small cells hidden, at one moment."""

from __future__ import annotations

import re
from typing import Any, Literal

from services.forecasting.domain.industry_status import release_industries
from services.forecasting.domain.organisation import region_named
from services.forecasting.domain.outcome import Cell, release_outcomes
from services.forecasting.domain.setting import setting_of
from services.forecasting.flows.labour_desk import LabourDesk
from services.forecasting.flows.record import record
from services.forecasting.store import releases, reports
from services.forecasting.store.rows import Row
from shared.jobs.worker import Work
from shared.kernel.clock import Clock, china_day
from shared.kernel.errors import ConflictError, DomainError, Fault, InvalidInputError, Text

KIND = "labour.release"
ReleaseKind = Literal["outcomes", "industry_status"]
_NOTES = {
    "outcomes": Text(
        "各专业单独成表，不公布跨专业合计；少于规定人数的格子及可由其他格子推算的格子不公布。",
        "Each major is a table of its own and no total over majors is shown; counts under the "
        "least number, and those from which they could be worked out, are hidden.",
    ),
    "industry_status": Text(
        "填报企业过少的行业及可由合计推算的行业不公布。",
        "Industries of too few enterprises, and those from which they could be worked out, are "
        "hidden.",
    ),
}


class NothingReportedError(ConflictError):
    """Nothing has been reported for this place and period."""

    code = "nothing_reported"
    title_zh = "该地区该时期没有已报送的数据"
    mend = Text(
        "请先报送 {region} {period} 的数据。", "Report the data of {region}, {period}, first."
    )


class ReleaseForbiddenError(DomainError):
    """This kind of release is another body's."""

    code = "release_not_yours"
    status = 403
    title_zh = "您的单位不能发布此类数据"
    mend = Text(
        "专业就业状况由主管部门发布；行业就业状况由主管部门或行业组织发布。",
        "Outcomes by major are an authority's to release; the status of industries an authority's "
        "or an industry body's.",
    )


async def ask_release(
    desk: LabourDesk, kind: ReleaseKind, *, region: str, period: str
) -> dict[str, Any]:
    """Return what the job needs; refuse who may not release this for that place."""
    place = region_named(region)
    shape = r"\d{4}" if kind == "outcomes" else r"\d{4}Q[1-4]"
    if not re.fullmatch(shape, period):
        said = Text(
            "专业就业状况按年（2026），行业就业状况按季度（2026Q1）",
            "outcomes are by year (2026), the status of industries by quarter (2026Q1)",
        )
        raise InvalidInputError(faults=[Fault("period_wrong", said, "/period")])
    if desk.caller.org_kind == "authority":
        own = await desk.authority_for(place)
    elif kind == "industry_status":
        own = await desk.publisher("industry_body")
    else:
        raise ReleaseForbiddenError
    return {"kind": kind, "region": place, "period": period, "org_name": own.name}


async def release_figures(work: Work, *, clock: Clock) -> None:
    """Compute and publish one release."""
    told = work.input
    now = clock()
    least = setting_of(_least(told["kind"]), told["region"], china_day(now))
    async with work.begin() as tx:
        rows = await _reported(tx, work, told)
    if not rows:
        raise NothingReportedError(region=told["region"], period=told["period"])
    # The audit of the suppression solves linear programmes: not on the event loop.
    cells = await work.cpu.compute(_cells, told["kind"], rows, int(least.value))
    note = _NOTES[told["kind"]]
    values = {
        "id": work.id,
        "org_id": work.caller.org_id,
        "org_name": told["org_name"],
        "kind": told["kind"],
        "region_code": told["region"],
        "period": told["period"],
        "facts": {"least": least.told(), "note_zh": note.zh, "note_en": note.en},
        "published_at": now,
    }
    work.result = {"release_id": str(work.id), "cells": len(cells)}
    async with work.finishing() as tx:
        await releases.add_release(tx, values, cells)
        facts = {"kind": told["kind"], "period": told["period"], "cells": len(cells)}
        await record(tx, work.caller, "labour.released", subject_id=work.id, facts=facts)


def _least(kind: str) -> str:
    return "release.persons_min" if kind == "outcomes" else "release.enterprises_min"


async def _reported(tx: Any, work: Work, told: Any) -> list[Row]:
    if told["kind"] == "outcomes":
        year = {"year": int(told["period"])}
        return await reports.newest_rows(tx, "destinations", told["region"], exactly=year)
    # Each body publishes what it counted itself: another's count is of other enterprises.
    own = {
        "quarter": told["period"],
        "org_id": work.caller.org_id,
        "region_code": told["region"],
    }
    return await reports.newest_rows(tx, "industries", told["region"], exactly=own)


def _cells(kind: str, rows: list[Row], least: int) -> list[Cell]:
    release = release_outcomes if kind == "outcomes" else release_industries
    return release(rows, least=least)
