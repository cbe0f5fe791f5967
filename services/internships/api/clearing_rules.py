"""The rules of a batch's rounds over HTTP."""

from __future__ import annotations

from uuid import UUID

from fastapi import Response

from services.internships.api.batches import visible_batch
from services.internships.api.callers import BatchKeeper, is_student, school_of
from services.internships.contract.clearing import ClearingIn, ClearingOut
from services.internships.flows.keep_batches import load_batch
from services.internships.flows.keep_rules import keep_rules
from services.internships.store.rows import Row
from shared.http.caller import Caller, SignedIn
from shared.http.route import InTx
from shared.http.service import new_router
from shared.http.versions import SeenVersion, set_etag

router = new_router("rounds")


@router.get("/batches/{batch_id}/clearing")
async def read_clearing(
    batch_id: UUID, caller: SignedIn, tx: InTx, response: Response
) -> ClearingOut:
    """Return how a batch's wishes are cleared; students read it before they wish."""
    return _shown(await visible_batch(tx, caller, batch_id), caller, response)


@router.put("/batches/{batch_id}/clearing")
async def put_clearing(
    batch_id: UUID,
    body: ClearingIn,
    caller: BatchKeeper,
    seen: SeenVersion,
    tx: InTx,
    response: Response,
) -> ClearingOut:
    """Say how a batch's wishes are cleared; what students rely on changes in a draft only."""
    batch = await load_batch(tx, school_of(caller), batch_id, lock=True)
    told = body.model_dump(mode="json")
    return _shown(await keep_rules(tx, caller, batch, told=told, seen=seen), caller, response)


def _shown(batch: Row, caller: Caller, response: Response) -> ClearingOut:
    set_etag(response, batch["version"])
    rules = ClearingIn.model_validate(batch["clearing"])
    # Who wants to stay with whom is between these students and their office.
    office = batch["school_id"] == caller.org_id and not is_student(caller)
    told = {**rules.model_dump(), "groups": len(rules.together)}
    return ClearingOut.model_validate(told if office else {**told, "together": []})
