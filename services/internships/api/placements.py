"""Placements over HTTP: found, answered, documented, started, assessed, ended."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Request, Response

from services.internships.api.callers import (
    AsStudent,
    BatchKeeper,
    Decider,
    InLanguage,
    PlacementHost,
    PlacementReader,
    school_of,
)
from services.internships.contract.placements import (
    AcceptedOut,
    AcceptIn,
    AssessmentIn,
    HostedPlacementOut,
    MaybeReasonIn,
    Origin,
    Paper,
    PaperAcceptancesIn,
    PapersIn,
    PlacementOut,
    PlacementReleaseIn,
    PlacementStateName,
    ReasonIn,
    StartReportOut,
)
from services.internships.domain.placement import PlacementNotFoundError, shown_state
from services.internships.domain.student import mask_number
from services.internships.flows import (
    decide_placement,
    keep_placement,
    plan_rounds,
    take_back_consent,
)
from services.internships.flows.keep_batches import load_batch
from services.internships.store import placements
from services.internships.store.rows import Row
from shared.events.audit import record
from shared.http.downloads import as_file
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.http.versions import SeenVersion, set_etag
from shared.kernel.errors import ForbiddenError
from shared.sheets import CSV, XLSX, write_csv, write_xlsx

router = new_router("placements")

BatchId = Annotated[UUID | None, Query()]
ClassName = Annotated[str | None, Query(max_length=80)]
Major = Annotated[str | None, Query(max_length=16, description="code or its beginning")]


@router.get("/placements")
async def list_placements(
    caller: PlacementReader,
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
    batch: BatchId = None,
    class_name: ClassName = None,
    major: Major = None,
    state: PlacementStateName | None = None,
    enterprise: UUID | None = None,
    origin: Origin | None = None,
    lacks: Paper | None = None,
) -> Page[PlacementOut]:
    """Return the placements of a school's students by class and number."""
    now = request.app.state.clock()
    rows = await placements.list_placements(
        tx,
        placements.of_school(school_of(caller)),
        placements.Sought(batch, class_name, major, state, enterprise, origin, lacks),
        now=now,
        after=paging.after,
        limit=paging.limit,
    )
    shown, following = cut_page(
        rows, asked=paging, key=_position, request=request, response=response
    )
    return Page(items=[_shown(row, request) for row in shown], next=following)


_HEADERS = {
    "enrolment_no": ("学籍号", "enrolment_no"),
    "student_name": ("姓名", "name"),
    "class_name": ("班级", "class_name"),
    "major_code": ("专业代码", "major_code"),
    "enterprise_name": ("实习单位", "enterprise"),
    "post_title": ("岗位", "post"),
    "state": ("状态", "state"),
    "origin": ("来源", "origin"),
    "start_on": ("开始日期", "start_on"),
    "end_on": ("结束日期", "end_on"),
    "teacher": ("指导教师", "teacher"),
    "mentor": ("企业导师", "mentor"),
}


@router.get("/placements/export", response_class=Response)
async def export_placements(
    caller: PlacementReader,
    tx: InTx,
    request: Request,
    language: InLanguage,
    batch: BatchId = None,
    file_format: Annotated[Literal["csv", "xlsx"], Query(alias="format")] = "xlsx",
) -> Response:
    """Return the placements of a school's students as a table."""
    now = request.app.state.clock()
    owner = placements.of_school(school_of(caller))
    sought = placements.Sought(batch_id=batch)
    rows = await placements.list_placements(tx, owner, sought, now=now, after=None, limit=None)
    headers = [names[0 if language == "zh" else 1] for names in _HEADERS.values()]
    cells = [[{**row, "state": shown_state(row, now)}[name] for name in _HEADERS] for row in rows]
    if file_format == "csv":
        return as_file(write_csv(headers, cells), media_type=CSV, name="placements.csv")
    return as_file(write_xlsx(headers, cells), media_type=XLSX, name="placements.xlsx")


@router.get("/placements/hosted")
async def list_hosted(
    caller: PlacementHost,
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
    state: PlacementStateName | None = None,
) -> Page[HostedPlacementOut]:
    """Return the placements that an enterprise hosts: accepted, with the student's consent."""
    if caller.org_id is None:
        raise ForbiddenError(needs="an enterprise (企业)")
    rows = await placements.list_placements(
        tx,
        placements.of_host(caller.org_id),
        placements.Sought(state=state),
        now=request.app.state.clock(),
        after=paging.after,
        limit=paging.limit,
    )
    shown, following = cut_page(
        rows, asked=paging, key=_position, request=request, response=response
    )
    # Students' data were read by another organisation: that is kept (PIPL 51, 55).
    facts = {"placements": len(shown)}
    await record(tx, caller, "placements.read_by_host", subject_id=caller.org_id, facts=facts)
    return Page(items=[_hosted(row) for row in shown], next=following)


