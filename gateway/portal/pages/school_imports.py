"""Tables that a school brings: rosters, plans, wishes, grades, scores, assignments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from gateway.portal.access import OFFICE
from gateway.portal.components import Link, Stat
from gateway.portal.forms import FormState, sent_file
from gateway.portal.job_view import fault_table, progress_of, read_job
from gateway.portal.pages.rosters import office_link
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.translation import marked
from gateway.portal.visits import Visit
from shared.http.downloads import as_file
from shared.kernel.errors import NotFoundError
from shared.sheets import XLSX

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of table: what it is for, what it holds, where it goes and where one looks after."""

    title: str
    lead: str
    path: str
    template: str | None
    after: str
    after_text: str


_SCHOOL: Mapping[str, Kind] = {
    "roster": Kind(
        marked("Import a roster"),
        marked(
            "One student a row. Students are known by their enrolment number: those who are on the "
            "roster are updated, others are added."
        ),
        "/v1/rosters",
        "/v1/rosters/template",
        "/school/students",
        marked("See the students"),
    ),
    "plans": Kind(
        marked("Import plans"),
        marked("One training plan a row, known by its code."),
        "/v1/plans",
        "/v1/plans/template",
        "/school/plans",
        marked("See the plans"),
    ),
}
_BATCH: Mapping[str, Kind] = {
    "wishes": Kind(
        marked("Import wishes"),
        marked(
            "Columns: enrolment number (学籍号), rank (志愿序号), post (岗位编号). The students "
            "named get exactly these wishes."
        ),
        "/wishes",
        "/v1/batch-templates/wishes",
        "",
        marked("Back to the batch"),
    ),
    "grades": Kind(
        marked("Import grades"),
        marked("Columns: enrolment number (学籍号), grade (成绩), from 0 to 100."),
        "/grades",
        "/v1/batch-templates/grades",
        "",
        marked("Back to the batch"),
    ),
    "interviews": Kind(
        marked("Import interview scores"),
        marked(
            "Columns: enrolment number (学籍号), post (岗位编号), score (面试分) from 0 to 100."
        ),
        "/interviews",
        "/v1/batch-templates/interviews",
        "",
        marked("Back to the batch"),
    ),
    "assignments": Kind(
        marked("Import assignments"),
        marked(
            "Columns: enrolment number (学籍号), post (岗位编号). Each student is asked to accept."
        ),
        "/assignments",
        "/v1/batch-templates/assignments",
        "",
        marked("Back to the batch"),
    ),
}
_REFUSED = frozenset({400, 409, 413, 415, 422})


def _asked(visit: Visit) -> tuple[Kind, str | None]:
    """Return the kind of table that the address names, and the batch it belongs to."""
    batch_id = visit.request.path_params.get("batch_id")
    kinds = _BATCH if batch_id else _SCHOOL
    kind = kinds.get(str(visit.request.path_params["kind"]))
    if kind is None:
        raise NotFoundError
    return kind, str(batch_id) if batch_id else None


async def show_upload(visit: Visit) -> Response:
    return await _page(visit, FormState(("file",)))


async def send_upload(visit: Visit) -> Response:
    kind, batch_id = _asked(visit)
    form = FormState(("file",))
    upload = await sent_file(visit.form, "file")
    if upload is None:
        said = visit.texts.gettext("Choose a file")
        return await _page(visit, form.with_error(said, "file"), status=422)
    path = f"/v1/batches/{batch_id}{kind.path}" if batch_id else kind.path
    try:
        job = await visit.api.upload(f"{path}/imports", upload, key=visit.key)
    except ApiProblemError as refusal:
        problem = refusal.problem
        if problem.status not in _REFUSED:
            raise
        said = f"{problem.title} {problem.detail}".strip()
        return await _page(visit, form.with_error(said, "file"), status=422)
    return visit.redirect(f"{visit.request.url.path}/{job.body['job_id']}")


