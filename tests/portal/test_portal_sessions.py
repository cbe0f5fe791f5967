from __future__ import annotations

import asyncio

import httpx
import pytest
from portal_hands import ORIGIN, Browser, Hands, hidden_fields
from portal_rooms import Rooms

from gateway.portal.app import build
from gateway.portal.settings import PortalSettings


async def test_signing_in_leads_back_to_the_page_that_asked(browser: Browser):
    asked = await browser.open("/sign-in?next=/design%3Fsort%3Dpay")
    assert hidden_fields(asked.text)["next"] == "/design?sort=pay"
    answer = await browser.send(
        "/sign-in", "/sign-in?next=/design%3Fsort%3Dpay", login="w", password="correct horse 电池"
    )
    assert answer.status_code == 303
    assert answer.headers["location"] == "/design?sort=pay"
    page = await browser.open("/design")
    assert "王敏" in page.text
    assert "绍兴职业技术学院" in page.text
    assert page.headers["cache-control"] == "no-store"


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(browser: Browser):
    answer = await browser.sign_in()
    cookie = next(
        one for one in answer.headers.get_list("set-cookie") if one.startswith("chanjiao_session=")
    )
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie


async def test_over_tls_every_cookie_is_secure_and_bound_to_the_host(rooms: Rooms):
    origin = "https://cjt.example"
    rooms_http = httpx.AsyncClient(transport=httpx.ASGITransport(rooms.app()), base_url="http://r")
    app = build(PortalSettings(public_url=origin), http=rooms_http)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=origin) as http:
        answers = [await http.get("/sign-in?lang=en"), await Browser(http).sign_in()]
    await rooms_http.aclose()
    cookies = [one for answer in answers for one in answer.headers.get_list("set-cookie")]
    assert len(cookies) >= 3
    assert all(one.startswith("__Host-") and "Secure" in one for one in cookies)


async def test_a_wrong_password_is_told_in_the_form_and_the_password_is_not_sent_back(
    browser: Browser,
):
    answer = await browser.send("/sign-in", "/sign-in", login="wangmin", password="guess-123")
    assert answer.status_code == 422
    assert "账号或密码不正确" in answer.text
    assert 'value="wangmin"' in answer.text
    assert "guess-123" not in answer.text
    assert "<title>错误：" in answer.text


async def test_empty_fields_are_named_with_links_and_the_api_is_not_asked(
    browser: Browser, rooms: Rooms
):
    answer = await browser.send("/sign-in", "/sign-in", login=" ", password="")
    assert 'href="#field-login"' in answer.text
    assert 'href="#field-password"' in answer.text
    assert not rooms.calls("/v1/sessions")


async def test_a_password_is_sent_as_typed(browser: Browser, rooms: Rooms):
    answer = await browser.send("/sign-in", "/sign-in", login=" w ", password=" correct horse 电池")
    assert answer.status_code == 422, "the leading space is part of the password"


async def test_the_token_is_asked_for_once_until_shortly_before_it_expires(
    browser: Browser, rooms: Rooms, clock: Hands
):
    await browser.sign_in()
    for _ in range(3):
        await browser.open("/")
    assert len(rooms.calls("/v1/sessions/token")) == 1
    clock.pass_seconds(569)
    await browser.open("/")
    assert len(rooms.calls("/v1/sessions/token")) == 1
    clock.pass_seconds(2)
    await browser.open("/")
    assert len(rooms.calls("/v1/sessions/token")) == 2


async def test_a_session_that_ended_elsewhere_is_a_visitor_again(
    browser: Browser, rooms: Rooms, clock: Hands
):
    await browser.sign_in()
    rooms.sessions.clear()
    clock.pass_seconds(600)
    page = await browser.open("/")
    assert page.status_code == 200
    assert "王敏" not in page.text
    assert "chanjiao_session" not in browser.http.cookies


