"""Rounds over HTTP: solved as a job, published by a person, explained to each student."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse

from services.internships.api.callers import (
    AsStudent,
    BatchKeeper,
    InLanguage,
    PlacementReader,
    Wisher,
    is_student,
    school_of,
    student_if_one,
)
from services.internships.contract.addresses import ROOM
from services.internships.contract.rounds import (
    CutoffOut,
    ExplanationOut,
    ResultOut,
    RoundOut,
    RoundStartedOut,
)
from services.internships.domain.round import (
    ResultNotFoundError,
    RoundNotFoundError,
    RoundState,
    require_round_state,
)
from services.internships.domain.round_reason import SHOWN_FROM, shown_cutoff
from services.internships.flows.explain_result import explain_result
from services.internships.flows.keep_batches import load_batch
from services.internships.flows.publish_round import load_round, publish_round
from services.internships.flows.solve_round import start_round
from services.internships.store import batches, rounds
from services.internships.store.rows import Row
from shared.db.session import Tx
from shared.files import FileStore
from shared.http.caller import Caller, SignedIn
from shared.http.downloads import as_file
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.jobs.queue import accepted
from shared.sheets import CSV, XLSX, write_csv, write_xlsx

router = new_router("rounds")

Placed = Annotated[Literal["true", "false"] | None, Query(description="only the (un)placed")]
Major = Annotated[str | None, Query(max_length=16, description="code or its beginning")]
ClassName = Annotated[str | None, Query(max_length=80)]


@router.post("/batches/{batch_id}/rounds", status_code=202, dependencies=[Keyed])
async def create_round(
    batch_id: UUID, caller: BatchKeeper, tx: InTx, request: Request, response: Response
) -> RoundStartedOut:
    """Clear a batch: deferred acceptance under the school's priorities and the public lottery."""
    batch = await load_batch(tx, school_of(caller), batch_id, lock=True)
    round_id, job_id = await start_round(tx, caller, batch, now=request.app.state.clock())
    told = accepted(response, ROOM, job_id)
    return RoundStartedOut(round_id=round_id, job_id=job_id, location=told.location)


@router.get("/rounds/{round_id}")
async def read_round(round_id: UUID, caller: SignedIn, tx: InTx) -> RoundOut:
    """Return a round with its numbers, seed and manifest; a student's once it is published."""
    return await _shown(tx, await _visible_round(tx, caller, round_id))


@router.get("/batches/{batch_id}/round")
async def read_round_of_batch(
    batch_id: UUID,
    caller: SignedIn,
    tx: InTx,
    number: Annotated[int | None, Query(ge=1, le=5, description="of its rounds")] = None,
) -> RoundOut:
    """Return the last round of a batch that the caller may see, or the one of this number."""
    listed = await rounds.list_rounds_of(tx, batch_id, published=is_student(caller))
    found = [each for each in listed if number in {None, each["number"]}]
    if not found:
        raise RoundNotFoundError(batch_id=str(batch_id))
    return await _shown(tx, await _visible_round(tx, caller, found[-1]["id"]))


@router.get("/batches/{batch_id}/rounds")
async def list_rounds(batch_id: UUID, caller: SignedIn, tx: InTx) -> list[RoundOut]:
    """Return the rounds of a batch, the first one first; a student's are those published."""
    listed = await rounds.list_rounds_of(tx, batch_id, published=is_student(caller))
    if not listed:  # no round yet, or none that the caller may know of: the same answer
        raise RoundNotFoundError(batch_id=str(batch_id))
    return [await _shown(tx, await _visible_round(tx, caller, each["id"])) for each in listed]


@router.post("/rounds/{round_id}/publish", dependencies=[Keyed])
async def publish(round_id: UUID, caller: BatchKeeper, tx: InTx, request: Request) -> RoundOut:
    """Publish a round: each placed student is proposed a placement, to be accepted in time."""
    found = await load_round(tx, school_of(caller), round_id, lock=True)
    now = request.app.state.clock()
    return await _shown(tx, await publish_round(tx, caller, found, now=now))


