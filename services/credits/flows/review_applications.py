"""Evidence checked, overlap judged, two reviewers' decisions, conflicts of interest, appeals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from services.credits.domain.application import (
    AppealClosedError,
    ApplicationState,
    ContentChangedError,
    ReviewerConflictError,
    Ruling,
    Verdict,
    check_ruling,
    conflict_of,
    due_at,
    refuse_late,
    require_state,
    settled_by,
)
from services.credits.flows.apply_for_credits import hold_outcome, price, release_outcome
from services.credits.flows.credit_desk import CreditDesk
from services.credits.flows.keep_rulebooks import load_rulebook
from services.credits.flows.publish_notices import open_notice, withdraw_notice
from services.credits.store import applications
from services.credits.store.rows import Row, add_row, change_row, find_row
from services.credits.store.tables_applications import (
    credit_appeals,
    credit_decisions,
    reviewer_conflicts,
)
from shared.http.caller import Caller
from shared.http.versions import expect_version
from shared.kernel.errors import ForbiddenError
from shared.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class EvidenceCheck:
    """What the check of the evidence found: complete, or what is missing; judged overlaps."""

    complete: bool
    missing: Sequence[str] = ()
    note: str = ""
    overlaps: dict[UUID, int] = field(default_factory=dict[UUID, int])


@dataclass(frozen=True, slots=True)
class Opinion:
    """One reviewer's decision as it is handed in."""

    verdict: Verdict
    content_sha256: str
    reason: str
    amounts: Sequence[int] = ()
    reason_code: str | None = None


def person_of(desk: CreditDesk) -> Caller:
    """Return the caller, who must be a named person."""
    if desk.caller is None or desk.caller.kind != "person":
        raise ForbiddenError(needs="a named person, not a program (具名负责人)")
    return desk.caller


async def check_evidence(
    desk: CreditDesk, application: Row, found: EvidenceCheck, *, seen: int
) -> Row:
    """Pass complete evidence on to review, or ask for what is missing."""
    expect_version(seen=seen, current=application["version"])
    require_state(application, ApplicationState.SUBMITTED, ApplicationState.EVIDENCE_CHECK)
    refuse_late(application, desk.now)
    checker = person_of(desk)
    if checker.subject == application["created_by"]:
        raise ReviewerConflictError(reason="the applicant's own or own entry (本人提出的申请)")
    days = await desk.days()
    if not found.complete:
        state = ApplicationState.NEEDS_MORE
        missing = list(found.missing)
        until = due_at(state, days, desk.now)
        return await desk.move(application, state, note=found.note, missing=missing, due_at=until)
    items = [
        {**item, "overlap_percent": found.overlaps[key], "overlap_from": "reviewer"}
        if (key := UUID(item["course_id"])) in found.overlaps
        else item
        for item in application["items"]
    ]
    priced = await price(desk, {**application, "items": items})
    state = ApplicationState.REVIEW
    until = due_at(state, days, desk.now)
    return await desk.move(application, state, note=found.note, due_at=until, **priced)


async def declare_conflict(desk: CreditDesk, application: Row, *, reason: str) -> None:
    """Let the caller stand back from an application."""
    values = {
        "id": new_id(),
        "school_id": desk.school_id,
        "application_id": application["id"],
        "reviewer": person_of(desk).subject,
        "reason": reason,
    }
    query = insert(reviewer_conflicts).values(**values).on_conflict_do_nothing()
    await desk.tx.execute(query)


async def decide(desk: CreditDesk, application: Row, opinion: Opinion, *, name: str) -> Row:
    """Write one reviewer's decision; the one that settles the round ends it.

    Raises ContentChangedError unless the reviewer names the digest of what is decided over.
    """
    require_state(application, ApplicationState.REVIEW)
    refuse_late(application, desk.now)
    reviewer = person_of(desk)
    before = await applications.list_decisions(desk.tx, [application["id"]])
    conflict = conflict_of(
        reviewer.subject,
        name,
        application=application,
        supervisors=application["supervisors"],
        declared=await applications.list_conflicted(desk.tx, application["id"]),
        decided=[(row["round"], row["reviewer"]) for row in before],
    )
    if conflict is not None:
        raise ReviewerConflictError(reason=conflict)
    if opinion.content_sha256 != application["content_sha256"]:
        raise ContentChangedError(content_sha256=application["content_sha256"])
    amounts = check_ruling(
        opinion.verdict,
        opinion.amounts,
        allowed=[item["amount"] for item in application["items"]],
        reason_code=opinion.reason_code,
    )
    book = await load_rulebook(desk.tx, application["rulebook_id"])
    told = {**application, "rulebook_digest": book["digest"]}
    row = _decision_row(desk, told, opinion, amounts=amounts, name=name)
    await add_row(desk.tx, credit_decisions, row)
    rulings = [_ruling(each) for each in before if each["round"] == application["round"]]
    settled = settled_by([*rulings, Ruling(reviewer.subject, opinion.verdict, amounts)])
    if settled is None:
        return await change_application(desk, application)
    return await end_round(desk, application, settled, opinion=opinion)


