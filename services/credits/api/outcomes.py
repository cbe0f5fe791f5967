"""Outcomes, their evidence and suggestions over HTTP."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import Table

from services.credits.api.callers import (
    OFFICE,
    Applicant,
    AsLearner,
    OwnOrSchool,
    school_of,
)
from services.credits.api.credit_desks import desk_of
from services.credits.contract.outcomes import (
    CreditOutcomeOut,
    LevelOut,
    OutcomeEvidenceOut,
    OutcomeFacts,
    OutcomeIn,
    OutcomeKindOut,
    OutcomeKindsOut,
    OutcomeWithEvidenceOut,
    SuggestionOut,
    SuggestionsOut,
)
from services.credits.domain.learner import LearnerNotFoundError
from services.credits.domain.outcome import EvidenceTypeError, OutcomeNotFoundError
from services.credits.domain.outcome_kind import AWARDS, FORMS, KINDS
from services.credits.flows import register_outcomes
from services.credits.flows.register_outcomes import Registering
from services.credits.flows.suggest_courses import suggest_courses
from services.credits.store.courses import find_learners
from services.credits.store.rows import Row, find_row, page_rows
from services.credits.store.tables_outcomes import evidence_files, outcomes
from shared.db.session import Tx
from shared.files import as_stream
from shared.http.caller import Caller, SignedIn
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.http.versions import SeenVersion, set_etag
from shared.kernel.clock import china_day
from shared.kernel.errors import ForbiddenError, Text

router = new_router("outcomes")

EVIDENCE_BYTES_MAX = 20 * 1024 * 1024
_MAGIC = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"{": "application/json",
}
_FILE = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in (*_MAGIC.values(), "application/octet-stream")
        },
    }
}


@router.get("/outcomes/kinds")
async def read_outcome_kinds(_caller: SignedIn) -> OutcomeKindsOut:
    """Return every kind of outcome with its enumerated levels, awards and forms."""

    def levels(known: dict[str, Text]) -> list[LevelOut]:
        return [LevelOut(value=name, zh=text.zh, en=text.en) for name, text in known.items()]

    return OutcomeKindsOut(
        items=[
            OutcomeKindOut(
                kind=kind.name,
                zh=kind.title.zh,
                en=kind.title.en,
                levels=levels(dict(kind.levels)),
                awards=levels(dict(AWARDS)) if kind.awarded else [],
                forms=levels(dict(FORMS)) if kind.awarded else [],
                numbered=kind.numbered,
            )
            for kind in KINDS.values()
        ]
    )


def _registering(request: Request, caller: Caller, source: str) -> Registering:
    today = china_day(request.app.state.clock())
    return Registering(caller, source, request.app.state.settings.secret, today)


async def holder_of(tx: Tx, caller: Caller, own: Row | None, learner_id: UUID | None) -> Row:
    """Return whose outcome it is: the student's own, or the learner that the office names."""
    if own is not None:
        return own
    if OFFICE not in caller.scopes:
        raise ForbiddenError(needs=OFFICE)
    found = await find_learners(tx, school_of(caller), [learner_id] if learner_id else [])
    if learner_id is None or learner_id not in found:
        raise LearnerNotFoundError(learner_id=str(learner_id))
    return found[learner_id]


@router.post("/outcomes", status_code=201, dependencies=[Keyed])
async def register_outcome(
    body: OutcomeIn,
    own: OwnOrSchool,
    caller: SignedIn,
    tx: InTx,
    request: Request,
    response: Response,
) -> CreditOutcomeOut:
    """Register an outcome: a student's own, or a learner's by the office."""
    learner = await holder_of(tx, caller, own, body.learner_id)
    values = body.model_dump(exclude={"learner_id"})
    made = await register_outcomes.register_outcome(
        tx, learner, values, _registering(request, caller, "api")
    )
    response.headers["Location"] = f"/v1/outcomes/{made['id']}"
    set_etag(response, made["version"])
    return CreditOutcomeOut.model_validate(made)


