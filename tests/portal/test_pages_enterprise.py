from __future__ import annotations

import re
from typing import Any

import pytest
from portal_enterprise import day, drafted, hr_of, published, verified_enterprise
from portal_hands import Browser, hidden_fields
from portal_platform import Organisation, People

BASICS = {
    "title": "护理见习",
    "kind": "on_post",
    "region_code": "330106 浙江省杭州市西湖区",
    "seats": "3",
    "start_on": day(60),
    "end_on": day(240),
    "description": "在带教护士指导下学习基础护理。",
}


@pytest.fixture
async def firm(people: People) -> Organisation:
    return await verified_enterprise(people)


@pytest.fixture
async def login(people: People, firm: Organisation) -> str:
    return await hr_of(people, firm)


async def send(browser: Browser, path: str, form: dict[str, Any], page: str | None = None) -> Any:
    shown = (await browser.open(page or path)).text
    main = shown.partition("<main")[2]
    return await browser.http.post(path, data={**hidden_fields(main), **form})


async def test_the_first_step_keeps_a_draft_and_leads_to_the_next(people: People, login: str):
    async with people.browser(login) as browser:
        sent = await send(browser, "/enterprise/posts/new", {**BASICS, "_do": "save"})
        assert sent.status_code == 303, sent.text
        found = re.fullmatch(
            r"/enterprise/posts/([0-9a-f-]{36})/edit/work", sent.headers["location"]
        )
        assert found, sent.headers["location"]
        api = await people.api(login)
        post = (await api.get(f"/v1/posts/{found[1]}")).body
    assert (post["state"], post["region_code"], post["seats"]) == ("draft", "330106", 3)


async def test_an_empty_step_names_every_missing_field_and_leads_there(people: People, login: str):
    async with people.browser(login) as browser:
        sent = await send(browser, "/enterprise/posts/new?lang=en", {"_do": "save"})
    assert sent.status_code == 422
    assert sent.text.count("Fill in: ") == 2 * 7
    assert 'href="#field-start-on"' in sent.text


async def test_what_the_api_refuses_stands_at_its_field_and_nothing_typed_is_lost(
    people: People, login: str
):
    wrong = {**BASICS, "end_on": day(10), "_do": "save"}
    async with people.browser(login) as browser:
        sent = await send(browser, "/enterprise/posts/new", wrong)
    assert sent.status_code == 422
    assert 'href="#field-end-on"' in sent.text
    assert 'value="护理见习"' in sent.text


async def test_an_unknown_place_opens_the_catalogue_and_a_pick_fills_the_field(
    people: People, login: str
):
    async with people.browser(login) as browser:
        sent = await send(browser, "/enterprise/posts/new", {**BASICS, "region_code": "西湖"})
        assert sent.status_code == 422
        assert 'name="pick.region_code" value="330106"' in sent.text
        picked = {**BASICS, "region_code": "西湖", "pick.region_code": "330106", "_do": "save"}
        assert (await send(browser, "/enterprise/posts/new", picked)).status_code == 303


async def test_majors_are_found_by_pinyin_and_added_to_those_that_stand_there(
    people: People, login: str
):
    api = await people.api(login)
    post = await drafted(api)
    path = f"/enterprise/posts/{post['id']}/edit/work"
    async with people.browser(login) as browser:
        looked = {"_do": "find.major_codes", "find.major_codes": "huli", "major_codes": "660103 x"}
        found = await send(browser, path, looked)
        assert 'type="checkbox" name="pick.major_codes" value="520201"' in found.text
        kept = {"major_codes": "660103 x", "pick.major_codes": "520201", "_do": "leave"}
        assert (await send(browser, path, kept)).status_code == 303
    after = (await api.get(f"/v1/posts/{post['id']}")).body
    assert after["major_codes"] == ["660103", "520201"]


async def test_the_rules_speak_before_anything_is_kept(people: People, login: str):
    api = await people.api(login)
    post = await drafted(api)
    path = f"/enterprise/posts/{post['id']}/edit/safety"
    form = {"hazards": "none", "intensity": "IV", "organiser_kind": "school", "_do": "check"}
    async with people.browser(login) as browser:
        checked = await send(browser, path, form)
    assert checked.status_code == 200
    assert "<code>REG-16.7</code>" in checked.text
    assert (await api.get(f"/v1/posts/{post['id']}")).body["intensity"] == "II"


async def test_answers_that_a_rule_speaks_of_are_kept_and_shown_again_once(
    people: People, login: str
):
    api = await people.api(login)
    post = await drafted(api)
    path = f"/enterprise/posts/{post['id']}/edit/safety"
    form = {"hazards": "none", "intensity": "III", "organiser_kind": "school", "_do": "save"}
    async with people.browser(login) as browser:
        first = await send(browser, path, form)
        assert first.headers["location"] == f"{path}?saved=1"
        second = await send(browser, f"{path}?saved=1", form)
    assert second.headers["location"].endswith("/edit/living")
    assert (await api.get(f"/v1/posts/{post['id']}")).body["intensity"] == "III"


