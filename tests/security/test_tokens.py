"""Tokens, clients, apps and sessions: what is forged, stretched or planted is refused."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from services.accounts.domain.token import OWN_CLIENT as OWN_CLIENT_OF_ACCOUNTS
from services.accounts.flows.desk import Desk
from shared.http.caller import OWN_CLIENT
from shared.http.peers import RemoteKeys
from shared.kernel.errors import UnavailableError
from tests.security.scene import BACK, URL, Person, Scene

ALL_SCOPES = "rosters:write batches:write organisations:review people:write service"


def _claims(person: Person, **changes: Any) -> dict[str, Any]:
    now = int(time.time())
    return {
        "iss": URL,
        "aud": "chanjiao",
        "sub": person.person_id or str(uuid4()),
        "client_id": OWN_CLIENT,
        "iat": now,
        "exp": now + 600,
        "kind": "person",
        "org_id": person.org_id,
        "org_kind": person.org_kind,
        "roles": ["operator"],
        "scope": ALL_SCOPES,
        **changes,
    }


def _part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


async def _published(scene: Scene) -> dict[str, Any]:
    keys = (await scene.http.get("/.well-known/jwks.json")).json()["keys"]
    assert not any("d" in key for key in keys), "a private key is published"
    return keys[0]


async def _ask(scene: Scene, token: str) -> httpx.Response:
    return await scene.http.get("/v1/me", headers={"authorization": f"Bearer {token}"})


async def test_no_forged_token_is_taken(scene: Scene) -> None:
    person = scene.a.people["student"]
    public = await _published(scene)
    foreign = ECKey.generate_key("P-256", parameters={"kid": public["kid"]})
    header = {"alg": "ES256", "typ": "at+jwt", "kid": public["kid"]}
    spki = ECKey.import_key(public).as_pem(private=False)
    shared = OctKey.import_key(base64.urlsafe_b64encode(spki).decode())
    claims = _claims(person)
    body = person.headers["authorization"].removeprefix("Bearer ")
    own_header, own_claims, own_signature = body.split(".")
    tokens = {
        "foreign key": jwt.encode(header, claims, foreign, algorithms=["ES256"]),
        "key in the header": jwt.encode(
            {**header, "jwk": foreign.as_dict(private=False)}, claims, foreign, algorithms=["ES256"]
        ),
        "none": f"{_part({**header, 'alg': 'none'})}.{_part(claims)}.",
        "public key as secret": jwt.encode(
            {**header, "alg": "HS256"}, claims, shared, algorithms=["HS256"]
        ),
        "other claims, old signature": f"{own_header}.{_part(claims)}.{own_signature}",
        "no signature": f"{own_header}.{own_claims}.",
        "header is a list": f"{_part([1])}.{own_claims}.{own_signature}",
        "header is deep": f"{_part(b'[' * 20_000)}.{own_claims}.{own_signature}",
        "algorithm is a list": f"{_part({**header, 'alg': ['ES256']})}.{own_claims}.a",
        "key id is an object": f"{_part({**header, 'kid': {}})}.{own_claims}.{own_signature}",
        "critical": f"{_part({**header, 'crit': ['x']})}.{own_claims}.{own_signature}",
        "encrypted": "eyJhbGciOiJkaXIifQ..a.b.c",
        "latin": "é.é.é",
        "session": person.session,
    }
    for name, token in tokens.items():
        answer = await scene.http.get(
            "/v1/me", headers={b"authorization": f"Bearer {token}".encode("latin-1")}
        )
        assert answer.status_code == 401, f"{name}: {answer.text}"
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 1},
        {"aud": "elsewhere"},
        {"aud": ["elsewhere"]},
        {"iss": "https://evil.example"},
        {"typ": "JWT"},
        {"exp": None},
    ],
    ids=str,
)
async def test_our_own_key_does_not_save_a_token_for_something_else(
    scene: Scene, changes: dict[str, Any]
) -> None:
    desk: Desk = scene.house.rooms["accounts"].room.app.state.desk
    await desk.signer.load()
    header = {"alg": "ES256", "typ": changes.pop("typ", "at+jwt")}
    claims = _claims(scene.a.people["student"], **changes)
    if claims["exp"] is None:
        del claims["exp"]
    key = desk.signer._key  # pyright: ignore[reportPrivateUsage] - a stolen key
    assert key is not None
    token = jwt.encode({**header, "kid": key.kid}, claims, key, algorithms=["ES256"])
    assert (await _ask(scene, token)).status_code == 401


async def _machine(scene: Scene, scopes: list[str]) -> dict[str, Any]:
    admin = scene.a.people["school_admin"]
    told = {"name": f"程序 {uuid4()}", "scopes": scopes}
    made = await admin.call("POST", "/v1/clients", json=told)
    assert made.status_code == 201, made.text
    return made.json()


async def _token(scene: Scene, machine: dict[str, Any], **form: str) -> httpx.Response:
    told = {"grant_type": "client_credentials", **form}
    auth = (machine["id"], machine["client_secret"])
    return await scene.http.post("/oauth/token", data=told, auth=auth)


async def test_a_client_gets_no_more_than_it_was_registered_with(scene: Scene) -> None:
    machine = await _machine(scene, ["placements:read"])
    wider = await _token(scene, machine, scope="placements:read batches:write service")
    assert wider.status_code == 400 or wider.json()["scope"] == "placements:read"
    other = await _token(scene, machine, org_id=scene.b.school, sub=scene.operator.person_id)
    bearer = {"authorization": f"Bearer {other.json()['access_token']}"}
    rows = (await scene.http.get("/v1/placements?limit=200", headers=bearer)).json()["items"]
    assert rows
    assert {each["enrolment_no"] for each in rows} <= scene.a.numbers
    assert (await scene.http.get("/v1/students", headers=bearer)).status_code == 403
    for scope in ("service", "organisations:review", "wishes:write"):
        admin = scene.a.people["school_admin"]
        told = {"name": f"x {scope}", "scopes": [scope]}
        assert (await admin.call("POST", "/v1/clients", json=told)).status_code == 422
    room = {"grant_type": "client_credentials", "client_id": "room:accounts", "client_secret": ""}
    for name in ("room:accounts", "room:", "room:nowhere"):
        answer = await scene.http.post("/oauth/token", data={**room, "client_id": name})
        assert answer.status_code in {400, 401}


async def _app_token(scene: Scene, person: Person, scopes: list[str]) -> tuple[str, dict[str, Any]]:
    """Let a person allow an app; return the app's token and what it asked for."""
    told = {
        "kind": "app",
        "name": f"应用 {uuid4()}",
        "scopes": scopes,
        "redirect_uris": [BACK],
        "public": True,
    }
    app = (await scene.alliance.call("POST", "/v1/clients", json=told)).json()
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": app["id"],
        "redirect_uri": BACK,
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
        "allowed": True,
    }
    back = (await person.call("POST", "/oauth/authorize", json=asked)).json()["redirect_to"]
    form = {
        "grant_type": "authorization_code",
        "client_id": app["id"],
        "code": parse_qs(urlsplit(back).query)["code"][0],
        "redirect_uri": BACK,
        "code_verifier": verifier,
    }
    answer = await scene.http.post("/oauth/token", data=form)
    assert answer.status_code == 200, answer.text
    return answer.json()["access_token"], asked