@router.post("/outcomes/credentials", status_code=201, dependencies=[Keyed], openapi_extra=_FILE)
async def take_over_credential(
    _caller: Applicant,
    learner: AsLearner,
    tx: InTx,
    request: Request,
    response: Response,
    kind: Annotated[str, Query(pattern="^(school_course|enterprise_course|online_course)$")],
    stage: Annotated[str | None, Query(max_length=32)] = None,
    hours: Annotated[int | None, Query(ge=1, le=20_000)] = None,
) -> CreditOutcomeOut:
    """Register what a signed credential of another platform certifies, after verifying it."""
    body = await request.body()
    values = {
        "kind": kind,
        "stage": stage,
        "hours": hours,
        **dict.fromkeys(("issuer_id", "level", "award", "form", "weeks", "score", "grade")),
        "competencies": [],
        "online": kind == "online_course",
        "description": "",
        "supervisors": [],
    }
    state = request.app.state
    made = await register_outcomes.take_over_credential(
        tx,
        learner,
        body,
        _registering(request, _caller, "credential"),
        values=values,
        issuing=state.issuing,
        now=state.clock(),
    )
    kept = await state.files.keep(as_stream(body), bytes_max=EVIDENCE_BYTES_MAX)
    media_type = _media_type(body)
    await register_outcomes.keep_evidence(
        tx, _caller, made, kept=kept, name="credential", media_type=media_type
    )
    response.headers["Location"] = f"/v1/outcomes/{made['id']}"
    set_etag(response, made["version"])
    return CreditOutcomeOut.model_validate(made)


@router.get("/outcomes")
async def list_outcomes(
    own: OwnOrSchool,
    caller: SignedIn,
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
    learner_id: Annotated[UUID | None, Query()] = None,
) -> Page[CreditOutcomeOut]:
    """Return outcomes, the newest first: a student's own, or the school's."""
    table = outcomes.c
    whose = own["id"] if own else learner_id
    where = [table.learner_id == whose] if whose else []
    rows = await page_rows(
        tx,
        outcomes,
        table.school_id == school_of(caller),
        *where,
        after=paging.after,
        limit=paging.limit,
    )
    shown, following = cut_page(
        rows, asked=paging, key=lambda row: (row["id"],), request=request, response=response
    )
    return Page(items=[CreditOutcomeOut.model_validate(row) for row in shown], next=following)


@router.get("/outcomes/{outcome_id}")
async def read_outcome(
    outcome_id: UUID, own: OwnOrSchool, caller: SignedIn, tx: InTx, response: Response
) -> OutcomeWithEvidenceOut:
    """Return one outcome with its evidence."""
    found = await register_outcomes.load_outcome(tx, school_of(caller), outcome_id, learner=own)
    set_etag(response, found["version"])
    evidence = await register_outcomes.list_evidence(tx, outcome_id)
    return OutcomeWithEvidenceOut.model_validate({**found, "evidence": evidence})


@router.put("/outcomes/{outcome_id}")
async def correct_outcome(
    outcome_id: UUID,
    body: OutcomeFacts,
    own: OwnOrSchool,
    caller: SignedIn,
    seen: SeenVersion,
    tx: InTx,
    request: Request,
    response: Response,
) -> CreditOutcomeOut:
    """Correct an outcome that no live application is about."""
    found = await register_outcomes.load_outcome(
        tx, school_of(caller), outcome_id, learner=own, lock=True
    )
    if own is None and OFFICE not in caller.scopes:
        raise ForbiddenError(needs=OFFICE)
    changed = await register_outcomes.change_outcome(
        tx, found, body.model_dump(), _registering(request, caller, found["source"]), seen=seen
    )
    set_etag(response, changed["version"])
    return CreditOutcomeOut.model_validate(changed)


