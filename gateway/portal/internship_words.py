"""Internships in words: where batches, hosts, placements, appeals and applications stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from gateway.portal.catalogue_names import major_name
from gateway.portal.components import Tag, Tone
from gateway.portal.forms import Option
from gateway.portal.translation import Texts, marked
from shared.kernel.clock import CHINA

Body = Mapping[str, Any]
Words = Mapping[str, tuple[str, Tone]]

BATCH_STATES: Words = {
    "draft": (marked("Draft"), "neutral"),
    "open": (marked("Open"), "good"),
    "closed": (marked("Closed"), "neutral"),
    "proposed": (marked("Cleared, not published"), "warn"),
    "published": (marked("Published"), "good"),
    "finished": (marked("Finished"), "neutral"),
}
MODES: Mapping[str, str] = {
    "cleared": marked("Wishes cleared centrally"),
    "mutual_choice": marked("Mutual choice"),
    "assigned": marked("Assigned by the school"),
    "self_arranged": marked("Arranged by the student"),
}
MODE_HINTS: Mapping[str, str] = {
    "cleared": marked("Students rank posts; one run places all of them, and anyone can check it"),
    "mutual_choice": marked("Students apply, enterprises interview and offer, students confirm"),
    "assigned": marked("The school brings a list; each student accepts or declines"),
    "self_arranged": marked("Student and guardian propose a host; the school decides"),
}
PRIORITIES: Mapping[str, str] = {
    "relevance": marked("Relevance of the post to the major, skills and place"),
    "grade": marked("Grade that the school chose"),
    "interview": marked("Interview"),
}
HOST_STATES: Words = {
    "proposed": (marked("To be inspected"), "warn"),
    "inspected": (marked("To be decided"), "warn"),
    "approved": (marked("On the register"), "good"),
    "removed": (marked("Removed from the register"), "neutral"),
}
HOST_ITEMS: Mapping[str, str] = {
    "qualification": marked("Qualification and licences"),
    "integrity": marked("Good faith in business"),
    "management": marked("Management"),
    "nature_of_post": marked("Nature and content of the posts"),
    "working_time": marked("Working time"),
    "environment": marked("Working environment"),
    "health": marked("Living and health"),
    "safety": marked("Safety at work"),
}
PLACEMENT_STATES: Words = {
    "proposed": (marked("Waits for the student"), "warn"),
    "accepted": (marked("Accepted"), "info"),
    "declined": (marked("Declined"), "neutral"),
    "expired": (marked("Not answered in time"), "bad"),
    "started": (marked("Under way"), "good"),
    "assessed": (marked("Assessed"), "good"),
    "ended": (marked("Ended"), "neutral"),
    "cancelled": (marked("Taken back"), "neutral"),
}
ORIGINS: Mapping[str, str] = {
    "school_arranged": marked("Arranged by the school"),
    "self_arranged": marked("Arranged by the student"),
}
APPEAL_STATES: Words = {
    "open": (marked("To be decided"), "warn"),
    "upheld": (marked("Upheld"), "good"),
    "dismissed": (marked("Dismissed"), "neutral"),
}
ARRANGEMENT_STATES: Words = {
    "applied": (marked("To be decided"), "warn"),
    "approved": (marked("Approved"), "good"),
    "refused": (marked("Refused"), "bad"),
}
CHOICE_STATES: Words = {
    "applied": (marked("Applied"), "info"),
    "interview": (marked("Interview"), "info"),
    "offered": (marked("Offered to you"), "warn"),
    "refused": (marked("Refused"), "neutral"),
    "confirmed": (marked("Confirmed"), "good"),
    "withdrawn": (marked("Withdrawn"), "neutral"),
}
VERDICTS: Words = {
    "placed": (marked("Your place"), "good"),
    "below_cutoff": (marked("Others stood before you"), "warn"),
    "not_needed": (marked("Not needed any more"), "neutral"),
    "no_seats": (marked("No seats"), "neutral"),
    "not_eligible": (marked("The rules do not allow it"), "bad"),
}
TERMS: Mapping[str, str] = {
    "major": marked("Major"),
    "occupation": marked("Occupation"),
    "skills": marked("Skills"),
    "region": marked("Distance"),
}


def tag_of(words: Words, name: str, texts: Texts) -> Tag:
    """Return where a thing stands."""
    text, tone = words.get(name, (name, "neutral"))
    return Tag(texts.gettext(text), tone)


def options_of(words: Mapping[str, str], texts: Texts, hints: Mapping[str, str]) -> list[Option]:
    """Return choices with what each means."""
    return [
        Option(name, texts.gettext(label), texts.gettext(hints[name]) if name in hints else "")
        for name, label in words.items()
    ]


def majors_of(batch: Body, texts: Texts) -> str:
    """Return the majors of a batch; none named means all of them."""
    named = [major_name(code) for code in batch["major_codes"]]
    return texts.gettext(", ").join(named) or texts.gettext("All majors")


def days_of(record: Body, texts: Texts) -> str:
    """Return the first and the last day."""
    return f"{texts.date(record['start_on'])} – {texts.date(record['end_on'])}"


def local_moment(moment: str | None) -> str:
    """Return a moment as a field of day and hour holds it, in China's time.

    >>> local_moment("2026-11-22T01:30:00Z")
    '2026-11-22T09:30'
    """
    if not moment:
        return ""
    return f"{datetime.fromisoformat(moment).astimezone(CHINA):%Y-%m-%dT%H:%M}"


def moment_of(told: str) -> str | None:
    """Return a field of day and hour as the API takes it; None where it is empty.

    >>> moment_of("2026-11-22T09:30")
    '2026-11-22T09:30:00+08:00'
    """
    if not told:
        return None
    return datetime.fromisoformat(told).replace(tzinfo=CHINA).isoformat()


def said_in(record: Body, texts: Texts) -> str:
    """Return the text of a record that speaks both languages."""
    return str(record[texts.language])


def messages_of(findings: Sequence[Body], texts: Texts) -> list[str]:
    """Return what findings say."""
    return [one[f"message_{texts.language}"] for one in findings]
