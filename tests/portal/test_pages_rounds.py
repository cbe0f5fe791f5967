"""Rules, what-ifs and the public check of a round, as the office, a student and anybody see it."""

from __future__ import annotations

import asyncio
import re
import time
from typing import Any

from portal_hands import Browser
from portal_platform import door
from portal_school import OFFICE, OFFICE_2, STUDENT, World


async def settled(browser: Browser, path: str) -> str:
    """Open the page of a job until it tells its result."""
    # The engine's kernels are compiled by the first question that is ever asked.
    end = time.monotonic() + 200
    while time.monotonic() < end:
        answer = await browser.open(path)
        assert answer.status_code == 200, answer.text
        if 'role="progressbar"' not in answer.text and "<progress" not in answer.text:
            return answer.text
        await asyncio.sleep(0.05)
    raise AssertionError("the job did not end")


async def answered(browser: Browser, page: str, **told: str) -> str:
    """Send a question from its page and return the page of its answer, in English."""
    sent = await browser.send(page, page, **told)
    assert sent.status_code == 303, sent.text
    return await settled(browser, f"{sent.headers['location']}?lang=en")


async def test_an_office_chooses_the_rules_in_plain_lines(world: World):
    office = await world.actor(OFFICE_2)
    body = {
        "name": "规则试验",
        "term": "2026-2027-1",
        "kind": "on_post",
        "mode": "cleared",
        "start_on": "2027-03-01",
        "end_on": "2027-08-31",
        "wishes_open_at": "2026-12-01T00:00:00+08:00",
        "wishes_close_at": "2026-12-09T00:00:00+08:00",
    }
    batch = (await office.post("/v1/batches", json=body))["id"]
    page = f"/school/batches/{batch}/clearing"
    plain = {"proposes": "students", "rounds": "2", "public_days": "10"}
    async with world.browser(OFFICE_2) as browser:
        wrong = await browser.send(page, page, **plain, regions="330100")
        assert wrong.status_code == 422
        assert 'href="#field-regions"' in wrong.text
        clash = await browser.send(page, page, **plain, improve="true")
        assert clash.status_code == 422
        assert 'href="#field-improve"' in clash.text
        good = await browser.send(page, page, **plain, regions="330100 | 40 | 必须")
        assert good.status_code == 303, good.text
        shown = (await browser.open(page)).text
    assert "330100 | 40 | 必须" in shown
    kept = await office.get(f"/v1/batches/{batch}/clearing")
    assert (kept["rounds"], kept["regions"][0]["hard"], kept["public_days"]) == (2, True, 10)


async def test_an_office_tries_a_change_and_sees_who_would_move(world: World):
    batch = await world.cleared()
    page = f"/school/batches/{batch['id']}/round/what-if"
    placed = await world.first(OFFICE, "/v1/placements", batch=batch["id"])
    async with world.browser(OFFICE) as browser:
        nothing = await browser.send(page, page)
        assert nothing.status_code == 422
        unknown = await browser.send(page, page, kind="withdraw", student="nobody")
        assert 'href="#field-student"' in unknown.text
        html = await answered(browser, page, kind="withdraw", student=placed["enrolment_no"])
    assert placed["student_name"] in html
    assert "withdrew" in html
    assert "The result is published: it stays" in html


async def test_a_student_tries_the_own_place_and_sees_nobody_else(world: World):
    own = await world.first(STUDENT, "/v1/placements/me")
    page = f"/student/batches/{own['batch_id']}/what-if"
    async with world.browser(STUDENT) as browser:
        html = (await browser.open(page)).text
        fields: dict[str, Any] = {
            name: str(10 - place)
            for place, name in enumerate(re.findall(r'name="(rank\.[^"]+)"', html))
        }
        turned = await answered(browser, page, what="order", **fields)
        seat = await answered(browser, page, what="extra_seat", extra_seat=own["post_id"])
    for answer in (turned, seat):
        assert "You would be" in answer
    assert own["post_title"] in seat


