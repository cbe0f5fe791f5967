"""Over the platform's own API: a kept answer's time, and a million rows of which twelve are bad."""

from __future__ import annotations

import asyncio
import http.client
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import numpy as np

from benchmarks.figures import Figure
from gateway.demo.door import Actor, Door, expect
from gateway.demo.founder import OPERATOR, create_operator
from gateway.demo.platform_process import free_port, running_platform
from gateway.demo.steps_accounts import Account, add_authority, add_person
from shared.catalogues.occupations import occupations
from shared.catalogues.regions import regions

ROWS, MONTHS, BAD = 1_000_000, 60, 12
CACHED_S, IMPORT_S, MEMORY_MB = 0.010, 120.0, 1_500.0
_ANSWERS = 3_000
_FOLLOW_S = 600.0
_MEBIBYTE = 2**20
_PASSWORD = "a password of the benchmark"  # noqa: S105 - of a platform that lives for seconds
_HEAD = "region,occupation,month,value\n"


@dataclass(frozen=True, slots=True)
class Import:
    """What became of the two files: the one with bad rows, and the good one."""

    refused_s: float
    rows_named: tuple[int, ...]
    rows_spoilt: tuple[int, ...]
    series_left: int
    written: int
    written_s: float
    peak_bytes: int


def figures(data: Path, *, rows: int = ROWS) -> Iterator[Figure]:
    """Measure both on a platform of their own; `rows` is less only where the path is tried."""
    with running_platform(data, free_port()) as url:
        told, seconds = asyncio.run(_measure(url, data, rows))
    p99 = float(np.quantile(seconds, 0.99))
    note = f"{len(seconds):,} answers one by one through the gateway, median"
    note = f"{note} {1e3 * float(np.median(seconds)):.1f} ms"
    unit = "s, 99 of 100 answers of a kept forecast"
    goal = f"<= {CACHED_S:g} s"
    yield Figure("forecasting.kept", p99, unit, "", None, goal, p99 <= CACHED_S, note)
    named = told.rows_named == told.rows_spoilt and told.series_left == 0
    unit = f"s until {rows:,} rows are refused for {BAD}"
    note = "every one named by its row, nothing written" if named else f"named {told.rows_named}"
    yield Figure("forecasting.rows", told.refused_s, unit, "", None, "all named", named, note)
    unit = f"s until {rows:,} rows are written"
    met = told.written == rows and told.written_s <= IMPORT_S
    goal = f"all, <= {IMPORT_S:g} s"
    yield Figure("forecasting.rows", told.written_s, unit, "", None, goal, met)
    peak = told.peak_bytes / _MEBIBYTE
    unit = "MB, the largest process of the platform meanwhile"
    goal = f"<= {MEMORY_MB:g} MB"
    yield Figure("forecasting.rows", peak, unit, "", None, goal, peak <= MEMORY_MB)


async def _measure(url: str, data: Path, rows: int) -> tuple[Import, list[float]]:
    async with httpx.AsyncClient(base_url=url, timeout=120) as client:
        door = Door(client)
        environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
        await create_operator(_PASSWORD, data=data, environment=environment)
        operator = await door.person(OPERATOR, _PASSWORD)
        analyst = Account("analyst", "bench-analyst", _PASSWORD, "")
        await add_person(operator, await add_authority(operator), analyst, name="周析")
        actor = await door.person(analyst.login, analyst.password)
        path = await _forecast_path(actor)
        seconds = await asyncio.to_thread(_ask_often, url, path)
        return await _import_twice(actor, rows), seconds


async def _new_dataset(actor: Actor, source: str) -> str:
    told = {
        "measure": "vacancies_public",
        "name": source,
        "source": source,
        "definition": "drawn from a seed",
        "frequency": "month",
    }
    return str((await actor.post("/v1/datasets", told))["id"])


async def _forecast_path(actor: Actor) -> str:
    """Forecast a small dataset; return where one of its cells is answered."""
    dataset = await _new_dataset(actor, "a small dataset")
    lines, _ = _lines(8 * MONTHS)
    await actor.job(f"/v1/datasets/{dataset}/imports", _file(lines))
    told = {"dataset_id": dataset, "horizon": 12, "corrects": False}
    answer = expect(await actor.call("POST", "/v1/forecasts/runs", json=told))
    done = await actor.ended(answer.headers["location"], like="run")
    # Its backtest drops every kept answer when it is published, and takes a core until then.
    backtest = done["backtest_job"]
    await actor.ended(f"/v1/jobs/forecasting/{backtest}", like="backtest")
    region, occupation = lines[0].split(",")[:2]
    return f"/v1/forecasts?dataset_id={dataset}&region={region}&occupation={occupation}"


