"""Rules about the host: its form, inspection, caps on interns, venue and who organises."""

from __future__ import annotations

from datetime import date

from services.internships.domain.facts import (
    EnterpriseFacts,
    HostInspection,
    HostKind,
    InspectionItem,
    InternshipKind,
    OrganiserKind,
    PostFacts,
)
from services.internships.domain.findings import Judge, Level, Outcome
from services.internships.domain.rules_text import find_venue_words
from shared.kernel.errors import Text

_ITEM_NAMES = {
    InspectionItem.QUALIFICATION: ("资质", "qualification"),
    InspectionItem.INTEGRITY: ("诚信", "integrity"),
    InspectionItem.MANAGEMENT: ("管理水平", "management"),
    InspectionItem.NATURE_OF_POST: ("岗位性质和内容", "nature of the post"),
    InspectionItem.WORKING_TIME: ("工作时间", "working time"),
    InspectionItem.ENVIRONMENT: ("工作环境", "environment"),
    InspectionItem.HEALTH: ("健康保障", "health"),
    InspectionItem.SAFETY: ("安全防护", "safety"),
}
_BROKERS = {HostKind.SERVICE_ORGANISATION, HostKind.LABOUR_DISPATCH}
_PAID_ORGANISERS = {OrganiserKind.BROKER, OrganiserKind.LABOUR_DISPATCH}


def check_form(enterprise: EnterpriseFacts, judge: Judge) -> Outcome:
    """REG-2: a host is a registered legal person or organisation; so is an on-campus base."""
    if enterprise.legal_form:
        return judge.passes("REG-2")
    return judge.finds(
        "REG-2",
        Text(
            "未填写实习单位的法人或非法人组织资格。请填写登记的组织形式。",
            "The host's registered legal form is missing. Fill it in.",
        ),
    )


def check_inspection(enterprise: EnterpriseFacts, start_on: date | None, judge: Judge) -> Outcome:
    """REG-6: before a new host is used, a written report on eight items."""
    if enterprise.new_host is None:
        return judge.skips(
            "REG-6",
            Text(
                "学校尚未说明是否为新实习单位，考察评估未检查。",
                "The school has not said whether this host is new: the inspection is unchecked.",
            ),
        )
    if not enterprise.new_host:
        return judge.passes("REG-6")
    if enterprise.inspection is None:
        return judge.finds(
            "REG-6",
            Text(
                "新实习单位尚无书面考察报告。请学校实地考察并上传报告。",
                "This new host has no written inspection report. The school inspects it "
                "and files the report.",
            ),
        )
    return _judge_report(enterprise.inspection, start_on, judge)


def _judge_report(report: HostInspection, start_on: date | None, judge: Judge) -> Outcome:
    missing = [item for item in InspectionItem if item not in report.items]
    if missing:
        zh = "、".join(_ITEM_NAMES[item][0] for item in missing)
        en = ", ".join(_ITEM_NAMES[item][1] for item in missing)
        return judge.finds(
            "REG-6",
            Text(f"考察报告缺少：{zh}。请补齐八项内容。", f"The report lacks: {en}. Add them."),
            missing=tuple(missing),
        )
    if start_on is not None and report.reported_on > start_on:
        return judge.finds(
            "REG-6",
            Text(
                f"考察报告日期{report.reported_on}晚于实习开始日{start_on}。请先考察后安排。",
                f"The report of {report.reported_on} is later than the start on {start_on}. "
                "Inspect first.",
            ),
            reported_on=report.reported_on.isoformat(),
            start_on=start_on.isoformat(),
        )
    return judge.passes("REG-6")


def check_staff_cap(
    post: PostFacts, enterprise: EnterpriseFacts, judge: Judge, *, added: int
) -> Outcome:
    """REG-10a: interns are generally at most 10 % of staff on duty; a warning, never a refusal."""
    if post.kind is InternshipKind.ORIENTATION:
        return judge.skips("REG-10a", NOT_FOR_ORIENTATION)
    share = judge.book.number("internship.staff_share_max")
    staff = enterprise.staff_on_duty
    if staff is None or share is None:
        return judge.skips(
            "REG-10a",
            Text(
                "企业未申报在岗职工数及统计日期，10%一项未检查。",
                "The enterprise has not declared its staff on duty with a date: unchecked.",
            ),
        )
    cap = int(share * staff.value)
    planned = enterprise.interns_active + enterprise.interns_elsewhere + added
    if planned <= cap:
        return judge.passes("REG-10a")
    return judge.finds(
        "REG-10a",
        Text(
            f"按{staff.dated_on}统计的在岗职工{staff.value}人，一般不超过{cap}名实习学生，"
            f"现计{planned}名。请减少人数，或记录理由后继续。",
            f"With {staff.value} staff on duty on {staff.dated_on}, generally at most {cap} "
            f"interns; this makes {planned}. Plan fewer, or go on with a recorded reason.",
        ),
        staff=staff.value,
        dated_on=staff.dated_on.isoformat(),
        cap=cap,
        planned=planned,
        elsewhere=enterprise.interns_elsewhere,
    )


