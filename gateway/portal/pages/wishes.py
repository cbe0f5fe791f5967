"""A student's wishes in a batch: posts with eligibility and distance first, then an order."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from gateway.portal.access import STUDENT
from gateway.portal.catalogue_names import region_name
from gateway.portal.components import Link, Stat, Tag
from gateway.portal.explain_view import named_term, term_text
from gateway.portal.forms import FormState
from gateway.portal.internship_words import BATCH_STATES, MODES, TERMS, messages_of, said_in, tag_of
from gateway.portal.pages.batches import terms_of
from gateway.portal.pages.student import takes_wishes
from gateway.portal.post_words import days_text, pay_text, word
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_READ = 200  # the most that the API gives at once: so many are ordered by relevance here
_STEP = 30
_REFUSED = frozenset({409, 422})


@dataclass(frozen=True, slots=True)
class Offer:
    """A post of the batch as a student sees it before wishing."""

    id: str
    title: str
    enterprise: str
    facts: Sequence[tuple[str, str]]
    relevance: float
    relevance_text: str
    distance: str
    terms: Sequence[tuple[str, str]]
    eligible: bool
    reasons: Sequence[str]
    rank: int | None
    seats: int


async def show_batch(visit: Visit) -> Response:
    batch = (await visit.api.get(api_path(visit))).body
    told = (await visit.api.get(f"{api_path(visit)}/eligibility/me")).body
    seen = "closed" if batch["state"] == "proposed" else batch["state"]
    context = {
        "batch": batch,
        "base": here(visit),
        "state": tag_of(BATCH_STATES, seen, visit.texts),
        "mode": word(MODES, batch["mode"], visit.texts),
        "terms": terms_of(visit, batch),
        "told": told,
        "eligibility": said_in(told, visit.texts),
        "findings": messages_of(told["findings"], visit.texts),
        "figures": [
            Stat(visit.texts.number(batch["posts"]), visit.texts.gettext("Posts")),
            Stat(visit.texts.number(batch["seats"]), visit.texts.gettext("Seats")),
        ],
        "takes_wishes": takes_wishes(batch),
    }
    return visit.render(
        "student/batch.html", context, title=batch["name"], breadcrumb=student_trail(visit)
    )


def api_path(visit: Visit) -> str:
    """Return the batch of this page in the API."""
    return f"/v1/batches/{visit.request.path_params['batch_id']}"


def here(visit: Visit) -> str:
    """Return the student's page of the batch."""
    return f"/student/batches/{visit.request.path_params['batch_id']}"


def student_trail(visit: Visit, batch: Body | None = None) -> list[Link]:
    """Return the way from the front page to a batch."""
    trail = [Link(visit.texts.gettext("My internship"), "/student")]
    return (
        trail if batch is None else [*trail, Link(batch["name"], f"/student/batches/{batch['id']}")]
    )


async def show_posts(visit: Visit) -> Response:
    return await _posts_page(visit, FormState())


