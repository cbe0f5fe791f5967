"""Pages of the office and of students in a real Chromium: accessible, narrow, without scripts."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, async_playwright, expect
from portal_chromium import DESK, PHONE, SCROLLS, Site, Tab, launched, opened
from portal_exchange import JILIN
from portal_market import ACADEMIC, ALLIANCE, ANALYST, CITY, REVIEWER, SCHOOL
from portal_platform import served_platform
from portal_school import HR, OFFICE, OFFICE_2, PASSWORD, STUDENT, TEACHER, WISHER, World

pytestmark = pytest.mark.browser
Paths = Mapping[str, Sequence[str]]


@pytest.fixture(scope="module")
async def site(world: World) -> AsyncIterator[Site]:
    async with served_platform(world.platform) as site:
        yield site


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright, launched(playwright) as browser:
        yield browser


@pytest.fixture(scope="module")
async def paths(world: World) -> Paths:
    return await world.paths()


@asynccontextmanager
async def signed_in(
    chromium: Browser, site: Site, login: str, *, width: int, scripts: bool = True
) -> AsyncGenerator[Tab]:
    async with opened(chromium, site, width=width, scripts=scripts) as tab:
        await tab.open("/sign-in")
        await tab.page.fill("#field-login", login)
        await tab.page.fill("#field-password", PASSWORD)
        await tab.page.click("main button")
        await tab.page.wait_for_url(site.origin + "/")
        yield tab


@pytest.mark.parametrize(("width", "language"), [(PHONE, "zh"), (DESK, "en")])
@pytest.mark.parametrize(
    "login",
    [
        OFFICE,
        OFFICE_2,
        TEACHER,
        HR,
        JILIN,
        STUDENT,
        WISHER,
        ANALYST,
        ACADEMIC,
        ALLIANCE,
        REVIEWER,
        SCHOOL,
    ],
)
async def test_no_page_has_an_accessibility_violation_or_scrolls_sideways(
    chromium: Browser, site: Site, paths: Paths, *, login: str, width: int, language: str
):
    wrong: list[str] = []
    async with signed_in(chromium, site, login, width=width) as tab:
        for path in paths[login]:
            await tab.open(f"{path}{'&' if '?' in path else '?'}lang={language}")
            wrong += [f"{path}: {one}" for one in await tab.violations()]
            if await tab.page.evaluate(SCROLLS):
                wrong.append(f"{path}: scrolls sideways")
    assert wrong == []


async def test_without_scripts_a_student_orders_wishes_on_a_phone(
    chromium: Browser, site: Site, world: World
):
    batch = await world.wishing()
    actor = await world.actor(WISHER)
    path = f"/v1/batches/{batch['id']}"
    posts = (await actor.get(f"{path}/posts"))["items"]
    chosen = [one["post_id"] for one in posts if one["eligible"]][:2]
    await actor.call("PUT", f"{path}/wishes/me", json={"post_ids": chosen})
    async with signed_in(chromium, site, WISHER, width=PHONE, scripts=False) as tab:
        await tab.open(f"/student/batches/{batch['id']}/wishes?lang=en")
        first = tab.page.locator(".order li").first
        await first.get_by_role("button", name="Down").click()
        await expect(tab.page.locator(".notice")).to_contain_text("Saved")
    told = await actor.get(f"{path}/wishes/me")
    assert [one["post_id"] for one in told["items"]] == chosen[::-1]


@pytest.mark.parametrize("width", [PHONE, DESK])
async def test_a_chart_does_not_move_what_stands_around_it(
    chromium: Browser, site: Site, width: int
):
    count = (
        "window.moved = 0; new PerformanceObserver((list) => {"
        " for (const one of list.getEntries()) window.moved += one.value;"
        "}).observe({ type: 'layout-shift', buffered: true });"
    )
    async with signed_in(chromium, site, ANALYST, width=width) as tab:
        await tab.page.add_init_script(count)
        await tab.open(f"/labour/gaps/{CITY}?lang=zh")
        await tab.page.locator(".chart").first.scroll_into_view_if_needed()
        await tab.page.locator(".chart-live svg").first.wait_for()
        drawn = await tab.page.locator(".chart-live svg").first.bounding_box()
        assert drawn is not None
        assert drawn["height"] > 200  # the place that was kept is the chart's whole height
        assert await tab.page.evaluate("window.moved") < 0.02
