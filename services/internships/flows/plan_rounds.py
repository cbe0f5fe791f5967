"""Several rounds of one batch: who keeps what, and when the next one may begin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import numpy as np

from matching.rounds import Choice
from services.internships.domain.clearing_rules import rules_of
from services.internships.domain.placement import (
    PlacementState,
    require_in_time,
    require_placement,
)
from services.internships.domain.round import (
    AnswersOpenError,
    NoNextRoundError,
    RoundBetweenError,
)
from services.internships.engine.clearing import Market
from services.internships.flows.keep_rules import Kept
from services.internships.store import batches, kept_places, rounds
from services.internships.store.placements import change_placement
from services.internships.store.rows import Row
from shared.db.session import Tx
from shared.events.audit import record
from shared.http.caller import Caller

_HELD = frozenset({"accepted", "started", "assessed", "ended"})
FLOAT = "float"


async def require_answers(tx: Tx, batch: Row, *, now: datetime) -> None:
    """Refuse the next round while a proposal may still be answered; end those that were not."""
    until = await kept_places.find_unanswered(tx, batch["id"], now)
    if until is not None:
        raise AnswersOpenError(until=until.isoformat())
    await kept_places.expire_unanswered(tx, batch["id"])


async def refuse_between(tx: Tx, placement: Row) -> None:
    """Refuse an answer while the next round is being settled: the place may be given on."""
    if placement["batch_id"] and await rounds.is_clearing(tx, placement["batch_id"]):
        raise RoundBetweenError


async def keep_and_float(tx: Tx, caller: Caller, placement: Row, *, now: datetime) -> Row:
    """Keep a proposed place while the next round may give an earlier wish."""
    require_placement(placement, PlacementState.PROPOSED)
    require_in_time(placement, now)
    await refuse_between(tx, placement)
    batch = await batches.find_batch(tx, placement["batch_id"])
    last = await rounds.find_round_of(tx, placement["batch_id"])
    assert batch is not None, "a placement belongs to a batch"
    if last is None or last["number"] >= rules_of(batch["clearing"]).rounds:
        raise NoNextRoundError
    await record(tx, caller, "placement.floated", subject_id=placement["id"])
    return await change_placement(tx, placement["id"], {"keeps": FLOAT})


async def load_kept(tx: Tx, batch_id: UUID, number: int) -> dict[UUID, Kept] | None:
    """Return what each student did with the last place; None in the first round.

    Who accepted freezes, who floats floats, who declined leaves; who let the time pass takes part
    again and keeps nothing.
    """
    if number == 1:
        return None
    return {row["student_id"]: _kept(row) for row in await kept_places.list_last(tx, batch_id)}


def _kept(row: Row) -> Kept:
    if row["state"] in _HELD:
        return Kept(row["post_id"], Choice.FREEZE)
    if row["state"] == PlacementState.PROPOSED and row["keeps"] == FLOAT:
        return Kept(row["post_id"], Choice.FLOAT)
    left = row["state"] == PlacementState.DECLINED
    return Kept(None, Choice.LEAVE if left else Choice.OPEN)


def hold_kept_seats(
    market: Market,
    kept: dict[UUID, Kept] | None,
    *,
    entrants: Sequence[Row],
    offered: Sequence[Row],
) -> Market:
    """Return the market with a seat for every kept place, and none that somebody outside holds."""
    if kept is None:
        return market
    inside = {student["id"] for student in entrants}
    taken, gone = Counter[UUID | None](), Counter[UUID | None]()
    for student_id, each in kept.items():
        (taken if student_id in inside else gone)[each.post_id] += 1
    seats = [
        max(seats - gone[post["id"]], taken[post["id"]])
        for post, seats in zip(offered, market.seats.tolist(), strict=True)
    ]
    return replace(market, seats=np.array(seats, dtype=np.int64))
