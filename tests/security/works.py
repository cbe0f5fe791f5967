"""What happens at one school of the scene: a round, mutual choice, an own host, an appeal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

from gateway.demo.door import expect
from gateway.demo.progress import Figures
from gateway.demo.steps_accounts import Member
from gateway.demo.steps_batches import Batch, draft_batch, open_batch, send_wishes
from gateway.demo.steps_placements import accept_placements
from gateway.demo.steps_rounds import clear_batch, publish_round
from gateway.demo.world import World
from shared.catalogues.uscc import make_code
from tests.security.scene import Person


@dataclass(slots=True)
class Works:
    """One school of the scene, with the enterprise that hosts its students."""

    add_person: Callable[..., Awaitable[Person]]
    school: Member
    host: Member
    world: World
    place: int
    people: dict[str, Person]
    ids: dict[str, str] = field(default_factory=dict)
    neighbour: dict[str, str] = field(default_factory=dict)

    async def carry(self) -> None:
        now = datetime.now(UTC)
        await self._open_others()
        told = self.world.schools[self.place]
        batch = await draft_batch(self.school, told, season=self.world.season, now=now)
        await open_batch(batch, told.students)
        figures = Figures()
        rng = Random(told.code)
        await send_wishes(batch, told.students, rng, figures=figures)
        round_id = await clear_batch(batch, figures=figures)
        await publish_round(batch, round_id)
        self.ids |= {"batch_id": batch.id, "round_id": round_id}
        await self._answer(batch, figures)

    async def _answer(self, batch: Batch, figures: Figures) -> None:
        """Leave the first two offers open, accept the others; the second student appeals."""
        actor = self.school.actor
        placed = await actor.pages(f"/v1/rounds/{self.ids['round_id']}/results", placed="true")
        kept = [each["enrolment_no"] for each in placed[:2]]
        await accept_placements(batch, on=self.world.season.today, figures=figures, leave_open=kept)
        for name, number in zip(("student", "other"), kept, strict=True):
            self.people[name] = await self._student(number)
        own, other = [
            (await self._read(self.people[name], "/v1/placements/me"))["items"][0]
            for name in ("student", "other")
        ]
        self.ids |= {"placement_id": own["id"], "student_id": own["student_id"]}
        self.neighbour |= {"placement_id": other["id"], "student_id": other["student_id"]}
        for name, kept_ids in (("student", self.ids), ("other", self.neighbour)):
            await self._personal(self.people[name], kept_ids)

    async def _personal(self, student: Person, ids: dict[str, str]) -> None:
        """Let one student appeal, apply, arrange and consent."""
        school_ids = {"placement_id": ids["placement_id"], "grounds": "名次与成绩不符"}
        ids["appeal_id"] = (await self._send(student, "/v1/appeals", school_ids))["id"]
        path = f"/v1/batches/{self.ids['mutual_id']}/choices"
        apply = {"post_id": self.ids["post_id"], "share_consent": True}
        answer = await student.call("POST", path, json=apply)
        posts = (await self._read(student, f"/v1/batches/{self.ids['mutual_id']}/posts"))["items"]
        for post in posts:
            if answer.is_success:
                break
            apply["post_id"] = post["post_id"]
            answer = await student.call("POST", path, json=apply)
        ids["choice_id"] = expect(answer).json()["id"]
        arranged = {
            "batch_id": self.ids["own_id"],
            "host_name": "宁波某厂",
            "host_uscc": make_code("330200", 7),
            "post_title": "检验员",
            "details": {
                "region_code": "330203",
                "address": "某路 1 号",
                "contact": "李工",
                "tasks": "零件检验",
            },
            "guardian_signed_on": self.world.season.today.isoformat(),
        }
        ids["arrangement_id"] = (await self._send(student, "/v1/self-arrangements", arranged))["id"]
        consent = {
            "purpose": "share_with_host",
            "to_org_id": self.host.org_id,
            "text_version": "1",
        }
        ids["consent_id"] = (await self._send(student, "/v1/consents", consent))["id"]
        ids["person_id"] = student.person_id

    async def _open_others(self) -> None:
        """Open a batch of mutual choice with one seat of every post, and one of own hosts."""
        actor, season = self.school.actor, self.world.season
        posts = await self.host.actor.pages("/v1/posts", mine="true")
        self.ids["post_id"] = posts[0]["id"]
        for name, mode in (("mutual_id", "mutual_choice"), ("own_id", "self_arranged")):
            made = await actor.post(
                "/v1/batches",
                {
                    "name": f"{season.term} {mode}",
                    "term": season.term,
                    "kind": "on_post",
                    "mode": mode,
                    "start_on": season.start_on.isoformat(),
                    "end_on": season.end_on.isoformat(),
                },
            )
            self.ids[name] = made["id"]
            if mode == "mutual_choice":
                seats = [{"post_id": each["id"], "seats": 1} for each in posts]
                await actor.post(f"/v1/batches/{made['id']}/posts", {"posts": seats})
            await actor.post(f"/v1/batches/{made['id']}/open")

    async def collect(self) -> frozenset[str]:
        """Note an id of everything else; return the names that the enterprise may know."""
        admin, hr, office = (
            self.people[each] for each in ("enterprise_admin", "hr", "school_admin")
        )
        org = f"/v1/organisations/{self.host.org_id}"
        site = {"name": "一厂区", "address": "某路 2 号", "region_code": "330203"}
        self.ids |= {
            "organisation_id": self.host.org_id,
            "enterprise_id": self.host.org_id,
            "school_id": self.school.org_id,
            "site_id": (await self._send(admin, f"{org}/sites", site))["id"],
            "verification_id": (await self._read(admin, f"{org}/verifications"))["items"][0]["id"],
            "client_id": (await self._read(office, "/v1/clients"))["items"][0]["id"],
            "host_id": (await self.school.actor.pages("/v1/hosts"))[0]["id"],
        }
        draft = {**self.world.enterprises[0].posts[0].body, "publish": False}
        self.ids["draft_id"] = (await self._send(hr, "/v1/posts", draft))["id"]
        upload = {"content": b"\xe5", "headers": {"content-type": "text/csv"}}
        job = expect(await hr.call("POST", "/v1/posts/imports", **upload)).json()
        self.ids["post_job_id"] = job["job_id"]
        job = expect(
            await self.people["internship_office"].call("POST", "/v1/rosters/imports", **upload)
        ).json()
        self.ids["job_id"] = job["job_id"]
        self.neighbour["job_id"] = job["job_id"]
        hosted = await self.host.actor.pages("/v1/placements/hosted")
        mutual = f"/v1/batches/{self.ids['mutual_id']}/choices"
        chosen = (await self._read(hr, mutual))["items"]
        return frozenset(each["student_name"] for each in (*hosted, *chosen))

    async def _student(self, number: str) -> Person:
        told = next(
            each for each in self.world.schools[self.place].students if each.enrolment_no == number
        )
        return await self.add_person(
            self.school.org_id, "school", "student", name=told.name, number=number
        )

    async def _read(self, person: Person, path: str) -> Any:
        return expect(await person.call("GET", path)).json()

    async def _send(self, person: Person, path: str, told: Any) -> Any:
        return expect(await person.call("POST", path, json=told)).json()
