"""Rules about the work itself: tasks, length, hazards, hours, nights, rest days."""

from __future__ import annotations

from datetime import time

from services.internships.domain.facts import HAZARD_NAMES, InternshipKind, PostFacts
from services.internships.domain.findings import Judge, Level, Outcome
from services.internships.domain.rules_host import NOT_FOR_ORIENTATION
from shared.catalogues.major_codes import MEDICAL_GROUP, group_of
from shared.kernel.errors import Text
from shared.policies.pack import Skipped, Span

_DAY_MIN = 24 * 60


def check_tasks(post: PostFacts, judge: Judge) -> Outcome:
    """REG-11: a list of typical tasks; a length other than about six months is shown."""
    if post.kind is InternshipKind.ORIENTATION:
        return judge.skips("REG-11", NOT_FOR_ORIENTATION)
    if not post.typical_tasks:
        return judge.finds(
            "REG-11",
            Text(
                "未列出典型工作任务。请逐项填写，不得仅安排简单重复劳动。",
                "No typical tasks are listed. List them; simple repetitive work alone is refused.",
            ),
        )
    usual = judge.book.number("internship.weeks_usual")
    if post.start_on is None or post.end_on is None or usual is None:
        return judge.passes("REG-11")
    weeks = round(((post.end_on - post.start_on).days + 1) / 7)
    if weeks == usual:
        return judge.passes("REG-11")
    return judge.finds(
        "REG-11",
        Text(
            f"实习共{weeks}周；岗位实习时间一般为6个月（约{usual}周），可按培养方案分段安排。",
            f"The internship takes {weeks} weeks; about six months ({usual} weeks) is usual, "
            "in one or several parts by the training plan.",
        ),
        Level.INFO,
        weeks=weeks,
    )


def check_intensity(post: PostFacts, judge: Judge) -> Outcome:
    """REG-16.7: no physical work of level III or above."""
    if post.intensity is None:
        return judge.skips(
            "REG-16.7",
            Text(
                "未填写体力劳动强度级别，未检查。", "No level of physical work is given: unchecked."
            ),
        )
    if post.intensity.value not in judge.book.codes("internship.intensity_refused"):
        return judge.passes("REG-16.7")
    return judge.finds(
        "REG-16.7",
        Text(
            f"体力劳动强度{post.intensity.value}级，不得安排学生从事Ⅲ级及以上体力劳动。请调整岗位内容。",
            f"Physical work of level {post.intensity.value}: students may not do level III or "
            "above. Change the work.",
        ),
        intensity=post.intensity.value,
    )


def check_hazards(post: PostFacts, judge: Judge) -> Outcome:
    """REG-17.1: no high-risk work, unless a special requirement is filed."""
    if post.hazards is None:
        return judge.skips(
            "REG-17.1",
            Text("未申报有无高风险作业，未检查。", "High-risk work is not declared: unchecked."),
        )
    if not post.hazards:
        return judge.passes("REG-17.1")
    zh = "、".join(HAZARD_NAMES[hazard][0] for hazard in post.hazards)
    en = ", ".join(HAZARD_NAMES[hazard][1] for hazard in post.hazards)
    return _article_17(
        "REG-17.1",
        Text(
            f"岗位含高风险作业：{zh}。请去除，或填写主管部门的备案号。",
            f"The post has high-risk work: {en}. Remove it, or give the authority's filing number.",
        ),
        post=post,
        judge=judge,
    )


def check_rest_days(post: PostFacts, judge: Judge) -> Outcome:
    """REG-17.2: not on rest days or public holidays, unless a special requirement is filed."""
    rest = judge.book.number("internship.rest_days_week_min")
    too_many = rest is not None and post.days_week is not None and post.days_week > 7 - rest
    if post.works_rest_days or too_many:
        return _article_17(
            "REG-17.2",
            Text(
                "岗位安排在休息日或法定节假日（或每周休息不足）。请改为工作日，或填写主管部门的备案号。",
                "The post works on rest days or public holidays (or leaves too few). Move it to "
                "working days, or give the authority's filing number.",
            ),
            post=post,
            judge=judge,
        )
    if post.works_rest_days is None:
        return judge.skips(
            "REG-17.2",
            Text(
                "未申报是否在休息日、法定节假日实习，未检查。",
                "Work on rest days and public holidays is not declared: unchecked.",
            ),
        )
    return judge.passes("REG-17.2")


def check_hours(post: PostFacts, judge: Judge) -> Outcome:
    """REG-17.3: no overtime and no night shift, unless a special requirement is filed."""
    faults = [*_long_hours(post, judge), *_night_hours(post, judge)]
    if faults:
        return _article_17(
            "REG-17.3",
            Text(
                "；".join(zh for zh, _ in faults) + "。请调整工时，或填写主管部门的备案号。",
                "; ".join(en for _, en in faults)
                + ". Change the hours, or give the authority's filing number.",
            ),
            post=post,
            judge=judge,
        )
    no_night = post.works_night is None and None in {post.shift_start, post.shift_end}
    if None in {post.hours_day, post.days_week} or no_night:
        return judge.skips(
            "REG-17.3",
            Text(
                "每日工时、每周天数或班次时间未全部填写，未检查。",
                "Hours a day, days a week or the shift is not given: unchecked.",
            ),
        )
    return judge.passes("REG-17.3")


