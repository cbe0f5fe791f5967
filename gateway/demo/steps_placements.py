"""Acceptances: most students sign, the school's office enters what they signed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from random import Random

from gateway.demo.progress import Figures
from gateway.demo.steps_batches import Batch

# The others decline or have not answered yet: their seats stay open to them for some days.
ACCEPTING_SHARE = 0.96


async def accept_placements(
    batch: Batch, *, on: date, figures: Figures, leave_open: Collection[str] = ()
) -> None:
    """Enter the acceptances of a published batch; students in `leave_open` answer by themselves."""
    actor = batch.member.actor
    proposed = await actor.pages("/v1/placements", batch=batch.id, state="proposed")
    items = [
        {
            "placement_id": each["id"],
            "signed_on": on.isoformat(),
            "share_consent_signed_on": on.isoformat(),
        }
        for each in proposed
        if each["enrolment_no"] not in leave_open and _signs(each["enrolment_no"])
    ]
    if items:
        told = await actor.post(f"{batch.path}/acceptances", {"items": items})
        figures.add("accepted", told["accepted"])


def _signs(number: str) -> bool:
    """Whether a student signs: the same student decides alike in every run."""
    return Random(number).random() < ACCEPTING_SHARE  # noqa: S311 - reproducible data
