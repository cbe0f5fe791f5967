"""Pilots of 1+X certificates: every school's register, and what one's own school enters."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from gateway.portal.addresses import pager
from gateway.portal.components import Cell, CellForm, Column, Stat, Table, Tag
from gateway.portal.credit_words import CREDIT_OFFICE, CREDIT_STAFF
from gateway.portal.forms import FormState, Option, form_state, form_state_of
from gateway.portal.labour_words import named
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.translation import marked
from gateway.portal.visits import Visit
from shared.kernel.clock import china_day, utc_now

Body = Mapping[str, Any]

_FIELDS = (
    "certificate",
    "level",
    "evaluator_name",
    "enterprise_name",
    "national",
    "document",
    "from_on",
)
_REFUSED = frozenset({404, 409, 412, 422})
_PAGE = 50
_LEVELS: Mapping[str, str] = {
    "elementary": marked("Elementary"),
    "intermediate": marked("Intermediate"),
    "advanced": marked("Advanced"),
}


async def list_pilots(visit: Visit) -> Response:
    today = china_day(utc_now()).isoformat()
    return await _pilot_page(visit, form_state_of(_FIELDS, {"from_on": today}))


async def send_pilot(visit: Visit) -> Response:
    form = form_state(_FIELDS, visit.form)
    act, pilot_id = (str(visit.form.get(name) or "") for name in ("act", "pilot"))
    path = f"/v1/certificate-pilots/{pilot_id}"
    try:
        if act == "count":
            await visit.api.post(f"{path}/count", key=visit.key)
        elif act == "end":
            told = {"until_on": china_day(utc_now()).isoformat()}
            seen = str(visit.form.get("seen") or "")
            await visit.api.post_seen(f"{path}/end", told, key=visit.key, etag=seen)
        else:
            entry: dict[str, Any] = {name: form.value(name) for name in _FIELDS}
            entry |= {"level": form.value("level") or None}
            entry |= {"national": form.value("national") == "true"}
            await visit.api.post("/v1/certificate-pilots", entry, key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        return await _pilot_page(visit, form.refused(refusal.problem))
    return visit.redirect("/credits/pilots", notice=visit.texts.gettext("Kept."))


async def _pilot_page(visit: Visit, form: FormState) -> Response:
    texts, say, query = visit.texts, visit.texts.gettext, visit.request.query_params
    found, totals = await asyncio.gather(
        visit.api.get("/v1/certificate-pilots", {"limit": _PAGE, "cursor": query.get("cursor")}),
        visit.api.get("/v1/certificate-pilots/totals"),
    )
    told: Body = totals.body
    columns = [
        Column(say("Certificate")),
        Column(say("School")),
        Column(say("Examined by")),
        Column(say("Since")),
        Column(say("Passed"), numeric=True),
    ]
    rows = [_row(visit, one) for one in found.body["items"]]
    context = {
        "form": form,
        "figures": [
            Stat(texts.number(told["pilots"]), say("Pilots that run")),
            Stat(texts.number(told["institutions"]), say("Institutions")),
            Stat(texts.number(told["institutions_national"]), say("National pilot institutions")),
            Stat(texts.number(told["passed"]), say("Certificates passed, as published")),
        ],
        "table": Table(say("Register of pilots"), columns, rows) if rows else None,
        "pager": pager(visit.request.url, found, shown=len(rows)),
        "levels": [Option(key, say(words)) for key, words in _LEVELS.items()],
        "may_write": CREDIT_OFFICE.allows(visit.caller),
    }
    title = say("%(national)s national pilot institutions of 1+X certificates") % {
        "national": told["institutions_national"]
    }
    return visit.render(
        "credits/pilots.html", context, title=title, status=422 if form.errors else 200
    )


def _row(visit: Visit, one: Body) -> list[Cell]:
    texts, say = visit.texts, visit.texts.gettext
    acting = visit.caller.acting if visit.caller else None
    own = acting is not None and one["school_id"] == acting.org_id
    mine = own and CREDIT_OFFICE.allows(visit.caller)
    level = named(texts, _LEVELS, one["level"]) if one["level"] else say("every level")
    passed = "—" if one["passed"] is None else texts.number(one["passed"])
    return [
        Cell(one["certificate"], sub=level),
        Cell(
            one["school_name"],
            tag=Tag(say("National"), "info") if one["national"] else None,
            sub=one["document"],
        ),
        Cell(one["evaluator_name"], sub=one["enterprise_name"]),
        Cell(
            texts.date(one["from_on"]), form=_button(one, "end", say("End today")) if mine else None
        ),
        Cell(
            passed,
            sub=texts.date(one["passed_on"]) if one["passed_on"] else "",
            form=_button(one, "count", say("Count and publish")) if mine else None,
        ),
    ]


def _button(one: Body, act: str, label: str) -> CellForm:
    fields = (("act", act), ("pilot", one["id"]), ("seen", f'"v{one["version"]}"'))
    return CellForm("/credits/pilots", label, one["certificate"], fields)


PAGES = (
    Page("/credits/pilots", list_pilots, "credit_pilots", CREDIT_STAFF),
    Page("/credits/pilots", send_pilot, "credit_pilot_send", CREDIT_OFFICE, ("POST",)),
)