def _long_hours(post: PostFacts, judge: Judge) -> list[tuple[str, str]]:
    day = judge.book.number("internship.hours_day_max")
    week = judge.book.number("internship.hours_week_max")
    faults: list[tuple[str, str]] = []
    if post.works_overtime:
        faults.append(("安排加班", "overtime is planned"))
    if post.hours_day is None:
        return faults
    if day is not None and post.hours_day > day:
        faults.append(
            (
                f"每日{post.hours_day}小时，超过{day}小时",
                f"{post.hours_day} hours a day, over {day}",
            )
        )
    hours_week = None if post.days_week is None else post.hours_day * post.days_week
    if week is not None and hours_week is not None and hours_week > week:
        faults.append(
            (f"每周{hours_week}小时，超过{week}小时", f"{hours_week} hours a week, over {week}")
        )
    return faults


def _night_hours(post: PostFacts, judge: Judge) -> list[tuple[str, str]]:
    if post.works_night:
        return [("安排夜班", "a night shift is planned")]
    night = (_clock(judge, "internship.night_from"), _clock(judge, "internship.night_until"))
    shift = (post.shift_start, post.shift_end)
    if None in {*night, *shift} or not overlaps(shift, night):
        return []
    return [
        (
            f"班次{post.shift_start:%H:%M}—{post.shift_end:%H:%M}含夜间（{night[0]:%H:%M}—{night[1]:%H:%M}）",
            f"the shift {post.shift_start:%H:%M}-{post.shift_end:%H:%M} reaches into the night",
        )
    ]


def _clock(judge: Judge, key: str) -> time | None:
    found = judge.book.parameters[key]
    return None if isinstance(found, Skipped) else time.fromisoformat(str(found.value))


def overlaps(
    shift: tuple[time | None, time | None], night: tuple[time | None, time | None]
) -> bool:
    """Return whether two daily spans share time; either may run over midnight.

    >>> overlaps((time(14), time(22)), (time(22), time(6)))
    False
    >>> overlaps((time(23), time(7)), (time(22), time(6)))
    True
    """
    first, second = _minutes(shift), _minutes(night)
    return any(
        max(first[0], second[0] + turn) < min(first[1], second[1] + turn)
        for turn in (-_DAY_MIN, 0, _DAY_MIN)
    )


def _minutes(span: tuple[time | None, time | None]) -> tuple[int, int]:
    start, end = span
    assert start is not None
    assert end is not None
    begin = start.hour * 60 + start.minute
    until = end.hour * 60 + end.minute
    return begin, until if until > begin else until + _DAY_MIN


def _article_17(rule: str, text: Text, *, post: PostFacts, judge: Judge) -> Outcome:
    """A filed special requirement exempts from article 17; the exemption stays visible."""
    if not post.special_filing_no:
        return judge.finds(rule, text)
    return judge.finds(
        rule,
        Text(
            f"已凭备案号{post.special_filing_no}豁免：{text.zh}",
            f"Exempt by filing {post.special_filing_no}: {text.en}",
        ),
        Level.INFO,
        special_filing_no=post.special_filing_no,
    )


def check_disguise(post: PostFacts, judge: Judge) -> Outcome:
    """REG-40: an orientation with pay or full shifts may be an on-post internship in disguise."""
    if post.kind is InternshipKind.ON_POST:
        return judge.passes("REG-40")
    day = judge.book.number("internship.hours_day_max")
    paid = post.pay_fen_day is not None or post.pay_fen_month is not None
    full = day is not None and post.hours_day is not None and post.hours_day >= day
    if not paid and not full:
        return judge.passes("REG-40")
    return judge.finds(
        "REG-40",
        Text(
            "认识实习带有报酬或整班工时，须由人工判断是否变相岗位实习。如是，请改为岗位实习并补齐手续。",
            "This orientation has pay or full shifts: a person decides whether it is an on-post "
            "internship in disguise. If so, declare it as one.",
        ),
        Level.REVIEW,
        paid=paid,
        full_shift=full,
    )


def check_medical_length(post: PostFacts, judge: Judge) -> Outcome:
    """REG-41: months of clinical practice, where local rules give them."""
    found = judge.book.parameters["internship.medical_months"]
    if isinstance(found, Skipped):
        return judge.skips("REG-41", found.reason)
    if MEDICAL_GROUP not in {group_of(code) for code in post.major_codes}:
        return judge.skips(
            "REG-41",
            Text("岗位未列医药卫生大类专业，不检查。", "No medical major is named: not checked."),
        )
    if post.start_on is None or post.end_on is None:
        return judge.skips("REG-41", Text("未填写起止日期，未检查。", "No dates: unchecked."))
    assert isinstance(found.value, Span)
    months = round(((post.end_on - post.start_on).days + 1) * 12 / 365)
    if months >= found.value.low:
        return judge.passes("REG-41")
    return judge.finds(
        "REG-41",
        Text(
            f"临床实习约{months}个月，地方细则要求{found.value.low}个月以上。请延长或分段安排。",
            f"The clinical practice takes about {months} months; local rules ask for "
            f"{found.value.low} or more. Extend it or add parts.",
        ),
        months=months,
    )
