"""The small world of `make run`: something to see and to do for every role, in a few seconds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from random import Random
from typing import Any

from gateway.demo.accounts_shown import demo_accounts
from gateway.demo.carry import Cast, gather_cast
from gateway.demo.door import Actor, DemoRefusedError, Door
from gateway.demo.founder import OPERATOR
from gateway.demo.generate import SERIALS_GENERATED, generate_small
from gateway.demo.generate_posts import make_enterprise
from gateway.demo.names import person_name
from gateway.demo.progress import Progress
from gateway.demo.steps_accounts import (
    ALLIANCE,
    Account,
    Member,
    add_enterprise,
    add_organisation,
    add_person,
)
from gateway.demo.steps_batches import Batch, draft_batch, open_batch, send_wishes
from gateway.demo.steps_bodies import publish_own_data, verify_school
from gateway.demo.steps_credits import apply_for_recognition, open_alliance, open_recognition
from gateway.demo.steps_labour import show_labour_market
from gateway.demo.steps_notices import Authors, add_department, verify_body
from gateway.demo.steps_placements import accept_placements
from gateway.demo.steps_rounds import check_round, clear_batch, publish_round
from gateway.demo.trades import TRADES
from gateway.demo.world import World, season_of
from shared.catalogues.uscc import make_code

Found = Callable[[], Awaitable[None]]
# Made last: where it is, the small world is whole.
LAST = "demo-student-3"
_OFFERS_LEFT_OPEN = 2
_NEWCOMER = SERIALS_GENERATED - 1


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the small world is set up, and by whom."""

    door: Door
    operator: Actor
    accounts: Mapping[str, Account]
    cast: Cast
    world: World


async def is_loaded(door: Door, accounts: Mapping[str, Account]) -> bool | None:
    """Whether the small world is there: None where it is only begun."""
    if await _signs_in(door, accounts[LAST]):
        return True
    return None if await _signs_in(door, accounts[OPERATOR]) else False


async def _signs_in(door: Door, account: Account) -> bool:
    try:
        await door.person(account.login, account.password)
    except DemoRefusedError as refused:
        if refused.facts["status"] == 401:
            return False
        raise
    return True


async def set_up(
    door: Door, found: Found, *, password: str, progress: Progress, now: datetime
) -> dict[str, str]:
    """Fill an empty platform: `found` makes the operator, everything else goes over the API.

    Returns what the README's requests need: two programs and their secrets, a round, a student.

    1. Two schools, a few enterprises, their posts and hosts.
    2. The first school's batch is cleared and published, most placements accepted.
    3. The second school's batch takes wishes.
    4. The labour market of one city: series, forecast, gaps, a shortage catalogue.
    5. One person for each role, and the first school's recognition of credits.
    6. What schools and enterprises offer and need, and one agreement.
    """
    accounts = demo_accounts(password)
    await found()
    operator = await door.person(OPERATOR, password)
    world = generate_small(season_of(now.date()))
    cast = await gather_cast(door, operator, world, password=password, progress=progress)
    stage = Stage(door, operator, accounts, cast, world)
    placed = await _publish_first(stage, progress, now=now)
    await _open_second(stage, progress, now=now)
    authority = await _own_org(door, accounts["demo-reviewer"])
    analyst = accounts["demo-analyst"]
    await add_person(operator, authority, analyst, name="周析")
    signed_in = await door.person(analyst.login, analyst.password)
    await show_labour_market(signed_in, progress, today=now.date())
    async with progress.step("各角色账号", "an account for each role"):
        await _add_people(stage, placed)
    async with progress.step("质量报告、能力标准、委员会", "a report, a standard, a committee"):
        school, enterprise, reviewer = [
            await _signed_in(stage, one) for one in ("demo-school", "demo-hr", "demo-reviewer")
        ]
        await verify_school(school, reviewer)
        await publish_own_data(school, enterprise, signed_in, today=now.date())
    async with progress.step("供求信息、登记部门、协议", "notices, a department, an agreement"):
        await _exchange(stage, today=now.date())
    async with progress.step("学分：规则、课程、申请", "credits: rules, courses, an application"):
        await _recognise(stage, placed, today=now.date())
    return _values_for_requests(stage, placed)


def _values_for_requests(stage: Stage, placed: list[Any]) -> dict[str, str]:
    school = stage.cast.schools[0]
    enterprise = _host_of_first(stage)
    return {
        "ENTERPRISE_ID": enterprise.client_id,
        "ENTERPRISE_SECRET": enterprise.secret,
        "SCHOOL_ID": school.client_id,
        "SCHOOL_SECRET": school.secret,
        "ROUND": placed[0]["round_id"],
        "STUDENT": placed[0]["student_id"],
    }


def _host_of_first(stage: Stage) -> Member:
    return stage.cast.enterprises[stage.world.schools[0].hosts[0]]