@router.get("/rounds/{round_id}/certificate", response_class=StreamingResponse)
async def download_certificate(
    round_id: UUID, caller: PlacementReader, tx: InTx, request: Request
) -> StreamingResponse:
    """Return the round's files, which `chanjiao match verify` checks."""
    found = await load_round(tx, school_of(caller), round_id)
    require_round_state(found["state"], RoundState.PROPOSED, RoundState.PUBLISHED)
    files: FileStore = request.app.state.files
    name = f"round-{round_id}.zip"
    return StreamingResponse(
        files.stream(found["certificate_sha256"]),
        media_type="application/zip",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


@router.get("/rounds/{round_id}/results")
async def list_results(
    round_id: UUID,
    caller: PlacementReader,
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
    placed: Placed = None,
    major: Major = None,
    class_name: ClassName = None,
) -> Page[ResultOut]:
    """Return the results of a round by class and number."""
    await load_round(tx, school_of(caller), round_id)
    rows = await rounds.list_results(
        tx,
        round_id,
        placed=None if placed is None else placed == "true",
        major=major,
        class_name=class_name,
        after=paging.after,
        limit=paging.limit,
    )
    shown, following = cut_page(
        rows,
        asked=paging,
        key=lambda row: (row["class_name"], row["enrolment_no"]),
        request=request,
        response=response,
    )
    return Page(items=[ResultOut.model_validate(row) for row in shown], next=following)


@router.get("/rounds/{round_id}/cutoffs")
async def list_cutoffs(
    round_id: UUID,
    caller: PlacementReader,
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
) -> Page[CutoffOut]:
    """Return the cut-offs of posts where at least five were placed, the most sought first."""
    found = await load_round(tx, school_of(caller), round_id)
    require_round_state(found["state"], RoundState.PROPOSED, RoundState.PUBLISHED)
    rows = await rounds.list_cutoffs(
        tx, round_id, placed_from=SHOWN_FROM, after=paging.after, limit=paging.limit
    )
    shown, following = cut_page(
        rows,
        asked=paging,
        key=lambda row: (row["turned_away"], row["post_id"]),
        request=request,
        response=response,
    )
    items = [CutoffOut.model_validate({**row, "cutoff": shown_cutoff(row)}) for row in shown]
    return Page(items=items, next=following)


_HEADERS = {
    "enrolment_no": ("学籍号", "enrolment_no"),
    "name": ("姓名", "name"),
    "class_name": ("班级", "class_name"),
    "major_code": ("专业代码", "major_code"),
    "wishes": ("志愿数", "wishes"),
    "placed_rank": ("匹配志愿", "placed_rank"),
    "post_title": ("岗位", "post"),
    "enterprise_name": ("企业", "enterprise"),
}


@router.get("/rounds/{round_id}/results/export", response_class=Response)
async def export_results(
    round_id: UUID,
    caller: PlacementReader,
    tx: InTx,
    language: InLanguage,
    file_format: Annotated[Literal["csv", "xlsx"], Query(alias="format")] = "xlsx",
) -> Response:
    """Return all results of a round as a table."""
    await load_round(tx, school_of(caller), round_id)
    rows = await rounds.list_results(
        tx, round_id, placed=None, major=None, class_name=None, after=None, limit=None
    )
    headers = [names[0 if language == "zh" else 1] for names in _HEADERS.values()]
    cells = [[row[name] for name in _HEADERS] for row in rows]
    if file_format == "csv":
        return as_file(write_csv(headers, cells), media_type=CSV, name="results.csv")
    return as_file(write_xlsx(headers, cells), media_type=XLSX, name="results.xlsx")


@router.get("/rounds/{round_id}/explain")
async def explain(
    round_id: UUID, student: UUID, caller: PlacementReader, tx: InTx
) -> ExplanationOut:
    """Say why a student was placed where they were; for the school's office."""
    found = await load_round(tx, school_of(caller), round_id)
    require_round_state(found["state"], RoundState.PROPOSED, RoundState.PUBLISHED)
    return ExplanationOut.model_validate(await explain_result(tx, found, student))


@router.get("/rounds/{round_id}/explain/me")
async def explain_own(
    round_id: UUID, caller: Wisher, student: AsStudent, tx: InTx
) -> ExplanationOut:
    """Say why the caller was placed where they were: each wish, its line, what was needed."""
    found = await load_round(tx, school_of(caller), round_id)
    if found["state"] != RoundState.PUBLISHED:
        raise ResultNotFoundError
    return ExplanationOut.model_validate(await explain_result(tx, found, student["id"]))


async def _visible_round(tx: Tx, caller: Caller, round_id: UUID) -> Row:
    found = await load_round(tx, school_of(caller), round_id)
    student = await student_if_one(caller, tx)
    hidden = found["state"] != RoundState.PUBLISHED
    if student is not None:
        entry = await batches.find_entry(tx, found["batch_id"], student["id"])
        if hidden or entry is None:
            raise RoundNotFoundError(round_id=str(round_id))
    return found


async def _shown(tx: Tx, found: Row) -> RoundOut:
    batch = await batches.find_batch(tx, found["batch_id"])
    commitment = batch["seed_commitment"] if batch else None
    return RoundOut.model_validate({**found, "seed_commitment": commitment})
