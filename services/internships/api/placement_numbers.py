"""Placements in numbers: how many, where they stand, which papers lack."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request

from services.internships.api.callers import PlacementReader, school_of
from services.internships.contract.placements import PlacementNumbersOut
from services.internships.store import placements
from shared.http.route import InTx
from shared.http.service import new_router

router = new_router("placements")


@router.get("/placements/numbers")
async def read_placement_numbers(
    caller: PlacementReader,
    tx: InTx,
    request: Request,
    batch: UUID | None = None,
    class_name: Annotated[str | None, Query(max_length=80)] = None,
    major: Annotated[str | None, Query(max_length=16, description="code or its beginning")] = None,
) -> PlacementNumbersOut:
    """Count a school's placements by state, and by the paper that lacks before the first day."""
    row = await placements.count_placements(
        tx,
        placements.of_school(school_of(caller)),
        placements.Sought(batch, class_name, major),
        now=request.app.state.clock(),
    )
    told = {name.partition("_"): count for name, count in row.items()}
    return PlacementNumbersOut.model_validate(
        {
            "total": row["total"],
            "by_state": {name: n for (kind, _, name), n in told.items() if kind == "state"},
            "lacking": {name: n for (kind, _, name), n in told.items() if kind == "lacks"},
        }
    )
