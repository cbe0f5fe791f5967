"""Central assignment of a batch: what it does, what it came to, and its proof to take away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from gateway.portal.access import OFFICE
from gateway.portal.cap_view import cap_table
from gateway.portal.components import Stat
from gateway.portal.forms import FormState
from gateway.portal.labour_words import read_if_there
from gateway.portal.pages.batches import api_path, batch_trail, here
from gateway.portal.pages.jobs import job_address
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.visits import Visit
from shared.http.downloads import as_file

Body = Mapping[str, Any]

_ONE = "/school/batches/{batch_id}/assignment"
_REFUSED = frozenset({409, 422})


async def show_assignment(visit: Visit) -> Response:
    return await _page(visit, FormState())


async def assign(visit: Visit) -> Response:
    try:
        job = await visit.api.post(f"{api_path(visit)}/central-assignments", key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        return await _page(visit, FormState().refused(refusal.problem), status=409)
    return visit.redirect(job_address(job, then=f"{here(visit)}/assignment"))


async def download_certificate(visit: Visit) -> Response:
    answer = await visit.api.get(f"{api_path(visit)}/central-assignment/certificate")
    return as_file(answer.content, media_type="application/zip", name="assignment.zip")


async def _page(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    batch = (await visit.api.get(api_path(visit))).body
    told = await read_if_there(visit, f"{api_path(visit)}/central-assignment", {})
    say = visit.texts.gettext
    context = {
        "form": form,
        "batch": batch,
        "here": here(visit),
        "told": told,
        "figures": [] if told is None else _figures(visit, told),
        "exceeded": None if told is None else await cap_table(visit, told["caps_exceeded"]),
        "proof": "" if told is None else _proof(visit, told),
        "may_run": batch["mode"] == "assigned" and batch["state"] in {"open", "closed"},
    }
    return visit.render(
        "batches/assignment.html",
        context,
        title=say("Central assignment") if told is None else _finding(visit, told),
        breadcrumb=batch_trail(visit, batch),
        status=status,
    )


def _finding(visit: Visit, told: Body) -> str:
    """Return what the last assignment came to."""
    number = visit.texts.number
    counts = {"placed": number(told["placed"]), "students": number(told["students"])}
    return (
        visit.texts.gettext(
            "Central assignment: %(placed)s of %(students)s students were proposed a place"
        )
        % counts
    )


def _figures(visit: Visit, told: Body) -> list[Stat]:
    texts = visit.texts
    say, number = texts.gettext, texts.number
    mean = told["relevance_mean"]
    return [
        Stat(
            number(told["placed"]),
            say("Placed"),
            say("of %(count)s without a place") % {"count": number(told["students"])},
        ),
        Stat(number(told["seats"]), say("Seats that were free")),
        Stat("—" if mean is None else texts.percent(mean), say("Relevance of their posts, mean")),
        Stat(texts.percent(told["gap_share"], 3 if told["gap_share"] else 0), say("Lost at most")),
    ]


def _proof(visit: Visit, told: Body) -> str:
    numbers = {name: visit.texts.number(round(told[name], 3)) for name in ("value", "bound", "gap")}
    return (
        visit.texts.gettext(
            "The assignment is worth %(value)s points: three for each student placed and the "
            "relevance of the post. The prices prove that none is worth more than %(bound)s, so "
            "%(gap)s points at most were lost."
        )
        % numbers
    )


PAGES = (
    Page(_ONE, show_assignment, "assignment", OFFICE),
    Page(_ONE, assign, "assignment_started", OFFICE, ("POST",)),
    Page(f"{_ONE}/certificate.zip", download_certificate, "assignment_certificate", OFFICE),
)
