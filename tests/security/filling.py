"""The scene filled over its own API: two sides, an authority, an alliance."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import httpx

from gateway.assembly import House
from gateway.demo.carry import gather_cast
from gateway.demo.door import Actor, Door, expect
from gateway.demo.generate import generate_small
from gateway.demo.progress import Progress
from gateway.demo.steps_accounts import Member
from gateway.demo.world import World, season_of
from services.accounts.adapters.passwords import Passwords
from services.accounts.flows.found_platform import found_platform
from shared.db.cluster import RoomDatabase
from shared.db.session import PLATFORM
from shared.http.observe import ASGIApp
from shared.kernel.clock import utc_now
from tests.security.credit_objects import Credits
from tests.security.exchange_objects import fill_board
from tests.security.labour_objects import fill_region, fill_side
from tests.security.notice_objects import fill_waiting
from tests.security.scene import Person, Scene, Side
from tests.security.works import Works

PASSWORD = "security in process"
OPERATOR = "security-operator"
STUDENTS = 40
_NUMBERS = itertools.count(1)

SCHOOL_ROLES = ("school_admin", "internship_office", "class_teacher")
ENTERPRISE_ROLES = ("enterprise_admin", "hr", "mentor")
AUTHORITY_ROLES = ("authority_admin", "analyst", "reviewer")


@dataclass(slots=True)
class Filler:
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
        org = await self.operator.post(
            "/v1/organisations",
            {"kind": "authority", "name": "另一主管部门", "region_code": "000000"},
        )
        officials = {
            role: await self.person(org["id"], "authority", role) for role in AUTHORITY_ROLES
        }
        club = await self.operator.post("/v1/organisations", {"kind": "alliance", "name": "联盟"})
        keeper = await self.person(club["id"], "alliance", "organisation_admin")
        # Jobs of one side wait while the other side's requests are answered.
        one, other, shared_ids = await asyncio.gather(
            self.side(world, 0, cast_.schools[0], cast_.enterprises),
            self.side(world, 1, cast_.schools[1], cast_.enterprises),
            fill_region(officials["authority_admin"]),
        )
        parts = house.rooms["credits"].parts
        recognition = Credits(parts.database, parts.settings)
        admins = [side.people["school_admin"] for side in (one, other)]
        await recognition.fill_alliance(keeper, admins)
        for serial, side in enumerate((one, other)):
            second = await self.person(side.school, "school", "credit_reviewer")
            side.ids.update(
                shared_ids,
                **await fill_side(side.people),
                **await fill_waiting(side.people),
                **await recognition.fill_side(side.people, second),
                **await fill_board(side.people, officials["reviewer"], serial=serial),
            )
        return Scene(
            house=house,
            door=door,
            databases=databases,
            http=self.http,
            transport=self.transport,
            a=one,
            b=other,
            authority=officials,
            alliance=keeper,
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
        works = Works(self.person, school, host, world, place, people)
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
