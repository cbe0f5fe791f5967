"""Released employment figures as tables and bars; what is hidden says so, and is never a bar."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gateway.portal.components import Bar, BarChart, Cell, Column, Table, Tag
from gateway.portal.translation import Texts, marked

Body = Mapping[str, Any]

_BARS = 12
# The columns of the files to download: label, field of the API.
INDUSTRY_FIELDS: Sequence[tuple[str, str]] = (
    (marked("Code"), "industry_code"),
    (marked("Industry"), "industry_name"),
    (marked("Enterprises"), "enterprises"),
    (marked("Head count"), "headcount"),
    (marked("Hired"), "hired"),
    (marked("Departed"), "departed"),
    (marked("Vacancies"), "vacancies"),
    (marked("Pay a month, in fen"), "pay_fen_month"),
    (marked("Source"), "source"),
    (marked("Counted on"), "counted_on"),
    (marked("Released by"), "org_name"),
)
MAJOR_FIELDS: Sequence[tuple[str, str]] = (
    (marked("Code"), "major_code"),
    (marked("Major"), "major_name"),
    (marked("Year"), "year"),
    (marked("Schools"), "schools"),
    (marked("Graduates"), "graduates"),
    (marked("Employed"), "employment_share"),
    (marked("Of them here"), "local_share"),
    (marked("In line with the major"), "relevant_share"),
    (marked("Released by"), "org_name"),
)
SEEKER_FIELDS: Sequence[tuple[str, str]] = (
    (marked("Code"), "occupation_code"),
    (marked("Occupation"), "occupation_name"),
    (marked("Period"), "quarter"),
    (marked("Posts sought"), "posts"),
    (marked("Registered seekers"), "seekers"),
    (marked("Posts per seeker"), "value"),
    (marked("Released by"), "org_name"),
)


def industry_table(texts: Texts, items: Sequence[Body]) -> Table:
    """Return what enterprises of each industry reported."""
    say = texts.gettext
    rows = [
        [
            Cell(one["industry_name"], sub=one["industry_code"]),
            *(
                _figure(texts, one, name)
                for name in ("enterprises", "headcount", "hired", "departed", "vacancies")
            ),
            _money(texts, one),
        ]
        for one in items
    ]
    columns = [
        Column(say("Industry")),
        Column(say("Enterprises"), numeric=True),
        Column(say("Head count"), numeric=True),
        Column(say("Hired"), numeric=True),
        Column(say("Departed"), numeric=True),
        Column(say("Vacancies"), numeric=True),
        Column(say("Pay a month"), numeric=True),
    ]
    return Table(say("Industries in figures"), columns, rows, narrow="scroll")


def industry_bars(texts: Texts, items: Sequence[Body]) -> BarChart | None:
    """Return what part of the posts of each industry stands open."""
    known = [one for one in items if one["vacancies"] is not None and one["headcount"]]
    shares = {one["industry_code"]: one["vacancies"] / one["headcount"] for one in known}
    return _bars(
        texts,
        [(one["industry_name"], shares[one["industry_code"]]) for one in known],
        said=texts.percent,
        finding=marked("%(name)s has the most open posts: %(value)s of its head count"),
        heads=(texts.gettext("Industry"), texts.gettext("Open posts of the head count")),
    )


def major_table(texts: Texts, items: Sequence[Body]) -> Table:
    """Return where the graduates of each major went."""
    say = texts.gettext
    rows = [
        [
            Cell(
                one["major_name"], href=f"/labour/majors/{one['major_code']}", sub=one["major_code"]
            ),
            _figure(texts, one, "graduates"),
            _share(texts, one, "employment_share"),
            _share(texts, one, "local_share"),
            _share(texts, one, "relevant_share"),
            Cell(texts.number(one["schools"])),
        ]
        for one in items
    ]
    columns = [
        Column(say("Major")),
        Column(say("Graduates"), numeric=True),
        Column(say("Employed"), numeric=True),
        Column(say("Of them here"), numeric=True),
        Column(say("In line with the major"), numeric=True),
        Column(say("Schools"), numeric=True),
    ]
    return Table(say("Majors in figures"), columns, rows, narrow="scroll")


def major_bars(texts: Texts, items: Sequence[Body]) -> BarChart | None:
    """Return what part of the graduates of each major was employed."""
    return _bars(
        texts,
        [
            (one["major_name"], one["employment_share"])
            for one in items
            if one["employment_share"] is not None
        ],
        said=texts.percent,
        finding=marked("Most often employed are graduates of %(name)s: %(value)s"),
        heads=(texts.gettext("Major"), texts.gettext("Employed")),
    )


def seeker_table(texts: Texts, items: Sequence[Body]) -> Table:
    """Return posts sought for each registered seeker."""
    say = texts.gettext
    rows = [
        [
            Cell(
                one["occupation_name"],
                href=f"/labour/forecast?occupation={one['occupation_code']}",
                sub=one["occupation_code"],
            ),
            _figure(texts, one, "posts"),
            _figure(texts, one, "seekers"),
            _figure(texts, one, "value"),
        ]
        for one in items
    ]
    columns = [
        Column(say("Occupation")),
        Column(say("Posts sought"), numeric=True),
        Column(say("Registered seekers"), numeric=True),
        Column(say("Posts per seeker"), numeric=True),
    ]
    return Table(say("Occupations in figures"), columns, rows, narrow="scroll")


def seeker_bars(texts: Texts, items: Sequence[Body]) -> BarChart | None:
    """Return the occupations by posts for each registered seeker."""
    return _bars(
        texts,
        [(one["occupation_name"], one["value"]) for one in items if one["value"] is not None],
        said=lambda value: texts.number(round(value, 2)),
        finding=marked("Most sought are %(name)s: %(value)s posts for each seeker"),
        heads=(texts.gettext("Occupation"), texts.gettext("Posts per seeker")),
    )


def _bars(
    texts: Texts,
    values: Sequence[tuple[str, float]],
    *,
    said: Callable[[float], str],
    finding: str,
    heads: tuple[str, str],
) -> BarChart | None:
    """Return the largest values as bars under a title that names the largest."""
    ranked = sorted(values, key=lambda one: -one[1])[:_BARS]
    if not ranked:
        return None
    name, value = ranked[0]
    title = texts.gettext(finding) % {"name": name, "value": said(value)}
    bars = [
        Bar(label, part, said(part), highlighted=place == 0)
        for place, (label, part) in enumerate(ranked)
    ]
    return BarChart(title, *heads, bars)


def _figure(texts: Texts, row: Body, name: str) -> Cell:
    value = row[name]
    if value is None:
        return _unknown(texts, row)
    return Cell(texts.number(round(value, 2)))


def _share(texts: Texts, row: Body, name: str) -> Cell:
    value = row[name]
    return _unknown(texts, row) if value is None else Cell(texts.percent(value))


def _money(texts: Texts, row: Body) -> Cell:
    value = row["pay_fen_month"]
    return _unknown(texts, row) if value is None else Cell(texts.money(value))


def _unknown(texts: Texts, row: Body) -> Cell:
    """Return what stands for a figure that is not shown: hidden, or never reported."""
    return Cell(tag=Tag(texts.gettext("Hidden"))) if row["suppressed"] else Cell("—")
