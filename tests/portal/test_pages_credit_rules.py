"""The rule editor: a rule is written, changed and tried through forms alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from portal_enterprise import settled
from portal_hands import Browser, hidden_fields
from portal_market import ACADEMIC, REVIEWER
from portal_school import World

RULE = {"title_zh": "职业技能等级", "title_en": "skill levels", "id": "skill"}


@pytest.fixture
async def office(world: World) -> AsyncIterator[Browser]:
    async with world.browser(ACADEMIC) as browser:
        yield browser


async def drafted(office: Browser) -> str:
    """Begin a draft without rules; return the address of its editor."""
    new = "/credits/rules/new"
    told = {"title": "第三版", "valid_from": "2027-01-01", "start": "empty"}
    made = await office.send(new, new, **told)
    assert made.status_code == 303, made.text
    return made.headers["location"]


async def copied(world: World) -> str:
    """Begin a draft with the rules of the demonstration's; return the address of its editor."""
    actor = await world.actor(ACADEMIC)
    books = (await actor.get("/v1/credit-rulebooks"))["items"]
    rules = next(one for one in books if one["number"] == 2)["content"]
    told = {"title": "第四版", "valid_from": "2027-01-01", "content": rules}
    return f"/credits/rules/{(await actor.post('/v1/credit-rulebooks', told))['id']}/edit"


async def content(world: World, editor: str) -> dict[str, Any]:
    """Return what the draft of an editor holds."""
    book_id = editor.split("/")[3]
    actor = await world.actor(ACADEMIC)
    return (await actor.get(f"/v1/credit-rulebooks/{book_id}"))["content"]


async def press(office: Browser, page: str, act: str, **fields: str) -> Any:
    """Open a form and press one of its buttons."""
    form = hidden_fields((await office.open(f"{page}?lang=en")).text)
    return await office.http.post(page, data={**form, **fields, "act": act})


async def test_a_rule_grows_condition_by_condition_without_being_kept(office: Browser):
    page = f"{await drafted(office)}/rules/new"
    sent = await press(
        office, page, "add:when", **{**RULE, "when.kind": "all", "when.new": "outcome.kind"}
    )
    assert sent.status_code == 200
    assert 'name="when.0.was" value="outcome.kind"' in sent.text
    assert 'name="when.0.values" value="skill_level"' in sent.text
    fields = {**hidden_fields(sent.text), **RULE, "when.kind": "all"}
    fields |= {"when.0.field": "outcome.kind", "when.0.values": "skill_level"}
    grown = await office.http.post(page, data={**fields, "act": "group:when"})
    assert 'name="when.1.kind"' in grown.text
    assert 'value="skill_level" checked' in grown.text
    assert "成果类型为" in grown.text
    taken = await office.http.post(
        page,
        data={**fields, **hidden_fields(grown.text), "when.1.kind": "any", "act": "remove:when.1"},
    )
    assert 'name="when.1.kind"' not in taken.text


async def test_a_kept_rule_is_the_typed_tree_that_its_form_told(office: Browser, world: World):
    editor = await drafted(office)
    fields = {
        **RULE,
        "when.kind": "all",
        "when.count": "3",
        "when.0.field": "outcome.kind",
        "when.0.values": "skill_level",
        "when.1.field": "outcome.credits",
        "when.1.op": "between",
        "when.1.value": "0.5",
        "when.1.to": "4",
        "when.2.kind": "none",
        "when.2.count": "1",
        "when.2.0.field": "outcome.issuer",
        "when.2.0.value": "某培训机构\n另一机构",
        "grant.kind": "fixed",
        "was.grant.kind": "fixed",
        "grant.amount": "2.5",
    }
    kept = await press(office, f"{editor}/rules/new", "save", **fields)
    assert kept.status_code == 303, kept.text
    assert (await content(world, editor))["rules"] == [
        {
            "id": "skill",
            "title": {"zh": "职业技能等级", "en": "skill levels"},
            "when": {
                "all": [
                    {"eq": ["outcome.kind", "skill_level"]},
                    {"between": ["outcome.credits", 50, 400]},
                    {"not": {"in": ["outcome.issuer", ["某培训机构", "另一机构"]]}},
                ]
            },
            "grant": {"fixed": 250},
        }
    ]
    again = (await office.open(f"{editor}/rules/0?lang=en")).text
    assert 'name="when.1.value" type="text" value="0.5"' in again
    assert "credits of the outcome lies between 0.5 credits and 4 credits" in again


async def test_a_rule_for_course_sequences_keeps_its_scope_and_threshold(
    office: Browser, world: World
):
    editor = await drafted(office)
    fields = {
        **RULE,
        "overlap_min": "70",
        "when.kind": "all",
        "when.count": "0",
        "grant.kind": "course_credits",
        "was.grant.kind": "course_credits",
    }
    refused = await press(office, f"{editor}/rules/new", "save", **fields | {"overlap_min": "700"})
    assert refused.status_code == 422
    assert 'href="#field-overlap-min"' in refused.text
    assert (await press(office, f"{editor}/rules/new", "save", **fields)).status_code == 303
    (kept,) = (await content(world, editor))["rules"]
    assert (kept["scope"], kept["overlap_min"]) == ("articulation", 70)
    again = (await office.open(f"{editor}/rules/0?lang=en")).text
    assert "a step of an agreed course sequence" in again
    assert "content overlap is at least 70 %" in again


