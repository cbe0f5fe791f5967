"""The reporting desk: files that are wrong are told by row and column, good ones are written."""

from __future__ import annotations

import re
from html import unescape

import httpx
import pytest
from portal_hands import Browser, hidden_fields
from portal_market import ANALYST
from portal_school import OFFICE, World

from gateway.demo.door import DemoJobError

_MARKET = "行政区划代码,职业代码,季度,招聘人数,登记求职人数,数据来源,统计日期"
_GOOD = "330600,2-05-08-01,2024Q1,210,90,测试报送,2024-04-10"
_NO_REGION = "999999,2-05-08-01,2024Q1,210,90,测试报送,2024-04-10"


async def sent(browser: Browser, page: str, *lines: str, **values: str) -> httpx.Response:
    """Send a table by the upload form of a page."""
    shown = await browser.open(page)
    files = {"file": ("table.csv", "\n".join(lines).encode(), "text/csv")}
    return await browser.http.post(page, data={**hidden_fields(shown.text), **values}, files=files)


async def followed(world: World, browser: Browser, answer: httpx.Response) -> httpx.Response:
    """Wait for the job that an upload started, and open the page that watches it."""
    assert answer.status_code == 303, answer.text
    watched = answer.headers["location"]
    try:
        await (await world.actor(ANALYST)).ended(f"/v1{watched.partition('?')[0]}", like="desk")
    except DemoJobError:
        return await browser.open(watched)
    page = await browser.open(watched)
    assert page.status_code == 303
    return await browser.open(page.headers["location"])


async def test_a_report_with_a_wrong_row_is_kept_out_and_the_cell_is_named(world: World):
    async with world.browser(ANALYST) as browser:
        page = "/labour/desk/reports/market"
        await browser.open(f"{page}?lang=en")
        told = await followed(world, browser, await sent(browser, page, _MARKET, _GOOD, _NO_REGION))
        assert "Nothing was written" in told.text
        assert "Row 3" in told.text
        assert "行政区划代码" in told.text
        assert "测试报送" not in (await browser.open(page)).text
        partly = await followed(
            world, browser, await sent(browser, page, _MARKET, _GOOD, _NO_REGION, partial="true")
        )
        assert "The file is written" in partly.text
        assert "测试报送" in (await browser.open(page)).text


async def test_a_series_is_set_up_and_its_wrong_file_is_told_by_row(world: World):
    async with world.browser(ANALYST) as browser:
        new = "/labour/desk/datasets/new"
        await browser.open(f"{new}?lang=en")
        refused = await browser.send(new, new, measure="insured", name="参保")
        assert refused.status_code == 422
        assert 'href="#field-source"' in refused.text
        made = await browser.send(
            new,
            new,
            measure="insured",
            name="参保职工人数（测试）",
            source="测试",
            definition="季末在册人数",
            frequency="quarter",
        )
        page = made.headers["location"]
        template = await browser.open(f"{page}/template.xlsx")
        assert template.content.startswith(b"PK")
        head = "地区代码,职业代码,时期,数值"
        wrong = await sent(browser, page, head, "330602,6-18-01-01,2024-Q1,-5")
        told = await followed(world, browser, wrong)
        assert "What to mend" in told.text
        assert "Row 2" in told.text
        good = await sent(browser, page, head, "330602,6-18-01-01,2024-Q1,512")
        told = await followed(world, browser, good)
        figures = re.sub(r"\s+", " ", unescape(told.text))
        assert "The file is written" in figures
        breaks = f"{page}/breaks"
        told = {"from_period": "2024-Q2", "kind": "definition", "note": "自二季度起含灵活就业"}
        wrong = await browser.send(breaks, breaks, **{**told, "from_period": "spring"})
        assert wrong.status_code == 422
        assert (await browser.send(breaks, breaks, **told, factor="1.08")).status_code == 303
        assert "自二季度起含灵活就业" in (await browser.open(breaks)).text
        desk = await browser.open("/labour/desk")
        assert "参保职工人数（测试）" in desk.text


@pytest.mark.parametrize(
    "path", ["/labour/desk", "/labour/desk/reports/market", "/labour/desk/publish"]
)
async def test_the_desk_is_for_those_who_report(world: World, path: str):
    async with world.browser(OFFICE) as browser:
        assert (await browser.open(path)).status_code == 403
