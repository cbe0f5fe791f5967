from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Browser, async_playwright, expect
from portal_chromium import DESK, PHONE, Site, launched, opened, served_portal

pytestmark = pytest.mark.browser

PAGES = ("/", "/sign-in", "/design", "/nowhere")


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with served_portal() as site:
        yield site


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright, launched(playwright) as browser:
        yield browser


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("path", PAGES)
async def test_a_page_has_no_accessibility_violation(
    chromium: Browser, site: Site, *, path: str, width: int, language: str
):
    async with opened(chromium, site, width=width) as tab:
        await tab.open(f"{path}?lang={language}")
        assert await tab.violations() == []


@pytest.mark.parametrize("width", [PHONE, DESK])
async def test_a_refused_form_has_no_accessibility_violation_and_leads_to_its_fields(
    chromium: Browser, site: Site, width: int
):
    async with opened(chromium, site, width=width) as tab:
        await tab.open("/sign-in")
        await tab.page.click("main button")
        await expect(tab.page.locator(".error-summary")).to_be_focused()
        assert await tab.violations() == []
        await tab.page.click(".error-summary a >> nth=1")
        await expect(tab.page.locator("#field-password")).to_be_focused()


@pytest.mark.parametrize("width", [PHONE, DESK])
async def test_the_header_of_the_signed_in_has_no_accessibility_violation(
    chromium: Browser, site: Site, width: int
):
    async with opened(chromium, site, width=width) as tab:
        await tab.sign_in()
        await expect(tab.page.locator(".who")).to_contain_text("王敏")
        assert await tab.violations() == []


async def test_axe_would_find_a_violation(chromium: Browser, site: Site):
    async with opened(chromium, site) as tab:
        await tab.open("/sign-in")
        await tab.page.evaluate("document.querySelector('label').remove()")
        await tab.page.evaluate("document.querySelector('h1').style.color = '#eee'")
        for colours in (True, False):
            rules = {one.partition(":")[0] for one in await tab.violations(colours=colours)}
            assert "label" in rules
            assert ("color-contrast" in rules) == colours


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_needs_no_sideways_scrolling_at_320_pixels(
    chromium: Browser, site: Site, path: str
):
    async with opened(chromium, site, width=320) as tab:
        await tab.open(f"{path}?lang=en")
        assert await tab.page.evaluate("document.documentElement.scrollWidth") <= 320


async def test_without_scripts_people_sign_in_err_switch_language_and_sign_out(
    chromium: Browser, site: Site
):
    async with opened(chromium, site, width=PHONE, scripts=False) as tab:
        await tab.open("/sign-in?next=/design")
        await tab.page.click("main button")
        await expect(tab.page.locator(".error-summary li")).to_have_count(2)
        await tab.page.fill("#field-login", "wangmin")
        await tab.page.fill("#field-password", "correct horse 电池")
        await tab.page.click("main button")
        await expect(tab.page.locator("h1")).to_have_text("设计系统")
        await tab.page.click("text=English")
        await expect(tab.page.locator("h1")).to_have_text("Design system")
        await tab.page.click("text=Sign out")
        await expect(tab.page.locator(".notice")).to_have_text("You are signed out.")


async def test_without_scripts_facets_open_and_a_form_with_a_file_arrives(
    chromium: Browser, site: Site
):
    async with opened(chromium, site, scripts=False) as tab:
        await tab.open("/design")
        closed = tab.page.locator(".facet >> nth=1")
        await closed.locator("summary").click()
        await expect(closed.locator("a")).to_be_visible()
        table = {"name": "岗位.csv", "mimeType": "text/csv", "buffer": b"a,b\n"}
        await tab.page.set_input_files("#field-file", table)
        await tab.page.click("main form[enctype] button.button")
        await expect(tab.page.locator(".notice >> nth=0")).to_have_text("已保存。")


async def test_the_keyboard_skips_to_the_content_first(chromium: Browser, site: Site):
    async with opened(chromium, site) as tab:
        await tab.open("/")
        await tab.page.keyboard.press("Tab")
        await expect(tab.page.locator(".skip")).to_be_focused()
        await expect(tab.page.locator(".skip")).to_be_in_viewport()
        await tab.page.keyboard.press("Enter")
        await expect(tab.page.locator("main")).to_be_focused()


@pytest.mark.parametrize("width", [PHONE, DESK])
async def test_what_is_pressed_is_large_enough_for_a_thumb(
    chromium: Browser, site: Site, width: int
):
    async with opened(chromium, site, width=width) as tab:
        await tab.open("/design")
        small = await tab.page.evaluate(
            """() => [...document.querySelectorAll(
                '.button:not(.button-small), .input, .file, .quiet, .tabs a, summary')]
              .filter(one => one.getBoundingClientRect().height < 44)
              .map(one => one.outerHTML.slice(0, 90))"""
        )
        assert small == []


async def test_a_moving_job_looks_again_by_itself_and_without_reloading(
    chromium: Browser, site: Site
):
    async with opened(chromium, site) as tab:
        await tab.open("/design")
        await tab.page.evaluate("document.body.dataset.kept = 'yes'")
        async with tab.page.expect_response(site.origin + "/design") as answered:
            pass
        assert (await answered.value).status == 200
        assert await tab.page.evaluate("document.body.dataset.kept") == "yes"


async def test_a_print_has_no_buttons_and_no_filters(chromium: Browser, site: Site):
    async with opened(chromium, site) as tab:
        await tab.open("/design")
        await tab.page.emulate_media(media="print")
        for part in (".top-side", ".facets", ".buttons", ".crumbs"):
            await expect(tab.page.locator(part)).to_be_hidden()
        await expect(tab.page.locator(".finding >> nth=0")).to_be_visible()
