"""Connections about notices: answers, the talk of two organisations, their agreement."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.access import BOARD
from gateway.portal.addresses import pager
from gateway.portal.api_client import Answer
from gateway.portal.components import Cell, Column, Link, Table
from gateway.portal.exchange_words import (
    CONNECTIONS,
    connection_tag,
    read_kinds,
    side_and_kind,
    span_text,
)
from gateway.portal.forms import FormState, form_state
from gateway.portal.pages.notice import REFUSED
from gateway.portal.post_answers import fen_of
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.translation import Texts
from gateway.portal.visits import Visit
from shared.kernel.errors import NotFoundError

Body = Mapping[str, Any]

_PAGE = 20
_FIELDS = ("text", "reason", "subject", "start_on", "end_on", "places", "price_fen")
_OPEN = frozenset({"asked", "talking"})


async def list_connections(visit: Visit) -> Response:
    query, say = visit.request.query_params, visit.texts.gettext
    state = query.get("state")
    asked = {"state": state, "limit": _PAGE, "cursor": query.get("cursor")}
    found = await visit.api.get("/v1/connections", asked)
    items = found.body["items"]
    tabs = [Link(say("All"), "/exchange/connections", current=state is None)]
    tabs += [
        Link(say(text), f"/exchange/connections?state={name}", current=name == state)
        for name, (text, _tone) in CONNECTIONS.items()
    ]
    context = {
        "tabs": tabs,
        "connections": _table(visit, items) if items else None,
        "pager": pager(visit.request.url, found, shown=len(items)),
    }
    trail = [Link(say("Exchange"), "/exchange")]
    return visit.render(
        "exchange/connections.html", context, title=say("Connections"), breadcrumb=trail
    )


async def show_connection(visit: Visit) -> Response:
    return await _page(visit, FormState(_FIELDS))


async def act_on_connection(visit: Visit) -> Response:
    """Do what the pressed button says; every form of the page is sent to the page itself."""
    form = form_state(_FIELDS, visit.form)
    act = _ACTS.get(str(visit.form.get("_do")))
    if act is None:
        raise NotFoundError
    try:
        told = await act(visit, form)
    except _UnreadableError as fault:
        return await _page(visit, form.with_error(fault.text, fault.field), status=422)
    except ApiProblemError as refusal:
        if refusal.problem.status not in REFUSED:
            raise
        return await _page(visit, form.refused(refusal.problem), status=422)
    return visit.redirect(visit.request.url.path, notice=told)


class _UnreadableError(Exception):
    def __init__(self, text: str, field: str) -> None:
        super().__init__(text)
        self.text, self.field = text, field


async def _write(visit: Visit, form: FormState) -> str:
    await _send(visit, "messages", {"text": form.value("text")})
    return visit.texts.gettext("Sent.")


async def _accept(visit: Visit, _form: FormState) -> str:
    await _send(visit, "decisions", {"decision": "accept"})
    return visit.texts.gettext("Accepted: you are talking now.")


async def _decline(visit: Visit, form: FormState) -> str:
    told = {"decision": "decline", "reason": form.value("reason") or None}
    await _send(visit, "decisions", told)
    return visit.texts.gettext("Declined.")


async def _withdraw(visit: Visit, _form: FormState) -> str:
    await _send(visit, "withdrawals", None)
    return visit.texts.gettext("Withdrawn.")


async def _propose(visit: Visit, form: FormState) -> str:
    told = {
        "subject": form.value("subject"),
        "start_on": form.value("start_on") or None,
        "end_on": form.value("end_on") or None,
        "places": _read(visit, form, "places", int),
        "price_fen": _read(visit, form, "price_fen", fen_of),
    }
    await _send(visit, "agreements", told)
    return visit.texts.gettext("Proposed. It holds once the other side confirms it.")


async def _confirm(visit: Visit, _form: FormState) -> str:
    number = str(visit.form.get("number") or "0")
    if not (number.isascii() and number.isdigit()):
        raise NotFoundError
    await _send(visit, f"agreements/{number}/confirmations", None)
    return visit.texts.gettext("Confirmed: both sides have agreed.")


_ACTS: Mapping[str, Callable[[Visit, FormState], Awaitable[str]]] = {
    "write": _write,
    "accept": _accept,
    "decline": _decline,
    "withdraw": _withdraw,
    "propose": _propose,
    "confirm": _confirm,
}


def _read(visit: Visit, form: FormState, name: str, way: Callable[[str], int]) -> int | None:
    told = form.value(name).replace(",", "").replace("，", "").strip()
    if not told:
        return None
    try:
        return way(told)
    except ValueError as error:
        text = visit.texts.gettext("Enter a number, such as 230")
        raise _UnreadableError(text, name) from error


async def _send(visit: Visit, what: str, told: Body | None) -> Answer:
    seen = str(visit.form.get("_seen") or "") or None
    return await visit.api.post_seen(f"{_path(visit)}/{what}", told, key=visit.key, etag=seen)


def _path(visit: Visit) -> str:
    return f"/v1/connections/{visit.request.path_params['connection_id']}"


async def _page(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    found, kinds = await asyncio.gather(visit.api.get(_path(visit)), read_kinds(visit))
    told: Body = found.body
    say, texts = visit.texts.gettext, visit.texts
    own_id = visit.caller.acting_org_id if visit.caller else None
    answers = told["answerer"]["id"] == own_id
    other = told["asker"] if answers else told["answerer"]
    agreement = told["agreement"]
    context = {
        "form": form if status != 200 else _prefilled(form, agreement),
        "told": told,
        "seen": found.etag or "",
        "caption": side_and_kind(told["notice"], kinds, texts),
        "other": other["name"],
        "state": connection_tag(told["state"], texts),
        "own_id": own_id,
        "accepts": told["state"] == "asked" and answers,
        "declines": told["state"] in _OPEN and answers,
        "withdraws": told["state"] in _OPEN and not answers,
        "talks": told["state"] == "talking",
        "writes": told["state"] in _OPEN or told["state"] == "agreed",
        "agreement": _agreement(told, texts) if agreement else [],
        "agreed": agreement is not None and agreement["confirmed_at"] is not None,
        "confirms": told["state"] == "talking"
        and agreement is not None
        and agreement["proposed_by"] != own_id,
        "base": visit.request.url.path,
    }
    trail = [Link(say("Exchange"), "/exchange"), Link(say("Connections"), "/exchange/connections")]
    title = say("With %(name)s: %(title)s") % {
        "name": other["name"],
        "title": told["notice"]["title"],
    }
    return visit.render(
        "exchange/connection.html", context, title=title, breadcrumb=trail, status=status
    )


def _prefilled(form: FormState, agreement: Body | None) -> FormState:
    """Return the form with what was proposed last, to be changed rather than typed again."""
    if agreement is None:
        return form
    told = {name: agreement[name] for name in ("subject", "start_on", "end_on", "places")}
    values = {name: "" if value is None else str(value) for name, value in told.items()}
    fen = agreement["price_fen"]
    values["price_fen"] = "" if fen is None else f"{fen / 100:.2f}".removesuffix(".00")
    return FormState(_FIELDS, values)


def _agreement(told: Body, texts: Texts) -> list[tuple[str, str]]:
    say, one = texts.gettext, told["agreement"]
    names = {told[side]["id"]: told[side]["name"] for side in ("asker", "answerer")}
    price = "" if one["price_fen"] is None else texts.money(one["price_fen"])
    facts = [
        (say("Parties"), say(", ").join(names.values())),
        (say("Subject"), one["subject"]),
        (say("When"), span_text(one["start_on"], one["end_on"], texts)),
        (say("How many"), "" if one["places"] is None else texts.number(one["places"])),
        (say("Price"), price),
        (
            say("Proposed"),
            f"{names.get(one['proposed_by'], '')} {texts.moment(one['proposed_at'])}",
        ),
        (say("Confirmed"), texts.moment(one["confirmed_at"]) if one["confirmed_at"] else ""),
    ]
    return [(key, value) for key, value in facts if value]


def _table(visit: Visit, connections: Sequence[Body]) -> Table:
    say, texts = visit.texts.gettext, visit.texts
    own_id = visit.caller.acting_org_id if visit.caller else None
    rows: list[list[Cell]] = []
    for one in connections:
        answers = one["answerer"]["id"] == own_id
        other = one["asker"] if answers else one["answerer"]
        who = say("They answered your notice") if answers else say("You answered their notice")
        rows.append(
            [
                Cell(one["notice"]["title"], href=f"/exchange/connections/{one['id']}", sub=who),
                Cell(other["name"]),
                Cell(texts.moment(one["changed_at"])),
                Cell(tag=connection_tag(one["state"], texts)),
            ]
        )
    heads = (say("Notice"), say("With whom"), say("Last change"), say("State"))
    caption = say("Connections")
    return Table(caption, [Column(head) for head in heads], rows, caption_hidden=True)


_ONE = "/exchange/connections/{connection_id}"

PAGES = (
    Page("/exchange/connections", list_connections, "connections", BOARD),
    Page(_ONE, show_connection, "connection", BOARD),
    Page(_ONE, act_on_connection, "connection_act", BOARD, ("POST",)),
)
