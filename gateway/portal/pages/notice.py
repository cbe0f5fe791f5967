"""One notice: what it says, where it came from, who fits, how to answer, what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from gateway.portal.access import AUTHORITY, BOARD, PUBLIC, REGISTRARS, SIGNED_IN
from gateway.portal.api_client import Answer
from gateway.portal.components import Cell, Column, Link, Stat, Table
from gateway.portal.exchange_words import (
    STEPS,
    Kinds,
    is_own,
    notice_tag,
    price_text,
    read_kinds,
    side_and_kind,
    terms_in_words,
)
from gateway.portal.forms import FormState, Option, form_state
from gateway.portal.match_view import matches_of
from gateway.portal.naming import kind_title
from gateway.portal.notice_source import clauses_of, source_of
from gateway.portal.post_words import word
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.visits import Visit
from shared.kernel.clock import china_day, utc_now
from shared.kernel.errors import NotFoundError

Body = Mapping[str, Any]

_FIELDS = ("message", "own_notice_id", "decision", "reason")
_OTHER = {"offer": "need", "need": "offer"}
_MATCHES = 5
_OWN_MAX = 50
_HIDDEN = frozenset({401, 403, 404})
REFUSED = frozenset({403, 409, 412, 422})


@dataclass(frozen=True, slots=True)
class _Read:
    """A notice with what belongs to it, as far as the reader may see it."""

    notice: Body
    etag: str
    kinds: Kinds
    matches: Body | None
    steps: Sequence[Body]
    own_fitting: Sequence[Body]


async def show_notice(visit: Visit) -> Response:
    return await _page(visit, form_state(_FIELDS))


async def act_on_notice(visit: Visit) -> Response:
    """Do what the pressed button says; every form of the page is sent to the page itself."""
    act = _ACTS.get(str(visit.form.get("_do")))
    if act is None:
        raise NotFoundError
    return await act(visit)


async def _answer(visit: Visit) -> Response:
    form = form_state(_FIELDS, visit.form)
    told = {
        "message": form.value("message"),
        "own_notice_id": form.value("own_notice_id") or None,
    }
    try:
        made = await visit.api.post(f"{_path(visit)}/connections", told, key=visit.key)
    except ApiProblemError as refusal:
        standing = refusal.problem.facts.get("connection_id")
        return await _again(visit, form, refusal, standing=standing)
    notice = visit.texts.gettext("Sent. The other side reads it in its connections.")
    return visit.redirect(f"/exchange/connections/{made.body['id']}", notice=notice)


async def _decide(visit: Visit) -> Response:
    form, say = form_state(_FIELDS, visit.form), visit.texts.gettext
    decision, reason = form.value("decision"), form.value("reason")
    if not decision:
        form = form.with_error(say("Choose what you decide"), "decision")
    if decision == "return" and not reason:
        form = form.with_error(say("Say what is to be mended: the organisation reads it"), "reason")
    if form.errors:
        return await _page(visit, form, status=422)
    told = {"decision": decision, "reason": reason or None}
    path, seen = f"{_path(visit)}/registrations", str(visit.form.get("_seen") or "") or None
    try:
        await visit.api.post_seen(path, told, key=visit.key, etag=seen)
    except ApiProblemError as refusal:
        return await _again(visit, form, refusal)
    done = say("Registered and published.") if decision == "register" else say("Returned.")
    return visit.redirect("/exchange/registrations", notice=done)


async def _submit(visit: Visit) -> Response:
    return await _moved(visit, "submit")


async def _close(visit: Visit) -> Response:
    return await _moved(visit, "close")


_ACTS: Mapping[str, Callable[[Visit], Awaitable[Response]]] = {
    "answer": _answer,
    "register": _decide,
    "submit": _submit,
    "close": _close,
}


def told_of_state(visit: Visit, state: str) -> str:
    """Return what became of a notice that was just sent."""
    say = visit.texts.gettext
    words = {
        "submitted": say("Submitted. A department of the region registers it, then it is open."),
        "published": say("Published. Everyone can see and answer it now."),
        "closed": say("Closed. It is no longer found."),
    }
    return words.get(state, say("The draft is kept."))


async def _moved(visit: Visit, step: str) -> Response:
    seen = str(visit.form.get("_seen") or "") or None
    try:
        moved = await visit.api.post_seen(f"{_path(visit)}/{step}", None, key=visit.key, etag=seen)
    except ApiProblemError as refusal:
        return await _again(visit, form_state(_FIELDS), refusal)
    here = f"/exchange/notices/{visit.request.path_params['notice_id']}"
    return visit.redirect(here, notice=told_of_state(visit, moved.body["state"]))


async def _again(
    visit: Visit, form: FormState, refusal: ApiProblemError, *, standing: str | None = None
) -> Response:
    if refusal.problem.status not in REFUSED:
        raise refusal
    return await _page(visit, form.refused(refusal.problem), standing=standing, status=422)


def _path(visit: Visit) -> str:
    return f"/v1/notices/{visit.request.path_params['notice_id']}"


async def _read(visit: Visit) -> _Read:
    path = _path(visit)
    found, kinds = await asyncio.gather(visit.api.get(path), read_kinds(visit))
    notice: Body = found.body
    own, open_now = is_own(visit, notice), _is_open(notice)
    matches, steps, fitting = await asyncio.gather(
        _tried(visit, f"{path}/matches", asks=open_now, limit=_MATCHES),
        _tried(visit, f"{path}/steps", asks=own or AUTHORITY.allows(visit.caller)),
        _own_fitting(visit, notice, asks=open_now and not own),
    )
    return _Read(
        notice=notice,
        etag=found.etag or "",
        kinds=kinds,
        matches=matches.body if matches else None,
        steps=steps.body["items"] if steps else [],
        own_fitting=fitting,
    )


async def _tried(visit: Visit, path: str, *, asks: bool, **params: int) -> Answer | None:
    """Read what not every reader may see; None for those."""
    if not asks:
        return None
    try:
        return await visit.api.get(path, params)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _HIDDEN:
            raise
        return None


async def _own_fitting(visit: Visit, notice: Body, *, asks: bool) -> Sequence[Body]:
    """Return one's own published notices of the other side: an answer may name one."""
    if not asks or not BOARD.allows(visit.caller):
        return []
    asked = {"mine": True, "state": "published", "side": _OTHER[notice["side"]], "limit": _OWN_MAX}
    return (await visit.api.get("/v1/notices", asked)).body["items"]


