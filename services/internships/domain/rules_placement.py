"""Rules about one placement before it starts: consent, agreement, insurance, training, filing."""

from __future__ import annotations

from datetime import date, timedelta

from services.internships.domain.facts import (
    AgreementFacts,
    AgreementItem,
    AssessmentFacts,
    InsuranceKind,
    InternshipKind,
    Payer,
    PlacementFacts,
    PostFacts,
)
from services.internships.domain.findings import Judge, Outcome
from services.internships.domain.rules_host import NOT_FOR_ORIENTATION
from shared.kernel.errors import Text
from shared.policies.pack import Skipped

_ITEM_NAMES = {
    AgreementItem.TIME_PLACE_CONTENT: ("时间、地点、内容", "time, place and content"),
    AgreementItem.BOARD_HOURS_LEAVE: ("食宿、工时、休假", "board, hours and leave"),
    AgreementItem.PAY: ("报酬", "pay"),
    AgreementItem.LABOUR_PROTECTION: ("劳动保护", "labour protection"),
    AgreementItem.LIABILITY_AND_INJURY: ("责任保险与伤亡处理", "liability insurance and injury"),
    AgreementItem.ASSESSMENT: ("考核", "assessment"),
    AgreementItem.BREACH: ("违约责任", "breach"),
}


def check_consent(placement: PlacementFacts, post: PostFacts, judge: Judge) -> Outcome:
    """REG-9: student and guardian sign the informed consent, at any age."""
    if post.kind is InternshipKind.ORIENTATION:
        return judge.skips("REG-9", NOT_FOR_ORIENTATION)
    signatures = (
        (placement.consent_student_on, "学生", "the student"),
        (placement.consent_guardian_on, "监护人", "the guardian"),
    )
    missing = [(zh, en) for on, zh, en in signatures if on is None or on > placement.start_on]
    if not missing:
        return judge.passes("REG-9")
    return judge.finds(
        "REG-9",
        Text(
            f"知情同意书缺少{'、'.join(zh for zh, _ in missing)}在开始日前的签字"
            "（任何年龄均须共同签字）。请补签。",
            f"The consent is not signed before the start by {' and '.join(e for _, e in missing)} "
            "(both sign, at any age). Have it signed.",
        ),
        missing=tuple(en for _, en in missing),
    )


def check_free_choice(placement: PlacementFacts, post: PostFacts, judge: Judge) -> Outcome:
    """REG-10c: nobody is forced to a host: the student has accepted this placement."""
    if post.kind is InternshipKind.ORIENTATION:  # the school arranges it for the whole class
        return judge.skips("REG-10c", NOT_FOR_ORIENTATION)
    if placement.student_accepted_on is not None:
        return judge.passes("REG-10c")
    return judge.finds(
        "REG-10c",
        Text(
            "学生尚未自主确认本安排，不得强制安排到指定单位。请学生确认或另选。",
            "The student has not accepted this placement, and nobody may be forced to a host. "
            "Let the student accept or choose another.",
        ),
    )


def check_mentors(placement: PlacementFacts, post: PostFacts, judge: Judge) -> Outcome:
    """REG-12: a mentor of the host and a teacher of the school are named."""
    wanted = ((placement.mentor_named, "实习单位指导人员", "a mentor"),)
    wanted += ((placement.teacher_named, "学校指导教师", "a teacher"),)
    missing = [(zh, en) for named, zh, en in wanted if not named]
    if missing:
        return judge.finds(
            "REG-12",
            Text(
                f"尚未指定{'、'.join(zh for zh, _ in missing)}。请指定。",
                f"Name {' and '.join(en for _, en in missing)}.",
            ),
            missing=tuple(en for _, en in missing),
        )
    most = judge.book.number("internship.students_per_mentor_max")
    load = post.students_per_mentor
    if most is not None and load is not None and load > most:
        return judge.finds(
            "REG-12",
            Text(
                f"每名指导人员带{load}名学生，超过{most}名。请增加指导人员。",
                f"One mentor for {load} students, over {most}. Name more mentors.",
            ),
            students_per_mentor=load,
        )
    return judge.passes("REG-12")


