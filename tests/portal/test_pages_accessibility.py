"""Every page of administrators, reviewers and developers, opened in a real Chromium."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest
from playwright.async_api import Browser, async_playwright, expect
from portal_chromium import PHONE, Site, launched
from portal_platform import PASSWORD, People, new_number, served_platform, signed_in
from test_pages_authorize import BACK, CHALLENGE
from test_pages_verification import new_uscc

pytestmark = pytest.mark.browser


@dataclass(frozen=True, slots=True)
class Town:
    """One organisation with something on every page, and who looks at it."""

    admin: str
    reviewer: str
    student: str
    own: tuple[str, ...]
    reviews: tuple[str, ...]
    personal: tuple[str, ...]


OPEN = (
    "/search",
    "/search?q=实习&type=policies",
    "/search?q=没有这样的东西",
    "/activate",
    "/policies",
    "/policies/cn",
    "/policies/cn-zj-hz",
    "/policies/parameters/training.frontline_min",
    "/developers",
    "/developers/reference",
    "/developers/reference/people",
    "/problems",
    "/problems/invalid_input",
)


@pytest.fixture(scope="module")
async def site(people: People) -> AsyncIterator[Site]:
    async with served_platform(people.platform) as site:
        yield site


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright, launched(playwright) as browser:
        yield browser


@pytest.fixture(scope="module")
async def town(people: People) -> Town:
    firm, maker = await people.found(), await people.found("service_organisation")
    school, authority = await people.found("school"), await people.found("authority")
    number = new_number()
    reviewer, student = f"axe-reviewer-{number}", f"axe-student-{number}"
    await people.join(authority.id, reviewer, "reviewer")
    student_id = await people.join(school.id, student, "student")
    await people.also(maker.id, student_id, "organisation_admin")
    admin, owner = await people.api(firm.login), await people.api(maker.login)
    path = f"/v1/organisations/{firm.id}"
    place = {"name": "滨江厂区", "address": "江南大道 100 号", "region_code": None}
    site = (await admin.post(f"{path}/sites", place)).body
    evidence = {"uscc": new_uscc(), "evidence": "执照由滨江区市监局签发"}
    asked = (await admin.post(f"{path}/verifications", evidence)).body
    client = (await admin.post("/v1/clients", {"name": "HR 系统", "scopes": ["posts:write"]})).body
    told = {"kind": "app", "name": "助手", "scopes": ["wishes:write"], "public": True}
    app = (await owner.post("/v1/clients", {**told, "redirect_uris": [BACK]})).body
    me = (await admin.get("/v1/me")).body["id"]
    learner = await people.api(student, school.id)
    consent = {"purpose": "share_with_host", "to_org_id": firm.id, "text_version": "2026-1"}
    await learner.post("/v1/consents", consent)
    question = {
        "response_type": "code",
        "client_id": app["id"],
        "redirect_uri": BACK,
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    own = (
        "",
        "/details",
        "/sites",
        f"/sites/{site['id']}",
        "/verification",
        "/verification/new",
        "/people",
        "/people/new",
        "/people/import",
        f"/people/{me}",
        f"/people/{me}/data",
        f"/people/{me}/leaving",
        "/clients",
        "/clients/new",
        "/clients/new?kind=machine",
        "/clients/new?kind=app",
        f"/clients/{client['id']}",
    )
    return Town(
        admin=firm.login,
        reviewer=reviewer,
        student=student,
        own=tuple(f"/organisation{one}" for one in own),
        reviews=("/reviews", f"/reviews/{asked['id']}"),
        personal=("/account", "/account/password", "/acting", f"/authorize?{urlencode(question)}"),
    )


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("who", ["nobody", "admin", "reviewer", "student"])
async def test_no_page_has_an_accessibility_violation_or_scrolls_sideways(
    chromium: Browser, site: Site, town: Town, *, who: str, language: str
):
    walks = {
        "nobody": (None, OPEN),
        "admin": (town.admin, town.own),
        "reviewer": (town.reviewer, town.reviews),
        "student": (town.student, town.personal),
    }
    login, paths = walks[who]
    async with signed_in(chromium, site, login) as tab:
        assert [fault for path in paths for fault in await tab.faults(path, language)] == []


async def test_without_scripts_a_person_is_added_and_activates_the_account(
    chromium: Browser, site: Site, town: Town
):
    login = f"axe-new-{new_number()}"
    async with signed_in(chromium, site, town.admin, width=PHONE, scripts=False) as tab:
        await tab.open("/organisation/people/new")
        await tab.page.click("main button")
        await expect(tab.page.locator(".error-summary")).to_be_visible()
        await tab.page.fill("#field-name", "赵强")
        await tab.page.fill("#field-login", login)
        await tab.page.check("input[value=hr]")
        await tab.page.click("main button")
        code = await tab.page.locator("code.once").inner_text()
    async with signed_in(chromium, site, None, width=PHONE, scripts=False) as tab:
        await tab.open("/activate")
        await tab.page.fill("#field-login", login)
        await tab.page.fill("#field-code", code)
        await tab.page.fill("#field-password", PASSWORD)
        await tab.page.click("main button")
        await expect(tab.page.locator(".who")).to_contain_text("赵强")
