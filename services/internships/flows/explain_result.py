"""One student's result with the reason of each wish."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.internships.domain.round import ResultNotFoundError
from services.internships.domain.round_reason import explain_wish
from services.internships.flows.open_to_public import public_id_of
from services.internships.store import rounds
from services.internships.store.rows import Row
from shared.db.session import Tx


async def explain_result(tx: Tx, found: Row, student_id: UUID) -> dict[str, Any]:
    """Return why this student was placed where they were, wish by wish."""
    result = await rounds.find_result(tx, found["id"], student_id)
    if result is None:
        raise ResultNotFoundError
    cutoffs = await rounds.load_cutoffs(tx, found["id"], result["wish_post_ids"])
    reasons = await rounds.load_reasons(tx, found["id"], result["wish_reasons"])
    wishes = [
        explain_wish(result, place, cutoffs[post_id], reasons=reasons)
        for place, post_id in enumerate(result["wish_post_ids"], start=1)
    ]
    return {
        "round_id": found["id"],
        "student_id": student_id,
        "placed_rank": result["placed_rank"],
        "lottery": result["lottery"],
        "students": found["numbers"]["students"],
        "wishes": wishes,
        "lotteries": found["numbers"].get("lotteries"),
        "public_id": await public_id_of(tx, found, student_id),
    }
