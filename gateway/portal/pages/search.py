"""One entry for every search: what each part of the platform publishes, the first of each type."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from gateway.portal.access import PUBLIC
from gateway.portal.addresses import pager, with_query
from gateway.portal.catalogue_names import region_name
from gateway.portal.components import Cell, Column, Link, Pager, Table
from gateway.portal.exchange_words import Kinds, read_kinds
from gateway.portal.naming import kind_title
from gateway.portal.pages.exchange import notice_table
from gateway.portal.pages.posts import post_table
from gateway.portal.pages.standards import standard_table
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.shortage_badges import Editions
from gateway.portal.translation import marked
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_WORDS_MAX = 100
_CHINESE = "zh-CN"
_TITLES: Mapping[str, str] = {
    "posts": marked("Internship posts"),
    "notices": marked("Offers and needs"),
    "organisations": marked("Organisations"),
    "competency_standards": marked("Competency standards"),
    "policies": marked("Policies"),
}
# Pages with finer filters of their own; the other types go on here.
_LISTS = {"posts": "/posts", "notices": "/exchange", "competency_standards": "/labour/standards"}
_POLICY_KINDS: Mapping[str, str] = {
    "document": marked("Document"),
    "parameter": marked("Parameter"),
    "target": marked("Target"),
    "rule": marked("Rule"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One type with something found: its table, and where all of it is listed."""

    type: str
    title: str
    table: Table
    whole: Link | None
    pager: Pager | None


@dataclass(frozen=True, slots=True)
class _Beside:
    """What the tables need and the search does not tell."""

    listed: Editions
    kinds: Kinds


async def search_all(visit: Visit) -> Response:
    """Show the first of each type, or one type page by page; without words, the newest."""
    query, say = visit.request.query_params, visit.texts.gettext
    words, kind = query.get("q", "").strip()[:_WORDS_MAX], query.get("type") or None
    asked = {"q": words, "type": kind, "cursor": query.get("cursor") if kind else None}
    answer, kinds, listed = await asyncio.gather(
        visit.api.get("/v1/search", asked),
        _known_kinds(visit),
        visit.portal.shortages.in_force(visit.api),
    )
    groups: Sequence[Body] = answer.body["groups"]
    silent = set(answer.body["unavailable"])
    if not kinds:
        # The room that names the kinds of notices went away after it had listed some.
        silent |= {one["type"] for one in groups if one["type"] == "notices" and one["items"]}
    beside = _Beside(listed, kinds)
    held = [one for one in groups if one["items"] and one["type"] not in silent]
    shown = [_shown(visit, one, beside) for one in held]
    if kind and shown:
        (group,) = groups
        count = len(group["items"])
        onward = pager(visit.request.url, answer, shown=count, total=group["found"])
        shown = [Shown(kind, shown[0].title, shown[0].table, shown[0].whole, onward)]
    context = {
        "words": words,
        "type": kind,
        "tabs": _tabs(visit, kind, groups),
        "shown": shown,
        "empty": _named(visit, (one["type"] for one in groups if not one["items"])),
        "silent": _named(visit, silent),
    }
    title = say("Found for “%(words)s”") % {"words": words} if words else say("Search everything")
    return visit.render("search/search.html", context, title=title)


async def _known_kinds(visit: Visit) -> Kinds:
    try:
        return await read_kinds(visit)
    except ApiProblemError:
        return {}


def _named(visit: Visit, types: Any) -> str:
    known = set(types)
    names = [visit.texts.gettext(name) for kind, name in _TITLES.items() if kind in known]
    return visit.texts.gettext("; ").join(names)


def _tabs(visit: Visit, kind: str | None, groups: Sequence[Body]) -> list[Link]:
    """Return the ways to one type; while all are shown, with how many each found."""
    address, say = visit.request.url, visit.texts.gettext
    counts = {one["type"]: _count(visit, one) for one in groups} if kind is None else {}
    return [
        Link(say("Everything"), with_query(address, type=None), current=kind is None),
        *(
            Link(
                f"{say(name)} {counts.get(one, '')}".strip(),
                with_query(address, type=one),
                current=one == kind,
            )
            for one, name in _TITLES.items()
        ),
    ]


def _count(visit: Visit, group: Body) -> str:
    number = visit.texts.number
    if group["found"] is not None:
        return number(group["found"])
    return f"{number(len(group['items']))}+"


def _shown(visit: Visit, group: Body, beside: _Beside) -> Shown:
    kind, items = group["type"], group["items"]
    title = visit.texts.gettext(_TITLES[kind])
    total = len(items) if group["found"] is None else group["found"]
    tables: Mapping[str, Callable[[], Table | None]] = {
        "posts": lambda: post_table(visit, items, beside.listed, total=total),
        "notices": lambda: notice_table(visit, items, beside.kinds, total=total),
        "organisations": lambda: _organisation_table(visit, items),
        "competency_standards": lambda: standard_table(visit, items),
        "policies": lambda: _policy_table(visit, items),
    }
    table = tables[kind]()
    assert table is not None
    return Shown(kind, title, table, _whole(visit, group), None)


def _whole(visit: Visit, group: Body) -> Link | None:
    """Return the way to everything of a type with the same words, where there is more of it."""
    kind, address = group["type"], visit.request.url
    page = _LISTS.get(kind)
    if group["next"] is None or (page is None and "type" in visit.request.query_params):
        return None
    title = visit.texts.gettext(_TITLES[kind])
    said = visit.texts.gettext("See all: %(what)s") % {"what": title}
    if page is None:
        return Link(said, with_query(address, type=kind))
    return Link(said, with_query(address.replace(path=page), type=None))


def _organisation_table(visit: Visit, items: Sequence[Body]) -> Table:
    say, texts, address = visit.texts.gettext, visit.texts, visit.request.url
    rows = [
        [
            Cell(one["name"], href=with_query(address, q=one["name"], type=None)),
            Cell(kind_title(one["kind"], texts)),
            Cell(region_name(one["region_code"]) if one["region_code"] else "—"),
            Cell(texts.date(one["verified_at"]) if one["verified_at"] else "—"),
        ]
        for one in items
    ]
    columns = [
        Column(say("Organisation")),
        Column(say("Kind")),
        Column(say("Place")),
        Column(say("Verified on")),
    ]
    return Table(say("Verified organisations"), columns, rows)


def _policy_table(visit: Visit, items: Sequence[Body]) -> Table:
    say = visit.texts.gettext
    rows = [
        [
            Cell(
                one["name"],
                href=_policy_href(one),
                sub=f"{say(_POLICY_KINDS[one['kind']])} · {one['pack_name']}",
            ),
            Cell(f"{one['number']} {one['clause']}".strip(), lang=_CHINESE),
            Cell(one["quote"] or "—", lang=_CHINESE if one["quote"] else None),
        ]
        for one in items
    ]
    columns = [Column(say("Content")), Column(say("Clause")), Column(say("Wording"))]
    return Table(say("Documents, values, targets and rules"), columns, rows)


def _policy_href(one: Body) -> str:
    anchor = f"document-{one['key']}" if one["kind"] == "document" else one["key"]
    return f"/policies/{one['pack']}#{anchor}"


PAGES = (Page("/search", search_all, "search", PUBLIC),)
