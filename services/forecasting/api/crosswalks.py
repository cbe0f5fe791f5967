"""Crosswalks over HTTP: tables from one version of a classification to another."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from services.forecasting.api.dataset_shapes import ObservationWriter
from services.forecasting.contract.datasets import (
    CrosswalkIn,
    CrosswalkOut,
    CrosswalkRowOut,
    DimensionName,
    VersionName,
)
from services.forecasting.flows.keep_datasets import keep_crosswalk
from services.forecasting.store.crosswalks import list_links
from shared.http.caller import AnyCaller
from shared.http.route import InTx, Keyed
from shared.http.service import new_router

router = new_router("observations")

Version = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,16}$")]


@router.post("/crosswalks", status_code=201, dependencies=[Keyed])
async def create_crosswalk(body: CrosswalkIn, caller: ObservationWriter, tx: InTx) -> CrosswalkOut:
    """Keep a table; the shares of each old code add up to one. An earlier one is replaced."""
    await keep_crosswalk(tx, caller, told=body.model_dump())
    return await _table(
        tx, caller, body.dimension, from_version=body.from_version, to_version=body.to_version
    )


@router.get("/crosswalks/{dimension}/{from_version}/{to_version}")
async def read_crosswalk(
    dimension: DimensionName,
    from_version: Version,
    to_version: Version,
    caller: AnyCaller,
    tx: InTx,
) -> CrosswalkOut:
    """Return a table: one's own, else the platform's, else the first that was reported."""
    return await _table(tx, caller, dimension, from_version=from_version, to_version=to_version)


async def _table(
    tx: InTx,
    caller: AnyCaller,
    dimension: DimensionName,
    *,
    from_version: VersionName,
    to_version: VersionName,
) -> CrosswalkOut:
    rows = await list_links(
        tx,
        dimension=dimension,
        from_version=from_version,
        to_version=to_version,
        org_id=caller.org_id if caller else None,
    )
    return CrosswalkOut(
        dimension=dimension,
        from_version=from_version,
        to_version=to_version,
        rows=[CrosswalkRowOut.model_validate(row) for row in rows],
    )