@router.delete("/outcomes/{outcome_id}")
async def withdraw_outcome(
    outcome_id: UUID, own: OwnOrSchool, caller: SignedIn, seen: SeenVersion, tx: InTx
) -> CreditOutcomeOut:
    """Take back an outcome that no live application is about."""
    found = await register_outcomes.load_outcome(
        tx, school_of(caller), outcome_id, learner=own, lock=True
    )
    if own is None and OFFICE not in caller.scopes:
        raise ForbiddenError(needs=OFFICE)
    withdrawn = await register_outcomes.withdraw_outcome(tx, caller, found, seen=seen)
    return CreditOutcomeOut.model_validate(withdrawn)


@router.post(
    "/outcomes/{outcome_id}/evidence",
    status_code=201,
    dependencies=[Keyed],
    openapi_extra=_FILE,
)
async def upload_evidence(
    outcome_id: UUID,
    own: OwnOrSchool,
    caller: SignedIn,
    tx: InTx,
    request: Request,
    name: Annotated[str, Query(min_length=1, max_length=200)] = "evidence",
) -> OutcomeEvidenceOut:
    """Attach a file (PDF, PNG, JPEG, JSON; 20 MiB at most) under the hash of its content."""
    found = await register_outcomes.load_outcome(tx, school_of(caller), outcome_id, learner=own)
    if own is None and OFFICE not in caller.scopes:
        raise ForbiddenError(needs=OFFICE)
    body = await request.body()
    media_type = _media_type(body)
    kept = await request.app.state.files.keep(as_stream(body), bytes_max=EVIDENCE_BYTES_MAX)
    row = await register_outcomes.keep_evidence(
        tx, caller, found, kept=kept, name=name, media_type=media_type
    )
    return OutcomeEvidenceOut.model_validate(row)


def _media_type(body: bytes) -> str:
    """Return the type by the content's own sign: what a header says proves nothing."""
    for magic, media_type in _MAGIC.items():
        if body.lstrip()[:8].startswith(magic):
            return media_type
    raise EvidenceTypeError(bytes_max=EVIDENCE_BYTES_MAX)


@router.get("/evidence-files/{evidence_id}", response_class=Response)
async def read_evidence(
    evidence_id: UUID, own: OwnOrSchool, caller: SignedIn, tx: InTx, request: Request
) -> Response:
    """Return a file of evidence: to its holder, and to the school's office and reviewers."""
    row = await _own_row(tx, evidence_files, school_of(caller), evidence_id)
    await register_outcomes.load_outcome(tx, school_of(caller), row["outcome_id"], learner=own)
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(row['name'])}",
        "x-content-type-options": "nosniff",
    }
    content = request.app.state.files.stream(row["sha256"])
    return StreamingResponse(content, media_type=row["media_type"], headers=headers)


async def _own_row(tx: Tx, table: Table, school_id: UUID, row_id: UUID) -> Row:
    found = await find_row(tx, table, table.c.id == row_id, table.c.school_id == school_id)
    if found is None:
        raise OutcomeNotFoundError(evidence_id=str(row_id))
    return found


@router.get("/outcomes/{outcome_id}/suggestions")
async def suggest_for_outcome(
    outcome_id: UUID,
    own: OwnOrSchool,
    caller: SignedIn,
    tx: InTx,
    request: Request,
    top: Annotated[int, Query(ge=1, le=50)] = 10,
) -> SuggestionsOut:
    """Return courses that the outcome may cover, with the reasons; a person decides."""
    outcome = await register_outcomes.load_outcome(tx, school_of(caller), outcome_id, learner=own)
    desk = desk_of(request, tx, caller)
    found = await suggest_courses(desk, outcome, shelf=request.app.state.suggesters, top=top)
    return SuggestionsOut(
        outcome_id=outcome_id,
        items=[
            SuggestionOut(
                course_id=course["id"],
                code=course["code"],
                title=course["title"],
                credits_hundredths=course["credits_hundredths"],
                rank=each.rank,
                score=each.score,
                text_score=each.text_score,
                memory_score=each.memory_score,
                shared_words=list(each.shared_words),
                precedent_outcome=each.precedent.outcome if each.precedent else None,
                precedent_course=each.precedent.course if each.precedent else None,
            )
            for course, each in found
        ],
    )
