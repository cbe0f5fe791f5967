"""Work that takes longer than a page: how far it is, what is wrong, where its result is shown."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import Response

from gateway.portal.access import SIGNED_IN
from gateway.portal.api_client import Answer
from gateway.portal.job_view import fault_table, progress_of
from gateway.portal.protection import safe_return
from gateway.portal.routing import Page
from gateway.portal.visits import Visit


def job_address(answer: Answer, *, then: str) -> str:
    """Return the page that watches the job of an answer; `then` shows its result."""
    where = (answer.location or "").removeprefix("/v1")
    return f"{where}?{urlencode({'then': then})}"


async def show_job(visit: Visit) -> Response:
    room, job_id = (str(visit.request.path_params[name]) for name in ("room", "job_id"))
    job = (await visit.api.get(f"/v1/jobs/{room}/{job_id}")).body
    then = safe_return(visit.request.query_params.get("then"))
    if job["state"] == "done":
        return visit.redirect(then, notice=visit.texts.gettext("Done."))
    title = visit.texts.gettext("Work under way")
    context = {
        "job": progress_of(visit, job, title),
        "faults": fault_table(visit, job),
        "then": then,
    }
    return visit.render("jobs/job.html", context, title=title)


PAGES = (Page("/jobs/{room}/{job_id}", show_job, "job", SIGNED_IN),)
