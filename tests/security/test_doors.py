"""The public door: spellings of paths, headers, forms of other sites, floods."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from shared.http.peers import service_client_secret
from tests.conftest import SECRET
from tests.security.raw import send_raw
from tests.security.scene import Scene


async def test_a_form_of_another_site_writes_nothing(scene: Scene) -> None:
    student = scene.a.people["student"]
    pages = scene.browser(session=student.session)
    assert student.own_name in (await pages.get("/account")).text
    form = {"phone": "13700000000", "email": "", "_token": "guess"}
    for headers in ({}, {"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        told = {**form, "_token": student.csrf} if headers else form
        for path in ("/sign-out", "/account", "/account/contact", "/acting"):
            answer = await pages.post(path, data=told, headers=headers)
            assert answer.status_code in {403, 404, 405}, f"{path} {headers}"
    assert student.own_name in (await pages.get("/account")).text


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:x",
    ],
)
async def test_no_address_leads_away_from_the_site(scene: Scene, target: str) -> None:
    student = scene.a.people["student"]
    for path in ("/sign-in", "/acting", "/"):
        for name in ("next", "back", "return", "to"):
            answer = await scene.http.get(
                path,
                params={name: target},
                headers={"cookie": f"chanjiao_session={student.session}"},
            )
            assert "evil.example" not in answer.headers.get("location", "")
            assert f'href="{target}' not in answer.text
            assert f'action="{target}' not in answer.text


async def test_the_host_header_writes_no_address(scene: Scene) -> None:
    for path in ("/.well-known/oauth-authorization-server", "/v1/posts?limit=1", "/", "/v1/none"):
        answer = await scene.http.get(
            path, headers={"host": "evil.example", "x-forwarded-host": "evil.example"}
        )
        assert "evil.example" not in answer.text
        assert "evil.example" not in str(answer.headers)


@pytest.mark.parametrize(
    "told",
    [
        "a\r\nset-cookie: x=1",
        "x" * 65,
        "short",
        "<script>alert(1)",
        "身份-1234567",
        "a b c d e f g h",
    ],
)
async def test_a_request_id_from_outside_is_plain_or_not_taken(scene: Scene, told: str) -> None:
    headers = {b"x-request-id": told.encode()}
    answer = await scene.http.get("/v1/posts?limit=1", headers=headers)  # type: ignore[arg-type]
    given = answer.headers["x-request-id"]
    assert given != told
    assert given.isalnum()
    assert "set-cookie" not in answer.headers


async def test_a_visitor_cannot_spread_tries_over_addresses(scene: Scene) -> None:
    statuses: list[int] = []
    login = f"nobody-{uuid4()}"
    for number in range(14):
        answer = await scene.http.post(
            "/v1/sessions",
            json={"login": login.swapcase() if number % 2 else f" {login} ", "password": "wrong"},
            headers={"x-forwarded-for": f"203.0.113.{number}"},
        )
        statuses.append(answer.status_code)
    assert 429 in statuses
    assert set(statuses) == {401, 429}


@pytest.mark.parametrize(
    "path",
    [
        "/v1/events/accounts",
        "/v1/events/internships",
        "//v1/events/accounts",
        "/v1//events/accounts",
        "/v1/posts/../events/accounts",
        "/v1/posts/%2e%2e/events/accounts",
        "/v1/posts/..;/events/accounts",
        "/v1/%65vents/accounts",
        "/V1/events/accounts",
        "/v1/events/accounts/",
        "/v1/events/accounts;x=1",
        "/v1/sessions/token/../../events/accounts",
        "/oauth/token/../../v1/events/accounts",
    ],
)
async def test_events_between_rooms_do_not_pass_the_public_door(scene: Scene, path: str) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": "room:internships",
        "client_secret": service_client_secret(SECRET, "internships"),
    }
    service = (await scene.http.post("/oauth/token", data=form)).json()
    for bearer in ({}, {"authorization": f"Bearer {service['access_token']}"}):
        status, _ = await send_raw(scene, "POST", path, headers=bearer, body=b'{"events": []}')
        assert status in {401, 403, 404, 405, 400}, path


@pytest.mark.parametrize(
    "path",
    [
        "//v1/students",
        "/v1//students",
        "/v1/students/",
        "/v1/STUDENTS",
        "/v1/posts/../students",
        "/v1/posts/%2e%2e/students",
        "/v1/students;x",
        "/v1/students%00",
        "/v1/%73tudents",
        "/./v1/students",
        "/health/../v1/students",
        "/openapi.json/../v1/students",
        "/static/../v1/students",
        "/static/%2e%2e/%2e%2e/settings.py",
        "/static/..%2f..%2fsettings.py",
    ],
)
async def test_no_spelling_of_a_path_reaches_what_needs_a_caller(scene: Scene, path: str) -> None:
    status, body = await send_raw(scene, "GET", path)
    assert status in {400, 401, 303, 307, 404, 422}, path
    assert b"class " not in body
    assert not any(name.encode() in body for name in scene.a.numbers)


async def test_two_hundred_megabytes_are_not_taken_in(scene: Scene) -> None:
    taken = 0

    async def stream() -> AsyncIterator[bytes]:
        nonlocal taken
        for _ in range(200):
            taken += 1
            yield b"x" * (1 << 20)

    office = scene.a.people["internship_office"]
    csv = {"content-type": "text/csv"}
    streamed = await office.call("POST", "/v1/rosters/imports", content=stream(), headers=csv)
    assert streamed.status_code == 413
    announced = await send_raw(
        scene,
        "POST",
        "/v1/rosters/imports",
        headers={**office.headers, "idempotency-key": str(uuid4()), "content-length": "200000000"},
    )
    assert announced[0] == 413
    many = await send_raw(
        scene, "POST", "/v1/sessions", headers={"content-length": "9" * 5000}, body=b"{}"
    )
    assert many[0] == 413
