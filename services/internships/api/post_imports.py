"""Bulk upload of posts over HTTP: the file, its template, and the list of its faults."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Request, Response

from services.internships.api.callers import InLanguage
from services.internships.api.desks import AtPostDesk
from services.internships.domain.organisation import expect_may_publish
from services.internships.domain.post_columns import POST_COLUMNS
from services.internships.store.imports import find_faults_file
from shared.files import FileNotKeptError, FileStore
from shared.http.downloads import as_file
from shared.http.route import Keyed
from shared.http.service import new_router
from shared.jobs.queue import JobAccepted
from shared.jobs.uploads import UPLOAD, import_upload
from shared.sheets import XLSX, FileEmptyError, write_template

router = new_router("posts")

KIND = "posts.import"
Truth = Literal["true", "false"]


@router.post("/posts/imports", status_code=202, dependencies=[Keyed], openapi_extra=UPLOAD)
async def import_posts(
    request: Request,
    response: Response,
    desk: AtPostDesk,
    language: InLanguage,
    publish: Annotated[Truth, Query(description="publish the posts that nothing stops")] = "false",
    partial: Annotated[Truth, Query(description="write the good rows of a faulty file")] = "false",
) -> JobAccepted:
    """Take posts as CSV (UTF-8 or GBK), XLSX or JSON; a job checks and writes them."""
    if not (await request.body()).strip():
        raise FileEmptyError
    organisation = await desk.own_organisation()
    if publish == "true":
        expect_may_publish(organisation)
    more = {"publish": publish == "true", "partial": partial == "true", "language": language}
    return await import_upload(
        request, response, tx=desk.tx, caller=desk.caller, kind=KIND, more=more
    )


@router.get("/posts/imports/template.xlsx", response_class=Response)
async def post_template(
    language: InLanguage, lang: Annotated[Literal["zh", "en"] | None, Query()] = None
) -> Response:
    """Return an empty workbook with the headers, an example, and what each column means."""
    chosen = lang or language
    sheet = "岗位" if chosen == "zh" else "posts"
    return as_file(
        write_template(POST_COLUMNS, chosen, sheet=sheet), media_type=XLSX, name="posts.xlsx"
    )


@router.get("/posts/imports/{job_id}/faults.xlsx", response_class=Response)
async def post_import_faults(job_id: UUID, request: Request, desk: AtPostDesk) -> Response:
    """Return the faulty rows of one's own import, with a column that says what to mend."""
    sha256 = await find_faults_file(desk.tx, job_id, kind=KIND)
    if sha256 is None:
        raise FileNotKeptError(job_id=str(job_id))
    files: FileStore = request.app.state.files
    return as_file(await files.read(sha256), media_type=XLSX, name="faults.xlsx")
