"""Release figures to the public: what was reported, with small cells hidden, at one moment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from services.forecasting.domain.fit import release_fit
from services.forecasting.domain.industry_status import release_industries
from services.forecasting.domain.market import release_market
from services.forecasting.domain.named_industries import READING, named_industries
from services.forecasting.domain.organisation import region_named
from services.forecasting.domain.outcome import Cell, release_outcomes
from services.forecasting.domain.pipeline import rows_of_place
from services.forecasting.domain.setting import setting_of
from services.forecasting.flows.labour_desk import LabourDesk
from services.forecasting.store import releases, reports
from services.forecasting.store.rows import Row
from shared.db.session import Tx
from shared.events.audit import record
from shared.jobs.worker import Work
from shared.kernel.clock import Clock, china_day
from shared.kernel.errors import ConflictError, DomainError, Fault, InvalidInputError, Text

KIND = "labour.release"
ReleaseKind = Literal["outcomes", "industry_status", "market", "fit"]
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
    "market": Text(
        "求人倍率＝招聘人数÷登记求职人数，来自公共就业服务机构的季度统计；求职人数过少的职业不公布。",
        "Posts per registered seeker, from the quarterly count of public employment services; "
        "occupations of too few seekers are hidden.",
    ),
    "fit": READING,
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


class NoIndustryNamedError(ConflictError):
    """No document of this place names industries for the fit of majors."""

    code = "fit_without_industries"
    title_zh = "该地区的文件未列名产业，无法计算吻合度"
    mend = Text(
        "政策包 {pack} 未列名产业；列名的有吉林、绍兴、河南、杭州的文件。",
        "The pack {pack} names no industries; the documents of Jilin, Shaoxing, Henan and "
        "Hangzhou do.",
    )


async def ask_release(
    desk: LabourDesk, kind: ReleaseKind, *, region: str, period: str
) -> dict[str, Any]:
    """Return what the job needs; refuse who may not release this for that place."""
    place = region_named(region)
    yearly = kind in {"outcomes", "fit"}
    if not re.fullmatch(r"\d{4}" if yearly else r"\d{4}Q[1-4]", period):
        said = Text(
            "专业就业状况和吻合度按年（2026），行业就业状况和求人倍率按季度（2026Q1）",
            "outcomes and fit are by year (2026), industries and the market by quarter (2026Q1)",
        )
        raise InvalidInputError(faults=[Fault("period_wrong", said, "/period")])
    if kind == "fit" and not named_industries(place)[1]:
        raise NoIndustryNamedError(region=place, pack=named_industries(place)[0])
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
        rows = await _reported(tx, work.caller.org_id, told)
    if not rows[0]:
        raise NothingReportedError(region=told["region"], period=told["period"])
    # The audit of the suppression solves linear programmes: not on the event loop.
    cells = await work.cpu.compute(_cells, told["kind"], told["region"], rows, int(least.value))
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
    return "release.enterprises_min" if kind == "industry_status" else "release.persons_min"


async def _reported(
    tx: Tx, org_id: UUID | None, told: Mapping[str, Any]
) -> tuple[list[Row], list[Row]]:
    """Return the rows that a release rests on: what it must have, and what is set beside it."""
    region, period = told["region"], told["period"]
    if told["kind"] == "outcomes":
        year = {"year": int(period)}
        return await reports.newest_rows(tx, "destinations", region, exactly=year), []
    if told["kind"] == "market":
        quarter = {"quarter": period}
        rows = await reports.newest_rows(tx, "market", region, exactly=quarter)
        return [dict(row) for row in rows_of_place(rows, region, "occupation_code")], []
    own = {"org_id": org_id, "region_code": region}
    if told["kind"] == "industry_status":
        # Each body publishes what it counted itself: another's count is of other enterprises.
        exactly = {**own, "quarter": period}
        return await reports.newest_rows(tx, "industries", region, exactly=exactly), []
    cohorts = await reports.newest_rows(tx, "cohorts", region)
    status = await reports.newest_rows(tx, "industries", region, exactly=own)
    return _until_year(cohorts, status, int(period))


def _until_year(cohorts: list[Row], status: list[Row], year: int) -> tuple[list[Row], list[Row]]:
    """Return the cohorts up to a year, and the newest quarter of industries up to its end."""
    quarters = {row["quarter"] for row in status if int(row["quarter"][:4]) <= year}
    newest = max(quarters, default="")
    return (
        [row for row in cohorts if row["entry_year"] <= year],
        [row for row in status if row["quarter"] == newest],
    )


def _cells(kind: str, region: str, rows: tuple[list[Row], list[Row]], least: int) -> list[Cell]:
    if kind == "outcomes":
        return release_outcomes(rows[0], least=least)
    if kind == "market":
        return release_market(rows[0], least=least)
    if kind == "fit":
        return release_fit(rows[0], rows[1], named_industries(region)[1])
    return release_industries(rows[0], least=least)
