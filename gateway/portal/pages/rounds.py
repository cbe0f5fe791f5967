"""A round: the run that clears a batch, its result in numbers, its proof, its publication."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.access import OFFICE
from gateway.portal.cap_view import cap_table
from gateway.portal.components import Bar, BarChart, Cell, Column, Progress, Stat, Table
from gateway.portal.forms import FormState
from gateway.portal.job_view import progress_of, read_job
from gateway.portal.pages.batches import api_path, batch_trail, here
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.visits import Visit
from shared.http.downloads import as_file

Body = Mapping[str, Any]

_CUTOFFS = 100
_REFUSED = frozenset({409, 422})
_ZIP = "application/zip"


async def show_round(visit: Visit) -> Response:
    return await _round_page(visit, FormState())


async def publish_round(visit: Visit) -> Response:
    found = await round_of(visit)
    try:
        await visit.api.post(f"/v1/rounds/{found['id']}/publish", key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        refused = FormState().refused(refusal.problem)
        return await _round_page(visit, refused, status=refusal.problem.status)
    notice = visit.texts.gettext("Published. Every placed student has an offer to answer now.")
    return visit.redirect(here(visit), notice=notice)


async def download_certificate(visit: Visit) -> Response:
    found = await round_of(visit)
    answer = await visit.api.get(f"/v1/rounds/{found['id']}/certificate")
    name = f"round-{found['id']}.zip"
    return as_file(answer.content, media_type=_ZIP, name=name)


async def round_of(visit: Visit) -> Body:
    """Return the round of the page's batch."""
    return (await visit.api.get(f"{api_path(visit)}/round")).body


