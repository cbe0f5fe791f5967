"""What deadlines do: notices end and credits are posted; late applications release the outcome."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.credits.domain.application import ApplicationState, require_state
from services.credits.domain.equivalence import remember
from services.credits.domain.ledger import Holder, Limit, Posting
from services.credits.domain.recognition import Grant, Learning, Party, Recognition
from services.credits.domain.recognition import Holder as CredentialHolder
from services.credits.domain.rulebook import Limit as RuleLimit
from services.credits.flows import keep_ledger
from services.credits.flows.apply_for_credits import release_outcome
from services.credits.flows.change_status import revoke_of_decision
from services.credits.flows.credit_desk import CreditDesk
from services.credits.flows.issue_credentials import issue_badge
from services.credits.flows.keep_rulebooks import compile_row, load_rulebook
from services.credits.flows.keep_standards import load_standard
from services.credits.flows.register_outcomes import load_outcome
from services.credits.flows.review_applications import person_of
from services.credits.store import applications, equivalences
from services.credits.store.courses import find_learners
from services.credits.store.rows import Row
from shared.http.versions import expect_version
from shared.kernel.clock import china_day
from shared.kernel.errors import DomainError

DUE_MAX = 200


@dataclass(frozen=True, slots=True)
class Settled:
    """How many applications were posted, how many have lapsed, how many wait for a cap."""

    posted: int
    expired: int
    refused: int


async def settle_due(desk: CreditDesk, *, school_id: UUID | None) -> Settled:
    """Carry out every deadline that is over, of one school or of all."""
    due = await applications.hold_due(desk.tx, desk.now, school_id=school_id, limit=DUE_MAX)
    posted = expired = refused = 0
    for each in due:
        at = replace(desk, school_id=each["school_id"])
        application = await applications.find_application(desk.tx, at.school_id, each["id"])
        assert application is not None, "it is held"
        if application["state"] != ApplicationState.PUBLIC_NOTICE:
            await expire(at, application)
            expired += 1
        elif await _post_or_refuse(at, application):
            posted += 1
        else:
            refused += 1
    return Settled(posted, expired, refused)


async def expire(desk: CreditDesk, application: Row) -> Row:
    """End an application whose deadline is over; the outcome is free again."""
    await release_outcome(desk, application, reason="deadline")
    return await desk.move(
        application, ApplicationState.EXPIRED, note="deadline", reservation_id=None, due_at=None
    )


async def _post_or_refuse(desk: CreditDesk, application: Row) -> bool:
    """Post one application; where a cap is full by now, refuse it with that reason."""
    try:
        async with desk.tx.begin_nested():
            await post_application(desk, application)
    except DomainError as error:
        await release_outcome(desk, application, reason="refused by the ledger")
        await desk.move(
            application,
            ApplicationState.REFUSED,
            note=error.code,
            verdict="refused",
            reason_code="limit",
            reason=f"{error.title_zh} / {error.title_en()}",
            reservation_id=None,
            due_at=None,
        )
        return False
    return True


async def post_application(desk: CreditDesk, application: Row) -> Row:
    """Post what was granted, certify it, and let the alliance remember it."""
    tx, school_id = desk.tx, desk.school_id
    learner = (await find_learners(tx, school_id, [application["learner_id"]]))[
        application["learner_id"]
    ]
    outcome = await load_outcome(tx, school_id, application["outcome_id"], learner=None)
    book = await load_rulebook(tx, application["rulebook_id"])
    granted = [item for item in application["items"] if item["granted"]]
    total = sum(item["granted"] for item in granted)
    posting = Posting(
        key=f"application:{application['id']}:post",
        holder=Holder(school_id, learner["enrolment_no"]),
        scope=application["scope"],
        source=outcome["kind"],
        credits_centi=total,
        limits=_caps(book, application, outcome),
        reservation_id=application["reservation_id"],
        facts={
            "application_id": str(application["id"]),
            "rulebook": book["digest"],
            "content": application["content_sha256"],
            "courses": [{"code": i["code"], "centi": i["granted"]} for i in granted],
        },
    )
    (posted,) = await keep_ledger.post(tx, [posting], now=desk.now)
    moved = await desk.move(
        application,
        ApplicationState.POSTED,
        transaction_id=posted.id,
        posted_at=desk.now,
        due_at=None,
    )
    await _certify(desk, moved, learner=learner, outcome=outcome, book=book)
    rows = [remember(school_id, outcome, item, on=desk.today) for item in granted]
    await equivalences.remember_many(tx, rows)
    return moved


def _caps(book: Row, application: Row, outcome: Row) -> list[Limit]:
    """Return the rulebook's limits as caps that the ledger keeps, whoever races for them."""
    facts: dict[str, Any] = application["facts"][0]
    found: list[Limit] = []
    for limit in compile_row(book).book.limits:
        most = _cap_of(limit, facts) if limit.concerns(outcome["kind"]) else None
        online_only = limit.kind == "max_percent_online" and not outcome["online"]
        if most is not None and not online_only:
            year = facts["application.on"][:4]
            label = f"{limit.id}:{year}" if limit.kind == "annual_max" else limit.id
            found.append(Limit(f"{facts['programme.code']}:{label}", most))
    return found


