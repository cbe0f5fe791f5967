"""Where a notice came from, in words: was registration asked for, by what clause, who did it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.portal.exchange_words import LEVELS
from gateway.portal.post_words import word
from gateway.portal.translation import Texts

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """The finding in a sentence, the facts behind it, and the pack that says so."""

    finding: str
    facts: list[tuple[str, str]]
    pack: str
    pack_href: str


def source_of(notice: Body, texts: Texts) -> Source:
    """Return where a notice came from."""
    told: Body = notice["registration"]
    say = texts.gettext
    rests_on = " ".join(part for part in (told["document"], told["clause"]) if part)
    registrar = told["registrar"]
    facts = [
        (say("Written by"), notice["organisation"]["name"]),
        (say("Submitted"), texts.moment(notice["submitted_at"]) if notice["submitted_at"] else ""),
        (say("Registered by"), registrar["name"] if registrar else ""),
        (say("Level of the department"), word(LEVELS, told["level"], texts)),
        (say("Registered"), texts.moment(told["registered_at"]) if told["registered_at"] else ""),
        (say("Published"), texts.moment(notice["published_at"]) if notice["published_at"] else ""),
        (say("Basis"), rests_on),
    ]
    return Source(
        finding=_finding(told, texts),
        facts=[(key, value) for key, value in facts if value],
        pack=f"{told['pack_id']} {told['pack_version']}",
        pack_href=f"/policies/{told['pack_id']}",
    )


def _finding(told: Body, texts: Texts) -> str:
    say = texts.gettext
    if not told["required"]:
        return say("The rules of this place ask for no registration, and none was made.")
    if told["registrar"] is None:
        return say("The rules of this place ask for registration by a department first.")
    return say("Registered by %(name)s, as the rules of this place ask.") % {
        "name": told["registrar"]["name"]
    }
