"""Organisations, sites and their verification."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.catalogues.uscc import make_code
from tests.accounts.conftest import Found, Founded, Visitor

_SERIALS = itertools.count(70_000)


def uscc() -> str:
    return make_code("330203", next(_SERIALS))


def evidence(code: str, **told: Any) -> dict[str, Any]:
    return {"uscc": code, "evidence": "营业执照副本", **told}


async def test_anyone_searches_organisations_by_name_and_by_pinyin(
    found: Found, client: httpx.AsyncClient
) -> None:
    mark = uuid4().hex[:8]
    company = await found(name=f"甬江精密{mark}厂")
    for words in (mark, f"甬江精密{mark}", f"yong jiang jing mi {mark}"):
        answer = await client.get("/v1/organisations", params={"q": words})
        assert [each["id"] for each in answer.json()["items"]] == [company.id], words


async def test_a_search_narrows_by_kind_region_and_verification(
    found: Found, client: httpx.AsyncClient
) -> None:
    mark = uuid4().hex[:8]
    await found(name=f"{mark}甲", region_code="330106")
    school = await found("school", name=f"{mark}乙")

    async def names(**params: str) -> list[str]:
        answer = await client.get("/v1/organisations", params={"q": mark, **params})
        return [each["name"] for each in answer.json()["items"]]

    assert await names(kind="school") == [f"{mark}乙"]
    assert await names(region="330100") == [f"{mark}甲"]
    assert len(await names(region="330000")) == 2
    assert await names(verified="true") == []
    assert school.id


async def test_a_list_goes_on_in_pages_in_the_order_of_pinyin(
    found: Found, client: httpx.AsyncClient
) -> None:
    mark = uuid4().hex[:8]
    for sign in "丙甲乙":
        await found(name=f"{sign}{mark}")
    seen: list[str] = []
    path = f"/v1/organisations?q={mark}&limit=2"
    while path:
        answer = await client.get(path)
        seen += [each["name"][0] for each in answer.json()["items"]]
        link = answer.headers.get("link", "")
        path = link[1 : link.index(">")] if link else ""
    assert seen == ["丙", "甲", "乙"]  # bing, jia, yi


async def test_a_region_does_not_exist_or_a_code_is_wrong_and_each_is_named(
    operator: Visitor,
) -> None:
    code = uscc()
    body = {
        "kind": "enterprise",
        "name": "错码厂",
        "uscc": code[:-1] + ("0" if code[-1] != "0" else "1"),
        "region_code": "999999",
        "industry_code": "C9999",
        "moe_code": "4133010001",
    }
    refused = await operator.post("/v1/organisations", body)
    assert refused.status_code == 422
    assert {each["pointer"] for each in refused.json()["errors"]} == {
        "/uscc",
        "/region_code",
        "/industry_code",
        "/moe_code",
    }


async def test_one_credit_code_is_one_organisation(operator: Visitor) -> None:
    code = uscc()
    body = {"kind": "enterprise", "name": "同码厂", "uscc": code}
    assert (await operator.post("/v1/organisations", body)).status_code == 201
    again = await operator.post("/v1/organisations", {**body, "name": "同码二厂"})
    assert again.status_code == 409
    assert again.json()["facts"] == {"field": "uscc"}


async def test_only_the_operator_registers_organisations(found: Found) -> None:
    company = await found()
    body = {"kind": "enterprise", "name": "自建厂"}
    assert (await company.admin.post("/v1/organisations", body)).status_code == 403


async def _patch(who: Visitor, org_id: str, body: dict[str, Any]) -> httpx.Response:
    path = f"/v1/organisations/{org_id}"
    etag = (await who.get(path)).headers["etag"]
    return await who.call("PATCH", path, json=body, headers={"if-match": etag})


async def test_another_organisation_is_seen_but_not_changed(found: Found) -> None:
    mine, theirs = await found(), await found()
    assert (await mine.admin.get(f"/v1/organisations/{theirs.id}")).status_code == 200
    assert (await _patch(mine.admin, theirs.id, {"name": "改名"})).status_code == 404
    site = {"name": "厂区", "address": "某路 1 号"}
    path = f"/v1/organisations/{theirs.id}/sites"
    assert (await mine.admin.post(path, site)).status_code == 404
    path = f"/v1/organisations/{theirs.id}/verifications"
    assert (await mine.admin.post(path, evidence(uscc()))).status_code == 404
    assert (await mine.admin.get(path)).status_code == 404


async def test_sites_belong_to_one_credit_code(found: Found) -> None:
    company = await found()
    path = f"/v1/organisations/{company.id}/sites"
    made = await company.admin.post(path, {"name": "北仑厂区", "address": "新碶 8 号"})
    assert made.status_code == 201
    where = made.headers["location"]
    told = {"name": "北仑二厂", "address": "新碶 9 号", "region_code": "330206"}
    put = await company.admin.call(
        "PUT", where, json=told, headers={"if-match": made.headers["etag"]}
    )
    assert put.status_code == 200, put.text
    listed = (await company.admin.get(path)).json()["items"]
    assert [each["name"] for each in listed] == ["北仑二厂"]


async def test_rooms_look_many_organisations_up_at_once(found: Found) -> None:
    one, two = await found(), await found()
    asked = {"ids": [two.id, str(uuid4()), one.id]}
    found_ids = (await one.admin.post("/v1/organisations/lookup", asked)).json()["items"]
    assert [each["id"] for each in found_ids] == [two.id, one.id]


async def _submit(company: Founded, code: str, **told: Any) -> dict[str, Any]:
    path = f"/v1/organisations/{company.id}/verifications"
    answer = await company.admin.post(path, evidence(code, **told))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def _decide(who: Visitor, verification: str, decision: str) -> httpx.Response:
    body = {"decision": decision, "reason": "与登记信息核对"}
    return await who.post(f"/v1/verifications/{verification}/decision", body)


async def test_a_reviewer_of_the_region_verifies_an_enterprise(found: Found) -> None:
    company = await found(region_code="330203")
    authority = await found("authority", region_code="330200")
    submitted = await _submit(company, uscc(), staff_total=120, staff_total_on="2026-01-01")
    listed = (await authority.admin.get("/v1/verifications?limit=200")).json()["items"]
    assert submitted["id"] in {each["id"] for each in listed}
    decided = await _decide(authority.admin, submitted["id"], "approve")
    assert decided.status_code == 200, decided.text
    assert decided.json()["status"] == "approved"
    now = (await company.admin.get(f"/v1/organisations/{company.id}")).json()
    assert now["verified"] is True
    assert now["uscc"] == submitted["uscc"]


async def test_a_reviewer_of_another_region_does_not_find_it(found: Found) -> None:
    company = await found(region_code="330203")
    elsewhere = await found("authority", region_code="330100")
    submitted = await _submit(company, uscc())
    listed = (await elsewhere.admin.get("/v1/verifications?limit=200")).json()["items"]
    assert submitted["id"] not in {each["id"] for each in listed}
    assert (await _decide(elsewhere.admin, submitted["id"], "approve")).status_code == 404


async def test_a_rejection_keeps_its_reason_and_leaves_the_way_open(
    found: Found, operator: Visitor
) -> None:
    company = await found()
    submitted = await _submit(company, uscc())
    assert (await _decide(operator, submitted["id"], "reject")).status_code == 200
    path = f"/v1/organisations/{company.id}/verifications"
    own = (await company.admin.get(path)).json()["items"]
    assert [(each["status"], each["reason"]) for each in own] == [("rejected", "与登记信息核对")]
    assert (await company.admin.get(f"/v1/organisations/{company.id}")).json()["verified"] is False
    await _submit(company, uscc())


async def test_a_decision_stands(found: Found, operator: Visitor) -> None:
    company = await found()
    submitted = await _submit(company, uscc())
    await _decide(operator, submitted["id"], "approve")
    again = await _decide(operator, submitted["id"], "reject")
    assert again.status_code == 409
    assert again.json()["code"] == "verification_decided"


async def test_only_one_request_waits_at_a_time(found: Found) -> None:
    company = await found()
    path = f"/v1/organisations/{company.id}/verifications"
    answers = await asyncio.gather(*(company.admin.post(path, evidence(uscc())) for _ in range(4)))
    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409]


async def test_nobody_verifies_their_own_organisation(found: Found) -> None:
    authority = await found("authority", region_code="330200")
    submitted = await _submit(authority, uscc())
    answer = await _decide(authority.admin, submitted["id"], "approve")
    assert answer.status_code == 403
    assert answer.json()["code"] == "own_verification"


@pytest.mark.parametrize(
    ("told", "pointer"),
    [
        ({"uscc": "91330203DEM0000000"}, "/uscc"),
        ({"staff_total": 10}, "/staff_total_on"),
        ({"staff_total": 10, "staff_total_on": "2999-01-01"}, "/staff_total_on"),
        ({"staff_total": -1, "staff_total_on": "2026-01-01"}, "/staff_total"),
    ],
)
async def test_a_wrong_submission_names_the_place(
    found: Found, told: dict[str, Any], pointer: str
) -> None:
    company = await found()
    path = f"/v1/organisations/{company.id}/verifications"
    refused = await company.admin.post(path, {**evidence(uscc()), **told})
    assert refused.status_code == 422
    assert [each["pointer"] for each in refused.json()["errors"]] == [pointer]


async def test_what_was_verified_is_changed_by_the_operator_only(
    found: Found, operator: Visitor
) -> None:
    company = await found()
    submitted = await _submit(company, uscc())
    assert (await _patch(company.admin, company.id, {"name": "未核验时可改"})).status_code == 200
    await _decide(operator, submitted["id"], "approve")
    refused = await _patch(company.admin, company.id, {"name": "核验后改名"})
    assert refused.status_code == 409
    assert refused.json()["code"] == "checked_fact"
    assert (await _patch(company.admin, company.id, {"region_code": "330206"})).status_code == 200
    assert (await _patch(operator, company.id, {"name": "由运营改名"})).status_code == 200


async def test_a_suspended_organisation_has_no_tokens(
    found: Found, operator: Visitor, client: httpx.AsyncClient
) -> None:
    company = await found()
    assert (await _patch(company.admin, company.id, {"status": "closed"})).status_code == 403
    assert (await _patch(operator, company.id, {"status": "suspended"})).status_code == 200
    token = await client.post(
        "/v1/sessions/token", headers={"authorization": f"Session {company.admin.session}"}
    )
    assert token.json()["org_id"] is None
    assert token.json()["memberships"] == []


PDF = b"%PDF-1.7\n a licence"


async def _upload(company: Founded, content: bytes) -> httpx.Response:
    path = f"/v1/organisations/{company.id}/evidence"
    headers = {"content-type": "application/pdf"}
    return await company.admin.call("POST", path, content=content, headers=headers)


async def test_a_reviewer_of_the_region_reads_the_file_and_no_other(found: Found) -> None:
    company = await found(region_code="330203")
    here = await found("authority", region_code="330200")
    elsewhere = await found("authority", region_code="330100")
    kept = await _upload(company, PDF)
    assert kept.status_code == 201, kept.text
    submitted = await _submit(company, uscc(), evidence_sha256=kept.json()["sha256"])
    path = f"/v1/verifications/{submitted['id']}/evidence"
    read = await here.admin.get(path)
    assert read.content == PDF
    assert read.headers["content-type"] == "application/pdf"
    assert read.headers["content-disposition"].startswith("attachment")
    assert (await elsewhere.admin.get(path)).status_code == 404
    assert (await company.admin.get(path)).status_code == 403


async def test_a_file_of_another_kind_is_refused_whatever_it_calls_itself(found: Found) -> None:
    company, other = await found(), await found()
    refused = await _upload(company, b"<html><script>alert(1)</script>")
    assert refused.status_code == 415
    assert refused.json()["code"] == "evidence_kind"
    path = f"/v1/organisations/{other.id}/evidence"
    assert (await company.admin.call("POST", path, content=PDF)).status_code == 404


async def test_a_file_that_is_too_large_is_refused(found: Found) -> None:
    company = await found()
    refused = await _upload(company, PDF + bytes(10 * 1024 * 1024))
    assert refused.status_code == 413


async def test_a_verification_names_only_a_file_that_is_there(found: Found) -> None:
    company = await found()
    path = f"/v1/organisations/{company.id}/verifications"
    refused = await company.admin.post(path, evidence(uscc(), evidence_sha256="0" * 64))
    assert refused.status_code == 404
    assert refused.json()["code"] == "file_not_kept"
