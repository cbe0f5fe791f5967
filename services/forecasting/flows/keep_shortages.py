"""An authority keeps its shortage catalogue: computed, reviewed by people, published, dated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from services.forecasting.contract.labour_events import CATALOGUE_PUBLISHED
from services.forecasting.domain.organisation import region_named
from services.forecasting.domain.pipeline import rows_of_place
from services.forecasting.domain.setting import setting_of
from services.forecasting.domain.shortage import (
    INDICATORS,
    QUARTERS,
    Entry,
    ShortageCatalogueNotFoundError,
    ShortageDraftOpenError,
    ShortageEmptyError,
    ShortageNotReviewedError,
    judge,
    quarters_by_occupation,
)
from services.forecasting.flows.labour_desk import LabourDesk
from services.forecasting.store import reports, shortages
from services.forecasting.store.rows import Row
from shared.catalogues.occupations import find_occupation
from shared.catalogues.regions import find_region
from shared.db.session import Tx
from shared.events.audit import record
from shared.events.outbox import Event, emit
from shared.http.versions import expect_version
from shared.jobs.worker import Work
from shared.kernel.clock import CHINA, Clock, china_day
from shared.kernel.errors import Fault, InvalidInputError, NotFoundError, Text
from shared.kernel.ids import new_id

KIND = "shortage.draft"


async def ask_draft(desk: LabourDesk, region: str, as_of: date | None) -> dict[str, Any]:
    """Return what the job needs; refuse a place that is not the authority's, or a second draft."""
    place = region_named(region)
    own = await desk.authority_for(place)
    if await shortages.find_draft(desk.tx, place, own.id) is not None:
        raise ShortageDraftOpenError
    day = as_of or desk.today
    if day > desk.today:
        said = Text("日期不能晚于今天", "this day is not in the future")
        raise InvalidInputError(faults=[Fault("day_in_future", said, "/as_of")])
    return {"region": place, "as_of": day.isoformat(), "org_name": own.name}


async def draft_catalogue(work: Work, *, clock: Clock) -> None:
    """Compute a draft from what was known on its day."""
    told = work.input
    region, day = told["region"], date.fromisoformat(told["as_of"])
    until = min(clock(), datetime.combine(day, time.max, tzinfo=CHINA))
    async with work.begin() as tx:
        rows = await reports.newest_rows(tx, "market", region, until=until)
        run_id, gaps = await shortages.gap_probabilities(tx, region)
        last = await shortages.find_in_force(tx, region, day)
        before = await shortages.listed_codes(tx, last["id"]) if last else frozenset[str]()
    if not rows and not gaps:
        raise ShortageEmptyError(region=region)
    enter = setting_of("shortage.indicators_min", region, day)
    stay = setting_of("shortage.indicators_stay", region, day)
    entries = judge(
        quarters_by_occupation(rows_of_place(rows, region, "occupation_code")),
        gaps,
        before=before,
        enter=int(enter.value),
        stay=int(stay.value),
    )
    values: dict[str, Any] = {
        "id": work.id,
        "org_id": work.caller.org_id,
        "org_name": told["org_name"],
        "region_code": region,
        "name": _title(region),
        "state": "draft",
        "as_of": day,
        "method": {
            "indicators": {name: asdict(text) for name, text in INDICATORS.items()},
            "quarters": QUARTERS,
            "enter": enter.told(),
            "stay": stay.told(),
            "gap_run_id": str(run_id) if run_id else None,
            "edition_before": last["edition"] if last else None,
        },
    }
    listed = sum(entry.listed for entry in entries)
    work.result = {"catalogue_id": str(work.id), "entries": len(entries), "listed": listed}
    async with work.finishing() as tx:
        if await shortages.find_draft(tx, region, values["org_id"]) is not None:
            raise ShortageDraftOpenError
        await shortages.add_catalogue(tx, values, [_row(values, entry) for entry in entries])
        await record(tx, work.caller, "shortage.drafted", subject_id=work.id)


def _title(region: str) -> str:
    found = find_region(region)
    return f"{found.name if found else '全国'}急需紧缺职业（工种）目录"


def _row(catalogue: Mapping[str, Any], entry: Entry) -> dict[str, Any]:
    return {
        "id": new_id(),
        "catalogue_id": catalogue["id"],
        "org_id": catalogue["org_id"],
        "occupation_code": entry.occupation_code,
        "listed": entry.listed,
        "origin": entry.origin,
        "indicators": [{**asdict(each), "met": each.met} for each in entry.indicators],
        "met": entry.met,
        "known": entry.known,
    }


