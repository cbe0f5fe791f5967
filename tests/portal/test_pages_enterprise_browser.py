from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, async_playwright, expect
from portal_chromium import PHONE, Site, launched
from portal_enterprise import day, drafted, hr_of, published, verified_enterprise
from portal_platform import People, served_platform, signed_in

pytestmark = pytest.mark.browser


@dataclass(frozen=True, slots=True)
class Firm:
    """An enterprise with posts, as the pages show it."""

    login: str
    draft: str
    post: str


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright, launched(playwright) as browser:
        yield browser


@pytest.fixture(scope="module")
async def site(people: People) -> AsyncIterator[Site]:
    async with served_platform(people.platform) as site:
        yield site


@pytest.fixture(scope="module")
async def firm(people: People) -> Firm:
    organisation = await verified_enterprise(people)
    login = await hr_of(people, organisation)
    api = await people.api(login)
    counts = [{"measure": "staff_on_duty", "staff": 90, "counted_on": day(-9)}]
    path = f"/v1/enterprises/{organisation.id}"
    await api.put(f"{path}/head-counts", {"above_designated_size": True, "counts": counts})
    elsewhere = {"post_class": "", "interns": 12, "from_on": day(-9), "to_on": day(90)}
    await api.put(f"{path}/interns-elsewhere", {"entries": [elsewhere]})
    draft = await drafted(api, works_night=True, intensity="III", pay_fen_month=100_000)
    post = await published(api)
    return Firm(login, draft["id"], post["id"])


PATHS = (
    "/",
    "/posts",
    "/posts?q=没有这样的岗位",
    "/posts/{post}?whole=1",
    "/enterprise",
    "/enterprise/posts",
    "/enterprise/posts/new",
    "/enterprise/posts/{draft}",
    "/enterprise/posts/{draft}/check",
    "/enterprise/posts/{draft}/edit/work",
    "/enterprise/posts/{draft}/edit/pay",
    "/enterprise/posts/{draft}/edit/safety",
    "/enterprise/posts/{draft}/releases/REG-18a",
    "/enterprise/posts/{post}/close",
    "/enterprise/imports",
    "/enterprise/head-counts",
    "/enterprise/interns-elsewhere",
    "/enterprise/quota",
    "/enterprise/applicants",
    "/enterprise/placements",
)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_pages_of_an_enterprise_have_no_violation_and_need_no_sideways_scrolling(
    chromium: Browser, site: Site, firm: Firm, language: str
):
    paths = [path.format(post=firm.post, draft=firm.draft) for path in PATHS]
    async with signed_in(chromium, site, firm.login) as tab:
        assert [fault for path in paths for fault in await tab.faults(path, language)] == []


async def test_without_scripts_a_post_is_written_step_by_step_and_published(
    chromium: Browser, site: Site, firm: Firm
):
    async with signed_in(chromium, site, firm.login, width=PHONE, scripts=False) as tab:
        page = tab.page
        await tab.open("/enterprise/posts/new")
        await page.fill("#field-title", "数控见习")
        await page.check("input[name=kind][value=on_post]")
        await page.fill("#field-region-code", "西湖")
        await page.click("button[value='find.region_code']")
        await page.check("input[name='pick.region_code'][value='330106']")
        await page.fill("#field-seats", "2")
        await page.fill("#field-start-on", day(60))
        await page.fill("#field-end-on", day(240))
        await page.fill("#field-description", "在师傅指导下学习数控加工。")
        await page.click(".buttons button[value=save]")
        # With the interns from elsewhere that is more than 10 %: told at once, and no refusal.
        await expect(page.locator("#findings")).to_contain_text("REG-10a")
        await page.click("text=不作修改，继续")
        await expect(page.locator("h1")).to_have_text("工作与专业")
        await page.fill("#field-typical-tasks", "加工\n检测")
        await page.click(".buttons button[value=leave]")
        await expect(page.locator("h1")).to_have_text("数控见习")
        await page.click("text=核对并发布")
        await page.click("main form button.button >> text=发布")
        await expect(page.locator(".notice")).to_contain_text("已发布")


async def test_what_the_rules_say_appears_while_one_writes(
    chromium: Browser, site: Site, firm: Firm
):
    async with signed_in(chromium, site, firm.login) as tab:
        await tab.open(f"/enterprise/posts/{firm.draft}/edit/safety")
        await expect(tab.page.locator("#findings")).to_contain_text("REG-16.7")
        await tab.page.check("input[name=intensity][value=I]")
        await expect(tab.page.locator("#findings")).not_to_contain_text("REG-16.7")


async def test_a_report_is_printed_whole_and_without_buttons(
    chromium: Browser, site: Site, firm: Firm
):
    async with signed_in(chromium, site, firm.login) as tab:
        await tab.open(f"/posts/{firm.post}?whole=1")
        await tab.page.emulate_media(media="print")
        await expect(tab.page.locator(".rules li >> nth=0")).to_be_visible()
        await expect(tab.page.locator("main .button >> nth=0")).to_be_hidden()
