"""The posts that a batch offers: what it has, and the picker among the posts of approved hosts."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.access import OFFICE
from gateway.portal.addresses import pager
from gateway.portal.catalogue_names import region_name
from gateway.portal.components import Cell, CellForm, Column, Table
from gateway.portal.forms import FormState, Option, form_state
from gateway.portal.pages.batches import api_path, batch_trail, here
from gateway.portal.post_words import majors_text, pay_text
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_PAGE = 50
_PICKED = ("post_id", "enterprise")
_REFUSED = frozenset({404, 409, 422})


async def show_posts(visit: Visit) -> Response:
    query = visit.request.query_params
    form = FormState(_PICKED, {"enterprise": query.get("enterprise", "")})
    return await _page(visit, form)


async def add_all(visit: Visit) -> Response:
    return await _add(visit, {"all_that_fit": True}, FormState(_PICKED))


async def add_picked(visit: Visit) -> Response:
    form = form_state(_PICKED, visit.form)
    picked = form.chosen("post_id")
    if not picked or not picked[0]:
        said = visit.texts.gettext("Choose at least one post")
        return await _page(visit, form.with_error(said, "post_id"), status=422)
    return await _add(visit, {"posts": [{"post_id": one} for one in picked]}, form)


async def _add(visit: Visit, told: Body, form: FormState) -> Response:
    try:
        added = await visit.api.post(f"{api_path(visit)}/posts", told, key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        refused = form.refused(refusal.problem)
        return await _page(visit, refused, status=refusal.problem.status)
    number = visit.texts.number
    said = visit.texts.gettext("Put in: %(posts)s posts with %(seats)s seats.")
    told = {"posts": number(added.body["posts"]), "seats": number(added.body["seats"])}
    return visit.redirect(f"{here(visit)}/posts", notice=said % told)


async def remove_post(visit: Visit) -> Response:
    try:
        await visit.api.delete(f"{api_path(visit)}/posts/{visit.form.get('post_id', '')}")
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        refused = FormState(_PICKED).refused(refusal.problem)
        return await _page(visit, refused, status=refusal.problem.status)
    notice = visit.texts.gettext("Taken out of the batch.")
    return visit.redirect(f"{here(visit)}/posts", notice=notice)


async def _page(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    query, say = visit.request.query_params, visit.texts.gettext
    words = query.get("q", "")
    asked = {"q": words or None, "limit": _PAGE, "cursor": query.get("cursor")}
    answer, offered, hosts = await asyncio.gather(
        visit.api.get(api_path(visit)),
        visit.api.get(f"{api_path(visit)}/posts", asked),
        visit.api.get("/v1/hosts", {"state": "approved", "limit": 200}),
    )
    batch: Body = answer.body
    changeable = batch["state"] in {"draft", "open"}
    enterprise = form.value("enterprise")
    candidates = await _candidates(visit, batch, enterprise) if enterprise and changeable else None
    context = {
        "form": form,
        "batch": batch,
        "here": here(visit),
        "words": words,
        "posts": _table(visit, offered.body["items"], removable=batch["state"] == "draft"),
        "pager": pager(visit.request.url, offered, shown=len(offered.body["items"])),
        "changeable": changeable,
        "hosts": [
            Option(one["enterprise_id"], one["enterprise_name"]) for one in hosts.body["items"]
        ],
        "candidates": candidates,
    }
    return visit.render(
        "batches/posts.html",
        context,
        title=say("Posts of the batch"),
        breadcrumb=batch_trail(visit, batch),
        status=status,
    )


async def _candidates(visit: Visit, batch: Body, enterprise: str) -> list[Option]:
    asked = {"enterprise_id": enterprise, "kind": batch["kind"], "limit": 200}
    found = (await visit.api.get("/v1/posts", asked)).body["items"]
    said = visit.texts.gettext("%(seats)s seats · %(from)s – %(until)s")
    return [
        Option(
            one["id"],
            one["title"],
            said
            % {
                "seats": visit.texts.number(one["seats"]),
                "from": visit.texts.date(one["start_on"]),
                "until": visit.texts.date(one["end_on"]),
            },
        )
        for one in found
    ]


def _table(visit: Visit, items: Sequence[Body], *, removable: bool) -> Table | None:
    if not items:
        return None
    say, texts = visit.texts.gettext, visit.texts
    columns = [
        Column(say("Post")),
        Column(say("Place")),
        Column(say("Majors")),
        Column(say("Pay")),
        Column(say("Seats"), numeric=True),
    ]
    rows = [_row(visit, one, removable=removable) for one in items]
    if removable:
        columns.append(Column(say("Action")))
    return Table(texts.gettext("Offered in this batch"), columns, rows, caption_hidden=True)


def _row(visit: Visit, post: Body, *, removable: bool) -> list[Cell]:
    say, texts = visit.texts.gettext, visit.texts
    cells = [
        Cell(post["title"], href=f"/posts/{post['post_id']}", sub=post["enterprise_name"]),
        Cell(region_name(post["region_code"])),
        Cell(majors_text(post["major_codes"], texts) or say("Any major")),
        Cell(pay_text(post, texts) or say("Not declared")),
        Cell(texts.number(post["seats"])),
    ]
    if removable:
        action = f"{here(visit)}/posts/remove"
        fields = (("post_id", post["post_id"]),)
        cells.append(Cell(form=CellForm(action, say("Take out"), post["title"], fields)))
    return cells


_ONE = "/school/batches/{batch_id}/posts"

PAGES = (
    Page(_ONE, show_posts, "batch_posts", OFFICE),
    Page(_ONE, add_picked, "batch_posts_sent", OFFICE, ("POST",)),
    Page(f"{_ONE}/all", add_all, "batch_posts_all", OFFICE, ("POST",)),
    Page(f"{_ONE}/remove", remove_post, "batch_post_gone", OFFICE, ("POST",)),
)
