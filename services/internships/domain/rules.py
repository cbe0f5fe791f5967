"""The internship rules by the step that asks: a post, a student, a start, an assessment.

Every report states every rule of the book: passed, found, or skipped with its reason. The
predicates live in rules_host, rules_work, rules_pay, rules_people, rules_placement, rules_text.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from services.internships.domain import (
    rules_host,
    rules_pay,
    rules_people,
    rules_placement,
    rules_text,
    rules_work,
)
from services.internships.domain.facts import (
    AssessmentFacts,
    EnterpriseFacts,
    PlacementFacts,
    PostFacts,
    SchoolKind,
    StudentFacts,
)
from services.internships.domain.findings import Judge, Outcome, Report, build_report
from shared.kernel.errors import Text
from shared.policies.pack import Rulebook

_ELSEWHERE = {
    "host": Text("在检查岗位时检查。", "Checked with the post."),
    "post": Text("在检查岗位时检查。", "Checked with the post."),
    "student": Text("在审查学生资格时检查。", "Checked with each student."),
    "placement": Text("在实习开始前检查。", "Checked before the placement starts."),
    "assessment": Text("在实习考核时检查。", "Checked when the placement is assessed."),
}


def check_post(
    post: PostFacts,
    enterprise: EnterpriseFacts,
    book: Rulebook,
    *,
    school_kind: SchoolKind | None = None,
    occupation_groups: frozenset[str] = frozenset(),
) -> Report:
    """Report on a post and its host; `occupation_groups` as in `rules_people.check_post_majors`."""
    judge = _judge(book, school_kind)
    outcomes = _post_outcomes(post, enterprise, judge, added=post.seats)
    outcomes += (rules_people.check_post_majors(post, judge, occupation_groups=occupation_groups),)
    return _report(judge, outcomes)


def check_student_eligibility(
    student: StudentFacts,
    post: PostFacts,
    enterprise: EnterpriseFacts,
    *,
    book: Rulebook,
    start_on: date,
    relevance_reason: str | None = None,
) -> Report:
    """Report on whether a student may take a post that starts on a day."""
    judge = _judge(book, student.school_kind)
    return _report(
        judge,
        _student_outcomes(
            student,
            post,
            judge,
            enterprise=enterprise,
            start_on=start_on,
            reason=relevance_reason,
        ),
    )


def check_placement_start(
    placement: PlacementFacts,
    student: StudentFacts,
    *,
    post: PostFacts,
    enterprise: EnterpriseFacts,
    book: Rulebook,
) -> Report:
    """Report on everything that must hold on the first day: host, post, student, papers."""
    judge = _judge(book, student.school_kind)
    if placement.agreement is not None:  # fees may hide in the agreement as in the post
        post = replace(post, texts=(*post.texts, *placement.agreement.texts))
    return _report(
        judge,
        (
            *_post_outcomes(post, enterprise, judge, added=1, start_on=placement.start_on),
            *_student_outcomes(
                student,
                post,
                judge,
                enterprise=enterprise,
                start_on=placement.start_on,
                reason=placement.relevance_reason,
            ),
            rules_placement.check_consent(placement, post, judge),
            rules_placement.check_free_choice(placement, post, judge),
            rules_placement.check_mentors(placement, post, judge),
            rules_placement.check_filing(placement, post, judge),
            rules_placement.check_agreement(placement, post, judge),
            rules_placement.check_agreement_items(placement, post, judge),
            rules_placement.check_training(placement, judge),
            rules_placement.check_insurance(placement, judge),
        ),
    )


def check_assessment(
    assessment: AssessmentFacts, book: Rulebook, *, school_kind: SchoolKind | None = None
) -> Report:
    """Report on how a finished placement was assessed."""
    judge = _judge(book, school_kind)
    return _report(judge, (rules_placement.check_joint_assessment(assessment, judge),))


def _judge(book: Rulebook, school_kind: SchoolKind | None) -> Judge:
    return Judge(book, advice=school_kind is not None and not school_kind.bound_by_regulation)


def _post_outcomes(
    post: PostFacts,
    enterprise: EnterpriseFacts,
    judge: Judge,
    *,
    added: int,
    start_on: date | None = None,
) -> tuple[Outcome, ...]:
    start_on = start_on or post.start_on
    return (
        rules_host.check_form(enterprise, judge),
        rules_host.check_inspection(enterprise, start_on, judge),
        rules_host.check_staff_cap(post, enterprise, judge, added=added),
        rules_host.check_same_post_cap(post, enterprise, judge, added=added),
        rules_host.check_venue(post, enterprise, judge),
        rules_host.check_organiser(post, enterprise, judge),
        rules_work.check_tasks(post, judge),
        rules_work.check_intensity(post, judge),
        rules_work.check_hazards(post, judge),
        rules_work.check_rest_days(post, judge),
        rules_work.check_hours(post, judge),
        rules_work.check_disguise(post, judge),
        rules_work.check_medical_length(post, judge),
        rules_pay.check_pay_level(post, judge),
        rules_pay.check_pay_form(post, judge),
        rules_text.check_fee_words(post, judge),
        rules_text.check_fair_words(post, judge),
    )


def _student_outcomes(
    student: StudentFacts,
    post: PostFacts,
    judge: Judge,
    *,
    enterprise: EnterpriseFacts,
    start_on: date,
    reason: str | None,
) -> tuple[Outcome, ...]:
    return (
        rules_people.check_relevance(student, post, judge, reason=reason),
        rules_people.check_grade_year(student, post, judge),
        rules_people.check_age(student, post, judge, start_on=start_on),
        rules_people.check_minor_work(student, post, judge, start_on=start_on),
        rules_people.check_women_work(student, post, judge, enterprise=enterprise),
    )


def _report(judge: Judge, outcomes: tuple[Outcome, ...]) -> Report:
    """State the rules that this step does not ask: by the platform itself, or elsewhere."""
    stated = {outcome.rule for outcome in outcomes}
    others: list[Outcome] = []
    for rule_id, known in judge.book.rules.items():
        if rule_id in stated:
            continue
        stage = known.rule.stages[0]
        # The whole process runs here and every rule is listed: the platform itself is the proof.
        if stage == "platform":
            others.append(judge.passes(rule_id))
        else:
            others.append(judge.skips(rule_id, _ELSEWHERE[stage], stage=stage))
    return build_report(judge.book, (*outcomes, *others))
