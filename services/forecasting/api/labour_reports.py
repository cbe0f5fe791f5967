"""Reports on the labour market over HTTP: a file per kind, its template, what one has sent."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Request, Response

from services.forecasting.api.labour_desks import AtLabourDesk, InLanguage
from services.forecasting.contract.labour_reports import ReportedRowOut
from services.forecasting.domain.report_columns import FORMS, ReportKind
from services.forecasting.flows.import_reports import KIND, sender_facts
from services.forecasting.store import reports
from shared.http.caller import SignedIn
from shared.http.downloads import as_file
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import Keyed
from shared.http.service import new_router
from shared.jobs.queue import JobAccepted
from shared.jobs.uploads import UPLOAD, import_upload
from shared.sheets import XLSX, FileEmptyError, write_template

router = new_router("labour reports")

Truth = Literal["true", "false"]


@router.post("/labour-reports/{kind}", status_code=202, dependencies=[Keyed], openapi_extra=UPLOAD)
async def import_labour_report(
    kind: ReportKind,
    request: Request,
    response: Response,
    desk: AtLabourDesk,
    partial: Annotated[Truth, Query(description="write the good rows of a faulty file")] = "false",
) -> JobAccepted:
    """Take a table as CSV (UTF-8 or GBK), XLSX or JSON; a job checks and appends its rows."""
    if not (await request.body()).strip():
        raise FileEmptyError
    sender = await sender_facts(desk, kind)
    more = {"kind": kind, "sender": sender, "partial": partial == "true"}
    return await import_upload(
        request, response, tx=desk.tx, caller=desk.caller, kind=KIND, more=more
    )


@router.get("/labour-reports/{kind}/template.xlsx", response_class=Response)
async def labour_report_template(
    kind: ReportKind,
    _caller: SignedIn,
    language: InLanguage,
    lang: Annotated[Literal["zh", "en"] | None, Query()] = None,
) -> Response:
    """Return an empty workbook with the headers, an example, and what each column means."""
    chosen = lang or language
    content = write_template(FORMS[kind].columns, chosen, sheet=kind)
    return as_file(content, media_type=XLSX, name=f"{kind}.xlsx")


@router.get("/labour-reports/{kind}")
async def list_labour_reports(
    kind: ReportKind, desk: AtLabourDesk, paging: Paging, request: Request, response: Response
) -> Page[ReportedRowOut]:
    """Return the rows that the caller's organisation has reported, the newest first."""
    after = UUID(paging.after[0]) if paging.after else None
    rows = await reports.list_own(desk.tx, kind, desk.org_id, after=after, limit=paging.limit)
    shown, following = cut_page(
        rows, asked=paging, key=lambda row: (row["id"],), request=request, response=response
    )
    return Page(items=[ReportedRowOut.model_validate(row) for row in shown], next=following)
