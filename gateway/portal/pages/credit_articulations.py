"""Course sequences between stages (衔接课程): agreed by the office, read by both schools."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from gateway.portal.addresses import pager
from gateway.portal.components import Cell, CellForm, Column, Table
from gateway.portal.credit_words import CREDIT_OFFICE, CREDIT_STAFF, STAGES, stage_words
from gateway.portal.forms import FormState, Option, form_state, form_state_of
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.rule_conditions import whole
from gateway.portal.visits import Visit
from shared.kernel.clock import china_day, utc_now

Body = Mapping[str, Any]

_HERE = "/credits/articulations"
_TOLD = (
    "title",
    "programme_code",
    "from_school_name",
    "from_programme",
    "from_stage",
    "valid_from",
)
_FIELDS = (*_TOLD, "overlap_min", "steps", "valid_to")
_REFUSED = frozenset({404, 409, 412, 422})
_PAGE = 50
_ALL = 200
_BETWEEN = re.compile(r"\s*[=＝]\s*")


async def list_articulations(visit: Visit) -> Response:
    usual = {"overlap_min": "70", "valid_from": china_day(utc_now()).isoformat()}
    return await _page(visit, form_state_of(_FIELDS, usual))


async def send_articulation(visit: Visit) -> Response:
    form = form_state(_FIELDS, visit.form)
    try:
        if str(visit.form.get("act") or "") == "end":
            told: dict[str, Any] = {"valid_to": china_day(utc_now()).isoformat()}
            path = f"/v1/course-articulations/{visit.form.get('sequence')}/end"
            seen = str(visit.form.get("seen") or "")
            await visit.api.post_seen(path, told, key=visit.key, etag=seen)
        else:
            told = {name: form.value(name) for name in _TOLD}
            told["overlap_min"] = whole(form.value("overlap_min"))
            told["valid_to"] = form.value("valid_to") or None
            told["steps"] = _steps(form.value("steps"))
            await visit.api.post("/v1/course-articulations", told, key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        return await _page(visit, form.refused(refusal.problem))
    return visit.redirect(_HERE, notice=visit.texts.gettext("Kept."))


def _steps(written: str) -> list[dict[str, Any]]:
    """Return the steps of a text: one a line, course there = code here = overlap in per cent."""
    steps: list[dict[str, Any]] = []
    for line in written.splitlines():
        if line.strip():
            there, here, overlap = (*_BETWEEN.split(line.strip(), maxsplit=2), "", "")[:3]
            percent = whole(overlap.removesuffix("%").strip()) if overlap else None
            steps.append({"from_title": there, "course_code": here, "overlap_percent": percent})
    return steps


async def _page(visit: Visit, form: FormState) -> Response:
    texts, say, query = visit.texts, visit.texts.gettext, visit.request.query_params
    asked = {"limit": _PAGE, "cursor": query.get("cursor")}
    found, programmes = await asyncio.gather(
        visit.api.get("/v1/course-articulations", asked),
        visit.api.get("/v1/programmes", {"limit": _ALL}),
    )
    names = {one["code"]: one["title"] for one in programmes.body["items"]}
    columns = [
        Column(say("Course sequence")),
        Column(say("School that it leads from")),
        Column(say("Programme here")),
        Column(say("Courses in their order")),
        Column(say("Overlap at least"), numeric=True),
        Column(say("Valid from"), tight=True),
    ]
    rows = [_row(visit, one, names) for one in found.body["items"]]
    title = say("Course sequences between stages: the level does not fall, contents overlap")
    context = {
        "form": form,
        "table": Table(say("Agreed sequences"), columns, rows) if rows else None,
        "pager": pager(visit.request.url, found, shown=len(rows)),
        "stages": [Option(key, texts.gettext(said)) for key, said in STAGES.items()],
        "programmes": [Option(code, f"{code} {name}") for code, name in names.items()],
        "may_write": CREDIT_OFFICE.allows(visit.caller),
    }
    return visit.render(
        "credits/articulations.html", context, title=title, status=422 if form.errors else 200
    )


def _row(visit: Visit, one: Body, names: Mapping[str, str]) -> list[Cell]:
    texts, say = visit.texts, visit.texts.gettext
    acting = visit.caller.acting if visit.caller else None
    own = acting is not None and one["school_id"] == acting.org_id
    mine = own and one["valid_to"] is None and CREDIT_OFFICE.allows(visit.caller)
    fields = (("act", "end"), ("sequence", one["id"]), ("seen", f'"v{one["version"]}"'))
    steps = [
        f"{step['from_title']} → {step['course_title']}\N{NO-BREAK SPACE}"
        f"({texts.percent(step['overlap_percent'] / 100, 0)})"
        for step in one["steps"]
    ]
    until = say("until %(day)s") % {"day": texts.date(one["valid_to"])} if one["valid_to"] else ""
    return [
        Cell(one["title"]),
        Cell(
            one["from_school_name"],
            sub=f"{one['from_programme']} · {stage_words(texts, one['from_stage'])}",
        ),
        Cell(names.get(one["programme_code"], one["programme_code"]) if own else say("A peer")),
        Cell("\n".join(steps)),
        Cell(texts.percent(one["overlap_min"] / 100, 0)),
        Cell(
            texts.date(one["valid_from"]),
            sub=until,
            form=CellForm(_HERE, say("End today"), one["title"], fields) if mine else None,
        ),
    ]


PAGES = (
    Page(_HERE, list_articulations, "credit_articulations", CREDIT_STAFF),
    Page(_HERE, send_articulation, "credit_articulation_send", CREDIT_OFFICE, ("POST",)),
)
