"""Files of the academic office: learners, courses, programmes, outcomes, grades of internships."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from gateway.portal.components import Link, Stat
from gateway.portal.credit_words import CREDIT_OFFICE
from gateway.portal.forms import FormState, sent_file
from gateway.portal.job_view import fault_table, progress_of, read_job
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.translation import marked
from gateway.portal.visits import Visit
from shared.kernel.errors import NotFoundError
from shared.sheets import XLSX

Body = Mapping[str, Any]

_REFUSED = frozenset({400, 409, 413, 415, 422})


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of file: what it is for, where the API takes it, where one looks after."""

    title: str
    lead: str
    path: str
    after: str
    after_text: str


_KINDS: Mapping[str, _Kind] = {
    "courses": _Kind(
        marked("Import courses"),
        marked("One course a row, known by its code. A course that changed gets a new version."),
        "/v1/courses",
        "/credits/courses",
        marked("See the courses"),
    ),
    "programmes": _Kind(
        marked("Import programmes"),
        marked("One programme a row with its courses, hours and weeks of practice."),
        "/v1/programmes",
        "/credits/programmes",
        marked("See the programmes"),
    ),
    "learners": _Kind(
        marked("Import learners"),
        marked("One student a row with class and programme: only they can apply."),
        "/v1/credit-learners",
        "/credits/learners",
        marked("See the learners"),
    ),
    "outcomes": _Kind(
        marked("Import learning outcomes"),
        marked("One outcome of one student a row; a certificate is registered once."),
        "/v1/outcomes",
        "/credits/batches/new",
        marked("Apply for a whole class"),
    ),
    "grades": _Kind(
        marked("Import grades of internships"),
        marked(
            "The internship of one's own programme is a graded course: its credits are recorded "
            "from here, nobody applies for them."
        ),
        "/v1/graded-courses",
        "/credits/grades",
        marked("See the graded internships"),
    ),
}


async def list_imports(visit: Visit) -> Response:
    say = visit.texts.gettext
    kinds = [
        (Link(say(kind.title), f"/credits/imports/{name}"), say(kind.lead))
        for name, kind in _KINDS.items()
    ]
    title = say("Files of the academic office")
    return visit.render("credits/imports.html", {"kinds": kinds}, title=title)


async def show_upload(visit: Visit) -> Response:
    return _upload_page(visit, FormState(("file",)))


async def send_upload(visit: Visit) -> Response:
    kind, form = _asked(visit), FormState(("file",))
    upload = await sent_file(visit.form, "file")
    if upload is None:
        return _upload_page(visit, form.with_error(visit.texts.gettext("Choose a file"), "file"))
    try:
        job = await visit.api.upload(f"{kind.path}/imports", upload, key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        said = f"{refusal.problem.title} {refusal.problem.detail}".strip()
        return _upload_page(visit, form.with_error(said, "file"))
    return visit.redirect(f"{visit.request.url.path}/{job.body['job_id']}")


async def show_job(visit: Visit) -> Response:
    kind, say = _asked(visit), visit.texts.gettext
    job = await read_job(visit, str(visit.request.path_params["job_id"]), room="credits")
    result: Body | None = job["result"] if job["state"] == "done" else None
    context = {
        "job": progress_of(visit, job, say("Your file is being checked")),
        "figures": _figures(visit, result) if result else [],
        "faults": fault_table(visit, job),
        "faults_file": None,
        "after": Link(say(kind.after_text), kind.after),
        "again": visit.request.url.path.rpartition("/")[0],
    }
    return visit.render(
        "school/import.html", context, title=say(kind.title), breadcrumb=[_imports_link(visit)]
    )


async def send_template(visit: Visit) -> Response:
    answer = await visit.api.get(f"{_asked(visit).path}/template")
    name = f"{visit.request.path_params['kind']}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(answer.content, media_type=XLSX, headers=headers)


def _asked(visit: Visit) -> _Kind:
    kind = _KINDS.get(str(visit.request.path_params["kind"]))
    if kind is None:
        raise NotFoundError
    return kind


def _imports_link(visit: Visit) -> Link:
    return Link(visit.texts.gettext("Files of the academic office"), "/credits/imports")


def _figures(visit: Visit, result: Body) -> list[Stat]:
    say = visit.texts.gettext
    labels = {
        "rows": say("Rows read"),
        "created": say("Added"),
        "updated": say("Updated"),
        "unchanged": say("Unchanged"),
        "known": say("Known already"),
        "placements_recorded": say("Internships that waited for this, now graded"),
    }
    return [
        Stat(visit.texts.number(result[name]), label)
        for name, label in labels.items()
        if isinstance(result.get(name), int)
    ]


def _upload_page(visit: Visit, form: FormState) -> Response:
    kind, say = _asked(visit), visit.texts.gettext
    path = visit.request.url.path
    context = {
        "form": form,
        "lead": say(kind.lead),
        "template": f"{path}/template.xlsx",
        "path": path,
    }
    return visit.render(
        "school/upload.html",
        context,
        title=say(kind.title),
        breadcrumb=[_imports_link(visit)],
        status=422 if form.errors else 200,
    )


_ONE = "/credits/imports/{kind}"

PAGES = (
    Page("/credits/imports", list_imports, "credit_imports", CREDIT_OFFICE),
    Page(_ONE, show_upload, "credit_import", CREDIT_OFFICE),
    Page(_ONE, send_upload, "credit_import_sent", CREDIT_OFFICE, ("POST",)),
    Page(f"{_ONE}/template.xlsx", send_template, "credit_template", CREDIT_OFFICE),
    Page(f"{_ONE}/{{job_id}}", show_job, "credit_import_job", CREDIT_OFFICE),
)
