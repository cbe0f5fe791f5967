"""Words of recognition: kinds of outcomes, states, verdicts, amounts of credits."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.portal.access import members_of
from gateway.portal.components import Tag, Tone
from gateway.portal.translation import Texts, marked

CREDIT_OFFICE = members_of("school", roles=frozenset({"academic_office", "school_admin"}))
CREDIT_REVIEWERS = members_of("school", roles=frozenset({"credit_reviewer", "school_admin"}))
CREDIT_STAFF = members_of(
    "school", roles=frozenset({"academic_office", "credit_reviewer", "school_admin"})
)
CREDIT_ALLIANCE = members_of("alliance", roles=frozenset({"organisation_admin"}))
STANDARD_READERS = members_of(
    "school", "alliance", roles=CREDIT_STAFF.roles | CREDIT_ALLIANCE.roles
)

OUTCOME_KINDS: Mapping[str, str] = {
    "school_course": marked("Course of a member school"),
    "enterprise_course": marked("Course of an enterprise"),
    "internship": marked("Internship"),
    "skill_certificate": marked("1+X certificate"),
    "skill_level": marked("Vocational skill level"),
    "qualification": marked("Occupational qualification"),
    "competition": marked("Competition"),
    "innovation": marked("Innovation and start-up"),
    "online_course": marked("Online course"),
    "work": marked("Work experience"),
    "military": marked("Military service"),
}
STATES: Mapping[str, tuple[str, Tone]] = {
    "draft": (marked("Draft"), "neutral"),
    "submitted": (marked("Submitted"), "info"),
    "evidence_check": (marked("Evidence is checked"), "info"),
    "needs_more": (marked("More evidence is needed"), "warn"),
    "review": (marked("Under review"), "info"),
    "refused": (marked("Refused"), "bad"),
    "public_notice": (marked("Public notice"), "info"),
    "posted": (marked("Credits posted"), "good"),
    "withdrawn": (marked("Withdrawn"), "neutral"),
    "expired": (marked("Expired"), "neutral"),
    "reversed": (marked("Taken back"), "bad"),
}
VERDICTS: Mapping[str, str] = {
    "approved": marked("Approved"),
    "partial": marked("Approved in part"),
    "refused": marked("Refused"),
}
REFUSALS: Mapping[str, str] = {
    "no_rule": marked("No rule covers it"),
    "overlap_low": marked("The contents overlap too little"),
    "level_low": marked("The level is too low"),
    "evidence_weak": marked("The evidence is not enough"),
    "too_old": marked("It was completed too long ago"),
    "limit": marked("A limit is reached"),
    "counted": marked("It has been counted already"),
    "other": marked("Another reason"),
}
PURPOSES: Mapping[str, str] = {
    "exempt": marked("Exemption from a course"),
    "substitute": marked("In place of a course"),
}


STAGES: Mapping[str, str] = {
    "secondary_vocational": marked("Secondary vocational"),
    "technician": marked("Technician school"),
    "higher_vocational": marked("Higher vocational"),
    "vocational_bachelor": marked("Vocational bachelor"),
    "applied_bachelor": marked("Applied bachelor"),
    "bachelor": marked("Bachelor"),
}


def stage_words(texts: Texts, scope: str) -> str:
    """Return the name of an account: the level that it counts at, perhaps behind a number."""
    number, _, stage = scope.rpartition("/")
    words = texts.gettext(STAGES[stage]) if stage in STAGES else stage
    return f"{number} {words}".strip()


def state_tag(texts: Texts, state: str) -> Tag:
    """Return the state of an application in a word."""
    text, tone = STATES[state]
    return Tag(texts.gettext(text), tone)


def credits_of(texts: Texts, hundredths: int | None) -> str:
    """Return an amount in credits; amounts travel as hundredths."""
    return "—" if hundredths is None else texts.number(hundredths / 100)
