"""Monthly payments over HTTP: recorded by the host, read by host, school and student."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import ColumnElement

from services.internships.api.callers import PlacementHost, school_of, student_if_one
from services.internships.contract.payments import PaymentIn, PaymentOut, PaymentRecordOut
from services.internships.domain.facts import Payee, PayMethod
from services.internships.domain.payment import Payment
from services.internships.domain.placement import PlacementNotFoundError
from services.internships.flows import record_payment
from services.internships.store import placements
from shared.db.session import Tx
from shared.events.audit import record
from shared.http.caller import Caller, SignedIn
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.http.versions import set_etag
from shared.kernel.errors import ForbiddenError

router = new_router("placements")


@router.post("/placements/{placement_id}/payments", status_code=201, dependencies=[Keyed])
async def add_payment(
    placement_id: UUID,
    body: PaymentIn,
    caller: PlacementHost,
    tx: InTx,
    request: Request,
    response: Response,
) -> PaymentOut:
    """Record what was paid for a month; a month recorded already is corrected with a reason."""
    if caller.org_id is None:
        raise ForbiddenError(needs="an enterprise (企业)")
    placement = await record_payment.load_hosted(tx, caller.org_id, placement_id)
    told = Payment(
        month=body.month,
        amount_fen=body.amount_fen,
        paid_on=body.paid_on,
        method=PayMethod(body.method),
        payee=Payee(body.payee),
    )
    now = request.app.state.clock()
    kept = await record_payment.record_payment(
        tx, caller, placement, told=told, reason=body.reason, now=now
    )
    set_etag(response, kept["version"])
    return PaymentOut.model_validate(kept)


@router.get("/placements/{placement_id}/payments")
async def list_payments(
    placement_id: UUID, caller: SignedIn, tx: InTx, request: Request
) -> PaymentRecordOut:
    """Return a placement's pay month by month, with what the rules on pay say of it."""
    found = await placements.find_placement(tx, await _seen_by(caller, tx), placement_id)
    if found is None:
        raise PlacementNotFoundError(placement_id=str(placement_id))
    if caller.org_id is not None and caller.org_id == found["enterprise_id"]:
        # A student's data were read by another organisation: that is kept (PIPL 51, 55).
        facts = {"placements": 1}
        await record(tx, caller, "placements.read_by_host", subject_id=caller.org_id, facts=facts)
    told = await record_payment.read_payments(tx, found, now=request.app.state.clock())
    return PaymentRecordOut.model_validate(told)


async def _seen_by(caller: Caller, tx: Tx) -> ColumnElement[bool]:
    """Return which placements the caller may see the pay of: one's own, hosted, the school's."""
    student = await student_if_one(caller, tx)
    if student is not None:
        _need(caller, "placements:decide")
        return placements.of_student(student["id"])
    if caller.org_kind == "enterprise" and caller.org_id is not None:
        _need(caller, "placements:host")
        return placements.of_host(caller.org_id)
    _need(caller, "placements:read")
    return placements.of_school(school_of(caller))


def _need(caller: Caller, scope: str) -> None:
    if scope not in caller.scopes:
        raise ForbiddenError(needs=scope)
