"""Signing in, tokens, signing out: what holds, and what is refused."""

from __future__ import annotations

import statistics
import time
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from sqlalchemy import text
from starlette.requests import Request

from services.accounts.adapters.signing import sign_token
from services.accounts.api.access import address_of
from services.accounts.domain.session import ATTEMPTS_PER_LOGIN, SESSION_LIFE
from shared.db.session import PLATFORM, Database
from shared.http.caller import AUDIENCE
from shared.kernel.clock import utc_now
from shared.settings import PlatformSettings
from tests.accounts.conftest import PASSWORD, Found, SignIn, Visitor
from tests.conftest import Platform


async def test_a_person_signs_in_and_acts_for_their_organisation(found: Found) -> None:
    company = await found("enterprise")
    assert company.admin.body["org_id"] == company.id
    assert company.admin.body["memberships"][0]["roles"] == ["enterprise_admin"]
    me = await company.admin.get("/v1/me")
    assert me.status_code == 200
    assert {"posts:write", "people:write"} <= set(me.json()["scopes"])


async def test_a_token_says_who_for_whom_and_for_how_long(
    found: Found, client: httpx.AsyncClient, settings: PlatformSettings
) -> None:
    school = await found("school")
    keys = KeySet.import_key_set((await client.get("/.well-known/jwks.json")).json())
    token = jwt.decode(school.admin.body["access_token"], keys, algorithms=["ES256"])
    assert token.header["typ"] == "at+jwt"
    claims = token.claims
    assert claims["iss"] == settings.public_url
    assert claims["aud"] == AUDIENCE
    assert claims["kind"] == "person"
    assert claims["org_id"] == school.id
    assert claims["org_kind"] == "school"
    assert claims["roles"] == ["school_admin"]
    assert claims["exp"] - claims["iat"] == 900
    assert school.admin.body["expires_in"] == 900


async def test_the_key_set_publishes_the_next_key_and_no_private_half(
    client: httpx.AsyncClient,
) -> None:
    keys = (await client.get("/.well-known/jwks.json")).json()["keys"]
    assert len(keys) >= 2
    assert all("d" not in key and key["alg"] == "ES256" for key in keys)


async def test_a_wrong_password_and_an_unknown_login_are_refused_alike(
    client: httpx.AsyncClient, found: Found
) -> None:
    company = await found()
    login = (await company.admin.get("/v1/me")).json()["login"]
    wrong = await client.post("/v1/sessions", json={"login": login, "password": "wrong " * 3})
    unknown = await client.post(
        "/v1/sessions", json={"login": f"no-{login}", "password": "wrong " * 3}
    )
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json()["code"] == unknown.json()["code"] == "sign_in_refused"
    assert wrong.json()["detail"] == unknown.json()["detail"]


async def test_an_unknown_login_takes_as_long_as_a_wrong_password(
    client: httpx.AsyncClient, found: Found
) -> None:
    company = await found()
    login = (await company.admin.get("/v1/me")).json()["login"]

    async def seconds(name: str) -> float:
        started = time.perf_counter()
        await client.post("/v1/sessions", json={"login": name, "password": "wrong password"})
        return time.perf_counter() - started

    wrong = statistics.median([await seconds(login) for _ in range(5)])
    unknown = statistics.median([await seconds(f"no-{login}-{i}") for i in range(5)])
    # Without the hashing of nobody's password it would be a tenth; two busy cores allow no more.
    assert unknown > wrong / 3


async def test_guessing_is_stopped_and_says_when_to_come_back(
    client: httpx.AsyncClient, found: Found
) -> None:
    company = await found()
    login = (await company.admin.get("/v1/me")).json()["login"]
    guess = {"login": login, "password": "guess after guess"}
    statuses = [
        (await client.post("/v1/sessions", json=guess)).status_code
        for _ in range(ATTEMPTS_PER_LOGIN + 1)
    ]
    assert statuses[:ATTEMPTS_PER_LOGIN] == [401] * ATTEMPTS_PER_LOGIN
    assert statuses[-1] == 429
    right = await client.post("/v1/sessions", json={"login": login, "password": PASSWORD})
    assert right.status_code == 429
    assert right.json()["code"] == "sign_in_limited"
    assert 0 < int(right.headers["retry-after"]) <= 900


