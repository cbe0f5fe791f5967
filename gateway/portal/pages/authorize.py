"""The question that OAuth 2 asks a person: may this app act for you?"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from starlette.responses import Response

from gateway.portal.access import SIGNED_IN
from gateway.portal.routing import Page
from gateway.portal.visits import Visit

# What RFC 6749 (4.1.1) and RFC 7636 (4.3) send; nothing else is passed on.
_PARAMETERS = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
)


async def show_authorize(visit: Visit) -> Response:
    assert visit.caller is not None, "the page is for signed-in people"
    sent = visit.request.query_params
    asked = {name: sent.get(name, "") for name in _PARAMETERS}
    app = await _app(visit, asked)
    here = f"{visit.request.url.path}?{urlencode(asked)}"
    context = {
        "app": app,
        "asked": asked,
        "host": urlsplit(asked["redirect_uri"]).hostname,
        "acting": visit.caller.acting,
        "several": len(visit.caller.memberships) > 1,
        "acting_query": urlencode({"next": here}),
    }
    title = visit.texts.gettext("May this app act for you?")
    return visit.render("authorize/authorize.html", context, title=title)


async def decide_authorize(visit: Visit) -> Response:
    """Answer by a page with a way back to the app.

    A redirect would leave our own site after a form, which our `form-action` forbids.
    """
    asked = {name: str(visit.form.get(name, "")) for name in _PARAMETERS}
    app = await _app(visit, asked)
    allowed = visit.form.get("decision") == "allow"
    answer = await visit.api.post("/oauth/authorize", {**asked, "allowed": allowed})
    address = answer.body["redirect_to"]
    context = {
        "app": app,
        "allowed": allowed,
        "address": address,
        "refresh": f"0;url={address}",
    }
    title = visit.texts.gettext("Back to the app")
    return visit.render("authorize/leaving.html", context, title=title)


async def _app(visit: Visit, asked: Mapping[str, str]) -> Mapping[str, object]:
    # Without an id the API says what is wrong with it.
    path = f"/oauth/apps/{asked['client_id'] or '-'}"
    known = {"redirect_uri": asked["redirect_uri"], "scope": asked["scope"]}
    return (await visit.api.get(path, known)).body


PAGES = (
    Page("/authorize", show_authorize, "authorize", SIGNED_IN),
    Page("/authorize", decide_authorize, "authorize_sent", SIGNED_IN, ("POST",)),
)