async def test_anybody_checks_the_result_and_a_student_finds_the_own_lines(world: World):
    own = await world.first(STUDENT, "/v1/placements/me")
    round_id = own["round_id"]
    told = await (await world.actor(STUDENT)).get(f"/v1/rounds/{round_id}/explain/me")
    async with world.browser(STUDENT) as browser:
        html = (await browser.open(f"/student/batches/{own['batch_id']}/result?lang=en")).text
    assert told["public_id"] in html
    assert "Odds over many lotteries" in html
    async with door(world.platform) as http:
        visitor = Browser(http)
        listed = (await visitor.open("/public-rounds?lang=en")).text
        assert round_id in listed
        page = (await visitor.open(f"/public-rounds/{round_id}?lang=en")).text
        assert "Holds" in page
        assert own["student_name"] not in page
        assert 'href="/v1/public-rounds/signer.pem"' in page
        lines = (await visitor.open(f"/public-rounds/{round_id}?id={told['public_id']}")).text
        assert own["post_title"] in lines
        wrong = await visitor.open(f"/public-rounds/{round_id}?id=xyz")
        assert wrong.status_code == 422
        files = await visitor.open(f"/public-rounds/{round_id}/files.zip")
        assert files.content[:2] == b"PK"


async def test_a_student_withdraws_the_consent_and_gives_it_again(world: World):
    own = await world.first(STUDENT, "/v1/placements/me")
    page = f"/student/placements/{own['id']}"
    actor = await world.actor(STUDENT)
    if own["state"] == "proposed":
        await actor.post(f"/v1/placements/{own['id']}/accept", json={"share_consent": True})
    async with world.browser(STUDENT) as browser:
        gone = await browser.send(f"{page}/sharing", page)
        assert gone.status_code == 303, gone.text
        withdrawn = await world.first(STUDENT, "/v1/placements/me")
        assert withdrawn["share_consented_at"] is None
        again = await browser.send(f"{page}/sharing", page, share="again")
        assert again.status_code == 303, again.text
    assert (await world.first(STUDENT, "/v1/placements/me"))["share_consented_at"]


async def test_an_office_assigns_a_batch_centrally_and_takes_the_proof(world: World):
    office = await world.actor(OFFICE_2)
    body = {
        "name": "统一安排试验",
        "term": "2026-2027-2",
        "kind": "on_post",
        "mode": "assigned",
        "start_on": "2027-03-01",
        "end_on": "2027-08-31",
        "caps": {"same_post": True},
    }
    batch = (await office.post("/v1/batches", json=body))["id"]
    page = f"/school/batches/{batch}/assignment"
    await world.free_seat()
    async with world.browser(OFFICE_2) as browser:
        terms = (await browser.open(f"/school/batches/{batch}/terms")).text
        assert 'name="caps.same_post" value="true" checked' in terms
        assert 'name="caps.staff_on_duty" value="true" checked' not in terms
        await office.post(f"/v1/batches/{batch}/posts", json={"all_that_fit": True})
        await office.post(f"/v1/batches/{batch}/open")
        assert "Central assignment" in (await browser.open(f"{page}?lang=en")).text
        sent = await browser.send(page, page)
        assert sent.status_code == 303, sent.text
        await office.ended(f"/v1{sent.headers['location'].partition('?')[0]}", like="assign")
        shown = (await browser.open(f"{page}?lang=en")).text
        proof = await browser.open(f"{page}/certificate.zip")
    assert "Proven" in shown
    assert "points at most were lost" in shown
    assert re.search(r"<h1>Central assignment: \d+ of \d+ students were proposed", shown)
    assert proof.content.startswith(b"PK")
    told = await office.get(f"/v1/batches/{batch}/central-assignment")
    assert told["placed"] == min(told["students"], told["seats"]) or told["gap_share"] < 0.01