def check_filing(placement: PlacementFacts, post: PostFacts, judge: Judge) -> Outcome:
    """REG-13b: filed beforehand; across provinces or abroad with consent and provincial filing."""
    if post.kind is InternshipKind.ORIENTATION:
        return judge.skips("REG-13b", NOT_FOR_ORIENTATION)
    missing: list[tuple[str, str]] = []
    filed = placement.filed_with_authority_on
    if filed is None or filed > placement.start_on:
        missing.append(("开始前向主管部门备案", "filing with the authority before the start"))
    if placement.crosses_province_or_border:
        if placement.authority_consent_on is None:
            missing.append(("主管部门同意（跨省或出境）", "the authority's consent"))
        if not placement.provincial_filing_no:
            missing.append(("省级部门备案号（跨省或出境）", "the provincial filing number"))
    if not missing:
        return judge.passes("REG-13b")
    return judge.finds(
        "REG-13b",
        Text(
            f"尚缺：{'、'.join(zh for zh, _ in missing)}。请补办并登记。",
            f"Still missing: {', '.join(en for _, en in missing)}. Do it and record it.",
        ),
        missing=tuple(en for _, en in missing),
    )


def check_agreement(placement: PlacementFacts, post: PostFacts, judge: Judge) -> Outcome:
    """REG-14: a tripartite agreement on the model text, signed by all before the start."""
    if post.kind is InternshipKind.ORIENTATION:
        return judge.skips("REG-14", NOT_FOR_ORIENTATION)
    agreement = placement.agreement
    if agreement is None:
        return judge.finds(
            "REG-14",
            Text(
                "尚未签订三方协议，未签不得安排实习。请以示范文本为基础签订。",
                "There is no tripartite agreement, and without one nobody starts. Sign one on the "
                "model text.",
            ),
        )
    faults = _agreement_faults(agreement, placement.start_on)
    if not faults:
        return judge.passes("REG-14")
    return judge.finds(
        "REG-14",
        Text(
            f"三方协议：{'；'.join(zh for zh, _ in faults)}。请补齐后再开始。",
            f"Tripartite agreement: {'; '.join(en for _, en in faults)}. Mend it before the start.",
        ),
        faults=tuple(en for _, en in faults),
    )


def _agreement_faults(agreement: AgreementFacts, start_on: date) -> list[tuple[str, str]]:
    signatures = (
        (agreement.school_signed_on, "学校", "the school"),
        (agreement.enterprise_signed_on, "实习单位", "the host"),
        (agreement.student_signed_on, "学生", "the student"),
    )
    faults = [
        (f"缺少{zh}在{start_on}前的签字", f"not signed by {en} until {start_on}")
        for signed_on, zh, en in signatures
        if signed_on is None or signed_on > start_on
    ]
    if not agreement.template_official:
        faults.append(("未以示范文本为基础", "not based on the model text"))
    return faults


def check_agreement_items(placement: PlacementFacts, post: PostFacts, judge: Judge) -> Outcome:
    """REG-15: every required item of the agreement is filled in."""
    if post.kind is InternshipKind.ORIENTATION:
        return judge.skips("REG-15", NOT_FOR_ORIENTATION)
    if placement.agreement is None:
        return judge.skips("REG-15", Text("尚无协议可查。", "There is no agreement to read."))
    missing = [item for item in AgreementItem if item not in placement.agreement.items]
    if not missing:
        return judge.passes("REG-15")
    zh = "、".join(_ITEM_NAMES[item][0] for item in missing)
    en = ", ".join(_ITEM_NAMES[item][1] for item in missing)
    return judge.finds(
        "REG-15",
        Text(f"协议未填写：{zh}。请补充。", f"The agreement leaves open: {en}. Fill it in."),
        missing=tuple(missing),
    )


