"""Quality reports, projects of majors and committees: who keeps them, and what is public."""

from __future__ import annotations

from typing import Any

from tests.forecasting_labour.conftest import LabourRoom
from tests.forecasting_labour.labour_tables import CNC

REPORT: dict[str, Any] = {
    "year": 2025,
    "title": "2025 年度质量报告",
    "indicators": [
        {"name": "毕业去向落实率", "value": 0.97, "unit": "比例", "definition": "8 月 31 日"}
    ],
    "sections": [{"title": "人才培养", "text": "……"}],
}
COMMITTEE: dict[str, Any] = {
    "name": "装备制造行业教学指导委员会",
    "region_code": "330600",
    "industry_codes": ["C34"],
    "founded_on": "2024-03-01",
    "members": [{"organisation": "某行业协会", "role": "主任委员单位"}],
    "outputs": [{"kind": "training_plan", "title": "数控专业培养方案", "on": "2025-06-01"}],
}
PROJECT: dict[str, Any] = {
    "major_code": CNC,
    "kind": "joint_training",
    "title": "数控校企共育",
    "partner": "某精工",
    "from_on": "2024-09-01",
}


async def test_a_quality_report_is_public_when_published_and_then_stays(
    labour: LabourRoom,
) -> None:
    school, anyone = labour.school(), labour.anyone()
    made = await school.post("/v1/quality-reports", json=REPORT)
    assert made.status_code == 201, made.text
    path = f"/v1/quality-reports/{made.json()['id']}"
    assert (await anyone.get(path)).status_code == 404
    assert (await anyone.get("/v1/quality-reports")).json()["items"] == []
    again = await school.post("/v1/quality-reports", json=REPORT)
    assert again.json()["code"] == "quality_report_taken"
    seen = {"if-match": '"v1"'}
    assert (await labour.school("别校").put(path, json=REPORT, headers=seen)).status_code == 404
    changed = await school.put(path, json={**REPORT, "title": "修订"}, headers=seen)
    assert changed.json()["title"] == "修订"
    seen = {"if-match": changed.headers["etag"]}
    shown = await school.post(f"{path}/publish", headers=seen)
    assert shown.json()["state"] == "published"
    assert (await anyone.get(path)).json()["title"] == "修订"
    late = await school.put(path, json=REPORT, headers={"if-match": shown.headers["etag"]})
    assert late.json()["code"] == "quality_report_published"


async def test_a_draft_report_is_read_by_those_who_write_it_alone(labour: LabourRoom) -> None:
    school_id = labour.organisation("school", "舟山某学院")
    office = labour.person("school", school_id, "labour:write")
    made = (await office.post("/v1/quality-reports", json=REPORT)).json()
    path = f"/v1/quality-reports/{made['id']}"
    student = labour.client(
        org_id=str(school_id), org_kind="school", roles=["student"], scope="wishes:write"
    )
    teacher = labour.person("school", school_id, "placements:read credits:office")
    listed = {"school": "舟山某学院"}
    assert len((await office.get("/v1/quality-reports", params=listed)).json()["items"]) == 1
    for reader in (student, teacher):
        assert (await reader.get(path)).status_code == 404
        assert (await reader.get("/v1/quality-reports", params=listed)).json()["items"] == []
    shown = (await office.get(path)).headers["etag"]
    await office.post(f"{path}/publish", headers={"if-match": shown})
    assert (await student.get(path)).status_code == 200
    assert len((await teacher.get("/v1/quality-reports", params=listed)).json()["items"]) == 1


async def test_a_priority_is_a_list_with_reasons_and_no_decision(labour: LabourRoom) -> None:
    school, anyone = labour.school(), labour.anyone()
    assert (await school.post("/v1/majors/projects", json=PROJECT)).status_code == 201
    over = {**PROJECT, "kind": "order_class", "title": "旧班", "to_on": "2025-01-01"}
    await school.post("/v1/majors/projects", json=over)
    told = (await anyone.get("/v1/priority-majors", params={"region": "330600"})).json()
    assert told["clause"] == "浙政办发〔2018〕106号（四）"
    assert "不作自动决定" in told["note"]["zh"]
    assert [each["zh"] for each in told["items"][0]["reasons"]] == ["试行校企协同育人（1 项）"]
    own = (await school.get("/v1/majors/projects")).json()["items"]
    assert len(own) == 2
    foreign = await labour.school("别校").delete(f"/v1/majors/projects/{own[0]['id']}")
    assert foreign.status_code == 404
    for each in own:
        await school.delete(f"/v1/majors/projects/{each['id']}")
    told = (await anyone.get("/v1/priority-majors", params={"region": "330600"})).json()
    assert told["items"] == []


async def test_committees_are_registered_by_bodies_and_authorities_and_read_by_all(
    labour: LabourRoom,
) -> None:
    body = labour.body()
    made = await body.post("/v1/registries/committees", json=COMMITTEE)
    assert made.status_code == 201, made.text
    again = await body.post("/v1/registries/committees", json=COMMITTEE)
    assert again.json()["code"] == "committee_taken"
    wrong = {**COMMITTEE, "name": "另一个", "industry_codes": ["Z9"]}
    answer = await body.post("/v1/registries/committees", json=wrong)
    assert answer.json()["errors"][0]["pointer"] == "/industry_codes/0"
    path = f"/v1/registries/committees/{made.json()['id']}"
    seen = {"if-match": '"v1"'}
    changed = await body.put(path, json={**COMMITTEE, "members": []}, headers=seen)
    assert changed.json()["members"] == []
    foreign = await labour.body("别会").put(path, json=COMMITTEE, headers={"if-match": '"v2"'})
    assert foreign.status_code == 404
    assert (
        await labour.school().post("/v1/registries/committees", json=COMMITTEE)
    ).status_code == 403
    elsewhere = await labour.authority("330100").post("/v1/registries/committees", json=COMMITTEE)
    assert elsewhere.json()["code"] == "region_not_yours"
    told = await labour.anyone().get("/v1/registries/committees", params={"region": "33"})
    assert told.json()["total"] == 1
