"""The pay of each month of a placement: what was agreed, what was paid, what the rules say."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from services.internships.domain.facts import InternshipKind, Payee, PayMethod, PostFacts
from services.internships.domain.findings import Finding, Judge, Level, Outcome
from services.internships.domain.post import Wages
from services.internships.domain.rules_host import NOT_FOR_ORIENTATION
from services.internships.domain.rules_pay import check_pay_level
from shared.kernel.errors import ConflictError, Fault, InvalidInputError, Text


class PaymentRecordedError(ConflictError):
    """This month is recorded already."""

    code = "payment_recorded"
    title_zh = "该月报酬已有记录"
    mend = Text(
        "{month} 已有不同的记录。如需更正，请填写 reason（更正理由）后重新提交；原记录会保留。",
        "{month} is recorded already, with other figures. To correct it, send it again with "
        "`reason`; what stood there is kept.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """What a host says it paid for one month: `amount_fen` is in fen, `month` like 2027-03."""

    month: str
    amount_fen: int
    paid_on: date
    method: PayMethod
    payee: Payee


@dataclass(frozen=True, slots=True, kw_only=True)
class PayTerms:
    """What a month's pay is measured against: days, the agreed pay of a whole month, wages."""

    kind: InternshipKind
    first_on: date
    last_on: date
    agreed_fen: int | None
    wages: Wages


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidMonth:
    """One month as judged: its days, the pay agreed for them, until when it is due, findings."""

    month: str
    days: int
    expected_fen: int | None
    due_on: date | None
    findings: tuple[tuple[str, Finding], ...]
    skipped: tuple[Finding, ...]


def months_between(first: date, last: date) -> tuple[str, ...]:
    """Return the calendar months that hold a day of [first, last], in order.

    >>> months_between(date(2026, 12, 30), date(2027, 2, 1))
    ('2026-12', '2027-01', '2027-02')
    """
    start, end = (day.year * 12 + day.month - 1 for day in (first, last))
    return tuple(f"{at // 12:04d}-{at % 12 + 1:02d}" for at in range(start, end + 1))


def check_payment(payment: Payment, terms: PayTerms, *, today: date) -> None:
    """Refuse a month outside the placement or to come, and a day that cannot be the payment's."""
    faults: list[Fault] = []
    if payment.month not in months_between(terms.first_on, terms.last_on):
        text = Text(
            f"月份须在实习期内（{terms.first_on}至{terms.last_on}）。请改填实习期内的月份。",
            f"The month lies outside the placement ({terms.first_on} to {terms.last_on}). "
            "Give a month within it.",
        )
        faults.append(Fault("payment_month_outside", text, "/month"))
    elif payment.month > f"{today:%Y-%m}":
        text = Text(
            "该月尚未开始，不能记录。请在该月开始后填写。",
            "That month has not begun. Record it once it has.",
        )
        faults.append(Fault("payment_month_future", text, "/month"))
    if not terms.first_on <= payment.paid_on <= today:
        text = Text(
            f"支付日期须在{terms.first_on}（实习开始）至今天（{today}）之间。请填写实际支付的日期。",
            f"The day of payment lies between {terms.first_on} (the first day) and today ({today})."
            " Give the day on which it was paid.",
        )
        faults.append(Fault("payment_day_impossible", text, "/paid_on"))
    if faults:
        raise InvalidInputError(faults=faults)


def judge_months(
    paid: Mapping[str, Payment], terms: PayTerms, judge: Judge, *, today: date
) -> tuple[PaidMonth, ...]:
    """Return every month that has begun or is paid, each with what the rules on pay say of it."""
    begun = months_between(terms.first_on, min(terms.last_on, today))
    # A placement that ended early may have been paid for later months.
    months = sorted({*begun, *paid})
    return tuple(_judge_month(m, paid.get(m), terms, judge=judge, today=today) for m in months)


