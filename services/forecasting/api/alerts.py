"""Warnings over HTTP: what holds, its evidence, and the record of all of them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from services.forecasting.api.names import occupation_name, region_name
from services.forecasting.contract.gaps import (
    AlertKindName,
    AlertLevelName,
    AlertOut,
    AlertRecordOut,
    AlertStateName,
)
from services.forecasting.domain.alert_record import Trial, score_trials
from services.forecasting.domain.organisation import region_named
from services.forecasting.store import gaps
from services.forecasting.store.rows import Row
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx
from shared.http.service import new_router
from shared.kernel.clock import china_day
from shared.kernel.errors import NotFoundError

router = new_router("warnings")

Place = Annotated[str | None, Query(pattern=r"^\d{2}(\d{2}){0,2}$", description="GB/T 2260")]


def _alert(row: Row, today: date) -> AlertOut:
    over = row["state"] == "active" and row["expires_on"] < today
    told = {"state": "ended", "end_reason": "expired"} if over else {}
    return AlertOut.model_validate(
        {
            **row,
            **told,
            "region_name": region_name(row["region_code"]),
            "occupation_name": occupation_name(row["occupation_code"]),
        }
    )


@router.get("/alerts")
async def list_alerts(
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
    region: Place = None,
    occupation: Annotated[str | None, Query(max_length=12)] = None,
    state: Annotated[AlertStateName | None, Query()] = None,
    kind: Annotated[AlertKindName | None, Query()] = None,
    level: Annotated[AlertLevelName | None, Query()] = None,
) -> Page[AlertOut]:
    """Return warnings of a region and below, the newest first."""
    today = china_day(request.app.state.clock())
    asked = {"occupation_code": occupation, "kind": kind, "level": level}
    rows = await gaps.list_alerts(
        tx,
        today=today,
        state=state,
        region=None if region is None else region_named(region),
        exactly={name: value for name, value in asked.items() if value is not None},
        after=UUID(paging.after[0]) if paging.after else None,
        limit=paging.limit,
    )
    shown, following = cut_page(
        rows, asked=paging, key=lambda row: (row["id"],), request=request, response=response
    )
    return Page(items=[_alert(row, today) for row in shown], next=following)


@router.get("/alerts/record")
async def read_alert_record(
    tx: InTx,
    region: Place = None,
    kind: Annotated[AlertKindName | None, Query()] = None,
) -> AlertRecordOut:
    """Return how good warnings have been: Brier, onsets, exits and the reliability curve."""
    place = None if region is None else region_named(region)
    rows = await gaps.list_trials(tx, place, kind)
    settled = [
        Trial(row["probability"], row["before"], row["outcome"])
        for row in rows
        if row["outcome"] is not None
    ]
    return AlertRecordOut.model_validate({**asdict(score_trials(settled)), "trials": len(rows)})


@router.get("/alerts/{alert_id}")
async def read_alert(alert_id: UUID, tx: InTx, request: Request) -> AlertOut:
    """Return one warning."""
    found = await gaps.find_alert(tx, alert_id)
    if found is None:
        raise NotFoundError(alert_id=str(alert_id))
    return _alert(found, china_day(request.app.state.clock()))