def _is_open(notice: Body) -> bool:
    today = china_day(utc_now()).isoformat()
    last_day = notice["closes_on"] or notice["end_on"] or today
    return notice["state"] == "published" and last_day >= today


async def _page(
    visit: Visit, form: FormState, *, standing: str | None = None, status: int = 200
) -> Response:
    read = await _read(visit)
    notice, texts = read.notice, visit.texts
    own = is_own(visit, notice)
    registers = notice["state"] == "submitted" and REGISTRARS.allows(visit.caller)
    context = {
        "form": form,
        "notice": notice,
        "seen": read.etag,
        "caption": side_and_kind(notice, read.kinds, texts),
        "organisation": notice["organisation"]["name"],
        "organisation_kind": kind_title(notice["organisation"]["kind"], texts),
        "state": notice_tag(notice["state"], texts) if notice["state"] != "published" else None,
        "own": own,
        "figures": _figures(visit, notice),
        "terms": terms_in_words(notice, texts),
        "source": source_of(notice, texts),
        "clauses": clauses_of(read.kinds[notice["kind"]], texts),
        "matches": matches_of(read.matches, read.kinds, texts) if read.matches else None,
        "considered": read.matches["considered"] if read.matches else 0,
        "history": _history(visit, read.steps) if read.steps else None,
        "standing": f"/exchange/connections/{standing}" if standing else None,
        "answers": not own and _is_open(notice) and BOARD.allows(visit.caller),
        "asks_sign_in": visit.caller is None and _is_open(notice),
        "fitting": [Option(one["id"], one["title"]) for one in read.own_fitting],
        "registers": registers,
        "decisions": _decisions(visit),
        "base": f"/exchange/notices/{notice['id']}",
    }
    return visit.render(
        "exchange/notice.html",
        context,
        title=notice["title"],
        breadcrumb=_trail(visit, own=own, registers=registers),
        status=status,
    )


def _trail(visit: Visit, *, own: bool, registers: bool) -> list[Link]:
    say = visit.texts.gettext
    way = [Link(say("Exchange"), "/exchange")]
    if own:
        way.append(Link(say("My notices"), "/exchange/mine"))
    if registers:
        way.append(Link(say("Notices to register"), "/exchange/registrations"))
    return way


def _decisions(visit: Visit) -> list[Option]:
    say = visit.texts.gettext
    return [
        Option("register", say("Register"), say("It is published at once, with your name on it")),
        Option("return", say("Return"), say("It goes back to be mended, with your reason")),
    ]


def _figures(visit: Visit, notice: Body) -> list[Stat]:
    say, texts = visit.texts.gettext, visit.texts
    places = notice["places"]
    last_day = notice["closes_on"] or notice["end_on"]
    closes = texts.date(last_day) if last_day else say("No closing day")
    return [
        Stat(say("Not given") if places is None else texts.number(places), say("How many")),
        Stat(price_text(notice, texts) or say("Not given"), say("Price")),
        Stat(closes, say("Answer until")),
    ]


def _history(visit: Visit, steps: Sequence[Body]) -> Table:
    say, texts = visit.texts.gettext, visit.texts
    rows = [
        [
            Cell(word(STEPS, one["step"], texts)),
            Cell(texts.moment(one["at"])),
            Cell(one["organisation"]["name"]),
            Cell(one["reason"] or "—"),
        ]
        for one in steps
    ]
    columns = [Column(say("Step")), Column(say("When")), Column(say("Who")), Column(say("Reason"))]
    return Table(say("Every step, the first one first"), columns, rows, caption_hidden=True)


_ONE = "/exchange/notices/{notice_id}"

PAGES = (
    Page(_ONE, show_notice, "notice", PUBLIC),
    Page(_ONE, act_on_notice, "notice_act", SIGNED_IN, ("POST",)),
)
