from __future__ import annotations

import re

import httpx
from portal_hands import Browser, hidden_fields
from portal_platform import People

LIST = "/organisation/clients"


async def _register(
    browser: Browser, kind: str = "machine", **fields: str | list[str]
) -> httpx.Response:
    page = await browser.open(f"{LIST}/new?kind={kind}")
    return await browser.http.post(f"{LIST}/new", data={**hidden_fields(page.text), **fields})


async def test_a_program_is_registered_and_its_secret_shown_once_works(people: People):
    firm = await people.found()
    async with people.browser(firm.login) as browser:
        made = await _register(browser, name="HR 系统", scopes=["posts:write", "policies:read"])
        assert made.status_code == 201, made.text
        client_id, secret = re.findall(r'<code class="once">([^<]+)</code>', made.text)
        told = {"grant_type": "client_credentials"}
        token = await people.http.post("/oauth/token", data=told, auth=(client_id, secret))
        assert token.json()["scope"] == "policies:read posts:write"
        listed = (await browser.open(LIST)).text
        assert "HR 系统" in listed
        assert f"····{secret[-4:]}" in listed
        one = (await browser.open(f"{LIST}/{client_id}")).text
        assert secret not in listed + one


async def test_a_revoked_client_gets_no_token(people: People):
    firm = await people.found()
    async with people.browser(firm.login) as browser:
        made = await _register(browser, name="旧系统", scopes="policies:read")
        client_id, secret = re.findall(r'<code class="once">([^<]+)</code>', made.text)
        here = f"{LIST}/{client_id}"
        assert (await browser.send(f"{here}/revocation", here)).status_code == 303
        assert "revocation" not in (await browser.open(here)).text
        told = {"grant_type": "client_credentials"}
        token = await people.http.post("/oauth/token", data=told, auth=(client_id, secret))
    assert token.status_code == 401


async def test_a_form_offers_only_scopes_that_this_kind_of_client_may_have(people: People):
    firm = await people.found()
    async with people.browser(firm.login) as browser:
        machine = (await browser.open(f"{LIST}/new?kind=machine")).text
        app = (await browser.open(f"{LIST}/new?kind=app")).text
    assert 'value="posts:write"' in machine
    assert 'value="wishes:write"' not in machine
    assert 'value="wishes:write"' in app


async def test_an_app_with_an_unsafe_redirect_is_refused_at_its_field(people: People):
    firm = await people.found()
    async with people.browser(firm.login) as browser:
        told = {"name": "助手", "scopes": "policies:read", "redirect_uris": "http://a.example/x"}
        sent = await _register(browser, "app", **told)
    assert sent.status_code == 422
    assert 'href="#field-redirect-uris"' in sent.text
    assert "http://a.example/x" in sent.text


async def test_the_kind_is_asked_first(people: People):
    firm = await people.found()
    async with people.browser(firm.login) as browser:
        page = (await browser.open(f"{LIST}/new")).text
    assert f"{LIST}/new?kind=machine" in page
    assert f"{LIST}/new?kind=app" in page


async def test_a_client_of_another_organisation_is_not_found(people: People):
    firm, other = await people.found(), await people.found()
    admin = await people.api(other.login)
    told = {"name": "x", "scopes": ["policies:read"]}
    client = (await admin.post("/v1/clients", told)).body
    async with people.browser(firm.login) as browser:
        assert (await browser.open(f"{LIST}/{client['id']}")).status_code == 404
