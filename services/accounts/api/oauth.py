"""OAuth 2 over HTTP: tokens, authorization, keys and metadata, in the shapes of their RFCs."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Annotated, Any, cast
from urllib.parse import unquote_plus, urlencode, urlsplit, urlunsplit
from uuid import UUID

from fastapi import Query, Request
from starlette.datastructures import FormData
from starlette.responses import JSONResponse, RedirectResponse, Response

from services.accounts.api.access import AtDesk, AtSigningDesk, DoorTx
from services.accounts.contract.clients import (
    AccessTokenOut,
    AppOut,
    AppScopeOut,
    AuthorizationIn,
    AuthorizationOut,
    ServerMetadataOut,
)
from services.accounts.contract.scopes import SCOPES
from services.accounts.domain.client import (
    ClientUnknownError,
    GrantTypeError,
    OAuthError,
    granted_scopes,
)
from services.accounts.domain.token import ACCESS_LIFE, BEARER, Grant
from services.accounts.flows.desk import Desk
from services.accounts.flows.grant_tokens import (
    CodeRedemption,
    CodeRequest,
    Credentials,
    authorize,
    find_app,
    grant_to_app,
    grant_to_machine,
    grant_to_room,
)
from services.accounts.store import organisations
from shared.db.session import Tx
from shared.http.caller import SignedIn, Themselves
from shared.http.language import language_of
from shared.http.problems import MEDIA_TYPE, ProblemOut, problem_body
from shared.http.service import new_router

router = new_router("oauth", prefix="")

_FIELDS = (
    "grant_type",
    "scope",
    "client_id",
    "client_secret",
    "code",
    "redirect_uri",
    "code_verifier",
)
_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "required": ["grant_type"],
                    "properties": {
                        "grant_type": {
                            "type": "string",
                            "enum": ["client_credentials", "authorization_code"],
                        },
                        **{name: {"type": "string"} for name in _FIELDS[1:]},
                    },
                }
            }
        },
    }
}
_REFUSED: dict[int | str, dict[str, Any]] = {
    status: {
        "description": "Refused: `error` says why (RFC 6749, 5.2)",
        "model": ProblemOut,
        "content": {
            MEDIA_TYPE: {},
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["error"],
                    "properties": {
                        "error": {"type": "string"},
                        "error_description": {"type": "string"},
                    },
                }
            },
        },
    }
    for status in (400, 401)
}


@router.post(
    "/oauth/token",
    response_model=AccessTokenOut,
    openapi_extra=_FORM,
    responses=_REFUSED,
)
async def create_token(request: Request, desk: AtSigningDesk, tx: DoorTx) -> Response:
    """Issue a token by client credentials, or by an authorization code with its verifier."""
    try:
        form = _read(await request.form())
        grant = await _grant(desk, tx, form=form, credentials=_credentials(request, form))
    except OAuthError as error:
        # Answered here, so that the transaction commits: a code tried wrongly is used up.
        return _refuse(error, request)
    token = AccessTokenOut(
        access_token=await desk.signer.sign(grant),
        token_type=BEARER,
        expires_in=int(ACCESS_LIFE.total_seconds()),
        scope=" ".join(sorted(grant.scopes)),
    )
    return JSONResponse(token.model_dump(), headers={"Cache-Control": "no-store"})


@router.get("/oauth/authorize", status_code=303, response_class=RedirectResponse)
async def ask_for_authorization(
    request: Request,
    desk: AtDesk,
    tx: DoorTx,
    client_id: Annotated[UUID, Query()],
    redirect_uri: Annotated[str, Query(max_length=500)],
) -> Response:
    """Lead a person from an app to the portal's question, or back to the app with what is wrong.

    An unknown client or redirect is answered here: nobody is sent to an unknown address.
    """
    client = await find_app(tx, client_id, redirect_uri)
    sent = request.query_params
    problem = _problem_of(sent, frozenset(client.scopes))
    if problem is not None:
        answer = {"error": problem, "state": sent.get("state", ""), "iss": desk.issuer}
        return RedirectResponse(_with_query(redirect_uri, answer), status_code=303)
    return RedirectResponse(f"/authorize?{urlencode(list(sent.multi_items()))}", status_code=303)


@router.get("/oauth/apps/{client_id}")
async def read_app(
    client_id: UUID,
    caller: SignedIn,
    tx: DoorTx,
    request: Request,
    redirect_uri: Annotated[str, Query(max_length=500)],
    scope: Annotated[str, Query(max_length=2000)] = "",
) -> AppOut:
    """Say who an app is and what it would get: no more than the caller may do."""
    client = await find_app(tx, client_id, redirect_uri)
    organisation = await organisations.find(tx, client.org_id)
    if organisation is None:
        raise ClientUnknownError
    language = language_of(request.headers.get("accept-language"))
    scopes = granted_scopes(scope, client.scopes) & caller.scopes
    return AppOut(
        id=client.id,
        name=client.name,
        org_id=organisation.id,
        org_name=organisation.name,
        org_verified=organisation.verified,
        scopes=[
            AppScopeOut(name=name, text=SCOPES[name].in_language(language))
            for name in SCOPES
            if name in scopes
        ],
    )


@router.post("/oauth/authorize")
async def decide_authorization(
    body: AuthorizationIn, caller: Themselves, desk: AtDesk, tx: DoorTx
) -> AuthorizationOut:
    """Allow an app to act for the caller, or not; the answer says where the browser goes."""
    back = {"state": body.state, "iss": desk.issuer}
    if not body.allowed:
        await find_app(tx, body.client_id, body.redirect_uri)
        refused = {"error": "access_denied", **back}
        return AuthorizationOut(redirect_to=_with_query(body.redirect_uri, refused))
    asked = CodeRequest(
        client_id=body.client_id,
        redirect_uri=body.redirect_uri,
        scope=body.scope,
        code_challenge=body.code_challenge,
    )
    code = await authorize(desk, tx, caller, asked=asked)
    return AuthorizationOut(redirect_to=_with_query(body.redirect_uri, {"code": code, **back}))


@router.get("/.well-known/jwks.json")
async def read_keys(desk: AtDesk) -> dict[str, Any]:
    """Return the public keys that access tokens are signed with: the current and the next."""
    return await desk.signer.jwks()


@router.get("/.well-known/oauth-authorization-server")
async def read_metadata(desk: AtDesk) -> ServerMetadataOut:
    """Say what this OAuth 2 server offers (RFC 8414)."""
    return ServerMetadataOut(
        issuer=desk.issuer,
        authorization_endpoint=f"{desk.issuer}/oauth/authorize",
        token_endpoint=f"{desk.issuer}/oauth/token",
        jwks_uri=f"{desk.issuer}/.well-known/jwks.json",
        scopes_supported=list(SCOPES),
        response_types_supported=["code"],
        grant_types_supported=["authorization_code", "client_credentials"],
        token_endpoint_auth_methods_supported=[
            "client_secret_basic",
            "client_secret_post",
            "none",
        ],
        code_challenge_methods_supported=["S256"],
        authorization_response_iss_parameter_supported=True,
    )


async def _grant(desk: Desk, tx: Tx, *, form: Mapping[str, str], credentials: Credentials) -> Grant:
    kind = form.get("grant_type", "")
    if kind == "client_credentials":
        room = await grant_to_room(desk, credentials)
        return room or await grant_to_machine(tx, credentials, form.get("scope", ""))
    if kind != "authorization_code":
        raise GrantTypeError(parameter="grant_type")
    redemption = CodeRedemption(
        code=form.get("code", ""),
        redirect_uri=form.get("redirect_uri", ""),
        code_verifier=form.get("code_verifier", ""),
    )
    return await grant_to_app(desk, tx, credentials, redemption=redemption)


def _read(form: FormData) -> dict[str, str]:
    """Return the fields of a token request; one that is sent twice is refused (RFC 6749, 3.2)."""
    read: dict[str, str] = {}
    for name in _FIELDS:
        values = form.getlist(name)
        if len(values) > 1 or not all(isinstance(value, str) for value in values):
            raise OAuthError(parameter=name)
        if values:
            read[name] = cast("str", values[0])
    return read


def _credentials(request: Request, form: Mapping[str, str]) -> Credentials:
    """Return how the client proves itself: by HTTP Basic or in the form, never both."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if not scheme:
        return Credentials(form.get("client_id", ""), form.get("client_secret"))
    if scheme.lower() != "basic" or "client_secret" in form:
        raise OAuthError(parameter="client_secret")
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ClientUnknownError from error
    return Credentials(unquote_plus(name), unquote_plus(secret))


def _refuse(error: OAuthError, request: Request) -> Response:
    language = language_of(request.headers.get("accept-language"))
    body = {
        "error": error.error,
        "error_description": f"{error.title_en()}. {error.detail('en')}",
        **problem_body(error, language, None),
    }
    headers = {"Cache-Control": "no-store"}
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="chanjiao"'
    return JSONResponse(body, status_code=error.status, headers=headers)


def _problem_of(sent: Mapping[str, str], granted: frozenset[str]) -> str | None:
    """Return the error of RFC 6749, 4.1.2.1 that an authorization request has."""
    if sent.get("response_type") != "code":
        return "unsupported_response_type"
    challenge = sent.get("code_challenge", "")
    if sent.get("code_challenge_method") != "S256" or len(challenge) != 43:
        return "invalid_request"
    if not frozenset(sent.get("scope", "").split()) <= granted:
        return "invalid_scope"
    return None


def _with_query(address: str, added: Mapping[str, str]) -> str:
    parts = urlsplit(address)
    query = "&".join(
        each for each in (parts.query, urlencode({k: v for k, v in added.items() if v})) if each
    )
    return urlunsplit(parts._replace(query=query))
