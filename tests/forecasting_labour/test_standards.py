"""Competency standards: drafted, published for good, linked to courses, covered by them."""

from __future__ import annotations

from typing import Any

import httpx

from tests.forecasting_labour.conftest import LabourRoom

WELDER, FITTER = "6-18-02-04", "6-31-01-02"


def unit(code: str, level: int = 3, **changes: Any) -> dict[str, Any]:
    return {
        "code": code,
        "name": f"单元 {code}",
        "level": level,
        "can_do": ["能按图样完成装配"],
        "evidence": ["practical_test"],
        **changes,
    }


def standard(**changes: Any) -> dict[str, Any]:
    return {
        "name": "数控车工能力标准",
        "edition": "1.0",
        "industry_code": "C34",
        "occupation_codes": [WELDER],
        "units": [unit("U1"), unit("U2", 4)],
        **changes,
    }


async def made(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    answer = await client.post("/v1/competency-standards", json=standard(**changes))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def published(client: httpx.AsyncClient, **changes: Any) -> str:
    """Publish a standard; returns its address."""
    row = await made(client, **changes)
    path = f"/v1/competency-standards/{row['standard_id']}@{row['edition']}"
    answer = await client.post(f"{path}/publish", headers={"if-match": '"v1"'})
    assert answer.status_code == 200, answer.text
    return path


async def test_a_draft_is_its_writers_alone_and_a_published_edition_everyones(
    labour: LabourRoom,
) -> None:
    body, anyone = labour.body(), labour.anyone()
    row = await made(body)
    path = f"/v1/competency-standards/{row['standard_id']}@1.0"
    assert (await anyone.get(path)).status_code == 404
    assert (await labour.body().get(path)).status_code == 404
    assert (await anyone.get("/v1/competency-standards")).json()["items"] == []
    await body.post(f"{path}/publish", headers={"if-match": '"v1"'})
    shown = (await anyone.get(path)).json()
    assert shown["state"] == "published"
    assert [each["code"] for each in shown["units"]] == ["U1", "U2"]
    listed = await anyone.get("/v1/competency-standards", params={"occupation": WELDER})
    assert [each["edition"] for each in listed.json()["items"]] == ["1.0"]
    other = await anyone.get("/v1/competency-standards", params={"occupation": FITTER})
    assert other.json()["items"] == []


async def test_a_standard_is_found_by_its_words_and_by_parts_of_its_codes(
    labour: LabourRoom,
) -> None:
    body, anyone = labour.body(), labour.anyone()
    await published(body, name="寻找CAD制图标准", industry_code="C34", occupation_codes=[FITTER])

    async def names(**asked: str) -> list[str]:
        found = await anyone.get("/v1/competency-standards", params={"q": "寻找", **asked})
        return [each["name"] for each in found.json()["items"]]

    told = ["寻找CAD制图标准"]
    assert await names(q="制图 cad 寻找") == told
    assert await names(q="制图 焊接") == []
    for industry, fits in (("C", True), ("34", True), ("C34", True), ("3", True), ("65", False)):
        assert await names(industry=industry) == (told if fits else [])
    for occupation, fits in ((FITTER, True), ("6-31", True), ("6", True), (WELDER, False)):
        assert await names(occupation=occupation) == (told if fits else [])


async def test_a_published_edition_is_never_changed(labour: LabourRoom) -> None:
    body = labour.body()
    path = await published(body)
    answer = await body.put(path, json=standard(units=[unit("U9")]), headers={"if-match": '"v2"'})
    assert answer.status_code == 422  # name and industry belong to the standard, not the edition
    changed = {k: v for k, v in standard().items() if k not in {"name", "industry_code"}}
    answer = await body.put(path, json=changed, headers={"if-match": '"v2"'})
    assert (answer.status_code, answer.json()["code"]) == (409, "standard_edition_not_draft")
    again = await body.post(f"{path}/publish", headers={"if-match": '"v2"'})
    assert again.status_code == 409


async def test_codes_that_no_catalogue_knows_are_named(labour: LabourRoom) -> None:
    told = standard(occupation_codes=[WELDER, "9-99-99-99"], units=[unit("A"), unit("A")])
    answer = await labour.body().post("/v1/competency-standards", json=told)
    assert answer.status_code == 422
    found = {(each["pointer"], each["code"]) for each in answer.json()["errors"]}
    assert found == {
        ("/occupation_codes/1", "occupation_unknown"),
        ("/units/1/code", "unit_repeated"),
    }


async def test_two_editions_differ_by_what_was_added_removed_and_changed(
    labour: LabourRoom,
) -> None:
    body = labour.body()
    path = await published(body)
    standard_id = path.rpartition("/")[2].partition("@")[0]
    later = {
        "edition": "1.1",
        "occupation_codes": [FITTER],
        "units": [unit("U2", 5), unit("U3")],
    }
    answer = await body.post(f"/v1/competency-standards/{standard_id}/editions", json=later)
    assert answer.status_code == 201, answer.text
    taken = await body.post(f"/v1/competency-standards/{standard_id}/editions", json=later)
    assert taken.json()["code"] == "standard_edition_taken"
    diff = await body.get(
        f"/v1/competency-standards/{standard_id}/diff", params={"before": "1.0", "after": "1.1"}
    )
    changes = {each["code"]: each["change"] for each in diff.json()["units"]}
    assert changes == {"U2": "changed", "U3": "added", "U1": "removed"}
    assert diff.json()["occupations_added"] == [FITTER]
    hidden = await labour.anyone().get(f"/v1/competency-standards/{standard_id}")
    assert [each["edition"] for each in hidden.json()["editions"]] == ["1.0"]


async def test_courses_cover_a_unit_wholly_only_at_its_level(labour: LabourRoom) -> None:
    path = await published(labour.body(), units=[unit("U1", 3), unit("U2", 4), unit("U3", 2)])
    school = labour.school()
    courses = {
        "C1": [{"unit": "U1", "level": 3, "hours": 32}, {"unit": "U2", "level": 2, "hours": 16}],
        "C2": [{"unit": "U2", "level": 3, "hours": 24}],
    }
    for code, units in courses.items():
        answer = await school.put(
            f"{path}/links/course/{code}", json={"name": f"课程 {code}", "units": units}
        )
        assert answer.status_code == 204, answer.text
    answer = await labour.anyone().get(f"{path}/coverage", params={"course": ["C1", "C2", "C9"]})
    told = answer.json()
    by_unit = {each["code"]: each for each in told["units"]}
    assert {code: each["covered"] for code, each in by_unit.items()} == {
        "U1": "whole",
        "U2": "part",
        "U3": "none",
    }
    assert (by_unit["U2"]["level_reached"], by_unit["U2"]["hours"]) == (3, 40)
    assert (told["courses_unknown"], told["share_whole"]) == (["C9"], 0.3333)
    wrong = {"name": "课程", "units": [{"unit": "U8", "level": 1}]}
    answer = await school.put(f"{path}/links/course/C3", json=wrong)
    assert answer.json()["errors"][0]["pointer"] == "/units/0/unit"


async def test_who_may_not_write_is_refused(labour: LabourRoom) -> None:
    told = standard()
    assert (await labour.anyone().post("/v1/competency-standards", json=told)).status_code == 401
    authority = labour.authority()
    assert (await authority.post("/v1/competency-standards", json=told)).status_code == 403
    unverified = labour.body(verified=False)
    row = await made(unverified)
    path = f"/v1/competency-standards/{row['standard_id']}@1.0"
    answer = await unverified.post(f"{path}/publish", headers={"if-match": '"v1"'})
    assert answer.json()["code"] == "publisher_unverified"
    path = await published(labour.body())
    link = {"name": "课程", "units": [{"unit": "U1", "level": 1}]}
    answer = await labour.enterprise().put(f"{path}/links/course/C1", json=link)
    assert answer.status_code == 403
