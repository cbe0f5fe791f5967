"""`chanjiao demo` carries the main job on a new platform; `run --demo` loads a small world."""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import httpx

from shared.kernel.clock import utc_now
from shared.kernel.errors import DomainError, Text
from shared.settings import PlatformSettings

STUDENTS = 20_000
_TIMEOUT_S = 300


class DemoFolderUsedError(DomainError):
    """The data folder of the demonstration is not empty."""

    code = "demo_folder_used"
    title_zh = "演示用的数据文件夹不是空的"
    mend = Text(
        "{data}：请换一个文件夹；演示只在自己的空文件夹中运行。",
        "{data}: name another one; the demonstration runs in an empty folder of its own.",
    )


def register(subparsers: Any) -> None:
    """Add `demo` to the platform's commands."""
    demo = subparsers.add_parser("demo", help="演示全流程 / carry the main job on a new platform")
    demo.add_argument("--data", type=Path, help="保留在此文件夹 / keep the result in this folder")
    demo.add_argument("--students", type=int, default=STUDENTS, help="学生人数 / how many students")
    demo.add_argument("--port", type=int, default=0, help="端口，缺省任选 / by default any")
    demo.set_defaults(run=_demo)


def _demo(arguments: argparse.Namespace) -> int:
    from gateway.demo.founder import OPERATOR
    from gateway.demo.platform_process import free_port, running_platform

    with ExitStack() as stack:
        data = arguments.data
        if data is None:
            data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chanjiao-demo-")))
        elif data.exists() and any(data.iterdir()):
            raise DemoFolderUsedError(data=str(data))
        port = arguments.port or free_port()
        url = stack.enter_context(running_platform(data, port))
        _say(f"演示平台 / the demonstration's platform: {url}")
        password = asyncio.run(_carry(url, data.absolute(), arguments.students))
    if arguments.data is not None:
        _say(f"数据已保留 / kept: chanjiao run --data {arguments.data}")
        _say(f"运营账号 / operator: {OPERATOR}  {password}")
    return 0


async def _carry(url: str, data: Path, students: int) -> str:
    """Carry the job on the platform at `url`; return its operator's password."""
    from gateway.demo.carry import carry
    from gateway.demo.door import Door
    from gateway.demo.founder import OPERATOR, create_operator
    from gateway.demo.platform_process import own_environment
    from gateway.demo.progress import Progress, summary

    now = utc_now()
    world = _make_world(students, now.date())
    progress = Progress(_say)
    password = f"demo-{secrets.token_urlsafe(9)}"
    async with httpx.AsyncClient(base_url=url, timeout=_TIMEOUT_S) as http:
        door = Door(http)
        async with progress.step("建立首个运营账号", "first operator made"):
            await create_operator(password, data=data, environment=own_environment(url))
            operator = await door.person(OPERATOR, password)
        await carry(door, operator, world, password=password, progress=progress, now=now)
    for line in summary(progress):
        _say(line)
    return password


def _make_world(students: int, today: date) -> Any:
    """Return the world: real advertisements where their folder is, and generated posts."""
    from gateway.demo.advertisements import (
        choose_advertisements,
        find_folder,
        make_advertised,
        read_advertisements,
    )
    from gateway.demo.generate import SEED, generate_world
    from gateway.demo.world import season_of

    season = season_of(today)
    folder = find_folder(Path(__file__).resolve().parent)
    if folder is None:
        _say("未找到真实招聘数据，仅用生成数据 / no real advertisements here: generated posts only")
        world = generate_world(season, students=students)
    else:
        rng = Random(SEED)  # noqa: S311 - reproducible data, nothing secret hangs on it
        found = read_advertisements(folder)
        chosen = choose_advertisements(found, rng=rng, share=students / STUDENTS)
        advertised = make_advertised(chosen, rng=rng, season=season)
        world = generate_world(season, students=students, advertised=advertised)
        _say(f"真实招聘广告 / real advertisements: {len(chosen)} of {len(found)}")
    _say(
        f"企业 enterprises {len(world.enterprises)}, 岗位 posts {world.posts}, "
        f"学校 schools {len(world.schools)}, 学生 students {world.students}"
    )
    return world


def load_small(url: str, settings: PlatformSettings) -> None:
    """Load the small world into the platform at `url`, once; print who may sign in."""
    try:
        asyncio.run(_load_small(url, settings))
    except (DomainError, httpx.HTTPError) as error:
        told = error.detail("zh") if isinstance(error, DomainError) else str(error)
        print(f"演示数据未能载入 / demo data not loaded: {told}", file=sys.stderr, flush=True)


async def _load_small(url: str, settings: PlatformSettings) -> None:
    from gateway.demo.accounts_shown import (
        accounts_shown,
        demo_accounts,
        demo_password,
        keep_values,
        values_shown,
    )
    from gateway.demo.door import Door
    from gateway.demo.founder import create_operator
    from gateway.demo.progress import Progress
    from gateway.demo.small import is_loaded, set_up

    password = demo_password(settings.secret)
    accounts = demo_accounts(password)
    async with httpx.AsyncClient(base_url=url, timeout=_TIMEOUT_S) as http:
        door = Door(http)
        loaded = await is_loaded(door, accounts)
        if loaded is None:
            _say("演示数据只载入了一部分；请换空数据文件夹 / only begun: use an empty data folder")
        elif not loaded:

            async def found() -> None:
                environment: Mapping[str, str] = os.environ
                data = settings.data.absolute()
                await create_operator(password, data=data, environment=environment)

            progress = Progress(_say)
            values = await set_up(door, found, password=password, progress=progress, now=utc_now())
            keep_values(settings.data, values)
    for line in accounts_shown(list(accounts.values()), url) + values_shown(settings.data):
        _say(line)


def _say(line: str) -> None:
    print(line, flush=True)
