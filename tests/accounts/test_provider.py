"""Signing in by a foreign identity provider, which here is a small ASGI application."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI, Form, Header
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from pydantic import SecretStr

from services.accounts.app import build_accounts
from services.accounts.settings import AccountsSettings
from shared.db.session import Database
from shared.http.peers import Peers, RemoteKeys
from shared.room import Parts
from shared.settings import PlatformSettings
from tests.accounts.conftest import PASSWORD, Found, Visitor

ISSUER = "https://id.example"
CLIENT_ID = "chanjiao"
CLIENT_SECRET = "secret of the platform at the provider"


class FakeProvider:
    """Recognises whoever it is told to, and can be made to err."""

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256", {"alg": "ES256", "kid": "k1"})
        self.person: dict[str, Any] = {"sub": "subject-1"}
        self.wrong: dict[str, Any] = {}
        self.published = self.key
        self.issuer = ISSUER
        self.silent = False
        self._asked: dict[str, dict[str, str]] = {}
        self.app = self._make()

    def sign_in(self, url: str) -> dict[str, str]:
        """Do what a person's browser does at the provider; return what it brings back."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        code = uuid4().hex
        self._asked[code] = query
        return {"code": code, "state": query["state"]}

    def _make(self) -> FastAPI:
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        async def discover() -> dict[str, str]:
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{ISSUER}/authorize",
                "token_endpoint": f"{ISSUER}/token",
                "jwks_uri": f"{ISSUER}/keys",
            }

        @app.get("/keys")
        async def keys() -> dict[str, Any]:
            return {"keys": [self.published.as_dict(private=False)]}

        @app.post("/token")
        async def token(
            code: Annotated[str, Form()],
            code_verifier: Annotated[str, Form()],
            redirect_uri: Annotated[str, Form()],
            authorization: Annotated[str, Header()],
        ) -> dict[str, Any]:
            asked = self._asked.pop(code)
            digest = hashlib.sha256(code_verifier.encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
            assert challenge == asked["code_challenge"]
            assert redirect_uri == asked["redirect_uri"]
            expected = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
            assert authorization == f"Basic {expected}"
            return {"id_token": self._id_token(asked), "token_type": "Bearer"}

        return app

    def _id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": asked["client_id"],
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.person,
            **self.wrong,
        }
        header = {"alg": "ES256", "kid": self.key.kid}
        return jwt.encode(header, claims, self.key, algorithms=["ES256"])

    def open_http(self) -> httpx.AsyncClient:
        if self.silent:
            return httpx.AsyncClient(transport=httpx.MockTransport(_refuse_connection))
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=ISSUER)


