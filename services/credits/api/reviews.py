"""Reviewers' work over HTTP: the case with precedents, evidence checks, decisions, figures."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response

from services.credits.api.callers import Office, OwnOrSchool, Reviewer, school_of
from services.credits.api.credit_applications import shown
from services.credits.api.credit_desks import desk_of
from services.credits.contract.applications import (
    CreditApplicationOut,
    CreditCaseOut,
    CreditDecisionIn,
    CreditNoticeOut,
    CreditSettingsIn,
    CreditSettingsOut,
    CreditStatisticsOut,
    EvidenceCheckIn,
    StandBackIn,
)
from services.credits.domain.application import conflict_of
from services.credits.flows.apply_for_credits import load_application
from services.credits.flows.credit_desk import CreditDesk, days_on
from services.credits.flows.register_outcomes import list_evidence, load_outcome
from services.credits.flows.review_applications import (
    EvidenceCheck,
    Opinion,
    check_evidence,
    decide,
    declare_conflict,
)
from services.credits.store import applications
from services.credits.store.equivalences import list_precedents
from services.credits.store.notices import list_open_notices
from services.credits.store.rows import Row, find_row, list_rows
from services.credits.store.settings import save_days
from services.credits.store.statistics import read_statistics
from services.credits.store.tables_applications import credit_steps
from services.credits.store.tables_rules import credit_settings
from shared.events.audit import record
from shared.http.caller import SignedIn
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.http.versions import SeenVersion
from shared.kernel.clock import china_day

router = new_router("credit-reviews")

_PRECEDENTS_MAX = 20
_YEAR = timedelta(days=365)
# What a student sees of their own case; reviewers see the rest too.
_OUTCOME = (
    "id",
    "kind",
    "title",
    "issuer_name",
    "certificate_no",
    "level",
    "award",
    "form",
    "stage",
    "hours",
    "weeks",
    "credits_hundredths",
    "score",
    "grade",
    "completed_on",
    "competencies",
    "online",
    "description",
    "supervisors",
    "verified",
    "source",
)


@router.get("/credit-applications/{application_id}/case")
async def read_credit_case(
    application_id: UUID, own: OwnOrSchool, caller: SignedIn, tx: InTx, request: Request
) -> CreditCaseOut:
    """Return everything beside an application: evidence, decisions, history, precedents."""
    desk = desk_of(request, tx, caller)
    found = await load_application(desk, application_id, learner=own)
    outcome = await load_outcome(tx, desk.school_id, found["outcome_id"], learner=own)
    decisions = await applications.list_decisions(tx, [application_id])
    precedents = await list_precedents(
        tx,
        kind=outcome["kind"],
        title=outcome["title"],
        without=None,
        limit=_PRECEDENTS_MAX,
    )
    conflict = await _conflict(desk, found, decisions)
    steps = await list_rows(
        tx,
        credit_steps,
        credit_steps.c.application_id == application_id,
        order=[credit_steps.c.id],
    )
    return CreditCaseOut.model_validate(
        {
            "application": shown(found, request).model_dump(),
            "outcome": {name: outcome[name] for name in _OUTCOME},
            "evidence": await list_evidence(tx, outcome["id"]),
            "decisions": decisions,
            "steps": steps,
            "precedents": precedents,
            "snapshot": found["snapshot"],
            "may_review": own is None and conflict is None,
            "conflict": conflict if own is None else None,
        }
    )


async def _conflict(desk: CreditDesk, found: Row, decisions: list[Row]) -> str | None:
    assert desk.caller is not None, "a request has a caller"
    return conflict_of(
        desk.caller.subject,
        "",  # names are compared when a decision is handed in
        application=found,
        supervisors=found["supervisors"],
        declared=await applications.list_conflicted(desk.tx, found["id"]),
        decided=[(row["round"], row["reviewer"]) for row in decisions],
    )


@router.post("/credit-applications/{application_id}/evidence-checks", dependencies=[Keyed])
async def check_credit_evidence(
    application_id: UUID,
    body: EvidenceCheckIn,
    caller: Reviewer,
    seen: SeenVersion,
    tx: InTx,
    request: Request,
    response: Response,
) -> CreditApplicationOut:
    """Pass complete evidence on to review, or ask for what is missing."""
    desk = desk_of(request, tx, caller)
    found = await load_application(desk, application_id, learner=None, lock=True)
    check = EvidenceCheck(body.complete, body.missing, body.note, body.overlaps)
    return shown(await check_evidence(desk, found, check, seen=seen), request, response)


@router.post("/credit-applications/{application_id}/conflicts", dependencies=[Keyed])
async def declare_reviewer_conflict(
    application_id: UUID, body: StandBackIn, caller: Reviewer, tx: InTx, request: Request
) -> CreditApplicationOut:
    """Stand back from an application."""
    desk = desk_of(request, tx, caller)
    found = await load_application(desk, application_id, learner=None)
    await declare_conflict(desk, found, reason=body.reason)
    return shown(found, request)


@router.post("/credit-applications/{application_id}/decisions", dependencies=[Keyed])
async def decide_credit_application(
    application_id: UUID,
    body: CreditDecisionIn,
    caller: Reviewer,
    tx: InTx,
    request: Request,
    response: Response,
) -> CreditApplicationOut:
    """Decide as one of two reviewers, over the digest of what was read."""
    desk = desk_of(request, tx, caller)
    found = await load_application(desk, application_id, learner=None, lock=True)
    opinion = Opinion(
        verdict=body.verdict,
        content_sha256=body.content_sha256,
        reason=body.reason,
        amounts=body.amounts_hundredths,
        reason_code=body.reason_code,
    )
    name = await request.app.state.organisations.name_of(caller)
    return shown(await decide(desk, found, opinion, name=name), request, response)


@router.get("/credit-notices")
async def list_credit_notices(
    caller: SignedIn, tx: InTx, paging: Paging, request: Request, response: Response
) -> Page[CreditNoticeOut]:
    """Return the school's open public notices: to everyone who is signed in at the school."""
    rows = await list_open_notices(
        tx,
        school_of(caller),
        now=request.app.state.clock(),
        after=paging.after,
        limit=paging.limit,
    )
    cut, following = cut_page(
        rows, asked=paging, key=lambda row: (row["id"],), request=request, response=response
    )
    return Page(items=[CreditNoticeOut.model_validate(row) for row in cut], next=following)


