"""Shortage catalogues over HTTP: published editions for all, drafts for their authority."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Query, Request, Response

from services.forecasting.api.labour_desks import AtShortageDesk
from services.forecasting.api.names import occupation_name, region_name
from services.forecasting.contract.addresses import ROOM
from services.forecasting.contract.shortages import (
    BadgeOut,
    BadgesOut,
    CatalogueDiffOut,
    CatalogueLineOut,
    CatalogueLinesOut,
    CatalogueOut,
    CataloguesInForceOut,
    DraftIn,
    EntryIn,
    InForceOut,
    NamedOccupationOut,
    PublicationIn,
    ReviewIn,
    ShortageEntryOut,
)
from services.forecasting.domain.organisation import NATION, region_named
from services.forecasting.domain.shortage import diff_codes
from services.forecasting.flows import keep_shortages
from services.forecasting.store import shortages
from services.forecasting.store.rows import Row
from shared.catalogues.regions import lineage_of
from shared.db.session import Tx
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.http.versions import SeenVersion, set_etag
from shared.jobs.queue import JobAccepted, accepted, start_job

router = new_router("shortage catalogues")

REGION = r"^\d{2}(\d{2}){0,2}$"
AsOf = Annotated[date | None, Query(description="default: today in China")]


def _named(code: str) -> NamedOccupationOut:
    return NamedOccupationOut(code=code, name=occupation_name(code))


async def _whole(tx: Tx, row: Row, response: Response) -> CatalogueOut:
    set_etag(response, row["version"])
    entries = await shortages.list_entries(tx, row["id"], listed_only=row["state"] == "published")
    return CatalogueOut.model_validate(
        {
            **row,
            "region_name": region_name(row["region_code"]),
            "entries": [
                ShortageEntryOut.model_validate(
                    {**entry, "occupation_name": occupation_name(entry["occupation_code"])}
                )
                for entry in entries
            ],
        }
    )


@router.get("/shortage-catalogues")
async def list_shortage_catalogues(
    tx: InTx,
    region: Annotated[
        str | None, Query(pattern=REGION, description="this place and those it lies in")
    ] = None,
) -> CatalogueLinesOut:
    """Return published catalogues, the newest first."""
    rows = await shortages.list_published(tx, None if region is None else _around(region))
    return CatalogueLinesOut(
        items=[
            CatalogueLineOut.model_validate({**row, "region_name": region_name(row["region_code"])})
            for row in rows
        ]
    )


def _around(region: str) -> list[str]:
    return [NATION, *(each.code for each in lineage_of(region_named(region)))]


@router.get("/shortage-catalogues/badges")
async def read_shortage_badges(
    tx: InTx,
    request: Request,
    region: Annotated[str, Query(pattern=REGION)],
    occupation: Annotated[str, Query(max_length=12)],
    as_of: AsOf = None,
) -> BadgesOut:
    """Return the catalogues in force that list an occupation for a place, the nearest first."""
    on = as_of or keep_shortages.today(request.app.state.clock)
    around = _around(region)
    rows = await shortages.list_badges(tx, around, occupation, on=on)
    rows.sort(key=lambda row: around.index(row["region_code"]), reverse=True)
    return BadgesOut(
        items=[
            BadgeOut.model_validate({**row, "region_name": region_name(row["region_code"])})
            for row in rows
        ]
    )


@router.get("/shortage-catalogues/in-force")
async def list_shortages_in_force(
    tx: InTx, request: Request, as_of: AsOf = None
) -> CataloguesInForceOut:
    """Return what every region lists on a day: one answer badges a whole list of posts."""
    on = as_of or keep_shortages.today(request.app.state.clock)
    rows = await shortages.list_in_force(tx, on)
    return CataloguesInForceOut(
        as_of=on,
        items=[
            InForceOut.model_validate({**row, "region_name": region_name(row["region_code"])})
            for row in rows
        ],
    )


@router.get("/shortage-catalogues/{region}")
async def read_shortage_catalogue(
    region: str, tx: InTx, request: Request, response: Response, as_of: AsOf = None
) -> CatalogueOut:
    """Return the edition of a region that is in force on a day."""
    on = as_of or keep_shortages.today(request.app.state.clock)
    return await _whole(tx, await keep_shortages.edition_on(tx, region, on), response)


@router.get("/shortage-catalogues/{region}/diff")
async def diff_shortage_catalogues(
    region: str,
    tx: InTx,
    before: Annotated[int, Query(ge=1)],
    after: Annotated[int, Query(ge=1)],
) -> CatalogueDiffOut:
    """Return which occupations came and went from one edition to another."""
    old = await keep_shortages.edition_numbered(tx, region, before)
    new = await keep_shortages.edition_numbered(tx, region, after)
    changed = diff_codes(
        await shortages.listed_codes(tx, old["id"]), await shortages.listed_codes(tx, new["id"])
    )
    return CatalogueDiffOut(
        region_code=old["region_code"],
        before=before,
        after=after,
        added=[_named(code) for code in changed.added],
        removed=[_named(code) for code in changed.removed],
        kept_total=len(changed.kept),
    )


@router.post("/shortage-catalogues/{region}/drafts", status_code=202, dependencies=[Keyed])
async def draft_shortage_catalogue(
    region: str, body: DraftIn, desk: AtShortageDesk, response: Response
) -> JobAccepted:
    """Compute a draft for the authority's region; a job does it."""
    told = await keep_shortages.ask_draft(desk, region, body.as_of)
    job_id = await start_job(desk.tx, desk.caller, keep_shortages.KIND, told)
    return accepted(response, ROOM, job_id)


