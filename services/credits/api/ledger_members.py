"""The log and its members over HTTP: proofs for whom they concern, witnesses, cosignatures."""

from __future__ import annotations

import base64
from typing import Annotated
from uuid import UUID

from fastapi import Request, Security
from starlette.responses import Response

from services.credits.api.callers import OFFICE, is_student
from services.credits.contract.ledger import (
    CosignatureIn,
    CosignatureOut,
    InclusionOut,
    LogIn,
    LogOut,
    WitnessesOut,
    WitnessIn,
    WitnessOut,
)
from services.credits.domain.ledger_errors import LedgerTransactionNotFoundError
from services.credits.domain.witnessing import CheckpointStaleError, CheckpointUnreadableError
from services.credits.flows import cosign_ledger, read_ledger
from services.credits.store import ledger_reading, ledger_tree
from shared.http.caller import Caller, SignedIn, caller_with_scopes
from shared.http.outside import expect_public
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.kernel.errors import ForbiddenError

router = new_router("ledger")

_BODY_BYTES_MAX = 64 * 1024
Member = Annotated[Caller, Security(caller_with_scopes, scopes=[OFFICE])]


@router.get("/ledger/transactions/{transaction_id}/proof")
async def prove_transaction(transaction_id: UUID, caller: SignedIn, tx: InTx) -> InclusionOut:
    """Return the proof that a transaction is in the log, and what opens its commitment."""
    rows = await ledger_reading.read_transactions(tx, [transaction_id])
    row = rows.get(transaction_id)
    if row is None or (is_student(caller) and row["holder"] != caller.member_no):
        raise LedgerTransactionNotFoundError(transaction_id=str(transaction_id))
    found = await read_ledger.inclusion(tx, transaction_id)
    if found is None:
        raise LedgerTransactionNotFoundError(transaction_id=str(transaction_id), leaf=None)
    return InclusionOut(
        index=found.index,
        commitment=found.commitment.hex(),
        record=found.record.decode(),
        nonce=found.nonce.hex,
        proof=[base64.b64encode(each).decode() for each in found.proof],
        checkpoint=found.checkpoint,
        tlog_proof=found.text(),
    )


@router.get("/ledger/witnesses")
async def list_witnesses(tx: InTx, request: Request) -> WitnessesOut:
    """Return the members that cosign, and this platform's own key as a witness."""
    settings = request.app.state.settings
    own = cosign_ledger.witness_key(settings.secret, settings.public_url)
    items = [
        WitnessOut(id=row["id"], org_id=row["org_id"], vkey=row["vkey"], size=row["size"])
        for row in await ledger_tree.list_witnesses(tx)
    ]
    return WitnessesOut(items=items, own_vkey=str(own.verifier))


@router.post("/ledger/witnesses", status_code=201, dependencies=[Keyed])
async def register_witness(
    body: WitnessIn, caller: Member, tx: InTx, request: Request
) -> WitnessOut:
    """Register the key by which one's organisation cosigns checkpoints."""
    if caller.org_id is None:
        raise ForbiddenError(needs="an organisation (单位)")
    if body.url is not None:
        await expect_public(body.url, pointer="/url", resolve=request.app.state.resolve_host)
    witness_id = await cosign_ledger.register_witness(
        tx, caller.org_id, vkey=body.vkey, url=body.url
    )
    return WitnessOut(id=witness_id, org_id=caller.org_id, vkey=body.vkey, size=0)


@router.post("/ledger/cosignatures", status_code=201, dependencies=[Keyed])
async def bring_cosignature(body: CosignatureIn, caller: Member, tx: InTx) -> CosignatureOut:
    """Bring one's cosignature of a checkpoint, where the log cannot come for it."""
    if caller.org_id is None:
        raise ForbiddenError(needs="an organisation (单位)")
    await cosign_ledger.take_cosignature(tx, caller.org_id, size=body.size, line=body.line)
    return CosignatureOut(size=body.size)


@router.post("/ledger/logs", status_code=201, dependencies=[Keyed])
async def register_log(body: LogIn, caller: SignedIn, tx: InTx) -> LogOut:
    """Register another platform's log, of which this one is to be a witness."""
    if not caller.is_platform:
        raise ForbiddenError(needs="operator")
    return LogOut(origin=await cosign_ledger.register_log(tx, vkey=body.vkey))


@router.post("/ledger/witness/add-checkpoint")
async def add_checkpoint(tx: InTx, request: Request) -> Response:
    """Cosign the checkpoint of a registered log, as c2sp.org/tlog-witness asks it."""
    content = await request.body()
    if len(content) > _BODY_BYTES_MAX:
        raise CheckpointUnreadableError
    try:
        body = content.decode()
    except UnicodeDecodeError as error:
        raise CheckpointUnreadableError from error
    settings = request.app.state.settings
    key = cosign_ledger.witness_key(settings.secret, settings.public_url)
    try:
        line = await cosign_ledger.cosign_checkpoint(
            tx, body, key=key, now=request.app.state.clock()
        )
    except CheckpointStaleError as error:
        # The standard's own answer: the size, by which the log asks again.
        size = f"{error.facts['size']}\n"
        return Response(size, status_code=409, media_type="text/x.tlog.size")
    return Response(line, media_type="text/plain; charset=utf-8")