def check_training(placement: PlacementFacts, judge: Judge) -> Outcome:
    """REG-30: safety training is passed before the post."""
    passed_on = placement.safety_training_passed_on
    if passed_on is not None and passed_on <= placement.start_on:
        return judge.passes("REG-30")
    return judge.finds(
        "REG-30",
        Text(
            "开始日前没有安全教育与岗前培训合格记录，未经培训不得上岗。请先培训。",
            "No safety training was passed before the start. Train first.",
        ),
    )


def check_insurance(placement: PlacementFacts, judge: Judge) -> Outcome:
    """REG-35: liability insurance covers every day, never at the student's cost."""
    counted = {InsuranceKind.LIABILITY}
    work_injury = judge.book.parameters["internship.work_injury_counts"]
    if not isinstance(work_injury, Skipped) and work_injury.value is True:
        counted.add(InsuranceKind.WORK_INJURY)
    covers = [cover for cover in placement.insurance if cover.kind in counted]
    if any(cover.payer is Payer.STUDENT for cover in covers):
        return judge.finds(
            "REG-35",
            Text(
                "实习保险费不得向学生收取或从报酬中抵扣。请由学校或实习单位支付。",
                "Insurance may not be charged to the student or taken from the pay. School or host "
                "pays it.",
            ),
        )
    gap = first_day_uncovered(
        [(cover.from_on, cover.until_on) for cover in covers], placement.start_on, placement.end_on
    )
    if gap is None:
        return judge.passes("REG-35")
    names = "、".join(sorted(_KIND_NAMES[kind] for kind in counted))
    return judge.finds(
        "REG-35",
        Text(
            f"{gap}起没有保险（可计入：{names}），须覆盖{placement.start_on}至{placement.end_on}。请投保或续保。",
            f"From {gap} nothing insures the student; cover {placement.start_on} to "
            f"{placement.end_on}. Insure or extend.",
        ),
        first_day_uncovered=gap.isoformat(),
        counted=tuple(sorted(kind.value for kind in counted)),
    )


def first_day_uncovered(spans: list[tuple[date, date]], start: date, end: date) -> date | None:
    """Return the first day of [start, end] outside every span, or None; both ends count.

    >>> first_day_uncovered([(date(2026, 1, 1), date(2026, 1, 9)),
    ...                      (date(2026, 1, 10), date(2026, 2, 1))],
    ...                     date(2026, 1, 5), date(2026, 2, 2))
    datetime.date(2026, 2, 2)
    """
    day = start
    for from_on, until_on in sorted(spans):
        if from_on > day:
            break
        day = max(day, until_on + timedelta(days=1))
    return day if day <= end else None


_KIND_NAMES = {
    InsuranceKind.LIABILITY: "实习责任保险",
    InsuranceKind.ACCIDENT: "人身意外伤害保险",
    InsuranceKind.WORK_INJURY: "工伤保险",
}


def check_joint_assessment(assessment: AssessmentFacts, judge: Judge) -> Outcome:
    """REG-29: school and host assess together, not simply by employee standards."""
    faults: list[tuple[str, str]] = []
    if not assessment.assessed_by_school:
        faults.append(("缺少学校考核", "the school has not assessed"))
    if not assessment.assessed_by_enterprise:
        faults.append(("缺少实习单位考核", "the host has not assessed"))
    if assessment.uses_employee_standards:
        faults.append(("简单套用员工标准", "employee standards are used"))
    if not faults:
        return judge.passes("REG-29")
    return judge.finds(
        "REG-29",
        Text(
            f"{'；'.join(zh for zh, _ in faults)}。请校企以育人为目标共同考核。",
            f"{'; '.join(en for _, en in faults)}. Assess together, for learning.",
        ),
        faults=tuple(en for _, en in faults),
    )