def _cap_of(limit: RuleLimit, facts: dict[str, Any]) -> int | None:
    if limit.kind in {"max_total", "annual_max"}:
        return limit.amount
    if limit.kind in {"max_percent_of_programme", "max_percent_online"}:
        return facts["programme.credits"] * limit.percent // 100
    return None


async def _certify(
    desk: CreditDesk, application: Row, *, learner: Row, outcome: Row, book: Row
) -> None:
    decisions = await applications.list_decisions(desk.tx, [application["id"]])
    standard = await load_standard(desk.tx, book["standard_id"]) if book["standard_id"] else None
    school = (await desk.organisations.find_many([desk.school_id]))[desk.school_id]
    decided: date = china_day(application["decided_at"])
    recognition = Recognition(
        decision_id=decisions[-1]["id"],
        transaction_id=application["transaction_id"],
        school=Party(desk.school_id, school.name),
        holder=CredentialHolder(learner["id"], learner["name"], learner["enrolment_no"]),
        learning=Learning(
            title=outcome["title"],
            kind=outcome["kind"],
            issuer_name=outcome["issuer_name"],
            completed_on=outcome["completed_on"],
            level=outcome["level"],
            hours=outcome["hours"],
            description=outcome["description"],
        ),
        grants=tuple(
            Grant(UUID(item["course_id"]), item["title"], item["granted"])
            for item in application["items"]
            if item["granted"]
        ),
        decided_on=decided,
        rule_ids=tuple(decisions[-1]["rule_ids"]),
        rulebook_sha256=book["digest"].removeprefix("sha256:"),
        standard=f"{standard['code']} v{standard['number']}" if standard else "",
    )
    await issue_badge(desk.tx, desk.issuing, recognition, now=desk.now)


async def reverse_application(desk: CreditDesk, application: Row, *, reason: str, seen: int) -> Row:
    """Take posted credits back by a new transaction; the credential is revoked."""
    expect_version(seen=seen, current=application["version"])
    require_state(application, ApplicationState.POSTED)
    person_of(desk)
    reversed_ = await keep_ledger.reverse(
        desk.tx,
        desk.school_id,
        application["transaction_id"],
        key=f"application:{application['id']}:reverse",
        reason=reason,
        now=desk.now,
    )
    for row in await applications.list_decisions(desk.tx, [application["id"]]):
        await revoke_of_decision(desk.tx, row["id"], reason=reason, now=desk.now)
    facts = {"transaction_id": reversed_.id}
    return await desk.move(application, ApplicationState.REVERSED, note=reason, **facts)
