"""What bodies report about the labour market: the tables, who sends each, and its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.portal.access import Access
from gateway.portal.catalogue_names import (
    industry_name,
    major_name,
    occupation_name,
    region_path,
)
from gateway.portal.components import Cell, Column, Table
from gateway.portal.sessions import Caller
from gateway.portal.translation import Texts, marked

Body = Mapping[str, Any]

# Who brings series and reports; the API asks again for the kind of organisation.
DESK = Access(
    roles=frozenset(
        {"authority_admin", "analyst", "school_admin", "organisation_admin", "operator"}
    )
)
# Schools report series, but do not run forecasts of them.
RUNNERS = Access(roles=DESK.roles - {"school_admin"})
PUBLISHERS = Access(
    org_kinds=frozenset({"authority", "industry_body"}),
    roles=frozenset({"authority_admin", "analyst", "organisation_admin"}),
)
COMPUTERS = Access(
    org_kinds=frozenset({"authority"}), roles=frozenset({"authority_admin", "analyst"})
)


@dataclass(frozen=True, slots=True)
class ReportKind:
    """One kind of report: what it is called, what it holds, and which bodies send it."""

    code: str
    title: str
    lead: str
    senders: frozenset[str]

    def open_to(self, caller: Caller | None) -> bool:
        """Return whether the caller's organisation sends this kind."""
        acting = caller.acting if caller else None
        return acting is not None and acting.org_kind in self.senders


_STATE = frozenset({"authority"})
_SCHOOLS = frozenset({"school", "authority"})
_BODIES = frozenset({"authority", "industry_body"})

REPORT_KINDS: Mapping[str, ReportKind] = {
    each.code: each
    for each in (
        ReportKind(
            "cohorts",
            marked("Enrolment by cohort"),
            marked("New students of each major by the year they entered."),
            _SCHOOLS,
        ),
        ReportKind(
            "destinations",
            marked("Destinations of graduates"),
            marked("Where the graduates of each major went, with the definition and the day."),
            _SCHOOLS,
        ),
        ReportKind(
            "major-flows",
            marked("Occupations that graduates took up"),
            marked("How many graduates of a major went into which occupation."),
            _SCHOOLS,
        ),
        ReportKind(
            "market",
            marked("Posts and registered seekers by quarter"),
            marked("What public employment services counted in each quarter."),
            _STATE,
        ),
        ReportKind(
            "employment",
            marked("People employed by occupation"),
            marked("How many work in an occupation, and how many left it in the year."),
            _STATE,
        ),
        ReportKind(
            "industries",
            marked("Employment status of industries"),
            marked("Head count, hires, departures, vacancies and pay of each industry."),
            _BODIES,
        ),
    )
}

FIGURES: Mapping[str, str] = {
    "enrolled": marked("enrolled"),
    "graduates": marked("graduates"),
    "people": marked("people"),
    "posts": marked("posts sought"),
    "seekers": marked("registered seekers"),
    "unfilled": marked("open a whole quarter"),
    "employed": marked("employed"),
    "separated": marked("left the occupation"),
    "employed_local": marked("employed here"),
    "employed_relevant": marked("in line with the major"),
    "enterprises": marked("enterprises"),
    "headcount": marked("head count"),
    "hired": marked("hired"),
    "departed": marked("departed"),
    "vacancies": marked("vacancies"),
}


def reported_table(texts: Texts, rows: Sequence[Body]) -> Table | None:
    """Return the rows that an organisation has reported, the newest first."""
    if not rows:
        return None
    say = texts.gettext
    columns = [
        Column(say("What")),
        Column(say("Place")),
        Column(say("Period")),
        Column(say("Figures")),
        Column(say("Source")),
    ]
    told = [
        [
            Cell(_subject(texts, one), sub=one["school_name"] or ""),
            Cell(region_path(one["region_code"])),
            Cell(str(one["quarter"] or one["year"] or one["entry_year"] or "—")),
            Cell(_figures(texts, one)),
            Cell(one["source"], sub=texts.date(one["counted_on"])),
        ]
        for one in rows
    ]
    return Table(say("Reported last"), columns, told)


def _subject(texts: Texts, row: Body) -> str:
    named = [
        namer(row[field])
        for field, namer in (
            ("major_code", major_name),
            ("occupation_code", occupation_name),
            ("industry_code", industry_name),
        )
        if row[field]
    ]
    return texts.gettext("; ").join(named) or "—"


def _figures(texts: Texts, row: Body) -> str:
    told = [
        f"{texts.gettext(label)} {texts.number(row[name])}"
        for name, label in FIGURES.items()
        if row[name] is not None
    ]
    return texts.gettext("; ").join(told)
