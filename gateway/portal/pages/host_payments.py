"""One placed student's pay: the host reads the record and adds to it, month by month."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from gateway.portal.access import HR
from gateway.portal.components import Link
from gateway.portal.forms import FormState, Option, form_state
from gateway.portal.payment_view import payment_view
from gateway.portal.post_answers import fen_of
from gateway.portal.post_words import PAY_METHODS, PAYEES
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_FIELDS = ("month", "amount_fen", "paid_on", "method", "payee", "reason")
_NEW = FormState(_FIELDS, {"method": "money", "payee": "student"})
_REFUSED = frozenset({409, 422})


async def show_payments(visit: Visit) -> Response:
    return await _page(visit, _NEW)


async def send_payment(visit: Visit) -> Response:
    form, say = form_state(_FIELDS, visit.form), visit.texts.gettext
    told: dict[str, Any] = {name: form.value(name) for name in _FIELDS}
    told["reason"] = told["reason"] or None
    try:
        told["amount_fen"] = fen_of(told["amount_fen"])
    except ValueError:
        form = form.with_error(say("Give an amount in yuan, such as 3000 or 3000.50"), "amount_fen")
    for name in ("month", "paid_on", "method", "payee"):
        if not told[name]:
            form = form.with_error(say("Choose one"), name)
    if form.errors:
        return await _page(visit, form, status=422)
    try:
        await visit.api.post(_api_path(visit), told, key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        return await _page(visit, form.refused(refusal.problem), status=refusal.problem.status)
    notice = say("The payment is recorded. School and student see it.")
    return visit.redirect(_here(visit), notice=notice)


def _api_path(visit: Visit) -> str:
    return f"/v1/placements/{visit.request.path_params['placement_id']}/payments"


def _here(visit: Visit) -> str:
    return f"/enterprise/placements/{visit.request.path_params['placement_id']}"


async def _page(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    record: Body = (await visit.api.get(_api_path(visit))).body
    say, texts = visit.texts.gettext, visit.texts
    agreed = record["agreed_fen_month"]
    context = {
        "form": form,
        "pay": payment_view(record, texts),
        "action": f"{_here(visit)}/payments",
        "facts": [
            (say("Post"), record["post_title"]),
            (
                say("First and last day"),
                f"{texts.date(record['first_on'])} – {texts.date(record['last_on'])}",
            ),
            (say("Pay a month"), say("Not declared") if agreed is None else texts.money(agreed)),
        ],
        "months": [Option(one["month"], one["month"]) for one in reversed(record["months"])],
        "methods": [Option(name, say(text)) for name, text in PAY_METHODS.items()],
        "payees": [Option(name, say(text)) for name, text in PAYEES.items()],
    }
    trail = [
        Link(say("My enterprise"), "/enterprise"),
        Link(say("Placed students"), "/enterprise/placements"),
    ]
    return visit.render(
        "enterprise/payments.html",
        context,
        title=record["student_name"],
        breadcrumb=trail,
        status=status,
    )


_ONE = "/enterprise/placements/{placement_id}"

PAGES = (
    Page(_ONE, show_payments, "host_payments", HR),
    Page(f"{_ONE}/payments", send_payment, "payment_recorded", HR, ("POST",)),
)
