from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest
from portal_enterprise import day, hr_of, published, verified_enterprise
from portal_hands import hidden_fields
from portal_platform import PASSWORD, People, new_number
from sqlalchemy import text

from gateway.portal.api_client import ApiClient, Upload
from shared.db.session import PLATFORM
from shared.kernel.clock import utc_now
from tests.small_world import working

ITEMS = (
    "qualification", "integrity", "management", "nature_of_post",
    "working_time", "environment", "health", "safety",
)  # fmt: skip
ROSTER = "学籍号,姓名,专业代码,年级,班级,学年学期,出生日期"


async def approve(office: ApiClient, enterprise_id: str) -> None:
    """Put an enterprise on the school's register of hosts, step by step."""
    host = (await office.post("/v1/hosts", {"enterprise_id": enterprise_id})).body
    path = f"/v1/hosts/{host['id']}"
    items = {name: {"satisfied": True, "note": "符合"} for name in ITEMS}
    visit = {"inspected_on": day(-60), "inspectors": "周敏、林立", "items": items}
    seen = (await office.put(f"{path}/inspection", visit, etag=f'"v{host["version"]}"')).body
    headers = {
        "authorization": office.authorization or "",
        "if-match": f'"v{seen["version"]}"',
        "content-type": "application/pdf",
    }
    kept = await office.http.put(f"{path}/report", content=b"%PDF report", headers=headers)
    decision = {"decided_on": day(-30), "public_url": "https://school.example/hosts"}
    answer = await office.http.post(
        f"{path}/approve",
        json=decision,
        headers={
            **headers,
            "content-type": "application/json",
            "if-match": f'"v{kept.json()["version"]}"',
            "idempotency-key": f"approve-{new_number()}",
        },
    )
    assert answer.status_code == 200, answer.text


async def enrol(people: People, office: ApiClient, name: str) -> str:
    """Put one student on the roster; return their number."""
    number = f"S{new_number():04d}"
    row = f"{number},{name},660103,2024,数控1,2026-2027-1,2008-01-02"
    table = Upload("名册.csv", f"{ROSTER}\n{row}\n".encode(), "text/csv")
    async with working(people.platform):
        job = (await office.upload("/v1/rosters/imports", table)).body
        for _ in range(300):
            done = (await office.get(job["location"])).body
            if done["state"] in {"done", "failed"}:
                break
            await asyncio.sleep(0.1)
    assert done["state"] == "done", done
    return number


async def student_of(people: People, school_id: str, number: str, name: str) -> str:
    operator = await people.api(await people.found_operator())
    login = f"portal-student-{new_number()}"
    told = {"org_id": school_id, "login": login, "name": name, "roles": ["student"]}
    await operator.post("/v1/people", {**told, "member_no": number, "password": PASSWORD})
    return login


@pytest.fixture
async def applied(people: People) -> dict[str, Any]:
    """One student's application to one enterprise, in a batch of mutual choice."""
    firm = await verified_enterprise(people)
    login = await hr_of(people, firm)
    start, end = day(90), day(270)
    post = await published(await people.api(login), seats=1, start_on=start, end_on=end)
    school = await people.found("school", level="secondary_vocational", region_code="330106")
    office = await people.api(school.login)
    await approve(office, firm.id)
    number = await enrol(people, office, "赵一")
    now = utc_now()
    terms = {
        "name": "双选批次",
        "term": "2026-2027-2",
        "kind": "on_post",
        "mode": "mutual_choice",
        "start_on": start,
        "end_on": end,
        "wishes_open_at": (now - timedelta(days=1)).isoformat(),
        "wishes_close_at": (now + timedelta(days=7)).isoformat(),
    }
    batch = (await office.post("/v1/batches", terms)).body
    path = f"/v1/batches/{batch['id']}"
    await office.post(f"{path}/posts", {"all_that_fit": True})
    await office.post(f"{path}/open")
    student_login = await student_of(people, school.id, number, "赵一")
    student = await people.api(student_login)
    choice = await student.post(f"{path}/choices", {"post_id": post["id"], "share_consent": True})
    return {
        "login": login,
        "batch": batch["id"],
        "choice": choice.body["id"],
        "student": student,
        "student_login": student_login,
        "office_login": school.login,
        "number": number,
        "title": post["title"],
    }


