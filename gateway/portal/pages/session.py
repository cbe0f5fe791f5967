"""Signing in and out."""

from __future__ import annotations

from starlette.responses import Response

from gateway.portal.access import PUBLIC, SIGNED_IN
from gateway.portal.forms import FormState, form_state
from gateway.portal.problems import ApiProblemError
from gateway.portal.protection import safe_return
from gateway.portal.routing import Page
from gateway.portal.visits import Visit

_FIELDS = ("login", "password")
# What the API answers to a wrong login or password: shown in the form, not as a page.
_REFUSED = frozenset({400, 401, 403, 422, 429})


async def show_sign_in(visit: Visit) -> Response:
    return _form(visit, form_state(_FIELDS), visit.request.query_params.get("next"))


async def sign_in(visit: Visit) -> Response:
    form = form_state(_FIELDS, visit.form)
    wanted = visit.form.get("next")
    leads_to = safe_return(wanted if isinstance(wanted, str) else None)
    checked = _missing(visit, form)
    if checked.errors:
        return _form(visit, checked, leads_to, status=422)
    # A password is sent as typed: only the form's own value is trimmed.
    sent = {"login": form.value("login"), "password": str(visit.form.get("password", ""))}
    try:
        answer = await visit.api.post("/v1/sessions", sent)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        return _form(visit, form.refused(refusal.problem), leads_to, status=422)
    if visit.session is not None:
        visit.portal.book.forget(visit.session)
    visit.keep_session(answer.body["session"])
    return visit.redirect(leads_to)


async def sign_out(visit: Visit) -> Response:
    try:
        await visit.api.delete("/v1/sessions/current", authorization=f"Session {visit.session}")
    except ApiProblemError as refusal:
        # A session that is already gone is what the person wanted.
        if refusal.problem.status not in {401, 404}:
            raise
    visit.drop_session()
    return visit.redirect("/", notice=visit.texts.gettext("You are signed out."))


def _missing(visit: Visit, form: FormState) -> FormState:
    texts = visit.texts
    if not form.value("login"):
        form = form.with_error(texts.gettext("Enter your account name"), "login")
    if not form.value("password"):
        form = form.with_error(texts.gettext("Enter your password"), "password")
    return form


def _form(visit: Visit, form: FormState, leads_to: str | None, *, status: int = 200) -> Response:
    context = {"form": form, "next": safe_return(leads_to)}
    title = visit.texts.gettext("Sign in")
    return visit.render("session/sign_in.html", context, title=title, status=status)


PAGES = (
    Page("/sign-in", show_sign_in, "sign_in", PUBLIC),
    Page("/sign-in", sign_in, "sign_in_sent", PUBLIC, ("POST",)),
    Page("/sign-out", sign_out, "sign_out", SIGNED_IN, ("POST",)),
)
