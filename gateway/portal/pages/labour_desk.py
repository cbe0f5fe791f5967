"""The reporting desk: a body's series and reports, setting up a series, publishing figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.components import Cell, Column, Link, Table, Tag
from gateway.portal.forms import FormState, Option, form_state, form_state_of
from gateway.portal.labour_kinds import COMPUTERS, DESK, PUBLISHERS, REPORT_KINDS
from gateway.portal.labour_words import named
from gateway.portal.pages.jobs import job_address
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.translation import Texts, marked
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_ALL = 100
_REFUSED = frozenset({400, 403, 409, 422})
_SERIES = ("measure", "name", "source", "definition", "frequency")
_RELEASE = ("kind", "region", "period")
_GAPS = ("region", "years")
_YEARS = 3
_FREQUENCIES: Mapping[str, str] = {
    "month": marked("Monthly"),
    "quarter": marked("Quarterly"),
    "year": marked("Yearly"),
}
# What may be released, and where it is read afterwards.
_RELEASES: Mapping[str, tuple[str, str]] = {
    "industry_status": (
        marked("Employment by industry, of a quarter"),
        "/labour/employment?region={region}",
    ),
    "outcomes": (
        marked("Employment by major, of a year"),
        "/labour/employment/majors?region={region}",
    ),
    "market": (
        marked("Posts per registered seeker, of a quarter"),
        "/labour/employment/seekers?region={region}",
    ),
    "fit": (marked("Majors beside industries, of a year"), "/labour/regions/{region}/fit"),
}


async def show_desk(visit: Visit) -> Response:
    texts, say = visit.texts, visit.texts.gettext
    own = await _own_series(visit)
    kinds = [each for each in REPORT_KINDS.values() if each.open_to(visit.caller)]
    context = {
        "series": _series_table(texts, own),
        "reports": [
            (Link(say(each.title), f"/labour/desk/reports/{each.code}"), say(each.lead))
            for each in kinds
        ],
        "may_publish": PUBLISHERS.allows(visit.caller),
        "computes_gaps": COMPUTERS.allows(visit.caller),
    }
    title = say("Reporting desk")
    return visit.render("labour/desk.html", context, title=title, breadcrumb=[_market(visit)])


async def show_new_series(visit: Visit) -> Response:
    return await _series_form(visit, form_state(_SERIES))


async def set_up_series(visit: Visit) -> Response:
    form = form_state(_SERIES, visit.form)
    told = {name: form.value(name) for name in _SERIES}
    try:
        made = await visit.api.post("/v1/datasets", told, key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        return await _series_form(visit, form.refused(refusal.problem))
    said = visit.texts.gettext("The series is set up. Send its numbers next.")
    return visit.redirect(f"/labour/desk/datasets/{made.body['id']}", notice=said)


async def show_publishing(visit: Visit) -> Response:
    return _publishing(visit, form_state(_RELEASE))


async def release_figures(visit: Visit) -> Response:
    form = form_state(_RELEASE, visit.form)
    told = {name: form.value(name) for name in _RELEASE}
    try:
        job = await visit.api.post("/v1/labour-releases", told, key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        return _publishing(visit, form.refused(refusal.problem))
    then = _RELEASES[told["kind"]][1].format(region=told["region"])
    return visit.redirect(job_address(job, then=then))


async def show_gap_run(visit: Visit) -> Response:
    return _gap_form(visit, form_state_of(_GAPS, {"years": _YEARS}))


async def compute_gaps(visit: Visit) -> Response:
    form = form_state(_GAPS, visit.form)
    told = {"region": form.value("region"), "years": _whole(form.value("years"))}
    try:
        job = await visit.api.post("/v1/gap-runs", told, key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        return _gap_form(visit, form.refused(refusal.problem))
    then = f"/labour/gaps/{told['region']}"
    return visit.redirect(job_address(job, then=then))


def _whole(words: str) -> int | str:
    """Return a number where it is one; the API says what is wrong with anything else."""
    return int(words) if words.isdecimal() else words


async def _own_series(visit: Visit) -> list[Body]:
    assert visit.caller is not None, "the page is for signed-in people"
    own, cursor = visit.caller.acting_org_id, None
    found: list[Body] = []
    while True:
        answer = await visit.api.get("/v1/datasets", {"limit": _ALL, "cursor": cursor})
        found += [one for one in answer.body["items"] if own and one["org_id"] == own]
        cursor = answer.next_cursor
        if cursor is None:
            return found


async def _series_form(visit: Visit, form: FormState) -> Response:
    assert visit.caller is not None, "the page is for signed-in people"
    texts, acting = visit.texts, visit.caller.acting
    measures = (await visit.api.get("/v1/observations/measures")).body["items"]
    context = {
        "form": form,
        "measures": [
            Option(one["code"], one["title"][visit.language])
            for one in measures
            if acting is not None and acting.org_kind in one["writers"]
        ],
        "frequencies": [Option(code, texts.gettext(name)) for code, name in _FREQUENCIES.items()],
    }
    return visit.render(
        "labour/series_new.html",
        context,
        title=texts.gettext("Set up a series"),
        breadcrumb=[_market(visit), _desk(visit)],
        status=422 if form.errors else 200,
    )


def _publishing(visit: Visit, form: FormState) -> Response:
    say = visit.texts.gettext
    # Outcomes by major and the rest are an authority's to release.
    authority = COMPUTERS.allows(visit.caller)
    kinds = _RELEASES if authority else {"industry_status": _RELEASES["industry_status"]}
    context = {
        "form": form,
        "kinds": [Option(code, say(name)) for code, (name, _page) in kinds.items()],
    }
    return visit.render(
        "labour/publishing.html",
        context,
        title=say("Publish figures"),
        breadcrumb=[_market(visit), _desk(visit)],
        status=422 if form.errors else 200,
    )


def _gap_form(visit: Visit, form: FormState) -> Response:
    return visit.render(
        "labour/gap_run.html",
        {"form": form},
        title=visit.texts.gettext("Compute the gaps"),
        breadcrumb=[_market(visit), _desk(visit)],
        status=422 if form.errors else 200,
    )


def _market(visit: Visit) -> Link:
    return Link(visit.texts.gettext("Labour market"), "/labour")


def _desk(visit: Visit) -> Link:
    return Link(visit.texts.gettext("Reporting desk"), "/labour/desk")


def _series_table(texts: Texts, series: Sequence[Body]) -> Table | None:
    if not series:
        return None
    say = texts.gettext
    rows = [
        [
            Cell(one["name"], href=f"/labour/desk/datasets/{one['id']}", sub=one["source"]),
            Cell(named(texts, _FREQUENCIES, one["frequency"])),
            Cell(tag=_state(texts, one)),
        ]
        for one in series
    ]
    columns = [Column(say("Series")), Column(say("Frequency")), Column(say("State"))]
    return Table(say("Series of your organisation"), columns, rows, caption_hidden=True)


def _state(texts: Texts, series: Body) -> Tag:
    if series["current_run_id"]:
        return Tag(texts.gettext("Has a forecast"), "good")
    return Tag(texts.gettext("No forecast yet"))


PAGES = (
    Page("/labour/desk", show_desk, "labour_desk", DESK),
    Page("/labour/desk/datasets/new", show_new_series, "labour_series_new", DESK),
    Page("/labour/desk/datasets/new", set_up_series, "labour_series_made", DESK, ("POST",)),
    Page("/labour/desk/publish", show_publishing, "labour_publishing", PUBLISHERS),
    Page("/labour/desk/publish", release_figures, "labour_release", PUBLISHERS, ("POST",)),
    Page("/labour/desk/gaps", show_gap_run, "labour_gap_run", COMPUTERS),
    Page("/labour/desk/gaps", compute_gaps, "labour_gap_run_started", COMPUTERS, ("POST",)),
)
