"""Released figures over HTTP: employment by major and by industry, and their publishing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Query, Response

from services.forecasting.api.labour_desks import AtLabourDesk
from services.forecasting.api.names import major_name, occupation_name, region_name
from services.forecasting.contract.addresses import ROOM
from services.forecasting.contract.releases import (
    FitIndustryOut,
    FitMajorOut,
    FitOut,
    IndustryStatusesOut,
    IndustryStatusOut,
    LabourReleaseIn,
    LabourReleaseOut,
    LabourReleasesOut,
    MajorOutcomeOut,
    MajorOutcomesOut,
    OutcomeOut,
    OutcomesOut,
    ReleaseKindName,
    SeekerRatioOut,
    SeekerRatiosOut,
)
from services.forecasting.domain.fit import WHOLE
from services.forecasting.domain.major import major_named
from services.forecasting.domain.named_industries import READING, named_industries
from services.forecasting.domain.organisation import region_named
from services.forecasting.flows.release_figures import KIND, ask_release
from services.forecasting.store import releases
from services.forecasting.store.rows import Row
from shared.catalogues.industries import find_industry
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.jobs.queue import JobAccepted, accepted, start_job
from shared.policies.library import get_pack

router = new_router("employment status")

Region = Annotated[str | None, Query(pattern=r"^\d{2}(\d{2}){0,2}$", description="GB/T 2260")]
Quarter = Annotated[str | None, Query(pattern=r"^\d{4}Q[1-4]$", examples=["2026Q1"])]


@router.post("/labour-releases", status_code=202, dependencies=[Keyed])
async def release_labour_figures(
    body: LabourReleaseIn, desk: AtLabourDesk, response: Response
) -> JobAccepted:
    """Publish figures of a place and period; a job hides small cells and audits that."""
    told = await ask_release(desk, body.kind, region=body.region, period=body.period)
    return accepted(response, ROOM, await start_job(desk.tx, desk.caller, KIND, told))


@router.get("/labour-releases")
async def list_labour_releases(
    tx: InTx,
    kind: Annotated[ReleaseKindName, Query()],
    region: Region = None,
    period: Annotated[str | None, Query(pattern=r"^\d{4}(Q[1-4])?$")] = None,
) -> LabourReleasesOut:
    """Return the newest release of each place, period and publisher."""
    place = None if region is None else region_named(region)
    rows = await releases.list_releases(tx, kind, period=period, region=place)
    return LabourReleasesOut(items=[LabourReleaseOut.model_validate(row) for row in rows])


def _rule(rows: list[Row]) -> dict[str, Any] | None:
    return rows[0]["facts"] if rows else None


@router.get("/majors/{code}/outcomes")
async def read_major_outcomes(
    code: str,
    tx: InTx,
    year: Annotated[int | None, Query(ge=1990, le=2100)] = None,
    region: Region = None,
    school: Annotated[str | None, Query(max_length=200, description="a school's name")] = None,
) -> OutcomesOut:
    """Return where graduates of a major went, as released; years side by side without `year`."""
    major = major_named(code)
    rows = await releases.list_cells(
        tx,
        "outcomes",
        period=None if year is None else str(year),
        region=None if region is None else region_named(region),
        code=major.code,
        school=school,
    )
    return OutcomesOut(
        major_code=major.code,
        major_name=major.name,
        rule=_rule(rows),
        items=[
            OutcomeOut.model_validate({**row, **row["body"], "year": int(row["period"])})
            for row in rows
        ],
    )


@router.get("/majors/outcomes")
async def list_outcomes_by_major(
    tx: InTx,
    region: Annotated[str, Query(pattern=r"^\d{2}(\d{2}){0,2}$", description="GB/T 2260")],
    year: Annotated[int, Query(ge=1990, le=2100)],
    school: Annotated[
        str, Query(max_length=200, description="a school's name; default: all schools together")
    ] = "",
) -> MajorOutcomesOut:
    """Return where graduates of every major went, as released for a place and year."""
    rows = await releases.list_cells(
        tx, "outcomes", period=str(year), region=region_named(region), code=None, school=school
    )
    return MajorOutcomesOut(
        rule=_rule(rows),
        items=[
            MajorOutcomeOut.model_validate(
                {
                    **row,
                    **row["body"],
                    "year": year,
                    "major_code": row["code"],
                    "major_name": major_name(row["code"]),
                }
            )
            for row in rows
        ],
    )


@router.get("/industry-status")
async def read_industry_status(
    tx: InTx,
    period: Quarter = None,
    region: Region = None,
    industry: Annotated[str | None, Query(max_length=5, description="GB/T 4754")] = None,
) -> IndustryStatusesOut:
    """Return the employment status of industries, as authorities and bodies released it."""
    asked = find_industry(industry) if industry else None
    rows = await releases.list_cells(
        tx,
        "industry_status",
        period=period,
        region=None if region is None else region_named(region),
        code=asked.code if asked else industry,
    )
    return IndustryStatusesOut(rule=_rule(rows), items=[_industry(row) for row in rows])


def _industry(row: Row) -> IndustryStatusOut:
    found = find_industry(row["code"])
    named = {"industry_code": row["code"], "industry_name": found.name if found else row["code"]}
    return IndustryStatusOut.model_validate({**row, **row["body"], **named})


@router.get("/posts-per-seeker")
async def read_posts_per_seeker(
    tx: InTx,
    region: Region = None,
    quarter: Quarter = None,
    occupation: Annotated[str | None, Query(max_length=12)] = None,
) -> SeekerRatiosOut:
    """Return 求人倍率: posts per registered seeker, as released quarter by quarter."""
    rows = await releases.list_cells(
        tx,
        "market",
        period=quarter,
        region=None if region is None else region_named(region),
        code=occupation,
    )
    return SeekerRatiosOut(
        rule=_rule(rows),
        items=[
            SeekerRatioOut.model_validate(
                {
                    **row,
                    **row["body"],
                    "quarter": row["period"],
                    "occupation_code": row["code"],
                    "occupation_name": occupation_name(row["code"]),
                }
            )
            for row in rows
        ],
    )


@router.get("/regions/{code}/fit")
async def read_region_fit(
    code: str,
    tx: InTx,
    year: Annotated[int | None, Query(ge=1990, le=2100)] = None,
) -> FitOut:
    """Return how enrolment follows the industries that the region's document names."""
    place = region_named(code)
    rows = await releases.list_cells(
        tx, "fit", period=None if year is None else str(year), region=place, code=None
    )
    rows = [row for row in rows if row["release_id"] == rows[0]["release_id"]]
    pack, named = named_industries(place)
    whole = next((row["body"] for row in rows if row["code"] == WHOLE), {})
    order = [each.key for each in named]
    parts = [row["body"] for row in rows if row["code"] != WHOLE]
    parts.sort(key=lambda body: order.index(body["key"]) if body["key"] in order else len(order))
    return FitOut.model_validate(
        {
            "region_code": place,
            "region_name": region_name(place),
            "pack": pack,
            "document": next(iter(get_pack(pack).documents.values())).number if named else None,
            "reading_zh": READING.zh,
            "reading_en": READING.en,
            "period": rows[0]["period"] if rows else None,
            "score": whole.get("score"),
            "compared": whole.get("compared", 0),
            "named": len(named),
            "coverage": whole.get("coverage"),
            "entry_year": whole.get("entry_year"),
            "enrolled_total": whole.get("enrolled_total"),
            "industries": [_fit_industry(body) for body in parts],
            "published_at": rows[0]["published_at"] if rows else None,
        }
    )


def _fit_industry(body: Mapping[str, Any]) -> FitIndustryOut:
    return FitIndustryOut.model_validate(
        {
            **body,
            "name_zh": body["name"]["zh"],
            "name_en": body["name"]["en"],
            "major_classes": body["classes"],
            "majors": [
                FitMajorOut(
                    major_class=each["class"],
                    major_code=each["major_code"],
                    major_name=major_name(each["major_code"]),
                    enrolled=each["enrolled"],
                )
                for each in body["majors"]
            ],
        }
    )