def _judge_month(
    month: str, paid: Payment | None, terms: PayTerms, *, judge: Judge, today: date
) -> PaidMonth:
    begin = date.fromisoformat(f"{month}-01")
    length = monthrange(begin.year, begin.month)[1]
    last = begin.replace(day=length)
    if begin <= terms.last_on:
        last = min(last, terms.last_on)
    days = (min(last, terms.last_on) - max(begin, terms.first_on)).days + 1
    longest = judge.book.number("internship.pay_cycle_days_max")
    due_on = None if longest is None else last + timedelta(days=int(longest))
    scaled = _Scale(max(0, days), length)
    expected = scaled.of(terms.agreed_fen)
    if terms.kind is InternshipKind.ORIENTATION:
        outcomes = [("not_asked", judge.skips("REG-18b", NOT_FOR_ORIENTATION))]
    else:
        outcomes = [*_check_day(paid, due_on, expected, judge=judge, today=today)]
        if paid is not None:
            outcomes += _check_paid(paid, expected, judge)
            outcomes.append(("below_share", _check_level(paid, terms, scaled, judge=judge)))
    found = [(code, one) for code, one in outcomes if isinstance(one, Finding)]
    return PaidMonth(
        month=month,
        days=scaled.days,
        expected_fen=expected,
        due_on=due_on,
        findings=tuple((c, one) for c, one in found if one.level is not Level.SKIPPED),
        skipped=tuple(one for _, one in found if one.level is Level.SKIPPED),
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    """The share of a month that lies in the placement: a month's figure counts by its days."""

    days: int
    length: int

    def of(self, fen: int | None) -> int | None:
        return None if fen is None else fen * self.days // self.length


def _check_day(
    paid: Payment | None,
    due_on: date | None,
    expected: int | None,
    *,
    judge: Judge,
    today: date,
) -> list[tuple[str, Outcome]]:
    """REG-18b: at most a month apart; a month without pay agreed owes none."""
    if due_on is None:
        text = Text(
            "各政策均未规定支付周期，未检查支付时间。",
            "No document says how often pay is due: the days of payment are unchecked.",
        )
        return [("day", judge.skips("REG-18b", text))]
    if paid is None:
        if not expected or today <= due_on:
            return []
        text = Text(
            f"最迟应于{due_on}支付，尚无记录。请支付并登记。",
            f"Due by {due_on} at the latest, and nothing is recorded. Pay it and record it.",
        )
        return [("missing", judge.finds("REG-18b", text, due_on=due_on.isoformat()))]
    if paid.paid_on <= due_on:
        return []
    text = Text(
        f"于{paid.paid_on}支付，晚于{due_on}（支付周期原则上不超过1个月）。请按月支付。",
        f"Paid on {paid.paid_on}, after {due_on} (the cycle is in principle at most one month). "
        "Pay every month.",
    )
    return [("late", judge.finds("REG-18b", text, due_on=due_on.isoformat()))]


def _check_paid(paid: Payment, expected: int | None, judge: Judge) -> list[tuple[str, Outcome]]:
    """REG-18b: in full, in money, to the student."""
    found: list[tuple[str, Outcome]] = []
    if expected is None:
        text = Text(
            "未约定报酬数额，未检查是否足额。", "No pay is agreed: its fullness is unchecked."
        )
        found.append(("short", judge.skips("REG-18b", text)))
    elif paid.amount_fen < expected:
        lacks = f"{(expected - paid.amount_fen) / 100:,.2f}"
        text = Text(
            f"比约定报酬少{lacks}元（按当月实习天数折算）。请补足。",
            f"{lacks} yuan less than agreed (by the month's days of placement). Pay the rest.",
        )
        found.append(("short", judge.finds("REG-18b", text, expected_fen=expected)))
    if paid.method is not PayMethod.MONEY:
        text = Text(
            "未以货币支付，不得以物品或代金券代替。请改以货币支付。",
            "Not paid in money: goods or vouchers do not count. Pay in money.",
        )
        found.append(("not_money", judge.finds("REG-18b", text)))
    if paid.payee is not Payee.STUDENT:
        text = Text(
            "未直接支付给学生，不得经第三方转发。请直接支付给学生本人。",
            "Not paid to the student: nobody may pass it on. Pay the student directly.",
        )
        found.append(("not_student", judge.finds("REG-18b", text)))
    return found


def _check_level(paid: Payment, terms: PayTerms, scaled: _Scale, *, judge: Judge) -> Outcome:
    """REG-18a over what was paid: the post's own rule, both wages counted by the month's days."""
    facts = PostFacts(
        kind=terms.kind,
        seats=1,
        pay_fen_month=paid.amount_fen,
        wage_reference_fen_month=scaled.of(terms.wages.reference_fen_month),
        wage_lowest_grade_fen_month=scaled.of(terms.wages.lowest_grade_fen_month),
    )
    return check_pay_level(facts, judge)