async def test_an_applicant_is_met_offered_the_post_and_then_placed(
    people: People, applied: dict[str, Any]
):
    path = f"/enterprise/applicants/{applied['batch']}/{applied['choice']}"
    api_path = f"/v1/batches/{applied['batch']}/choices/{applied['choice']}"
    student: ApiClient = applied["student"]
    async with people.browser(applied["login"]) as browser:

        async def answer(**form: str) -> int:
            shown = hidden_fields((await browser.open(path)).text.partition("<main")[2])
            return (await browser.http.post(path, data={**shown, **form})).status_code

        assert "双选批次" in (await browser.open("/enterprise")).text
        listed = (await browser.open(f"/enterprise/applicants/{applied['batch']}")).text
        assert "赵一" in listed
        assert "待答复" in listed
        assert applied["number"] not in listed
        assert "赵一" not in (await browser.open("/enterprise/placements")).text
        assert await answer(state="interview", interview_at=f"{day(3)}T09:30") == 303
        assert "09:30" in (await browser.open(f"/enterprise/applicants/{applied['batch']}")).text
        assert await answer(state="offered", interview_score="许多", rank="1") == 422
        assert await answer(state="offered", interview_score="92", rank="1") == 303
        await student.post(f"{api_path}/confirm")
        placed = (await browser.open("/enterprise/placements")).text
        closed = (await browser.open(path)).text
    assert "赵一" in placed
    assert applied["title"] in placed
    assert applied["number"] not in placed
    assert "<textarea" not in closed


async def test_applications_are_the_enterprises_own(people: People, applied: dict[str, Any]):
    rival = await verified_enterprise(people)
    async with people.browser(rival.login) as browser:
        path = f"/enterprise/applicants/{applied['batch']}"
        for address in (path, f"{path}/{applied['choice']}"):
            answer = await browser.open(address)
            assert answer.status_code == 404 or "赵一" not in answer.text


async def under_way(people: People, applied: dict[str, Any]) -> str:
    """Confirm the application and let the placement have begun two months ago; return its id."""
    path = f"/v1/batches/{applied['batch']}/choices/{applied['choice']}"
    hr: ApiClient = await people.api(applied["login"])
    student: ApiClient = applied["student"]
    version = (await hr.get(path)).etag
    await hr.patch(path, {"state": "offered"}, etag=version)
    await student.post(f"{path}/confirm")
    (own,) = (await student.get("/v1/placements/me")).body["items"]
    async with people.platform.house.rooms["internships"].parts.database.begin(PLATFORM) as tx:
        await tx.execute(
            text(
                "UPDATE placements SET state = 'started', started_on = current_date - 70,"
                " start_on = current_date - 70 WHERE id = :id"
            ),
            {"id": own["id"]},
        )
    return own["id"]


async def test_the_host_records_pay_that_school_and_student_see_with_its_findings(
    people: People, applied: dict[str, Any]
):
    placement = await under_way(people, applied)
    page = f"/enterprise/placements/{placement}"
    month, paid_on = day(-70)[:7], day(-20)
    told = {"month": month, "paid_on": paid_on, "method": "money", "payee": "student"}
    async with people.browser(applied["login"]) as browser:

        async def send(**form: str) -> Any:
            shown = hidden_fields((await browser.open(page)).text.partition("<main")[2])
            return await browser.http.post(f"{page}/payments", data={**shown, **form})

        assert page in (await browser.open("/enterprise/placements")).text
        assert re.search("报酬：[12]个月需改正", (await browser.open(page)).text)
        bare = await send(amount_fen="许多")
        assert bare.status_code == 422
        assert 'href="#field-amount-fen"' in bare.text
        assert 'href="#field-month"' in bare.text
        tomorrow = await send(**{**told, "amount_fen": "3,000", "paid_on": day(1)})
        assert tomorrow.status_code == 422
        assert 'href="#field-paid-on"' in tomorrow.text
        first = await send(**{**told, "amount_fen": "0.50"})
        assert (first.status_code, first.headers["location"]) == (303, page), first.text
        assert (await send(**{**told, "amount_fen": "3,000"})).status_code == 409
        assert (await send(**told, amount_fen="3,000", reason="漏填三个零")).status_code == 303
    for login, address in (
        (applied["login"], page),
        (applied["office_login"], f"/school/placements/{placement}"),
        (applied["student_login"], f"/student/placements/{placement}"),
    ):
        async with people.browser(login) as browser:
            html = (await browser.open(address)).text
        assert "¥3,000" in html, address
        assert "由¥0.50更正：漏填三个零" in html, address
        assert "报酬：" in html, address
