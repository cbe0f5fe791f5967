from __future__ import annotations

import pytest
from portal_enterprise import hr_of, settled, verified_enterprise
from portal_hands import Browser, hidden_fields
from portal_platform import People

from tests.small_world import working

HEADER = "岗位名称,岗位描述,实习类型,工作地区,人数,开始日期,结束日期,专业"
GOOD = "数控操作实习,在师傅指导下操作数控机床,岗位实习,330106,5,2027-03-01,2027-08-28,数控技术应用"
BAD = "仓库实习,整理仓库,岗位实习,330199,-3,2027-03-01,2027-02-01,数控技术应用"


async def upload(browser: Browser, table: str, encoding: str = "utf-8", **form: str):
    page = (await browser.open("/enterprise/imports")).text.partition("<main")[2]
    files = {"file": ("岗位.csv", table.encode(encoding), "text/csv")}
    data = {**hidden_fields(page), **form}
    return await browser.http.post("/enterprise/imports", data=data, files=files)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
async def test_a_table_in_any_usual_encoding_becomes_posts(people: People, encoding: str):
    firm = await verified_enterprise(people)
    async with working(people.platform), people.browser(await hr_of(people, firm)) as browser:
        sent = await upload(browser, f"{HEADER}\n{GOOD}\n", encoding)
        assert sent.status_code == 303, sent.text
        html = await settled(browser, sent.headers["location"])
        drafts = (await browser.open("/enterprise/posts?state=draft")).text
    assert "读取行数" in html
    assert "数控操作实习" in drafts


async def test_every_fault_stands_in_its_row_and_column_and_nothing_is_kept(people: People):
    firm = await verified_enterprise(people)
    async with working(people.platform), people.browser(await hr_of(people, firm)) as browser:
        sent = await upload(browser, f"{HEADER}\n{GOOD}\n{BAD}\n")
        html = await settled(browser, sent.headers["location"])
        faults = await browser.open(f"{sent.headers['location']}/faults.xlsx")
        drafts = (await browser.open("/enterprise/posts?state=draft")).text
    assert "第 3 行" in html
    assert "第 2 行" not in html
    for column in ("人数", "工作地区"):
        assert f">{column}</div>" in html
    assert "本次未写入任何内容" in html
    assert faults.content.startswith(b"PK")
    assert "数控操作实习" not in drafts


async def test_the_good_rows_of_a_faulty_file_are_kept_where_asked(people: People):
    firm = await verified_enterprise(people)
    async with working(people.platform), people.browser(await hr_of(people, firm)) as browser:
        sent = await upload(browser, f"{HEADER}\n{GOOD}\n{BAD}\n", partial="true")
        await settled(browser, sent.headers["location"])
        drafts = (await browser.open("/enterprise/posts?state=draft")).text
    assert "数控操作实习" in drafts
    assert "仓库实习" not in drafts


async def test_a_file_with_other_headers_says_which_header_was_meant(people: People):
    firm = await verified_enterprise(people)
    async with working(people.platform), people.browser(await hr_of(people, firm)) as browser:
        sent = await upload(browser, f"{HEADER.replace('工作地区', '所在地区')}\n{GOOD}\n")
        html = await settled(browser, sent.headers["location"])
    assert "表头与模板不符" in html
    assert "工作地区" in html


async def test_without_a_file_the_form_says_so(people: People):
    firm = await verified_enterprise(people)
    async with people.browser(await hr_of(people, firm)) as browser:
        sent = await browser.send("/enterprise/imports", "/enterprise/imports?lang=en")
    assert sent.status_code == 422
    assert "Choose a file" in sent.text


async def test_an_upload_of_another_enterprise_is_not_found(people: People):
    firm, other = await verified_enterprise(people), await verified_enterprise(people)
    async with people.browser(firm.login) as browser, people.browser(other.login) as rival:
        sent = await upload(browser, f"{HEADER}\n{GOOD}\n")
        path = sent.headers["location"]
        assert (await rival.open(path)).status_code == 404
        assert (await rival.open(f"{path}/faults.xlsx")).status_code == 404
        template = await rival.open("/v1/posts/imports/template.xlsx?lang=zh")
    assert template.content.startswith(b"PK")
