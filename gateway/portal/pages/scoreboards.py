"""The scoreboard: how well forecasts did, ours and others', beside the naive ones."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.access import PUBLIC
from gateway.portal.components import Cell, Column, Link, Table
from gateway.portal.labour_words import named, read_if_there, record_words
from gateway.portal.routing import Page
from gateway.portal.translation import Texts, marked
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_METHODS: Mapping[str, str] = {
    "engine": marked("This platform"),
    "naive": marked("Naive: the last value"),
    "naive2": marked("Naive2: the last value, seasons removed"),
    "seasonal_naive": marked("Seasonal naive: a year before"),
    "ours": marked("This platform"),
    "submitted": marked("Submitted forecast"),
}
_SIZES: Mapping[str, str] = {
    "small": marked("Small series"),
    "middle": marked("Middle series"),
    "large": marked("Large series"),
}


async def list_scoreboards(visit: Visit) -> Response:
    texts, say = visit.texts, visit.texts.gettext
    heads = (await visit.api.get("/v1/scoreboards/heads")).body["items"]
    rows = [
        [
            Cell(one["name"], href=f"/labour/scoreboard/{one['dataset_id']}", sub=one["source"]),
            _figure(texts, one["relative_to_naive"]),
            _figure(texts, one["mase"]),
            _figure(texts, one["mase_naive"]),
            _share(texts, one["coverage_80"]),
            Cell(texts.number(one["series"])),
            Cell(texts.number(one["origins"])),
        ]
        for one in heads
    ]
    columns = [
        Column(say("Series")),
        Column(say("Beside naive"), numeric=True),
        Column("MASE", numeric=True),
        Column(say("MASE of naive"), numeric=True),
        Column(say("80 % interval held"), numeric=True),
        Column(say("How many"), numeric=True),
        Column(say("Origins"), numeric=True),
    ]
    title = say("Scoreboard")
    table = Table(say("Every forecast's record"), columns, rows, narrow="scroll") if rows else None
    return visit.render(
        "labour/scoreboards.html", {"table": table}, title=title, breadcrumb=[_market(visit)]
    )


async def show_scoreboard(visit: Visit) -> Response:
    asked = {"dataset_id": str(visit.request.path_params["dataset_id"])}
    told, others = await asyncio.gather(
        visit.api.get("/v1/scoreboards", asked),
        read_if_there(visit, "/v1/scoreboards/submissions", asked),
    )
    body, texts, say = told.body, visit.texts, visit.texts.gettext
    overall = [r for r in body["rows"] if r["horizon"] is None and r["size_class"] is None]
    context = {
        "told": body,
        "finding": record_words(texts, _record(body, overall)),
        "whole": _score_table(texts, overall, say("All horizons and sizes")),
        "sizes": _score_table(
            texts,
            [one for one in body["rows"] if one["horizon"] is None and one["size_class"]],
            say("By size of the series"),
        ),
        "horizons": _score_table(
            texts,
            [one for one in body["rows"] if one["horizon"] is not None and not one["size_class"]],
            say("By periods ahead"),
        ),
        "submissions": _submission_table(texts, others["items"] if others else []),
    }
    trail = [_market(visit), Link(say("Scoreboard"), "/labour/scoreboard")]
    return visit.render("labour/scoreboard.html", context, title=body["name"], breadcrumb=trail)


def _record(body: Body, overall: Sequence[Body]) -> Body | None:
    """Return how this platform did beside the naive forecast, over everything."""
    by_method = {row["method"]: row for row in overall}
    ours, naive = by_method.get("engine"), by_method.get("naive")
    if not (ours and naive and ours["mase"] is not None and naive["mase"]):
        return None
    return {
        "relative_to_naive": ours["mase"] / naive["mase"],
        "origins": body["origins"],
        "coverage_80": ours["coverage_80"],
    }


def _market(visit: Visit) -> Link:
    return Link(visit.texts.gettext("Labour market"), "/labour")


def _score_table(texts: Texts, rows: Sequence[Body], caption: str) -> Table | None:
    if not rows:
        return None
    say = texts.gettext
    lines = [
        [
            Cell(named(texts, _METHODS, one["method"]), sub=_which(texts, one)),
            _figure(texts, one["mase"]),
            _figure(texts, one["owa"]),
            _figure(texts, one["wape"]),
            _figure(texts, one["msis"]),
            _share(texts, one["coverage_80"]),
            _share(texts, one["coverage_95"]),
            Cell(texts.number(one["series"])),
        ]
        for one in rows
    ]
    columns = [
        Column(say("Method")),
        *(Column(name, numeric=True) for name in ("MASE", "OWA", "WAPE", "MSIS")),
        Column(say("80 % held"), numeric=True),
        Column(say("95 % held"), numeric=True),
        Column(say("Series"), numeric=True),
    ]
    return Table(caption, columns, lines, narrow="scroll")


def _which(texts: Texts, row: Body) -> str:
    told = []
    if row["horizon"] is not None:
        told.append(texts.gettext("%(count)s ahead") % {"count": row["horizon"]})
    if row["size_class"]:
        told.append(named(texts, _SIZES, row["size_class"]))
    return texts.gettext("; ").join(told)


def _submission_table(texts: Texts, items: Sequence[Body]) -> Table | None:
    say = texts.gettext
    rows = [
        [
            Cell(one["org_name"], sub=one["method"]),
            Cell(texts.date(one["made_at"])),
            Cell(f"{texts.number(one['scored'])} / {texts.number(one['cells'])}"),
            *(_error_of(texts, one["scores"], method) for method in ("submitted", "ours", "naive")),
        ]
        for one in items
    ]
    if not rows:
        return None
    columns = [
        Column(say("Body")),
        Column(say("Made on")),
        Column(say("Scored"), numeric=True),
        Column(say("Its error"), numeric=True),
        Column(say("Ours on the same"), numeric=True),
        Column(say("Naive"), numeric=True),
    ]
    return Table(say("Forecasts of other bodies beside ours"), columns, rows)


def _error_of(texts: Texts, scores: Sequence[Body], method: str) -> Cell:
    for one in scores:
        if one["method"] == method and one["horizon"] is None:
            return _figure(texts, one["mae"])
    return Cell("—")


def _figure(texts: Texts, value: float | None) -> Cell:
    return Cell("—" if value is None else texts.number(round(value, 3)))


def _share(texts: Texts, value: float | None) -> Cell:
    return Cell("—" if value is None else texts.percent(value))


PAGES = (
    Page("/labour/scoreboard", list_scoreboards, "labour_scoreboard", PUBLIC),
    Page("/labour/scoreboard/{dataset_id}", show_scoreboard, "labour_backtest", PUBLIC),
)