@router.get("/shortage-catalogues/{region}/draft")
async def read_shortage_draft(
    region: str, desk: AtShortageDesk, response: Response
) -> CatalogueOut:
    """Return the authority's open draft, with what was computed for every occupation."""
    return await _whole(desk.tx, await keep_shortages.own_draft(desk, region), response)


@router.delete("/shortage-catalogues/{region}/draft", status_code=204)
async def remove_shortage_draft(region: str, desk: AtShortageDesk) -> None:
    """Take the open draft away."""
    await keep_shortages.remove_draft(desk, region)


@router.put("/shortage-catalogues/{region}/draft/entries/{occupation}")
async def put_shortage_entry(
    region: str,
    occupation: str,
    body: EntryIn,
    desk: AtShortageDesk,
    seen: SeenVersion,
    response: Response,
) -> CatalogueOut:
    """List an occupation or take it off, for a reason."""
    row = await keep_shortages.decide_entry(
        desk, region, occupation, listed=body.listed, reason=body.reason, seen=seen
    )
    return await _whole(desk.tx, row, response)


@router.post("/shortage-catalogues/{region}/draft/review", dependencies=[Keyed])
async def review_shortage_draft(
    region: str, body: ReviewIn, desk: AtShortageDesk, seen: SeenVersion, response: Response
) -> CatalogueOut:
    """Say that the draft has been reviewed."""
    row = await keep_shortages.review_draft(desk, region, note=body.note, seen=seen)
    return await _whole(desk.tx, row, response)


@router.post("/shortage-catalogues/{region}/draft/publish", dependencies=[Keyed])
async def publish_shortage_draft(
    region: str, body: PublicationIn, desk: AtShortageDesk, seen: SeenVersion
) -> CatalogueLineOut:
    """Publish the reviewed draft as the region's next edition."""
    published = await keep_shortages.publish_draft(
        desk, region, in_force_from=body.in_force_from, seen=seen
    )
    rows = await shortages.list_published(desk.tx, [region_named(region)])
    row = next(row for row in rows if row["id"] == published)
    return CatalogueLineOut.model_validate({**row, "region_name": region_name(row["region_code"])})