def _refuse_connection(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no route", request=request)


@pytest.fixture
def provider() -> FakeProvider:
    return FakeProvider()


@pytest.fixture
async def room(
    provider: FakeProvider, settings: PlatformSettings, database: Database
) -> AsyncIterator[httpx.AsyncClient]:
    """The accounts room of a deployment that has the provider set up."""
    peers = Peers(room="accounts", secret=settings.secret, urls={})
    parts = Parts(
        settings=settings,
        database=database,
        peers=peers,
        keys=RemoteKeys(peers.anonymous_later("accounts")),
    )
    told = AccountsSettings(
        oidc_issuer=ISSUER,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=SecretStr(CLIENT_SECRET),
        oidc_login_claim="preferred_username",
    )
    app = build_accounts(parts, told, provider.open_http).app
    peers.apps["accounts"] = app
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://accounts") as http:
        yield http
    await peers.close()


async def _depart(room: httpx.AsyncClient) -> str:
    answer = await room.post("/v1/sign-in/provider")
    assert answer.status_code == 201, answer.text
    assert answer.json()["state"] in answer.json()["authorization_url"]
    return answer.json()["authorization_url"]


async def _return(room: httpx.AsyncClient, brought: dict[str, str]) -> httpx.Response:
    return await room.post("/v1/sign-in/provider/callback", json=brought)


async def _login(who: Visitor) -> str:
    return (await who.get("/v1/me")).json()["login"]


async def test_a_person_whom_the_provider_names_is_signed_in(
    room: httpx.AsyncClient, provider: FakeProvider, found: Found
) -> None:
    company = await found()
    login = await _login(company.admin)
    provider.person = {"sub": f"s-{uuid4()}", "preferred_username": login}
    opened = await _return(room, provider.sign_in(await _depart(room)))
    assert opened.status_code == 201, opened.text
    headers = {"authorization": f"Session {opened.json()['session']}"}
    token = await room.post("/v1/sessions/token", headers=headers)
    assert token.json()["org_id"] == company.id


async def test_a_linked_person_stays_linked_whatever_name_the_provider_gives(
    room: httpx.AsyncClient, provider: FakeProvider, found: Found
) -> None:
    mine, other = await found(), await found()
    subject = f"s-{uuid4()}"
    provider.person = {"sub": subject, "preferred_username": await _login(mine.admin)}
    await _return(room, provider.sign_in(await _depart(room)))
    provider.person = {"sub": subject, "preferred_username": await _login(other.admin)}
    opened = await _return(room, provider.sign_in(await _depart(room)))
    headers = {"authorization": f"Session {opened.json()['session']}"}
    token = await room.post("/v1/sessions/token", headers=headers)
    assert token.json()["org_id"] == mine.id


async def test_a_person_links_their_own_account(
    room: httpx.AsyncClient, provider: FakeProvider, found: Found
) -> None:
    mine, other = await found(), await found()
    provider.person = {"sub": f"s-{uuid4()}"}
    unknown = await _return(room, provider.sign_in(await _depart(room)))
    assert unknown.json()["code"] == "identity_unknown"
    brought = provider.sign_in(await _depart(room))
    linked = await room.put("/v1/me/identity", json=brought, headers=mine.admin.headers)
    assert linked.status_code == 204, linked.text
    assert (await _return(room, provider.sign_in(await _depart(room)))).status_code == 201
    brought = provider.sign_in(await _depart(room))
    taken = await room.put("/v1/me/identity", json=brought, headers=other.admin.headers)
    assert taken.json()["code"] == "identity_taken"


async def test_a_sign_in_comes_back_once_and_only_where_it_was_begun(
    room: httpx.AsyncClient, provider: FakeProvider, found: Found
) -> None:
    company = await found()
    provider.person["preferred_username"] = await _login(company.admin)
    provider.person["sub"] = f"s-{uuid4()}"
    brought = provider.sign_in(await _depart(room))
    forged = await _return(room, {**brought, "state": "of somebody else"})
    assert forged.json()["code"] == "visit_unknown"
    assert (await _return(room, brought)).status_code == 201
    assert (await _return(room, brought)).json()["code"] == "visit_unknown"


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://other.example"},
        {"aud": "another client"},
        {"aud": [CLIENT_ID, "another client"]},
        {"nonce": "of another sign-in"},
        {"exp": int(time.time()) - 3600},
        {"sub": None},
    ],
    ids=["issuer", "audience", "two audiences", "nonce", "expired", "nobody"],
)
async def test_an_answer_that_does_not_hold_signs_nobody_in(
    room: httpx.AsyncClient, provider: FakeProvider, found: Found, wrong: dict[str, Any]
) -> None:
    company = await found()
    provider.person = {"sub": f"s-{uuid4()}", "preferred_username": await _login(company.admin)}
    provider.wrong = wrong
    answer = await _return(room, provider.sign_in(await _depart(room)))
    assert answer.status_code == 401, answer.text
    assert answer.json()["code"] == "provider_answer"


async def test_a_token_of_a_foreign_key_signs_nobody_in(
    room: httpx.AsyncClient, provider: FakeProvider, found: Found
) -> None:
    provider.person["preferred_username"] = await _login((await found()).admin)
    provider.published = ECKey.generate_key("P-256", {"alg": "ES256", "kid": "k1"})
    answer = await _return(room, provider.sign_in(await _depart(room)))
    assert answer.json()["code"] == "provider_answer"
    assert answer.json()["facts"] == {"reason": "signature"}


async def test_a_token_signed_by_a_shared_secret_signs_nobody_in(
    room: httpx.AsyncClient,
    provider: FakeProvider,
    found: Found,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    provider.person["preferred_username"] = await _login((await found()).admin)

    def by_secret(asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **provider.person,
        }
        key = OctKey.import_key(CLIENT_SECRET)
        return jwt.encode({"alg": "HS256", "kid": "k1"}, claims, key, algorithms=["HS256"])

    monkeypatch.setattr(provider, "_id_token", by_secret)
    answer = await _return(room, provider.sign_in(await _depart(room)))
    assert answer.json()["code"] == "provider_answer"


async def test_a_new_key_of_the_provider_is_fetched(
    room: httpx.AsyncClient, provider: FakeProvider, found: Found
) -> None:
    company = await found()
    provider.person = {"sub": f"s-{uuid4()}", "preferred_username": await _login(company.admin)}
    assert (await _return(room, provider.sign_in(await _depart(room)))).status_code == 201
    provider.key = provider.published = ECKey.generate_key("P-256", {"alg": "ES256", "kid": "k2"})
    assert (await _return(room, provider.sign_in(await _depart(room)))).status_code == 201


async def test_a_provider_that_is_another_or_silent_is_told_apart(
    room: httpx.AsyncClient, provider: FakeProvider
) -> None:
    provider.issuer = "https://other.example"
    assert (await room.post("/v1/sign-in/provider")).json()["code"] == "provider_answer"
    provider.silent = True
    silent = await room.post("/v1/sign-in/provider")
    assert silent.status_code == 503
    assert silent.json()["code"] == "provider_silent"


async def test_without_a_provider_the_password_is_the_way(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/sign-in/provider")
    assert answer.status_code == 404
    assert answer.json()["code"] == "provider_absent"
    assert PASSWORD not in answer.text
