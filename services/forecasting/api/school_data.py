"""Quality reports, priority majors and the registry of committees over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from services.forecasting.api.labour_desks import AtLabourDesk
from services.forecasting.contract.school_data import (
    CommitteeIn,
    CommitteeOut,
    CommitteesOut,
    PriorityMajorOut,
    PriorityMajorsOut,
    PriorityReasonOut,
    ProjectIn,
    ProjectOut,
    ProjectsOut,
    QualityReportIn,
    QualityReportLineOut,
    QualityReportOut,
)
from services.forecasting.domain.major import major_named
from services.forecasting.domain.organisation import pack_of, region_named
from services.forecasting.domain.school_data import PRIORITY_CLAUSES
from services.forecasting.flows import keep_school_data
from services.forecasting.store import school_data
from services.forecasting.store.rows import Row
from shared.http.caller import AnyCaller, Caller
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.http.versions import SeenVersion, set_etag
from shared.kernel.clock import china_day

router = new_router("schools and committees")

Region = Annotated[str | None, Query(pattern=r"^\d{2}(\d{2}){0,2}$", description="GB/T 2260")]
_NOTE = PriorityReasonOut(
    zh="仅列出理由，不作自动决定；招生计划与资金安排由主管部门决定。",
    en="Reasons only, no automatic decision: plans and funds are the authority's to decide.",
)


def _report(row: Row, response: Response) -> QualityReportOut:
    set_etag(response, row["version"])
    return QualityReportOut.model_validate(row)


@router.get("/quality-reports")
async def list_quality_reports(
    tx: InTx,
    caller: AnyCaller,
    paging: Paging,
    request: Request,
    response: Response,
    region: Region = None,
    year: Annotated[int | None, Query(ge=2000, le=2100)] = None,
    school: Annotated[str | None, Query(max_length=200, description="a school's name")] = None,
) -> Page[QualityReportLineOut]:
    """Return published annual quality reports, and to those who write them their drafts."""
    rows = await school_data.list_reports(
        tx,
        region=None if region is None else region_named(region),
        year=year,
        school=school,
        after=UUID(paging.after[0]) if paging.after else None,
        drafts=_writes(caller),
        limit=paging.limit,
    )
    shown, following = cut_page(
        rows, asked=paging, key=lambda row: (row["id"],), request=request, response=response
    )
    return Page(items=[QualityReportLineOut.model_validate(row) for row in shown], next=following)


@router.get("/quality-reports/{report_id}")
async def read_quality_report(
    report_id: UUID, tx: InTx, caller: AnyCaller, response: Response
) -> QualityReportOut:
    """Return one report, whole; a draft to those who write it."""
    found = await keep_school_data.find_report(tx, report_id, drafts=_writes(caller))
    return _report(found, response)


def _writes(caller: Caller | None) -> bool:
    """Whether the caller writes and publishes reports; whose they are, the rows' walls say."""
    return caller is not None and "labour:write" in caller.scopes


@router.post("/quality-reports", status_code=201, dependencies=[Keyed])
async def draft_quality_report(
    body: QualityReportIn, desk: AtLabourDesk, response: Response
) -> QualityReportOut:
    """Begin a school's report of a year."""
    row = await keep_school_data.draft_report(desk, body.model_dump())
    response.headers["Location"] = f"/v1/quality-reports/{row['id']}"
    return _report(row, response)


@router.put("/quality-reports/{report_id}")
async def put_quality_report(
    report_id: UUID,
    body: QualityReportIn,
    desk: AtLabourDesk,
    seen: SeenVersion,
    response: Response,
) -> QualityReportOut:
    """Write a draft anew."""
    row = await keep_school_data.change_report(desk, report_id, body.model_dump(), seen=seen)
    return _report(row, response)


@router.post("/quality-reports/{report_id}/publish", dependencies=[Keyed])
async def publish_quality_report(
    report_id: UUID, desk: AtLabourDesk, seen: SeenVersion, response: Response
) -> QualityReportOut:
    """Publish a report; it is not changed any more."""
    return _report(await keep_school_data.publish_report(desk, report_id, seen=seen), response)


@router.post("/majors/projects", status_code=201, dependencies=[Keyed])
async def add_major_project(body: ProjectIn, desk: AtLabourDesk) -> ProjectOut:
    """Keep what a major of one's school does together with industry."""
    return ProjectOut.model_validate(await keep_school_data.add_project(desk, body.model_dump()))


@router.get("/majors/projects")
async def list_own_projects(desk: AtLabourDesk) -> ProjectsOut:
    """Return the projects of the caller's school."""
    rows = await school_data.list_projects(desk.tx, org_id=desk.org_id)
    return ProjectsOut(items=[ProjectOut.model_validate(row) for row in rows])


@router.delete("/majors/projects/{project_id}", status_code=204)
async def remove_major_project(project_id: UUID, desk: AtLabourDesk) -> None:
    """Take one's own project away."""
    await keep_school_data.remove_project(desk, project_id)


@router.get("/priority-majors")
async def list_priority_majors(
    tx: InTx, request: Request, region: Annotated[str, Query(pattern=r"^\d{2}(\d{2}){0,2}$")]
) -> PriorityMajorsOut:
    """Return majors with reasons for a priority of enrolment and funds; no decision is made."""
    place = region_named(region)
    on = china_day(request.app.state.clock())
    found = await keep_school_data.list_priorities(tx, place, on=on)
    return PriorityMajorsOut(
        note=_NOTE,
        clause=PRIORITY_CLAUSES.get(pack_of(place)),
        items=[_priority(each) for each in found],
    )


def _priority(told: Row) -> PriorityMajorOut:
    return PriorityMajorOut.model_validate(
        {
            **told,
            "major_name": major_named(told["major_code"]).name,
            "projects": [ProjectOut.model_validate(row) for row in told["projects"]],
            "reasons": [PriorityReasonOut(zh=text.zh, en=text.en) for text in told["reasons"]],
        }
    )


@router.get("/registries/committees")
async def list_committees(tx: InTx, region: Region = None) -> CommitteesOut:
    """Return the industry teaching-guidance committees."""
    rows = await school_data.list_committees(tx, None if region is None else region_named(region))
    return CommitteesOut(total=len(rows), items=[CommitteeOut.model_validate(row) for row in rows])


@router.post("/registries/committees", status_code=201, dependencies=[Keyed])
async def register_committee(
    body: CommitteeIn, desk: AtLabourDesk, response: Response
) -> CommitteeOut:
    """Put a committee on the registry."""
    row = await keep_school_data.register_committee(desk, body.model_dump())
    set_etag(response, row["version"])
    return CommitteeOut.model_validate(row)


@router.put("/registries/committees/{committee_id}")
async def put_committee(
    committee_id: UUID,
    body: CommitteeIn,
    desk: AtLabourDesk,
    seen: SeenVersion,
    response: Response,
) -> CommitteeOut:
    """Write a committee's entry anew."""
    row = await keep_school_data.change_committee(desk, committee_id, body.model_dump(), seen=seen)
    set_etag(response, row["version"])
    return CommitteeOut.model_validate(row)
