"""The labour market of the demonstration: generated series, their forecast, gaps, a catalogue."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Any

from gateway.demo.door import Actor, expect, in_parallel
from gateway.demo.progress import Progress

PROVINCE, CITY = "330000", "330600"
_DISTRICTS = ("330602", "330603", "330604")
_MONTHS = 48
_MONTHS_OF_YEAR = 12
# Occupation, people sought in a usual month, growth in a year, swing of the seasons.
_OCCUPATIONS: Sequence[tuple[str, float, float, float]] = (
    ("6-18-01-01", 42, 0.02, 0.25),
    ("6-31-01-02", 30, 0.01, 0.20),
    ("2-05-08-01", 55, 0.09, 0.10),
    ("4-04-05-01", 38, 0.12, 0.15),
    ("4-02-06-03", 60, 0.04, 0.45),
    ("2-06-03-00", 24, -0.06, 0.10),
)
_SOURCE = "生成的演示数据"
# Major, length in years, new students of a year; all of one generated school.
_COHORTS: Sequence[tuple[str, int, int]] = (
    ("460103", 3, 300),
    ("520201", 3, 420),
    ("510203", 3, 260),
    ("530802", 3, 330),
    ("530302", 3, 240),
)
_FLOWS: Sequence[tuple[str, str, int]] = (
    ("460103", "6-18-01-01", 96),
    ("460103", "6-31-01-02", 64),
    ("520201", "2-05-08-01", 128),
    ("510203", "4-04-05-01", 118),
    ("530802", "4-02-06-03", 132),
    ("530302", "2-06-03-00", 101),
)
_SCHOOL = "演示职业技术学院"
_DEFINITION = "8 月 31 日毕业去向"
# Industry, enterprises that reported, head count, hired, departed, vacancies, pay in yuan.
_INDUSTRIES: Sequence[tuple[str, int, int, int, int, int, int]] = (
    ("C", 412, 68_400, 2_910, 2_480, 1_360, 6_100),
    ("C17", 168, 30_200, 940, 1_210, 420, 5_600),
    ("C34", 121, 18_700, 980, 610, 510, 6_700),
    ("C38", 96, 15_900, 860, 530, 380, 6_900),
    ("C39", 2, 310, 24, 9, 12, 7_800),
    ("G", 88, 12_600, 720, 540, 350, 5_900),
    ("I", 57, 6_300, 610, 240, 330, 9_200),
    ("Q", 34, 14_800, 690, 310, 460, 7_100),
)
# What is released of what was reported: kind, and whether it is of a quarter.
_RELEASED: Sequence[tuple[str, bool]] = (
    ("industry_status", True),
    ("market", True),
    ("outcomes", False),
    ("fit", False),
)


async def show_labour_market(analyst: Actor, progress: Progress, *, today: date) -> None:
    """Fill the labour market: vacancies with forecast and backtest, gaps, a catalogue."""
    async with progress.step("人才需求：序列、预测、回测", "demand: series, forecast, backtest"):
        dataset = await _import_vacancies(analyst, today)
        told = {"dataset_id": dataset, "horizon": 12}
        await _job(analyst, "/v1/forecasts/runs", told)
        for origin in _months(today)[-13:-1:4]:
            replay = {**told, "origin": f"{origin:%Y-%m}", "corrects": False}
            await _job(analyst, "/v1/forecasts/runs", replay)
        await _job(analyst, "/v1/scoreboards/backtests", {**told, "horizon": 6})
    async with progress.step("供给、缺口与紧缺目录", "supply, gaps, shortage catalogue"):
        await _report_all(analyst, today)
        await in_parallel(partial(_release, analyst, today), _RELEASED)
        await _job(analyst, "/v1/gap-runs", {"region": CITY, "years": 3})
        await in_parallel(partial(_publish_catalogue, analyst, today), (CITY, PROVINCE))


async def _job(analyst: Actor, path: str, told: Any) -> Any:
    answer = expect(await analyst.call("POST", path, json=told))
    return await analyst.ended(answer.headers["location"], like=path)


async def _import_vacancies(analyst: Actor, today: date) -> str:
    made = await analyst.post(
        "/v1/datasets",
        {
            "measure": "vacancies_public",
            "name": "绍兴市公共招聘需求（演示）",
            "source": _SOURCE,
            "definition": "公共就业服务机构当月登记的招聘需求人数（固定种子生成）。",
            "frequency": "month",
        },
    )
    rng = Random("vacancies")  # noqa: S311 - reproducible data
    rows = [
        (district, occupation, f"{month:%Y-%m}", _vacancies(rng, shape, place, weight))
        for occupation, *shape in _OCCUPATIONS
        for district, weight in zip(_DISTRICTS, (1.0, 0.7, 0.5), strict=True)
        for place, month in enumerate(_months(today))
    ]
    body = _csv(("地区代码", "职业代码", "时期", "数值"), rows)
    await analyst.job(f"/v1/datasets/{made['id']}/imports", body)
    return str(made["id"])


def _vacancies(rng: Random, shape: Sequence[float], place: int, weight: float) -> int:
    usual, growth, swing = shape
    trend = (1 + growth) ** (place / _MONTHS_OF_YEAR)
    season = 1 + swing * math.sin(2 * math.pi * place / _MONTHS_OF_YEAR)
    return max(0, round(rng.gauss(usual * weight * trend * season, 2.0)))


def _months(today: date) -> list[date]:
    """Return the first days of the last whole months, oldest first."""
    first = today.replace(day=1)
    months: list[date] = []
    for _ in range(_MONTHS):
        first = (first - timedelta(days=1)).replace(day=1)
        months.append(first)
    return months[::-1]


async def _report_all(analyst: Actor, today: date) -> None:
    tables = {**_school_tables(today), **_market_tables(today)}

    async def send(kind: str) -> None:
        await analyst.job(f"/v1/labour-reports/{kind}", tables[kind])

    await in_parallel(send, tables)


def _school_tables(today: date) -> dict[str, bytes]:
    """Return what schools know: who entered, where graduates went, what they took up."""
    year = today.year
    return {
        "cohorts": _stated(
            ("行政区划代码", "学校名称", "专业代码", "入学年份", "学制（年）", "招生人数"),
            [
                (CITY, _SCHOOL, major, entered, length, new - 6 * (year - entered))
                for major, length, new in _COHORTS
                for entered in range(year - 5, year + 1)
            ],
            today,
        ),
        "destinations": _stated(
            (
                "行政区划代码",
                "学校名称",
                "专业代码",
                "毕业年份",
                "毕业生人数",
                "协议和合同就业",
                "升学",
                "待就业",
                "其中本地就业",
                "其中专业对口",
                "统计口径",
            ),
            [
                (CITY, _SCHOOL, major, grown, *_went(new // 2, place, grown - year), _DEFINITION)
                for place, (major, _length, new) in enumerate(_COHORTS)
                for grown in (year - 2, year - 1)
            ],
            today,
        ),
        "major-flows": _stated(
            ("行政区划代码", "专业代码", "职业代码", "毕业年份", "人数"),
            [(CITY, major, work, year - 1, count) for major, work, count in _FLOWS],
            today,
        ),
    }


def _market_tables(today: date) -> dict[str, bytes]:
    """Return what authorities count: industries, employment, posts and seekers."""
    year = today.year
    return {
        "industries": _stated(
            (
                "行政区划代码",
                "行业代码",
                "季度",
                "填报企业数",
                "从业人数",
                "新增人数",
                "减少人数",
                "空缺岗位数",
                "月薪中位数（元）",
            ),
            [(CITY, code, _quarters(today)[-1], *figures) for code, *figures in _INDUSTRIES],
            today,
        ),
        "employment": _stated(
            ("行政区划代码", "职业代码", "年份", "从业人数", "退出该职业人数"),
            [
                (CITY, work, past, round(usual * 40 * (1 + growth) ** (past - year)), 70)
                for work, usual, growth, _swing in _OCCUPATIONS
                for past in range(year - 4, year)
            ],
            today,
        ),
        "market": _stated(
            ("行政区划代码", "职业代码", "季度", "招聘人数", "登记求职人数"),
            [
                (CITY, work, quarter, round(usual * 3 * (1 + growth) ** place), round(usual * 2))
                for work, usual, growth, _swing in _OCCUPATIONS
                for place, quarter in enumerate(_quarters(today))
            ],
            today,
        ),
    }


def _went(graduates: int, place: int, years: int) -> tuple[int, ...]:
    """Return graduates, with contracts, in further study, seeking; of them here, in their field."""
    studying = round(graduates * (0.16 + 0.03 * place))
    seeking = 3 + 2 * place + years
    contract = graduates - studying - seeking
    return graduates, contract, studying, seeking, round(contract * 0.71), round(contract * 0.8)


async def _release(analyst: Actor, today: date, what: tuple[str, bool]) -> None:
    kind, quarterly = what
    period = _quarters(today)[-1] if quarterly else str(today.year - 1)
    await _job(analyst, "/v1/labour-releases", {"kind": kind, "region": CITY, "period": period})


def _quarters(today: date) -> list[str]:
    """Return the names of the last ten whole quarters, oldest first."""
    whole = today.year * 4 + (today.month - 1) // 3
    return [f"{each // 4}Q{each % 4 + 1}" for each in range(whole - 10, whole)]


async def _publish_catalogue(analyst: Actor, today: date, region: str) -> None:
    path = f"/v1/shortage-catalogues/{region}"
    await _job(analyst, f"{path}/drafts", {})
    draft = expect(await analyst.call("GET", f"{path}/draft"))
    if not any(each["listed"] for each in draft.json()["entries"]):
        return
    note = {"note": "演示：逐条核对指标与来源"}
    seen = await _seen(analyst, f"{path}/draft/review", note, draft.headers["etag"])
    told = {"in_force_from": today.isoformat()}
    await _seen(analyst, f"{path}/draft/publish", told, seen)


async def _seen(analyst: Actor, path: str, told: Any, etag: str) -> str:
    headers = {"if-match": etag}
    answer = expect(await analyst.call("POST", path, json=told, headers=headers))
    return str(answer.headers.get("etag", ""))


def _stated(headers: Sequence[str], rows: Sequence[Sequence[Any]], today: date) -> bytes:
    """Return a report whose every row tells its source and day."""
    stated = [(*row, _SOURCE, today.isoformat()) for row in rows]
    return _csv((*headers, "数据来源", "统计日期"), stated)


def _csv(headers: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(headers)
    writer.writerows(rows)
    return out.getvalue().encode()
