"""The ways through the pages: what the header offers to whom."""

from __future__ import annotations

from dataclasses import dataclass
from posixpath import commonpath

from gateway.portal.access import (
    AUTHORITY,
    BOARD,
    HR,
    OFFICE,
    PLACEMENT_READERS,
    PUBLIC,
    REGISTRARS,
    STUDENT,
    Access,
)
from gateway.portal.components import Link
from gateway.portal.credit_words import (
    CREDIT_ALLIANCE,
    CREDIT_OFFICE,
    CREDIT_REVIEWERS,
    CREDIT_STAFF,
    STANDARD_READERS,
)
from gateway.portal.labour_kinds import DESK
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
_TEACHERS = Access(org_kinds=frozenset({"school"}), roles=frozenset({"class_teacher"}))
_REVIEWERS = Access(roles=frozenset({"operator", "authority_admin", "reviewer"}))

ENTRIES: tuple[Entry, ...] = (
    Entry(marked("Home"), "/", PUBLIC),
    Entry(marked("Search"), "/search", PUBLIC),
    Entry(marked("Internship posts"), "/posts", PUBLIC),
    Entry(marked("Exchange"), "/exchange", PUBLIC),
    Entry(marked("My enterprise"), "/enterprise", HR),
    Entry(marked("Internship office"), "/school", OFFICE),
    Entry(marked("Placements"), "/school/placements", _TEACHERS),
    Entry(marked("My internship"), "/student", STUDENT),
    Entry(marked("My credits"), "/credits", STUDENT),
    Entry(marked("Recognition of credits"), "/credits/cases", CREDIT_STAFF),
    Entry(marked("Common standards"), "/credits/standards", CREDIT_ALLIANCE),
    Entry(marked("Labour market"), "/labour", PUBLIC),
    Entry(marked("Policy packs"), "/policies", PUBLIC),
    Entry(marked("Organisation"), "/organisation", _ADMINISTRATORS),
    Entry(marked("Reviews"), "/reviews", _REVIEWERS),
    Entry(marked("Verify a credential"), "/verify", PUBLIC),
    Entry(marked("For developers"), "/developers", PUBLIC),
)


# Ways inside a part of the portal, shown below the header to whoever may open it.
SECTIONS: tuple[tuple[Entry, ...], ...] = (
    (
        Entry(marked("Work list"), "/enterprise", HR),
        Entry(marked("Posts"), "/enterprise/posts", HR),
        Entry(marked("Upload many posts"), "/enterprise/imports", HR),
        Entry(marked("Applicants"), "/enterprise/applicants", HR),
        Entry(marked("Placed students"), "/enterprise/placements", HR),
        Entry(marked("Interns and quota"), "/enterprise/quota", HR),
        Entry(marked("Head counts"), "/enterprise/head-counts", HR),
        Entry(marked("Interns from elsewhere"), "/enterprise/interns-elsewhere", HR),
    ),
    (
        Entry(marked("Work list"), "/school", OFFICE),
        Entry(marked("Students"), "/school/students", OFFICE),
        Entry(marked("Plans"), "/school/plans", OFFICE),
        Entry(marked("Hosts"), "/school/hosts", OFFICE),
        Entry(marked("Batches"), "/school/batches", OFFICE),
        Entry(marked("Placements"), "/school/placements", PLACEMENT_READERS),
        Entry(marked("Arranged by students"), "/school/self-arranged", OFFICE),
        Entry(marked("Appeals"), "/school/appeals", OFFICE),
    ),
    (
        Entry(marked("Work list"), "/credits/cases", CREDIT_STAFF),
        Entry(marked("Rulebooks"), "/credits/rules", CREDIT_STAFF),
        Entry(marked("Common standards"), "/credits/standards", STANDARD_READERS),
        Entry(marked("Equivalences"), "/credits/equivalences", CREDIT_STAFF),
        Entry(marked("Course sequences"), "/credits/articulations", CREDIT_STAFF),
        Entry(marked("Members of the alliance"), "/credits/standards/members", CREDIT_ALLIANCE),
        Entry(marked("Programmes"), "/credits/programmes", CREDIT_STAFF),
        Entry(marked("Files of the academic office"), "/credits/imports", CREDIT_OFFICE),
        Entry(marked("Public notices"), "/credits/notices", CREDIT_STAFF),
        Entry(marked("Objections"), "/credits/objections", CREDIT_REVIEWERS),
        Entry(marked("1+X pilots"), "/credits/pilots", CREDIT_STAFF),
        Entry(marked("Figures of recognition"), "/credits/cases/statistics", CREDIT_REVIEWERS),
    ),
    (
        Entry(marked("Overview"), "/labour", PUBLIC),
        Entry(marked("Gaps"), "/labour/gaps", PUBLIC),
        Entry(marked("Warnings"), "/labour/alerts", PUBLIC),
        Entry(marked("Shortage catalogues"), "/labour/catalogues", PUBLIC),
        Entry(marked("Employment"), "/labour/employment", PUBLIC),
        Entry(marked("Majors"), "/labour/majors", PUBLIC),
        Entry(marked("Quality reports"), "/labour/quality-reports", PUBLIC),
        Entry(marked("Competency standards"), "/labour/standards", PUBLIC),
        Entry(marked("Committees"), "/labour/committees", PUBLIC),
        Entry(marked("Scoreboard"), "/labour/scoreboard", PUBLIC),
        Entry(marked("Fit and fill"), "/labour/matching", AUTHORITY),
        Entry(marked("Reporting desk"), "/labour/desk", DESK),
    ),
    (
        Entry(marked("Board"), "/exchange", PUBLIC),
        Entry(marked("My notices"), "/exchange/mine", BOARD),
        Entry(marked("Connections"), "/exchange/connections", BOARD),
        Entry(marked("To register"), "/exchange/registrations", REGISTRARS),
    ),
)


def section_for(caller: Caller | None, path: str, texts: Texts) -> list[Link]:
    """Return the ways inside the part that a page belongs to; the nearest one is marked."""
    for section in SECTIONS:
        open_to = [entry for entry in section if entry.access.allows(caller)]
        # A page that no entry names, a form or one of a list, belongs where its address begins.
        home = commonpath([entry.path for entry in section])
        if not open_to or not _leads_to(home, path):
            continue
        nearest = max(
            (entry.path for entry in open_to if _leads_to(entry.path, path)), key=len, default=""
        )
        return [
            Link(texts.gettext(entry.label), entry.path, current=entry.path == nearest)
            for entry in open_to
        ]
    return []


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