async def _posts_page(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    query, say = visit.request.query_params, visit.texts.gettext
    words, near = query.get("q", "").strip(), query.get("near", "")
    me = (await visit.api.get("/v1/students/me")).body
    ways = _regions(visit, me["region_code"], near)
    asked = {
        "q": words or None,
        "region": _prefix(me["region_code"], near),
        "limit": _READ,
        "cursor": query.get("cursor"),
    }
    batch, found, wishes = await asyncio.gather(
        visit.api.get(api_path(visit)),
        visit.api.get(f"{api_path(visit)}/posts", asked),
        _own_wishes(visit),
    )
    ranks = {one["post_id"]: one["rank"] for one in wishes["items"]}
    offers = [offer_of(visit, one, ranks) for one in found.body["items"]]
    offers.sort(key=lambda one: (not one.eligible, -one.relevance, one.title))
    shown = _shown(query.get("shown", ""))
    context = {
        "form": form,
        "base": here(visit),
        "path": f"{here(visit)}/posts",
        "action": _again(visit),
        "words": words,
        "near": near,
        "ways": ways,
        "offers": offers[:shown],
        "total": len(offers),
        "more": _more(visit, shown) if len(offers) > shown else None,
        "next": _next(visit, found.next_cursor) if len(offers) <= shown else None,
        "wished": len(ranks),
        "wishes_max": batch.body["wishes_max"],
        "open": takes_wishes(batch.body),
    }
    return visit.render(
        "student/posts.html",
        context,
        title=say("Posts for you"),
        breadcrumb=student_trail(visit, batch.body),
        status=status,
    )


def _again(visit: Visit) -> str:
    """Return this page with what was looked for: adding a wish leads back to it."""
    address = visit.request.url.remove_query_params(["lang"])
    return f"{address.path}?{address.query}" if address.query else address.path


def _shown(told: str) -> int:
    return min(_READ, max(_STEP, int(told))) if told.isdecimal() else _STEP


def _more(visit: Visit, shown: int) -> str:
    address = visit.request.url.include_query_params(shown=shown + _STEP)
    return f"{address.path}?{address.query}#post-{shown + 1}"


def _next(visit: Visit, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    address = visit.request.url.include_query_params(cursor=cursor).remove_query_params("shown")
    return f"{address.path}?{address.query}"


_NEAR = {"city": 4, "province": 2}


def _prefix(region: str | None, near: str) -> str | None:
    return region[: _NEAR[near]] if region and near in _NEAR else None


def _regions(visit: Visit, region: str | None, near: str) -> list[Link]:
    if not region:
        return []
    say = visit.texts.gettext
    address = visit.request.url.remove_query_params(["near", "cursor", "shown", "lang"])
    ways = (("", say("Any place")), ("province", say("My province")), ("city", say("My city")))
    return [
        Link(text, f"{to.path}?{to.query}" if to.query else to.path, current=name == near)
        for name, text in ways
        for to in [address.include_query_params(near=name) if name else address]
    ]


def offer_of(visit: Visit, post: Body, ranks: Mapping[str, int]) -> Offer:
    """Return a post as the student sees it; `ranks` are the wishes made so far."""
    say, texts = visit.texts.gettext, visit.texts
    terms = [
        (word(TERMS, one["term"], visit.texts), term_text(one, texts)) for one in post["terms"]
    ]
    distance = next(
        (named_term(one, texts) for one in post["terms"] if one["term"] == "region"), ""
    )
    relevance = post["relevance"] or 0.0
    return Offer(
        id=post["post_id"],
        title=post["title"],
        enterprise=post["enterprise_name"],
        facts=[
            (say("Place"), region_name(post["region_code"])),
            (say("Pay"), pay_text(post, texts) or say("Not declared")),
            (say("Days"), days_text(post, texts)),
        ],
        relevance=relevance,
        relevance_text=texts.percent(relevance, 0),
        distance=distance,
        terms=terms,
        eligible=bool(post["eligible"]),
        reasons=messages_of(post["findings"], texts),
        rank=ranks.get(post["post_id"]),
        seats=post["seats"],
    )


async def _own_wishes(visit: Visit) -> Body:
    return (await visit.api.get(f"{api_path(visit)}/wishes/me")).body


async def add_wish(visit: Visit) -> Response:
    wanted = str(visit.form.get("post_id", ""))
    held = [one["post_id"] for one in (await _own_wishes(visit))["items"]]
    if wanted in held:
        return visit.redirect(f"{here(visit)}/wishes")
    try:
        await _put(visit, [*held, wanted])
    except ApiProblemError as refusal:
        form = FormState().refused(_refusal(refusal).problem)
        return await _posts_page(visit, form, status=refusal.problem.status)
    said = visit.texts.gettext("Added as wish %(rank)s.") % {"rank": len(held) + 1}
    return visit.redirect(_again(visit), notice=said)


async def show_wishes(visit: Visit) -> Response:
    return await _wishes_page(visit, FormState())


async def change_wishes(visit: Visit) -> Response:
    held = [one["post_id"] for one in (await _own_wishes(visit))["items"]]
    verb, _, post_id = str(visit.form.get("_do", "")).partition(":")
    changed = reordered(held, verb, post_id)
    if changed == held:
        return visit.redirect(f"{here(visit)}/wishes")
    try:
        await _put(visit, changed)
    except ApiProblemError as refusal:
        form = FormState().refused(_refusal(refusal).problem)
        return await _wishes_page(visit, form, status=refusal.problem.status)
    return visit.redirect(f"{here(visit)}/wishes", notice=visit.texts.gettext("Saved."))


def reordered(held: Sequence[str], verb: str, post_id: str) -> list[str]:
    """Return wishes with one moved or taken away; what makes no sense changes nothing.

    >>> reordered(["a", "b", "c"], "up", "c"), reordered(["a", "b"], "remove", "a")
    (['a', 'c', 'b'], ['b'])
    """
    order = list(held)
    if post_id not in order:
        return order
    place = order.index(post_id)
    if verb == "remove":
        return [*order[:place], *order[place + 1 :]]
    target = {"up": place - 1, "down": place + 1}.get(verb, place)
    if 0 <= target < len(order):
        order[place], order[target] = order[target], order[place]
    return order


def _refusal(refusal: ApiProblemError) -> ApiProblemError:
    if refusal.problem.status not in _REFUSED:
        raise refusal
    return refusal


async def _put(visit: Visit, post_ids: Sequence[str]) -> None:
    await visit.api.put(f"{api_path(visit)}/wishes/me", {"post_ids": list(post_ids)})


async def _wishes_page(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    batch, wishes = await asyncio.gather(visit.api.get(api_path(visit)), _own_wishes(visit))
    closed = Tag(visit.texts.gettext("Closed"), "neutral")
    context = {
        "form": form,
        "batch": batch.body,
        "base": here(visit),
        "wishes": wishes["items"],
        "closed": closed,
        "open": takes_wishes(batch.body),
        "left": max(0, wishes["wishes_max"] - len(wishes["items"])),
    }
    return visit.render(
        "student/wishes.html",
        context,
        title=visit.texts.gettext("My wishes"),
        breadcrumb=student_trail(visit, batch.body),
        status=status,
    )


_ONE = "/student/batches/{batch_id}"

PAGES = (
    Page(_ONE, show_batch, "student_batch", STUDENT),
    Page(f"{_ONE}/posts", show_posts, "student_posts", STUDENT),
    Page(f"{_ONE}/posts", add_wish, "wish_added", STUDENT, ("POST",)),
    Page(f"{_ONE}/wishes", show_wishes, "wishes", STUDENT),
    Page(f"{_ONE}/wishes", change_wishes, "wishes_changed", STUDENT, ("POST",)),
)
