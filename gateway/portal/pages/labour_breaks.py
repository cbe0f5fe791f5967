"""Breaks of a series: from which period on it is counted in another way, and what that means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from gateway.portal.components import Cell, Column, Link, Table
from gateway.portal.forms import FormState, Option, form_state
from gateway.portal.labour_kinds import DESK
from gateway.portal.labour_words import named
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.translation import Texts, marked
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_FIELDS = ("from_period", "kind", "unit_before", "factor", "note")
_OPTIONAL = frozenset({"unit_before", "factor"})
_REFUSED = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT, 422})
_KINDS: Mapping[str, str] = {
    "unit": marked("Another unit"),
    "definition": marked("Another definition"),
    "classification": marked("Another classification"),
    "source": marked("Another source"),
}


async def show_breaks(visit: Visit) -> Response:
    return await _page(visit, form_state(_FIELDS))


async def record_break(visit: Visit) -> Response:
    form = form_state(_FIELDS, visit.form)
    told = {
        name: form.value(name) or None if name in _OPTIONAL else form.value(name)
        for name in _FIELDS
    }
    try:
        await visit.api.post(f"{_api(visit)}/breaks", told, key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        return await _page(visit, form.refused(refusal.problem))
    return visit.redirect(visit.request.url.path, notice=visit.texts.gettext("Kept."))


async def _page(visit: Visit, form: FormState) -> Response:
    texts, say = visit.texts, visit.texts.gettext
    dataset = (await visit.api.get(_api(visit))).body
    items: Sequence[Body] = (await visit.api.get(f"{_api(visit)}/breaks")).body["items"]
    context = {
        "form": form,
        "table": _break_table(texts, items) if items else None,
        "kinds": [Option(code, say(word)) for code, word in _KINDS.items()],
        "action": visit.request.url.path,
    }
    trail = [
        Link(say("Labour market"), "/labour"),
        Link(say("Reporting desk"), "/labour/desk"),
        Link(dataset["name"], f"/labour/desk/datasets/{dataset['id']}"),
    ]
    return visit.render(
        "labour/breaks.html",
        context,
        title=say("Breaks of the series"),
        breadcrumb=trail,
        status=422 if form.errors else 200,
    )


def _break_table(texts: Texts, items: Sequence[Body]) -> Table:
    say = texts.gettext
    rows = [
        [
            Cell(one["from_period"], sub=texts.date(one["recorded_at"])),
            Cell(named(texts, _KINDS, one["kind"]), sub=one["unit_before"] or ""),
            Cell(
                say("Not comparable")
                if one["factor"] is None
                else f"× {texts.number(one['factor'])}"
            ),
            Cell(one["note"]),
        ]
        for one in items
    ]
    heads = (say("From period"), say("What changed"), say("An older number becomes"), say("Note"))
    return Table(say("Breaks of the series"), [Column(head) for head in heads], rows)


def _api(visit: Visit) -> str:
    return f"/v1/datasets/{visit.request.path_params['dataset_id']}"


_BREAKS = "/labour/desk/datasets/{dataset_id}/breaks"

PAGES = (
    Page(_BREAKS, show_breaks, "labour_breaks", DESK),
    Page(_BREAKS, record_break, "labour_break_recorded", DESK, ("POST",)),
)
