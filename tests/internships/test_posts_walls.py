"""Row-level security below the code: what raw SQL as the app role sees and may write."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.internships.store.enterprises import count_active
from shared.db.session import ANYONE, Scope
from shared.kernel.clock import china_day, utc_now
from tests.internships.conftest import InternshipsRoom
from tests.internships.post_bodies import drafted, enterprise, published


async def seen(room: InternshipsRoom, scope: Scope, table: str, org: UUID) -> int:
    async with room.database.begin(scope) as tx:
        query = text(f"SELECT count(*) FROM {table} WHERE org_id = :org")
        return (await tx.execute(query, {"org": org})).scalar_one()


async def test_a_draft_is_invisible_to_every_other_organisation(room: InternshipsRoom) -> None:
    org = enterprise(room)
    draft = await drafted(room.hr(org))
    assert await seen(room, Scope(org_id=org), "posts", org) == 1
    assert await seen(room, Scope(org_id=uuid4()), "posts", org) == 0
    assert await seen(room, Scope(org_id=uuid4(), reach="authority"), "posts", org) == 0
    assert await seen(room, ANYONE, "posts", org) == 0
    other = room.hr(enterprise(room))
    path = f"/v1/posts/{draft['id']}"
    for answer in (
        await other.get(path),
        await other.get(f"{path}/report"),
        await other.patch(path, json={"seats": 1}, headers={"if-match": '"v1"'}),
        await other.post(f"{path}/publish"),
        await other.post(f"{path}/close"),
        await other.post(f"{path}/clone"),
        await other.post(f"{path}/check"),
        await other.get(f"{path}/releases"),
        await other.post(
            f"{path}/releases", json={"rule": "REG-18a", "reason": "这不是我们的岗位。。"}
        ),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "post_not_found")


async def test_a_published_post_is_read_by_all_and_written_by_its_enterprise(
    room: InternshipsRoom,
) -> None:
    org = enterprise(room)
    post = await published(room.hr(org))
    assert await seen(room, ANYONE, "posts", org) == 1
    async with room.database.begin(Scope(org_id=uuid4())) as tx:
        changed = await tx.execute(
            text("UPDATE posts SET seats = 99 WHERE id = :id"), {"id": post["id"]}
        )
        assert changed.rowcount == 0
    other = room.hr(enterprise(room))
    assert (await other.post(f"/v1/posts/{post['id']}/close")).status_code == 404


@pytest.mark.parametrize("table", ["post_wages", "releases", "head_counts", "interns_elsewhere"])
async def test_private_rows_stay_with_their_enterprise(room: InternshipsRoom, table: str) -> None:
    org = enterprise(room)
    hr = room.hr(org)
    post = await drafted(hr, pay_fen_month=100_000)
    await hr.post(
        f"/v1/posts/{post['id']}/releases",
        json={"rule": "REG-18a", "reason": "学生尚在跟岗学习阶段，不能独立工作。"},
    )
    count = {"measure": "staff_total", "staff": 9, "counted_on": "2026-01-01"}
    await hr.put(f"/v1/enterprises/{org}/head-counts", json={"counts": [count]})
    entry = {"interns": 1, "from_on": "2026-01-01", "to_on": "2026-01-02"}
    await hr.put(f"/v1/enterprises/{org}/interns-elsewhere", json={"entries": [entry]})
    assert await seen(room, Scope(org_id=org), table, org) == 1
    assert await seen(room, Scope(org_id=uuid4()), table, org) == 0
    assert await seen(room, ANYONE, table, org) == 0


async def test_nobody_writes_a_post_in_the_name_of_another(room: InternshipsRoom) -> None:
    org = enterprise(room)
    await drafted(room.hr(org))
    with pytest.raises(DBAPIError, match="row-level security"):
        async with room.database.begin(Scope(org_id=org)) as tx:
            await tx.execute(
                text(
                    "INSERT INTO post_wages (post_id, org_id)"
                    " SELECT id, :other FROM posts WHERE org_id = :org LIMIT 1"
                ),
                {"org": org, "other": uuid4()},
            )


async def test_counting_interns_leaves_the_walls_up(room: InternshipsRoom) -> None:
    org = enterprise(room)
    await drafted(room.hr(org))

    async with room.database.begin(Scope(org_id=uuid4())) as tx:
        await count_active(tx, org, china_day(utc_now()))
        query = text("SELECT count(*) FROM posts WHERE org_id = :org")
        assert (await tx.execute(query, {"org": org})).scalar_one() == 0


@pytest.mark.parametrize("claims", [{"exp": 1}, {"aud": "elsewhere"}, {"iss": "https://other"}])
async def test_an_expired_or_foreign_token_is_refused(
    room: InternshipsRoom, claims: dict[str, object]
) -> None:
    stranger = room.client(
        org_id=str(uuid4()), org_kind="enterprise", scope="posts:write", **claims
    )
    answer = await stranger.post("/v1/posts", json={})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
