"""A job of a room as a page shows it: how far it is, and which rows are wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.portal.components import Cell, Column, Progress, Table
from gateway.portal.visits import Visit

Body = Mapping[str, Any]


async def read_job(visit: Visit, job_id: str, *, room: str = "internships") -> Body:
    """Return one job of the caller's organisation."""
    return (await visit.api.get(f"/v1/jobs/{room}/{job_id}")).body


def progress_of(visit: Visit, job: Body, title: str) -> Progress | None:
    """Return how far a job is; one that is done is told by its result."""
    if job["state"] == "done":
        return None
    error = _error(visit, job)
    said = " ".join(part for part in (error.get("title"), error.get("detail")) if part)
    return Progress(
        title,
        job["progress"],
        (job["step"] or {}).get(visit.language) or visit.texts.gettext("Waiting for its turn"),
        "failed" if job["state"] == "failed" else "running",
        visit.request.url.path,
        error=said or None,
    )


def fault_table(visit: Visit, job: Body) -> Table | None:
    """Return the wrong places of a file, None where there are none."""
    faults: Sequence[Body] = _error(visit, job).get("errors") or ()
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


def _error(visit: Visit, job: Body) -> Body:
    return (job["error"] or {}).get(visit.language, {})