async def _round_page(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    answer, found = await asyncio.gather(visit.api.get(api_path(visit)), round_of(visit))
    numbers: Body = found["numbers"] or {}
    rules: Body = found["rules"]
    job, cutoffs = None, None
    if found["state"] == "running":
        job = await _job(visit, found)
    else:
        cutoffs = await _cutoffs(visit, found)
    context = {
        "form": form,
        "round": found,
        "here": here(visit),
        "job": job,
        "figures": figures_of(visit, numbers) if numbers else [],
        "chart": _chart(visit, numbers) if numbers else None,
        "costs": costs_of(visit, numbers.get("effects") or {}),
        "exceeded": await cap_table(visit, numbers.get("caps_exceeded") or ()),
        "public": f"/public-rounds/{found['id']}" if rules.get("public_days") else None,
        "following": found["number"] + 1 if found["number"] < rules.get("rounds", 1) else None,
        "proven": bool(numbers.get("proven")) and numbers.get("blocking_pairs") == 0,
        "seconds": _seconds(visit, numbers),
        "cutoffs": cutoffs,
    }
    return visit.render(
        "rounds/round.html",
        context,
        title=visit.texts.gettext("Result of the batch"),
        breadcrumb=batch_trail(visit, answer.body),
        status=status,
    )


async def _job(visit: Visit, found: Body) -> Progress | None:
    job = await read_job(visit, found["job_id"])
    return progress_of(visit, job, visit.texts.gettext("The wishes are being cleared"))


def _seconds(visit: Visit, numbers: Body) -> str:
    seconds: Mapping[str, float] = numbers.get("seconds") or {}
    spent = sum(seconds.get(name, 0.0) for name in ("load", "child", "save"))
    return visit.texts.number(round(spent, 1)) if spent else ""


def figures_of(visit: Visit, numbers: Body) -> list[Stat]:
    """Return the figures at the head of a round: how many were placed, and where."""
    say, texts = visit.texts.gettext, visit.texts
    with_wishes, placed = numbers["with_wishes"], numbers["placed"]

    def share(count: int) -> str:
        return texts.percent(count / placed, 0) if placed else "—"

    hint = say("of %(count)s with wishes") % {"count": texts.number(with_wishes)}
    results = f"{here(visit)}/results"
    return [
        Stat(texts.number(placed), say("Placed"), hint, f"{results}?placed=true"),
        Stat(share(numbers["first_wish"]), say("At the first wish")),
        Stat(share(numbers["top_three"]), say("At one of the first three")),
        Stat(
            texts.number(numbers["blocking_pairs"]),
            say("Blocking pairs"),
            # staying together and lower quotas may leave some: then somebody was
            say("Claims that stay unmet")
            if numbers["blocking_pairs"]
            else say("nobody was passed over"),
        ),
    ]


def costs_of(visit: Visit, effects: Body) -> list[tuple[str, str]]:
    """Return what a round's rules did and cost, as far as they did anything."""
    say, number = visit.texts.gettext, visit.texts.number
    labels = {
        "gained": say("Students who gained by trades"),
        "groups_kept": say("Groups that stayed together"),
        "groups_apart": say("Groups placed apart"),
        "displaced": say("Others who do worse because of groups"),
        "members_worse": say("Members who do worse than alone"),
        "moved": say("Students moved to fill least numbers"),
        "ranks_lost": say("Wishes lost by them in all"),
        "claims": say("Claims that stay unmet"),
    }
    told = [(label, number(effects[name])) for name, label in labels.items() if effects.get(name)]
    short: Sequence[Body] = effects.get("shortfalls") or ()
    if short:
        told.append((say("Posts below their least number"), number(len(short))))
    conflict: Sequence[str] = effects.get("conflict") or ()
    if conflict:
        label = say("Of these, posts whose least numbers cannot all be met; nobody was moved")
        told.append((label, number(len(conflict))))
    return told


def _chart(visit: Visit, numbers: Body) -> BarChart:
    say, texts = visit.texts.gettext, visit.texts
    placed, first, three = numbers["placed"], numbers["first_wish"], numbers["top_three"]
    parts = (
        (say("First wish"), first),
        (say("Second or third"), three - first),
        (say("Later wish"), placed - three),
        (say("No place"), numbers["with_wishes"] - placed),
    )
    share = texts.percent(first / placed, 0) if placed else "0%"
    return BarChart(
        say("%(share)s of the placed students got their first wish") % {"share": share},
        say("Outcome"),
        say("Students"),
        [
            Bar(label, count, texts.number(count), highlighted=place == 0)
            for place, (label, count) in enumerate(parts)
        ],
    )


async def _cutoffs(visit: Visit, found: Body) -> Table | None:
    asked = {"limit": _CUTOFFS}
    items: Sequence[Body] = (await visit.api.get(f"/v1/rounds/{found['id']}/cutoffs", asked)).body[
        "items"
    ]
    if not items:
        return None
    say, texts = visit.texts.gettext, visit.texts
    rows = [
        [
            Cell(one["title"], href=f"/posts/{one['post_id']}", sub=one["enterprise_name"]),
            Cell(texts.number(one["seats"])),
            Cell(texts.number(one["placed"])),
            Cell(texts.number(one["turned_away"])),
            Cell(
                f"{one['cutoff']['score']:.4f}" if one["cutoff"] else say("Nobody turned away"),
                sub=say("lottery %(number)s") % {"number": one["cutoff"]["lottery"]}
                if one["cutoff"]
                else "",
            ),
        ]
        for one in items
    ]
    columns = [
        Column(say("Post")),
        Column(say("Seats"), numeric=True),
        Column(say("Placed"), numeric=True),
        Column(say("Turned away"), numeric=True),
        Column(say("Last one placed"), numeric=True),
    ]
    return Table(say("Cut-offs of posts where at least five were placed"), columns, rows)


_ONE = "/school/batches/{batch_id}/round"

PAGES = (
    Page(_ONE, show_round, "round", OFFICE),
    Page(f"{_ONE}/publish", publish_round, "round_published", OFFICE, ("POST",)),
    Page(f"{_ONE}/certificate.zip", download_certificate, "certificate", OFFICE),
)
