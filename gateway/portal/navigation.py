"""The ways through the pages: what the header offers to whom."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.portal.access import PUBLIC, Access
from gateway.portal.components import Link
from gateway.portal.sessions import Caller
from gateway.portal.translation import Texts, marked


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the header, shown to those who may open it."""

    label: str
    path: str
    access: Access


ENTRIES: tuple[Entry, ...] = (Entry(marked("Home"), "/", PUBLIC),)


def entries_for(caller: Caller | None, path: str, texts: Texts) -> list[Link]:
    """Return the header's links for a caller, with the present one marked."""
    return [
        Link(texts.gettext(entry.label), entry.path, current=_leads_to(entry.path, path))
        for entry in ENTRIES
        if entry.access.allows(caller)
    ]


def _leads_to(entry: str, path: str) -> bool:
    if entry == "/":
        return path == "/"
    return path == entry or path.startswith(entry + "/")
