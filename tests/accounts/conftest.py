"""Organisations and people of the accounts room, made the way an operator makes them."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from services.accounts.adapters.passwords import Passwords
from services.accounts.flows.found_platform import found_platform
from shared.db.session import PLATFORM, Database
from shared.kernel.clock import utc_now
from tests.conftest import Platform

PASSWORD = "correct horse battery"
_NUMBERS = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Visitor:
    """A client of one signed-in person."""

    http: httpx.AsyncClient
    session: str
    body: dict[str, Any]

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.body['access_token']}"}

    async def call(self, method: str, path: str, **what: Any) -> httpx.Response:
        headers = {**self.headers, **what.pop("headers", {})}
        if method == "POST":
            headers.setdefault("idempotency-key", f"key-{next(_NUMBERS)}")
        return await self.http.request(method, path, headers=headers, **what)

    async def get(self, path: str, **what: Any) -> httpx.Response:
        return await self.call("GET", path, **what)

    async def post(self, path: str, json: Any = None, **what: Any) -> httpx.Response:
        return await self.call("POST", path, json=json, **what)


@pytest.fixture
def database(platform: Platform) -> Database:
    """The room's database as its app role sees it."""
    return platform.house.rooms["accounts"].parts.database


SignIn = Callable[..., Awaitable[Visitor]]


@pytest.fixture
def sign_in(client: httpx.AsyncClient) -> SignIn:
    """Sign a person in by password and fetch a token."""

    async def enter(login: str, password: str = PASSWORD, org_id: str | None = None) -> Visitor:
        return await _enter(client, login, password, org_id)

    return enter


async def _enter(
    client: httpx.AsyncClient, login: str, password: str, org_id: str | None = None
) -> Visitor:
    opened = await client.post("/v1/sessions", json={"login": login, "password": password})
    assert opened.status_code == 201, opened.text
    session = opened.json()["session"]
    token = await client.post(
        "/v1/sessions/token",
        headers={"authorization": f"Session {session}"},
        json={"org_id": org_id} if org_id else None,
    )
    assert token.status_code == 200, token.text
    return Visitor(client, session, token.json())


@pytest.fixture(scope="session")
async def operator_login(platform: Platform) -> str:
    """The account of the first operator."""
    database = platform.house.rooms["accounts"].parts.database
    hashed = await Passwords().hash(PASSWORD)
    async with database.begin(PLATFORM) as tx:
        person = await found_platform(
            tx, login="accounts-operator", name="运营", password_hash=hashed, now=utc_now()
        )
    return person.login


@pytest.fixture(scope="session")
async def operator(platform: Platform, operator_login: str) -> AsyncIterator[Visitor]:
    """The operator, signed in once for the whole run."""
    transport = httpx.ASGITransport(app=platform.door, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
        yield await _enter(http, operator_login, PASSWORD)


@dataclass(frozen=True, slots=True)
class Founded:
    """A new organisation with its administrator signed in."""

    id: str
    admin: Visitor


Found = Callable[..., Awaitable[Founded]]
_ADMIN = {
    "enterprise": "enterprise_admin",
    "school": "school_admin",
    "authority": "authority_admin",
    "alliance": "organisation_admin",
}


@pytest.fixture
def found(operator: Visitor, sign_in: SignIn) -> Found:
    """Register an organisation and sign its administrator in."""

    async def make(kind: str = "enterprise", **facts: Any) -> Founded:
        number = next(_NUMBERS)
        told = {"kind": kind, "name": f"宁波第{number}单位", "region_code": "330203", **facts}
        made = await operator.post("/v1/organisations", told)
        assert made.status_code == 201, made.text
        org_id = made.json()["id"]
        admin = {
            "org_id": org_id,
            "login": f"admin-{number}",
            "name": "管理员",
            "roles": [_ADMIN[kind]],
            "password": PASSWORD,
        }
        person = await operator.post("/v1/people", admin)
        assert person.status_code == 201, person.text
        return Founded(org_id, await sign_in(admin["login"]))

    return make
