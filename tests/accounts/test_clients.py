"""API clients and OAuth 2: machines, apps, rooms, and everyone who is refused."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from shared.db.session import PLATFORM, Database
from shared.http.peers import service_client_id, service_client_secret
from shared.settings import PlatformSettings
from tests.accounts.conftest import PASSWORD, Found, Founded, SignIn, Visitor

BACK = "https://app.example/back"
VERIFIER = "a-verifier-of-more-than-forty-three-characters-0123456789"
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
)


async def _machine(company: Founded, **told: Any) -> dict[str, Any]:
    body = {"name": f"erp-{uuid4().hex[:8]}", "scopes": ["posts:write", "placements:host"], **told}
    made = await company.admin.post("/v1/clients", body)
    assert made.status_code == 201, made.text
    return made.json()


async def _token(client: httpx.AsyncClient, **form: str) -> httpx.Response:
    return await client.post("/oauth/token", data=form)


def _proof(made: dict[str, Any]) -> dict[str, str]:
    return {"client_id": made["id"], "client_secret": made["client_secret"]}


async def test_a_machine_gets_a_token_for_its_organisation_only(
    found: Found, client: httpx.AsyncClient
) -> None:
    company = await found()
    made = await _machine(company)
    answer = await _token(client, grant_type="client_credentials", **_proof(made))
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert body["token_type"] == "Bearer"
    assert body["scope"] == "placements:host posts:write"
    headers = {"authorization": f"Bearer {body['access_token']}"}
    looked_up = await client.post(
        "/v1/organisations/lookup", json={"ids": [company.id]}, headers=headers
    )
    assert looked_up.status_code == 200
    # A machine is not a person, and was not granted this.
    assert (await client.get("/v1/people", headers=headers)).status_code == 403


async def test_a_machine_may_prove_itself_by_http_basic_and_ask_for_less(
    found: Found, client: httpx.AsyncClient
) -> None:
    made = await _machine(await found())
    answer = await client.post(
        "/oauth/token",
        data={"grant_type": "client_credentials", "scope": "posts:write"},
        auth=(made["id"], made["client_secret"]),
    )
    assert answer.json()["scope"] == "posts:write"


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_secret": "cjs_wrong"}, 401, "invalid_client"),
        ({"client_id": str(uuid4())}, 401, "invalid_client"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"scope": "people:write"}, 400, "invalid_scope"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "unsupported_grant_type"),
    ],
)
async def test_a_wrong_request_for_a_token_is_refused_as_oauth_says(
    found: Found, client: httpx.AsyncClient, form: dict[str, str], status: int, error: str
) -> None:
    made = await _machine(await found())
    sent = {"grant_type": "client_credentials", **_proof(made), **form}
    answer = await _token(client, **sent)
    assert answer.status_code == status
    assert answer.json()["error"] == error
    assert answer.json()["error_description"]


async def test_a_field_that_is_sent_twice_is_refused(
    found: Found, client: httpx.AsyncClient
) -> None:
    made = await _machine(await found())
    body = "&".join(
        [
            "grant_type=client_credentials",
            f"client_id={made['id']}",
            f"client_secret={made['client_secret']}",
            "scope=posts%3Awrite",
            "scope=placements%3Ahost",
        ]
    )
    answer = await client.post(
        "/oauth/token",
        content=body,
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert answer.json()["error"] == "invalid_request"


async def test_the_secret_is_shown_once_and_stored_nowhere(
    found: Found, database: Database
) -> None:
    company = await found()
    body = {"name": "shown once", "scopes": ["posts:write"]}
    headers = {"idempotency-key": f"once-{uuid4()}"}
    made = (await company.admin.post("/v1/clients", body, headers=headers)).json()
    secret = made["client_secret"]
    again = await company.admin.post("/v1/clients", body, headers=headers)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json()["id"] == made["id"]
    assert again.json()["client_secret"] is None
    listed = (await company.admin.get("/v1/clients")).json()["items"]
    assert listed[0]["last_four"] == secret[-4:]
    assert "client_secret" not in listed[0]
    async with database.begin(PLATFORM) as tx:
        for table in ("clients", "answers", "audit", "outbox"):
            rows = (await tx.execute(text(f"SELECT t::text FROM {table} t"))).scalars()
            for row in rows:
                assert secret not in row
                assert secret.encode().hex() not in row


async def test_a_revoked_client_gets_no_more_tokens(
    found: Found, client: httpx.AsyncClient
) -> None:
    company = await found()
    made = await _machine(company)
    path = f"/v1/clients/{made['id']}"
    assert (await company.admin.call("DELETE", path)).status_code == 204
    assert (await company.admin.call("DELETE", path)).status_code == 204
    answer = await _token(client, grant_type="client_credentials", **_proof(made))
    assert answer.json()["error"] == "invalid_client"


async def test_clients_of_another_organisation_are_not_found(found: Found) -> None:
    mine, theirs = await found(), await found()
    path = f"/v1/clients/{(await _machine(theirs))['id']}"
    assert (await mine.admin.get(path)).status_code == 404
    assert (await mine.admin.call("DELETE", path)).status_code == 404


async def test_a_machine_is_granted_nothing_that_a_person_decides_or_others_may(
    found: Found,
) -> None:
    school = await found("school")
    body = {"name": "x", "scopes": ["rosters:write", "wishes:write", "posts:write"]}
    refused = await school.admin.post("/v1/clients", body)
    assert refused.status_code == 422
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/scopes/1", "/scopes/2"]


async def test_two_clients_of_one_name_do_not_stand_beside_each_other(found: Found) -> None:
    company = await found()
    made = await _machine(company, name="the same")
    refused = await company.admin.post(
        "/v1/clients", {"name": "the same", "scopes": ["posts:write"]}
    )
    assert refused.status_code == 409
    assert refused.json()["facts"]["client_id"] == made["id"]


async def test_a_room_of_the_platform_gets_a_service_token(
    client: httpx.AsyncClient, settings: PlatformSettings
) -> None:
    answer = await _token(
        client,
        grant_type="client_credentials",
        client_id=service_client_id("internships"),
        client_secret=service_client_secret(settings.secret, "internships"),
    )
    assert answer.json()["scope"] == "service"


async def test_another_rooms_secret_does_not_do(
    client: httpx.AsyncClient, settings: PlatformSettings
) -> None:
    answer = await _token(
        client,
        grant_type="client_credentials",
        client_id=service_client_id("internships"),
        client_secret=service_client_secret(settings.secret, "credits"),
    )
    assert answer.status_code == 401


@pytest.fixture
async def app(found: Found) -> dict[str, Any]:
    """An alliance's app, which may ask people for two scopes."""
    alliance = await found("alliance")
    return await _machine(
        alliance,
        kind="app",
        scopes=["posts:write", "enterprise:manage"],
        redirect_uris=[BACK],
    )


