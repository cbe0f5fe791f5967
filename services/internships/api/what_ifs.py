"""What-ifs of a solved round over HTTP, and changes carried out before it is published."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request, Response

from services.internships.api.callers import (
    AsStudent,
    BatchKeeper,
    PlacementReader,
    Wisher,
    school_of,
)
from services.internships.contract.addresses import ROOM
from services.internships.contract.round_checks import OwnWhatIfIn, RoundChangeIn, WhatIfIn
from services.internships.flows.ask_what_if import ask_office, ask_own
from services.internships.flows.change_round import change_round
from services.internships.flows.publish_round import load_round
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.jobs.queue import JobAccepted, accepted

router = new_router("rounds")


@router.post("/rounds/{round_id}/what-if", status_code=202, dependencies=[Keyed])
async def ask_what_if(
    round_id: UUID, body: WhatIfIn, caller: PlacementReader, tx: InTx, response: Response
) -> JobAccepted:
    """Ask who would move if one thing changed; nothing is changed."""
    found = await load_round(tx, school_of(caller), round_id)
    job_id = await ask_office(tx, caller, found, told=body.model_dump(mode="json"))
    return accepted(response, ROOM, job_id)


@router.post("/rounds/{round_id}/what-if/me", status_code=202, dependencies=[Keyed])
async def ask_own_what_if(
    round_id: UUID,
    body: OwnWhatIfIn,
    caller: Wisher,
    student: AsStudent,
    tx: InTx,
    response: Response,
) -> JobAccepted:
    """Ask where one would be with another grade, other wishes, or one more seat somewhere."""
    found = await load_round(tx, school_of(caller), round_id)
    job_id = await ask_own(tx, caller, found, student=student, told=body.model_dump(mode="json"))
    return accepted(response, ROOM, job_id)


@router.post("/rounds/{round_id}/changes", status_code=202, dependencies=[Keyed])
async def change_solved_round(
    round_id: UUID,
    body: RoundChangeIn,
    caller: BatchKeeper,
    tx: InTx,
    request: Request,
    response: Response,
) -> JobAccepted:
    """Carry one change out before publication: the round is solved again, with its proof."""
    found = await load_round(tx, school_of(caller), round_id, lock=True)
    now = request.app.state.clock()
    job_id = await change_round(tx, caller, found, told=body.model_dump(mode="json"), now=now)
    return accepted(response, ROOM, job_id)
