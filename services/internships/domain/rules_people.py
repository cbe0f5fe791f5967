"""Rules about the student: year, age, refused work, and whether the major fits the post."""

from __future__ import annotations

from datetime import date

from services.internships.domain.facts import (
    HAZARD_NAMES,
    EnterpriseFacts,
    Hazard,
    InternshipKind,
    PostFacts,
    Sex,
    StudentFacts,
)
from services.internships.domain.findings import Judge, Level, Outcome
from services.internships.domain.rules_host import NOT_FOR_ORIENTATION
from shared.catalogues.major_codes import GROUPS, group_of
from shared.kernel.errors import Text


def age_on(birth_on: date, day: date) -> int:
    """Return full years of age on a day; who is born on 29 February turns a year on 1 March.

    >>> age_on(date(2010, 9, 1), date(2026, 8, 31)), age_on(date(2010, 9, 1), date(2026, 9, 1))
    (15, 16)
    """
    return day.year - birth_on.year - ((day.month, day.day) < (birth_on.month, birth_on.day))


def check_post_majors(
    post: PostFacts, judge: Judge, *, occupation_groups: frozenset[str] = frozenset()
) -> Outcome:
    """REG-8 at the post: the majors it accepts belong to its occupation's major groups.

    `occupation_groups` are the groups of the majors that the teaching standards lead to the
    post's occupation; empty where no standard names the occupation.
    """
    if post.kind is InternshipKind.ORIENTATION:
        return judge.skips("REG-8", NOT_FOR_ORIENTATION)
    groups = _groups(post.major_codes)
    if not groups or not occupation_groups:
        return judge.skips(
            "REG-8",
            Text(
                "岗位未列职业教育专业，或职业与专业无对应关系可查；按学生逐一检查。",
                "The post names no vocational major, or no standard ties its occupation to one: "
                "checked with each student.",
            ),
        )
    far = sorted(groups - occupation_groups)
    if not far:
        return judge.passes("REG-8")
    return judge.finds(
        "REG-8",
        Text(
            f"岗位所列专业中有与职业不同的专业大类：{_names_zh(far)}。请核对专业，或记录理由。",
            f"Some majors are of another group than the occupation: {_names_en(far)}. Check them, "
            "or record a reason.",
        ),
        groups=tuple(far),
    )


def check_relevance(
    student: StudentFacts, post: PostFacts, judge: Judge, *, reason: str | None = None
) -> Outcome:
    """REG-8 with a student: not across major groups (专业大类) in principle."""
    if post.kind is InternshipKind.ORIENTATION:
        return judge.skips("REG-8", NOT_FOR_ORIENTATION)
    own = None if student.major_code is None else group_of(student.major_code)
    groups = _groups(post.major_codes)
    if own is None or not groups:
        return judge.skips(
            "REG-8",
            Text(
                "学生或岗位缺少职业教育专业代码（普通本科专业不在十九个专业大类中），未检查。",
                "Student or post has no vocational major code (undergraduate majors are outside "
                "the 19 groups): unchecked.",
            ),
        )
    if own in groups:
        return judge.passes("REG-8")
    if reason:
        return judge.finds(
            "REG-8",
            Text(
                f"跨专业大类，已记录理由：{reason}",
                f"Across major groups, for this reason: {reason}",
            ),
            Level.INFO,
            student_group=own,
            reason=reason,
        )
    return judge.finds(
        "REG-8",
        Text(
            f"学生专业属{GROUPS[own].zh}，岗位面向{_names_zh(sorted(groups))}，"
            "原则上不得跨专业大类。请另选岗位，或由学校记录理由。",
            f"The student's major is of {GROUPS[own].en}, the post is for "
            f"{_names_en(sorted(groups))}: in principle not across groups. Choose another post, "
            "or the school records a reason.",
        ),
        student_group=own,
        post_groups=tuple(sorted(groups)),
    )


def _groups(codes: tuple[str, ...]) -> frozenset[str]:
    return frozenset(group for group in map(group_of, codes) if group is not None)


def _names_zh(groups: list[str]) -> str:
    return "、".join(GROUPS[group].zh for group in groups)


def _names_en(groups: list[str]) -> str:
    return ", ".join(GROUPS[group].en for group in groups)


def check_grade_year(student: StudentFacts, post: PostFacts, judge: Judge) -> Outcome:
    """REG-16.1: no first-year student in an on-post internship."""
    if post.kind is InternshipKind.ORIENTATION:
        return judge.skips("REG-16.1", NOT_FOR_ORIENTATION)
    least = judge.book.number("internship.grade_year_min")
    if student.grade_year is None or least is None:
        return judge.skips(
            "REG-16.1",
            Text("缺少学生年级，未检查。", "The year of study is missing: unchecked."),
        )
    if student.grade_year >= least:
        return judge.passes("REG-16.1")
    return judge.finds(
        "REG-16.1",
        Text(
            "一年级在校学生不得岗位实习。可先安排认识实习，升入二年级后再安排。",
            "First-year students may not do an on-post internship. Plan an orientation now and "
            "the post from the second year.",
        ),
        grade_year=student.grade_year,
    )


