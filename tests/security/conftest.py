"""Two schools and two enterprises with an object of every kind, and a person in every role."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
from collections.abc import AsyncIterator, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from random import Random
from typing import Any, cast
from uuid import uuid4

import httpx
import pytest
import structlog

from gateway.app import build_gateway
from gateway.assembly import House, assemble
from gateway.demo.carry import gather_cast
from gateway.demo.door import Actor, Door, expect
from gateway.demo.generate import generate_small
from gateway.demo.progress import Figures, Progress
from gateway.demo.steps_accounts import Member
from gateway.demo.steps_batches import Batch, draft_batch, open_batch, send_wishes
from gateway.demo.steps_placements import accept_placements
from gateway.demo.steps_rounds import clear_batch, publish_round
from gateway.demo.world import World, season_of
from gateway.serving import make_workers
from gateway.settings import ROOMS
from services.accounts.adapters.passwords import Passwords
from services.accounts.flows.found_platform import found_platform
from shared.catalogues.uscc import make_code
from shared.db.cluster import RoomDatabase, clone_database, drop_database, ensure_rooms
from shared.db.session import PLATFORM
from shared.http.observe import ASGIApp
from shared.kernel.clock import utc_now
from shared.settings import PlatformSettings
from tests.conftest import SECRET
from tests.security.labour_objects import fill_region, fill_side

URL = "http://127.0.0.1:8000"
PASSWORD = "security in process"
OPERATOR = "security-operator"
BACK = "https://app.example.cn/back"
STUDENTS = 40
_NUMBERS = itertools.count(1)

SCHOOL_ROLES = ("school_admin", "internship_office", "class_teacher")
ENTERPRISE_ROLES = ("enterprise_admin", "hr", "mentor")
AUTHORITY_ROLES = ("authority_admin", "analyst", "reviewer")


@dataclass(slots=True)
class Person:
    """Somebody who calls: their token, who they are, and what they may do."""

    name: str
    http: httpx.AsyncClient
    headers: dict[str, str] = field(default_factory=dict)
    org_id: str = ""
    org_kind: str = ""
    role: str = ""
    scopes: frozenset[str] = frozenset()
    session: str = ""
    csrf: str = ""
    person_id: str = ""
    number: str | None = None
    own_name: str = ""

    async def call(self, method: str, path: str, **what: Any) -> httpx.Response:
        headers = {**self.headers, **what.pop("headers", {})}
        if method == "POST":
            headers.setdefault("idempotency-key", str(uuid4()))
        return await self.http.request(method, path, headers=headers, **what)


@dataclass(slots=True)
class Side:
    """One school and one enterprise that host its students, with an id of every kind."""

    school: str
    enterprise: str
    people: dict[str, Person]
    ids: dict[str, str]
    neighbour: dict[str, str]
    numbers: frozenset[str]
    names: frozenset[str]
    hosted: frozenset[str]


@dataclass(slots=True)
class Scene:
    """Everything that the attackers meet."""

    house: House
    door: ASGIApp
    databases: dict[str, RoomDatabase]
    http: httpx.AsyncClient
    transport: httpx.ASGITransport
    a: Side
    b: Side
    authority: dict[str, Person]
    alliance: Person
    operator: Person
    phones: frozenset[str]
    logs: list[str]
    document: dict[str, Any]

    def anyone(self) -> Person:
        return Person("nobody", self.http)

    def browser(self, **cookies: str) -> httpx.AsyncClient:
        """Return a client of the same door with cookies of its own."""
        told = {f"chanjiao_{name}": value for name, value in cookies.items()}
        return httpx.AsyncClient(transport=self.transport, base_url=URL, cookies=told)

    def callers(self) -> list[Person]:
        """Return every person but the operator, those of the first side's organisations."""
        return [*self.a.people.values(), *self.authority.values(), self.alliance]


def record_logs() -> list[str]:
    """Keep every log line of this process from here on, as it is written."""
    lines: list[str] = []

    def keep(_logger: object, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
        lines.append(json.dumps(event, ensure_ascii=False, default=str))
        return event

    # Loggers in use hold this very list: only a change in place reaches them.
    processors = structlog.get_config()["processors"]
    processors.insert(len(processors) - 1, keep)
    return lines


@pytest.fixture(scope="session")
async def own_databases(admin_dsn: str, worker_id: str) -> AsyncIterator[dict[str, RoomDatabase]]:
    """Copies for these tests alone: other tests search and count."""
    templates = await ensure_rooms(admin_dsn, "template", ROOMS, secret=SECRET)
    copies: dict[str, RoomDatabase] = {}
    for room, template in templates.items():
        copy = f"security_{worker_id}_{os.getpid()}_{room}"
        await clone_database(admin_dsn, template.owner_dsn.database, copy)
        copies[room] = template.in_database(copy)
    yield copies
    for database in copies.values():
        await drop_database(admin_dsn, database.owner_dsn.database)


@pytest.fixture(scope="session")
async def scene(
    own_databases: dict[str, RoomDatabase], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Scene]:
    """The platform with its workers, filled over its own API."""
    settings = PlatformSettings(
        data=tmp_path_factory.mktemp("security"), secret=SECRET, public_url=URL
    )
    house = assemble(settings, own_databases, rooms=ROOMS, urls={})
    workers = make_workers(house, own_databases)
    tasks = [asyncio.create_task(worker.run()) for worker in workers]
    app = build_gateway(house)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=URL, timeout=120) as http:
        filler = _Filler(http, Door(http), transport)
        yield await filler.fill(house, app, own_databases, record_logs())
    for worker in workers:
        worker.stop()
    await asyncio.wait_for(asyncio.gather(*tasks), 30)
    for worker in workers:
        worker.cpu.close()
    await house.close()


