"""What waits for a person of the enterprise: the work list that the day begins with."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.access import HR
from gateway.portal.components import Stat, Tag, Task
from gateway.portal.post_words import STATES, level_tag
from gateway.portal.routing import Page
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_LEVELS = ("block", "review", "warn", "info", "clear")


async def show_work(visit: Visit) -> Response:
    assert visit.caller is not None, "the page is for signed-in people"
    org_id = visit.caller.acting_org_id
    organisation, heads, batches, *counted = await asyncio.gather(
        visit.api.get(f"/v1/organisations/{org_id}"),
        visit.api.get(f"/v1/enterprises/{org_id}/head-counts"),
        visit.api.get("/v1/batches", {"state": "open", "limit": 200}),
        *(visit.api.get("/v1/posts/facets", {"mine": "true", "state": state}) for state in STATES),
    )
    posts = {state: one.body for state, one in zip(STATES, counted, strict=True)}
    context = {
        "organisation": organisation.body,
        "tasks": [
            *_verification(visit, organisation.body),
            *_drafts(visit, posts["draft"]),
            *_applicants(visit, batches.body["items"]),
            *_head_counts(visit, heads.body["counts"]),
        ],
        "figures": _figures(visit, posts),
    }
    title = organisation.body["name"]
    return visit.render("enterprise/work.html", context, title=title)


def _verification(visit: Visit, organisation: Body) -> list[Task]:
    if organisation["verified"]:
        return []
    say = visit.texts.gettext
    return [
        Task(
            say("Have your enterprise verified"),
            Tag(say("Before publishing"), "warn"),
            "/organisation/verification" if _is_admin(visit) else None,
            say("Drafts and checks go on; publishing waits for the credit code to be confirmed."),
        )
    ]


def _drafts(visit: Visit, drafts: Body) -> list[Task]:
    texts = visit.texts
    by_level = {one["value"]: one["count"] for one in drafts["level"]}
    said = {
        "block": texts.gettext("Mend or release what stops them"),
        "review": texts.gettext("Words in them go to a person; look at them again"),
        "warn": texts.gettext("Mend them, or record why they stay"),
        "info": texts.gettext("Read the notes and publish"),
        "clear": texts.gettext("Ready to be published"),
    }
    tasks: list[Task] = []
    for level in _LEVELS:
        count = by_level.get(level, 0)
        tag = level_tag(level, texts)
        if not count or tag is None:
            continue
        title = texts.ngettext("%(count)s draft", "%(count)s drafts", count)
        href = f"/enterprise/posts?state=draft&level={level}"
        tasks.append(Task(title % {"count": texts.number(count)}, tag, href, said[level]))
    return tasks


def _applicants(visit: Visit, batches: Sequence[Body]) -> list[Task]:
    """Return the open batches of mutual choice; who applied is read only where it is answered."""
    say = visit.texts.gettext
    return [
        Task(
            one["name"],
            Tag(say("Mutual choice"), "info"),
            f"/enterprise/applicants/{one['id']}",
            say("Look who applied, and answer them"),
        )
        for one in batches
        if one["mode"] == "mutual_choice"
    ]


def _head_counts(visit: Visit, counts: Sequence[Body]) -> list[Task]:
    if counts:
        return []
    say = visit.texts.gettext
    return [
        Task(
            say("Declare head counts"),
            Tag(say("Not declared"), "neutral"),
            "/enterprise/head-counts",
            say("Without them the shares of 10 % and 20 % cannot be checked"),
        )
    ]


def _is_admin(visit: Visit) -> bool:
    acting = visit.caller.acting if visit.caller else None
    return acting is not None and "enterprise_admin" in acting.roles


def _figures(visit: Visit, posts: Mapping[str, Body]) -> list[Stat]:
    texts = visit.texts
    return [
        Stat(
            texts.number(posts[state]["found"]),
            texts.gettext(text),
            href=f"/enterprise/posts?state={state}",
        )
        for state, (text, _tone) in STATES.items()
    ]


PAGES = (Page("/enterprise", show_work, "enterprise", HR),)
