"""How many interns an enterprise has by day, beside what the texts speak of, clause by clause."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from starlette.responses import Response

from gateway.portal.access import HR
from gateway.portal.charts import DayChart, day_chart
from gateway.portal.components import Cell, Column, Link, Stat, Table
from gateway.portal.forms import form_state_of
from gateway.portal.pages.head_counts import MEASURES
from gateway.portal.routing import Page
from gateway.portal.translation import Texts, marked
from gateway.portal.visits import Visit
from shared.kernel.clock import china_day, utc_now

Body = Mapping[str, Any]

_DAYS = 12
_STEP = timedelta(days=30)
_SHARES: Mapping[str, str] = {
    "intern_quota.low": marked("Lower end of the encouraged share"),
    "intern_quota.high": marked("Upper end of the encouraged share"),
    "internship.staff_share_max": marked("Share of staff on duty, generally"),
    "internship.same_post_share_max": marked("Share of the same kind of work, generally"),
}


async def show_quota(visit: Visit) -> Response:
    assert visit.caller is not None, "the page is for signed-in people"
    path = f"/v1/enterprises/{visit.caller.acting_org_id}/quota"
    first = _asked_day(visit) or china_day(utc_now())
    days = [first + _STEP * place for place in range(_DAYS)]
    answers = await asyncio.gather(*(visit.api.get(path, {"on": day.isoformat()}) for day in days))
    quotas: list[Body] = [answer.body for answer in answers]
    now, texts = quotas[0], visit.texts
    context = {
        "form": form_state_of(("on",), {"on": first.isoformat()}),
        "figures": _figures(texts, now),
        "title": _finding(texts, quotas),
        "chart": _chart(quotas),
        "low": now["low"],
        "high": now["high"],
        "cap10": now["cap10"],
        "days": _day_table(texts, quotas),
        "classes": _class_table(texts, now["same_post"]),
        "clauses": _clauses(texts, now),
        "missing": _missing(texts, now),
        "warnings": [one[visit.language] for one in now["warnings"]],
    }
    trail = [Link(texts.gettext("My enterprise"), "/enterprise")]
    title = texts.gettext("Interns and quota")
    return visit.render("enterprise/quota.html", context, title=title, breadcrumb=trail)


def _asked_day(visit: Visit) -> date | None:
    try:
        return date.fromisoformat(visit.request.query_params.get("on", ""))
    except ValueError:
        return None


def _interns(quota: Body) -> int:
    return quota["active"] + quota["elsewhere"]


def _figures(texts: Texts, quota: Body) -> list[Stat]:
    say, number = texts.gettext, texts.number
    band = say("Not known")
    if quota["low"] is not None:
        band = f"{number(quota['low'])}–{number(quota['high'])}"
    cap = say("Not known") if quota["cap10"] is None else number(quota["cap10"])
    elsewhere = say("%(count)s of them from elsewhere") % {"count": number(quota["elsewhere"])}
    return [
        Stat(number(_interns(quota)), say("Interns on this day"), elsewhere),
        Stat(number(quota["offered"]), say("Seats of open posts")),
        Stat(band, say("Encouraged share"), say("Information only, never a cap")),
        Stat(cap, say("10 % of staff on duty"), say("Beyond it: a warning with a reason")),
    ]


def _finding(texts: Texts, quotas: Sequence[Body]) -> str:
    """Return what the chart shows, in a sentence."""
    beyond = [one for one in quotas if one["cap10"] is not None and _interns(one) > one["cap10"]]
    if beyond:
        told = {"day": texts.date(beyond[0]["on"])}
        return texts.gettext("On %(day)s there are more interns than 10 %% of staff on duty") % told
    if any(one["cap10"] is None for one in quotas):
        return texts.gettext("Interns by day; without a head count there is nothing to compare")
    return texts.gettext("On none of these days are there more than 10 % of staff on duty")


def _chart(quotas: Sequence[Body]) -> DayChart | None:
    """Return the chart; without interns and without caps there is nothing to draw."""
    now = quotas[0]
    if not any(_interns(one) or one["low"] or one["cap10"] for one in quotas):
        return None
    band = None if now["low"] is None else (now["low"], now["high"])
    return day_chart(
        [(one["on"][5:], one["active"], one["elsewhere"]) for one in quotas],
        band=band,
        line=now["cap10"],
    )


def _day_table(texts: Texts, quotas: Sequence[Body]) -> Table:
    say, number = texts.gettext, texts.number

    def figure(value: int | None) -> Cell:
        return Cell("—" if value is None else number(value))

    rows = [
        [
            Cell(texts.date(one["on"])),
            figure(one["active"]),
            figure(one["elsewhere"]),
            figure(one["offered"]),
            figure(one["low"]),
            figure(one["high"]),
            figure(one["cap10"]),
        ]
        for one in quotas
    ]
    heads = (
        say("From here"),
        say("From elsewhere"),
        say("Open seats"),
        say("2 %"),
        say("3 %"),
        say("10 %"),
    )
    columns = [Column(say("Day")), *(Column(head, numeric=True) for head in heads)]
    return Table(say("The same figures, every thirty days"), columns, rows, narrow="scroll")


def _class_table(texts: Texts, classes: Sequence[Body]) -> Table | None:
    if not classes:
        return None
    say, number = texts.gettext, texts.number
    rows = [
        [
            Cell(one["post_class"] or say("Without a kind of work")),
            Cell(number(one["active"] + one["elsewhere"])),
            Cell("—" if one["cap20"] is None else number(one["cap20"])),
            Cell(
                "—" if one["staff_same_post"] is None else number(one["staff_same_post"]),
                sub=texts.date(one["counted_on"]) if one["counted_on"] else "",
            ),
        ]
        for one in classes
    ]
    columns = [
        Column(say("Kind of work")),
        Column(say("Interns"), numeric=True),
        Column(say("20 %"), numeric=True),
        Column(say("Staff counted"), numeric=True),
    ]
    return Table(say("By kind of work, on this day"), columns, rows)


def _clauses(texts: Texts, quota: Body) -> list[tuple[str, str, str]]:
    """Return what each share rests on, and where that is written."""
    return [
        (
            texts.gettext(_SHARES.get(key, key)),
            f"{cited['number']} {cited['clause']}",
            f"/policies/{cited['pack']}#{key}",
        )
        for key, cited in quota["clauses"].items()
    ]


def _missing(texts: Texts, quota: Body) -> list[tuple[str, str]]:
    """Return what is not known, by name, and why."""
    names = {**{name: label for name, (label, _hint) in MEASURES.items()}, **_SHARES}
    return [
        (texts.gettext(names.get(key, marked("Encouraged share"))), said[texts.language])
        for key, said in quota["missing"].items()
    ]


PAGES = (Page("/enterprise/quota", show_quota, "quota", HR),)