def _asked(app: dict[str, Any], **told: Any) -> dict[str, Any]:
    return {
        "response_type": "code",
        "client_id": app["id"],
        "redirect_uri": BACK,
        "scope": "posts:write",
        "state": "of the app",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **told,
    }


async def _code(person: Visitor, app: dict[str, Any], **told: Any) -> str:
    answer = await person.post("/oauth/authorize", {**_asked(app, **told), "allowed": True})
    assert answer.status_code == 200, answer.text
    back = urlsplit(answer.json()["redirect_to"])
    query = parse_qs(back.query)
    assert f"{back.scheme}://{back.netloc}{back.path}" == BACK
    assert query["state"] == ["of the app"]
    assert query["iss"] == ["http://127.0.0.1:8000"]
    return query["code"][0]


def _redeemed(app: dict[str, Any], given: str, /, **told: str) -> dict[str, str]:
    return {
        "grant_type": "authorization_code",
        "code": given,
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
        **_proof(app),
        **told,
    }


async def test_an_app_acts_for_a_person_with_no_more_than_they_allowed(
    found: Found, client: httpx.AsyncClient, app: dict[str, Any]
) -> None:
    company = await found()
    code = await _code(company.admin, app)
    answer = await _token(client, **_redeemed(app, code))
    assert answer.status_code == 200, answer.text
    assert answer.json()["scope"] == "posts:write"
    headers = {"authorization": f"Bearer {answer.json()['access_token']}"}
    me = (await client.get("/v1/me", headers=headers)).json()
    assert me["org_id"] == company.id
    assert me["scopes"] == ["posts:write"]
    assert (await client.get("/v1/people", headers=headers)).status_code == 403


