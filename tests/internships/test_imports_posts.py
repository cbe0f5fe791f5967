"""Posts in bulk: every row checked, all written or none, every fault named by row and column."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import text

from services.internships.domain.post_columns import POST_COLUMNS
from shared.db.session import PLATFORM
from shared.sheets import XLSX, write_csv, write_xlsx
from tests.internships.conftest import InternshipsRoom
from tests.internships.post_bodies import enterprise

HEADERS = [
    "岗位名称", "岗位描述", "实习类型", "工作地区", "职业", "行业", "面向专业", "技能要求",
    "典型工作任务", "人数", "开始日期", "结束日期", "报酬", "支付周期（天）", "支付方式", "收款人",
    "每日工时", "每周天数", "上班时间", "下班时间", "夜班", "休息日上班", "加班", "高风险作业",
    "劳动强度", "相同岗位工资",
]  # fmt: skip
ROW: list[Any] = [
    "装配钳工实习", "装配与调试", "岗位实习", "330106", "装配钳工", "C34", "660103、数控技术",
    "钳工、CAD", "装配、检测", 3, "2027/3/1", "2027.8.28", "3000-3500元/月", 30, "货币", "学生",
    8, 5, "8:30", "17:30", "否", "否", "否", "无",
    "Ⅱ级", 3600,
]  # fmt: skip


def row(**changes: Any) -> list[Any]:
    return [changes.get(header, cell) for header, cell in zip(HEADERS, ROW, strict=True)]


async def sent(
    room: InternshipsRoom, org: UUID, body: bytes, kind: str = "text/csv", **asked: Any
) -> dict[str, Any]:
    hr = room.hr(org)
    answer = await hr.post(
        "/v1/posts/imports", content=body, headers={"content-type": kind}, params=asked
    )
    return await room.job(hr, answer)


async def count(room: InternshipsRoom, org: UUID) -> dict[str, int]:
    async with room.database.begin(PLATFORM) as tx:
        rows = await tx.execute(
            text("SELECT state, count(*) FROM posts WHERE org_id = :org GROUP BY state"),
            {"org": org},
        )
        return {row.state: row.count for row in rows}


@pytest.mark.parametrize("form", ["utf-8-sig", "gb18030", "xlsx", "json"])
async def test_a_file_of_any_form_makes_the_same_posts(working: InternshipsRoom, form: str) -> None:
    org = enterprise(working)
    rows = [row(), row(岗位名称="铣工实习", 人数=0)]
    if form == "xlsx":
        body, kind = write_xlsx(HEADERS, rows), XLSX
    elif form == "json":
        body = orjson.dumps([dict(zip(HEADERS, each, strict=True)) for each in rows])
        kind = "application/json"
    else:
        body, kind = write_csv(HEADERS, rows).decode("utf-8-sig").encode(form), "text/csv"
    job = await sent(working, org, body, kind, publish="true")
    assert job["state"] == "done", job
    result = job["result"]
    assert (result["rows"], result["written"], result["published"]) == (2, 2, 2)
    assert result["faults"] == []
    found = (await working.client().get("/v1/posts", params={"enterprise_id": str(org)})).json()
    assert {item["title"] for item in found["items"]} == {"装配钳工实习", "铣工实习"}
    post = next(item for item in found["items"] if item["seats"] == 3)
    assert post["pay_fen_month"] == 300_000
    assert post["occupation_code"] == "6-20-01-01"
    assert "660103" in post["major_codes"]


async def test_a_file_with_one_wrong_row_writes_nothing_and_names_every_fault(
    working: InternshipsRoom,
) -> None:
    org = enterprise(working)
    rows = [
        row(),
        row(人数=-1, 结束日期="2027-02-30"),
        row(结束日期="2026-01-01"),
        row(工作地区="杭洲市", 报酬="150元/小时"),
        row(面向专业="999999", 实习类型="跟岗实习"),
        row(报酬="3000元/天"),
        row(行业="Z99", 开始日期="2027-09-01"),
    ]
    job = await sent(working, org, write_xlsx(HEADERS, rows, sheet="岗位"), XLSX)
    result = job["result"]
    assert (result["good"], result["written"], result["faults_total"]) == (1, 0, 10)
    places = {(fault["row"], fault["column"], fault["code"]) for fault in result["faults"]}
    assert places == {
        (3, "人数", "out_of_range"),
        (3, "结束日期", "no_such_day"),
        (4, "结束日期", "dates_reversed"),
        (5, "工作地区", "code_unknown"),
        (5, "报酬", "pay_period_unknown"),
        (6, "面向专业", "code_unknown"),
        (6, "实习类型", "not_a_choice"),
        (7, "报酬", "pay_unit"),
        (8, "行业", "code_unknown"),
        (8, "结束日期", "dates_reversed"),
    }
    assert {fault["sheet"] for fault in result["faults"]} == {"岗位"}
    assert await count(working, org) == {}


async def test_the_faulty_rows_come_back_as_a_file_that_can_be_mended_and_sent_again(
    working: InternshipsRoom,
) -> None:
    org = enterprise(working)
    body = write_csv(HEADERS, [row(), row(人数="三")])
    job = await sent(working, org, body, partial="true")
    assert await count(working, org) == {"draft": 1}
    answer = await working.hr(org).get(job["result"]["faults_file"])
    assert answer.headers["content-type"] == XLSX
    with CalamineWorkbook.from_filelike(io.BytesIO(answer.content)) as book:
        cells = book.get_sheet_by_index(0).to_python()
    assert cells[0][-1] == "错误说明"
    assert "人数" in cells[1][-1]
    mended = [["3" if cell == "三" else cell for cell in line] for line in cells]
    again = await sent(working, org, write_xlsx(mended[0], mended[1:]), XLSX)
    assert again["result"]["written"] == 1
    assert (
        await working.hr(enterprise(working)).get(job["result"]["faults_file"])
    ).status_code == 404


async def test_a_post_that_a_rule_stops_stays_a_draft_beside_the_published_ones(
    working: InternshipsRoom,
) -> None:
    org = enterprise(working)
    rows = [row(), row(夜班="是"), row(高风险作业="高空、有毒")]
    job = await sent(working, org, write_csv(HEADERS, rows), publish="true")
    result = job["result"]
    assert (result["published"], result["drafts"]) == (1, 2)
    assert result["findings"]["REG-17.1"] == {"block": 1}
    assert result["levels"]["block"] == 2
    assert await count(working, org) == {"draft": 2, "published": 1}


async def test_a_row_that_is_too_late_to_be_published_stays_a_draft_and_is_told(
    working: InternshipsRoom,
) -> None:
    org = enterprise(working)
    head = [*HEADERS, "报名截止"]
    rows = [[*row(), "2027-02-20"], [*row(), "2026-10-01"]]
    job = await sent(working, org, write_csv(head, rows), publish="true")
    result = job["result"]
    assert (result["published"], result["drafts"]) == (1, 1)
    (note,) = result["notes"]
    assert "3" in note["zh"]
    assert "3" in note["en"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"PK\x03\x04 not a workbook", "file_broken"),
        ("岗位名称,人数\n".encode(), "file_empty"),
        ("岗位名,人数\n钳工,1\n".encode(), "headers_wrong"),
        (
            "岗位名称,人数\n钳工,1\n".encode("gbk").decode("utf-8", "replace").encode(),
            "file_garbled",
        ),
    ],
)
async def test_a_file_that_cannot_be_read_fails_with_the_reason(
    working: InternshipsRoom, body: bytes, code: str
) -> None:
    job = await sent(working, enterprise(working), body)
    assert job["state"] == "failed"
    assert job["error"]["zh"]["code"] == code
    assert job["error"]["en"]["detail"]


async def test_an_empty_body_is_refused_at_once(room: InternshipsRoom) -> None:
    answer = await room.hr(enterprise(room)).post("/v1/posts/imports", content=b" \n")
    assert (answer.status_code, answer.json()["code"]) == (422, "file_empty")


async def test_a_huge_body_is_refused_before_it_is_read(room: InternshipsRoom) -> None:
    hr = room.hr(enterprise(room))
    answer = await hr.post(
        "/v1/posts/imports", content=b"x", headers={"content-length": str(200 * 1024 * 1024)}
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_an_unverified_enterprise_imports_drafts_only(working: InternshipsRoom) -> None:
    org = enterprise(working, verified=False)
    hr = working.hr(org)
    body = write_csv(HEADERS, [row()])
    refused = await hr.post("/v1/posts/imports", content=body, params={"publish": "true"})
    assert refused.json()["code"] == "enterprise_not_verified"
    job = await sent(working, org, body)
    assert job["result"]["drafts"] == 1


async def test_the_same_key_imports_once(working: InternshipsRoom) -> None:
    org = enterprise(working)
    hr = working.hr(org)
    key = {"idempotency-key": str(uuid4())}
    body = write_csv(HEADERS, [row()])
    first = await hr.post("/v1/posts/imports", content=body, headers=key)
    again = await hr.post("/v1/posts/imports", content=body, headers=key)
    assert first.headers["location"] == again.headers["location"]
    await working.job(hr, first)
    assert await count(working, org) == {"draft": 1}


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_template_is_read_by_the_import(working: InternshipsRoom, language: str) -> None:
    visitor: httpx.AsyncClient = working.client()
    del visitor.headers["authorization"]
    answer = await visitor.get("/v1/posts/imports/template.xlsx", params={"lang": language})
    assert answer.headers["content-type"] == XLSX
    job = await sent(working, enterprise(working), answer.content, XLSX)
    assert job["result"]["written"] == 1, job["result"]["faults"]


def test_every_column_has_headers_of_its_own() -> None:
    heads = [head for c in POST_COLUMNS for head in {c.zh, c.en, *c.aliases}]
    assert len(heads) == len(set(heads))


async def test_hundreds_of_posts_are_imported_with_all_checks(working: InternshipsRoom) -> None:
    org = enterprise(working)
    rows = [row(岗位名称=f"装配钳工实习 {number}") for number in range(700)]
    job = await sent(working, org, write_xlsx(HEADERS, rows), XLSX, publish="true")
    assert job["result"]["published"] == 700
