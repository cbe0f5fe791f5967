"""Small tables as people send them: Chinese headers, codes of the catalogues."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import httpx

from tests.forecasting_labour.conftest import LabourRoom

LATHE, FITTER, NURSE = "6-18-01-01", "6-31-01-02", "2-05-08-01"
CNC, NURSING = "460103", "520201"

COHORT = ("行政区划代码", "学校名称", "专业代码", "入学年份", "学制（年）", "招生人数")
MARKET = ("行政区划代码", "职业代码", "季度", "招聘人数", "登记求职人数")
EMPLOYMENT = ("行政区划代码", "职业代码", "年份", "从业人数", "退出该职业人数")
FLOWS = ("行政区划代码", "专业代码", "职业代码", "毕业年份", "人数")
DESTINATION = (
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
)
INDUSTRY = ("行政区划代码", "行业代码", "季度", "填报企业数", "从业人数", "新增人数", "空缺岗位数")
EVERY = ("数据来源", "统计日期")


def table(
    headers: Sequence[str], rows: Sequence[Sequence[Any]], *, on: str = "2026-08-31"
) -> bytes:
    """Return a CSV of rows, each with its source and day; destinations get their definition."""
    extra = ("统计口径",) if headers is DESTINATION else ()
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*headers, *extra, *EVERY])
    for row in rows:
        writer.writerow([*row, *(["8 月 31 日毕业去向"] if extra else []), "统计台账", on])
    return out.getvalue().encode()


async def report(
    room: LabourRoom, client: httpx.AsyncClient, kind: str, body: bytes, **query: str
) -> dict[str, Any]:
    """Send a report and follow its job; returns the job's result."""
    answer = await client.post(
        f"/v1/labour-reports/{kind}",
        content=body,
        params=query,
        headers={"content-type": "text/csv"},
    )
    done = await room.job(client, answer)
    assert done["state"] == "done", done
    return done["result"]
