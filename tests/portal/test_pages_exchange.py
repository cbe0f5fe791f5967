from __future__ import annotations

import re
from html import unescape
from typing import Any

from portal_enterprise import day, verified_enterprise
from portal_hands import Browser, hidden_fields
from portal_platform import Organisation, People, new_number

from shared.catalogues.uscc import make_code

MESSAGE = "每期 40 人，师傅和设备由企业出，请问何时开班？"


async def verified(people: People, kind: str, **facts: Any) -> Organisation:
    """Register a public body and have it verified."""
    found = await people.found(kind, **facts)
    admin, operator = await people.api(found.login), await people.api(await people.found_operator())
    path = f"/v1/organisations/{found.id}/verifications"
    uscc = make_code("330100", 40_000 + new_number(), department="1", kind="2")
    asked = await admin.post(path, {"uscc": uscc, "evidence": "法人证书"})
    decision = {"decision": "approve", "reason": "与登记信息一致"}
    await operator.post(f"/v1/verifications/{asked.body['id']}/decision", decision)
    return found


def notice(**changes: Any) -> dict[str, str]:
    """Return a notice as a person types it."""
    return {
        "side": "need",
        "kind": "order_class",
        "title": "数控技术专业寻求订单班合作企业",
        "summary": "二年级 40 人，希望企业共同制定课程并派师傅授课。",
        "region_code": "330100 浙江省杭州市",
        "major_codes": "460103 数控技术",
        "skills": "数控车削\n识图",
        "places": "40",
        "price_fen": "",
        "price_per": "",
        "closes_on": day(40),
        "_do": "submit",
        **changes,
    }


async def written(browser: Browser, **changes: Any) -> str:
    """Write a notice in the form; return the address of its page."""
    path = "/exchange/notices/new"
    sent = await browser.send(path, path, **notice(**changes))
    assert sent.status_code == 303, re.findall(r"<li>.*?</li>", sent.text)[:5]
    return sent.headers["location"]


async def pressed(browser: Browser, page: str, do: str, **values: str) -> str:
    """Press a button of a page with several forms; return the page that follows."""
    html = (await browser.open(page)).text
    (form,) = [one for one in html.split("<form") if re.search(rf'name="_do" value="{do}"', one)]
    told = {**hidden_fields(form), "_do": do, **values}
    sent = await browser.http.post(page, data=told, follow_redirects=True)
    assert sent.status_code == 200, sent.text
    return sent.text


async def test_a_school_posts_a_need_an_enterprise_answers_it_and_both_agree(people: People):
    school = await verified(people, "school")
    firm = await verified_enterprise(people)
    async with people.browser(school.login) as office, people.browser(firm.login) as hr:
        need = await written(office)
        offer = await written(hr, side="offer", title="开设数控车工订单班")
        fits = (await hr.open(f"{offer}?lang=en")).text.partition('id="matches"')[2]
        assert need in fits
        assert "Why it fits" in fits
        recommended = (await hr.open("/exchange/mine?lang=en")).text
        assert need in recommended.partition('id="fitting"')[2]
        plain = (await hr.open("/exchange/mine?personalised=false&lang=en")).text
        assert "In this order nothing about you has a say." in plain
        assert "Why it fits" not in plain
        asked = await pressed(hr, need, "answer", message=MESSAGE)
        assert MESSAGE in asked
        twice = await hr.send(need, need, _do="answer", message=MESSAGE)
        assert twice.status_code == 422
        assert 'href="/exchange/connections/' in twice.text.partition("<main")[2]
        listed = (await office.open("/exchange/connections?lang=en")).text
        talk = next(iter(re.findall(r'href="(/exchange/connections/[^"]+)"', listed)))
        await pressed(office, talk, "accept")
        agreement = {"subject": "合办数控订单班", "start_on": day(60), "end_on": day(400)}
        proposed = await pressed(office, talk, "propose", **agreement, places="40")
        assert "Proposed agreement" in proposed
        assert 'value="confirm"' not in proposed
        agreed = await pressed(hr, talk, "confirm")
    assert "Agreed" in agreed
    assert "合办数控订单班" in agreed
    assert 'value="propose"' not in agreed