async def test_a_condition_without_its_value_is_not_kept_and_is_pointed_at(
    office: Browser, world: World
):
    editor = await drafted(office)
    fields = {
        **RULE,
        "when.kind": "all",
        "when.count": "1",
        "when.0.field": "outcome.hours",
        "when.0.op": "ge",
        "when.0.value": "many",
        "grant.kind": "by_hours",
        "was.grant.kind": "by_hours",
    }
    refused = await press(office, f"{editor}/rules/new", "save", **fields)
    assert refused.status_code == 422
    assert 'href="#field-when-0-value"' in refused.text
    assert (await content(world, editor))["rules"] == []


async def test_a_question_about_another_field_asks_for_its_values_again(office: Browser):
    page = f"{await drafted(office)}/rules/new"
    fields = {
        **RULE,
        "when.kind": "all",
        "when.count": "1",
        "when.0.was": "outcome.hours",
        "when.0.field": "outcome.level",
        "when.0.op": "ge",
        "when.0.value": "32",
    }
    shown = await press(office, page, "save", **fields)
    assert shown.status_code == 200
    assert 'name="when.0.values" value="national"' in shown.text
    assert 'value="32"' not in shown.text


async def test_every_rule_of_the_school_comes_through_its_form_unchanged(
    office: Browser, world: World
):
    editor = await copied(world)
    before = await content(world, editor)
    for index in range(len(before["rules"])):
        page = f"{editor}/rules/{index}"
        kept = await office.http.post(
            page, data={**_as_sent((await office.open(page)).text), "act": "save"}
        )
        assert kept.status_code == 303, kept.text
    assert await content(world, editor) == before


def _as_sent(html: str) -> dict[str, list[str]]:
    """Return what a browser would send of the form of a rule."""
    from lxml.html import fromstring

    form = next(one for one in fromstring(html).forms if one.xpath(".//*[@value='save']"))
    told: dict[str, list[str]] = {}
    for name, value in form.form_values():
        told.setdefault(name, []).append(value)
    return told


async def test_a_rule_that_repeats_another_is_said_to_never_apply(office: Browser):
    editor = await drafted(office)
    fields = {"when.kind": "all", "when.count": "0", "grant.kind": "course_credits"}
    fields["was.grant.kind"] = "course_credits"
    for name in ("first", "second"):
        kept = await press(office, f"{editor}/rules/new", "save", **{**RULE, **fields, "id": name})
        assert kept.status_code == 303
    html = (await office.open(f"{editor}?lang=en")).text
    assert "Every case of rule second is taken by earlier rules (first)" in html
    assert "finding-block" in html
    moved = await press(office, editor, "up:rules:1")
    assert moved.status_code == 303
    assert "Every case of rule first is taken" in (await office.open(f"{editor}?lang=en")).text
    gone = await press(office, editor, "remove:rules:1")
    assert gone.status_code == 303
    assert "finding-block" not in (await office.open(f"{editor}?lang=en")).text


async def test_a_draft_that_somebody_changed_meanwhile_is_not_overwritten(
    office: Browser, world: World
):
    editor = await copied(world)
    stale = hidden_fields((await office.open(editor)).text)
    assert (await press(office, editor, "down:rules:0")).status_code == 303
    refused = await office.http.post(editor, data={**stale, "act": "remove:rules:0"})
    assert refused.status_code == 422
    assert len((await content(world, editor))["rules"]) == 4


async def test_a_limit_is_written_in_credits(office: Browser, world: World):
    editor = await drafted(office)
    told = {"title_zh": "每年", "title_en": "a year", "id": "yearly", "kind": "annual_max"}
    bad = await press(office, f"{editor}/limits/new", "", **told, number="x")
    assert bad.status_code == 422
    assert 'href="#field-number"' in bad.text
    kept = await press(office, f"{editor}/limits/new", "", **told, number="7.5")
    assert kept.status_code == 303, kept.text
    assert (await content(world, editor))["limits"][0]["amount"] == 750


async def test_a_trial_says_what_the_rules_give_and_why(office: Browser, world: World):
    trial = (await copied(world)).replace("/edit", "/trial")
    asked = {"outcome.kind": "competition", "outcome.level": "national", "outcome.award": "first"}
    told = await office.http.post(
        f"{trial}?lang=en", data={**hidden_fields((await office.open(trial)).text), **asked}
    )
    assert "The rules grant 4 credits" in told.text
    assert "competition-national" in told.text


async def test_a_simulation_tells_what_would_change(office: Browser, world: World):
    editor = await copied(world)
    book = editor.removesuffix("/edit")
    form = hidden_fields((await office.open(book)).text)
    started = await office.http.post(book, data={**form, "act": "simulate"})
    html = await settled(office, f"{started.headers['location']}?lang=en")
    assert "The draft decides every application of last year as before" in html
    assert "online-verified" in html


async def test_versions_are_compared_rule_by_rule(office: Browser, world: World):
    books = (await (await world.actor(ACADEMIC)).get("/v1/credit-rulebooks"))["items"]
    draft = next(one for one in books if one["number"] == 2)
    html = (await office.open(f"/credits/rules/{draft['id']}?lang=en")).text
    assert "Changed since version 1" in html
    assert "online-verified" in html


async def test_a_reviewer_reads_rules_and_does_not_edit_them(world: World):
    books = (await (await world.actor(ACADEMIC)).get("/v1/credit-rulebooks"))["items"]
    async with world.browser(REVIEWER) as browser:
        path = f"/credits/rules/{books[0]['id']}"
        assert (await browser.open(f"{path}/edit")).status_code == 403
        assert (await browser.open(f"{path}/edit/rules/new")).status_code == 403
