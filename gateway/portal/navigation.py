"""The ways through the pages: what the header offers to whom."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.portal.access import HR, PUBLIC, Access
from gateway.portal.components import Link
from gateway.portal.sessions import Caller
from gateway.portal.translation import Texts, marked


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the header, shown to those who may open it."""

    label: str
    path: str
    access: Access


_ADMINISTRATORS = Access(
    roles=frozenset(
        {"operator", "enterprise_admin", "school_admin", "authority_admin", "organisation_admin"}
    )
)
_REVIEWERS = Access(roles=frozenset({"operator", "authority_admin", "reviewer"}))

ENTRIES: tuple[Entry, ...] = (
    Entry(marked("Home"), "/", PUBLIC),
    Entry(marked("Internship posts"), "/posts", PUBLIC),
    Entry(marked("My enterprise"), "/enterprise", HR),
    Entry(marked("Policy packs"), "/policies", PUBLIC),
    Entry(marked("Organisation"), "/organisation", _ADMINISTRATORS),
    Entry(marked("Reviews"), "/reviews", _REVIEWERS),
    Entry(marked("For developers"), "/developers", PUBLIC),
)


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
