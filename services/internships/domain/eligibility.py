"""Whether a student may take part in a batch, and may take one of its posts."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.internships.domain import rules_people
from services.internships.domain.facts import (
    EnterpriseFacts,
    Hazard,
    HostKind,
    InternshipKind,
    PostFacts,
    SchoolKind,
    Sex,
    StudentFacts,
)
from services.internships.domain.findings import Finding, Judge, Level, Outcome
from services.internships.domain.student import year_of_study
from shared.catalogues.major_codes import group_of
from shared.policies.jurisdiction import rulebook_at


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when a batch's rules are read: the school's level and region, the first day."""

    level: str | None
    region_code: str | None
    kind: str
    start_on: date


def student_facts(student: Mapping[str, Any], place: Place) -> StudentFacts:
    """Return what the rules look at of a student on the first day of the internship."""
    # A level that is not known is taken as one that the regulation binds.
    kind = SchoolKind(place.level) if place.level else SchoolKind.SECONDARY_VOCATIONAL
    return StudentFacts(
        school_kind=kind,
        grade_year=year_of_study(student["grade_year"], place.start_on),
        birth_on=student["birth_on"],
        major_code=student.get("major_code"),
        sex={"F": Sex.FEMALE, "M": Sex.MALE}.get(student.get("sex") or ""),
    )


def post_facts(post: Mapping[str, Any]) -> PostFacts:
    """Return what the rules about students look at of a post."""
    hazards = post.get("hazards")
    return PostFacts(
        kind=InternshipKind(post["kind"]),
        seats=post["seats"],
        start_on=post.get("start_on"),
        major_codes=tuple(post.get("major_codes") or ()),
        industry_code=post.get("industry_code"),
        hazards=None if hazards is None else tuple(Hazard(hazard) for hazard in hazards),
        suits_minors=post.get("suits_minors"),
    )


def check_for_batch(student: Mapping[str, Any], place: Place) -> list[Finding]:
    """Return why a student may not take part at all: the first year, an age under sixteen."""
    post = PostFacts(kind=InternshipKind(place.kind), seats=0)
    facts = student_facts(student, place)
    judge = _judge(facts, place.region_code, place.start_on)
    return _found(
        (
            rules_people.check_grade_year(facts, post, judge),
            rules_people.check_age(facts, post, judge, start_on=place.start_on),
        )
    )


def check_for_post(
    student: Mapping[str, Any], post: Mapping[str, Any], place: Place
) -> list[Finding]:
    """Return what speaks against one student in one post: work refused to minors, and so on."""
    facts, told = student_facts(student, place), post_facts(post)
    judge = _judge(facts, post.get("region_code"), place.start_on)
    start_on = first_day(post, place)
    # The predicates of people ask the host for its industry only.
    host = EnterpriseFacts(kind=HostKind.ENTERPRISE)
    return _found(
        (
            rules_people.check_relevance(facts, told, judge),
            rules_people.check_minor_work(facts, told, judge, start_on=start_on),
            rules_people.check_women_work(facts, told, judge, enterprise=host),
        )
    )


def first_day(post: Mapping[str, Any], place: Place) -> date:
    """Return the first day of the batch's students at a post."""
    return max(place.start_on, post["start_on"])


def student_kind(student: Mapping[str, Any], days: Sequence[date]) -> tuple[Hashable, ...]:
    """Return what the rules about posts that begin on `days` look at of a student.

    Equal kinds get equal findings: the age in full years counts, not the date of birth.
    """
    birth_on = student["birth_on"]
    ages = None if birth_on is None else tuple(rules_people.age_on(birth_on, d) for d in days)
    return ages, student.get("sex"), group_of(student["major_code"])


def post_kind(post: Mapping[str, Any]) -> tuple[Hashable, ...]:
    """Return what the rules about a student look at of a post."""
    hazards = post.get("hazards")
    return (
        tuple(sorted({group_of(code) or "" for code in post["major_codes"]})),
        None if hazards is None else tuple(sorted(hazards)),
        post.get("industry_code"),
        post.get("region_code"),
        post["start_on"],
        post.get("suits_minors"),
    )


def blocks(findings: Sequence[Finding]) -> bool:
    """Whether a finding stops the step."""
    return any(finding.level is Level.BLOCK for finding in findings)


def _judge(student: StudentFacts, region_code: str | None, on: date) -> Judge:
    return Judge(rulebook_at(region_code, on), advice=not student.school_kind.bound_by_regulation)


def _found(outcomes: Sequence[Outcome]) -> list[Finding]:
    return [o for o in outcomes if isinstance(o, Finding) and o.level is not Level.SKIPPED]


def finding_values(finding: Finding) -> dict[str, Any]:
    """Return a finding as it is kept and shown."""
    return {
        "rule": finding.rule,
        "level": finding.level.value,
        "message_zh": finding.message_zh,
        "message_en": finding.message_en,
        "clause": finding.clause,
        "document": finding.document,
        "pack": finding.pack,
        "version": finding.version,
        "confirmation": finding.confirmation,
        "facts": {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in finding.facts.items()
        },
        "releasable": finding.releasable,
    }
