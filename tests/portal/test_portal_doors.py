from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from portal_hands import ORIGIN, Browser
from portal_rooms import Rooms
from starlette.types import ASGIApp

from gateway.portal.app import build
from gateway.portal.protection import safe_return
from gateway.portal.settings import PortalSettings

PAGES = ("/", "/sign-in", "/design", "/nowhere")


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_forbids_inline_code_and_foreign_addresses(browser: Browser, path: str):
    answer = await browser.open(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_no_page_carries_inline_code_styles_or_foreign_addresses(
    browser: Browser, path: str, language: str
):
    html = (await browser.open(f"{path}?lang={language}")).text
    assert not re.search(r"<script(?![^>]*\ssrc=)", html)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", html)
    assert not re.search(r"(?:src|href|action)=[\"'](?:https?:)?//", html)


async def test_static_files_are_kept_for_a_year_under_the_hash_of_their_content(browser: Browser):
    html = (await browser.open("/")).text
    address = re.search(r'href="(/static/portal\.[0-9a-f]{12}\.css)"', html)
    assert address is not None
    answer = await browser.open(address[1])
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]
    assert (await browser.open("/static/portal.css")).status_code == 404
    assert (await browser.open("/static/portal.000000000000.css")).status_code == 404


async def test_the_stylesheet_asks_for_nothing_else(browser: Browser):
    html = (await browser.open("/")).text
    address = re.search(r'href="(/static/portal\.[0-9a-f]{12}\.css)"', html)
    assert address is not None
    css = (await browser.open(address[1])).text
    assert "url(" not in css
    assert "@import" not in css


async def test_pages_are_chinese_until_the_reader_switches(browser: Browser):
    first = await browser.open("/sign-in")
    assert '<html lang="zh-CN">' in first.text
    assert "登录" in first.text
    switched = await browser.open("/sign-in?lang=en")
    assert '<html lang="en">' in switched.text
    assert "Sign in" in switched.text
    kept = await browser.open("/sign-in")
    assert '<html lang="en">' in kept.text
    back = await browser.open("/sign-in?lang=zh")
    assert '<html lang="zh-CN">' in back.text


@pytest.mark.parametrize("word", ["fr", "", "zz' onload=", "EN"])
async def test_an_unknown_language_falls_back_and_is_never_echoed(browser: Browser, word: str):
    answer = await browser.http.get("/sign-in", params={"lang": word})
    assert answer.status_code == 200
    assert ('lang="en"' if word == "EN" else '<html lang="zh-CN">') in answer.text
    assert "onload" not in answer.text


async def test_the_language_switch_keeps_the_query_of_the_page(browser: Browser):
    html = (await browser.open("/design?sort=-pay&q=CAD")).text
    assert 'href="/design?sort=-pay&amp;q=CAD&amp;lang=en"' in html


async def test_an_unknown_address_is_a_page_with_a_way_on(browser: Browser):
    answer = await browser.open("/nowhere")
    assert answer.status_code == 404
    assert "找不到此页面" in answer.text
    assert 'href="/"' in answer.text


async def test_a_wrong_method_says_which_ones_fit(browser: Browser):
    answer = await browser.http.delete("/sign-in")
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]


async def test_a_broken_page_tells_a_number_and_nothing_of_the_inside(
    browser: Browser, portal: ASGIApp, monkeypatch: pytest.MonkeyPatch
):
    def explode(*_args: object) -> str:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr("gateway.portal.pages.design._posts", explode)
    answer = await browser.open("/design", **{"X-Request-ID": "request-77"})
    assert answer.status_code == 500
    assert "系统出现故障" in answer.text
    assert "request-77" in answer.text
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize("length", ["told", "untold"])
async def test_a_body_beyond_the_limit_is_refused_as_a_page(rooms: Rooms, length: str):
    async def drip() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b"login=" + b"x" * 94

    settings = PortalSettings(public_url=ORIGIN, development=True, body_bytes_max=1000)
    rooms_http = httpx.AsyncClient(transport=httpx.ASGITransport(rooms.app()), base_url="http://r")
    app = build(settings, http=rooms_http)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ORIGIN) as http:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        content = b"x" * 2000 if length == "told" else drip()
        answer = await http.post("/sign-in", content=content, headers=form)
    await rooms_http.aclose()
    assert answer.status_code == 413
    assert "<h1>请求体过大</h1>" in answer.text
    assert not rooms.seen


async def test_the_design_page_is_for_development_only(rooms: Rooms):
    rooms_http = httpx.AsyncClient(transport=httpx.ASGITransport(rooms.app()), base_url="http://r")
    app = build(PortalSettings(public_url="https://cjt.example"), http=rooms_http)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://cjt.example") as http:
        assert (await http.get("/design")).status_code == 404
        home = await http.get("/")
    await rooms_http.aclose()
    assert "/design" not in home.text
    assert "strict-transport-security" in home.headers


@given(st.text(st.sampled_from("/\\:@?#.\t\n ehvilx%2f"), max_size=12))
def test_the_way_back_after_sign_in_never_leaves_the_site(address: str):
    # A browser drops tabs and newlines and reads a backslash as a slash.
    read = re.sub(r"[\t\n\r]", "", safe_return(address)).replace("\\", "/")
    assert read.startswith("/")
    assert not read.startswith("//")


def test_the_way_back_keeps_an_honest_address():
    assert safe_return("/posts?sort=-pay&q=%E5%90%8E") == "/posts?sort=-pay&q=%E5%90%8E"
    assert safe_return("https://evil.example/") == "/"
    assert safe_return("/\t/evil.example") == "/"
    assert safe_return("/\\evil.example") == "/"
    assert safe_return(None) == "/"
