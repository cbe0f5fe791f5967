"""Where a notice came from, in words: was registration asked for, by what clause, who did it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.portal.components import Link
from gateway.portal.exchange_words import LEVELS
from gateway.portal.post_words import word
from gateway.portal.translation import Texts, marked

Body = Mapping[str, Any]

# A clause is told by the short name of its document: JL(十二).
_CLAUSE = re.compile(r"([A-Z]{2})\((.+)\)$")
_PLACES: Mapping[str, str] = {
    "ZJ": marked("Zhejiang"),
    "HZ": marked("Hangzhou"),
    "SX": marked("Shaoxing"),
    "JL": marked("Jilin"),
    "HN": marked("Henan"),
}
_MET: Mapping[str, str] = {
    "own": marked("No college leads this research: the rule about partners does not speak of it."),
    "partner": marked("An enterprise takes part, as the rules of this place ask in principle."),
    "waiver": marked("No enterprise takes part; the rules of this place ask why, and it is said."),
    "open": marked("Before it is submitted an enterprise that takes part is to be named."),
}
_PACKS: Mapping[str, str] = {
    "ZJ": "cn-zj",
    "HZ": "cn-zj-hz",
    "SX": "cn-zj-sx",
    "JL": "cn-jl",
    "HN": "cn-ha",
}


@dataclass(frozen=True, slots=True)
class Source:
    """The finding in a sentence, the facts behind it, and the pack that says so."""

    finding: str
    facts: list[tuple[str, str]]
    pack: str
    pack_href: str
    partner: str = ""
    partner_basis: str = ""


def source_of(notice: Body, texts: Texts) -> Source:
    """Return where a notice came from."""
    told: Body = notice["registration"]
    say = texts.gettext
    registrar = told["registrar"]
    facts = [
        (say("Written by"), notice["organisation"]["name"]),
        (say("Submitted"), texts.moment(notice["submitted_at"]) if notice["submitted_at"] else ""),
        (say("Registered by"), registrar["name"] if registrar else ""),
        (say("Level of the department"), word(LEVELS, told["level"], texts)),
        (say("Registered"), texts.moment(told["registered_at"]) if told["registered_at"] else ""),
        (say("Published"), texts.moment(notice["published_at"]) if notice["published_at"] else ""),
        (say("Basis"), _basis(told)),
    ]
    return Source(
        finding=_finding(told, texts),
        facts=[(key, value) for key, value in facts if value],
        pack=say("Policy pack %(pack)s") % {"pack": f"{told['pack_id']} {told['pack_version']}"},
        pack_href=f"/policies/{told['pack_id']}",
        **_partner(notice["partner_rule"], texts),
    )


def _basis(told: Body) -> str:
    return " ".join(part for part in (told["document"], told["clause"]) if part)


def _partner(told: Body | None, texts: Texts) -> dict[str, str]:
    """Return what the place asks of research, and how it is met; nothing where it is silent."""
    if told is None or not told["required"]:
        return {}
    return {"partner": word(_MET, told["met_by"] or "open", texts), "partner_basis": _basis(told)}


def clauses_of(kind: Body, texts: Texts) -> list[Link]:
    """Return the clauses that ask for a kind of notice, each with the pack of its place."""
    told = (_CLAUSE.match(clause) for clause in kind["clauses"])
    known = [found for found in told if found and found[1] in _PACKS]
    return [
        Link(f"{word(_PLACES, found[1], texts)} {found[2]}", f"/policies/{_PACKS[found[1]]}")
        for found in known
    ]


def _finding(told: Body, texts: Texts) -> str:
    say = texts.gettext
    if not told["required"]:
        return say("The rules of this place ask for no registration, and none was made.")
    if told["registrar"] is None:
        return say("The rules of this place ask for registration by a department first.")
    return say("Registered by %(name)s, as the rules of this place ask.") % {
        "name": told["registrar"]["name"]
    }
