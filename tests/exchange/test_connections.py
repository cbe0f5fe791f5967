"""Two organisations meet over a notice, talk and agree; nobody else sees a word of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.exchange.domain import connection
from shared.db.session import ANYONE, PLATFORM, Scope
from tests.exchange.conftest import ExchangeRoom
from tests.exchange.notice_bodies import decide, drafted, in_jilin, submitted

HELLO = {"message": "我校有数控专业毕业生，愿与贵厂对接。"}
TERMS = {
    "subject": "数控技术专业订单班一个，四十人",
    "start_on": "2027-09-01",
    "end_on": "2030-06-30",
    "places": 40,
}


@dataclass(frozen=True, slots=True)
class Two:
    """An enterprise with a published notice, and a school that has answered it."""

    enterprise: httpx.AsyncClient
    school: httpx.AsyncClient
    enterprise_id: UUID
    school_id: UUID
    notice: dict[str, Any]
    path: str
    asked: dict[str, Any]

    async def talk(self) -> Two:
        await expect(self.enterprise, f"{self.path}/decisions", {"decision": "accept"})
        return self


async def expect(
    client: httpx.AsyncClient, path: str, told: Any = None, status: int = 0
) -> dict[str, Any]:
    answer = await client.post(path, json=told)
    assert answer.status_code == status if status else answer.is_success, answer.text
    return answer.json()


async def refused(client: httpx.AsyncClient, path: str, told: Any = None) -> tuple[int, str]:
    answer = await client.post(path, json=told)
    return answer.status_code, answer.json()["code"]


async def met(room: ExchangeRoom) -> Two:
    enterprise_id = room.organisation("enterprise", "杭州精工")
    school_id = room.organisation("school", "某职业技术学院")
    enterprise, school = room.member(enterprise_id), room.member(school_id)
    notice = await submitted(enterprise)
    asked = await expect(school, f"/v1/notices/{notice['id']}/connections", HELLO)
    path = f"/v1/connections/{asked['id']}"
    return Two(enterprise, school, enterprise_id, school_id, notice, path, asked)


async def audited(room: ExchangeRoom, subject_id: str) -> list[str]:
    async with room.database.begin(PLATFORM) as tx:
        rows = await tx.execute(
            text("SELECT kind FROM outbox WHERE subject_id = :id ORDER BY created_at, id"),
            {"id": UUID(subject_id)},
        )
        return [row.kind for row in rows]


async def test_two_organisations_come_from_a_first_message_to_an_agreement(
    room: ExchangeRoom,
) -> None:
    two = await met(room)
    assert two.asked["state"] == "asked"
    assert two.asked["notice"]["id"] == two.notice["id"]
    assert two.asked["asker"]["name"] == "某职业技术学院"
    assert two.asked["answerer"] == {
        "id": str(two.enterprise_id),
        "kind": "enterprise",
        "name": "杭州精工",
    }
    assert [each["text"] for each in two.asked["messages"]] == [HELLO["message"]]
    accepted = await expect(two.enterprise, f"{two.path}/decisions", {"decision": "accept"}, 200)
    assert accepted["state"] == "talking"
    said = await expect(two.enterprise, f"{two.path}/messages", {"text": "欢迎来厂参观。"}, 201)
    assert (said["number"], said["organisation"]["name"]) == (2, "杭州精工")
    proposed = await expect(two.school, f"{two.path}/agreements", TERMS, 201)
    assert proposed["agreement"]["number"] == 1
    assert proposed["agreement"]["proposed_by"] == str(two.school_id)
    assert proposed["agreement"]["confirmed_at"] is None
    newer = await expect(two.enterprise, f"{two.path}/agreements", {**TERMS, "places": 30})
    assert (newer["agreement"]["number"], newer["agreement"]["places"]) == (2, 30)
    agreed = await expect(two.school, f"{two.path}/agreements/2/confirmations", status=200)
    assert agreed["state"] == "agreed"
    assert agreed["agreement"]["subject"] == TERMS["subject"]
    assert agreed["agreement"]["confirmed_at"] is not None
    thread = (await two.enterprise.get(two.path)).json()
    assert [each["number"] for each in thread["messages"]] == [1, 2]
    assert thread["agreement"] == agreed["agreement"]
    assert thread["version"] > two.asked["version"]
    # What was agreed on may be talked over still, and another talk about the notice may begin.
    await expect(two.school, f"{two.path}/messages", {"text": "合同已寄出。"}, 201)
    await expect(two.school, f"/v1/notices/{two.notice['id']}/connections", HELLO, 201)
    assert await audited(room, two.asked["id"]) == [
        "audit.connection.asked",
        "audit.connection.accepted",
        "audit.connection.message_written",
        "audit.connection.proposed",
        "audit.connection.proposed",
        "audit.connection.agreed",
        "audit.connection.message_written",
    ]


async def test_an_organisation_has_one_open_connection_about_a_notice(room: ExchangeRoom) -> None:
    two = await met(room)
    path = f"/v1/notices/{two.notice['id']}/connections"
    again = await two.school.post(path, json=HELLO)
    assert (again.status_code, again.json()["code"]) == (409, "connection_open")
    assert again.json()["facts"]["connection_id"] == two.asked["id"]
    await expect(two.school, f"{two.path}/withdrawals", status=200)
    await expect(two.school, path, HELLO, 201)
    other = room.someone("school", "别的学校")
    answers = await asyncio.gather(*(other.post(path, json=HELLO) for _ in range(4)))
    assert Counter(each.status_code for each in answers) == {201: 1, 409: 3}


async def test_only_an_open_notice_of_somebody_else_is_answered_by_who_is_verified(
    room: ExchangeRoom,
) -> None:
    two = await met(room)
    path = f"/v1/notices/{two.notice['id']}/connections"
    stranger = room.someone("school", "未核验学校", verified=False)
    assert await refused(stranger, path, HELLO) == (409, "connection_unverified")
    suspended = room.someone("school", "停办学校", status="suspended")
    assert await refused(suspended, path, HELLO) == (409, "connection_unverified")
    assert await refused(two.enterprise, path, HELLO) == (409, "notice_own")
    draft = await drafted(two.enterprise)
    drafts = f"/v1/notices/{draft['id']}/connections"
    assert await refused(two.school, drafts, HELLO) == (404, "notice_not_found")
    assert await refused(two.school, f"/v1/notices/{uuid4()}/connections", HELLO) == (
        404,
        "notice_not_found",
    )
    student = room.member(two.school_id, "student")
    assert await refused(student, path, HELLO) == (403, "forbidden")
    late = await submitted(two.enterprise, closes_on="2030-01-31")
    room.now = datetime(2030, 2, 1, tzinfo=UTC)
    assert await refused(two.school, f"/v1/notices/{late['id']}/connections", HELLO) == (
        409,
        "notice_not_open",
    )
    await expect(two.enterprise, f"/v1/notices/{late['id']}/close")
    assert await refused(two.school, f"/v1/notices/{late['id']}/connections", HELLO) == (
        409,
        "notice_not_open",
    )


async def test_the_notice_that_one_names_as_fitting_is_an_open_one_of_ones_own(
    room: ExchangeRoom,
) -> None:
    enterprise, school = room.someone("enterprise", "甲厂"), room.someone("school", "乙校")
    notice = await submitted(enterprise)
    own = await submitted(school, side="offer")
    draft = await drafted(school, side="offer")
    path = f"/v1/notices/{notice['id']}/connections"
    for unfit in (notice["id"], draft["id"], str(uuid4())):
        answer = await school.post(path, json={**HELLO, "own_notice_id": unfit})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
        assert answer.json()["errors"][0]["pointer"] == "/own_notice_id"
    asked = await expect(school, path, {**HELLO, "own_notice_id": own["id"]})
    assert asked["own_notice"]["id"] == own["id"]


async def test_each_act_has_its_side_and_its_moment(room: ExchangeRoom) -> None:
    two = await met(room)
    wrong_state = (409, "connection_state")
    assert await refused(two.school, f"{two.path}/decisions", {"decision": "accept"}) == (
        403,
        "forbidden",
    )
    assert await refused(two.enterprise, f"{two.path}/withdrawals") == (403, "forbidden")
    assert await refused(two.school, f"{two.path}/agreements", TERMS) == wrong_state
    await two.talk()
    assert await refused(two.enterprise, f"{two.path}/decisions", {"decision": "accept"}) == (
        wrong_state
    )
    backwards = {**TERMS, "end_on": "2027-08-31"}
    answer = await two.school.post(f"{two.path}/agreements", json=backwards)
    assert answer.json()["errors"][0]["pointer"] == "/end_on"
    assert await refused(two.school, f"{two.path}/agreements/1/confirmations") == (
        409,
        "connection_proposal_superseded",
    )
    await expect(two.school, f"{two.path}/agreements", TERMS)
    assert await refused(two.school, f"{two.path}/agreements/1/confirmations") == (
        409,
        "connection_proposal_own",
    )
    await expect(two.school, f"{two.path}/agreements", TERMS)
    stale = await two.enterprise.post(f"{two.path}/agreements/1/confirmations")
    assert (stale.status_code, stale.json()["code"]) == (409, "connection_proposal_superseded")
    assert stale.json()["facts"]["current"] == 2
    await expect(two.enterprise, f"{two.path}/agreements/2/confirmations")
    for act, told in (
        ("withdrawals", None),
        ("agreements", TERMS),
        ("agreements/2/confirmations", None),
    ):
        assert await refused(two.school, f"{two.path}/{act}", told) == wrong_state


async def test_a_thread_has_an_end(room: ExchangeRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "MESSAGES_MAX", 2)
    two = await met(room)
    await expect(two.enterprise, f"{two.path}/messages", {"text": "您好。"}, 201)
    answer = await two.school.post(f"{two.path}/messages", json={"text": "还在吗？"})
    assert (answer.status_code, answer.json()["code"]) == (409, "connection_full")
    assert len((await two.school.get(two.path)).json()["messages"]) == 2


@pytest.mark.parametrize("ending", ["declined", "withdrawn"])
async def test_what_was_declined_or_withdrawn_is_talked_over_no_more(
    room: ExchangeRoom, ending: str
) -> None:
    two = await (await met(room)).talk()
    if ending == "declined":
        told = {"decision": "decline", "reason": "名额已满"}
        ended = await expect(two.enterprise, f"{two.path}/decisions", told)
        assert ended["reason"] == "名额已满"
    else:
        ended = await expect(two.school, f"{two.path}/withdrawals")
    assert ended["state"] == ending
    for client in (two.school, two.enterprise):
        assert await refused(client, f"{two.path}/messages", {"text": "在吗"}) == (
            409,
            "connection_state",
        )
    assert (await two.school.get(two.path)).json()["state"] == ending


async def test_of_two_confirmations_at_once_one_agrees_and_of_two_proposals_each_has_its_number(
    room: ExchangeRoom,
) -> None:
    two = await (await met(room)).talk()
    clients = (two.school, two.enterprise, two.school, two.enterprise)
    answers = await asyncio.gather(
        *(each.post(f"{two.path}/agreements", json=TERMS) for each in clients)
    )
    assert sorted(each.json()["agreement"]["number"] for each in answers) == [1, 2, 3, 4]
    newest = max((each.json()["agreement"] for each in answers), key=lambda each: each["number"])
    other = two.school if newest["proposed_by"] == str(two.enterprise_id) else two.enterprise
    answers = await asyncio.gather(
        *(other.post(f"{two.path}/agreements/4/confirmations") for _ in range(4))
    )
    assert Counter(each.status_code for each in answers) == {200: 1, 409: 3}
    assert (await audited(room, two.asked["id"])).count("audit.connection.agreed") == 1


async def test_a_confirmation_and_a_newer_proposal_at_once_never_agree_on_what_nobody_read(
    room: ExchangeRoom,
) -> None:
    for _ in range(4):
        two = await (await met(room)).talk()
        await expect(two.school, f"{two.path}/agreements", TERMS)
        dearer = {**TERMS, "price_fen": 9_900}
        proposed, confirmed = await asyncio.gather(
            two.school.post(f"{two.path}/agreements", json=dearer),
            two.enterprise.post(f"{two.path}/agreements/1/confirmations"),
        )
        assert {proposed.status_code, confirmed.status_code} in ({201, 409}, {200, 409})
        kept = (await two.school.get(two.path)).json()
        if confirmed.is_success:
            assert (kept["state"], kept["agreement"]["number"]) == ("agreed", 1)
        else:
            assert (kept["state"], kept["agreement"]["number"]) == ("talking", 2)
        assert kept["agreement"]["price_fen"] == (None if confirmed.is_success else 9_900)


async def test_a_list_shows_ones_own_connections_by_side_and_state_in_pages(
    room: ExchangeRoom,
) -> None:
    two = await met(room)
    for name in ("甲校", "乙校"):
        other = room.someone("school", name)
        await expect(other, f"/v1/notices/{two.notice['id']}/connections", HELLO)
    await two.talk()

    async def listed(client: httpx.AsyncClient, query: str) -> list[str]:
        page = (await client.get(f"/v1/connections?{query}")).json()
        return [each["asker"]["name"] for each in page["items"]]

    assert await listed(two.enterprise, "side=answered") == ["乙校", "甲校", "某职业技术学院"]
    assert await listed(two.enterprise, "side=asked") == []
    assert await listed(two.enterprise, "state=talking") == ["某职业技术学院"]
    assert await listed(two.school, "side=asked") == ["某职业技术学院"]
    first = (await two.enterprise.get("/v1/connections?limit=2")).json()
    rest = (await two.enterprise.get(f"/v1/connections?limit=2&cursor={first['next']}")).json()
    assert [each["asker"]["name"] for each in rest["items"]] == ["某职业技术学院"]
    assert rest["next"] is None


async def test_a_third_organisation_an_authority_and_a_student_see_nothing(
    room: ExchangeRoom,
) -> None:
    two = await (await met(room)).talk()
    await expect(two.school, f"{two.path}/agreements", TERMS)
    third = room.someone("enterprise", "第三家")
    acts: tuple[tuple[str, Any], ...] = (
        ("messages", {"text": "你好"}),
        ("decisions", {"decision": "decline"}),
        ("withdrawals", None),
        ("agreements", TERMS),
        ("agreements/1/confirmations", None),
    )
    for act, told in acts:
        assert await refused(third, f"{two.path}/{act}", told) == (404, "connection_not_found")
    answer = await third.get(two.path)
    assert (answer.status_code, answer.json()["code"]) == (404, "connection_not_found")
    assert (await third.get("/v1/connections")).json()["items"] == []
    for nosy in (
        room.someone("authority", "某厅", region_code="330000"),
        room.member(two.school_id, "student"),
    ):
        assert (await nosy.get(two.path)).status_code == 403
        assert (await nosy.get("/v1/connections")).status_code == 403
    assert (await room.anyone().get(two.path)).status_code == 401


async def seen(room: ExchangeRoom, scope: Scope, connection_id: str) -> tuple[int, int]:
    told = {"id": UUID(connection_id)}
    async with room.database.begin(scope) as tx:
        connections = text("SELECT count(*) FROM connections WHERE id = :id")
        messages = text("SELECT count(*) FROM connection_messages WHERE connection_id = :id")
        return (
            (await tx.execute(connections, told)).scalar_one(),
            (await tx.execute(messages, told)).scalar_one(),
        )


async def test_below_the_code_a_connection_is_seen_and_written_by_its_sides_alone(
    room: ExchangeRoom,
) -> None:
    two = await met(room)
    for org in (two.school_id, two.enterprise_id):
        assert await seen(room, Scope(org_id=org), two.asked["id"]) == (1, 1)
    for scope in (
        ANYONE,
        Scope(org_id=uuid4()),
        Scope(org_id=uuid4(), reach="authority"),
    ):
        assert await seen(room, scope, two.asked["id"]) == (0, 0)
    forged = text(
        "INSERT INTO connection_messages (connection_id, number, org_id, person_id, text)"
        " VALUES (:id, 9, :org, :org, '冒名')"
    )
    with pytest.raises(DBAPIError, match="row-level security"):
        async with room.database.begin(Scope(org_id=two.school_id)) as tx:
            await tx.execute(forged, {"id": UUID(two.asked["id"]), "org": two.enterprise_id})


async def test_what_was_said_is_rewritten_and_removed_by_neither_side(room: ExchangeRoom) -> None:
    two = await met(room)
    for statement in (
        "UPDATE connection_messages SET text = '改口' WHERE connection_id = :id",
        "DELETE FROM connection_messages WHERE connection_id = :id",
        "DELETE FROM connections WHERE id = :id",
    ):
        async with room.database.begin(Scope(org_id=two.school_id)) as tx:
            done = await tx.execute(text(statement), {"id": UUID(two.asked["id"])})
            assert done.rowcount == 0
    assert await seen(room, Scope(org_id=two.school_id), two.asked["id"]) == (1, 1)


async def test_both_sides_go_on_seeing_a_notice_that_is_registered_anew(
    room: ExchangeRoom,
) -> None:
    enterprise = room.someone("enterprise", "长春某厂", region_code="220102")
    registrar = room.someone("authority", "吉林省教育厅", region_code="220000")
    school, third = room.someone("school", "长春某校"), room.someone("school", "别的学校")
    notice = await in_jilin(enterprise)
    assert (await decide(registrar, notice)).is_success
    asked = await expect(school, f"/v1/notices/{notice['id']}/connections", HELLO)
    registered = (await enterprise.get(f"/v1/notices/{notice['id']}")).json()
    changed = await enterprise.patch(
        f"/v1/notices/{notice['id']}",
        json={"places": 20},
        headers={"if-match": f'"v{registered["version"]}"'},
    )
    assert changed.json()["state"] == "submitted"
    shown = (await school.get(f"/v1/connections/{asked['id']}")).json()
    assert (shown["notice"]["state"], shown["notice"]["places"]) == ("submitted", 20)
    assert (await school.get("/v1/connections")).json()["items"][0]["id"] == asked["id"]
    assert await refused(third, f"/v1/notices/{notice['id']}/connections", HELLO) == (
        404,
        "notice_not_found",
    )
