"""Pilots of 1+X certificates over HTTP: the register, its totals, what a school enters."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from services.credits.api.callers import Office, school_of
from services.credits.contract.certificate_pilots import (
    CertificatePilotIn,
    CertificatePilotOut,
    PilotEndIn,
    PilotTotalsOut,
)
from services.credits.flows import keep_pilots
from services.credits.store.rows import Row, page_rows
from services.credits.store.tables_pilots import certificate_pilots
from shared.http.caller import SignedIn
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.http.versions import SeenVersion, set_etag
from shared.kernel.clock import china_day

router = new_router("certificate-pilots")


def _shown(row: Row, response: Response | None = None) -> CertificatePilotOut:
    if response is not None:
        set_etag(response, row["version"])
    return CertificatePilotOut.model_validate({**row, "level": row["level"] or None})


@router.get("/certificate-pilots")
async def list_certificate_pilots(
    _caller: SignedIn,
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
    school: Annotated[UUID | None, Query()] = None,
    national: Annotated[bool | None, Query()] = None,
) -> Page[CertificatePilotOut]:
    """Return pilots of every school that run today, the newest first."""
    table = certificate_pilots.c
    exact = {table.school_id: school, table.national: national}
    where = [column == value for column, value in exact.items() if value is not None]
    today = china_day(request.app.state.clock())
    rows = await page_rows(
        tx,
        certificate_pilots,
        keep_pilots.running_on(today),
        *where,
        after=paging.after,
        limit=paging.limit,
    )
    cut, following = cut_page(
        rows, asked=paging, key=lambda row: (row["id"],), request=request, response=response
    )
    return Page(items=[_shown(row) for row in cut], next=following)


@router.get("/certificate-pilots/totals")
async def read_pilot_totals(_caller: SignedIn, tx: InTx, request: Request) -> PilotTotalsOut:
    """Return how many pilots run today, at how many institutions, how many of them national."""
    today = china_day(request.app.state.clock())
    return PilotTotalsOut.model_validate(await keep_pilots.count_pilots(tx, on=today))


@router.post("/certificate-pilots", status_code=201, dependencies=[Keyed])
async def enter_certificate_pilot(
    body: CertificatePilotIn, caller: Office, tx: InTx, request: Request, response: Response
) -> CertificatePilotOut:
    """Put a certificate on the list of pilots of the caller's school."""
    made = await keep_pilots.enter_pilot(
        tx,
        caller,
        school_of(caller),
        values=body.model_dump(),
        organisations=request.app.state.organisations,
    )
    return _shown(made, response)


@router.post("/certificate-pilots/{pilot_id}/end", dependencies=[Keyed])
async def end_certificate_pilot(
    pilot_id: UUID,
    body: PilotEndIn,
    caller: Office,
    seen: SeenVersion,
    tx: InTx,
    response: Response,
) -> CertificatePilotOut:
    """Let a pilot end on a day."""
    ended = await keep_pilots.end_pilot(
        tx, caller, school_of(caller), pilot_id=pilot_id, until_on=body.until_on, seen=seen
    )
    return _shown(ended, response)


@router.post("/certificate-pilots/{pilot_id}/count", dependencies=[Keyed])
async def count_certificate_pilot(
    pilot_id: UUID, caller: Office, tx: InTx, request: Request, response: Response
) -> CertificatePilotOut:
    """Count the certificates of a pilot that the school has registered; publish the number."""
    today = china_day(request.app.state.clock())
    counted = await keep_pilots.count_passed(
        tx, caller, school_of(caller), pilot_id=pilot_id, on=today
    )
    return _shown(counted, response)