async def _publish_first(stage: Stage, progress: Progress, *, now: datetime) -> list[Any]:
    """Carry the first school's batch to the end; return results whose offers stay open."""
    figures = progress.figures
    async with progress.step("第一所学校：清算并公布", "first school: cleared and published"):
        batch = await _open(stage, 0, now=now)
        rng = Random(stage.world.schools[0].code)  # noqa: S311 - reproducible data
        await send_wishes(batch, batch.school.students, rng, figures=figures)
        round_id = await clear_batch(batch, figures=figures)
        await check_round(batch, round_id, figures=figures)
        await publish_round(batch, round_id)
        actor = batch.member.actor
        placed = await actor.pages(f"/v1/rounds/{round_id}/results", placed="true")
        kept = [{**each, "round_id": round_id} for each in placed[:_OFFERS_LEFT_OPEN]]
        numbers = frozenset(each["enrolment_no"] for each in kept)
        today = stage.world.season.today
        await accept_placements(batch, on=today, figures=figures, leave_open=numbers)
    return kept


async def _open_second(stage: Stage, progress: Progress, *, now: datetime) -> None:
    async with progress.step("第二所学校：开放填报", "second school: wishes are open"):
        await _open(stage, 1, now=now)


async def _open(stage: Stage, place: int, *, now: datetime) -> Batch:
    member, school = stage.cast.schools[place], stage.world.schools[place]
    batch = await draft_batch(member, school, season=stage.world.season, now=now)
    await open_batch(batch, school.students)
    return batch


async def _add_people(stage: Stage, placed: list[Any]) -> None:
    schools, accounts = stage.cast.schools, stage.accounts
    host = _host_of_first(stage)
    newcomer = await _add_newcomer(stage)
    alliance = {"kind": "alliance", "name": ALLIANCE, "region_code": "330000"}
    rng = Random(LAST)  # noqa: S311 - reproducible data
    seats: list[tuple[str, str, str | None]] = [
        ("demo-hr", host.org_id, None),
        ("demo-hr-new", newcomer.org_id, None),
        ("demo-office", schools[0].org_id, None),
        ("demo-office-2", schools[1].org_id, None),
        ("demo-teacher", schools[0].org_id, None),
        ("demo-school", schools[0].org_id, None),
        ("demo-academic", schools[0].org_id, None),
        ("demo-credits", schools[0].org_id, None),
        ("demo-credits-2", schools[0].org_id, None),
        ("demo-alliance", await add_organisation(stage.operator, alliance), None),
        *(
            (f"demo-student-{place}", schools[0].org_id, each["enrolment_no"])
            for place, each in enumerate(placed, start=1)
        ),
        (LAST, schools[1].org_id, stage.world.schools[1].students[0].enrolment_no),
    ]
    names = {s.enrolment_no: s.name for school in stage.world.schools for s in school.students}
    for login, org_id, number in seats:
        name = names.get(number or "") or person_name(rng)
        await add_person(stage.operator, org_id, accounts[login], name=name, number=number)


async def _recognise(stage: Stage, placed: list[Any], *, today: date) -> None:
    signed_in = partial(_signed_in, stage)
    school = stage.world.schools[0]
    shown = {each["enrolment_no"] for each in placed}
    students = sorted(school.students, key=lambda one: one.enrolment_no not in shown)
    office, keeper = await signed_in("demo-academic"), await signed_in("demo-alliance")
    schools = [each.org_id for each in stage.cast.schools]
    standard_id = await open_alliance(keeper, office, schools, today=today)
    major = students[0].major_code
    await open_recognition(office, students, major=major, today=today, standard_id=standard_id)
    student, reviewer = await signed_in("demo-student-1"), await signed_in("demo-credits")
    await apply_for_recognition(student, reviewer, today=today)


async def _exchange(stage: Stage, *, today: date) -> None:
    """Fill the board: the enterprises by their programs, both schools by theirs."""
    schools, reviewer = stage.cast.schools, await _signed_in(stage, "demo-reviewer")
    uscc = make_code(stage.world.schools[1].region_code, 3, department="1", kind="2")
    await verify_body(stage.operator, reviewer, schools[1].org_id, uscc=uscc)
    await add_department(stage.operator, reviewer, stage.accounts["demo-jilin"])
    actors = {"school": schools[0].actor, "school_2": schools[1].actor}
    actors |= {str(row): each.actor for row, each in enumerate(stage.cast.enterprises)}
    authors = Authors(actors)
    await authors.agree(await authors.write(today), today)


async def _signed_in(stage: Stage, login: str) -> Actor:
    account = stage.accounts[login]
    return await stage.door.person(account.login, account.password)


async def _own_org(door: Door, account: Account) -> str:
    me = await (await door.person(account.login, account.password)).get("/v1/me")
    return str(me["org_id"])


async def _add_newcomer(stage: Stage) -> Member:
    """Add an enterprise that waits for its reviewer and has a draft meanwhile."""
    season = stage.world.season
    seat = stage.world.schools[0]
    enterprise = make_enterprise(
        Random(_NEWCOMER),  # noqa: S311 - reproducible data
        TRADES,
        city_code=seat.region_code,
        serial=_NEWCOMER,
        season=season,
    )
    member = await add_enterprise(stage.door, stage.operator, enterprise)
    await member.actor.post(
        f"/v1/organisations/{member.org_id}/verifications",
        {
            "uscc": enterprise.uscc,
            "evidence": "营业执照（演示数据，未上传扫描件）",
            "staff_total": enterprise.staff_total,
            "staff_total_on": season.today.isoformat(),
        },
    )
    draft = {**enterprise.posts[0].body, "publish": False}
    await member.actor.post("/v1/posts", draft)
    return member
