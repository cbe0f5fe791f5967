"""Files for the labour market: a series or a report, its template, its job, what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from gateway.portal.components import Cell, Column, Link, Stat, Table
from gateway.portal.forms import FormState, form_state, sent_file
from gateway.portal.labour_kinds import DESK, REPORT_KINDS, RUNNERS, reported_table
from gateway.portal.pages.jobs import job_address
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.translation import marked
from gateway.portal.visits import Visit
from shared.http.downloads import as_file
from shared.kernel.errors import NotFoundError
from shared.sheets import XLSX

Body = Mapping[str, Any]

_ROOM = "forecasting"
_SHOWN = 10
_REFUSED = frozenset({400, 403, 409, 413, 415, 422})
# How far a forecast looks, in periods of the series: a year and a half ahead at most.
_AHEAD: Mapping[str, int] = {"month": 12, "quarter": 6, "year": 3}


@dataclass(frozen=True, slots=True)
class Switch:
    """A choice beside the file: the name that the API knows, and what it means."""

    name: str
    label: str
    hint: str


@dataclass(frozen=True, slots=True)
class Target:
    """Where a file goes: its words, the page about it, and the API's addresses."""

    title: str
    lead: str
    page: str
    imports: str
    template: str
    switch: Switch
    dataset: Body | None = None
    reported: Table | None = None


_PARTIAL = Switch(
    "partial",
    marked("Keep the good rows where others are wrong"),
    marked("Otherwise one wrong row keeps the whole file out."),
)
_JUMPS = Switch(
    "accept_jumps",
    marked("Counts that are a thousand times the period before are right"),
    marked("Such a jump is mostly a change of unit, and refused unless you say so."),
)


async def show_target(visit: Visit) -> Response:
    target = await _target(visit)
    return _page(visit, target, form_state(("file", target.switch.name)))


async def send_file(visit: Visit) -> Response:
    target = await _target(visit)
    form = form_state(("file", target.switch.name), visit.form)
    upload = await sent_file(visit.form, "file")
    if upload is None:
        said = visit.texts.gettext("Choose a file")
        return _page(visit, target, form.with_error(said, "file"))
    asked = {target.switch.name: form.value(target.switch.name) or "false"}
    try:
        job = await visit.api.upload(target.imports, upload, key=visit.key, params=asked)
    except ApiProblemError as refusal:
        problem = refusal.problem
        if problem.status not in _REFUSED:
            raise
        said = f"{problem.title} {problem.detail}".strip()
        return _page(visit, target, form.with_error(said, "file"))
    then = f"{target.page}/imports/{job.body['job_id']}"
    return visit.redirect(job_address(job, then=then))


async def show_result(visit: Visit) -> Response:
    target = await _target(visit)
    job_id = str(visit.request.path_params["job_id"])
    job = (await visit.api.get(f"/v1/jobs/{_ROOM}/{job_id}")).body
    if job["state"] != "done":
        # The job's own page told what stopped it; what is left to do is to send a mended file.
        return visit.redirect(target.page)
    result: Body = job["result"]
    faults = _fault_table(visit, result.get("faults", ()))
    context = {
        "written": bool(result["written"]) or not faults,
        "figures": _figures(visit, result),
        "notes": [note[visit.language] for note in result["notes"]],
        "faults": faults,
        "more": result.get("faults_total", 0) - len(result.get("faults", ())),
        "forecast_again": bool(result.get("forecast_job")),
        "page": Link(target.title, target.page),
        "again": target.page,
        "forecast": _forecast_page(target.dataset),
    }
    trail = [*_trail(visit), Link(target.title, target.page)]
    title = visit.texts.gettext("What came of the file")
    return visit.render("labour/imported.html", context, title=title, breadcrumb=trail)


async def send_template(visit: Visit) -> Response:
    target = await _target(visit)
    answer = await visit.api.get(target.template)
    name = target.page.rpartition("/")[2]
    return as_file(answer.content, media_type=XLSX, name=f"{name}.xlsx")


