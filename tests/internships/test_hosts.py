"""A school inspects, decides and publishes its hosts; nobody else writes in its register."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.internships.store.hosts import approved_host_ids
from shared.db.session import Scope
from tests.internships.conftest import InternshipsRoom
from tests.internships.post_bodies import enterprise

ITEMS = (
    "qualification", "integrity", "management", "nature_of_post",
    "working_time", "environment", "health", "safety",
)  # fmt: skip
VISIT = {
    "inspected_on": "2026-09-10",
    "inspectors": "周敏、林立",
    "items": {name: {"satisfied": True, "note": "符合"} for name in ITEMS},
}
DECISION = {
    "decided_on": "2026-10-01",
    "decision_note": "校长办公会第12次会议",
    "public_url": "https://school.example/hosts",
}


async def proposed(room: InternshipsRoom, office: httpx.AsyncClient, **facts: Any) -> Any:
    answer = await office.post("/v1/hosts", json={"enterprise_id": str(enterprise(room, **facts))})
    assert answer.status_code == 201, answer.text
    return answer.json()


def seen(host: dict[str, Any]) -> dict[str, str]:
    return {"if-match": f'"v{host["version"]}"'}


async def approved(room: InternshipsRoom, office: httpx.AsyncClient) -> dict[str, Any]:
    host = await proposed(room, office)
    path = f"/v1/hosts/{host['id']}"
    host = (await office.put(f"{path}/inspection", json=VISIT, headers=seen(host))).json()
    host = (await office.put(f"{path}/report", content=b"%PDF report", headers=seen(host))).json()
    answer = await office.post(f"{path}/approve", json=DECISION, headers=seen(host))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_host_is_proposed_inspected_approved_and_public(room: InternshipsRoom) -> None:
    school = room.organisation("school", "杭州某校")
    host = await approved(room, room.office(school))
    assert host["state"] == "approved"
    assert host["missing"] == []
    visitor = room.client()
    del visitor.headers["authorization"]
    (shown,) = (await visitor.get("/v1/hosts/public", params={"school_id": str(school)})).json()[
        "items"
    ]
    assert shown["enterprise_id"] == host["enterprise_id"]
    assert shown["public_url"] == DECISION["public_url"]
    assert "inspection" not in shown
    async with room.database.begin(Scope(org_id=school)) as tx:
        assert {str(each) for each in await approved_host_ids(tx, school)} == {
            host["enterprise_id"]
        }


async def test_without_the_eight_items_and_the_report_no_new_host_is_approved(
    room: InternshipsRoom,
) -> None:
    office = room.office(room.organisation("school", "杭州某校"))
    host = await proposed(room, office)
    path = f"/v1/hosts/{host['id']}"
    visit = {**VISIT, "items": {"safety": {"satisfied": True, "note": "符合"}}}
    host = (await office.put(f"{path}/inspection", json=visit, headers=seen(host))).json()
    assert host["state"] == "inspected"
    refused = await office.post(f"{path}/approve", json=DECISION, headers=seen(host))
    assert (refused.status_code, refused.json()["code"]) == (409, "host_not_inspected")
    assert "health" in refused.json()["detail"]
    assert "report" in refused.json()["detail"]


async def test_a_host_of_earlier_years_is_approved_on_a_decision_that_says_why(
    room: InternshipsRoom,
) -> None:
    office = room.office(room.organisation("school", "杭州某校"))
    host = await proposed(room, office)
    path = f"/v1/hosts/{host['id']}/approve"
    bare = {"decided_on": "2026-10-01", "public_url": "https://a.example", "new_host": False}
    assert (await office.post(path, json=bare, headers=seen(host))).status_code == 409
    told = {**bare, "decision_note": "2021年起合作，历年考核合格"}
    answer = await office.post(path, json=told, headers=seen(host))
    assert answer.json()["state"] == "approved"


async def test_a_removed_host_leaves_the_public_register(room: InternshipsRoom) -> None:
    school = room.organisation("school", "杭州某校")
    office = room.office(school)
    host = await approved(room, office)
    answer = await office.post(
        f"/v1/hosts/{host['id']}/remove", json={"reason": "安全隐患未整改"}, headers=seen(host)
    )
    assert answer.json()["state"] == "removed"
    public = await office.get("/v1/hosts/public", params={"school_id": str(school)})
    assert public.json()["items"] == []
    async with room.database.begin(Scope(org_id=school)) as tx:
        assert await approved_host_ids(tx, school) == set()


async def test_the_report_comes_back_as_it_was_sent_to_its_school_only(
    room: InternshipsRoom,
) -> None:
    office = room.office(room.organisation("school", "杭州某校"))
    host = await approved(room, office)
    path = f"/v1/hosts/{host['id']}/report"
    answer = await office.get(path)
    assert answer.content == b"%PDF report"
    assert "attachment" in answer.headers["content-disposition"]
    other = room.office(room.organisation("school", "另一校"))
    assert (await other.get(path)).status_code == 404


async def test_the_register_belongs_to_its_school(room: InternshipsRoom) -> None:
    office = room.office(room.organisation("school", "杭州某校"))
    host = await approved(room, office)
    other = room.office(room.organisation("school", "另一校"))
    path = f"/v1/hosts/{host['id']}"
    assert (await other.get(path)).status_code == 404
    assert (
        await other.post(f"{path}/remove", json={"reason": "不是本校的"}, headers=seen(host))
    ).status_code == 404
    assert (await other.get("/v1/hosts")).json()["items"] == []
    assert (await room.hr(enterprise(room)).get("/v1/hosts")).status_code == 403


async def test_one_enterprise_stands_once_in_a_register(room: InternshipsRoom) -> None:
    office = room.office(room.organisation("school", "杭州某校"))
    host = await proposed(room, office)
    again = await office.post("/v1/hosts", json={"enterprise_id": host["enterprise_id"]})
    assert (again.status_code, again.json()["code"]) == (409, "host_listed")
    assert host["id"] in again.json()["detail"]


async def test_an_unknown_enterprise_is_not_proposed(room: InternshipsRoom) -> None:
    office = room.office(room.organisation("school", "杭州某校"))
    answer = await office.post("/v1/hosts", json={"enterprise_id": str(uuid4())})
    assert (answer.status_code, answer.json()["code"]) == (404, "enterprise_unknown")


async def test_a_change_needs_the_version_that_was_seen(room: InternshipsRoom) -> None:
    office = room.office(room.organisation("school", "杭州某校"))
    host = await proposed(room, office)
    path = f"/v1/hosts/{host['id']}/inspection"
    assert (await office.put(path, json=VISIT)).status_code == 428
    assert (await office.put(path, json=VISIT, headers={"if-match": '"v7"'})).status_code == 412


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"decided_on": "2099-01-01"}, "/decided_on"),
        ({"decided_on": "2026-09-01"}, "/decided_on"),
        ({"public_url": "javascript:alert(1)"}, "/public_url"),
    ],
)
async def test_a_decision_that_cannot_be_is_named(
    room: InternshipsRoom, change: dict[str, Any], pointer: str
) -> None:
    office = room.office(room.organisation("school", "杭州某校"))
    host = await approved(room, office)
    answer = await office.post(
        f"/v1/hosts/{host['id']}/approve", json={**DECISION, **change}, headers=seen(host)
    )
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
