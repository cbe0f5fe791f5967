"""The labour market and recognition of credits as people see them, on the small world."""

from __future__ import annotations

from portal_market import ANALYST, REVIEWER
from portal_school import STUDENT, World


async def test_a_chart_is_a_picture_and_a_document(world: World):
    async with world.browser(ANALYST) as browser:
        page = await browser.open("/labour/forecast?lang=en")
        spec, wide = page.text.split('data-chart="')[1].split('"')[0], "svg?"
        drawn = await browser.open(spec.replace("&amp;", "&").replace("json?", wide))
        told = await browser.open(spec.replace("&amp;", "&"))
    assert drawn.headers["content-type"].startswith("image/svg+xml")
    assert told.json()["$schema"].startswith("https://vega.github.io/")


async def test_a_file_that_is_no_credential_is_called_so(world: World):
    async with world.browser(STUDENT) as browser:
        page = await browser.open("/verify?lang=en")
        token = page.text.split('name="_token" value="')[1].split('"')[0]
        answer = await browser.http.post(
            "/verify/file",
            data={"_token": token},
            files={"file": ("badge.json", b'{"no": "credential"}', "application/json")},
        )
    assert "This is no readable credential" in answer.text


async def test_a_reviewer_decides_on_the_digest_that_was_read(world: World):
    async with world.browser(REVIEWER) as browser:
        case = f"/credits/cases/{(await world.first(REVIEWER, '/v1/credit-applications'))['id']}"
        sent = await browser.send(
            f"{case}/decide", case, verdict="approved", reason="材料与规则相符", reason_code=""
        )
        assert sent.status_code == 303, sent.text
        page = await browser.open(case)
    assert "材料与规则相符" in page.text
