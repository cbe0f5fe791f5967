"""A student's applications: for posts of a mutual choice, and with a host of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from starlette.responses import Response

from gateway.portal.access import STUDENT
from gateway.portal.components import Tag
from gateway.portal.forms import FormState, form_state
from gateway.portal.internship_words import ARRANGEMENT_STATES, CHOICE_STATES, tag_of
from gateway.portal.pages.arrangements import arrangement_facts
from gateway.portal.pages.wishes import Offer, api_path, here, offer_of, student_trail
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.visits import Visit
from shared.kernel.errors import NotFoundError

Body = Mapping[str, Any]

_REFUSED = frozenset({409, 422})
_READ = 200
_DETAILS = ("region_code", "address", "contact", "tasks", "pay", "mentor")
_APPLICATION = ("host_name", "host_uscc", "post_title", "guardian_signed_on", *_DETAILS)
_OPEN = frozenset({"applied", "interview", "offered"})


async def show_choices(visit: Visit) -> Response:
    return await _choices_page(visit, FormState(("share_consent", "post_id")))


async def apply_for_post(visit: Visit) -> Response:
    form = form_state(("share_consent", "post_id"), visit.form)
    told = {
        "post_id": form.value("post_id"),
        "share_consent": form.value("share_consent") == "true",
    }
    said = visit.texts.gettext("You have applied. The enterprise may now read your application.")
    return await _send(visit, f"{api_path(visit)}/choices", told, form=form, said=said)


async def answer_choice(visit: Visit) -> Response:
    verb = str(visit.request.path_params["verb"])
    notices = {
        "confirm": visit.texts.gettext("Confirmed: the place is yours."),
        "withdraw": visit.texts.gettext("Your application is withdrawn."),
    }
    if verb not in notices:
        raise NotFoundError
    path = f"{api_path(visit)}/choices/{visit.request.path_params['choice_id']}/{verb}"
    return await _send(visit, path, None, form=FormState(), said=notices[verb])


async def _send(
    visit: Visit, path: str, told: Body | None, *, form: FormState, said: str
) -> Response:
    try:
        await visit.api.post(path, told, key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        refused = form.refused(refusal.problem)
        return await _choices_page(visit, refused, status=refusal.problem.status)
    return visit.redirect(f"{here(visit)}/choices", notice=said)


async def _choices_page(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    words = visit.request.query_params.get("q", "").strip()
    asked = {"q": words or None, "limit": _READ}
    batch, found, applied = await asyncio.gather(
        visit.api.get(api_path(visit)),
        visit.api.get(f"{api_path(visit)}/posts", asked),
        visit.api.get(f"{api_path(visit)}/choices", {"limit": _READ}),
    )
    choices: Sequence[Body] = applied.body["items"]
    offers = [offer_of(visit, one, {}) for one in found.body["items"]]
    offers.sort(key=lambda one: (not one.eligible, -one.relevance, one.title))
    titles = {one.id: one for one in offers}
    taken = {one["post_id"] for one in choices}
    context = {
        "form": form,
        "base": here(visit),
        "words": words,
        "open": batch.body["state"] == "open",
        "offers": [one for one in offers if one.id not in taken],
        "choices": [_choice(visit, one, titles) for one in choices],
    }
    return visit.render(
        "student/choices.html",
        context,
        title=visit.texts.gettext("Posts and my applications"),
        breadcrumb=student_trail(visit, batch.body),
        status=status,
    )


def _choice(
    visit: Visit, choice: Body, offers: Mapping[str, Offer]
) -> tuple[Body, str, str, Tag, str, bool]:
    """Return an application with post, enterprise, state, interview, and whether it is open."""
    offer = offers.get(choice["post_id"])
    title = offer.title if offer else visit.texts.gettext("Post")
    interview = visit.texts.moment(choice["interview_at"]) if choice["interview_at"] else ""
    state = tag_of(CHOICE_STATES, choice["state"], visit.texts)
    firm = offer.enterprise if offer else ""
    return choice, title, firm, state, interview, choice["state"] in _OPEN


async def show_arrangements(visit: Visit) -> Response:
    return await _arrangement_page(visit, form_state(_APPLICATION))


async def apply_with_host(visit: Visit) -> Response:
    form = form_state(_APPLICATION, visit.form)
    pay, form = _pay(visit, form)
    told = {
        "batch_id": str(visit.request.path_params["batch_id"]),
        **{name: form.value(name) or None for name in _APPLICATION if name not in _DETAILS},
        "details": {
            **{name: form.value(name) or None for name in _DETAILS if name != "pay"},
            "pay_fen_month": pay,
        },
    }
    if form.errors:
        return await _arrangement_page(visit, form, status=422)
    try:
        await visit.api.post("/v1/self-arrangements", told, key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        refused = _flat(form, refusal)
        return await _arrangement_page(visit, refused, status=refusal.problem.status)
    notice = visit.texts.gettext("You have applied. Your school decides and gives the reason.")
    return visit.redirect(f"{here(visit)}/self-arranged", notice=notice)


def _flat(form: FormState, refusal: ApiProblemError) -> FormState:
    """Return the refusal with `/details/address` shown at the field `address`."""
    for fault in refusal.problem.faults:
        name = (fault.pointer or "").rpartition("/")[2]
        form = form.with_error(fault.text, name if name in form.fields else None)
    return form if form.errors else form.refused(refusal.problem)


def _pay(visit: Visit, form: FormState) -> tuple[int | None, FormState]:
    told = form.value("pay").replace(",", "").removeprefix("¥")
    if not told:
        return None, form
    try:
        return int(Decimal(told) * 100), form
    except (InvalidOperation, OverflowError, ValueError):
        return None, form.with_error(visit.texts.gettext("Give an amount in yuan"), "pay")


async def _arrangement_page(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    batch, found = await asyncio.gather(
        visit.api.get(api_path(visit)),
        visit.api.get("/v1/self-arrangements", {"limit": _READ}),
    )
    made = [one for one in found.body["items"] if one["batch_id"] == batch.body["id"]]
    waits = any(one["state"] in {"applied", "approved"} for one in made)
    context = {
        "form": form,
        "path": f"{here(visit)}/self-arranged",
        "open": batch.body["state"] == "open" and not waits,
        "made": [
            (
                one,
                tag_of(ARRANGEMENT_STATES, one["state"], visit.texts),
                arrangement_facts(visit, one),
            )
            for one in made
        ],
    }
    return visit.render(
        "student/self_arranged.html",
        context,
        title=visit.texts.gettext("A host of my own"),
        breadcrumb=student_trail(visit, batch.body),
        status=status,
    )


_ONE = "/student/batches/{batch_id}"

PAGES = (
    Page(f"{_ONE}/choices", show_choices, "own_choices", STUDENT),
    Page(f"{_ONE}/choices", apply_for_post, "own_choice_sent", STUDENT, ("POST",)),
    Page(
        f"{_ONE}/choices/{{choice_id}}/{{verb}}",
        answer_choice,
        "own_choice_answered",
        STUDENT,
        ("POST",),
    ),
    Page(f"{_ONE}/self-arranged", show_arrangements, "own_arrangements", STUDENT),
    Page(f"{_ONE}/self-arranged", apply_with_host, "own_arrangement_sent", STUDENT, ("POST",)),
)
