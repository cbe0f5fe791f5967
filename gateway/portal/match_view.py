"""Matches of a notice as pages show them: how near, why, term by term."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.portal.catalogue_names import region_name
from gateway.portal.exchange_words import TERMS, Kinds, price_text, side_and_kind
from gateway.portal.post_words import word
from gateway.portal.translation import Texts

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reason:
    """One term of a match: its share as a bar, or silence, and why."""

    label: str
    value: float | None
    share: str
    text: str


@dataclass(frozen=True, slots=True)
class Match:
    """A notice of the other side that fits."""

    title: str
    href: str
    organisation: str
    what: str
    score: float
    share: str
    evidence: str
    facts: Sequence[tuple[str, str]]
    reasons: Sequence[Reason]
    silent: str
    for_title: str = ""
    for_href: str = ""


def matches_of(
    answer: Body, kinds: Kinds, texts: Texts, *, titles: Mapping[str, str] | None = None
) -> list[Match]:
    """Return matches in their order; `titles` name one's own notices that they answer."""
    return [_match(one, kinds, texts, titles=titles or {}) for one in answer["items"]]


def _match(one: Body, kinds: Kinds, texts: Texts, *, titles: Mapping[str, str]) -> Match:
    notice, own = one["notice"], one["for_notice"]
    told: Sequence[Body] = [each for each in one["reasons"] if each["value"] is not None]
    silent = [word(TERMS, each["term"], texts) for each in one["reasons"] if each not in told]
    return Match(
        title=notice["title"],
        href=f"/exchange/notices/{notice['id']}",
        organisation=notice["organisation"]["name"],
        what=side_and_kind(notice, kinds, texts),
        score=one["score"],
        share=texts.percent(one["score"], 0),
        evidence=texts.percent(one["evidence"], 0),
        facts=_facts(notice, texts),
        reasons=[_reason(each, texts) for each in told],
        silent=texts.gettext(", ").join(silent),
        for_title=titles.get(own or "", ""),
        for_href=f"/exchange/notices/{own}" if own else "",
    )


def _reason(one: Body, texts: Texts) -> Reason:
    said = one["text_en" if texts.language == "en" else "text_zh"]
    label = word(TERMS, one["term"], texts)
    return Reason(label, one["value"], texts.percent(one["value"], 0), said)


def _facts(notice: Body, texts: Texts) -> list[tuple[str, str]]:
    say = texts.gettext
    told = [
        (say("Place"), region_name(notice["region_code"])),
        (say("How many"), "" if notice["places"] is None else texts.number(notice["places"])),
        (say("Price"), price_text(notice, texts)),
        (say("Answer until"), texts.date(notice["closes_on"]) if notice["closes_on"] else ""),
    ]
    return [(key, value) for key, value in told if value]