def check_same_post_cap(
    post: PostFacts, enterprise: EnterpriseFacts, judge: Judge, *, added: int
) -> Outcome:
    """REG-10b: interns in a post are generally at most 20 % of staff in posts of that kind."""
    if post.kind is InternshipKind.ORIENTATION:
        return judge.skips("REG-10b", NOT_FOR_ORIENTATION)
    share = judge.book.number("internship.same_post_share_max")
    staff = enterprise.staff_same_post
    if staff is None or share is None:
        return judge.skips(
            "REG-10b",
            Text(
                "企业未申报同类岗位在岗职工数及统计日期，20%一项未检查。",
                "The enterprise has not declared its staff in posts of this kind: unchecked.",
            ),
        )
    cap = int(share * staff.value)
    planned = post.interns_same_post + added
    if planned <= cap:
        return judge.passes("REG-10b")
    return judge.finds(
        "REG-10b",
        Text(
            f"按{staff.dated_on}统计的同类岗位在岗职工{staff.value}人，一般不高于{cap}名实习学生，"
            f"现计{planned}名。请减少人数，或记录理由后继续。",
            f"With {staff.value} staff in posts of this kind on {staff.dated_on}, generally at "
            f"most {cap} interns; this makes {planned}. Plan fewer, or record a reason.",
        ),
        staff=staff.value,
        dated_on=staff.dated_on.isoformat(),
        cap=cap,
        planned=planned,
    )


def check_venue(post: PostFacts, enterprise: EnterpriseFacts, judge: Judge) -> Outcome:
    """REG-16.5: no commercial entertainment venue, by industry class; words go to a person."""
    codes = [c.lstrip("ABCDEFGHIJKLMNOPQRST") for c in _industries(post, enterprise)]
    refused = judge.book.codes("internship.venue_industries")
    doubtful = judge.book.codes("internship.venue_industries_review")
    hits = sorted({code for code in codes if code.startswith(refused)})
    if hits:
        return judge.finds(
            "REG-16.5",
            Text(
                f"行业代码{'、'.join(hits)}属于营业性娱乐场所，不得安排实习。请更换实习单位或岗位。",
                f"Industry {', '.join(hits)} is a commercial entertainment venue: no internship "
                "there. Choose another host or post.",
            ),
            industries=tuple(hits),
        )
    unsure = sorted({c for c in codes if c.startswith(doubtful) or _contains(c, refused)})
    words = find_venue_words(post.texts)
    if unsure or words:
        return judge.finds(
            "REG-16.5",
            Text(
                "行业或文字可能涉及营业性娱乐场所，须由人工判断。",
                "The industry or the words may mean an entertainment venue: a person decides.",
            ),
            Level.REVIEW,
            industries=tuple(unsure),
            words=words,
        )
    if codes:
        return judge.passes("REG-16.5")
    return judge.skips(
        "REG-16.5",
        Text("未填写行业代码，场所未检查。", "No industry code is given: the venue is unchecked."),
    )


def _industries(post: PostFacts, enterprise: EnterpriseFacts) -> list[str]:
    return [code for code in (post.industry_code, enterprise.industry_code) if code]


def _contains(code: str, refused: tuple[str, ...]) -> bool:
    """Whether a division or group holds a refused class."""
    return bool(code) and any(item.startswith(code) for item in refused)


def check_organiser(post: PostFacts, enterprise: EnterpriseFacts, judge: Judge) -> Outcome:
    """REG-16.6: no broker and no paid agent organises, arranges or manages internships."""
    if enterprise.kind in _BROKERS or post.organiser in _PAID_ORGANISERS:
        return judge.finds(
            "REG-16.6",
            Text(
                "实习不得由中介机构、劳务派遣或有偿代理组织、安排和管理。请由学校与用工企业直接安排。",
                "No broker, labour dispatch or paid agent may organise internships. The school "
                "arranges it with the enterprise itself.",
            ),
            host_kind=enterprise.kind.value,
            organiser=post.organiser.value if post.organiser else None,
        )
    if post.organiser is None:
        return judge.skips(
            "REG-16.6",
            Text(
                "尚未确定由谁组织实习，进入学校批次后检查。",
                "Who organises is not known yet: checked in a school's batch.",
            ),
        )
    return judge.passes("REG-16.6")


NOT_FOR_ORIENTATION = Text(
    "本条只适用于岗位实习，认识实习不检查。",
    "This rule is for on-post internships; an orientation is not checked.",
)
