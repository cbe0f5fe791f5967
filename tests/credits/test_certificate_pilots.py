"""The register of 1+X pilots: entered once, counted from certificates, read by everyone."""

from __future__ import annotations

from typing import Any

from tests.credits.credit_room import CreditsRoom
from tests.credits.recognition_school import School, open_school

PILOT = {
    "certificate": "数控车铣加工",
    "level": "intermediate",
    "evaluator_name": "武汉华中数控股份有限公司",
    "enterprise_name": "某机床厂",
    "national": True,
    "document": "教职成厅函〔2019〕10号",
    "from_on": "2024-01-01",
}


async def certificate(school: School, number: str, **more: Any) -> None:
    """Register a 1+X certificate of the school's student."""
    body = {
        "kind": "skill_certificate",
        "title": "数控车铣加工职业技能等级证书",
        "issuer_name": "武汉华中数控股份有限公司",
        "certificate_no": number,
        "level": "intermediate",
        "completed_on": "2025-06-01",
        **more,
    }
    made = await school.student("S1").post("/v1/outcomes", json=body)
    assert made.status_code == 201, made.text


async def test_a_pilot_stands_once_and_everyone_reads_it(room: CreditsRoom):
    school, other = await open_school(room, content=None), await open_school(room, content=None)
    before = (await other.office.get("/v1/certificate-pilots/totals")).json()
    made = await school.office.post("/v1/certificate-pilots", json=PILOT)
    assert made.status_code == 201, made.text
    again = await school.office.post("/v1/certificate-pilots", json=PILOT)
    assert (again.status_code, again.json()["code"]) == (409, "pilot_repeated")
    wider = await school.office.post("/v1/certificate-pilots", json={**PILOT, "level": None})
    assert wider.status_code == 201
    asked = {"school": str(school.id), "national": "true"}
    seen = (await other.student("S1").get("/v1/certificate-pilots", params=asked)).json()["items"]
    assert {one["level"] for one in seen} == {"intermediate", None}
    after = (await other.office.get("/v1/certificate-pilots/totals")).json()
    # Two pilots, one institution.
    assert after["pilots"] - before["pilots"] == 2
    assert after["institutions_national"] - before["institutions_national"] == 1


async def test_only_certificates_of_the_pilot_and_since_it_began_are_counted(room: CreditsRoom):
    school = await open_school(room, content=None)
    made = (await school.office.post("/v1/certificate-pilots", json=PILOT)).json()
    await certificate(school, "A-1")
    await certificate(school, "A-2", level="advanced")
    await certificate(school, "A-3", completed_on="2023-06-01")
    await certificate(school, "A-4", title="网络系统建设与运维职业技能等级证书")
    path = f"/v1/certificate-pilots/{made['id']}"
    counted = (await school.office.post(f"{path}/count")).json()
    assert counted["passed"] == 1
    assert counted["passed_on"]


async def test_a_school_ends_its_own_pilot_only(room: CreditsRoom):
    school, other = await open_school(room, content=None), await open_school(room, content=None)
    made = (await school.office.post("/v1/certificate-pilots", json=PILOT)).json()
    path = f"/v1/certificate-pilots/{made['id']}"
    seen = {"if-match": f'"v{made["version"]}"'}
    until = {"until_on": "2025-12-31"}
    foreign = await other.office.post(f"{path}/end", json=until, headers=seen)
    assert (foreign.status_code, foreign.json()["code"]) == (404, "pilot_not_found")
    student = await school.student("S1").post(f"{path}/count")
    assert student.status_code == 403
    ended = await school.office.post(f"{path}/end", json=until, headers=seen)
    assert ended.json()["until_on"] == "2025-12-31"
    asked = {"school": str(school.id)}
    left = (await school.office.get("/v1/certificate-pilots", params=asked)).json()["items"]
    assert left == []
