"""What bodies publish of themselves: quality reports of schools, standards, committees."""

from __future__ import annotations

from datetime import date

from portal_market import ANALYST, CITY, SCHOOL
from portal_school import WISHER, World

HR = "demo-hr"
INDICATOR = {
    "indicators.0.name": "毕业去向落实率",
    "indicators.0.unit": "%",
    "indicators.0.definition": "8 月 31 日",
}
UNIT = {
    "units.0.code": "K1",
    "units.0.name": "设备点检",
    "units.0.level": "2",
    "units.0.can_do": "按点检表检查\n记录异常",
}


async def test_a_quality_report_is_corrected_at_its_field_and_public_when_published(world: World):
    async with world.browser(SCHOOL) as school, world.browser(WISHER) as anybody:
        new = "/labour/quality-reports/new"
        facts = {"year": str(date.today().year - 3), "title": "三年前的报告", **INDICATOR}  # noqa: DTZ011 - any past year
        wrong = await school.send(new, new, **facts, **{"indicators.0.value": "很多"})
        assert wrong.status_code == 422
        assert 'href="#field-indicators-0-value"' in wrong.text
        made = await school.send(new, new, **facts, **{"indicators.0.value": "96.4"})
        page = made.headers["location"]
        assert (await anybody.open(page)).status_code == 404
        edit = await school.open(f"{page}/edit")
        assert 'value="96.4"' in edit.text
        done = await school.send(f"{page}/publish", page)
        assert done.status_code == 303
        shown = await anybody.open(page)
        assert "96.4 %" in shown.text
        file = await anybody.open(f"{page}/indicators.csv")
        assert "毕业去向落实率,96.4,%,8 月 31 日" in file.content.decode("utf-8-sig")


async def test_a_standard_is_drafted_published_linked_and_withdrawn(world: World):
    async with world.browser(HR) as firm, world.browser(SCHOOL) as school:
        new = "/labour/standards/new"
        facts = {
            "name": "设备点检员标准",
            "edition": "1.0",
            "occupation_codes": "6-31-01-02 机修钳工",
        }
        wrong = await firm.send(new, new, **facts, **UNIT)
        assert wrong.status_code == 422
        assert 'href="#field-units-0-evidence"' in wrong.text
        told = {**facts, **UNIT, "units.0.evidence": "observation"}
        page = (await firm.send(new, new, **told)).headers["location"]
        standard = page.partition("?")[0]
        assert (await school.open(page)).status_code == 404
        assert (await firm.send(f"{standard}/editions/1.0/publish", page)).status_code == 303
        links = f"{standard}/editions/1.0/links"
        linked = {"key": "C-MNT", "name": "设备维护", "unit-K1": "1"}
        assert (await school.send(links, links, **linked)).status_code == 303
        shown = await school.open(f"{links}?lang=en")
        assert "设备维护" in shown.text
        assert "begin 1 more" in shown.text
        following = await firm.open(f"{standard}/editions/new")
        assert 'value="1.1"' in following.text
        assert "记录异常" in following.text
        gone = await firm.send(f"{standard}/editions/1.0/withdraw", page, reason="由新版替代")
        assert gone.status_code == 303
        assert "由新版替代" in (await school.open(page)).text


async def test_a_committee_is_registered_and_its_result_entered(world: World):
    async with world.browser(ANALYST) as analyst, world.browser(WISHER) as anybody:
        new = "/labour/committees/new"
        facts = {
            "name": "护理专业教学指导委员会",
            "region_code": CITY,
            "industry_codes": "Q84 卫生",
            "founded_on": "2025-03-01",
            "members.0.organisation": "某护理学会",
            "members.0.role": "主任委员单位",
        }
        wrong = await analyst.send(new, new, **{**facts, "industry_codes": "ZZ"})
        assert wrong.status_code == 422
        assert 'href="#field-industry-codes"' in wrong.text
        page = (await analyst.send(new, new, **facts)).headers["location"]
        result = {
            "outputs.0.kind": "training_plan",
            "outputs.0.title": "护理专业方案",
            "outputs.0.on": "2026-06-01",
        }
        edit = f"{page}/edit"
        assert (await analyst.send(edit, edit, **facts, **result)).status_code == 303
        assert "护理专业方案" in (await anybody.open(page)).text
        assert "护理专业教学指导委员会" in (await anybody.open("/labour/committees")).text
        assert (await anybody.open(edit)).status_code == 403


async def test_a_running_project_is_a_reason_and_goes_with_it(world: World):
    async with world.browser(SCHOOL) as school, world.browser(WISHER) as anybody:
        own = "/labour/projects"
        facts = {
            "major_code": "520201",
            "kind": "order_class",
            "title": "护理订单班（测试）",
            "partner": "某医院",
            "from_on": "2025-09-01",
        }
        assert (await school.send(own, own, **{**facts, "major_code": "999999"})).status_code == 422
        assert (await school.send(own, own, **facts)).status_code == 303
        listed = (await (await world.actor(SCHOOL)).get("/v1/majors/projects"))["items"]
        made = next(one for one in listed if one["title"] == facts["title"])
        page = f"/labour/priority-majors?region={made['region_code']}"
        assert "护理订单班（测试）" in (await anybody.open(page)).text
        assert (await anybody.open("/labour/priority-majors?region=9")).status_code == 422
        assert (await school.send(f"{own}/{made['id']}/remove", own)).status_code == 303
        assert "护理订单班（测试）" not in (await anybody.open(page)).text
