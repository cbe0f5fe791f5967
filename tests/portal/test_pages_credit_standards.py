"""An alliance's common standard in the browser: written, signed by a member, put into force."""

from __future__ import annotations

import re

from portal_hands import hidden_fields
from portal_market import ACADEMIC, ALLIANCE, REVIEWER
from portal_school import World

TERMS = {
    "code": "STD-PAGES",
    "title_zh": "共同标准",
    "title_en": "A common standard",
    "kinds": "internship",
    "in_weeks": "internship",
    "hours_low": "16",
    "hours_high": "18",
    "weeks_low": "1",
    "weeks_high": "2",
    "use_scope": "level",
    "valid_from": "2027-01-01",
}


async def test_a_standard_is_drafted_corrected_and_laid_before_its_members(world: World):
    async with world.browser(ALLIANCE) as keeper:
        new = "/credits/standards/new"
        wrong = await keeper.send(new, new, **{**TERMS, "hours_low": "x"})
        assert wrong.status_code == 422
        assert 'href="#field-hours-low"' in wrong.text
        made = await keeper.send(new, new, **TERMS)
        assert made.status_code == 303, made.text
        page = made.headers["location"]
        edit = f"{page}/edit"
        kept = await keeper.send(edit, edit, **{**TERMS, "weeks_high": "1"})
        assert kept.status_code == 303, kept.text
        assert (await keeper.send(page, page, act="proposal")).status_code == 303
        html = (await keeper.open(f"{page}?lang=en")).text
        assert "Waits for signatures" in html
    # Not every member has signed.
    assert "Put it into force" not in html


async def test_a_member_reads_what_differs_and_signs_once(world: World):
    async with world.browser(ACADEMIC) as office:
        listed = (await office.open("/credits/standards?lang=en")).text
        waiting = next(
            row
            for row in re.findall(r"<tr.*?</tr>", listed, re.DOTALL)
            if "Waits for signatures" in row and "DEMO-RECOGNITION" in row
        )
        found = re.search(r"/credits/standards/[0-9a-f-]{36}", waiting)
        assert found is not None
        page = found[0]
        html = (await office.open(f"{page}?lang=en")).text
        assert "What differs from version 1" in html
        assert "1–2" in html
        form = hidden_fields(html)
        forged = await office.http.post(
            page, data={**form, "digest": "sha256:0", "act": "signatures"}
        )
        assert forged.status_code == 422
        signed = await office.http.post(
            page, data={**form, "_key": "a-key-of-20-characters", "act": "signatures"}
        )
        assert signed.status_code == 303, signed.text
        after = (await office.open(f"{page}?lang=en")).text
        assert "did:" in after
        assert "Sign the standard" not in after
        told = (await office.open(f"{page}/signed.json")).json()
    assert told["signatures"][0]["digest"] == told["digest"]


async def test_a_reviewer_reads_the_standard_and_cannot_sign_it(world: World):
    async with world.browser(REVIEWER) as browser:
        html = (await browser.open("/credits/standards")).text
        found = re.search(r"/credits/standards/[0-9a-f-]{36}", html)
        assert found is not None
        assert 'signatures"' not in (await browser.open(found[0])).text
        assert (await browser.open("/credits/standards/new")).status_code == 403


async def test_an_alliance_finds_a_school_whose_memberships_never_overlap(world: World):
    async with world.browser(ALLIANCE) as keeper:
        page = "/credits/standards/members"
        search = f"{page}?q=学院&lang=en"
        found = re.search(r'name="member_id" value="([^"]+)"', (await keeper.open(search)).text)
        assert found is not None
        past = {"member_id": found[1], "from_on": "2020-01-01", "until_on": "2020-12-31"}
        past["end"] = ""  # of the buttons beside other members
        assert (await keeper.send(page, search, **past)).status_code == 303
        assert "31 Dec 2020" in (await keeper.open(search)).text
        again = await keeper.send(page, search, **past)
    assert again.status_code == 422
    assert "overlaps" in again.text