async def test_an_app_acts_within_its_consent_and_does_not_own_the_account(scene: Scene) -> None:
    assert OWN_CLIENT == OWN_CLIENT_OF_ACCOUNTS
    student = scene.a.people["student"]
    token, asked = await _app_token(scene, student, ["policies:read"])
    app = Person("app", scene.http, {"authorization": f"Bearer {token}"})
    refused: list[tuple[str, str, Any]] = [
        ("POST", "/oauth/authorize", asked),
        ("PATCH", "/v1/me", {"phone": "13800000000"}),
        ("PUT", "/v1/me/password", {"current": "x", "new": "a new password"}),
        ("GET", "/v1/students/me", None),
        ("GET", "/v1/appeals", None),
        ("GET", "/v1/self-arrangements", None),
        ("GET", f"/v1/batches/{scene.a.ids['mutual_id']}/choices", None),
        ("GET", f"/v1/appeals/{scene.a.ids['appeal_id']}", None),
    ]
    for method, path, body in refused:
        answer = await app.call(method, path, json=body)
        assert answer.status_code == 403, f"{method} {path}: {answer.status_code} {answer.text}"
    me = (await app.call("GET", "/v1/me")).json()
    assert "****" in me["phone"]
    assert (await app.call("GET", f"/v1/jobs/internships/{scene.a.ids['job_id']}")).is_error


async def test_a_session_is_new_at_each_sign_in_and_no_session_is_taken_from_outside(
    scene: Scene,
) -> None:
    student = scene.a.people["student"]
    fixed = "fixed-" + secrets.token_urlsafe(32)
    for header in (f"Session {fixed}", f"session {student.session}x", "Session "):
        answer = await scene.http.post("/v1/sessions/token", headers={"authorization": header})
        assert answer.status_code == 401
    pages = scene.browser(session=fixed, form=fixed)
    page = await pages.get("/sign-in")
    assert page.status_code == 200
    assert "/sign-out" not in page.text


async def test_keys_hold_while_the_accounts_room_is_away() -> None:
    away = False
    key = ECKey.generate_key("P-256", auto_kid=True)

    def answer(_request: httpx.Request) -> httpx.Response:
        if away:
            raise httpx.ConnectError("away")
        return httpx.Response(200, json={"keys": [key.as_dict(private=False)]})

    async with httpx.AsyncClient(
        transport=httpx.MockTransport(answer), base_url="http://accounts"
    ) as accounts:
        keys = RemoteKeys(lambda: accounts)
        away = True
        with pytest.raises(UnavailableError):
            await keys(False)
        away = False
        known = await keys(False)
        away = True
        assert (await keys(True)).keys[0].kid == known.keys[0].kid == key.kid
