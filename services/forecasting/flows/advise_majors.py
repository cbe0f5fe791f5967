"""Advise on majors from a region's newest run; schools are heard, the authority decides."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from services.forecasting.contract.labour_events import ADVICE_PUBLISHED
from services.forecasting.domain.advice import (
    Advice,
    AdviceDecidedError,
    AdviceNotFoundError,
    NoGapRunError,
    SchoolNotHeardError,
    advise,
    due_in,
)
from services.forecasting.domain.major_facts import Subject, gather
from services.forecasting.domain.organisation import region_named
from services.forecasting.flows.labour_desk import LabourDesk
from services.forecasting.flows.run_gaps import load_reports
from services.forecasting.store import advice, gaps
from services.forecasting.store.rows import Row
from shared.events.audit import record
from shared.events.outbox import Event, emit
from shared.jobs.worker import Work
from shared.kernel.clock import Clock, china_day
from shared.kernel.errors import ForbiddenError
from shared.kernel.ids import new_id

KIND = "majors.advise"


async def ask_advice(desk: LabourDesk, region: str) -> dict[str, Any]:
    """Return what the job needs; refuse a place outside the authority's, or one without a run."""
    place = region_named(region)
    own = await desk.authority_for(place)
    if await gaps.newest_run(desk.tx, place, org_id=own.id) is None:
        raise NoGapRunError(region=place)
    return {"region": place}


async def advise_majors(work: Work, *, clock: Clock) -> None:
    """Compute advice for the region and for every school that reports itself."""
    region = work.input["region"]
    org_id = work.caller.org_id
    assert org_id is not None, "an authority asked for it"
    now = clock()
    async with work.begin() as tx:
        run = await gaps.newest_run(tx, region, org_id=org_id)
        if run is None:
            raise NoGapRunError(region=region)
        rows = await gaps.list_gaps(tx, run["id"], kind="major", code=None, year=None)
        known = await load_reports(tx, region, now)
    mark = {
        "org_id": org_id,
        "run_id": run["id"],
        "region_code": region,
        "due": due_in(region, china_day(now)),
        "computed_at": now,
    }
    new: list[dict[str, Any]] = []
    for subject, facts in gather(rows, known, as_of_year=run["as_of"].year):
        found = advise(facts, for_school=subject.school_id is not None)
        # What is not known about a school's major is told to nobody: an empty answer must not
        # mean that a draft to retire lies behind it.
        if subject.school_id is None or found.signal != "insufficient":
            published = None if found.signal == "retire" else now
            new.append({**_row(subject, found), **mark, "published_at": published})
    signals = [row["signal"] for row in new]
    work.result = {"advice": len(new), "drafts": signals.count("retire")}
    async with work.finishing() as tx:
        await advice.replace_advice(tx, region, org_id, new)
        await record(tx, work.caller, "majors.advised", subject_id=work.id, facts=work.result)


def _row(subject: Subject, found: Advice) -> dict[str, Any]:
    draft = found.signal == "retire"
    return {
        **asdict(subject),
        "id": new_id(),
        "signal": found.signal,
        "state": "draft" if draft else "published",
        "reasons": [asdict(reason) for reason in found.reasons],
        "numbers": found.numbers,
    }


async def _open_draft(desk: LabourDesk, advice_id: UUID) -> Row:
    found = await advice.find_advice(desk.tx, advice_id)
    if found is None or desk.org_id not in {found["org_id"], found["school_id"]}:
        raise AdviceNotFoundError(advice_id=str(advice_id))
    if found["state"] != "draft":
        raise AdviceDecidedError
    return found


async def state_position(desk: LabourDesk, advice_id: UUID, *, agrees: bool, reason: str) -> Row:
    """Keep what the school thinks of a draft about its own major."""
    found = await _open_draft(desk, advice_id)
    if desk.org_id != found["school_id"]:
        raise ForbiddenError(needs="the school of this major (该专业所在学校)")
    told = {"agrees": agrees, "reason": reason, "at": desk.now.isoformat()}
    await advice.change_advice(desk.tx, advice_id, {"position": told})
    facts = {"agrees": agrees}
    await record(desk.tx, desk.caller, "advice.answered", subject_id=advice_id, facts=facts)
    return await _found(desk, advice_id)


async def decide_advice(desk: LabourDesk, advice_id: UUID, *, publish: bool, reason: str) -> Row:
    """Publish or reject a draft, after the school has been heard."""
    found = await _open_draft(desk, advice_id)
    if desk.org_id != found["org_id"]:
        raise ForbiddenError(needs="the authority that computed it (作出建议的主管部门)")
    if found["position"] is None:
        raise SchoolNotHeardError
    told = {"publish": publish, "reason": reason, "at": desk.now.isoformat()}
    values: dict[str, Any] = {"decision": told, "state": "rejected"}
    if publish:
        await advice.supersede(
            desk.tx, found["region_code"], desk.org_id, found, states=["published"]
        )
        values |= {"state": "published", "published_at": desk.now}
        payload = {"major_code": found["major_code"], "signal": found["signal"]}
        await emit(desk.tx, [Event(ADVICE_PUBLISHED, advice_id, None, payload)], to=[])
    await advice.change_advice(desk.tx, advice_id, values)
    facts = {"publish": publish}
    await record(desk.tx, desk.caller, "advice.decided", subject_id=advice_id, facts=facts)
    return await _found(desk, advice_id)


async def _found(desk: LabourDesk, advice_id: UUID) -> Row:
    found = await advice.find_advice(desk.tx, advice_id)
    assert found is not None, "it was just changed"
    return found