async def test_a_notice_in_jilin_waits_until_its_department_registers_it(people: People):
    firm = await verified_enterprise(people)
    department = await verified(people, "authority", region_code="220000")
    async with (
        people.browser(firm.login) as hr,
        people.browser(department.login) as desk,
        people.browser() as visitor,
    ):
        page = await written(hr, region_code="220102 吉林省长春市南关区", kind="staffing")
        assert (await visitor.open(page)).status_code == 404
        assert page in (await desk.open("/exchange/registrations")).text
        html = await pressed(desk, f"{page}?lang=en", "register", decision="register")
        assert page not in html
        told = (await visitor.open(f"{page}?lang=en")).text
    assert f"Registered by {department.name}" in told
    assert 'href="/policies/cn-jl' in told


async def test_what_is_returned_says_why_at_its_own_organisation_only(people: People):
    firm = await verified_enterprise(people)
    department = await verified(people, "authority", region_code="220000")
    async with people.browser(firm.login) as hr, people.browser(department.login) as desk:
        page = await written(hr, region_code="220102", kind="production")
        silent = await desk.send(page, page, _do="register", decision="return", reason="")
        assert silent.status_code == 422
        await pressed(desk, page, "register", decision="return", reason="请写明设备型号")
        assert "请写明设备型号" in (await hr.open(page)).text


async def test_a_form_says_what_is_wrong_where_it_was_typed(people: People):
    firm = await verified_enterprise(people)
    path = "/exchange/notices/new"
    async with people.browser(firm.login) as hr:
        typed = notice(title="", price_fen="三千", region_code="西湖区")
        lacking = await hr.send(path, f"{path}?lang=en", **typed)
        assert lacking.status_code == 422
        assert 'href="#field-title"' in lacking.text
        assert 'href="#field-price-fen"' in lacking.text
        unknown = (await hr.send(path, path, **notice(region_code="西湖区"))).text
        assert 'href="#field-region-code"' in unknown
        assert "330106 浙江省杭州市西湖区" in unescape(unknown)


async def test_the_board_is_narrowed_by_what_its_facets_count(people: People):
    firm = await verified_enterprise(people, "杭州独一机械有限公司")
    async with people.browser(firm.login) as hr, people.browser() as visitor:
        for kind in ("lease", "lease", "mentor"):
            await written(hr, side="offer", kind=kind, title="独一无二的供给")
        html = (await visitor.open("/exchange?q=独一无二&lang=en")).text
        assert "3 notices found" in html
        links = re.findall(r'<a href="([^"]+)"[^>]*><span>Lease of premises', html)
        narrowed = (await visitor.open(unescape(links[0]))).text
        assert "2 notices found" in narrowed
        majors = re.findall(r'<a href="([^"]+major=[^"]+)"', html)
        assert "3 notices found" in (await visitor.open(unescape(majors[0]))).text
        empty = (await visitor.open("/exchange?q=没有这样的供求啊")).text
        both = (await visitor.open("/search?q=独一无二&lang=en")).text
    assert "See every open notice" in empty
    assert "独一无二的供给" in both


async def test_a_draft_is_changed_by_its_own_organisation_only(people: People):
    firm, rival = await verified_enterprise(people), await verified_enterprise(people)
    async with people.browser(firm.login) as hr, people.browser(rival.login) as other:
        page = await written(hr, _do="save")
        assert (await other.open(page)).status_code == 404
        assert (await other.open(f"{page}/edit")).status_code == 404
        path = f"{page}/edit"
        changed = await hr.send(path, path, **notice(title="改过的标题"))
        assert changed.headers["location"] == page
        html = (await other.open(f"{page}?lang=en")).text
    assert "改过的标题" in html
    assert f'href="{page}/edit"' not in html
    assert 'id="answer"' in html


async def test_research_of_a_college_names_a_partner_or_says_why_there_is_none(people: People):
    school = await verified(people, "school")
    path, told = "/exchange/notices/new", {"kind": "research", "title": "刀具磨损监测研究"}
    async with people.browser(school.login) as office:
        lacking = await office.send(path, path, **notice(**told))
        assert lacking.status_code == 422
        assert 'href="#field-partner-name"' in lacking.text
        page = await written(office, **told, partner_waiver="正在征集参与企业")
        html = (await office.open(f"{page}?lang=en")).text
    assert "the rules of this place ask why, and it is said" in html
    assert "浙江" in html.partition("and it is said")[2][:200]