def _ask_often(url: str, path: str) -> list[float]:
    """Ask for the same forecast over one connection; return the seconds of each answer."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    seconds: list[float] = []
    for _ in range(_ANSWERS):
        begin = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        seconds.append(time.perf_counter() - begin)
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"answered {answer.status}: {body[:200]!r}")
    connection.close()
    return seconds


async def _import_twice(actor: Actor, rows: int) -> Import:
    dataset = await _new_dataset(actor, "a large dataset")
    lines, spoilt = _lines(rows)
    path = f"/v1/datasets/{dataset}/imports"
    begin = time.perf_counter()
    job = await _follow(actor, path, _file(_spoil(lines, spoilt)))
    refused_s = time.perf_counter() - begin
    errors = job["error"]["en"]["errors"] if job["state"] == "failed" else []
    left = await actor.get(f"/v1/datasets/{dataset}/series")
    begin = time.perf_counter()
    done = await _follow(actor, path, _file(lines))
    written_s = time.perf_counter() - begin
    return Import(
        refused_s=refused_s,
        rows_named=tuple(sorted({each["row"] for each in errors})),
        rows_spoilt=tuple(place + 2 for place in spoilt),
        series_left=len(left["items"]),
        written=done["result"]["written"] if done["state"] == "done" else 0,
        written_s=written_s,
        peak_bytes=_peak(),
    )


async def _follow(actor: Actor, path: str, content: bytes) -> Any:
    headers = {"content-type": "text/csv"}
    answer = expect(await actor.call("POST", path, content=content, headers=headers))
    until = time.monotonic() + _FOLLOW_S
    while time.monotonic() < until:
        job = await actor.get(answer.headers["location"])
        if job["state"] in {"done", "failed"}:
            return job
        await asyncio.sleep(0.5)
    raise RuntimeError("the import did not end")


def _lines(rows: int) -> tuple[list[str], list[int]]:
    """Return rows of whole series of 60 months, and the places to spoil."""
    rng = np.random.default_rng(12)
    places = [region.code for region in regions() if region.level == "district"][:90]
    jobs = [one.code for one in occupations() if one.code.count("-") == 3]
    months = _months()
    pairs = ((place, job) for job in jobs for place in places)
    lines: list[str] = []
    for place, job in pairs:
        counts = rng.poisson(20.0, MONTHS).tolist()
        told = zip(months, counts, strict=True)
        lines += [f"{place},{job},{month},{count}" for month, count in told]
        if len(lines) >= rows:
            break
    spoilt = sorted(rng.choice(rows, BAD, replace=False).tolist())
    return lines[:rows], spoilt


def _months() -> list[str]:
    day = date.today().replace(day=1)  # noqa: DTZ011 - any finished months will do
    found: list[str] = []
    for _ in range(MONTHS):
        day = (day - timedelta(days=1)).replace(day=1)
        found.append(f"{day:%Y-%m}")
    return found[::-1]


def _spoil(lines: Sequence[str], places: Sequence[int]) -> list[str]:
    """Spoil rows in four ways: no number, a negative one, no such occupation, no such month."""
    spoilt = list(lines)
    for turn, place in enumerate(places):
        region, job, month, count = spoilt[place].split(",")
        ways = (
            (region, job, month, "some"),
            (region, job, month, "-3"),
            (region, "9-99-99-99", month, count),
            (region, job, "2024-13", count),
        )
        spoilt[place] = ",".join(ways[turn % len(ways)])
    return spoilt


def _file(lines: Sequence[str]) -> bytes:
    return (_HEAD + "\n".join(lines) + "\n").encode()


def _peak() -> int:
    """Return the largest peak of memory among the programs that this one started."""
    peaks = [0]
    waiting = [os.getpid()]
    while waiting:
        found = _children(waiting.pop())
        waiting += found
        peaks += [_peak_of(one) for one in found]
    return max(peaks)


def _children(process: int) -> list[int]:
    tasks = Path(f"/proc/{process}/task")
    told = [path.read_text(encoding="ascii") for path in tasks.glob("*/children")]
    return [int(one) for words in told for one in words.split()]


def _peak_of(process: int) -> int:
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    told = dict(line.split(":", 1) for line in lines)
    return int(told.get("VmHWM", "0 kB").split()[0]) * 1024
