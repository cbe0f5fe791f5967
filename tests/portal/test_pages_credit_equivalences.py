"""Units of a certificate mapped to the courses that they waive, in the browser."""

from __future__ import annotations

import re

from portal_market import ACADEMIC, REVIEWER
from portal_school import World

PAGE = "/credits/equivalences"


async def test_units_of_a_certificate_are_mapped_to_courses(world: World):
    async with world.browser(ACADEMIC) as office:
        html = (await office.open(PAGE)).text
        label = re.search(r'name="course_ids" value="([^"]+)"[^>]*>\s*<label[^>]*>C-CNC', html)
        assert label is not None
        told = {"kind": "skill_certificate", "together": "all", "valid_from": "2026-09-01"}
        bare = await office.send(PAGE, PAGE, **told)
        assert bare.status_code == 422
        assert 'href="#field-titles"' in bare.text
        units = "车削编程单元\n零件检测单元"
        sent = await office.send(PAGE, PAGE, **told, titles=units, course_ids=label[1])
        assert sent.status_code == 303, sent.text
        listed = (await office.open(f"{PAGE}?lang=en")).text
    row = next(row for row in listed.split("<tr") if "车削编程单元" in row)
    assert "车削编程单元 and 零件检测单元" in row
    assert "数控车削加工" in row
    assert "Declared" in row
    kept = (await (await world.actor(ACADEMIC)).get("/v1/credit-equivalences"))["items"][0]
    assert [one["title"] for one in kept["outcomes"]["all"]] == ["车削编程单元", "零件检测单元"]


async def test_a_reviewer_reads_equivalences_and_declares_none(world: World):
    async with world.browser(REVIEWER) as browser:
        html = (await browser.open(f"{PAGE}?lang=en")).text
        assert "What counts as which course" in html
        assert "Declare it" not in html
        assert (await browser.send(PAGE, "/credits/cases", titles="x")).status_code == 403