async def test_signing_out_ends_the_session_in_the_accounts_room(browser: Browser, rooms: Rooms):
    await browser.sign_in()
    answer = await browser.send("/sign-out", "/")
    assert answer.headers["location"] == "/"
    assert not rooms.sessions
    page = await browser.open("/")
    assert "您已退出登录" in page.text
    assert "您已退出登录" not in (await browser.open("/")).text, "a notice is shown once"


async def test_a_page_for_the_signed_in_sends_a_visitor_to_sign_in(browser: Browser):
    answer = await browser.http.post("/sign-out")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in"


@pytest.mark.parametrize("token", [None, "", "csrf-of-session-99", "csrf-of-session-0 "])
async def test_a_form_without_the_token_of_its_session_changes_nothing(
    browser: Browser, rooms: Rooms, token: str | None
):
    await browser.sign_in()
    answer = await browser.http.post("/sign-out", data={} if token is None else {"_token": token})
    assert answer.status_code == 403
    assert "该表单并非由本站页面提交" in answer.text
    assert rooms.sessions


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN},
    ],
)
async def test_a_form_from_another_site_is_refused_even_with_the_right_token(
    browser: Browser, rooms: Rooms, headers: dict[str, str]
):
    await browser.sign_in()
    data = {"_token": "csrf-of-session-0"}
    answer = await browser.http.post("/sign-out", data=data, headers=headers)
    assert answer.status_code == 403
    assert rooms.sessions
    own = {"Sec-Fetch-Site": "same-origin", "Origin": ORIGIN}
    answer = await browser.http.post("/sign-out", data=data, headers=own)
    assert answer.status_code == 303


async def test_nobody_can_be_signed_in_by_a_foreign_form(browser: Browser, rooms: Rooms):
    values = {"login": "mallory", "password": "correct horse 电池"}
    answer = await browser.http.post("/sign-in", data=values)
    assert answer.status_code == 403
    assert not rooms.sessions


async def test_people_of_two_organisations_choose_for_which_they_act(
    browser: Browser, rooms: Rooms
):
    await browser.sign_in()
    assert "绍兴职业技术学院" in (await browser.open("/")).text
    token = {"_token": "csrf-of-session-0"}
    await browser.http.post("/acting", data={**token, "org_id": "firm-1"})
    assert "云桥软件" in (await browser.open("/")).text
    assert len(rooms.calls("/v1/sessions/token")) == 2, "each organisation has its own token"
    await browser.http.post("/acting", data={**token, "org_id": "someone-elses"})
    assert "云桥软件" in (await browser.open("/")).text, "a foreign organisation is not chosen"


async def test_who_left_the_remembered_organisation_acts_for_another(browser: Browser):
    browser.http.cookies.set("chanjiao_acting", "left-long-ago")
    await browser.sign_in()
    page = await browser.open("/")
    assert page.status_code == 200
    assert "绍兴职业技术学院" in page.text


async def test_the_visitors_own_address_reaches_the_accounts_room(browser: Browser, rooms: Rooms):
    await browser.sign_in()
    assert rooms.calls("/v1/sessions")[0].headers["x-forwarded-for"] == "127.0.0.1"


async def test_a_silent_accounts_room_is_told_as_such(rooms: Rooms, clock: Hands):
    def refuse(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody there")

    silent = httpx.AsyncClient(transport=httpx.MockTransport(refuse), base_url="http://rooms")
    app = build(PortalSettings(public_url=ORIGIN), http=silent, clock=clock)
    transport = httpx.ASGITransport(app)
    cookies = {"chanjiao_session": "session-0"}
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, cookies=cookies) as http:
        answer = await http.get("/")
        assert answer.status_code == 503
        assert "平台部分服务暂不可用" in answer.text
        assert "chanjiao_session" in http.cookies, "a session is kept while its room is away"
    await silent.aclose()


async def test_many_pages_at_once_all_see_the_same_person(browser: Browser):
    await browser.sign_in()
    pages = await asyncio.gather(*(browser.open("/") for _ in range(20)))
    assert all("王敏" in page.text for page in pages)
