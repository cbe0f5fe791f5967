"""The main job from end to end: an enterprise posts, a school places its students."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import Random

from gateway.demo.door import Actor, Door, in_parallel
from gateway.demo.generate import SEED
from gateway.demo.progress import Figures, Progress
from gateway.demo.steps_accounts import (
    Account,
    Member,
    add_authority,
    add_enterprise,
    add_person,
    add_school,
    verify_enterprise,
)
from gateway.demo.steps_batches import Batch, draft_batch, open_batch, send_roster, send_wishes
from gateway.demo.steps_hosts import NEW_EVERY, declare_staff, register_host
from gateway.demo.steps_placements import accept_placements
from gateway.demo.steps_posts import publish_posts
from gateway.demo.steps_rounds import check_round, clear_batch, publish_round
from gateway.demo.world import World

# A round is heavy work of one worker: schools are cleared two at a time.
ROUNDS_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Cast:
    """Who acts in the demonstration."""

    enterprises: Sequence[Member]
    schools: Sequence[Member]


async def carry(
    door: Door, operator: Actor, world: World, *, password: str, progress: Progress, now: datetime
) -> None:
    """Carry the main job over the public API; `progress` holds its figures."""
    cast = await gather_cast(door, operator, world, password=password, progress=progress)
    batches = await gather_wishes(cast, world, progress, now=now)
    await place(batches, progress, today=world.season.today)
    progress.figures.counts["requests"] = door.requests


async def gather_cast(
    door: Door, operator: Actor, world: World, *, password: str, progress: Progress
) -> Cast:
    """Bring everyone in: enterprises with published posts and, meanwhile, schools with rosters."""
    async with progress.step("登记主管部门与学校", "authority and schools registered"):
        authority = await add_authority(operator)
        account = Account("reviewer", "demo-reviewer", password, "")
        await add_person(operator, authority, account, name="周审")
        reviewer = await door.person(account.login, password)
        schools = [await add_school(door, operator, each) for each in world.schools]
    found: list[Member] = []

    async def supply() -> None:
        found.extend(
            await _bring_enterprises(door, operator, reviewer, world=world, progress=progress)
        )
        await _offer(Cast(found, schools), world, progress)

    async def send_rosters() -> None:
        await _send_rosters(schools, world, progress)

    await in_parallel(_do, (supply, send_rosters))
    return Cast(found, schools)


async def _do(work: Callable[[], Awaitable[None]]) -> None:
    await work()


async def _bring_enterprises(
    door: Door, operator: Actor, reviewer: Actor, *, world: World, progress: Progress
) -> list[Member]:
    async with progress.step("登记企业", "enterprises registered"):
        enterprises = await in_parallel(
            lambda each: add_enterprise(door, operator, each), world.enterprises
        )
    pairs = list(zip(enterprises, world.enterprises, strict=True))
    async with progress.step("企业核验", "enterprises verified"):
        await in_parallel(
            lambda pair: verify_enterprise(reviewer, *pair, season=world.season), pairs
        )
    return enterprises


async def _offer(cast: Cast, world: World, progress: Progress) -> None:
    """Declare staff, publish posts, register hosts."""
    figures, today = progress.figures, world.season.today
    pairs = list(zip(cast.enterprises, world.enterprises, strict=True))
    async with progress.step("申报职工人数", "head counts declared"):
        await in_parallel(lambda pair: declare_staff(*pair, on=today), pairs)
    async with progress.step("岗位导入、合规检查、发布", "posts imported, checked, published"):
        await in_parallel(lambda pair: publish_posts(*pair, figures), pairs)
    hosts = [
        (member, cast.enterprises[row], place % NEW_EVERY == 0)
        for member, school in zip(cast.schools, world.schools, strict=True)
        for place, row in enumerate(school.hosts)
    ]
    async with progress.step("实习单位考察与名录", "hosts inspected and registered"):
        await in_parallel(
            lambda each: register_host(each[0], each[1], on=today, new=each[2]), hosts
        )


async def _send_rosters(schools: Sequence[Member], world: World, progress: Progress) -> None:
    pairs = list(zip(schools, world.schools, strict=True))
    async with progress.step(
        "导入实习方案与学生名册（与企业各步同时）", "plans and rosters imported meanwhile"
    ):
        await in_parallel(
            lambda pair: send_roster(*pair, season=world.season, figures=progress.figures),
            pairs,
            at_once=ROUNDS_AT_ONCE,
        )


async def gather_wishes(
    cast: Cast, world: World, progress: Progress, *, now: datetime
) -> list[Batch]:
    """Open a batch for every school and import wishes."""
    figures, season = progress.figures, world.season
    pairs = list(zip(cast.schools, world.schools, strict=True))
    async with progress.step("开设批次、选入岗位", "batches opened with posts and grades"):
        batches = await in_parallel(lambda pair: draft_batch(*pair, season=season, now=now), pairs)
        await in_parallel(lambda batch: open_batch(batch, batch.school.students), batches)
    async with progress.step("批量导入志愿", "wishes imported"):
        await in_parallel(
            lambda batch: _send_wishes(batch, figures), batches, at_once=ROUNDS_AT_ONCE
        )
    return batches


async def _send_wishes(batch: Batch, figures: Figures) -> None:
    rng = Random(f"{SEED} {batch.school.code}")  # noqa: S311 - reproducible data
    await send_wishes(batch, batch.school.students, rng, figures=figures)


async def place(batches: Sequence[Batch], progress: Progress, *, today: date) -> None:
    """Clear, check from outside, publish, accept."""
    figures = progress.figures
    async with progress.step("志愿清算", "wishes cleared"):
        rounds = await in_parallel(
            lambda batch: clear_batch(batch, figures=figures), batches, at_once=ROUNDS_AT_ONCE
        )
    pairs = list(zip(batches, rounds, strict=True))
    async with progress.step("下载并核验证书", "certificates downloaded and checked"):
        for batch, round_id in pairs:
            await check_round(batch, round_id, figures=figures)
    async with progress.step("公布结果", "results published"):
        await in_parallel(lambda pair: publish_round(*pair), pairs)
    async with progress.step("导入学生确认", "acceptances imported"):
        await in_parallel(
            lambda batch: accept_placements(batch, on=today, figures=figures), batches
        )
