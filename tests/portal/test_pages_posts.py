from __future__ import annotations

import re
from html import unescape

from portal_enterprise import day, drafted, published, verified_enterprise
from portal_hands import Browser
from portal_platform import People
from portal_rooms import Rooms
from starlette.responses import JSONResponse

from gateway.portal.catalogue_names import major_name


def facet(html: str, title: str) -> dict[str, int]:
    box = html.partition(f"<summary>{title}</summary>")[2].partition("</details>")[0]
    found = re.findall(r"<span>([^<]+)</span><span class=\"count\">.*?</span> ([\d,]+)</span>", box)
    return {name: int(count.replace(",", "")) for name, count in found}


async def test_a_search_shows_what_a_post_offers_in_yuan_and_leads_to_it(people: People):
    firm = await verified_enterprise(people)
    api = await people.api(firm.login)
    post = await published(api, title="装配", pay_fen_month=None, pay_fen_day=12_050)
    async with people.browser() as browser:
        html = (await browser.open(f"/posts?enterprise_id={firm.id}&lang=en")).text
        page = await browser.open(f"/posts/{post['id']}?lang=en")
    assert "1 post found" in html
    assert "¥120.50 a day" in html
    assert "杭州市西湖区" in html
    assert f'href="/posts/{post["id"]}"' in html
    assert page.status_code == 200
    assert major_name("660103") in page.text


async def test_facets_count_what_their_links_find(people: People):
    firm = await verified_enterprise(people)
    api = await people.api(firm.login)
    for pay, seats in ((150_000, 1), (250_000, 6), (520_000, 30)):
        await published(api, title="岗位", pay_fen_month=pay, seats=seats)
    async with people.browser() as browser:
        html = (await browser.open(f"/posts?enterprise_id={firm.id}&lang=en")).text
        for title in ("Pay", "Seats left", "Region", "Kind of internship", "Days a week"):
            box = html.partition(f"<summary>{title}</summary>")[2].partition("</details>")[0]
            links = re.findall(r'<a href="([^"]+)"', box)
            assert links, title
            for href, count in zip(links, facet(html, title).values(), strict=True):
                narrowed = (await browser.open(unescape(href))).text
                assert f"共 {count} 条" in narrowed or f"of {count}" in narrowed, (title, href)
    assert facet(html, "Pay") == {
        "From ¥1,000 a month": 3,
        "From ¥2,000 a month": 2,
        "From ¥5,000 a month": 1,
    }


async def test_a_region_opens_into_its_cities_and_can_be_taken_away_again(people: People):
    firm = await verified_enterprise(people)
    api = await people.api(firm.login)
    await published(api, title="杭州", region_code="330106")
    await published(api, title="宁波", region_code="330203")
    async with people.browser() as browser:
        html = (await browser.open(f"/posts?enterprise_id={firm.id}&region=330000&lang=en")).text
    assert facet(html, "Region") == {"杭州市": 1, "宁波市": 1}
    assert re.search(r'class="chip"[^>]*>.*浙江省', html)


async def test_nothing_found_says_what_to_try_and_keeps_the_words(people: People):
    async with people.browser() as browser:
        html = (await browser.open("/posts?q=没有这样的岗位啊&lang=en")).text
    assert "No post fits all of this" in html
    assert "Search without the words" in html
    assert 'value="没有这样的岗位啊"' in html


async def test_a_date_that_is_none_is_said_at_its_field(people: People):
    async with people.browser() as browser:
        answer = await browser.open("/posts?start_from=31.12.&lang=en")
    assert answer.status_code == 422
    assert "There is a problem" in answer.text


async def test_a_list_goes_on_where_its_page_ends(people: People):
    firm = await verified_enterprise(people)
    api = await people.api(firm.login)
    for number in range(23):
        await published(api, title=f"第{number}岗")
    async with people.browser() as browser:
        first = (await browser.open(f"/posts?enterprise_id={firm.id}")).text
        following = re.search(r'href="([^"]+)" rel="next"', first)
        assert following
        second = (await browser.open(unescape(following[1]))).text
    pattern = r'<a href="(/posts/[0-9a-f-]{36})"'
    shown = [set(re.findall(pattern, page)) for page in (first, second)]
    assert [len(each) for each in shown] == [20, 3]
    assert not shown[0] & shown[1]