async def change_application(desk: CreditDesk, application: Row) -> Row:
    """Let the version grow: who read it before must read it again."""
    return await desk.move(application, application["state"], note="reviewed")


def _decision_row(
    desk: CreditDesk,
    application: Row,
    opinion: Opinion,
    *,
    amounts: tuple[int, ...],
    name: str,
) -> dict[str, Any]:
    items = application["items"]
    granted = [
        {"course_id": item["course_id"], "code": item["code"], "amount": amount}
        for item, amount in zip(items, amounts, strict=True)
    ]
    return {
        "id": new_id(),
        "school_id": desk.school_id,
        "application_id": application["id"],
        "round": application["round"],
        "reviewer": person_of(desk).subject,
        "reviewer_name": name,
        "verdict": opinion.verdict,
        "items": granted,
        "reason_code": opinion.reason_code,
        "reason": opinion.reason,
        "rule_ids": list(dict.fromkeys(rule for item in items for rule in item["rule_ids"])),
        "explanation": [item["explanation"] for item in items],
        "rulebook_digest": application["rulebook_digest"],
        "content_sha256": application["content_sha256"],
        "decided_at": desk.now,
    }


def _ruling(row: Row) -> Ruling:
    amounts = tuple(item["amount"] for item in row["items"])
    return Ruling(row["reviewer"], row["verdict"], amounts)


async def end_round(
    desk: CreditDesk, application: Row, settled: Ruling, *, opinion: Opinion
) -> Row:
    """Write what the round has decided: refused and released, or laid open to the school."""
    decided: dict[str, Any] = {
        "verdict": settled.verdict,
        "decided_at": desk.now,
        "reason": opinion.reason,
        "reason_code": opinion.reason_code,
    }
    await _settle_appeal(desk, application, settled.verdict)
    if settled.verdict == "refused":
        await release_outcome(desk, application, reason="refused")
        return await desk.move(
            application,
            ApplicationState.REFUSED,
            note=opinion.reason,
            reservation_id=None,
            due_at=None,
            **decided,
        )
    items = [
        {**item, "granted": amount}
        for item, amount in zip(application["items"], settled.amounts, strict=True)
    ]
    state = ApplicationState.PUBLIC_NOTICE
    until = due_at(state, await desk.days(), desk.now)
    assert until is not None, "a notice ends"
    shown = {**application, "items": items}
    await open_notice(desk, shown, until=until)
    # What was approved is kept as it was read, whatever becomes of outcome and course later.
    snapshot = {
        "content_sha256": application["content_sha256"],
        "items": items,
        "facts": application["facts"],
        "round": application["round"],
    }
    return await desk.move(
        application,
        state,
        note=settled.verdict,
        items=items,
        snapshot=snapshot,
        due_at=until,
        **decided,
    )


async def _settle_appeal(desk: CreditDesk, application: Row, verdict: Verdict) -> None:
    table = credit_appeals.c
    appeal = await find_row(
        desk.tx, credit_appeals, table.application_id == application["id"], table.state == "open"
    )
    if appeal is None:
        return
    rank = {"refused": 0, "partial": 1, "approved": 2}
    upheld = rank[verdict] > rank[appeal["verdict_before"]] or (
        verdict == "partial" == appeal["verdict_before"]
    )
    changes = {"state": "upheld" if upheld else "dismissed", "decided_at": desk.now}
    await change_row(desk.tx, credit_appeals, appeal["id"], changes)


async def appeal(desk: CreditDesk, application: Row, *, grounds: str) -> Row:
    """Bring a decision before other reviewers, once; the outcome is held again."""
    require_state(application, ApplicationState.REFUSED, ApplicationState.PUBLIC_NOTICE)
    days = await desk.days()
    late = (desk.now - application["decided_at"]).days >= days["appeal"]
    whole = application["verdict"] == "approved"
    # Rounds that an objection of somebody else opened take nobody's appeal away.
    again = await find_row(
        desk.tx, credit_appeals, credit_appeals.c.application_id == application["id"]
    )
    if late or whole or again is not None:
        raise AppealClosedError(days=days["appeal"])
    values = {
        "id": new_id(),
        "school_id": desk.school_id,
        "application_id": application["id"],
        "learner_id": application["learner_id"],
        "grounds": grounds,
        "state": "open",
        "verdict_before": application["verdict"],
    }
    made = await add_row(desk.tx, credit_appeals, values)
    await withdraw_notice(desk, application["id"])
    held = await hold_outcome(desk, application)
    state = ApplicationState.REVIEW
    await desk.move(
        application,
        state,
        note="appeal",
        round=application["round"] + 1,
        reservation_id=held,
        due_at=due_at(state, days, desk.now),
    )
    return made
