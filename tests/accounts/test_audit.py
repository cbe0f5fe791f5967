"""The audit log: complete, ordered, unchangeable, and silent about who people are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.accounts.contract.events import audit_event
from services.accounts.domain.audit import (
    GENESIS,
    WITHHELD,
    Actor,
    Entry,
    Head,
    Note,
    chain,
    clean_facts,
    first_break,
)
from services.accounts.flows.desk import act, write_audit
from services.accounts.flows.verify_audit import verify_audit
from shared.db.session import ANYONE, PLATFORM, Database, Scope
from shared.http.caller import Caller
from shared.http.peers import service_client_id, service_client_secret
from shared.kernel.clock import utc_now
from shared.settings import PlatformSettings
from tests.accounts.conftest import Found, Visitor
from tests.conftest import Platform

START = Head(0, GENESIS)
MOMENT = datetime(2026, 3, 1, 8, tzinfo=UTC)


def note(number: int) -> Note:
    return Note(
        id=UUID(int=number),
        at=MOMENT,
        actor=Actor(UUID(int=7), "person", UUID(int=8)),
        action="post.published",
        object_kind="post",
        object_id=UUID(int=9),
        object_org_id=UUID(int=8),
        facts={"rows": number},
    )


def entries(count: int = 5) -> list[Entry]:
    return chain([note(number) for number in range(1, count + 1)], START)


def test_a_chain_holds_from_its_beginning_to_its_head() -> None:
    made = entries()
    assert first_break(made, START) == (Head(5, made[-1].hash), None)


CHANGES: dict[str, Any] = {
    "id": uuid4(),
    "at": datetime(2026, 3, 1, 9, tzinfo=UTC),
    "actor_id": None,
    "actor_kind": "client",
    "org_id": None,
    "action": "post.closed",
    "object_kind": "notice",
    "object_id": uuid4(),
    "object_org_id": None,
    "facts": {"rows": 99},
    "prev_hash": bytes(31) + b"\x01",
    "hash": bytes(32),
}


@pytest.mark.parametrize("field", CHANGES)
@given(place=st.integers(0, 4))
def test_changing_any_field_of_any_entry_breaks_the_chain_there(field: str, place: int) -> None:
    made = entries()
    made[place] = replace(made[place], **{field: CHANGES[field]})
    _, broken = first_break(made, START)
    assert broken is not None
    assert broken.seq == place + 1


@given(place=st.integers(0, 3))
def test_a_lost_entry_shows(place: int) -> None:
    made = entries()
    del made[place]
    _, broken = first_break(made, START)
    assert broken is not None
    assert (broken.seq, broken.reason) == (place + 1, "missing")


@given(
    st.one_of(
        st.from_regex(r"1[3-9]\d{9}", fullmatch=True),
        st.from_regex(r"\d{17}[\dXx]", fullmatch=True),
        st.from_regex(r"[\u4e00-\u9fff]{2,4}", fullmatch=True),
        st.emails(),
        st.integers(10**10, 10**18),
    )
)
def test_what_may_name_a_person_is_withheld(value: Any) -> None:
    assert clean_facts({"fact": value}) == {"fact": WITHHELD}


@given(st.one_of(st.integers(-(10**9), 10**9), st.booleans(), st.uuids(), st.none()))
def test_numbers_switches_and_ids_are_kept(value: Any) -> None:
    kept = clean_facts({"fact": value})["fact"]
    assert kept == (str(value) if isinstance(value, UUID) else value)


# --- in the database --------------------------------------------------------------------------


async def _verify(operator: Visitor) -> dict[str, Any]:
    answer = await operator.get("/v1/audit/verify")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_an_organisation_reads_what_was_done_by_and_to_it(
    found: Found, operator: Visitor
) -> None:
    company, other = await found(), await found()
    await company.admin.post("/v1/clients", {"name": "x", "scopes": ["posts:write"]})
    own = (await company.admin.get("/v1/audit")).json()["items"]
    actions = [each["action"] for each in own]
    assert {"client.registered", "person.created", "organisation.registered"} <= set(actions)
    assert [each["seq"] for each in own] == sorted((each["seq"] for each in own), reverse=True)
    assert all(company.id in {each["org_id"], each["object_org_id"]} for each in own), (
        "of others, nothing"
    )
    foreign = await company.admin.get("/v1/audit", params={"org_id": other.id})
    assert foreign.status_code == 404
    everything = (await operator.get("/v1/audit", params={"action": "client."})).json()["items"]
    assert {each["object_kind"] for each in everything} == {"client"}


async def test_only_the_operator_follows_the_whole_chain(found: Found, operator: Visitor) -> None:
    company = await found()
    assert (await company.admin.get("/v1/audit/verify")).status_code == 403
    assert (await _verify(operator))["whole"] is True


async def test_parallel_writers_keep_one_chain(database: Database, operator: Visitor) -> None:
    before = (await _verify(operator))["entries"]

    async def write(number: int) -> None:
        scope = Scope(org_id=UUID(int=number + 1), subject=UUID(int=number + 1))
        async with database.begin(scope) as tx:
            acts = [act("test.done", uuid4(), of=scope.org_id, number=n) for n in range(3)]
            actor = Actor(scope.subject, "person", scope.org_id)
            await write_audit(tx, actor, acts, utc_now())

    await asyncio.gather(*(write(number) for number in range(40)))
    report = await _verify(operator)
    assert report["whole"] is True
    assert report["entries"] == before + 120


async def test_a_transaction_that_fails_leaves_no_gap(
    database: Database, operator: Visitor
) -> None:
    before = await _verify(operator)

    async def fail_late() -> None:
        async with database.begin(PLATFORM) as tx:
            done = [act("test.undone", uuid4(), of=None)]
            await write_audit(tx, Actor(None, "platform", None), done, utc_now())
            raise LookupError

    with pytest.raises(LookupError):
        await fail_late()
    assert await _verify(operator) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET action = 'other'",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "DELETE FROM audit_head",
        "ALTER TABLE audit DISABLE TRIGGER ALL",
    ],
)
@pytest.mark.parametrize("scope", [PLATFORM, ANYONE], ids=["platform", "anyone"])
async def test_the_app_cannot_change_the_log(
    database: Database, found: Found, statement: str, scope: Scope
) -> None:
    await found()
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
        async with database.begin(scope) as tx:
            await tx.execute(text(statement))


@pytest.fixture
async def superuser(platform: Platform, admin_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """An intruder who holds the database itself; what they did is undone afterwards."""
    name = platform.databases["accounts"].owner_dsn.database
    dsn = platform.databases["accounts"].owner_dsn.parse(admin_dsn)
    connection = await asyncpg.connect(dsn.login(dsn.user, name).url)
    await connection.execute("CREATE TABLE audit_kept AS SELECT * FROM audit")
    await connection.execute("SET session_replication_role = replica")
    yield connection
    await connection.execute("DELETE FROM audit")
    await connection.execute("INSERT INTO audit SELECT * FROM audit_kept")
    await connection.execute("DROP TABLE audit_kept")
    await connection.close()


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE audit SET action = 'nothing.done' WHERE seq = 2", "changed"),
        ("""UPDATE audit SET facts = facts || '{"more": 1}' WHERE seq = 2""", "changed"),
        ("UPDATE audit SET hash = decode(repeat('00', 32), 'hex') WHERE seq = 2", "changed"),
        ("UPDATE audit SET prev_hash = decode(repeat('00', 32), 'hex') WHERE seq = 2", "unlinked"),
        ("DELETE FROM audit WHERE seq = 2", "missing"),
        ("DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)", "missing"),
    ],
)
async def test_even_the_databases_owner_cannot_change_it_unseen(
    found: Found,
    database: Database,
    superuser: asyncpg.Connection,
    statement: str,
    reason: str,
) -> None:
    async with database.begin(PLATFORM) as tx:
        assert (await verify_audit(tx)).broken is None
    await superuser.execute(statement)
    async with database.begin(PLATFORM) as tx:
        broken = (await verify_audit(tx)).broken
    assert broken is not None
    assert broken.reason == reason


# --- events of other rooms --------------------------------------------------------------------


async def _deliver(
    platform: Platform, settings: PlatformSettings, *events: dict[str, Any]
) -> httpx.Response:
    room = platform.house.rooms["accounts"].served
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=room), base_url="http://accounts"
    ) as http:
        token = await http.post(
            "/oauth/token",
            data={
                "grant_type": "client_credentials",
                "client_id": service_client_id("internships"),
                "client_secret": service_client_secret(settings.secret, "internships"),
            },
        )
        headers = {"authorization": f"Bearer {token.json()['access_token']}"}
        return await http.post(
            "/v1/events/accounts", json={"events": list(events)}, headers=headers
        )


def _sent(caller: Caller, **facts: Any) -> dict[str, Any]:
    event = audit_event(caller, "placement.read", uuid4(), object_org_id=UUID(int=5), facts=facts)
    return {
        "id": str(event.id),
        "kind": event.kind,
        "subject_id": str(event.subject_id),
        "org_id": str(event.org_id),
        "payload": dict(event.payload),
        "created_at": "2026-03-01T08:00:00Z",
        "source": "internships",
    }


@pytest.fixture
def somebody() -> Caller:
    return Caller(
        subject=uuid4(),
        kind="person",
        org_id=uuid4(),
        org_kind="enterprise",
        roles=frozenset(),
        scopes=frozenset(),
    )


async def test_what_another_room_tells_is_written_once_and_without_names(
    platform: Platform, settings: PlatformSettings, operator: Visitor, somebody: Caller
) -> None:
    event = _sent(somebody, rows=3, name="张三", phone="13812345678")
    for taken in (1, 0):
        answer = await _deliver(platform, settings, event)
        assert answer.json() == {"taken": taken}
    found = await operator.get("/v1/audit", params={"org_id": str(somebody.org_id)})
    entry = found.json()["items"][0]
    assert len(found.json()["items"]) == 1
    assert entry["action"] == "placement.read"
    assert entry["actor_id"] == str(somebody.subject)
    assert entry["object_org_id"] == str(UUID(int=5))
    assert entry["facts"]["rows"] == 3
    assert entry["facts"]["name"] == entry["facts"]["phone"] == WITHHELD
    assert (await _verify(operator))["whole"] is True


async def test_nobody_but_a_room_writes_events(client: httpx.AsyncClient, found: Found) -> None:
    company = await found()
    answer = await company.admin.post("/v1/events/accounts", {"events": []})
    assert answer.status_code == 404
