"""The labour market and recognition of credits as people see them, on the small world."""

from __future__ import annotations

import csv
import re
from typing import get_args

import httpx
from portal_hands import Hands
from portal_market import ACADEMIC, ANALYST, CITY, REVIEWER
from portal_platform import door
from portal_rooms import Rooms
from portal_school import STUDENT, World
from starlette.responses import JSONResponse

from gateway.demo.steps_labour import PROVINCE
from gateway.portal.api_client import ApiClient
from gateway.portal.labour_words import method_words
from gateway.portal.shortage_badges import ShortageBook, edition_for
from gateway.portal.translation import texts_in
from services.forecasting.engine.routes import Method


def test_every_method_of_a_forecast_has_words_in_chinese():
    texts = texts_in("zh")
    for method in get_args(Method):
        assert method_words(texts, method) != method


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


async def test_a_post_in_short_supply_carries_the_badge_of_its_places_catalogue(world: World):
    async with door(world.platform) as http:
        held = (await http.get("/v1/shortage-catalogues/in-force")).json()["items"]
        posts = (await http.get("/v1/posts", params={"limit": 100})).json()["items"]
        province = next(one for one in held if one["region_code"] == PROVINCE)
        listed = {
            one["id"]: one["occupation_code"] in province["occupation_codes"] for one in posts
        }
        assert set(listed.values()) == {True, False}
        found = (await http.get("/posts?lang=en")).text
        for post_id, short in list(listed.items())[:20]:
            row = found.partition(f'href="/posts/{post_id}"')[2].partition("</th>")[0]
            assert ("Shortage occupation" in row) is short
        short_one = next(post_id for post_id, short in listed.items() if short)
        page = (await http.get(f"/posts/{short_one}?lang=en")).text
    assert f'href="/labour/catalogues/{PROVINCE}"' in page


async def test_many_pages_ask_once_what_is_in_short_supply(rooms: Rooms, clock: Hands):
    path = "/v1/shortage-catalogues/in-force"
    edition = {
        "region_code": "330000",
        "name": "目录",
        "edition": 1,
        "in_force_from": "2026-01-01",
        "occupation_codes": ["6-18-01-01"],
    }
    transport = httpx.ASGITransport(rooms.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://rooms") as http:
        api, book = ApiClient(http, "zh", "test"), ShortageBook(clock)
        assert await book.in_force(api) == {}  # the room does not answer: no badge, no error
        rooms.told[path] = JSONResponse({"as_of": "2026-03-02", "items": [edition]})
        clock.pass_seconds(60)
        held = await book.in_force(api)
        assert edition_for(held, "330602", "6-18-01-01") is not None
        assert [await book.in_force(api) for _ in range(3)] == [held] * 3
        assert edition_for(held, "320102", "6-18-01-01") is None
        assert edition_for(held, "330602", None) is None
        rooms.told.clear()
        clock.pass_seconds(3600)
        assert await book.in_force(api) == held  # what was known holds until it answers again
    assert len(rooms.calls(path)) == 3


async def test_what_is_hidden_says_so_and_is_empty_in_the_file(world: World):
    async with world.browser(STUDENT) as browser:
        page = await browser.open("/labour/employment?lang=en")
        told = await browser.open(f"/labour/employment/industries.csv?region={CITY}")
        majors = await browser.open(f"/labour/employment/majors?region={CITY}")
        assert (await browser.open("/labour/employment/wages")).status_code == 404
    assert "Hidden" in page.text
    assert "Shown from 3 enterprises on" in page.text
    assert f"region={CITY}" in page.text
    rows = list(csv.DictReader(told.content.decode("utf-8-sig").splitlines()))
    hidden = [row for row in rows if not row["Enterprises"]]
    assert "39" in {row["Code"] for row in hidden}, "two enterprises only"
    assert len(hidden) > 1, "its parent less its siblings would tell it"
    assert all(not row["Head count"] and not row["Vacancies"] for row in hidden)
    assert 'href="/labour/majors/460103"' in majors.text


async def test_an_authority_sees_fit_and_fill_with_the_rounds_behind_them(world: World):
    async with world.browser(ANALYST) as browser:
        page = await browser.open("/labour/matching?lang=en")
        chinese = await browser.open("/labour/matching?lang=zh")
        table = await browser.open("/labour/matching.csv")
    assert "placed within their field" in page.text
    assert "China" in page.text
    assert re.search(r"\d+ schools?\b", page.text)
    assert "2%–3%" in page.text
    assert "/public-rounds/" in page.text
    assert "定期公布专业就业状况" in page.text
    assert "对口率" in chinese.text
    assert len(list(csv.reader(table.text.splitlines()))) > 8
    async with world.browser(STUDENT) as browser:
        refused = await browser.http.get("/labour/matching")
    assert refused.status_code == 403


async def test_the_academic_office_links_its_courses_to_a_standard(world: World):
    office = await world.actor(ACADEMIC)
    standard = (await office.get("/v1/competency-standards"))["items"][0]
    page = f"/labour/standards/{standard['standard_id']}/editions/{standard['edition']}/links"
    async with world.browser(ACADEMIC) as browser:
        assert 'method="post"' in (await browser.open(page)).text.split("<main")[1]
    path = f"/v1/competency-standards/{standard['standard_id']}@{standard['edition']}/links"
    unit = (await office.get(path.removesuffix("/links")))["units"][0]
    linked = {"name": "数控编程", "units": [{"unit": unit["code"], "level": unit["level"]}]}
    answer = await office.call("PUT", f"{path}/course/NC101", json=linked)
    assert answer.status_code == 204, answer.text
    keys = [one["key"] for one in (await office.get(path, params={"kind": "course"}))["items"]]
    assert "NC101" in keys
    assert (await office.call("DELETE", f"{path}/course/NC101")).status_code == 204
