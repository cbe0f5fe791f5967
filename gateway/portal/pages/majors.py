"""Majors: where graduates went, whether to grow or shrink, how they fit a place's industries."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.access import PUBLIC, Access
from gateway.portal.addresses import pager
from gateway.portal.catalogue_names import major_name, region_path
from gateway.portal.components import Cell, Column, Link, Table, Tag, Tone
from gateway.portal.forms import form_state
from gateway.portal.labour_words import named
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.translation import Texts, marked
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

ADVISED = Access(
    org_kinds=frozenset({"school", "authority"}),
    roles=frozenset({"school_admin", "authority_admin", "analyst"}),
)
_PAGE = 50
_REFUSED = frozenset({403, 409, 422})
_SIGNALS: Mapping[str, tuple[str, Tone]] = {
    "grow": (marked("Grow"), "good"),
    "hold": (marked("Hold"), "info"),
    "shrink": (marked("Shrink"), "warn"),
    "retire": (marked("Retire"), "bad"),
    "insufficient": (marked("Too little is known"), "neutral"),
}
_STATES: Mapping[str, str] = {
    "draft": marked("Draft"),
    "published": marked("Published"),
    "rejected": marked("Rejected"),
    "superseded": marked("Superseded"),
}


async def find_majors(visit: Visit) -> Response:
    say, query = visit.texts.gettext, visit.request.query_params.get("q", "").strip()
    table = None
    if query:
        found = await visit.api.get("/v1/catalogues/majors", {"q": query, "limit": _PAGE})
        rows = [
            [Cell(one["name"], href=f"/labour/majors/{one['code']}", sub=one["code"])]
            for one in found.body["items"]
        ]
        table = Table(say("Majors found"), [Column(say("Major"))], rows) if rows else None
    context = {"query": query, "table": table, "may_see_advice": ADVISED.allows(visit.caller)}
    title = say("Majors")
    return visit.render("labour/majors.html", context, title=title, breadcrumb=[_market(visit)])


async def show_major(visit: Visit) -> Response:
    code, texts = str(visit.request.path_params["code"]), visit.texts
    region = visit.request.query_params.get("region") or None
    signal, outcomes = await asyncio.gather(
        visit.api.get(f"/v1/majors/{code}/signal", {"region": region}),
        visit.api.get(f"/v1/majors/{code}/outcomes", {"region": region}),
    )
    told: Body = signal.body
    context = {
        "told": told,
        "signal": _signal(texts, told["signal"]) if told["signal"] else None,
        "reasons": [one[visit.language] for one in told["reasons"]],
        "outcomes": _outcome_table(texts, outcomes.body["items"]),
        "rule": outcomes.body["rule"],
        "definitions": sorted({d for one in outcomes.body["items"] for d in one["definitions"]}),
    }
    trail = [_market(visit), Link(texts.gettext("Majors"), "/labour/majors")]
    title = f"{told['major_name'] or major_name(code)} {code}"
    return visit.render("labour/major.html", context, title=title, breadcrumb=trail)


async def show_fit(visit: Visit) -> Response:
    region, texts = str(visit.request.path_params["region"]), visit.texts
    told = (await visit.api.get(f"/v1/regions/{region}/fit")).body
    context = {
        "told": told,
        "reading": told[f"reading_{visit.language}"],
        "industries": _industry_table(visit, told["industries"]),
        "score": None if told["score"] is None else texts.percent(told["score"]),
    }
    title = texts.gettext("Majors beside the industries of %(place)s") % {
        "place": region_path(region)
    }
    trail = [_market(visit), Link(texts.gettext("Majors"), "/labour/majors")]
    return visit.render("labour/fit.html", context, title=title, breadcrumb=trail)


async def list_advice(visit: Visit) -> Response:
    return await _advice_page(visit)


async def decide_advice(visit: Visit) -> Response:
    form = form_state(("advice", "kind", "yes", "reason"), visit.form)
    kind = "position" if form.value("kind") == "position" else "decision"
    key = "agrees" if kind == "position" else "publish"
    told = {key: form.value("yes") == "true", "reason": form.value("reason")}
    try:
        path = f"/v1/majors/advice/{form.value('advice')}/{kind}"
        await visit.api.post(path, told, key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        said = f"{refusal.problem.title} {refusal.problem.detail}".strip()
        return await _advice_page(visit, wrong=said)
    return visit.redirect("/majors/advice", notice=visit.texts.gettext("Kept."))


async def _advice_page(visit: Visit, *, wrong: str = "") -> Response:
    assert visit.caller is not None, "the page is for signed-in people"
    texts, say = visit.texts, visit.texts.gettext
    asked = {"limit": _PAGE, "cursor": visit.request.query_params.get("cursor")}
    found = await visit.api.get("/v1/majors/advice", asked)
    items = found.body["items"]
    acting = visit.caller.acting
    context = {
        "wrong": wrong,
        "table": _advice_table(texts, visit.language, items),
        "pager": pager(visit.request.url, found, shown=len(items)),
        "drafts": [
            (one["id"], f"{one['major_code']} {one['major_name']} {one['school_name']}".strip())
            for one in items
            if one["state"] == "draft"
        ],
        "kind": "position" if acting and acting.org_kind == "school" else "decision",
    }
    title = say("Advice on majors")
    status = 422 if wrong else 200
    return visit.render("labour/advice.html", context, title=title, status=status)


def _market(visit: Visit) -> Link:
    return Link(visit.texts.gettext("Labour market"), "/labour")


def _signal(texts: Texts, signal: str) -> Tag:
    text, tone = _SIGNALS[signal]
    return Tag(texts.gettext(text), tone)


def _outcome_table(texts: Texts, items: Sequence[Body]) -> Table | None:
    if not items:
        return None
    say = texts.gettext

    def share(value: float | None) -> Cell:
        return Cell("—" if value is None else texts.percent(value))

    rows = [
        [
            Cell(str(one["year"]), sub=one["school_name"] or region_path(one["region_code"])),
            Cell(say("Hidden") if one["graduates"] is None else texts.number(one["graduates"])),
            share(one["employment_share"]),
            share(one["local_share"]),
            share(one["relevant_share"]),
            Cell("—" if one["pay_fen_month"] is None else texts.money(one["pay_fen_month"])),
            Cell(one["org_name"], sub=texts.date(one["published_at"])),
        ]
        for one in items
    ]
    columns = [
        Column(say("Year")),
        Column(say("Graduates"), numeric=True),
        Column(say("Employed"), numeric=True),
        Column(say("Of them here"), numeric=True),
        Column(say("In line with the major"), numeric=True),
        Column(say("Pay a month"), numeric=True),
        Column(say("Released by")),
    ]
    return Table(say("Where graduates went"), columns, rows, narrow="scroll")


def _industry_table(visit: Visit, items: Sequence[Body]) -> Table | None:
    if not items:
        return None
    texts, say = visit.texts, visit.texts.gettext
    rows = [
        [
            Cell(one[f"name_{visit.language}"], sub=one["clause"]),
            Cell("—" if one["enrolled"] is None else texts.number(round(one["enrolled"]))),
            Cell("—" if one["employed"] is None else texts.number(one["employed"])),
            Cell(say("; ").join(each["major_name"] for each in one["majors"]) or "—"),
        ]
        for one in items
    ]
    columns = [
        Column(say("Industry")),
        Column(say("Enrolled for it"), numeric=True),
        Column(say("Employed in it"), numeric=True),
        Column(say("Majors")),
    ]
    return Table(say("Industries that the document names"), columns, rows)


def _advice_table(texts: Texts, language: str, items: Sequence[Body]) -> Table | None:
    if not items:
        return None
    say = texts.gettext
    rows = [
        [
            Cell(
                one["major_name"], href=f"/labour/majors/{one['major_code']}", sub=one["major_code"]
            ),
            Cell(one["school_name"] or region_path(one["region_code"])),
            Cell(tag=_signal(texts, one["signal"]), sub=named(texts, _STATES, one["state"])),
            Cell(" ".join(each[language] for each in one["reasons"])),
            Cell(_said(texts, one["position"], "agrees"), sub=_why(one["position"])),
            Cell(_said(texts, one["decision"], "publish"), sub=_why(one["decision"])),
        ]
        for one in items
    ]
    heads = (
        say("Major"),
        say("School or place"),
        say("Advice"),
        say("Reasons"),
        say("The school says"),
        say("The authority decided"),
    )
    return Table(say("Advice"), [Column(head) for head in heads], rows, caption_hidden=True)


def _said(texts: Texts, told: Body | None, key: str) -> str:
    if told is None:
        return "—"
    return texts.gettext("Yes") if told.get(key) else texts.gettext("No")


def _why(told: Body | None) -> str:
    return "" if told is None else str(told.get("reason", ""))


PAGES = (
    Page("/labour/majors", find_majors, "labour_majors", PUBLIC),
    Page("/labour/majors/{code}", show_major, "labour_major", PUBLIC),
    Page("/labour/regions/{region}/fit", show_fit, "labour_fit", PUBLIC),
    Page("/majors/advice", list_advice, "majors_advice", ADVISED),
    Page("/majors/advice/decide", decide_advice, "majors_decide", ADVISED, ("POST",)),
)