@router.get("/placements/me")
async def list_own(
    _caller: Decider, student: AsStudent, tx: InTx, request: Request
) -> Page[PlacementOut]:
    """Return the caller's own placements."""
    rows = await placements.list_placements(
        tx,
        placements.of_student(student["id"]),
        placements.Sought(),
        now=request.app.state.clock(),
        after=None,
        limit=None,
    )
    return Page(items=[_shown(row, request) for row in rows], next=None)


@router.get("/placements/{placement_id}")
async def read_placement(
    placement_id: UUID, caller: PlacementReader, tx: InTx, request: Request, response: Response
) -> PlacementOut:
    """Return one placement of the school."""
    owner = placements.of_school(school_of(caller))
    found = await placements.find_placement(tx, owner, placement_id)
    if found is None:
        raise PlacementNotFoundError(placement_id=str(placement_id))
    return _tagged(found, request, response)


@router.post("/placements/{placement_id}/accept", dependencies=[Keyed])
async def accept(
    placement_id: UUID,
    body: AcceptIn,
    caller: Decider,
    student: AsStudent,
    tx: InTx,
    request: Request,
) -> PlacementOut:
    """Accept one's own placement."""
    found = await decide_placement.load_own(tx, student, placement_id)
    now = request.app.state.clock()
    accepted = await decide_placement.accept_placement(
        tx, caller, found, share_consent=body.share_consent, now=now
    )
    return _shown(accepted, request)


@router.post("/placements/{placement_id}/decline", dependencies=[Keyed])
async def decline(
    placement_id: UUID,
    body: MaybeReasonIn,
    caller: Decider,
    student: AsStudent,
    tx: InTx,
    request: Request,
) -> PlacementOut:
    """Decline one's own placement."""
    found = await decide_placement.load_own(tx, student, placement_id)
    declined = await decide_placement.decline_placement(tx, caller, found, reason=body.reason)
    return _shown(declined, request)


@router.post("/placements/{placement_id}/float", dependencies=[Keyed])
async def keep_and_float(
    placement_id: UUID, caller: Decider, student: AsStudent, tx: InTx, request: Request
) -> PlacementOut:
    """Keep one's proposed placement while the next round may give an earlier wish."""
    found = await decide_placement.load_own(tx, student, placement_id)
    now = request.app.state.clock()
    return _shown(await plan_rounds.keep_and_float(tx, caller, found, now=now), request)


@router.put("/placements/{placement_id}/share-consent")
async def give_share_consent(
    placement_id: UUID, caller: Decider, student: AsStudent, tx: InTx, request: Request
) -> PlacementOut:
    """Consent anew that one's data reach the host of a placement."""
    found = await decide_placement.load_own(tx, student, placement_id)
    now = request.app.state.clock()
    return _shown(await take_back_consent.share_again(tx, caller, found, now=now), request)


@router.delete("/placements/{placement_id}/share-consent")
async def withdraw_share_consent(
    placement_id: UUID, caller: Decider, student: AsStudent, tx: InTx, request: Request
) -> PlacementOut:
    """Take back the consent that one's data reach the host: it sees the placement no longer."""
    found = await decide_placement.load_own(tx, student, placement_id)
    now = request.app.state.clock()
    return _shown(await take_back_consent.stop_sharing(tx, caller, found, now=now), request)


@router.post("/batches/{batch_id}/acceptances", dependencies=[Keyed])
async def accept_on_paper(
    batch_id: UUID, body: PaperAcceptancesIn, caller: BatchKeeper, tx: InTx, request: Request
) -> AcceptedOut:
    """Enter acceptances that students signed on paper, with their days."""
    school_id = school_of(caller)
    await load_batch(tx, school_id, batch_id)
    items = [
        (item.placement_id, item.signed_on, item.share_consent_signed_on) for item in body.items
    ]
    count = await decide_placement.accept_on_paper(
        tx, caller, school_id, batch_id=batch_id, items=items, now=request.app.state.clock()
    )
    return AcceptedOut(accepted=count)