async def own_draft(desk: LabourDesk, region: str, *, lock: bool = False) -> Row:
    """Return the authority's open draft of a region."""
    place = region_named(region)
    found = await shortages.find_draft(desk.tx, place, desk.org_id, lock=lock)
    if found is None:
        raise ShortageCatalogueNotFoundError(region=place)
    return found


async def decide_entry(
    desk: LabourDesk, region: str, occupation: str, *, listed: bool, reason: str, seen: int
) -> Row:
    """List an occupation or take it off, for a reason; the draft is reviewed anew."""
    draft = await own_draft(desk, region, lock=True)
    expect_version(seen=seen, current=draft["version"])
    if find_occupation(occupation) is None:
        raise NotFoundError(occupation=occupation)
    told = {
        "listed": listed,
        "origin": "added" if listed else "removed",
        "reason": reason,
        "changed_by": desk.caller.subject,
    }
    found = await shortages.find_entry(desk.tx, draft["id"], occupation)
    if found is None:
        values = {
            "id": new_id(),
            "catalogue_id": draft["id"],
            "org_id": desk.org_id,
            "occupation_code": occupation,
            "indicators": [],
            "met": 0,
            "known": 0,
        }
        await shortages.add_entry(desk.tx, {**values, **told})
    else:
        await shortages.change_entry(desk.tx, found["id"], told)
    values = {"state": "draft", "updated_at": desk.now, "reviewed_by": None, "review_note": None}
    await shortages.change_catalogue(desk.tx, draft["id"], values)
    facts = {"occupation": occupation, "listed": listed}
    await record(desk.tx, desk.caller, "shortage.decided", subject_id=draft["id"], facts=facts)
    return await own_draft(desk, region)


async def review_draft(desk: LabourDesk, region: str, *, note: str, seen: int) -> Row:
    """Say that a person has gone through the draft."""
    draft = await own_draft(desk, region, lock=True)
    expect_version(seen=seen, current=draft["version"])
    values = {
        "state": "reviewed",
        "review_note": note,
        "reviewed_by": desk.caller.subject,
        "updated_at": desk.now,
    }
    await shortages.change_catalogue(desk.tx, draft["id"], values)
    await record(desk.tx, desk.caller, "shortage.reviewed", subject_id=draft["id"])
    return await own_draft(desk, region)


async def publish_draft(desk: LabourDesk, region: str, *, in_force_from: date, seen: int) -> UUID:
    """Publish a reviewed draft as the region's next edition; returns its id."""
    place = region_named(region)
    await desk.authority_for(place)
    draft = await own_draft(desk, region, lock=True)
    expect_version(seen=seen, current=draft["version"])
    if draft["state"] != "reviewed":
        raise ShortageNotReviewedError
    edition = await shortages.last_edition(desk.tx, place) + 1
    values = {
        "state": "published",
        "edition": edition,
        "in_force_from": in_force_from,
        "published_at": desk.now,
        "updated_at": desk.now,
    }
    await shortages.change_catalogue(desk.tx, draft["id"], values)
    listed = sorted(await shortages.listed_codes(desk.tx, draft["id"]))
    payload = {
        "region_code": place,
        "edition": edition,
        "in_force_from": in_force_from.isoformat(),
        "occupation_codes": listed,
    }
    await emit(
        desk.tx, [Event(CATALOGUE_PUBLISHED, draft["id"], None, payload)], to=["internships"]
    )
    facts = {"edition": edition, "listed": len(listed)}
    await record(desk.tx, desk.caller, "shortage.published", subject_id=draft["id"], facts=facts)
    return draft["id"]


async def remove_draft(desk: LabourDesk, region: str) -> None:
    """Take the open draft away."""
    draft = await own_draft(desk, region, lock=True)
    await shortages.remove_draft(desk.tx, draft["id"])
    await record(desk.tx, desk.caller, "shortage.removed", subject_id=draft["id"])


async def edition_on(tx: Tx, region: str, on: date) -> Row:
    """Return the edition of a region that holds on a day."""
    place = region_named(region)
    found = await shortages.find_in_force(tx, place, on)
    if found is None:
        raise ShortageCatalogueNotFoundError(region=place)
    return found


async def edition_numbered(tx: Tx, region: str, edition: int) -> Row:
    """Return a published edition by its number."""
    place = region_named(region)
    found = await shortages.find_edition(tx, place, edition)
    if found is None:
        raise ShortageCatalogueNotFoundError(region=place)
    return found


def today(clock: Clock) -> date:
    """Return the day in China."""
    return china_day(clock())
