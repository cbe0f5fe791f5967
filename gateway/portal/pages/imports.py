"""Bulk upload of posts: the file, its job, what came of it, and the rows to mend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.access import HR
from gateway.portal.components import Cell, Column, Link, Progress, Stat, Table
from gateway.portal.forms import FormState, form_state, sent_file
from gateway.portal.pages.posts import rules_of
from gateway.portal.policy_values import level_tag
from gateway.portal.problems import ApiProblemError
from gateway.portal.report_view import Rules
from gateway.portal.routing import Page
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_FIELDS = ("file", "publish", "partial")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def show_upload(visit: Visit) -> Response:
    return _upload_page(visit, form_state(_FIELDS))


async def send_upload(visit: Visit) -> Response:
    form = form_state(_FIELDS, visit.form)
    upload = await sent_file(visit.form, "file")
    if upload is None:
        said = visit.texts.gettext("Choose a file")
        return _upload_page(visit, form.with_error(said, "file"), status=422)
    asked = {name: form.value(name) or "false" for name in ("publish", "partial")}
    try:
        job = await visit.api.upload("/v1/posts/imports", upload, key=visit.key, params=asked)
    except ApiProblemError as refusal:
        problem = refusal.problem
        if problem.status not in {409, 413, 422}:
            raise
        said = f"{problem.title} {problem.detail}".strip()
        return _upload_page(visit, form.with_error(said, "file"), status=422)
    return visit.redirect(f"/enterprise/imports/{job.body['job_id']}")


async def show_import(visit: Visit) -> Response:
    job_id = str(visit.request.path_params["job_id"])
    job = (await visit.api.get(f"/v1/jobs/internships/{job_id}")).body
    say = visit.texts.gettext
    result: Body | None = job["result"] if job["state"] == "done" else None
    wrong = _wrong(visit, job, result)
    context = {
        "job": _progress(visit, job),
        "result": result,
        "figures": _figures(visit, result) if result else [],
        "notes": [note[visit.language] for note in result["notes"]] if result else [],
        "faults": _fault_table(visit, wrong),
        "more": result["faults_total"] - len(wrong) if result else 0,
        "kept_nothing": bool(result and wrong and not result["written"]),
        "download": f"/enterprise/imports/{job_id}/faults.xlsx"
        if result and result["faults_file"]
        else None,
        "findings": _finding_table(visit, result, await rules_of(visit)) if result else None,
    }
    trail = [*_trail(visit), Link(say("Upload many posts"), "/enterprise/imports")]
    title = say("Upload of posts")
    return visit.render("enterprise/import.html", context, title=title, breadcrumb=trail)


async def download_faults(visit: Visit) -> Response:
    job_id = str(visit.request.path_params["job_id"])
    answer = await visit.api.get(f"/v1/posts/imports/{job_id}/faults.xlsx")
    headers = {"Content-Disposition": 'attachment; filename="faults.xlsx"'}
    return Response(answer.content, media_type=_XLSX, headers=headers)


def _trail(visit: Visit) -> list[Link]:
    say = visit.texts.gettext
    return [Link(say("My enterprise"), "/enterprise"), Link(say("Posts"), "/enterprise/posts")]


def _upload_page(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    context = {"form": form, "template": f"/v1/posts/imports/template.xlsx?lang={visit.language}"}
    title = visit.texts.gettext("Upload many posts")
    return visit.render(
        "enterprise/upload.html", context, title=title, breadcrumb=_trail(visit), status=status
    )


def _progress(visit: Visit, job: Body) -> Progress | None:
    """Return how far the job is; one that is done is told by its result."""
    if job["state"] == "done":
        return None
    say = visit.texts.gettext
    error = (job["error"] or {}).get(visit.language, {})
    if job["state"] == "failed":
        # A file of whose places a list follows needs no advice about the list beside it.
        parts = (error.get("title"), "" if error.get("errors") else error.get("detail"))
        told = " ".join(part for part in parts if part)
        kept = say("Nothing was kept.")
        return Progress(
            say("The file cannot be read"), 0, kept, "failed", visit.request.url.path, error=told
        )
    step = (job["step"] or {}).get(visit.language) or say("Waiting for its turn")
    title = say("Your file is being checked")
    return Progress(title, job["progress"], step, "running", visit.request.url.path)


def _wrong(visit: Visit, job: Body, result: Body | None) -> Sequence[Body]:
    """Return the faults of the rows, or of the whole file where it could not be read."""
    if result is not None:
        return [{**one, "message": one[f"message_{visit.language}"]} for one in result["faults"]]
    return (job["error"] or {}).get(visit.language, {}).get("errors") or []


def _figures(visit: Visit, result: Body) -> list[Stat]:
    say, number = visit.texts.gettext, visit.texts.number
    published, drafts = result["published"], result["drafts"]
    return [
        Stat(number(result["rows"]), say("Rows read")),
        Stat(
            number(published),
            say("Published"),
            href="/enterprise/posts?state=published" if published else None,
        ),
        Stat(
            number(drafts),
            say("Kept as drafts"),
            href="/enterprise/posts?state=draft" if drafts else None,
        ),
        Stat(number(result["faults_total"]), say("Places to mend")),
    ]


def _fault_table(visit: Visit, faults: Sequence[Body]) -> Table | None:
    if not faults:
        return None
    say = visit.texts.gettext
    rows = [
        [
            Cell(say("Row %(row)s") % {"row": one["row"]} if one.get("row") else say("Whole file")),
            Cell(one.get("column") or "—"),
            Cell(one["message"]),
        ]
        for one in faults
    ]
    heads = (say("Row"), say("Column"), say("What is wrong and how to mend it"))
    return Table(say("Places to mend"), [Column(head) for head in heads], rows)


def _finding_table(visit: Visit, result: Body, rules: Rules) -> Table | None:
    if not result["findings"]:
        return None
    say, number = visit.texts.gettext, visit.texts.number
    rows = [
        [
            Cell(rules.title(rule), href=rules.href(rule), sub=rule),
            Cell(tag=level_tag(level, visit.texts)),
            Cell(number(count)),
        ]
        for rule, by_level in result["findings"].items()
        for level, count in by_level.items()
    ]
    columns = [Column(say("Rule")), Column(say("Level")), Column(say("Posts"), numeric=True)]
    return Table(say("What the rules found in the posts that were kept"), columns, rows)


PAGES = (
    Page("/enterprise/imports", show_upload, "import_posts", HR),
    Page("/enterprise/imports", send_upload, "import_posts_sent", HR, ("POST",)),
    Page("/enterprise/imports/{job_id}", show_import, "post_import", HR),
    Page("/enterprise/imports/{job_id}/faults.xlsx", download_faults, "import_faults", HR),
)