async def test_a_guessed_account_opens_again_when_the_window_is_over(
    client: httpx.AsyncClient, found: Found, database: Database, sign_in: SignIn
) -> None:
    company = await found()
    login = (await company.admin.get("/v1/me")).json()["login"]
    for _ in range(ATTEMPTS_PER_LOGIN + 1):
        await client.post("/v1/sessions", json={"login": login, "password": "a wrong one"})
    async with database.begin(PLATFORM) as tx:
        await tx.execute(text("UPDATE attempts SET window_until = now() - interval '1 second'"))
    assert (await sign_in(login)).body["org_id"] == company.id


async def test_a_session_ends_when_its_owner_signs_out(
    client: httpx.AsyncClient, found: Found
) -> None:
    company = await found()
    headers = {"authorization": f"Session {company.admin.session}"}
    assert (await client.delete("/v1/sessions/current", headers=headers)).status_code == 204
    again = await client.post("/v1/sessions/token", headers=headers)
    assert again.status_code == 401
    assert again.json()["code"] == "session_ended"


async def test_an_old_session_does_not_hold(
    client: httpx.AsyncClient, found: Found, database: Database
) -> None:
    company = await found()
    person = UUID(company.admin.body["person"]["id"])
    async with database.begin(PLATFORM) as tx:
        past = utc_now() - SESSION_LIFE
        await tx.execute(
            text("UPDATE sessions SET expires_at = :past WHERE person_id = :person"),
            {"past": past, "person": person},
        )
    headers = {"authorization": f"Session {company.admin.session}"}
    assert (await client.post("/v1/sessions/token", headers=headers)).status_code == 401


async def test_the_csrf_token_belongs_to_its_session(sign_in: SignIn, found: Found) -> None:
    company = await found()
    login = (await company.admin.get("/v1/me")).json()["login"]
    other = await sign_in(login)
    assert company.admin.body["csrf"] != other.body["csrf"]


async def test_a_person_acts_only_for_their_own_organisations(
    client: httpx.AsyncClient, found: Found
) -> None:
    mine, theirs = await found(), await found()
    answer = await client.post(
        "/v1/sessions/token",
        headers={"authorization": f"Session {mine.admin.session}"},
        json={"org_id": theirs.id},
    )
    assert answer.status_code == 404


async def test_a_person_of_two_organisations_chooses_one(
    operator: Visitor, found: Found, sign_in: SignIn
) -> None:
    mine, other = await found(), await found("school")
    person = mine.admin.body["person"]["id"]
    joined = await operator.call(
        "PUT",
        f"/v1/people/{person}/membership",
        params={"org_id": other.id},
        json={"roles": ["class_teacher"], "member_no": "T1"},
    )
    assert joined.status_code == 200, joined.text
    login = joined.json()["login"]
    assert (await sign_in(login)).body["org_id"] == mine.id
    chosen = await sign_in(login, org_id=other.id)
    assert chosen.body["roles"] == ["class_teacher"]


@pytest.fixture
async def claims(found: Found, client: httpx.AsyncClient) -> dict[str, object]:
    """The claims of a token that holds."""
    company = await found()
    keys = KeySet.import_key_set((await client.get("/.well-known/jwks.json")).json())
    return dict(jwt.decode(company.admin.body["access_token"], keys, algorithms=["ES256"]).claims)


async def _signing_key(platform: Platform) -> ECKey:
    desk = platform.house.rooms["accounts"].room.app.state.desk
    await desk.signer.load()
    return desk.signer._key


async def _me(client: httpx.AsyncClient, token: str) -> httpx.Response:
    return await client.get("/v1/me", headers={"authorization": f"Bearer {token}"})


