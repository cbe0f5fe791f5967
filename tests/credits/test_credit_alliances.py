"""Alliances, their signed standards, schools' rulebooks under them, and foreign credentials."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from shared.db.session import Scope
from tests.credits.credit_room import CreditsRoom
from tests.credits.recognition_school import (
    competition,
    draft,
    open_school,
    put_rulebook_in_force,
    register,
    step,
    submitted,
)
from tests.credits.rulebooks import SCHOOL_BOOK, book, kind_is, rule

CONTENT = {
    "kinds": ["competition", "skill_certificate", "school_course", "internship"],
    "units": {"internship": "weeks", "school_course": "hours"},
    "hours_per_credit": [16, 18],
    "weeks_per_credit": [1, 2],
    "use_scope": "level",
}


async def drafted(keeper: httpx.AsyncClient, content: Any = CONTENT) -> httpx.Response:
    body = {
        "code": f"STD-{uuid4().hex[:8]}",
        "title_zh": "学分互认共同标准",
        "title_en": "Common standard of recognition",
        "content": content,
        "valid_from": "2026-01-01",
    }
    return await keeper.post("/v1/credit-standards", json=body)


async def act(client: httpx.AsyncClient, standard: dict[str, Any], what: str) -> httpx.Response:
    return await client.post(
        f"/v1/credit-standards/{standard['id']}/{what}",
        headers={"if-match": f'"v{standard["version"]}"'},
    )


async def test_a_standard_takes_effect_when_every_member_has_signed_its_digest(room: CreditsRoom):
    schools = [await open_school(room, content=None) for _ in range(2)]
    stranger = await open_school(room, content=None)
    alliance = room.organisation("alliance", "职教联盟")
    keeper = room.alliance(alliance)
    for school in schools:
        body = {"member_id": str(school.id), "from_on": "2020-01-01"}
        assert (await keeper.post("/v1/credit-standards/members", json=body)).status_code == 201
    again = {"member_id": str(schools[0].id), "from_on": "2021-01-01"}
    overlapping = await keeper.post("/v1/credit-standards/members", json=again)
    assert overlapping.json()["code"] == "membership_overlaps"
    made = await drafted(keeper)
    assert made.status_code == 201, made.text
    hidden = await schools[0].office.get(f"/v1/credit-standards/{made.json()['id']}")
    assert hidden.status_code == 404
    proposed = (await act(keeper, made.json(), "proposal")).json()
    path = f"/v1/credit-standards/{proposed['id']}"
    early = await act(keeper, proposed, "entry-into-force")
    assert early.json()["code"] == "signatures_missing"
    good = {"digest": proposed["digest"]}
    wrong = await schools[0].office.post(f"{path}/signatures", json={"digest": "sha256:0"})
    assert wrong.json()["code"] == "digest_differs"
    outside = await stranger.office.post(f"{path}/signatures", json=good)
    assert outside.json()["code"] == "not_a_member"
    for school in schools:
        signed = await school.office.post(f"{path}/signatures", json=good)
        assert signed.status_code == 201, signed.text
        assert signed.json()["signature"].startswith("z")
        twice = await school.office.post(f"{path}/signatures", json=good)
        assert twice.json()["code"] == "signature_repeated"
    shown = (await stranger.office.get(path)).json()
    assert (len(shown["signatures"]), shown["missing"]) == (2, [])
    assert shown["signed_text"]["digest"] == proposed["digest"]
    forced = await act(keeper, proposed, "entry-into-force")
    assert forced.json()["state"] == "in_force", forced.text
    outsider = {"title": "x", "standard_id": proposed["id"], "valid_from": "2026-01-01"}
    refused = await stranger.office.post(
        "/v1/credit-rulebooks", json={**outsider, "content": SCHOOL_BOOK}
    )
    assert refused.json()["code"] == "not_a_member"
    under = await put_rulebook_in_force(schools[0], SCHOOL_BOOK, standard_id=proposed["id"])
    assert under["standard_id"] == proposed["id"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"kinds": ["party"]}, "/content/kinds"),
        ({"units": {"internship": "days"}}, "/content/units"),
        ({"use_scope": "planet"}, "/content/use_scope"),
        ({"hours_per_credit": [18, 16]}, "/content/hours_per_credit"),
        ({"colour": 1}, "/content/colour"),
    ],
)
async def test_a_standard_names_what_is_wrong_in_it(room: CreditsRoom, change: Any, pointer: str):
    keeper = room.alliance(room.organisation("alliance", "联盟"))
    answer = await drafted(keeper, {**CONTENT, **change})
    assert answer.status_code == 422
    assert pointer in [each["pointer"] for each in answer.json()["errors"]]


async def test_a_rulebook_with_a_dead_rule_does_not_take_effect(room: CreditsRoom):
    school = await open_school(room, content=None)
    dead = book(
        rule("a", kind_is("work"), {"fixed": 100}),
        rule("b", kind_is("work", {"ge": ["outcome.hours", 8]}), {"fixed": 200}),
    )
    checked = await school.office.post("/v1/credit-rulebooks/check", json={"content": dead})
    assert checked.json()["may_take_effect"] is False
    body = {"title": "规则", "content": dead, "valid_from": "2026-01-01"}
    made = await school.office.post("/v1/credit-rulebooks", json=body)
    path = f"/v1/credit-rulebooks/{made.json()['id']}"
    tag = {"if-match": made.headers["etag"]}
    blocked = await school.office.post(f"{path}/entry-into-force", headers=tag)
    assert blocked.json()["code"] == "rulebook_blocked"
    assert blocked.json()["errors"][0]["code"] == "rule_never_fires"
    good = await school.office.put(path, json={**body, "content": SCHOOL_BOOK}, headers=tag)
    forced = await school.office.post(
        f"{path}/entry-into-force", headers={"if-match": good.headers["etag"]}
    )
    assert forced.json()["state"] == "in_force", forced.text
    frozen = await school.office.put(path, json=body, headers={"if-match": '"v3"'})
    assert frozen.json()["code"] == "rulebook_not_draft"
    rules = (await school.office.get("/v1/credit-rules")).json()
    assert rules["rulebook"]["digest"] == forced.json()["digest"]
    assert [each["id"] for each in rules["words"]][:2] == ["competition", "certificate"]
    later = await put_rulebook_in_force(school, {**SCHOOL_BOOK, "hours_per_credit": 18})
    diff = await school.office.get(
        f"/v1/credit-rulebooks/{later['id']}/diff?against={forced.json()['id']}"
    )
    assert [each["id"] for each in diff.json()["changes"]] == ["hours_per_credit"]


async def test_a_trial_answers_facts_and_names_those_that_are_none(room: CreditsRoom):
    school = await open_school(room)
    path = f"/v1/credit-rulebooks/{school.rulebook['id']}/trial"
    facts = {
        "outcome.kind": "competition",
        "outcome.level": "provincial",
        "outcome.award": "first",
    }
    answer = await school.office.post(path, json={"facts": facts})
    assert (answer.json()["amount_hundredths"], answer.json()["rule_ids"]) == (
        500,
        ["competition"],
    )
    wrong = await school.office.post(path, json={"facts": {"outcome.hours": "many", "x": 1}})
    pointers = [each["pointer"] for each in wrong.json()["errors"]]
    assert pointers == ["/facts/outcome.hours", "/facts/x"]
    offered = (await school.office.get("/v1/credit-rulebooks/fields")).json()
    assert {each["name"] for each in offered["fields"]} > set(facts)


async def test_a_sealed_badge_of_one_school_becomes_an_outcome_at_another(room: CreditsRoom):
    from tests.credits.recognition_school import decided, in_review, posted

    first = await open_school(room)
    student = first.student("S1")
    sent = await submitted(first, student, competition(), "C-OPT")
    await posted(first, await decided(first, await in_review(first, sent)))
    (badge,) = (await student.get("/v1/credentials")).json()["items"]
    document = (await student.get(f"/v1/credentials/{badge['id']}/bundle")).content
    second = await open_school(room)
    path = "/v1/outcomes/credentials?kind=school_course&hours=32&stage=higher_vocational"
    taken = await second.student("S1").post(path, content=document)
    assert taken.status_code == 201, taken.text
    assert taken.json()["verified"] is True
    assert taken.json()["credits_hundredths"] == 600
    forged = document.replace("技能大赛".encode(), "技能小赛".encode())
    assert forged != document
    refused = await second.student("S1").post(path, content=forged)
    assert (refused.status_code, refused.json()["code"]) == (422, "credential_refused")
    thief = await open_school(room, name="王偷")
    stolen = await thief.student("S1").post(path, content=document)
    assert stolen.json()["code"] == "credential_refused"


async def test_rows_of_another_school_are_behind_the_wall(room: CreditsRoom):
    school = await open_school(room)
    await submitted(school, school.student("S1"), competition(), "C-OPT")
    other = room.organisation("school", "别校")
    tables = (
        "learners",
        "courses",
        "programmes",
        "outcomes",
        "credit_applications",
        "credit_steps",
        "credit_notices",
    )
    async with room.database.begin(Scope(org_id=other)) as tx:
        for table in tables:
            seen = await tx.execute(
                text(f"SELECT count(*) FROM {table} WHERE school_id = :school"),
                {"school": school.id},
            )
            assert seen.scalar_one() == 0, table
        drafts = await tx.execute(text("SELECT count(*) FROM rulebooks WHERE state = 'draft'"))
        assert drafts.scalar_one() == 0
    async with room.database.begin(Scope(org_id=school.id)) as tx:
        own = await tx.execute(text("SELECT count(*) FROM outcomes"))
        assert own.scalar_one() == 1


async def test_who_lacks_the_scope_is_told_which_one(room: CreditsRoom):
    school = await open_school(room, content=None)
    student, reviewer = school.student("S1"), school.reviewer()
    body = {"title": "x", "content": SCHOOL_BOOK, "valid_from": "2026-01-01"}
    assert (await student.post("/v1/credit-rulebooks", json=body)).status_code == 403
    assert (await reviewer.post("/v1/credit-rulebooks", json=body)).status_code == 403
    assert (await student.get("/v1/credit-statistics")).status_code == 403
    assert (await student.get("/v1/credit-learners")).status_code == 403
    assert (await drafted(school.office)).status_code == 403
    outcome = await register(student, competition())
    mine = await draft(student, outcome, school.courses["C-OPT"])
    checked = await step(school.office, mine.json(), "evidence-checks", complete=True)
    assert checked.status_code == 403
