from __future__ import annotations

import base64
import hashlib
import html
import re
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from portal_platform import People, new_number

BACK = "https://app.example.com/back"
VERIFIER = "a" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode()[:43]


async def _app(people: People, *scopes: str) -> dict[str, Any]:
    maker = await people.found("service_organisation")
    admin = await people.api(maker.login)
    told = {
        "kind": "app",
        "name": f"实习助手{new_number()}",
        "scopes": list(scopes),
        "redirect_uris": [BACK],
        "public": True,
    }
    return (await admin.post("/v1/clients", told)).body


def _question(app: dict[str, Any], **changed: str) -> str:
    asked = {
        "response_type": "code",
        "client_id": app["id"],
        "redirect_uri": BACK,
        "scope": " ".join(app["scopes"]),
        "state": "xyz & more",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changed,
    }
    return urlencode(asked)


async def _student(people: People) -> str:
    school = await people.found("school")
    login = f"student-{new_number()}"
    await people.join(school.id, login, "student")
    return login


def _address(page: str) -> str:
    (address,) = re.findall(r'<a class="button" href="([^"]+)" rel="noreferrer"', page)
    return html.unescape(address)


async def test_an_app_is_led_to_the_question_and_an_allowed_one_gets_a_token(people: People):
    app = await _app(people, "wishes:write", "policies:read")
    async with people.browser(await _student(people)) as browser:
        sent = await browser.open(f"/oauth/authorize?{_question(app)}")
        assert sent.status_code == 303
        here = sent.headers["location"]
        page = (await browser.open(here)).text
        assert app["name"] in page
        assert "<code>wishes:write</code>" in page
        assert "app.example.com" in page
        left = (await browser.send("/authorize", here, decision="allow")).text
        answer = parse_qs(urlsplit(_address(left)).query)
        assert answer["state"] == ["xyz & more"]
        token = await browser.http.post(
            "/oauth/token",
            data={
                "grant_type": "authorization_code",
                "client_id": app["id"],
                "code": answer["code"][0],
                "redirect_uri": BACK,
                "code_verifier": VERIFIER,
            },
        )
    assert token.status_code == 200, token.text
    assert token.json()["scope"] == "policies:read wishes:write"


async def test_a_refusal_goes_back_to_the_app_without_a_code(people: People):
    app = await _app(people, "wishes:write")
    async with people.browser(await _student(people)) as browser:
        here = f"/authorize?{_question(app)}"
        left = (await browser.send("/authorize", here, decision="refuse")).text
    answer = parse_qs(urlsplit(_address(left)).query)
    assert answer["error"] == ["access_denied"]
    assert "code" not in answer


async def test_only_what_the_person_may_do_is_named(people: People):
    app = await _app(people, "wishes:write", "posts:write")
    async with people.browser(await _student(people)) as browser:
        page = (await browser.open(f"/authorize?{_question(app)}")).text
    assert "<code>wishes:write</code>" in page
    assert "<code>posts:write</code>" not in page


async def test_an_unverified_maker_is_named_as_such(people: People):
    app = await _app(people, "wishes:write")
    async with people.browser(await _student(people)) as browser:
        page = (await browser.open(f"/authorize?{_question(app)}&lang=en")).text
    assert "has not been verified" in page


async def test_who_is_not_signed_in_signs_in_first_and_comes_back(people: People):
    app = await _app(people, "wishes:write")
    async with people.browser() as browser:
        sent = await browser.open(f"/authorize?{_question(app)}")
    assert sent.headers["location"].startswith("/sign-in?next=%2Fauthorize%3F")


async def test_an_unregistered_redirect_is_shown_here_and_followed_nowhere(people: People):
    app = await _app(people, "wishes:write")
    async with people.browser(await _student(people)) as browser:
        page = await browser.open(
            f"/authorize?{_question(app, redirect_uri='https://evil.example/')}"
        )
    assert page.status_code == 400
    assert 'href="https://evil.example' not in page.text
    assert "http-equiv" not in page.text


async def test_a_question_without_its_parameters_is_refused(people: People):
    async with people.browser(await _student(people)) as browser:
        assert (await browser.open("/authorize")).status_code == 422
