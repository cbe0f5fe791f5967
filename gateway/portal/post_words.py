"""Posts in words: kinds, pay in yuan, hours, what is done, and how their check came out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.portal.catalogue_names import (
    industry_name,
    major_name,
    named_code,
    occupation_name,
    region_path,
)
from gateway.portal.components import Tag, Tone
from gateway.portal.translation import Texts, marked

Body = Mapping[str, Any]

KINDS: Mapping[str, str] = {
    "on_post": marked("On-post internship"),
    "orientation": marked("Orientation internship"),
}
STATES: Mapping[str, tuple[str, Tone]] = {
    "draft": (marked("Draft"), "neutral"),
    "published": (marked("Published"), "good"),
    "closed": (marked("Closed"), "neutral"),
}
LEVELS: Mapping[str, tuple[str, Tone]] = {
    "block": (marked("Stopped by a rule"), "bad"),
    "review": (marked("A person decides"), "info"),
    "warn": (marked("With warnings"), "warn"),
    "info": (marked("With notes"), "neutral"),
    "clear": (marked("Nothing found"), "good"),
}
PAY_METHODS: Mapping[str, str] = {
    "money": marked("Money"),
    "goods": marked("Goods"),
    "voucher": marked("Vouchers"),
}
PAYEES: Mapping[str, str] = {
    "student": marked("The student"),
    "school": marked("The school"),
    "third_party": marked("A third party"),
}
ORGANISERS: Mapping[str, str] = {
    "school": marked("The school"),
    "self_arranged": marked("The student, with the school's approval"),
    "broker": marked("A broker"),
    "labour_dispatch": marked("A labour dispatch company"),
}
HAZARDS: Mapping[str, str] = {
    "high_altitude": marked("Work at height"),
    "underground": marked("Underground"),
    "radioactive": marked("Radioactive"),
    "toxic": marked("Toxic"),
    "flammable_explosive": marked("Flammable or explosive"),
    "other_high_risk": marked("Other high risk"),
}
INTENSITIES: Mapping[str, str] = {
    "I": marked("Level I, light"),
    "II": marked("Level II, medium"),
    "III": marked("Level III, heavy"),
    "IV": marked("Level IV, very heavy"),
}


def state_tag(state: str, texts: Texts) -> Tag:
    """Return where a post stands."""
    text, tone = STATES[state]
    return Tag(texts.gettext(text), tone)


def level_tag(level: str | None, texts: Texts) -> Tag | None:
    """Return how the check of a post came out."""
    if level is None:
        return None
    text, tone = LEVELS[level]
    return Tag(texts.gettext(text), tone)


def word(words: Mapping[str, str], value: str | None, texts: Texts) -> str:
    """Return a choice in words, empty where none was made."""
    return texts.gettext(words[value]) if value else ""


def pay_text(post: Body, texts: Texts) -> str:
    """Return the pay in yuan, with its period; empty where none is declared."""
    if post["pay_fen_month"] is not None:
        told = {"pay": texts.money(post["pay_fen_month"])}
        return texts.gettext("%(pay)s a month") % told
    if post["pay_fen_day"] is not None:
        return texts.gettext("%(pay)s a day") % {"pay": texts.money(post["pay_fen_day"])}
    return ""


def days_text(post: Body, texts: Texts) -> str:
    """Return the first and the last day."""
    return f"{texts.date(post['start_on'])} – {texts.date(post['end_on'])}"


def count_text(value: float | None, texts: Texts) -> str:
    """Return a number, empty where none is declared."""
    return "" if value is None else texts.number(value)


def yes_no(value: bool | None, texts: Texts) -> str:  # noqa: FBT001 - a value, not a switch
    """Return yes or no, empty where nothing is declared."""
    if value is None:
        return ""
    return texts.gettext("Yes") if value else texts.gettext("No")


def hours_text(post: Body, texts: Texts) -> str:
    """Return the hours of a day, with when they lie."""
    told = [] if post["hours_day"] is None else [_hours(post["hours_day"], texts)]
    if post["shift_start"] and post["shift_end"]:
        told.append(f"{post['shift_start'][:5]}–{post['shift_end'][:5]}")
    return texts.gettext(", ").join(told)


def week_text(post: Body, texts: Texts) -> str:
    """Return the days of a week."""
    days = post["days_week"]
    if days is None:
        return ""
    told = {"count": texts.number(days)}
    plural = 1 if days == 1 else 2
    return texts.ngettext("%(count)s day a week", "%(count)s days a week", plural) % told


def hazards_text(post: Body, texts: Texts) -> str:
    """Return the declared hazards; an empty list is the declaration that there are none."""
    if post["hazards"] is None:
        return ""
    named = [word(HAZARDS, each, texts) for each in post["hazards"]]
    return texts.gettext(", ").join(named) or texts.gettext("None")


def majors_text(codes: Sequence[str], texts: Texts) -> str:
    """Return the names of majors."""
    return texts.gettext(", ").join(major_name(code) for code in codes)


def _hours(value: float, texts: Texts) -> str:
    told = {"count": texts.number(value)}
    return texts.ngettext("%(count)s hour", "%(count)s hours", 1 if value == 1 else 2) % told


Pairs = list[tuple[str, str]]


def terms_of_work(post: Body, texts: Texts) -> Pairs:
    """Return what a student asks first: when, how long, for how much."""
    say = texts.gettext
    return [
        (say("Days"), days_text(post, texts)),
        (say("Apply until"), texts.date(post["apply_until"]) if post["apply_until"] else ""),
        (say("Pay"), pay_text(post, texts)),
        (say("Paid every"), _cycle(post["pay_cycle_days"], texts)),
        (say("Paid in"), word(PAY_METHODS, post["pay_method"], texts)),
        (say("Paid to"), word(PAYEES, post["payee"], texts)),
        (say("Hours a day"), hours_text(post, texts)),
        (say("Days a week"), week_text(post, texts)),
        (say("Night work"), yes_no(post["works_night"], texts)),
        (say("Work on rest days"), yes_no(post["works_rest_days"], texts)),
        (say("Overtime"), yes_no(post["works_overtime"], texts)),
        (say("Lodging"), yes_no(post["lodging"], texts)),
        (say("Meals"), yes_no(post["meals"], texts)),
        (say("Interns per mentor"), count_text(post["mentor_ratio"], texts)),
    ]


def work_itself(post: Body, texts: Texts) -> Pairs:
    """Return what the work is, for whom, and where."""
    say, listed = texts.gettext, texts.gettext(", ")
    return [
        (say("Place"), region_path(post["region_code"])),
        (say("Address"), post["address"] or ""),
        (say("Occupation"), occupation_name(post["occupation_code"] or "")),
        (say("Industry"), industry_name(post["industry_code"] or "")),
        (say("Majors"), majors_text(post["major_codes"], texts)),
        (say("Skills"), listed.join(post["skills"])),
        (say("Typical tasks"), "\n".join(post["typical_tasks"])),
        (say("Kind of work (same post)"), post["post_class"] or ""),
        (say("Hazards"), hazards_text(post, texts)),
        (say("Physical work"), word(INTENSITIES, post["intensity"], texts)),
        (say("Venue"), post["venue"] or ""),
        (say("Organised by"), word(ORGANISERS, post["organiser_kind"], texts)),
        (say("Filing number of a special requirement"), post["special_filing_no"] or ""),
    ]


def _cycle(days: int | None, texts: Texts) -> str:
    if days is None:
        return ""
    told = {"count": texts.number(days)}
    return texts.ngettext("%(count)s day", "%(count)s days", days) % told


def code_lines(field: str, codes: Sequence[str]) -> str:
    """Return codes with their names, one a line."""
    return "\n".join(named_code(field, code) for code in codes)