def check_age(student: StudentFacts, post: PostFacts, judge: Judge, *, start_on: date) -> Outcome:
    """REG-16.2: no student under 16 in an on-post internship."""
    if post.kind is InternshipKind.ORIENTATION:
        return judge.skips("REG-16.2", NOT_FOR_ORIENTATION)
    least = judge.book.number("internship.age_min")
    if student.birth_on is None or least is None:
        return judge.skips("REG-16.2", _NO_BIRTH)
    age = age_on(student.birth_on, start_on)
    if age >= least:
        return judge.passes("REG-16.2")
    return judge.finds(
        "REG-16.2",
        Text(
            f"学生在{start_on}未满{least}周岁，不得岗位实习。请推迟到年满之后。",
            f"The student is under {least} on {start_on}: no on-post internship. Start later.",
        ),
        age=age,
        start_on=start_on.isoformat(),
    )


def check_minor_work(
    student: StudentFacts, post: PostFacts, judge: Judge, *, start_on: date
) -> Outcome:
    """REG-16.3: minors do no work of the list for minor workers.

    The hazards that the list names outright block. The list is longer than our hazard codes
    (dust, cold, heat, loads, assembly lines …) and partly graded: a person compares, once per
    post, and records it as `suits_minors`.
    """
    adult = judge.book.number("internship.age_adult")
    if student.birth_on is None or adult is None:
        return judge.skips("REG-16.3", _NO_BIRTH)
    if age_on(student.birth_on, start_on) >= adult:
        return judge.passes("REG-16.3")
    refused = set(judge.book.codes("internship.minor_hazards"))
    hits = [hazard for hazard in post.hazards or () if hazard.value in refused]
    if hits or post.suits_minors is False:
        return judge.finds(
            "REG-16.3",
            Text(
                f"未成年学生不得从事禁忌劳动{_bracket_zh(hits)}（《未成年工特殊保护规定》）。请另选岗位。",
                f"Minors may not do this work{_bracket_en(hits)} (rules on minor workers). Choose "
                "another post.",
            ),
            hazards=tuple(hazard.value for hazard in hits),
        )
    if post.suits_minors:
        return judge.passes("REG-16.3")
    return judge.finds(
        "REG-16.3",
        Text(
            "学生未成年：须由人工将岗位与《未成年工特殊保护规定》第三条逐项核对，并在岗位上登记结论。",
            "The student is a minor: a person compares the post with article 3 of the rules on "
            "minor workers and records the result with the post.",
        ),
        Level.REVIEW,
        hazards=tuple(hazard.value for hazard in post.hazards or ()),
    )


def check_women_work(
    student: StudentFacts, post: PostFacts, judge: Judge, *, enterprise: EnterpriseFacts
) -> Outcome:
    """REG-16.4: only the general list for women; never about pregnancy or period.

    Sex is looked at only where the post has a listed hazard; otherwise it is not needed.
    """
    if post.hazards is None:
        return judge.skips(
            "REG-16.4",
            Text("未申报有无高风险作业，未检查。", "High-risk work is not declared: unchecked."),
        )
    listed = set(judge.book.codes("internship.women_hazards_review"))
    hits = [hazard for hazard in post.hazards if hazard.value in listed]
    if not hits or student.sex is Sex.MALE:
        return judge.passes("REG-16.4")
    mines = judge.book.codes("internship.women_mine_industries")
    codes = [code for code in (post.industry_code, enterprise.industry_code) if code]
    in_mine = any(code.lstrip("B").startswith(mines) for code in codes)
    if in_mine and Hazard.UNDERGROUND in hits and student.sex is Sex.FEMALE:
        return judge.finds(
            "REG-16.4",
            Text(
                "女学生不得从事矿山井下作业（《女职工劳动保护特别规定》附录一）。请另选岗位。",
                "Women may not work underground in mines (annex 1 of the rules on women workers). "
                "Choose another post.",
            ),
            hazards=tuple(hazard.value for hazard in hits),
        )
    return judge.finds(
        "REG-16.4",
        Text(
            f"岗位含{_names(hits, 0)}：须由人工核对是否属于女职工一般禁忌劳动范围。"
            "不得询问孕期、经期。",
            f"The post has {_names(hits, 1)} work: a person checks the general list for women. "
            "Never ask about pregnancy or period.",
        ),
        Level.REVIEW,
        hazards=tuple(hazard.value for hazard in hits),
    )


def _names(hazards: list[Hazard], language: int) -> str:
    return ("、", ", ")[language].join(HAZARD_NAMES[hazard][language] for hazard in hazards)


def _bracket_zh(hazards: list[Hazard]) -> str:
    return f"：{_names(hazards, 0)}" if hazards else ""


def _bracket_en(hazards: list[Hazard]) -> str:
    return f": {_names(hazards, 1)}" if hazards else ""


_NO_BIRTH = Text("缺少出生日期，未检查。", "The date of birth is missing: unchecked.")