@router.get("/credit-settings")
async def read_credit_settings(caller: SignedIn, tx: InTx, request: Request) -> CreditSettingsOut:
    """Return the days of each step at the school."""
    school_id = school_of(caller)
    row = await find_row(tx, credit_settings, credit_settings.c.school_id == school_id)
    return _settings(row["days"] if row else {}, china_day(request.app.state.clock()))


@router.put("/credit-settings")
async def put_credit_settings(
    body: CreditSettingsIn, caller: Office, tx: InTx, request: Request
) -> CreditSettingsOut:
    """Set the school's own days; what is null follows the policy pack."""
    school_id = school_of(caller)
    own: dict[str, Any] = body.model_dump(exclude_none=True)
    await save_days(tx, school_id, own)
    await record(tx, caller, "credit_settings.changed", subject_id=school_id)
    return _settings(own, china_day(request.app.state.clock()))


def _settings(own: dict[str, int], on: date) -> CreditSettingsOut:
    return CreditSettingsOut(days=dict(days_on(on, own)), own=own)


@router.get("/credit-statistics")
async def read_credit_statistics(
    caller: Reviewer,
    tx: InTx,
    request: Request,
    since: Annotated[date | None, Query(description="a year ago where absent")] = None,
    until: Annotated[date | None, Query(description="the day after the last")] = None,
) -> CreditStatisticsOut:
    """Return converted credits by kind, time to decision, and reasons of refusals."""
    end = until or china_day(request.app.state.clock()) + timedelta(days=1)
    start = since or end - _YEAR
    found = await read_statistics(tx, school_of(caller), since=start, until=end)
    return CreditStatisticsOut.model_validate({"since": start, "until": end, **found})