async def run_forecast(visit: Visit) -> Response:
    """Forecast the series, or backtest it: the one makes the forecast, the other its record."""
    target = await _target(visit)
    if target.dataset is None:
        raise NotFoundError
    dataset_id = target.dataset["id"]
    told = {"dataset_id": dataset_id, "horizon": _AHEAD[target.dataset["frequency"]]}
    backtest = visit.form.get("what") == "backtest"
    path = "/v1/scoreboards/backtests" if backtest else "/v1/forecasts/runs"
    then = (
        f"/labour/scoreboard/{dataset_id}"
        if backtest
        else f"/labour/forecast?dataset_id={dataset_id}"
    )
    try:
        job = await visit.api.post(path, told, key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        form = form_state(("file", target.switch.name))
        return _page(visit, target, form.refused(refusal.problem))
    return visit.redirect(job_address(job, then=then))


async def _target(visit: Visit) -> Target:
    if "dataset_id" in visit.request.path_params:
        return await _dataset_target(visit, str(visit.request.path_params["dataset_id"]))
    kind = REPORT_KINDS.get(str(visit.request.path_params["kind"]))
    if kind is None or not kind.open_to(visit.caller):
        raise NotFoundError
    say, path = visit.texts.gettext, f"/v1/labour-reports/{kind.code}"
    rows = (await visit.api.get(path, {"limit": _SHOWN})).body["items"]
    return Target(
        title=say(kind.title),
        lead=say(kind.lead),
        page=f"/labour/desk/reports/{kind.code}",
        imports=path,
        template=f"{path}/template.xlsx",
        switch=_PARTIAL,
        reported=reported_table(visit.texts, rows),
    )


async def _dataset_target(visit: Visit, dataset_id: str) -> Target:
    assert visit.caller is not None, "the page is for signed-in people"
    path = f"/v1/datasets/{dataset_id}"
    dataset = (await visit.api.get(path)).body
    if dataset["org_id"] is None or dataset["org_id"] != visit.caller.acting_org_id:
        raise NotFoundError(dataset_id=dataset_id)
    return Target(
        title=dataset["name"],
        lead=dataset["definition"],
        page=f"/labour/desk/datasets/{dataset_id}",
        imports=f"{path}/imports",
        template=f"{path}/template.xlsx",
        switch=_JUMPS,
        dataset=dataset,
    )


def _page(visit: Visit, target: Target, form: FormState) -> Response:
    context = {
        "form": form,
        "target": target,
        "may_run": RUNNERS.allows(visit.caller),
        "forecast": _forecast_page(target.dataset),
    }
    return visit.render(
        "labour/upload.html",
        context,
        title=target.title,
        breadcrumb=_trail(visit),
        status=422 if form.errors else 200,
    )


def _forecast_page(dataset: Body | None) -> str | None:
    if dataset is None or dataset["current_run_id"] is None:
        return None
    return f"/labour/forecast?dataset_id={dataset['id']}"


def _trail(visit: Visit) -> list[Link]:
    say = visit.texts.gettext
    return [Link(say("Labour market"), "/labour"), Link(say("Reporting desk"), "/labour/desk")]


def _figures(visit: Visit, result: Body) -> list[Stat]:
    say = visit.texts.gettext
    labels = {
        "rows": say("Rows read"),
        "series": say("Series"),
        "written": say("Written"),
        "unchanged": say("Unchanged"),
        "faults_total": say("Places to mend"),
    }
    return [
        Stat(visit.texts.number(result[name]), label)
        for name, label in labels.items()
        if name in result
    ]


def _fault_table(visit: Visit, faults: Sequence[Body]) -> Table | None:
    if not faults:
        return None
    say = visit.texts.gettext
    rows = [
        [
            Cell(say("Row %(row)s") % {"row": one["row"]} if one["row"] else say("Whole file")),
            Cell(one["column"] or "—"),
            Cell(one[f"message_{visit.language}"]),
        ]
        for one in faults
    ]
    heads = (say("Row"), say("Column"), say("What is wrong and how to mend it"))
    return Table(say("Places to mend"), [Column(head) for head in heads], rows)


_SERIES, _REPORT = "/labour/desk/datasets/{dataset_id}", "/labour/desk/reports/{kind}"

PAGES = (
    Page(_SERIES, show_target, "labour_series", DESK),
    Page(_SERIES, send_file, "labour_series_sent", DESK, ("POST",)),
    Page(f"{_SERIES}/template.xlsx", send_template, "labour_series_template", DESK),
    Page(f"{_SERIES}/imports/{{job_id}}", show_result, "labour_series_import", DESK),
    Page(f"{_SERIES}/runs", run_forecast, "labour_series_run", RUNNERS, ("POST",)),
    Page(_REPORT, show_target, "labour_report", DESK),
    Page(_REPORT, send_file, "labour_report_sent", DESK, ("POST",)),
    Page(f"{_REPORT}/template.xlsx", send_template, "labour_report_template", DESK),
    Page(f"{_REPORT}/imports/{{job_id}}", show_result, "labour_report_import", DESK),
)
