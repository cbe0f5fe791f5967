"""One's own account: activated by a code, looked at, its password changed, consents withdrawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.access import PUBLIC, SIGNED_IN
from gateway.portal.addresses import pager
from gateway.portal.api_client import Answer
from gateway.portal.components import Cell, CellForm, Column, Link, Table, Tag
from gateway.portal.forms import FormState, form_state
from gateway.portal.naming import organisation_names, role_titles
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.translation import marked
from gateway.portal.visits import Visit

PASSWORD_CHARS_MIN = 10

_ACTIVATION = ("login", "code", "password")
_PASSWORD = ("current", "new")
# What the API answers to a wrong code or password: shown in the form, not as a page.
_REFUSED = frozenset({400, 401, 403, 409, 422, 429})
_PURPOSES: Mapping[str, str] = {
    "share_with_host": marked("Pass my data to an enterprise that may host me"),
    "sensitive_data": marked("Use sensitive data of mine"),
    "personalised_recommendation": marked("Recommend posts that suit me"),
}


async def show_activation(visit: Visit) -> Response:
    return _activation_form(visit, form_state(_ACTIVATION))


async def activate(visit: Visit) -> Response:
    form = form_state(_ACTIVATION, visit.form)
    gettext = visit.texts.gettext
    password = str(visit.form.get("password", ""))
    if not form.value("login"):
        form = form.with_error(gettext("Enter your account name"), "login")
    if not form.value("code"):
        form = form.with_error(gettext("Enter the activation code"), "code")
    form = _checked_password(visit, form, password=password, name="password")
    if form.errors:
        return _activation_form(visit, form, status=422)
    sent = {"login": form.value("login"), "code": form.value("code"), "password": password}
    try:
        answer = await visit.api.post("/v1/sign-in/activation", sent)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        return _activation_form(visit, form.refused(refusal.problem), status=422)
    visit.keep_session(answer.body["session"])
    return visit.redirect("/", notice=gettext("Your account is active and you are signed in."))


async def show_account(visit: Visit) -> Response:
    assert visit.caller is not None, "the page is for signed-in people"
    me = (await visit.api.get("/v1/me")).body
    consents = await _consents(visit)
    items = consents.body["items"]
    names = await organisation_names(visit, [one["to_org_id"] for one in items])
    titles = await role_titles(visit)
    context = {
        "me": me,
        "roles": [titles.get(role, role) for role in me["roles"]],
        "acting": visit.caller.acting,
        "several": len(visit.caller.memberships) > 1,
        "consents": _consent_table(visit, items, names) if items else None,
        "pager": _pager_where_needed(visit, consents, len(items)),
    }
    title = visit.texts.gettext("Your account")
    return visit.render("account/account.html", context, title=title)


async def withdraw_consent(visit: Visit) -> Response:
    await visit.api.delete(f"/v1/consents/{visit.request.path_params['consent_id']}")
    return visit.redirect("/account", notice=visit.texts.gettext("The consent is withdrawn."))


async def show_password(visit: Visit) -> Response:
    return _password_form(visit, form_state(_PASSWORD))


async def change_password(visit: Visit) -> Response:
    gettext = visit.texts.gettext
    current, new = (str(visit.form.get(name, "")) for name in _PASSWORD)
    form = form_state(_PASSWORD)
    if not current:
        form = form.with_error(gettext("Enter your present password"), "current")
    form = _checked_password(visit, form, password=new, name="new")
    if form.errors:
        return _password_form(visit, form, status=422)
    try:
        await visit.api.put("/v1/me/password", {"current": current, "new": new})
    except ApiProblemError as refusal:
        if refusal.problem.code == "sign_in_refused":
            wrong = form.with_error(gettext("This is not your present password"), "current")
            return _password_form(visit, wrong, status=422)
        if refusal.problem.status not in _REFUSED - {401}:
            raise
        return _password_form(visit, form.refused(refusal.problem), status=422)
    visit.drop_session()
    notice = gettext("Your password is changed. Sign in with the new one; every session has ended.")
    return visit.redirect("/sign-in", notice=notice)


async def _consents(visit: Visit) -> Answer:
    """Return one's consents; who has left every organisation has no right left to list them."""
    if visit.caller is None or visit.caller.acting is None:
        return Answer(200, {"items": []}, {})
    cursor = visit.request.query_params.get("cursor")
    return await visit.api.get("/v1/consents", {"cursor": cursor})


def _checked_password(visit: Visit, form: FormState, *, password: str, name: str) -> FormState:
    if len(password) >= PASSWORD_CHARS_MIN:
        return form
    told = {"count": PASSWORD_CHARS_MIN}
    text = visit.texts.gettext("The new password needs at least %(count)s characters") % told
    return form.with_error(text, name)


def _activation_form(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    title = visit.texts.gettext("Activate your account")
    context = {"form": form, "password_chars_min": PASSWORD_CHARS_MIN}
    return visit.render("account/activate.html", context, title=title, status=status)


def _password_form(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    title = visit.texts.gettext("Change your password")
    context = {"form": form, "password_chars_min": PASSWORD_CHARS_MIN}
    trail = [Link(visit.texts.gettext("Your account"), "/account")]
    return visit.render(
        "account/password.html", context, title=title, breadcrumb=trail, status=status
    )


def _consent_table(
    visit: Visit, items: Sequence[Mapping[str, Any]], names: Mapping[str, str]
) -> Table:
    gettext, texts = visit.texts.gettext, visit.texts
    heads = (
        gettext("For what"),
        gettext("To whom"),
        gettext("Given on"),
        gettext("State"),
        gettext("Action"),
    )
    rows: list[list[Cell]] = []
    for one in items:
        words = _PURPOSES[one["purpose"]]
        purpose = gettext(words)
        to_whom = names.get(one["to_org_id"] or "", "—")
        withdrawn = one["withdrawn_at"]
        action = f"/account/consents/{one['id']}/withdrawal"
        button = CellForm(action, gettext("Withdraw"), f"{purpose} {to_whom}")
        rows.append(
            [
                Cell(purpose, sub=one["text_version"]),
                Cell(to_whom),
                Cell(texts.date(one["given_at"])),
                Cell(tag=Tag(gettext("Withdrawn")), sub=texts.date(withdrawn))
                if withdrawn
                else Cell(tag=Tag(gettext("In force"), "good")),
                Cell("—") if withdrawn else Cell(form=button),
            ]
        )
    return Table(
        gettext("Your consents"), [Column(head) for head in heads], rows, caption_hidden=True
    )


def _pager_where_needed(visit: Visit, answer: Answer, shown: int) -> Any:
    found = pager(visit.request.url, answer, shown=shown)
    return found if found.next_href or found.first_href else None


PAGES = (
    Page("/activate", show_activation, "activate", PUBLIC),
    Page("/activate", activate, "activate_sent", PUBLIC, ("POST",)),
    Page("/account", show_account, "account", SIGNED_IN),
    Page("/account/password", show_password, "password", SIGNED_IN),
    Page("/account/password", change_password, "password_sent", SIGNED_IN, ("POST",)),
    Page(
        "/account/consents/{consent_id}/withdrawal",
        withdraw_consent,
        "consent_withdrawn",
        SIGNED_IN,
        ("POST",),
    ),
)
