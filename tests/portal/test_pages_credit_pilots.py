"""The register of 1+X pilots in the browser: entered by the office, read by reviewers."""

from __future__ import annotations

import re

from portal_market import ACADEMIC, REVIEWER
from portal_school import World

PAGE = "/credits/pilots"


async def test_the_office_enters_counts_and_ends_a_pilot(world: World):
    told = {"certificate": "焊接机器人编程", "evaluator_name": "评价组织", "from_on": "2024-01-01"}
    async with world.browser(ACADEMIC) as office:
        bare = await office.send(PAGE, PAGE, **{**told, "evaluator_name": "", "act": ""})
        assert bare.status_code == 422
        assert 'href="#field-evaluator-name"' in bare.text
        kept = await office.send(PAGE, PAGE, act="", **told)
        assert kept.status_code == 303, kept.text
        html = (await office.open(f"{PAGE}?lang=en")).text
        row = next(row for row in html.split("<tr") if "焊接机器人编程" in row)
        pilot = re.search(r'name="pilot" value="([^"]+)"', row)
        seen = re.search(r'name="seen" value="([^"]+)"', row)
        assert pilot is not None
        assert seen is not None
        asked = {"pilot": pilot[1], "seen": seen[1].replace("&#34;", '"')}
        counted = await office.send(PAGE, PAGE, act="count", **asked)
        assert counted.status_code == 303
        stale = await office.send(PAGE, PAGE, act="end", **asked)
        assert stale.status_code == 422
        assert "焊接机器人编程" in (await office.open(PAGE)).text


async def test_a_reviewer_reads_the_register_and_enters_nothing(world: World):
    async with world.browser(REVIEWER) as browser:
        html = (await browser.open(f"{PAGE}?lang=en")).text
        assert "national pilot institutions of 1+X certificates" in html
        assert "Enter a pilot" not in html
        assert (await browser.send(PAGE, "/credits/cases", certificate="x")).status_code == 403
