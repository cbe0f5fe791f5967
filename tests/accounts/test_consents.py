"""Consents: only the person concerned gives them, and rooms hear what stands now."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from services.accounts.contract.events import member_ref
from shared.db.session import PLATFORM, Database
from shared.http.peers import service_client_id, service_client_secret
from shared.settings import PlatformSettings
from tests.accounts.conftest import PASSWORD, Found, SignIn, Visitor

NUMBER = "2024330106001"


@pytest.fixture
async def student(found: Found, sign_in: SignIn) -> Visitor:
    """A student, signed in."""
    school = await found("school")
    row = {"login": f"s-{uuid4().hex[:12]}", "name": "学生", "roles": ["student"]}
    told = {**row, "password": PASSWORD, "member_no": NUMBER}
    made = await school.admin.post("/v1/people", told)
    assert made.status_code == 201, made.text
    return await sign_in(row["login"])


def sharing(org_id: str, version: str = "2026-1") -> dict[str, Any]:
    return {"purpose": "share_with_host", "to_org_id": org_id, "text_version": version}


async def _check(
    client: httpx.AsyncClient, settings: PlatformSettings, *items: dict[str, Any]
) -> list[dict[str, Any]]:
    token = await client.post(
        "/oauth/token",
        data={
            "grant_type": "client_credentials",
            "client_id": service_client_id("internships"),
            "client_secret": service_client_secret(settings.secret, "internships"),
        },
    )
    headers = {"authorization": f"Bearer {token.json()['access_token']}"}
    answer = await client.post("/v1/consents/check", json={"items": items}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_a_room_hears_whether_a_consent_stands_towards_this_organisation(
    student: Visitor, found: Found, client: httpx.AsyncClient, settings: PlatformSettings
) -> None:
    host, other = await found(), await found()
    given = await student.post("/v1/consents", sharing(host.id))
    assert given.status_code == 201, given.text
    person = student.body["person"]["id"]

    def asks(org_id: str) -> dict[str, Any]:
        return {"person_id": person, "purpose": "share_with_host", "to_org_id": org_id}

    answers = await _check(client, settings, asks(host.id), asks(other.id))
    assert [each["given"] for each in answers] == [True, False]
    assert answers[0]["text_version"] == "2026-1"
    gone = await student.call("DELETE", given.headers["location"])
    assert gone.status_code == 204
    assert [each["given"] for each in await _check(client, settings, asks(host.id))] == [False]
    listed = (await student.get("/v1/consents")).json()["items"]
    assert listed[0]["withdrawn_at"] is not None


async def test_new_words_replace_the_old_consent(student: Visitor, found: Found) -> None:
    host = await found()
    first = (await student.post("/v1/consents", sharing(host.id))).json()
    same = (await student.post("/v1/consents", sharing(host.id))).json()
    assert same["id"] == first["id"]
    newer = (await student.post("/v1/consents", sharing(host.id, "2026-2"))).json()
    listed = (await student.get("/v1/consents")).json()["items"]
    standing = [each["id"] for each in listed if each["withdrawn_at"] is None]
    assert standing == [newer["id"]]


async def test_consenting_twice_at_once_makes_one_consent(student: Visitor, found: Found) -> None:
    host = await found()
    answers = await asyncio.gather(
        *(student.post("/v1/consents", sharing(host.id)) for _ in range(5))
    )
    assert {each.status_code for each in answers} == {201}
    assert len({each.json()["id"] for each in answers}) == 1


async def test_sharing_names_who_receives(student: Visitor, found: Found) -> None:
    host = await found()
    for body, status in (
        ({"purpose": "share_with_host", "text_version": "1"}, 422),
        ({**sharing(host.id), "purpose": "sensitive_data"}, 422),
        (sharing(str(uuid4())), 404),
        ({"purpose": "sensitive_data", "text_version": "1"}, 201),
    ):
        assert (await student.post("/v1/consents", body)).status_code == status


async def test_nobody_withdraws_the_consent_of_another(
    student: Visitor, found: Found, sign_in: SignIn
) -> None:
    host = await found()
    given = await student.post("/v1/consents", sharing(host.id))
    gone = await host.admin.call("DELETE", given.headers["location"])
    assert gone.status_code == 404


async def test_a_machine_consents_to_nothing_and_asks_nothing(
    found: Found, client: httpx.AsyncClient
) -> None:
    company = await found()
    assert (await company.admin.post("/v1/consents/check", {"items": []})).status_code == 403
    made = await company.admin.post("/v1/clients", {"name": "m", "scopes": ["posts:write"]})
    token = await client.post(
        "/oauth/token",
        data={
            "grant_type": "client_credentials",
            "client_id": made.json()["id"],
            "client_secret": made.json()["client_secret"],
        },
    )
    headers = {
        "authorization": f"Bearer {token.json()['access_token']}",
        "idempotency-key": "a machine's",
    }
    answer = await client.post("/v1/consents", json=sharing(company.id), headers=headers)
    assert answer.status_code == 403


async def test_a_withdrawal_is_told_to_the_room_that_shares_once_and_without_the_number(
    student: Visitor, found: Found, database: Database
) -> None:
    host = await found()
    given = await student.post("/v1/consents", sharing(host.id))
    for _ in range(2):
        await student.call("DELETE", given.headers["location"])
    query = text("SELECT kind, org_id, payload FROM outbox WHERE subject_id = :id")
    async with database.begin(PLATFORM) as tx:
        told = (await tx.execute(query, {"id": given.json()["id"]})).all()
    (event,) = told
    assert event.kind == "consent.withdrawn"
    assert event.payload["to_org_id"] == host.id
    assert event.payload["member_ref"] == member_ref(event.org_id, NUMBER)
    assert NUMBER not in str(event.payload)
    assert event.payload["person_id"] == student.body["person"]["id"]
