"""A student's pages: wishes before, reasons after, an answer with consent, a host of one's own."""

from __future__ import annotations

import re

from portal_enterprise import day, good_post, new_uscc
from portal_hands import hidden_fields
from portal_school import OFFICE, OFFICE_2, STUDENT, STUDENT_2, WISHER, World


async def test_posts_show_eligibility_relevance_and_distance_before_a_wish(world: World):
    batch = await world.wishing()
    async with world.browser(WISHER) as browser:
        html = (await browser.open(f"/student/batches/{batch['id']}/posts?lang=en")).text
    shares = [int(share) for share in re.findall(r'fit-value">(\d+)%<', html)]
    assert shares
    assert "Distance" in html
    open_to = html.count("Add to my wishes")
    assert shares[:open_to] == sorted(shares[:open_to], reverse=True)


async def test_wishes_are_added_moved_and_removed_by_plain_forms(world: World):
    batch = await world.wishing()
    one = f"/student/batches/{batch['id']}"
    actor = await world.actor(WISHER)

    async def order() -> list[str]:
        told = await actor.get(f"/v1/batches/{batch['id']}/wishes/me")
        return [wish["post_id"] for wish in told["items"]]

    await actor.call("PUT", f"/v1/batches/{batch['id']}/wishes/me", json={"post_ids": []})
    async with world.browser(WISHER) as browser:
        html = (await browser.open(f"{one}/posts")).text
        first, second = list(dict.fromkeys(re.findall(r'name="post_id" value="([^"]+)"', html)))[:2]
        for post in (first, second, first):
            await browser.send(f"{one}/posts", f"{one}/posts", post_id=post)
        assert await order() == [first, second]
        await browser.send(f"{one}/wishes", f"{one}/wishes", _do=f"up:{second}")
        assert await order() == [second, first]
        await browser.send(f"{one}/wishes", f"{one}/wishes", _do=f"down:{second}")
        assert await order() == [first, second]
        await browser.send(f"{one}/wishes", f"{one}/wishes", _do=f"remove:{first}")
        assert await order() == [second]


async def test_a_wish_for_a_post_of_no_batch_is_refused_in_words(world: World):
    batch = await world.wishing()
    one = f"/student/batches/{batch['id']}"
    async with world.browser(WISHER) as browser:
        sent = await browser.send(f"{one}/posts", f"{one}/posts", post_id=batch["id"])
    assert sent.status_code == 422
    assert "error-summary" in sent.text


async def test_an_offer_is_accepted_only_with_the_consent_of_its_own(world: World):
    own = await world.first(STUDENT, "/v1/placements/me")
    one = f"/student/placements/{own['id']}"
    async with world.browser(STUDENT) as browser:
        assert own["id"] in (await browser.open("/student")).text
        without = await browser.send(f"{one}/accept", one)
        if own["state"] != "proposed":  # accepted by another test of this world already
            assert without.status_code == 409
            return
        assert without.status_code == 422
        assert 'href="#field-share-consent"' in without.text
        accepted = await browser.send(f"{one}/accept", one, share_consent="true")
        assert accepted.status_code == 303, accepted.text
    kept = (await (await world.actor(STUDENT)).get("/v1/placements/me"))["items"][0]
    assert kept["state"] == "accepted"
    assert kept["share_consented_at"]


async def test_a_result_explains_every_wish(world: World):
    own = await world.first(STUDENT, "/v1/placements/me")
    path = f"/v1/rounds/{own['round_id']}/explain/me"
    told = await (await world.actor(STUDENT)).get(path)
    async with world.browser(STUDENT) as browser:
        html = (await browser.open(f"/student/batches/{own['batch_id']}/result?lang=en")).text
    assert all(wish["title"] in html for wish in told["wishes"])
    assert html.count('class="wish-rank"') == len(told["wishes"])


async def test_the_place_of_another_student_is_not_found(world: World):
    other = await world.first(OFFICE, "/v1/placements", state="accepted")
    async with world.browser(WISHER) as browser:
        answer = await browser.open(f"/student/placements/{other['id']}")
    assert answer.status_code == 404


async def _opened(world: World, mode: str, office_login: str) -> str:
    """Set up and open a batch of this mode; return its id."""
    office = await world.actor(office_login)
    made = await office.post(
        "/v1/batches",
        {
            "name": f"批次 {mode}",
            "term": "2026-2027-2",
            "kind": "on_post",
            "mode": mode,
            "start_on": day(100),
            "end_on": day(270),
        },
    )
    path = f"/v1/batches/{made['id']}"
    if mode == "mutual_choice":
        await office.post(f"{path}/posts", {"all_that_fit": True})
    await office.post(f"{path}/open")
    return str(made["id"])


async def test_a_host_of_ones_own_is_proposed_and_approved(world: World):
    batch = await _opened(world, "self_arranged", OFFICE_2)
    one = f"/student/batches/{batch}/self-arranged"
    told = {
        "host_name": "杭州自选机械有限公司",
        "host_uscc": "91330106MA2800000X",
        "post_title": "机械装配",
        "tasks": "装配与调试",
        "region_code": "330106",
        "address": "西湖区文一路 1 号",
        "contact": "王经理 0571-88000000",
        "pay": "3000",
        "guardian_signed_on": day(-1),
    }
    async with world.browser(WISHER) as browser:
        wrong = await browser.send(one, one, **told)
        assert wrong.status_code == 422
        assert 'href="#field-host-uscc"' in wrong.text
        good = {**told, "host_uscc": new_uscc()}
        assert (await browser.send(one, one, **good)).status_code == 303
    async with world.browser(OFFICE_2) as browser:
        listed = (await browser.open("/school/self-arranged?state=applied")).text
        found = re.search(r"/school/self-arranged/[0-9a-f-]{36}", listed)
        assert found is not None
        page = found[0]
        decided = await browser.send(page, page, approve="false", reason="该单位尚未考察。")
        assert decided.status_code == 303, decided.text
    async with world.browser(WISHER) as browser:
        assert "该单位尚未考察。" in (await browser.open(one)).text


async def test_an_application_of_mutual_choice_needs_consent_and_can_be_withdrawn(world: World):
    me = await (await world.actor(STUDENT_2)).get("/v1/students/me")
    post = good_post(title="双选试验岗", major_codes=[me["major_code"]], publish=True)
    await (await world.actor("demo-hr")).post("/v1/posts", post)
    batch = await _opened(world, "mutual_choice", OFFICE)
    one = f"/student/batches/{batch}/choices"
    async with world.browser(STUDENT_2) as browser:
        html = (await browser.open(one)).text
        assert "双选试验岗" in html
        assert hidden_fields(html)["post_id"], "an eligible post is offered"
        bare = await browser.send(one, one)
        assert bare.status_code == 422
        applied = await browser.send(one, one, share_consent="true")
        assert applied.status_code == 303, applied.text
        html = (await browser.open(one)).text
        found = re.search(rf"{one}/[0-9a-f-]{{36}}/withdraw", html)
        assert found is not None
        assert (await browser.send(found[0], one)).status_code == 303
    async with world.browser(OFFICE) as browser:
        assert me["name"] in (await browser.open(f"/school/batches/{batch}/choices")).text
