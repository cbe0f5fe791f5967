"""A school with a roster, a host with posts, and a batch between them, for these tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from tests.internships.conftest import InternshipsRoom, add_published_posts, approve_host

NOW = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
ROSTER = "学籍号,姓名,专业代码,年级,班级,学年学期,出生日期"


@dataclass(slots=True)
class School:
    """One school, one approved host, and who acts for them."""

    room: InternshipsRoom
    id: UUID
    enterprise_id: UUID
    office: httpx.AsyncClient
    posts: list[str] = field(default_factory=list)

    def student(self, number: str) -> httpx.AsyncClient:
        return self.room.student(self.id, number)

    def batch_terms(self, **changes: Any) -> dict[str, Any]:
        return {
            "name": "2027 春季岗位实习",
            "term": "2026-2027-2",
            "kind": "on_post",
            "mode": "cleared",
            "start_on": "2027-03-01",
            "end_on": "2027-08-31",
            "wishes_open_at": (NOW - timedelta(days=1)).isoformat(),
            "wishes_close_at": (NOW + timedelta(days=7)).isoformat(),
            **changes,
        }

    async def draft(self, **changes: Any) -> str:
        answer = await self.office.post("/v1/batches", json=self.batch_terms(**changes))
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    async def opened(self, **changes: Any) -> str:
        """Return an open batch with every post of the host in it."""
        batch = await self.draft(**changes)
        offered = await self.office.post(f"/v1/batches/{batch}/posts", json={"all_that_fit": True})
        assert offered.status_code == 200, offered.text
        opened = await self.office.post(f"/v1/batches/{batch}/open")
        assert opened.status_code == 200, opened.text
        return batch

    async def upload(self, path: str, *lines: str) -> dict[str, Any]:
        answer = await self.office.post(path, content="\n".join(lines).encode())
        return await self.room.job(self.office, answer)

    async def wish(self, batch: str, number: str, *posts: str) -> httpx.Response:
        address = f"/v1/batches/{batch}/wishes/me"
        return await self.student(number).put(address, json={"post_ids": list(posts)})


async def found_school(
    room: InternshipsRoom,
    *,
    students: int = 8,
    posts: list[dict[str, Any]] | None = None,
    rows: list[str] | None = None,
) -> School:
    """Return a school with a roster (S00, S01 …) and a host on its register with posts."""
    room.now = NOW
    school_id = room.organisation("school", "杭州职业学校")
    enterprise_id = room.organisation("enterprise", "杭州精工")
    office = room.office(school_id)
    school = School(room, school_id, enterprise_id, office)
    lines = rows or [
        f"S{i:02d},学生{i},660103,2024,数控{i % 2},2026-2027-1,2008-01-{i % 28 + 1:02d}"
        for i in range(students)
    ]
    job = await school.upload("/v1/rosters/imports", ROSTER, *lines)
    assert job["state"] == "done", job
    await approve_host(room, school_id, enterprise_id)
    ids = await add_published_posts(room, enterprise_id, posts or [{}, {}, {}])
    school.posts = [str(each) for each in ids]
    return school
