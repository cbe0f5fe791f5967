"""A student's result wish by wish, as the student and the office see it: what decided, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.portal.components import Tag
from gateway.portal.internship_words import TERMS, VERDICTS, said_in, tag_of
from gateway.portal.post_words import word
from gateway.portal.translation import Texts

Body = Mapping[str, Any]


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
        terms=[(word(TERMS, term["term"], texts), _term(term, texts)) for term in one["terms"]],
        placed=one["verdict"] == "placed",
    )


def term_text(term: Body, texts: Texts) -> str:
    """Return one term of relevance in words, with its share where it has one."""
    return _term(term, texts)


def _term(term: Body, texts: Texts) -> str:
    said = said_in(term, texts)
    if term["value"] is None:
        return said
    return f"{said} ({texts.percent(term['value'], 0)})"


def _facts(one: Body, texts: Texts) -> list[tuple[str, str]]:
    say, number = texts.gettext, texts.number
    told: list[tuple[str, Any]] = [
        (say("Seats"), one["seats"]),
        (say("Place in line"), one["place_in_line"]),
        (say("Placed there"), one["placed"]),
    ]
    facts = [(label, number(value)) for label, value in told if value is not None]
    facts.append((say("Relevance"), texts.percent(one["relevance"], 0)))
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
