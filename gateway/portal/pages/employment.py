"""Employment as released: by industry, by major, posts per seeker; small groups are hidden."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from gateway.portal.access import PUBLIC
from gateway.portal.catalogue_names import region_name, region_path
from gateway.portal.components import BarChart, Link, Table
from gateway.portal.employment_tables import (
    INDUSTRY_FIELDS,
    MAJOR_FIELDS,
    SEEKER_FIELDS,
    industry_bars,
    industry_table,
    major_bars,
    major_table,
    seeker_bars,
    seeker_table,
)
from gateway.portal.forms import FormState, Option
from gateway.portal.routing import Page
from gateway.portal.translation import Texts, marked
from gateway.portal.visits import Visit
from shared.kernel.errors import NotFoundError
from shared.sheets import CSV, write_csv

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at employment: what was released, where it is read, how it is shown."""

    kind: str
    tab: str
    title: str
    lead: str
    period: str  # the name of the API's query
    api: str
    table: Callable[[Texts, Sequence[Body]], Table]
    bars: Callable[[Texts, Sequence[Body]], BarChart | None]
    fields: Sequence[tuple[str, str]]


_VIEWS: Mapping[str, View] = {
    "industries": View(
        "industry_status",
        marked("By industry"),
        marked("Employment by industry"),
        marked("What enterprises of each industry reported for a quarter."),
        "period",
        "/v1/industry-status",
        industry_table,
        industry_bars,
        INDUSTRY_FIELDS,
    ),
    "majors": View(
        "outcomes",
        marked("By major"),
        marked("Employment by major"),
        marked("Where the graduates of a year went, major by major."),
        "year",
        "/v1/majors/outcomes",
        major_table,
        major_bars,
        MAJOR_FIELDS,
    ),
    "seekers": View(
        "market",
        marked("Posts per seeker"),
        marked("Posts per registered seeker"),
        marked(
            "Posts sought at public employment services for each person registered as seeking; "
            "openings per entrant of the gap pages are another figure."
        ),
        "quarter",
        "/v1/posts-per-seeker",
        seeker_table,
        seeker_bars,
        SEEKER_FIELDS,
    ),
}
_FIRST = "industries"


@dataclass(frozen=True, slots=True)
class Asked:
    """The place and period that a page is about, and those that could be."""

    region: str
    period: str
    regions: Sequence[str]
    periods: Sequence[str]

    def query(self, view: View) -> dict[str, str]:
        """Return what the API is asked."""
        return {"region": self.region, view.period: self.period}


async def show_industries(visit: Visit) -> Response:
    return await _show(visit, _FIRST)


async def show_view(visit: Visit) -> Response:
    return await _show(visit, _named(visit))


async def download(visit: Visit) -> Response:
    name = _named(visit)
    view = _VIEWS[name]
    asked = await _asked(visit, view)
    if asked is None:
        raise NotFoundError
    items = (await visit.api.get(view.api, asked.query(view))).body["items"]
    headers = [visit.texts.gettext(label) for label, _field in view.fields]
    body = write_csv(headers, [[one[field] for _label, field in view.fields] for one in items])
    file = f"{name}-{asked.region}-{asked.period}.csv"
    disposition = {"Content-Disposition": f'attachment; filename="{file}"'}
    return Response(body, media_type=CSV, headers=disposition)


def _named(visit: Visit) -> str:
    name = str(visit.request.path_params["view"])
    if name not in _VIEWS:
        raise NotFoundError
    return name


async def _show(visit: Visit, name: str) -> Response:
    view, say = _VIEWS[name], visit.texts.gettext
    asked = await _asked(visit, view)
    context: dict[str, Any] = {
        "lead": say(view.lead),
        "tabs": _tabs(visit, name),
        "form": None,
        "table": None,
        "bars": None,
    }
    title = say(view.title)
    if asked is not None:
        told = (await visit.api.get(view.api, asked.query(view))).body
        context |= _released(visit, view, told, asked=asked)
        place = {"place": region_name(asked.region), "period": asked.period, "title": title}
        title = say("%(title)s: %(place)s, %(period)s") % place
        context["download"] = (
            f"/labour/employment/{name}.csv?region={asked.region}&period={asked.period}"
        )
    trail = [Link(say("Labour market"), "/labour")]
    return visit.render("labour/employment.html", context, title=title, breadcrumb=trail)


def _released(visit: Visit, view: View, told: Body, *, asked: Asked) -> dict[str, Any]:
    items: Sequence[Body] = told["items"]
    values = {"region": asked.region, "period": asked.period}
    return {
        "form": FormState(("region", "period"), values),
        "regions": [Option(code, region_path(code)) for code in asked.regions],
        "periods": [Option(each, each) for each in asked.periods],
        "table": view.table(visit.texts, items) if items else None,
        "bars": view.bars(visit.texts, items) if items else None,
        "note": told["rule"][f"note_{visit.language}"] if told["rule"] else "",
        "least": _least(visit.texts, view, told["rule"]),
        "publishers": _publishers(visit.texts, items),
    }


def _least(texts: Texts, view: View, rule: Body | None) -> str:
    """Return the bound under which figures are hidden, in words."""
    if rule is None or not rule.get("least"):
        return ""
    count = round(rule["least"]["value"])
    if view.kind == "industry_status":
        said = texts.ngettext(
            "Shown from %(count)s enterprise on.", "Shown from %(count)s enterprises on.", count
        )
    else:
        said = texts.ngettext(
            "Shown from %(count)s person on.", "Shown from %(count)s persons on.", count
        )
    return said % {"count": texts.number(count)}


def _publishers(texts: Texts, items: Sequence[Body]) -> str:
    """Return who released the figures, and when."""
    told = dict.fromkeys((one["org_name"], texts.date(one["published_at"])) for one in items)
    return texts.gettext("; ").join(f"{name}, {day}" for name, day in told)


async def _asked(visit: Visit, view: View) -> Asked | None:
    """Return the place and period of the address; else the newest that was released."""
    query = visit.request.query_params
    found = await visit.api.get("/v1/labour-releases", {"kind": view.kind})
    released = sorted(
        ((one["period"], one["region_code"]) for one in found.body["items"]), reverse=True
    )
    if not released:
        return None
    regions = sorted({region for _period, region in released})
    wanted = query.get("region", "").ljust(6, "0")
    region = wanted if wanted in regions else released[0][1]
    periods = list(dict.fromkeys(period for period, place in released if place == region))
    period = query.get("period", "")
    return Asked(region, period if period in periods else periods[0], regions, periods)


def _tabs(visit: Visit, shown: str) -> list[Link]:
    region = visit.request.query_params.get("region")
    asked = f"?region={region}" if region and region.isalnum() else ""
    return [
        Link(
            visit.texts.gettext(view.tab),
            f"/labour/employment{'' if name == _FIRST else f'/{name}'}{asked}",
            current=name == shown,
        )
        for name, view in _VIEWS.items()
    ]


PAGES = (
    Page("/labour/employment", show_industries, "employment", PUBLIC),
    Page("/labour/employment/{view}.csv", download, "employment_file", PUBLIC),
    Page("/labour/employment/{view}", show_view, "employment_view", PUBLIC),
)