async def test_a_code_is_redeemed_once(
    found: Found, client: httpx.AsyncClient, app: dict[str, Any]
) -> None:
    code = await _code((await found()).admin, app)
    assert (await _token(client, **_redeemed(app, code))).status_code == 200
    again = await _token(client, **_redeemed(app, code))
    assert again.json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "wrong",
    [
        {"code_verifier": "b" * 43},
        {"code_verifier": ""},
        {"redirect_uri": BACK + "/"},
        {"code": "another"},
    ],
)
async def test_a_code_tried_wrongly_is_used_up(
    found: Found, client: httpx.AsyncClient, app: dict[str, Any], wrong: dict[str, str]
) -> None:
    code = await _code((await found()).admin, app)
    refused = await _token(client, **_redeemed(app, code, **wrong))
    assert refused.status_code == 400
    assert refused.json()["error"] == "invalid_grant"
    right = await _token(client, **_redeemed(app, code))
    assert right.status_code == (200 if "code" in wrong else 400)


async def test_a_code_of_one_app_is_nothing_to_another(
    found: Found, client: httpx.AsyncClient, app: dict[str, Any]
) -> None:
    other = await _machine(
        await found("alliance"), kind="app", scopes=["posts:write"], redirect_uris=[BACK]
    )
    code = await _code((await found()).admin, app)
    answer = await _token(client, **_redeemed(other, code))
    assert answer.json()["error"] == "invalid_grant"


async def test_an_old_code_is_refused(
    found: Found, client: httpx.AsyncClient, app: dict[str, Any], database: Database
) -> None:
    code = await _code((await found()).admin, app)
    async with database.begin(PLATFORM) as tx:
        await tx.execute(text("UPDATE grants SET expires_at = now() - interval '1 second'"))
    assert (await _token(client, **_redeemed(app, code))).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("address", [BACK + "/", BACK + "?x=1", "https://elsewhere.example/back"])
async def test_nobody_is_sent_to_an_address_that_is_not_registered(
    client: httpx.AsyncClient, app: dict[str, Any], address: str
) -> None:
    answer = await client.get("/oauth/authorize", params=_asked(app, redirect_uri=address))
    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"scope": "people:write"}, "invalid_scope"),
    ],
)
async def test_a_wrong_request_goes_back_to_the_app(
    client: httpx.AsyncClient, app: dict[str, Any], told: dict[str, str], error: str
) -> None:
    answer = await client.get("/oauth/authorize", params=_asked(app, **told))
    assert answer.status_code == 303
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert answer.headers["location"].startswith(BACK)
    assert query["error"] == [error]
    assert query["state"] == ["of the app"]


async def test_a_right_request_leads_to_the_portals_question(
    client: httpx.AsyncClient, app: dict[str, Any]
) -> None:
    answer = await client.get("/oauth/authorize", params=_asked(app))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/authorize?")


async def test_a_person_who_refuses_gives_no_code(found: Found, app: dict[str, Any]) -> None:
    person = (await found()).admin
    answer = await person.post("/oauth/authorize", {**_asked(app), "allowed": False})
    query = parse_qs(urlsplit(answer.json()["redirect_to"]).query)
    assert query["error"] == ["access_denied"]
    assert "code" not in query


async def test_an_operator_lends_no_rights_to_an_app(
    operator: Visitor, app: dict[str, Any]
) -> None:
    answer = await operator.post("/oauth/authorize", {**_asked(app), "allowed": True})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "address",
    ["http://app.example/back", "https://app.example/back#here", "javascript:alert(1)", "app:/x"],
)
async def test_an_unsafe_redirect_is_not_registered(found: Found, address: str) -> None:
    alliance = await found("alliance")
    body = {
        "kind": "app",
        "name": "x",
        "scopes": ["posts:write"],
        "redirect_uris": [address],
    }
    refused = await alliance.admin.post("/v1/clients", body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/redirect_uris/0"


async def test_an_app_loses_a_person_who_loses_the_role(
    found: Found, client: httpx.AsyncClient, app: dict[str, Any], sign_in: SignIn
) -> None:
    company = await found()
    row = {"login": f"hr-{uuid4().hex[:8]}", "name": "人事", "roles": ["hr"], "password": PASSWORD}
    made = (await company.admin.post("/v1/people", row)).json()
    code = await _code(await sign_in(row["login"]), app)
    ended = await company.admin.call("DELETE", f"/v1/people/{made['id']}/membership")
    assert ended.status_code == 204
    assert (await _token(client, **_redeemed(app, code))).json()["error"] == "invalid_grant"


async def test_the_metadata_names_addresses_that_answer(client: httpx.AsyncClient) -> None:
    told = (await client.get("/.well-known/oauth-authorization-server")).json()
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert (await client.get(urlsplit(told["jwks_uri"]).path)).status_code == 200
