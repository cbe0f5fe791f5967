"""The search for posts and one post with its compliance report, open to everyone."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from starlette.responses import Response

from gateway.portal.access import PUBLIC
from gateway.portal.addresses import pager, with_query
from gateway.portal.catalogue_names import region_name
from gateway.portal.components import Cell, Column, Link, Stat, Table, Tag
from gateway.portal.forms import FormState, form_state_of
from gateway.portal.post_filters import DATES, asked_of, chips_of, facets_of
from gateway.portal.post_words import (
    KINDS,
    days_text,
    level_tag,
    pay_text,
    state_tag,
    terms_of_work,
    word,
    work_itself,
)
from gateway.portal.problems import ApiProblemError
from gateway.portal.report_view import Rules, read_rules, report_view
from gateway.portal.routing import Page
from gateway.portal.shortage_badges import Edition, Editions, edition_for, shortage_tag
from gateway.portal.translation import Texts
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_PAGE = 20


async def search_posts(visit: Visit) -> Response:
    address, asked = visit.request.url, asked_of(visit.request.query_params)
    cursor = visit.request.query_params.get("cursor")
    title = visit.texts.gettext("Internship posts")
    try:
        found, counted, listed = await asyncio.gather(
            visit.api.get("/v1/posts", {**asked, "limit": _PAGE, "cursor": cursor}),
            visit.api.get("/v1/posts/facets", asked),
            visit.portal.shortages.in_force(visit.api),
        )
    except ApiProblemError as refusal:
        # What was typed into the address or a date field: said where it was typed.
        if refusal.problem.status != 422:
            raise
        context = {**_nothing(visit), "form": _filter_form(asked).refused(refusal.problem)}
        return visit.render("posts/search.html", context, title=title, status=422)
    total = counted.body["found"]
    context = {
        "asked": asked,
        "form": _filter_form(asked),
        "chips": chips_of(address, visit.texts),
        "facets": facets_of(address, counted.body, visit.texts),
        "total": total,
        "posts": post_table(visit, found.body["items"], listed, total=total),
        "pager": pager(address, found, shown=len(found.body["items"]), total=total),
        "clear": address.path,
        "without_words": with_query(address, q=None),
    }
    return visit.render("posts/search.html", context, title=title)


async def show_post(visit: Visit) -> Response:
    post_id = str(visit.request.path_params["post_id"])
    answer, rules, listed = await asyncio.gather(
        visit.api.get(f"/v1/posts/{post_id}"),
        rules_of(visit),
        visit.portal.shortages.in_force(visit.api),
    )
    post: Body = answer.body
    texts = visit.texts
    short = edition_for(listed, post["region_code"], post["occupation_code"])
    told = visit.caller.acting if visit.caller else None
    context = {
        "post": post,
        "kind": word(KINDS, post["kind"], texts),
        "state": state_tag(post["state"], texts) if post["state"] != "published" else None,
        "shortage": None if short is None else _shortage(texts, short),
        "figures": _figures(visit, post),
        "terms": terms_of_work(post, texts),
        "work": work_itself(post, texts),
        "report": report_view(post["report"], rules, texts) if post["report"] else None,
        "whole": "whole" in visit.request.query_params,
        "own": told is not None and told.org_id == post["org_id"],
    }
    trail = [Link(texts.gettext("Internship posts"), "/posts")]
    return visit.render("posts/post.html", context, title=post["title"], breadcrumb=trail)


async def rules_of(visit: Visit) -> Rules:
    """Return the rules of the root pack, in the reader's language."""
    packs: Sequence[Body] = (await visit.api.get("/v1/policy-packs")).body["items"]
    root = next(one for one in packs if one["parent"] is None)
    held = await visit.api.get(f"/v1/policy-packs/{root['id']}")
    return read_rules(packs, held.body, visit.texts)


def _filter_form(asked: Mapping[str, str]) -> FormState:
    """Return the form of words and dates; a browser shows no date that is none."""
    shown = {name: value for name, value in asked.items() if name == "q" or _is_day(value)}
    return form_state_of(("q", *DATES), shown)


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _nothing(visit: Visit) -> dict[str, Any]:
    asked = asked_of(visit.request.query_params)
    return {
        "asked": asked,
        "chips": chips_of(visit.request.url, visit.texts),
        "facets": [],
        "total": 0,
        "posts": None,
        "pager": None,
        "clear": visit.request.url.path,
        "without_words": None,
    }


def _shortage(texts: Texts, short: Edition) -> tuple[Tag, Link]:
    """Return the badge, and the catalogue that gives it."""
    said = texts.gettext("%(name)s, edition %(number)s, in force from %(day)s") % {
        "name": short.name,
        "number": short.number,
        "day": texts.date(short.in_force_from),
    }
    return shortage_tag(texts), Link(said, short.href)


def post_table(
    visit: Visit, posts: Sequence[Body], listed: Editions, *, total: int
) -> Table | None:
    """Return published posts as their search and the common search list them."""
    if not posts:
        return None
    say, texts = visit.texts.gettext, visit.texts
    badge = shortage_tag(texts)
    rows = [
        [
            Cell(
                one["title"],
                href=f"/posts/{one['id']}",
                tag=badge
                if edition_for(listed, one["region_code"], one["occupation_code"])
                else None,
                sub=one["enterprise_name"],
            ),
            Cell(region_name(one["region_code"])),
            Cell(pay_text(one, texts) or say("Not declared")),
            Cell(texts.date(one["start_on"]), sub=_until(visit, one)),
            Cell(f"{texts.number(one['seats_left'])} / {texts.number(one['seats'])}"),
            Cell(tag=level_tag(one["report_level"], texts)),
        ]
        for one in posts
    ]
    columns = [
        Column(say("Post")),
        Column(say("Place")),
        Column(say("Pay")),
        Column(say("Starts on")),
        Column(say("Seats left"), numeric=True),
        Column(say("Compliance")),
    ]
    caption = visit.texts.ngettext("%(count)s post found", "%(count)s posts found", total)
    return Table(caption % {"count": texts.number(total)}, columns, rows)


def _until(visit: Visit, post: Body) -> str:
    return visit.texts.gettext("until %(day)s") % {"day": visit.texts.date(post["end_on"])}


def _figures(visit: Visit, post: Body) -> list[Stat]:
    say, texts = visit.texts.gettext, visit.texts
    left, seats = post["seats_left"], post["seats"]
    share = f"{texts.percent(left / seats, 0)}" if seats else ""
    hint = say("%(share)s of %(seats)s seats") % {"share": share, "seats": texts.number(seats)}
    return [
        Stat(texts.number(left), say("Seats left"), hint if seats else ""),
        Stat(pay_text(post, texts) or say("Not declared"), say("Pay")),
        Stat(_hours(visit, post), say("Hours a week")),
        Stat(_weeks(visit, post), say("Length"), days_text(post, texts)),
    ]


def _hours(visit: Visit, post: Body) -> str:
    hours, days = post["hours_day"], post["days_week"]
    if hours is None or days is None:
        return visit.texts.gettext("Not declared")
    return visit.texts.number(round(hours * days, 1))


def _weeks(visit: Visit, post: Body) -> str:
    days = date.fromisoformat(post["end_on"]) - date.fromisoformat(post["start_on"])
    weeks = (days.days + 1) / 7
    count = max(1, round(weeks))
    said = visit.texts.ngettext("%(count)s week", "%(count)s weeks", count)
    return said % {"count": visit.texts.number(count)}


PAGES = (
    Page("/posts", search_posts, "posts", PUBLIC),
    Page("/posts/{post_id}", show_post, "post", PUBLIC),
)
