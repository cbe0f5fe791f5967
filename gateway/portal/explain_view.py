"""A student's result wish by wish, as the student and the office see it: what decided, in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.portal.catalogue_names import major_name, occupation_name, region_name
from gateway.portal.components import Tag
from gateway.portal.internship_words import TERMS, VERDICTS, said_in, tag_of
from gateway.portal.post_words import word
from gateway.portal.translation import Texts

Body = Mapping[str, Any]

_CODES: Mapping[str, tuple[re.Pattern[str], Callable[[str], str]]] = {
    "major": (re.compile(r"(?<!\d)\d{4,6}(?!\d)"), major_name),
    "occupation": (re.compile(r"(?<!\d)\d-\d{2}(?:-\d{2}){0,2}(?![\d-])"), occupation_name),
    "region": (re.compile(r"(?<!\d)\d{6}(?!\d)"), region_name),
}


@dataclass(frozen=True, slots=True)
class Measure:
    """One priority drawn as a bar: whose it is, between 0 and 1, and in words."""

    label: str
    value: float
    text: str
    own: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """One wish with what became of it."""

    rank: int
    title: str
    href: str
    enterprise: str
    verdict: Tag
    reason: str
    facts: Sequence[tuple[str, str]]
    measures: Sequence[Measure]
    terms: Sequence[tuple[str, str]]
    placed: bool


def wishes_of(explanation: Body, texts: Texts) -> list[Wish]:
    """Return the wishes of an explanation in their order."""
    return [_wish(one, texts) for one in explanation["wishes"]]


def _wish(one: Body, texts: Texts) -> Wish:
    return Wish(
        rank=one["rank"],
        title=one["title"],
        href=f"/posts/{one['post_id']}",
        enterprise=one["enterprise_name"],
        verdict=tag_of(VERDICTS, one["verdict"], texts),
        reason=said_in(one, texts),
        facts=_facts(one, texts),
        measures=_measures(one, texts),
        terms=[(word(TERMS, term["term"], texts), term_text(term, texts)) for term in one["terms"]],
        placed=one["verdict"] == "placed",
    )


def term_text(term: Body, texts: Texts) -> str:
    """Return one term of relevance in words, with its share where it has one."""
    said = named_term(term, texts)
    if term["value"] is None:
        return said
    return f"{said} ({texts.percent(term['value'], 0)})"


def named_term(term: Body, texts: Texts) -> str:
    """Return one term of relevance in words; the codes of its catalogue are told by name.

    >>> from gateway.portal.translation import texts_in
    >>> named_term({"term": "region", "zh": "同一城市 330106", "en": ""}, texts_in("zh"))
    '同一城市 杭州市西湖区'
    """
    said = said_in(term, texts)
    if term["term"] not in _CODES:
        return said
    pattern, name = _CODES[term["term"]]
    return pattern.sub(lambda found: name(found[0]), said)


def _facts(one: Body, texts: Texts) -> list[tuple[str, str]]:
    say, number = texts.gettext, texts.number
    told: list[tuple[str, Any]] = [
        (say("Seats"), one["seats"]),
        (say("Place in line"), one["place_in_line"]),
        (say("Placed there"), one["placed"]),
    ]
    facts = [(label, number(value)) for label, value in told if value is not None]
    facts.append((say("Relevance"), texts.percent(one["relevance"], 0)))
    if one.get("odds") is not None:
        facts.append((say("Odds over many lotteries"), texts.percent(one["odds"], 0)))
    for label, name in ((say("Grade"), "grade"), (say("Interview"), "interview")):
        if one[name] is not None:
            facts.append((label, number(one[name])))
    return facts


def _measures(one: Body, texts: Texts) -> list[Measure]:
    say = texts.gettext
    lines = (
        (say("Own priority"), one["own"], True),
        (say("Last one placed"), one["cutoff"], False),
    )
    return [
        Measure(label, told["score"], f"{told['score']:.4f}", own)
        for label, told, own in lines
        if told is not None
    ]
