"""Rules about pay: how much, how often, in what form and to whom (article 18)."""

from __future__ import annotations

from decimal import Decimal

from services.internships.domain.facts import InternshipKind, Payee, PayMethod, PostFacts
from services.internships.domain.findings import Judge, Level, Outcome
from services.internships.domain.rules_host import NOT_FOR_ORIENTATION
from shared.kernel.errors import Text

_WEEKS_PER_MONTH = Decimal(52) / Decimal(12)


def pay_fen_month_of(post: PostFacts) -> int | None:
    """Return the pay of a month in fen: as declared, or the day's pay over the weekly days.

    >>> pay_fen_month_of(PostFacts(kind=InternshipKind.ON_POST, seats=1, pay_fen_day=12_000,
    ...                            days_week=Decimal(5)))
    260000
    """
    if post.pay_fen_month is not None:
        return post.pay_fen_month
    if post.pay_fen_day is None or post.days_week is None:
        return None
    return int(post.pay_fen_day * post.days_week * _WEEKS_PER_MONTH)


def check_pay_level(post: PostFacts, judge: Judge) -> Outcome:
    """REG-18a: at least 80 % of the wage of the same post, or the lowest wage grade."""
    if post.kind is InternshipKind.ORIENTATION:
        return judge.skips("REG-18a", NOT_FOR_ORIENTATION)
    pay = pay_fen_month_of(post)
    share = judge.book.number("internship.pay_share_min")
    if pay is None or share is None:
        return judge.skips(
            "REG-18a",
            Text(
                "未填写报酬（或按日报酬缺少每周天数），未检查。",
                "No pay is given (or a day's pay without days a week): unchecked.",
            ),
        )
    reference = post.wage_reference_fen_month
    lowest = post.wage_lowest_grade_fen_month
    if reference is None and lowest is None:
        return judge.skips(
            "REG-18a",
            Text(
                "企业未申报相同岗位工资标准或最低档工资标准（可保密申报），未检查。",
                "The enterprise has declared neither the wage of the same post nor its lowest "
                "grade (it may do so privately): unchecked.",
            ),
        )
    floor = None if reference is None else int((share * reference).to_integral_value())
    return _judge_pay(pay, floor=floor, lowest=lowest, judge=judge)


def _judge_pay(pay: int, *, floor: int | None, lowest: int | None, judge: Judge) -> Outcome:
    """The article joins both floors by “or”: the lower one is enough, the other is shown."""
    needed = min(figure for figure in (floor, lowest) if figure is not None)
    if pay >= needed:
        if floor is None or pay >= floor:
            return judge.passes("REG-18a")
        return judge.finds(
            "REG-18a",
            Text(
                "报酬达到最低档工资标准，但低于相同岗位工资标准的80%。符合条文，供参考。",
                "The pay reaches the lowest wage grade but not 80 % of the wage of the same post. "
                "The article allows it; for your information.",
            ),
            Level.INFO,
            pay_fen_month=pay,
        )
    # The declared wages are private: the finding tells the shortfall to nobody.
    return judge.finds(
        "REG-18a",
        Text(
            "报酬低于相同岗位工资标准的80%和最低档工资标准。请提高报酬，或说明学生尚不能相对独立工作的理由。",
            "The pay is below 80 % of the wage of the same post and below the lowest wage grade. "
            "Raise it, or record why the students do not work relatively independently.",
        )
        if floor is not None and lowest is not None
        else Text(
            "报酬低于企业申报的参照工资要求。请提高报酬，或补充另一项参照工资后重新检查。",
            "The pay is below what the declared wage asks for. Raise it, or declare the other "
            "reference wage and check again.",
        ),
        pay_fen_month=pay,
    )


def check_pay_form(post: PostFacts, judge: Judge) -> Outcome:
    """REG-18b: in money, directly to the student, at most a month apart."""
    if post.pay_fen_day is None and post.pay_fen_month is None:
        return judge.skips("REG-18b", Text("未填写报酬，未检查。", "No pay is given: unchecked."))
    longest = judge.book.number("internship.pay_cycle_days_max")
    faults: list[tuple[str, str]] = []
    if post.pay_method not in {None, PayMethod.MONEY}:
        faults.append(
            ("须以货币支付，不得以物品或代金券代替", "pay in money, not goods or vouchers")
        )
    if post.payee not in {None, Payee.STUDENT}:
        faults.append(("须直接支付给学生，不得经第三方转发", "pay the student directly"))
    if post.pay_cycle_days is not None and longest is not None and post.pay_cycle_days > longest:
        faults.append(
            (
                f"支付周期{post.pay_cycle_days}天，原则上不超过1个月",
                f"the cycle of {post.pay_cycle_days} days is in principle at most one month",
            )
        )
    if faults:
        return judge.finds(
            "REG-18b",
            Text(
                "；".join(zh for zh, _ in faults) + "。请修改。",
                "Mend: " + "; ".join(en for _, en in faults) + ".",
            ),
            pay_method=post.pay_method.value if post.pay_method else None,
            payee=post.payee.value if post.payee else None,
            pay_cycle_days=post.pay_cycle_days,
        )
    if None in {post.pay_method, post.payee, post.pay_cycle_days}:
        return judge.skips(
            "REG-18b",
            Text(
                "支付方式、收款人或周期未全部填写，未检查。",
                "Method, payee or cycle of pay is not given: unchecked.",
            ),
        )
    return judge.passes("REG-18b")
