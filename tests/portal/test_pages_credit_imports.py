"""Files and lists of the academic office: templates, wrong rows, practice held to its pack."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from portal_enterprise import settled
from portal_hands import Browser, hidden_fields
from portal_market import ACADEMIC, REVIEWER
from portal_school import PASSWORD, World

from gateway.demo.door import Actor
from gateway.demo.founder import OPERATOR

COURSES = "/credits/imports/courses"
HEAD = "课程代码,课程名称,课程性质,学分,学时\n"


@pytest.fixture
async def office(world: World) -> AsyncIterator[Browser]:
    async with world.browser(ACADEMIC) as browser:
        yield browser


async def upload(office: Browser, page: str, content: str) -> str:
    """Send a file; return the settled page of its job."""
    form = hidden_fields((await office.open(page)).text)
    files = {"file": ("rows.csv", content.encode("gbk"), "text/csv")}
    sent = await office.http.post(page, data=form, files=files)
    assert sent.status_code == 303, sent.text
    return await settled(office, f"{sent.headers['location']}?lang=en")


async def test_every_kind_of_file_has_a_template(office: Browser):
    html = (await office.open("/credits/imports")).text
    for kind in ("courses", "programmes", "learners", "outcomes", "grades"):
        assert f"/credits/imports/{kind}" in html
        template = await office.open(f"/credits/imports/{kind}/template.xlsx")
        assert template.content[:2] == b"PK"
    assert (await office.open("/credits/imports/diaries")).status_code == 404


async def test_one_wrong_row_keeps_the_file_out_and_is_named(office: Browser):
    wrong = await upload(office, COURSES, f"{HEAD}X-1,焊接基础,必修,2,32\nX-2,钳工,必修,多,32\n")
    assert "Row 3" in wrong
    assert "学分" in wrong
    assert "X-1" not in (await office.open("/credits/courses?q=X-1")).text.split("</form>")[-1]
    good = await upload(office, COURSES, f"{HEAD}X-9,焊接工艺,必修,2,32\n")
    assert "Added" in good
    assert "焊接工艺" in (await office.open("/credits/courses?q=X-9")).text


async def test_a_page_without_a_file_asks_for_one(office: Browser):
    answer = await office.send(COURSES, COURSES)
    assert answer.status_code == 422
    assert "error-summary" in answer.text


async def test_a_programme_with_too_little_practice_says_so_with_its_clause(office: Browser):
    head = "培养方案代码,方案名称,专业代码,办学层次,总学分,总学时,实践学时,课程代码\n"
    await upload(
        office,
        "/credits/imports/programmes",
        f"{head}P-LOW,理论方案,460103,高职专科,140,2600,900,C-CNC\n",
    )
    listed = (await office.open("/credits/programmes?lang=en")).text
    row = next(row for row in listed.split("<tr") if "P-LOW" in row)
    page = row.split('href="')[1].split('"')[0]
    html = (await office.open(page)).text
    assert "<h1>理论方案: too little practice</h1>" in html
    assert "0.35" in html
    assert "浙政办发" in html or "国务院" in html or "cn" in html


async def test_grades_are_listed_with_their_students(office: Browser):
    html = (await office.open("/credits/grades?lang=en")).text
    assert "良好" in html
    assert "Posted" in html


async def keeper_of_standards(world: World) -> Actor:
    """Give the school an administrator; return them at the API."""
    operator = await world.actor(OPERATOR)
    school = (await (await world.actor(ACADEMIC)).get("/v1/me"))["org_id"]
    told = {"org_id": school, "login": "pages-school-admin", "name": "郑校", "password": PASSWORD}
    await operator.post("/v1/people", {**told, "roles": ["school_admin"], "member_no": None})
    return await world.actor("pages-school-admin")


async def test_a_programme_shows_which_units_of_a_standard_its_courses_lead_to(world: World):
    keeper = await keeper_of_standards(world)
    units = [
        {
            "code": code,
            "name": name,
            "level": 3,
            "can_do": ["独立完成"],
            "evidence": ["practical_test"],
        }
        for code, name in (("U1", "数控编程"), ("U2", "设备点检"))
    ]
    edition = {"edition": "1.0", "occupation_codes": ["6-18-01-01"], "units": units}
    made = await keeper.post("/v1/competency-standards", {**edition, "name": "数控车工岗位标准"})
    path = f"/v1/competency-standards/{made['standard_id']}@1.0"
    published = await keeper.call("POST", f"{path}/publish", headers={"if-match": '"v1"'})
    assert published.is_success, published.text
    link = {"name": "数控车削加工", "units": [{"unit": "U1", "level": 3, "hours": 48}]}
    linked = await keeper.call("PUT", f"{path}/links/course/C-CNC", json=link)
    assert linked.is_success, linked.text
    programmes = (await keeper.get("/v1/programmes"))["items"]
    programme = next(one for one in programmes if one["code"] == "P-2024")
    page = f"/credits/programmes/{programme['id']}"
    async with world.browser(ACADEMIC) as office:
        key = f"standard={made['standard_id']}@1.0"
        assert key in (await office.open(page)).text
        html = (await office.open(f"{page}?{key}&lang=en")).text
    assert "The courses cover 50% of the standard" in html
    row = next(row for row in html.split("<tr") if "设备点检" in row)
    assert "Not covered" in row
    assert "C-PLC" in html.split("nobody has linked")[1]


async def test_a_reviewer_reads_programmes_and_imports_nothing(world: World):
    async with world.browser(REVIEWER) as browser:
        assert (await browser.open("/credits/programmes")).status_code == 200
        assert (await browser.open("/credits/imports")).status_code == 403
