"""The monthly record of pay: written by the host, read by host, school and student."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from services.internships.domain.facts import InternshipKind, Payee, PayMethod, PostFacts
from services.internships.domain.findings import Finding, Judge
from services.internships.domain.payment import (
    PaidMonth,
    Payment,
    PaymentRecordedError,
    PayTerms,
    check_payment,
    judge_months,
)
from services.internships.domain.placement import (
    PlacementNotFoundError,
    PlacementState,
    PlacementStateError,
)
from services.internships.domain.post import Wages, facts_of
from services.internships.domain.post_report import finding_body
from services.internships.domain.rules_pay import pay_fen_month_of
from services.internships.store import batches, payments, placements, posts
from services.internships.store.rows import Row
from shared.db.session import Tx
from shared.events.audit import record
from shared.http.caller import Caller
from shared.kernel.clock import china_day
from shared.kernel.errors import Text
from shared.policies.jurisdiction import rulebook_at
from shared.policies.pack import Rulebook

_TOLD = ("amount_fen", "paid_on", "method", "payee")


async def load_hosted(tx: Tx, enterprise_id: UUID, placement_id: UUID) -> Row:
    """Return and hold a placement that this enterprise hosts and may know; others are not found."""
    owner = placements.of_host(enterprise_id)
    found = await placements.find_placement(tx, owner, placement_id, lock=True)
    if found is None:
        raise PlacementNotFoundError(placement_id=str(placement_id))
    return found


async def record_payment(
    tx: Tx, caller: Caller, placement: Row, *, told: Payment, reason: str | None, now: datetime
) -> Row:
    """Write what was paid for a month; what a correction replaces is kept with its reason."""
    if placement["started_on"] is None:
        allowed = (PlacementState.STARTED, PlacementState.ASSESSED, PlacementState.ENDED)
        raise PlacementStateError(state=placement["state"], allowed=", ".join(allowed))
    terms, _ = await _terms(tx, placement, now)
    check_payment(told, terms, today=china_day(now))
    values = asdict(told)
    before = await payments.find_payment(tx, placement["id"], told.month)
    if before is not None and all(before[name] == values[name] for name in _TOLD):
        return before
    if before is not None and reason is None:
        raise PaymentRecordedError(month=told.month)
    facts = {"month": told.month}
    action = "payment.recorded" if before is None else "payment.corrected"
    await record(tx, caller, action, subject_id=placement["id"], facts=facts)
    if before is None:
        owners = {name: placement[name] for name in ("school_id", "enterprise_id")}
        return await payments.add_payment(tx, {"placement_id": placement["id"], **owners, **values})
    stood = {name: before[name] for name in _TOLD} | {"paid_on": before["paid_on"].isoformat()}
    entry = {**stood, "reason": reason, "corrected_at": now.isoformat()}
    values["corrections"] = [*before["corrections"], entry]
    return await payments.correct_payment(tx, before, values)


async def read_payments(tx: Tx, placement: Row, *, now: datetime) -> dict[str, Any]:
    """Return a placement's record of pay: each month that has begun, paid or not, as judged."""
    terms, book = await _terms(tx, placement, now)
    rows = {row["month"]: row for row in await payments.list_payments(tx, placement["id"])}
    judge = Judge(book)
    months = (
        judge_months(
            {month: _payment(row) for month, row in rows.items()},
            terms,
            judge,
            today=china_day(now),
        )
        if _kept_here(placement)
        else ()
    )
    skipped = [one for month in months for one in month.skipped] or _unkept(placement, judge)
    return {
        **placement,
        "placement_id": placement["id"],
        "first_on": terms.first_on,
        "last_on": terms.last_on,
        "agreed_fen_month": terms.agreed_fen,
        "pack": book.pack,
        "version": book.version,
        "on": book.on,
        "months": [_month_body(month, rows.get(month.month)) for month in months],
        # Said once, however many months it holds for.
        "skipped": [
            finding_body(one)
            for one in {(each.rule, each.message_en): each for each in skipped}.values()
        ],
    }


def _kept_here(placement: Row) -> bool:
    return placement["enterprise_id"] is not None and placement["started_on"] is not None


def _unkept(placement: Row, judge: Judge) -> list[Finding]:
    if placement["enterprise_id"] is not None:
        return []
    text = Text(
        "实习单位不在平台上，无法登记报酬，未检查。",
        "The host is not on the platform and records no pay here: unchecked.",
    )
    return [judge.skips("REG-18b", text)]


def _payment(row: Row) -> Payment:
    return Payment(
        month=row["month"],
        amount_fen=row["amount_fen"],
        paid_on=row["paid_on"],
        method=PayMethod(row["method"]),
        payee=Payee(row["payee"]),
    )


def _month_body(month: PaidMonth, row: Row | None) -> dict[str, Any]:
    return {
        "month": month.month,
        "days": month.days,
        "expected_fen": month.expected_fen,
        "due_on": month.due_on,
        "payment": row,
        "findings": [{**finding_body(one), "code": code} for code, one in month.findings],
    }


async def _terms(tx: Tx, placement: Row, now: datetime) -> tuple[PayTerms, Rulebook]:
    """Return what the pay is measured against; the private wages enter findings and no answer."""
    async with placements.beyond_walls(tx):
        batch = await batches.find_batch(tx, placement["batch_id"])
        post_id = placement["post_id"]
        post = await posts.find(tx, post_id) if post_id else None
        wages = await posts.find_wages(tx, post_id) if post_id else Wages()
    assert batch is not None, "a placement belongs to a batch"
    kind = InternshipKind(batch["kind"])
    facts = facts_of(post.terms, wages) if post else PostFacts(kind=kind, seats=1)
    agreed = placement["pay_fen_month"]
    region = (post.terms.region_code if post else None) or batch["school_region_code"]
    terms = PayTerms(
        kind=kind,
        first_on=placement["started_on"] or placement["start_on"],  # not as planned: as it was
        last_on=min(placement["ended_on"] or placement["end_on"], placement["end_on"]),
        agreed_fen=pay_fen_month_of(facts) if agreed is None else agreed,
        wages=wages,
    )
    return terms, rulebook_at(region, china_day(now))