async def test_a_report_states_every_rule_once_with_clause_and_how_well_it_is_known(people: People):
    firm = await verified_enterprise(people)
    post = await published(await people.api(firm.login), pay_fen_month=100_000)
    report = post["report"]
    async with people.browser() as browser:
        html = (await browser.open(f"/posts/{post['id']}?whole=1&lang=en")).text
    told = html.partition('id="report"')[2]
    for one in (*report["findings"], *report["skipped"], *report["passed"]):
        assert told.count(f"<code>{one['rule']}</code>") == 1
        assert f'href="/policies/cn#{one["rule"]}"' in told
    for one in report["skipped"]:
        assert one["message_en"].split("{", maxsplit=1)[0][:20] in unescape(told)
    assert told.count("Not checked</strong>") == len(report["skipped"])
    assert told.count("Holds</strong>") == len(report["passed"])
    assert "<details" not in told.replace('<details class="more" open>', "")


async def test_a_draft_and_private_wages_are_nobody_elses(people: People):
    firm = await verified_enterprise(people)
    api = await people.api(firm.login)
    draft, post = await drafted(api), await published(api, wages={"reference_fen_month": 377_700})
    other = await verified_enterprise(people)
    async with people.browser() as visitor, people.browser(other.login) as rival:
        assert (await visitor.open(f"/posts/{draft['id']}")).status_code == 404
        assert (await rival.open(f"/posts/{draft['id']}")).status_code == 404
        for browser in (visitor, rival):
            html = (await browser.open(f"/posts/{post['id']}")).text
            assert "3,777" not in html
            assert "3777" not in html
        assert (await rival.open(f"/enterprise/posts/{post['id']}")).status_code == 404
        assert (await rival.open(f"/enterprise/posts/{post['id']}/edit/pay")).status_code == 404


async def test_the_front_door_counts_what_is_open_and_leads_each_role_on(people: People):
    firm = await verified_enterprise(people)
    await published(await people.api(firm.login), end_on=day(300))
    async with people.browser() as visitor, people.browser(firm.login) as hr:
        html = (await visitor.open("/?lang=en")).text
        own = (await hr.open("/?lang=en")).text
    assert "Open posts" in html
    assert 'action="/search"' in html
    assert "Publish posts" in html
    assert "Open my work list" in own


async def test_one_search_shows_each_type_with_its_count_and_leads_to_the_rest(people: People):
    firm = await verified_enterprise(people, "杭州竹编研究有限公司")
    api = await people.api(firm.login)
    for number in range(6):
        await published(api, title=f"竹编{number}号")
    async with people.browser() as visitor:
        html = (await visitor.open("/search?q=竹编&lang=en")).text
        listed = re.search(r'href="(/posts\?q=[^"]+)">See all', html)
        assert listed is not None
        whole = (await visitor.open(f"{unescape(listed[1])}&lang=en")).text
        firms = (await visitor.open("/search?q=竹编&type=organisations&lang=en")).text
        clauses = (await visitor.open("/search?q=实习&type=policies&lang=en")).text
        onward = re.search(r'href="([^"]+)" rel="next"', clauses)
        assert onward is not None
        more = (await visitor.open(unescape(onward[1]))).text
    assert re.search(r">Internship posts 6</a>", html)
    assert re.search(r">Organisations 1</a>", html)
    assert "Nothing found among: Offers and needs; Competency standards; Policies" in html
    assert "6 posts found" in whole
    assert firm.name in firms
    assert "竹编0号" not in firms
    links = [re.findall(r'href="(/policies/[^"]+#[^"]+)"', page) for page in (clauses, more)]
    assert len(links[0]) == 20
    assert links[1]
    assert not set(links[0]) & set(links[1])


async def test_a_part_that_does_not_answer_is_named_beside_what_the_others_found(
    browser: Browser, rooms: Rooms
):
    clause = {
        "kind": "parameter",
        "key": "internship.weeks_usual",
        "name": "岗位实习一般时长",
        "pack": "cn",
        "pack_name": "全国",
        "number": "教职成〔2021〕4号",
        "clause": "第十三条",
        "quote": "",
    }
    group = {"type": "policies", "found": 1, "items": [clause], "next": None, "href": "/v1/search"}
    answer = {"groups": [group], "unavailable": ["posts", "notices"], "left_out": []}
    rooms.told["/v1/search"] = JSONResponse(answer)
    html = (await browser.open("/search?q=时长&lang=en")).text
    assert "the rest is whole: Internship posts; Offers and needs" in html
    assert 'href="/policies/cn#internship.weeks_usual"' in html