@router.patch("/placements/{placement_id}")
async def patch_papers(
    placement_id: UUID,
    body: PapersIn,
    caller: BatchKeeper,
    seen: SeenVersion,
    tx: InTx,
    request: Request,
    response: Response,
) -> PlacementOut:
    """Keep a placement's papers: people, consent, agreement, insurance, training, filing."""
    found = await keep_placement.load_placement(tx, school_of(caller), placement_id)
    told = body.model_dump(mode="json", exclude_unset=True)
    if "safety_trained_on" in told:
        told["safety_trained_on"] = body.safety_trained_on
    kept = await keep_placement.keep_papers(tx, caller, found, changes=told, seen=seen)
    return _tagged(kept, request, response)


@router.get("/placements/{placement_id}/report")
async def read_report(
    placement_id: UUID, caller: BatchKeeper, tx: InTx, request: Request
) -> StartReportOut:
    """Say what must still hold before the placement may start."""
    found = await keep_placement.load_placement(tx, school_of(caller), placement_id)
    report = await keep_placement.check_start(tx, found, **_means(request))
    return StartReportOut.model_validate(report)


@router.post("/placements/{placement_id}/releases", status_code=201, dependencies=[Keyed])
async def release(
    placement_id: UUID, body: PlacementReleaseIn, caller: BatchKeeper, tx: InTx, request: Request
) -> StartReportOut:
    """Let one finding pass, as a named person and with the reason."""
    found = await keep_placement.load_placement(tx, school_of(caller), placement_id)
    report = await keep_placement.release_finding(
        tx, caller, found, rule=body.rule, reason=body.reason, **_means(request)
    )
    return StartReportOut.model_validate(report)


@router.post("/placements/{placement_id}/start", dependencies=[Keyed])
async def start(
    placement_id: UUID, caller: BatchKeeper, tx: InTx, request: Request, response: Response
) -> PlacementOut:
    """Start a placement whose papers are complete."""
    found = await keep_placement.load_placement(tx, school_of(caller), placement_id)
    started = await keep_placement.start_placement(tx, caller, found, **_means(request))
    return _tagged(started, request, response)


@router.post("/placements/{placement_id}/assess", dependencies=[Keyed])
async def assess(
    placement_id: UUID,
    body: AssessmentIn,
    caller: BatchKeeper,
    tx: InTx,
    request: Request,
    response: Response,
) -> PlacementOut:
    """Write the joint assessment."""
    found = await keep_placement.load_placement(tx, school_of(caller), placement_id)
    now = request.app.state.clock()
    assessed = await keep_placement.assess_placement(
        tx, caller, found, told=body.model_dump(mode="json"), now=now
    )
    return _tagged(assessed, request, response)


@router.post("/placements/{placement_id}/end", dependencies=[Keyed])
async def end(
    placement_id: UUID,
    body: MaybeReasonIn,
    caller: BatchKeeper,
    tx: InTx,
    request: Request,
    response: Response,
) -> PlacementOut:
    """End a placement."""
    found = await keep_placement.load_placement(tx, school_of(caller), placement_id)
    now = request.app.state.clock()
    ended = await keep_placement.end_placement(tx, caller, found, reason=body.reason, now=now)
    return _tagged(ended, request, response)


@router.post("/placements/{placement_id}/cancel", dependencies=[Keyed])
async def cancel(
    placement_id: UUID,
    body: ReasonIn,
    caller: BatchKeeper,
    tx: InTx,
    request: Request,
    response: Response,
) -> PlacementOut:
    """Take a placement back."""
    found = await keep_placement.load_placement(tx, school_of(caller), placement_id)
    cancelled = await keep_placement.cancel_placement(
        tx, caller, found, reason=body.reason, now=request.app.state.clock()
    )
    return _tagged(cancelled, request, response)


def _means(request: Request) -> dict[str, Any]:
    return {
        "organisations": request.app.state.organisations,
        "now": request.app.state.clock(),
    }


def _position(row: Row) -> tuple[Any, ...]:
    return row["class_name"], row["enrolment_no"], row["id"]


def _shown(row: Row, request: Request) -> PlacementOut:
    return PlacementOut.model_validate(
        {**row, "state": shown_state(row, request.app.state.clock())}
    )


def _tagged(row: Row, request: Request, response: Response) -> PlacementOut:
    set_etag(response, row["version"])
    return _shown(row, request)


def _hosted(row: Row) -> HostedPlacementOut:
    return HostedPlacementOut.model_validate(
        {**row, "enrolment_no_masked": mask_number(row["enrolment_no"])}
    )
