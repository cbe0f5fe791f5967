"""Clearing: the round solved by the worker, its certificate checked from outside, published."""

from __future__ import annotations

import asyncio
from typing import Any

from gateway.demo.certificate import check_certificate
from gateway.demo.door import DemoJobError, expect
from gateway.demo.progress import Figures
from gateway.demo.steps_batches import Batch


async def clear_batch(batch: Batch, *, figures: Figures) -> str:
    """Close a batch, let the worker clear it, count the result; return the round's id."""
    actor = batch.member.actor
    await actor.post(f"{batch.path}/close")
    started = await actor.post(f"{batch.path}/rounds")
    result = await actor.ended(started["location"], like="rounds")
    numbers: dict[str, Any] = result["numbers"]
    figures.add("rounds")
    figures.add("placed", numbers["placed"])
    figures.add("first wish", numbers["first_wish"])
    figures.add("top three", numbers["top_three"])
    figures.blocking_pairs += numbers["blocking_pairs"]
    return str(started["round_id"])


async def check_round(batch: Batch, round_id: str, *, figures: Figures) -> None:
    """Download a round's certificate and check it as an outsider would."""
    actor = batch.member.actor
    told = await actor.get(f"/v1/rounds/{round_id}")
    answer = expect(await actor.call("GET", f"/v1/rounds/{round_id}/certificate"))
    found = await asyncio.to_thread(check_certificate, answer.content, told["seed_commitment"])
    figures.blocking_pairs += found.blocking_pairs
    if not found.holds:
        raise DemoJobError(kind="certificate", reason=str(found))
    figures.certificates += 1


async def publish_round(batch: Batch, round_id: str) -> None:
    """Make a round known: every placed student is proposed a placement."""
    await batch.member.actor.post(f"/v1/rounds/{round_id}/publish")
