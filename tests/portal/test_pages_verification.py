from __future__ import annotations

import re

from portal_hands import hidden_fields
from portal_platform import People, new_number

from shared.catalogues import uscc

SEND = "/organisation/verification/new"


def new_uscc() -> str:
    body = f"91330100MA2{new_number():06d}"
    return next(body + sign for sign in uscc.ALPHABET if uscc.is_valid(body + sign))


async def _reviewer(people: People, region: str = "330000") -> str:
    authority = await people.found("authority", region_code=region)
    login = f"reviewer-{new_number()}"
    await people.join(authority.id, login, "reviewer")
    return login


async def test_evidence_is_sent_reviewed_and_the_reason_is_shown(people: People):
    firm, code = await people.found(), new_uscc()
    async with people.browser(firm.login) as browser:
        sent = await browser.send(SEND, SEND, uscc=code, evidence="执照由滨江区市监局签发")
        assert sent.status_code == 303, sent.text
        page = (await browser.open("/organisation/verification?lang=en")).text
        assert "Your evidence is being reviewed" in page
        assert f'href="{SEND}"' not in page
    async with people.browser(await _reviewer(people)) as browser:
        work = (await browser.open("/reviews")).text
        assert firm.name in work
        (path,) = re.findall(rf'href="(/reviews/[^"]+)">{firm.name}<', work)
        assert "执照由滨江区市监局签发" in (await browser.open(path)).text
        decided = await browser.send(path, path, decision="approve", reason="与公示系统一致")
        assert decided.status_code == 303
        assert firm.name not in (await browser.open("/reviews")).text
        assert firm.name in (await browser.open("/reviews?status=approved")).text
    async with people.browser(firm.login) as browser:
        page = (await browser.open("/organisation/verification?lang=en")).text
    assert "与公示系统一致" in page
    assert f"under the credit code {code}" in page


async def test_a_wrong_check_digit_is_said_at_its_field(people: People):
    firm, code = await people.found(), new_uscc()
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    async with people.browser(firm.login) as browser:
        sent = await browser.send(SEND, SEND, uscc=wrong, evidence="营业执照")
    assert sent.status_code == 422
    assert 'href="#field-uscc"' in sent.text
    assert "营业执照" in sent.text


async def test_a_count_that_is_no_number_is_said_at_its_field(people: People):
    firm = await people.found()
    async with people.browser(firm.login) as browser:
        told = {"uscc": new_uscc(), "evidence": "营业执照", "staff_total": "约二百"}
        sent = await browser.send(SEND, SEND, **told)
    assert sent.status_code == 422
    assert 'href="#field-staff-total"' in sent.text


async def test_a_decision_needs_its_reason(people: People):
    firm = await people.found()
    async with people.browser(firm.login) as browser:
        await browser.send(SEND, SEND, uscc=new_uscc(), evidence="营业执照")
    async with people.browser(await _reviewer(people)) as browser:
        work = (await browser.open("/reviews")).text
        (path,) = re.findall(rf'href="(/reviews/[^"]+)">{firm.name}<', work)
        sent = await browser.send(path, path)
    assert sent.status_code == 422
    for field in ("decision", "reason"):
        assert f'href="#field-{field}"' in sent.text


async def test_a_reviewer_of_another_region_sees_nothing_of_it(people: People):
    firm = await people.found()
    async with people.browser(firm.login) as browser:
        await browser.send(SEND, SEND, uscc=new_uscc(), evidence="营业执照")
    async with people.browser(await _reviewer(people, "220000")) as browser:
        assert firm.name not in (await browser.open("/reviews")).text


async def test_an_enterprise_has_no_work_list(people: People):
    firm = await people.found()
    async with people.browser(firm.login) as browser:
        assert (await browser.open("/reviews")).status_code == 403


async def test_a_licence_is_uploaded_and_read_by_the_reviewer_alone(people: People):
    firm, login = await people.found(), await _reviewer(people)
    scan = b"%PDF-1.4 licence %%EOF"
    async with people.browser(firm.login) as browser:
        html = (await browser.open(SEND)).text
        uscc = new_uscc()
        told = {**hidden_fields(html), "uscc": uscc, "evidence": "见营业执照扫描件"}
        sent = await browser.http.post(
            SEND, data=told, files={"licence": ("licence.pdf", scan, "application/pdf")}
        )
        assert sent.status_code == 303, sent.text
    async with people.browser(login) as browser:
        listed = (await browser.open("/reviews")).text
        paths = dict.fromkeys(re.findall(r'href="(/reviews/[0-9a-f-]+)"', listed))
        shown = {path: (await browser.open(path)).text for path in paths}
        (review,) = [path for path, html in shown.items() if uscc in html]
        assert f"{review}/licence" in shown[review]
        assert (await browser.open(f"{review}/licence")).content == scan
    async with people.browser(firm.login) as browser:
        assert (await browser.open(f"{review}/licence")).status_code == 403
