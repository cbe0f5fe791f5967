"""An object of every kind of the labour market, made over the API by those who may."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gateway.demo.door import expect
from tests.forecasting_labour.labour_tables import (
    COHORT,
    DESTINATION,
    EMPLOYMENT,
    FLOWS,
    INDUSTRY,
    MARKET,
    table,
)
from tests.forecasting_labour.small_region import (
    REGION,
    cohorts,
    destinations,
    employment,
    flows,
    market,
)
from tests.forecasting_labour.test_school_data import COMMITTEE, PROJECT, REPORT
from tests.forecasting_labour.test_standards import standard

if TYPE_CHECKING:
    from tests.security.scene import Person


async def fill_side(people: Mapping[str, Person]) -> dict[str, str]:
    """Let a verified enterprise publish a standard, and a school link and draft; returns ids."""
    school, enterprise = people["school_admin"], people["enterprise_admin"]
    draft = await _send(school, "/v1/competency-standards", standard())
    shown = await _send(enterprise, "/v1/competency-standards", standard(name="已发布标准"))
    path = f"/v1/competency-standards/{shown['standard_id']}@1.0"
    seen = {"if-match": '"v1"'}
    expect(await enterprise.call("POST", f"{path}/publish", headers=seen))
    link = {"name": "课程", "units": [{"unit": "U1", "level": 3}]}
    expect(await school.call("PUT", f"{path}/links/course/C1", json=link))
    project = await _send(school, "/v1/majors/projects", PROJECT)
    report = await _send(school, "/v1/quality-reports", REPORT)
    return {
        "standard_id": draft["standard_id"],
        "edition": "1.0",
        "report_id": report["id"],
        "project_id": project["id"],
    }


async def fill_region(authority: Person) -> dict[str, str]:
    """Let an authority report a small city, compute and release; returns what all may read."""
    status = [(REGION, "C34", "2025Q4", 50, 600, 10, 5)]
    for kind, headers, rows in (
        ("cohorts", COHORT, cohorts()),
        ("destinations", DESTINATION, destinations()),
        ("employment", EMPLOYMENT, employment()),
        ("major-flows", FLOWS, flows()),
        ("market", MARKET, market()),
        ("industries", INDUSTRY, status),
    ):
        sent = {"content": table(headers, rows), "headers": {"content-type": "text/csv"}}
        await _job(authority, f"/v1/labour-reports/{kind}", sent)
    told = {"region": REGION}
    await _job(authority, "/v1/gap-runs", {"json": told})
    await _job(authority, "/v1/majors/advice", {"json": told})
    await _job(authority, f"/v1/shortage-catalogues/{REGION}/drafts", {"json": {}})
    release = {**told, "kind": "outcomes", "period": "2025"}
    await _job(authority, "/v1/labour-releases", {"json": release})
    await _send(authority, "/v1/registries/committees", COMMITTEE)
    alerts = expect(await authority.call("GET", "/v1/alerts")).json()["items"]
    # The committee stays unnamed: to the authority that registered it, it is no foreign object.
    return {"alert_id": alerts[0]["id"]}


async def _send(person: Person, path: str, told: Any) -> Any:
    return expect(await person.call("POST", path, json=told)).json()


async def _job(person: Person, path: str, sent: Mapping[str, Any]) -> None:
    location = expect(await person.call("POST", path, **sent)).headers["location"]
    job = expect(await person.call("GET", location)).json()
    while job["state"] not in {"done", "failed"}:
        await asyncio.sleep(0.03)
        job = expect(await person.call("GET", location)).json()
    assert job["state"] == "done", job