@dataclass(slots=True)
class _Filler:
    http: httpx.AsyncClient
    door: Door
    transport: httpx.ASGITransport
    phones: set[str] = field(default_factory=set)
    operator: Actor = field(init=False)

    async def fill(
        self,
        house: House,
        door: ASGIApp,
        databases: dict[str, RoomDatabase],
        logs: list[str],
    ) -> Scene:
        hashed = await Passwords().hash(PASSWORD)
        async with house.rooms["accounts"].parts.database.begin(PLATFORM) as tx:
            await found_platform(
                tx, login=OPERATOR, name="运营", password_hash=hashed, now=utc_now()
            )
        self.operator = await self.door.person(OPERATOR, PASSWORD)
        world = _named(generate_small(season_of(datetime.now(UTC).date()), students=STUDENTS))
        cast_ = await gather_cast(
            self.door, self.operator, world, password=PASSWORD, progress=Progress(lambda _: None)
        )
        sides = [
            await self.side(world, place, cast_.schools[place], cast_.enterprises)
            for place in (0, 1)
        ]
        org = await self.operator.post(
            "/v1/organisations",
            {"kind": "authority", "name": "另一主管部门", "region_code": "000000"},
        )
        officials = {
            role: await self.person(org["id"], "authority", role) for role in AUTHORITY_ROLES
        }
        shared_ids = await fill_region(officials["authority_admin"])
        for side in sides:
            side.ids.update(shared_ids, **await fill_side(side.people))
        club = await self.operator.post("/v1/organisations", {"kind": "alliance", "name": "联盟"})
        return Scene(
            house=house,
            door=door,
            databases=databases,
            http=self.http,
            transport=self.transport,
            a=sides[0],
            b=sides[1],
            authority=officials,
            alliance=await self.person(club["id"], "alliance", "organisation_admin"),
            operator=await self._signed_in(OPERATOR),
            phones=frozenset(self.phones),
            logs=logs,
            document=(await self.http.get("/openapi.json")).json(),
        )

    async def _signed_in(self, login: str) -> Person:
        told = {"login": login, "password": PASSWORD}
        session = expect(await self.http.post("/v1/sessions", json=told)).json()
        return await self._tokened(Person(login, self.http), session["session"])

    async def person(
        self, org_id: str, kind: str, role: str, *, name: str = "", number: str | None = None
    ) -> Person:
        """Give somebody an account, let them in by their code, fetch their token."""
        serial = next(_NUMBERS)
        phone = f"1390000{serial:04d}"
        self.phones.add(phone)
        told = {
            "org_id": org_id,
            "login": f"security-{serial}",
            "name": name or f"某人{serial}",
            "roles": [role],
            "member_no": number,
            "phone": phone,
        }
        made = await self.operator.post("/v1/people", told)
        code = {"login": told["login"], "code": made["activation_code"]}
        opened = expect(await self.http.post("/v1/sign-in/activation", json=code)).json()
        person = Person(
            f"{kind} {role}",
            self.http,
            person_id=made["id"],
            number=number,
            own_name=str(told["name"]),
        )
        return await self._tokened(person, opened["session"])

    async def _tokened(self, person: Person, session: str) -> Person:
        headers = {"authorization": f"Session {session}"}
        told = expect(await self.http.post("/v1/sessions/token", headers=headers)).json()
        acting = next(each for each in told["memberships"] if each["org_id"] == told["org_id"])
        person.session, person.csrf = session, told["csrf"]
        person.headers = {"authorization": f"Bearer {told['access_token']}"}
        person.org_id, person.org_kind = told["org_id"], acting["org_kind"]
        person.role = told["roles"][0]
        person.scopes = frozenset(told["scope"].split())
        return person

    async def side(self, world: World, place: int, school: Member, enterprises: Any) -> Side:
        told = world.schools[place]
        host = enterprises[told.hosts[0]]
        people = {
            role: await self.person(school.org_id, "school", role) for role in SCHOOL_ROLES
        } | {role: await self.person(host.org_id, "enterprise", role) for role in ENTERPRISE_ROLES}
        works = _Works(self, school, host, world, place, people)
        await works.carry()
        rest = await works.collect()
        return Side(
            school=school.org_id,
            enterprise=host.org_id,
            people=people,
            ids=works.ids,
            neighbour=works.neighbour,
            numbers=frozenset(each.enrolment_no for each in told.students),
            names=frozenset(each.name for each in told.students),
            hosted=rest,
        )


def _named(world: World) -> World:
    """Give every student a name that nothing else can hold by chance."""
    signs = "甲乙"
    schools = [
        replace(
            school,
            students=[
                replace(each, name=f"欧阳{signs[place]}秘{index:02d}")
                for index, each in enumerate(school.students)
            ],
        )
        for place, school in enumerate(world.schools)
    ]
    return replace(world, schools=schools)


@dataclass(slots=True)
class _Works:
    """What happens at one school: a round, mutual choice, an own arrangement, an appeal."""

    filler: _Filler
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
        return await self.filler.person(
            self.school.org_id, "school", "student", name=told.name, number=number
        )

    async def _read(self, person: Person, path: str) -> Any:
        return expect(await person.call("GET", path)).json()

    async def _send(self, person: Person, path: str, told: Any) -> Any:
        return expect(await person.call("POST", path, json=told)).json()


def at(ids: Mapping[str, str], name: str) -> str:
    """Return the id of a path's parameter, a fresh one where there is none."""
    return ids.get(name, str(uuid4()))


def operations(document: Mapping[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Return every operation of the merged document as (method, path, what it says)."""
    return [
        (method.upper(), path, cast("dict[str, Any]", told))
        for path, item in document["paths"].items()
        for method, told in item.items()
    ]