async def test_a_step_never_overwrites_what_another_changed_meanwhile(people: People, login: str):
    api = await people.api(login)
    post = await drafted(api)
    path = f"/enterprise/posts/{post['id']}/edit/pay"
    async with people.browser(login) as browser:
        shown = hidden_fields((await browser.open(path)).text.partition("<main")[2])
        await api.patch(f"/v1/posts/{post['id']}", {"meals": True}, etag='"v1"')
        form = {**shown, "pay_fen_month": "2000", "_do": "save"}
        sent = await browser.http.post(path, data=form)
    assert sent.status_code == 422
    assert (await api.get(f"/v1/posts/{post['id']}")).body["pay_fen_month"] == 300_000


@pytest.mark.parametrize(
    ("typed", "fen"), [("3,000", 300_000), ("¥2500.5", 250_050), ("0", 0), ("", None)]
)
async def test_pay_is_typed_in_yuan_and_kept_in_fen(
    people: People, login: str, typed: str, fen: int | None
):
    api = await people.api(login)
    post = await drafted(api)
    path = f"/enterprise/posts/{post['id']}/edit/pay"
    async with people.browser(login) as browser:
        checked = await send(browser, path, {"pay_fen_month": typed, "_do": "save"})
    kept = (await api.get(f"/v1/posts/{post['id']}")).body["pay_fen_month"]
    # An amount that no month can mean is refused by the API, and said at the field.
    assert kept == fen or 'href="#field-pay-fen-month"' in checked.text


async def test_a_blocked_post_is_not_published_and_says_which_rule_stops_it(
    people: People, login: str
):
    api = await people.api(login)
    post = await drafted(api, works_night=True, intensity="III")
    base = f"/enterprise/posts/{post['id']}"
    async with people.browser(login) as browser:
        sent = await send(browser, f"{base}/publish", {}, page=f"{base}/check")
    assert sent.status_code == 422
    assert 'href="#field-rule-REG-16-7"' in sent.text.replace(".", "-")
    assert (await api.get(f"/v1/posts/{post['id']}")).body["state"] == "draft"


async def test_a_post_is_released_published_copied_and_closed_by_its_people(
    people: People, login: str
):
    api = await people.api(login)
    post = await drafted(api, pay_fen_month=100_000)
    base = f"/enterprise/posts/{post['id']}"
    async with people.browser(login) as browser:
        short = await send(browser, f"{base}/releases/REG-18a", {"reason": "短"})
        assert short.status_code == 422
        assert 'href="#field-reason"' in short.text
        reason = {"reason": "学生尚在跟岗学习阶段，不能独立工作。"}
        assert (await send(browser, f"{base}/releases/REG-18a", reason)).status_code == 303
        checked = (await browser.open(f"{base}/check?lang=en")).text
        assert "Released by 周敏" in checked
        assert (await send(browser, f"{base}/publish", {}, page=f"{base}/check")).status_code == 303
        copied = await send(browser, f"{base}/clone", {}, page=base)
        assert copied.headers["location"] != base
        assert (await send(browser, f"{base}/close", {})).status_code == 303
    assert (await api.get(f"/v1/posts/{post['id']}")).body["state"] == "closed"
    async with people.browser() as visitor:
        public = (await visitor.open(f"/posts/{post['id']}")).text
    assert "学生尚在跟岗学习阶段" in public
    assert "周敏" not in public


async def test_the_work_list_names_what_waits_and_leads_there(people: People, login: str):
    api = await people.api(login)
    await drafted(api, title="被拦下的岗位", intensity="III")
    await drafted(api, title="可发布的岗位")
    await published(api)
    async with people.browser(login) as browser:
        work = (await browser.open("/enterprise?lang=en")).text
        listed = (await browser.open("/enterprise/posts?state=draft&level=block")).text
    assert "/enterprise/posts?state=draft&amp;level=block" in work
    assert "被拦下的岗位" in listed
    assert "可发布的岗位" not in listed


async def test_an_enterprise_that_nobody_verified_is_told_so_first(people: People):
    firm = await people.found(region_code="330106")
    async with people.browser(firm.login) as browser:
        work = (await browser.open("/enterprise?lang=en")).text
    assert "Have your enterprise verified" in work


async def test_pages_of_enterprises_are_closed_to_everyone_else(people: People):
    school = await people.found("school", level="higher_vocational")
    async with people.browser() as visitor, people.browser(school.login) as office:
        assert (await visitor.open("/enterprise")).status_code == 303
        assert (await office.open("/enterprise")).status_code == 403
