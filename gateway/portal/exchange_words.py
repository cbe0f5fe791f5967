"""Notices and connections in words: sides, states, prices, days, and who may do what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.portal.access import BOARD
from gateway.portal.catalogue_names import industry_name, occupation_name, region_path
from gateway.portal.components import Tag, Tone
from gateway.portal.post_words import majors_text, word
from gateway.portal.translation import Texts, marked
from gateway.portal.visits import Visit

Body = Mapping[str, Any]
Kinds = Mapping[str, Body]
Pairs = list[tuple[str, str]]

SIDES: Mapping[str, str] = {"offer": marked("Offer"), "need": marked("Need")}
STATES: Mapping[str, tuple[str, Tone]] = {
    "draft": (marked("Draft"), "neutral"),
    "submitted": (marked("Waits for registration"), "info"),
    "registered": (marked("Registered"), "info"),
    "published": (marked("Published"), "good"),
    "closed": (marked("Closed"), "neutral"),
}
STEPS: Mapping[str, str] = {
    "drafted": marked("Drafted"),
    "changed": marked("Amended"),
    "submitted": marked("Submitted"),
    "returned": marked("Returned"),
    "registered": marked("Registered"),
    "published": marked("Published"),
    "closed": marked("Closed"),
}
LEVELS: Mapping[str, str] = {
    "nation": marked("Nation"),
    "province": marked("Province"),
    "city": marked("City"),
    "county": marked("County"),
}
PRICES: Mapping[str, str] = {
    "total": marked("in all"),
    "person": marked("a person"),
    "hour": marked("an hour"),
    "day": marked("a day"),
    "week": marked("a week"),
    "month": marked("a month"),
    "year": marked("a year"),
}
CONNECTIONS: Mapping[str, tuple[str, Tone]] = {
    "asked": (marked("Waits for an answer"), "warn"),
    "talking": (marked("Talking"), "info"),
    "agreed": (marked("Agreed"), "good"),
    "declined": (marked("Declined"), "neutral"),
    "withdrawn": (marked("Withdrawn"), "neutral"),
}
TERMS: Mapping[str, str] = {
    "kind": marked("Kind"),
    "majors": marked("Majors"),
    "occupation": marked("Occupation"),
    "skills": marked("Skills"),
    "words": marked("Words"),
    "region": marked("Region"),
    "industry": marked("Industry"),
}


async def read_kinds(visit: Visit) -> Kinds:
    """Return every kind of notice by its name, in the order of the room."""
    answer = await visit.api.get("/v1/notice-kinds")
    return {one["kind"]: one for one in answer.body["items"]}


def kind_name(kinds: Kinds, kind: str, texts: Texts) -> str:
    """Return what a kind is called."""
    return kinds[kind]["name_en" if texts.language == "en" else "name_zh"]


def side_name(side: str, texts: Texts) -> str:
    """Return whether something is offered or needed."""
    return texts.gettext(SIDES[side])


def side_and_kind(notice: Body, kinds: Kinds, texts: Texts) -> str:
    """Return what a notice is in a few words."""
    return f"{side_name(notice['side'], texts)} · {kind_name(kinds, notice['kind'], texts)}"


def notice_tag(state: str, texts: Texts) -> Tag:
    """Return where a notice stands."""
    text, tone = STATES[state]
    return Tag(texts.gettext(text), tone)


def connection_tag(state: str, texts: Texts) -> Tag:
    """Return where a connection stands."""
    text, tone = CONNECTIONS[state]
    return Tag(texts.gettext(text), tone)


def price_text(notice: Body, texts: Texts) -> str:
    """Return the price with what it is for; empty where none is given."""
    if notice["price_fen"] is None:
        return ""
    if notice["price_fen"] == 0:
        return texts.gettext("Free of charge")
    per = word(PRICES, notice["price_per"], texts)
    return texts.gettext("%(price)s %(per)s") % {
        "price": texts.money(notice["price_fen"]),
        "per": per,
    }


def span_text(start_on: str | None, end_on: str | None, texts: Texts) -> str:
    """Return the days between which something lies; one of them may be open."""
    if start_on and end_on:
        return f"{texts.date(start_on)} – {texts.date(end_on)}"
    if start_on:
        return texts.gettext("from %(day)s") % {"day": texts.date(start_on)}
    return texts.gettext("until %(day)s") % {"day": texts.date(end_on)} if end_on else ""


def terms_in_words(notice: Body, texts: Texts) -> Pairs:
    """Return what a notice says besides its words; what it leaves open is left out."""
    say, listed = texts.gettext, texts.gettext(", ")
    told = [
        (say("Place"), region_path(notice["region_code"])),
        (say("Industry"), industry_name(notice["industry_code"] or "")),
        (say("Occupation"), occupation_name(notice["occupation_code"] or "")),
        (say("Majors"), majors_text(notice["major_codes"], texts)),
        (say("Skills"), listed.join(notice["skills"])),
        (say("When"), span_text(notice["start_on"], notice["end_on"], texts)),
        (say("Enterprise that takes part"), notice["partner_name"] or ""),
        (say("Why no enterprise takes part"), notice["partner_waiver"] or ""),
    ]
    return [(key, value) for key, value in told if value]


def is_own(visit: Visit, notice: Body) -> bool:
    """Return whether the person writes notices for the organisation that wrote this one."""
    if visit.caller is None or not BOARD.allows(visit.caller):
        return False
    return visit.caller.acting_org_id == notice["organisation"]["id"]