async def show_job(visit: Visit) -> Response:
    kind, batch_id = _asked(visit)
    say = visit.texts.gettext
    job = await read_job(visit, str(visit.request.path_params["job_id"]))
    result: Body | None = job["result"] if job["state"] == "done" else None
    after = f"/school/batches/{batch_id}" if batch_id else kind.after
    context = {
        "job": progress_of(visit, job, say("Your file is being checked")),
        "figures": _figures(visit, result) if result else [],
        "faults": fault_table(visit, job),
        "faults_file": f"{visit.request.url.path}/faults.xlsx" if _marked(kind, job) else None,
        "after": Link(say(kind.after_text), after),
        "again": visit.request.url.path.rpartition("/")[0],
    }
    trail = await _trail(visit, batch_id)
    return visit.render("school/import.html", context, title=say(kind.title), breadcrumb=trail)


def _marked(kind: Kind, job: Body) -> bool:
    """Return whether the wrong rows of a refused file can be had as a file."""
    return job["state"] == "failed" and kind in _SCHOOL.values()


async def send_faults(visit: Visit) -> Response:
    kind, _batch = _asked(visit)
    job_id = visit.request.path_params["job_id"]
    answer = await visit.api.get(f"{kind.path}/imports/{job_id}/faults.xlsx")
    return as_file(answer.content, media_type=XLSX, name="faults.xlsx")


async def send_template(visit: Visit) -> Response:
    kind, _batch = _asked(visit)
    if kind.template is None:
        raise NotFoundError
    answer = await visit.api.get(kind.template)
    name = f"{visit.request.path_params['kind']}.xlsx"
    return as_file(answer.content, media_type=XLSX, name=name)


def _figures(visit: Visit, result: Body) -> list[Stat]:
    say = visit.texts.gettext
    labels = {
        "rows": say("Rows read"),
        "created": say("Added"),
        "updated": say("Updated"),
        "unchanged": say("Unchanged"),
        "students": say("Students"),
    }
    return [
        Stat(visit.texts.number(result[name]), label)
        for name, label in labels.items()
        if isinstance(result.get(name), int)
    ]


async def _trail(visit: Visit, batch_id: str | None) -> list[Link]:
    if batch_id is None:
        return [office_link(visit)]
    batch = (await visit.api.get(f"/v1/batches/{batch_id}")).body
    return [
        office_link(visit),
        Link(visit.texts.gettext("Batches"), "/school/batches"),
        Link(batch["name"], f"/school/batches/{batch_id}"),
    ]


async def _page(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    kind, batch_id = _asked(visit)
    say = visit.texts.gettext
    path = visit.request.url.path
    context = {
        "form": form,
        "lead": say(kind.lead),
        "template": f"{path}/template.xlsx" if kind.template else None,
        "path": path,
    }
    trail = await _trail(visit, batch_id)
    return visit.render(
        "school/upload.html", context, title=say(kind.title), breadcrumb=trail, status=status
    )


_ONE = "/school/imports/{kind}"
_OF_BATCH = "/school/batches/{batch_id}/imports/{kind}"

PAGES = (
    Page(_ONE, show_upload, "school_import", OFFICE),
    Page(_ONE, send_upload, "school_import_sent", OFFICE, ("POST",)),
    Page(f"{_ONE}/template.xlsx", send_template, "school_template", OFFICE),
    Page(f"{_ONE}/{{job_id}}", show_job, "school_import_job", OFFICE),
    Page(f"{_ONE}/{{job_id}}/faults.xlsx", send_faults, "school_import_faults", OFFICE),
    Page(_OF_BATCH, show_upload, "batch_import", OFFICE),
    Page(_OF_BATCH, send_upload, "batch_import_sent", OFFICE, ("POST",)),
    Page(f"{_OF_BATCH}/template.xlsx", send_template, "batch_template", OFFICE),
    Page(f"{_OF_BATCH}/{{job_id}}", show_job, "batch_import_job", OFFICE),
)
