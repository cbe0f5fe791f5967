"""Fit and fill of clearings for the authority of the place, with what stands behind each figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from gateway.portal.access import AUTHORITY
from gateway.portal.components import Bar, BarChart, Cell, Column, Link, Stat, Table, Tag
from gateway.portal.forms import FormState, Option
from gateway.portal.labour_words import named
from gateway.portal.routing import Page
from gateway.portal.translation import Texts, marked
from gateway.portal.visits import Visit
from shared.http.downloads import as_file
from shared.sheets import CSV

Body = Mapping[str, Any]

_API = "/v1/metrics/matching"
_STRIP = ("relevance", "seats_filled", "placed_share", "first_wish", "mean_rank", "same_city")
_MEANS = {"mean_rank", "distance"}
_CARDS = 8
_BY: Mapping[str, str] = {
    "school_level": marked("By kind of school"),
    "region": marked("By region of the school"),
}


async def show_metrics(visit: Visit) -> Response:
    told = (await visit.api.get(_API, _asked(visit))).body
    say, language = visit.texts.gettext, visit.language
    context: dict[str, Any] = {"told": told, "place": told["region_name"][language]}
    title = say("Fit and fill of placements")
    if told["groups"]:
        everyone = told["groups"][0]
        title = _finding(visit, told, everyone)
        context |= {
            "form": FormState(("term",), {"term": told["term"]}),
            "terms": [Option(term, term) for term in told["terms"]],
            "stats": _stats(visit, told, everyone),
            "bars": [chart for by in _BY if (chart := _bars(visit, told, by)) is not None],
            "tables": [_group_table(visit, told, by) for by in _BY],
            "spreads": _spread_table(visit, told),
            "rounds": _round_table(visit, told),
            "download": f"/labour/matching.csv?term={told['term']}",
        }
    context |= {
        "definitions": [
            (one["title"][language], one["definition"][language]) for one in told["indicators"]
        ],
        "basis": [_citation(visit, one) for one in told["basis"]],
        "figures": _merged([_citation(visit, one) for one in told["figures"]]),
    }
    trail = [Link(say("Labour market"), "/labour")]
    return visit.render("labour/matching.html", context, title=title, breadcrumb=trail)


async def download_metrics(visit: Visit) -> Response:
    answer = await visit.api.get(f"{_API}/export", _asked(visit))
    return as_file(answer.content, media_type=CSV, name="matching.csv")


def _asked(visit: Visit) -> dict[str, str]:
    term = visit.request.query_params.get("term", "")
    return {"term": term} if term else {}


def _figures(group: Body) -> dict[str, Body]:
    return {each["indicator"]: each for each in group["figures"]}


def _titles(visit: Visit, told: Body) -> dict[str, str]:
    return {each["code"]: each["title"][visit.language] for each in told["indicators"]}


def _finding(visit: Visit, told: Body, everyone: Body) -> str:
    figures, texts = _figures(everyone), visit.texts
    facts = {
        "place": told["region_name"][visit.language],
        "term": told["term"],
        "fit": _said(texts, figures["relevance"]),
        "fill": _said(texts, figures["seats_filled"]),
    }
    return (
        texts.gettext(
            "%(place)s, %(term)s: %(fit)s placed within their field, %(fill)s of seats filled"
        )
        % facts
    )


def _said(texts: Texts, figure: Body) -> str:
    """Return a figure as words; a dash where it is hidden or there is nothing to share out."""
    value = figure["value"]
    if value is None:
        return "—"
    return texts.number(value) if figure["indicator"] in _MEANS else texts.percent(value)


def _counted(texts: Texts, figure: Body) -> str:
    """Return the counts behind a figure."""
    if figure["count"] is None:
        return ""
    counts = {"count": texts.number(figure["count"]), "all": texts.number(figure["among"])}
    return texts.gettext("%(count)s of %(all)s") % counts


def _stats(visit: Visit, told: Body, everyone: Body) -> list[Stat]:
    figures, titles = _figures(everyone), _titles(visit, told)
    return [
        Stat(
            _said(visit.texts, figures[code]),
            titles[code],
            hint=visit.texts.gettext("Hidden")
            if figures[code]["hidden"]
            else _counted(visit.texts, figures[code]),
        )
        for code in _STRIP
    ]


def _bars(visit: Visit, told: Body, by: str) -> BarChart | None:
    """Return the relevance rate of the groups as bars under the widest difference."""
    spread = next(
        (one for one in told["spreads"] if (one["by"], one["indicator"]) == (by, "relevance")), None
    )
    if spread is None:
        return None
    texts, language = visit.texts, visit.language
    rows = [
        (group["name"][language], _figures(group)["relevance"])
        for group in told["groups"]
        if group["by"] == by and _figures(group)["relevance"]["value"] is not None
    ]
    rows.sort(key=lambda row: -row[1]["value"])
    title = texts.gettext("Within their field: %(high)s %(best)s, %(low)s %(last)s") % {
        "high": spread["highest"][language],
        "best": texts.percent(spread["highest_value"]),
        "low": spread["lowest"][language],
        "last": texts.percent(spread["lowest_value"]),
    }
    bars = [Bar(name, figure["value"], _said(texts, figure)) for name, figure in rows]
    return BarChart(title, texts.gettext(_BY[by]), _titles(visit, told)["relevance"], bars)


def _group_table(visit: Visit, told: Body, by: str) -> Table:
    texts, titles = visit.texts, _titles(visit, told)
    say = texts.gettext
    columns = [
        Column(say("Schools")),
        Column(say("Seats"), numeric=True),
        *(Column(title, numeric=True) for title in titles.values()),
    ]
    rows = [
        [
            Cell(
                group["name"][visit.language],
                sub=texts.ngettext("%(num)s school", "%(num)s schools", group["schools"])
                % {"num": texts.number(group["schools"])},
            ),
            Cell(texts.number(group["seats"])),
            *(_cell(texts, _figures(group)[code]) for code in titles),
        ]
        for group in told["groups"]
        if group["by"] in {by, "all"}
    ]
    # Few groups are read one by one on a phone, many are compared.
    return Table(say(_BY[by]), columns, rows, narrow="cards" if len(rows) <= _CARDS else "scroll")


def _cell(texts: Texts, figure: Body) -> Cell:
    if figure["hidden"]:
        return Cell(tag=Tag(texts.gettext("Hidden")))
    return Cell(_said(texts, figure), sub=_counted(texts, figure))


def _spread_table(visit: Visit, told: Body) -> Table | None:
    if not told["spreads"]:
        return None
    texts, titles, language = visit.texts, _titles(visit, told), visit.language
    say = texts.gettext
    rows = [
        [
            Cell(titles[one["indicator"]], sub=named(texts, _BY, one["by"])),
            Cell(one["highest"][language], sub=texts.percent(one["highest_value"])),
            Cell(one["lowest"][language], sub=texts.percent(one["lowest_value"])),
            Cell(texts.number(one["points"])),
        ]
        for one in sorted(told["spreads"], key=lambda one: -one["points"])
    ]
    columns = [
        Column(say("Indicator")),
        Column(say("Highest")),
        Column(say("Lowest")),
        Column(say("Percentage points apart"), numeric=True),
    ]
    return Table(say("How far apart schools and regions are"), columns, rows)


def _round_table(visit: Visit, told: Body) -> Table:
    texts = visit.texts
    say = texts.gettext
    rows = [
        [
            Cell(
                one["school_name"],
                sub=one["batch_name"],
                href=f"/public-rounds/{one['round_id']}" if one["public"] else None,
            ),
            Cell(texts.number(one["number"])),
            Cell(texts.date(one["published_at"])),
            Cell((one["certificate_sha256"] or "—")[:12]),
        ]
        for one in told["counted"]
    ]
    columns = [
        Column(say("School and batch")),
        Column(say("Round"), numeric=True),
        Column(say("Published")),
        Column(say("Hash of the certificate")),
    ]
    return Table(say("The rounds behind these figures"), columns, rows)


def _citation(visit: Visit, one: Body) -> dict[str, str]:
    document = f"{one['document'][visit.language]} {one['number']} ({one['clause']})"
    return {"document": document, "pack": one["pack"], "words": one["words"], "quote": one["quote"]}


def _merged(citations: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return citations of the same sentence as one: the ends of a range are two parameters."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for one in citations:
        key = (one["document"], one["quote"])
        words = f"{found[key]['words']}–{one['words']}" if key in found else one["words"]
        found[key] = {**one, "words": words}
    return list(found.values())


PAGES = (
    Page("/labour/matching", show_metrics, "labour_matching", AUTHORITY),
    Page("/labour/matching.csv", download_metrics, "labour_matching_table", AUTHORITY),
)