async def test_our_own_key_signs_what_holds(
    client: httpx.AsyncClient, claims: dict[str, object], platform: Platform
) -> None:
    token = sign_token(await _signing_key(platform), claims)
    assert (await _me(client, token)).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"exp": int((utc_now() - timedelta(seconds=1)).timestamp())},
        {"aud": "another platform"},
        {"iss": "https://elsewhere.example"},
        {"sub": None},
    ],
    ids=["expired", "audience", "issuer", "subject"],
)
async def test_an_expired_or_misaddressed_token_is_refused(
    client: httpx.AsyncClient,
    claims: dict[str, object],
    platform: Platform,
    wrong: dict[str, object],
) -> None:
    changed = {name: value for name, value in {**claims, **wrong}.items() if value is not None}
    answer = await _me(client, sign_token(await _signing_key(platform), changed))
    assert answer.status_code == 401, answer.text
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_token_of_a_foreign_key_is_refused(
    client: httpx.AsyncClient, claims: dict[str, object], platform: Platform
) -> None:
    ours = await _signing_key(platform)
    foreign = ECKey.generate_key("P-256", {"kid": ours.kid, "alg": "ES256"})
    assert (await _me(client, sign_token(foreign, claims))).status_code == 401


async def test_another_kind_of_token_is_refused(
    client: httpx.AsyncClient, claims: dict[str, object], platform: Platform
) -> None:
    ours = await _signing_key(platform)
    header = {"alg": "ES256", "typ": "JWT", "kid": ours.kid}
    token = jwt.encode(header, claims, ours, algorithms=["ES256"])
    answer = await _me(client, token)
    assert answer.status_code == 401


async def test_a_token_whose_algorithm_is_none_is_refused(
    client: httpx.AsyncClient, found: Found
) -> None:
    company = await found()
    _, body, _ = company.admin.body["access_token"].split(".")
    assert (await _me(client, f"eyJhbGciOiJub25lIn0.{body}.")).status_code == 401


async def test_a_session_is_no_access_token(client: httpx.AsyncClient, found: Found) -> None:
    company = await found()
    assert (await _me(client, company.admin.session)).status_code == 401
    as_session = {"authorization": f"Session {company.admin.body['access_token']}"}
    assert (await client.post("/v1/sessions/token", headers=as_session)).status_code == 401


async def test_renewed_keys_go_on_verifying_older_tokens(
    client: httpx.AsyncClient, found: Found, platform: Platform
) -> None:
    company = await found()
    announced = {key["kid"] for key in (await client.get("/.well-known/jwks.json")).json()["keys"]}
    kid = await platform.house.rooms["accounts"].room.app.state.desk.signer.renew()
    assert kid in announced
    assert (await company.admin.get("/v1/me")).status_code == 200
    assert (await found()).admin.body["access_token"]


@pytest.mark.parametrize(
    ("direct", "forwarded", "address"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "10.9.9.9, 198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "198.51.100.1, 127.0.0.1", "198.51.100.1"),
        ("127.0.0.1", "", "127.0.0.1"),
    ],
)
async def test_a_visitor_does_not_choose_their_own_address(
    platform: Platform, direct: str, forwarded: str, address: str
) -> None:
    app = platform.house.rooms["accounts"].room.app
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    scope = {"type": "http", "app": app, "client": (direct, 1), "headers": headers}
    assert await address_of(Request(scope)) == address


async def test_windows_and_sessions_that_are_over_are_removed(
    found: Found, database: Database
) -> None:
    long_ago = utc_now() - timedelta(days=400)
    company = await found()
    async with database.begin(PLATFORM) as tx:
        insert = text("INSERT INTO attempts VALUES (:key, 1, :until)")
        await tx.execute(insert, {"key": b"k" * 32, "until": long_ago})
        insert = text(
            "INSERT INTO sessions (id, token_sha256, person_id, created_at, expires_at, via)"
            " VALUES (:id, :hash, :person, :at, :at, 'password')"
        )
        person = UUID(company.admin.body["person"]["id"])
        told = {"id": UUID(int=77), "hash": b"h" * 32, "person": person, "at": long_ago}
        await tx.execute(insert, told)
    await found()
    async with database.begin(PLATFORM) as tx:
        left = text(
            "SELECT (SELECT count(*) FROM attempts WHERE window_until = :at)"
            " + (SELECT count(*) FROM sessions WHERE expires_at = :at)"
        )
        assert (await tx.execute(left, {"at": long_ago})).scalar_one() == 0
