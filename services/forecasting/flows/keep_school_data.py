"""Schools keep quality reports and projects of majors; bodies keep the registry of committees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from services.forecasting.domain.major import major_named
from services.forecasting.domain.organisation import expect_in_reach, region_named
from services.forecasting.domain.school_data import (
    CommitteeNotFoundError,
    CommitteeTakenError,
    QualityReportNotFoundError,
    QualityReportPublishedError,
    QualityReportTakenError,
    check_committee,
    reasons_for,
)
from services.forecasting.flows.labour_desk import LabourDesk
from services.forecasting.store import school_data
from services.forecasting.store.rows import Row
from shared.db.session import Tx
from shared.events.audit import record
from shared.http.versions import expect_version
from shared.kernel.errors import Fault, InvalidInputError, NotFoundError, Text
from shared.kernel.ids import new_id

REGISTRARS = ("authority", "industry_body")


async def find_report(tx: Tx, report_id: UUID, *, drafts: bool = True) -> Row:
    """Return a quality report that the caller may see, a draft only if asked."""
    found = await school_data.find_report(tx, report_id)
    if found is None or (found["state"] == "draft" and not drafts):
        raise QualityReportNotFoundError(report_id=str(report_id))
    return found


async def draft_report(desk: LabourDesk, told: Mapping[str, Any]) -> Row:
    """Begin the report of a year."""
    own = await desk.organisation("school")
    if told["year"] > desk.today.year:
        said = Text("年份不能晚于今年", "this year is in the future")
        raise InvalidInputError(faults=[Fault("year_in_future", said, "/year")])
    report_id = new_id()
    values = {
        **told,
        "id": report_id,
        "org_id": own.id,
        "school_name": own.name,
        "region_code": own.region_code or "000000",
        "state": "draft",
        "computed": {},
    }
    if not await school_data.add_report(desk.tx, values):
        raise QualityReportTakenError(year=told["year"])
    await record(desk.tx, desk.caller, "quality_report.drafted", subject_id=report_id)
    return await find_report(desk.tx, report_id)


async def _own_draft(desk: LabourDesk, report_id: UUID, *, seen: int) -> Row:
    found = await school_data.find_report(desk.tx, report_id, lock=True)
    if found is None or found["org_id"] != desk.org_id:
        raise QualityReportNotFoundError(report_id=str(report_id))
    expect_version(seen=seen, current=found["version"])
    if found["state"] != "draft":
        raise QualityReportPublishedError
    return found


async def change_report(
    desk: LabourDesk, report_id: UUID, told: Mapping[str, Any], *, seen: int
) -> Row:
    """Write a draft anew; its year stays."""
    found = await _own_draft(desk, report_id, seen=seen)
    values = {**told, "year": found["year"], "updated_at": desk.now}
    await school_data.change_report(desk.tx, report_id, values)
    return await find_report(desk.tx, report_id)


async def publish_report(desk: LabourDesk, report_id: UUID, *, seen: int) -> Row:
    """Publish a report, with what the platform has released about the school beside it."""
    await desk.publisher("school")
    found = await _own_draft(desk, report_id, seen=seen)
    released = await school_data.released_of_school(desk.tx, found["school_name"], found["year"])
    # By major, the newest release last: it is the one that holds.
    majors = {row["code"]: row["body"] for row in released}
    values = {
        "state": "published",
        "computed": {"outcomes": majors},
        "published_at": desk.now,
        "updated_at": desk.now,
    }
    await school_data.change_report(desk.tx, report_id, values)
    await record(desk.tx, desk.caller, "quality_report.published", subject_id=report_id)
    return await find_report(desk.tx, report_id)


async def add_project(desk: LabourDesk, told: Mapping[str, Any]) -> Row:
    """Keep what a major of one's school does together with industry."""
    own = await desk.organisation("school")
    major = major_named(told["major_code"])
    project_id = new_id()
    values = {
        **told,
        "id": project_id,
        "org_id": own.id,
        "school_name": own.name,
        "region_code": own.region_code or "000000",
        "major_code": major.code,
    }
    await school_data.add_project(desk.tx, values)
    kept = await school_data.list_projects(desk.tx, org_id=own.id)
    same = ("major_code", "kind", "title")
    return next(row for row in kept if all(row[name] == values[name] for name in same))


async def remove_project(desk: LabourDesk, project_id: UUID) -> None:
    """Take one's own project away."""
    if not await school_data.remove_project(desk.tx, project_id, desk.org_id):
        raise NotFoundError(project_id=str(project_id))


async def list_priorities(tx: Tx, region: str, *, on: date) -> list[dict[str, Any]]:
    """Return the majors of a region that have a reason to come first, most reasons first."""
    signals = await school_data.public_signals(tx, region)
    by_major: defaultdict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in await school_data.list_projects(tx, region=region):
        by_major[row["school_name"], row["region_code"], row["major_code"]].append(row)
    found: list[dict[str, Any]] = []
    for (school, place, major), projects in by_major.items():
        signal = signals.get(major)
        reasons = reasons_for(projects, signal, on=on)
        if reasons:
            found.append(
                {
                    "school_name": school,
                    "region_code": place,
                    "major_code": major,
                    "projects": projects,
                    "signal": signal,
                    "reasons": reasons,
                }
            )
    found.sort(key=lambda each: (-len(each["reasons"]), each["school_name"], each["major_code"]))
    return found


async def register_committee(desk: LabourDesk, told: Mapping[str, Any]) -> Row:
    """Put a committee on the registry."""
    own = await desk.organisation(*REGISTRARS)
    # An authority is made by the platform; anybody else is verified before it speaks in public.
    if own.kind != "authority":
        own = await desk.publisher()
    await _expect_committee(desk, told)
    committee_id = new_id()
    values = {**told, "id": committee_id, "org_id": own.id, "org_name": own.name}
    if not await school_data.add_committee(desk.tx, _plain(values)):
        raise CommitteeTakenError(name=told["name"])
    await record(desk.tx, desk.caller, "committee.registered", subject_id=committee_id)
    return await _committee(desk.tx, committee_id)


async def change_committee(
    desk: LabourDesk, committee_id: UUID, told: Mapping[str, Any], *, seen: int
) -> Row:
    """Write a committee's entry anew."""
    found = await school_data.find_committee(desk.tx, committee_id, lock=True)
    if found is None or found["org_id"] != desk.org_id:
        raise CommitteeNotFoundError(committee_id=str(committee_id))
    expect_version(seen=seen, current=found["version"])
    await _expect_committee(desk, told)
    if told["name"] != found["name"]:
        rows = await school_data.list_committees(desk.tx, None)
        if any(row["org_id"] == desk.org_id and row["name"] == told["name"] for row in rows):
            raise CommitteeTakenError(name=told["name"])
    values = _plain({**told, "updated_at": desk.now})
    await school_data.change_committee(desk.tx, committee_id, values)
    return await _committee(desk.tx, committee_id)


async def _expect_committee(desk: LabourDesk, told: Mapping[str, Any]) -> None:
    faults = check_committee(told)
    if faults:
        raise InvalidInputError(faults=faults)
    region = region_named(told["region_code"])
    if desk.caller.org_kind == "authority":
        own = await desk.organisation()
        expect_in_reach(own.region_code, region)


async def _committee(tx: Tx, committee_id: UUID) -> Row:
    found = await school_data.find_committee(tx, committee_id)
    assert found is not None, "it was just written"
    return found


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with days inside JSON as text."""
    outputs = [{**each, "on": each["on"].isoformat()} for each in values["outputs"]]
    return {**values, "outputs": outputs}
