"""Course sequences between stages in the browser: entered by the office, read by reviewers."""

from __future__ import annotations

import re

from portal_market import ACADEMIC, REVIEWER
from portal_school import World

PAGE = "/credits/articulations"
TOLD = {
    "title": "数控技术中高职衔接",
    "from_school_name": "市第一中等职业学校",
    "from_programme": "数控技术应用",
    "from_stage": "secondary_vocational",
    "overlap_min": "70",
    "valid_from": "2026-09-01",
}


async def test_the_office_enters_a_sequence_and_ends_it(world: World):
    actor = await world.actor(ACADEMIC)
    programme = (await actor.get("/v1/programmes"))["items"][0]
    code = programme["course_codes"][0]
    told = {**TOLD, "programme_code": programme["code"]}
    async with world.browser(ACADEMIC) as office:
        low = await office.send(PAGE, PAGE, **told, steps=f"车工工艺 = {code} = 60 %")
        assert low.status_code == 422
        assert "低于要求的 70 %" in low.text
        two = f"车工工艺＝{code}＝85\n机械制图＝{programme['course_codes'][1]}＝90"
        sent = await office.send(PAGE, PAGE, **told, steps=two)
        assert sent.status_code == 303, sent.text
        row = _row((await office.open(f"{PAGE}?lang=en")).text)
        assert "(85%)" in row
        assert "<br>" in row
        asked = {name: _hidden(row, name) for name in ("act", "sequence", "seen")}
        assert (await office.send(PAGE, PAGE, **asked)).status_code == 303
        assert "End today" not in _row((await office.open(f"{PAGE}?lang=en")).text)


def _row(html: str) -> str:
    return next(row for row in html.split("<tr") if TOLD["title"] in row)


def _hidden(row: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', row)
    assert found is not None
    return found[1].replace("&#34;", '"')


async def test_a_reviewer_reads_sequences_and_enters_none(world: World):
    async with world.browser(REVIEWER) as browser:
        html = (await browser.open(f"{PAGE}?lang=en")).text
        assert "Course sequences between stages" in html
        assert "Enter the sequence" not in html
        assert (await browser.send(PAGE, "/credits/cases", title="x")).status_code == 403
