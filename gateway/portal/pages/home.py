"""The front door: what the platform does, how much is open now, and where each role begins."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from gateway.portal.access import HR, OFFICE, PUBLIC, STUDENT
from gateway.portal.api_client import Answer
from gateway.portal.components import Stat
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.visits import Visit


async def show_home(visit: Visit) -> Response:
    context = {
        "figures": await _figures(visit),
        "is_hr": HR.allows(visit.caller),
        "is_office": OFFICE.allows(visit.caller),
        "is_student": STUDENT.allows(visit.caller),
    }
    return visit.render("home/home.html", context, title=visit.texts.gettext("Home"))


async def _figures(visit: Visit) -> list[Stat]:
    """Return what is open now; a front door stays open when a room behind it does not answer."""
    counted, noticed, packs = await asyncio.gather(
        _read(visit, "/v1/posts/facets"),
        _read(visit, "/v1/notices/facets"),
        _read(visit, "/v1/policy-packs"),
    )
    say, number = visit.texts.gettext, visit.texts.number
    figures: list[Stat] = []
    if counted is not None and counted.body["found"]:
        body = counted.body
        figures.append(Stat(number(body["found"]), say("Open posts"), href="/posts"))
        figures.append(Stat(number(len(body["region"])), say("Provinces with open posts")))
    if noticed is not None and noticed.body["found"]:
        figures.append(
            Stat(number(noticed.body["found"]), say("Open offers and needs"), href="/exchange")
        )
    if packs is not None:
        lines = packs.body["items"]
        rules = sum(one["rules"] for one in lines)
        figures.append(
            Stat(number(rules), say("Rules that every post is checked against"), href="/policies")
        )
        figures.append(
            Stat(number(len(lines)), say("Places with documents of their own"), href="/policies")
        )
    return figures


async def _read(visit: Visit, path: str) -> Answer | None:
    try:
        return await visit.api.get(path)
    except ApiProblemError:
        return None


PAGES = (Page("/", show_home, "home", PUBLIC),)
