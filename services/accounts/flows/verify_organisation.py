"""Submitting and deciding verifications of organisations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from services.accounts.domain.organisation import Organisation, OrganisationKnownError
from services.accounts.domain.organisation_code import uscc_faults
from services.accounts.domain.verification import (
    Reviewer,
    Verification,
    VerificationDecidedError,
    VerificationOpenError,
    decide,
    may_review,
    submission_faults,
)
from services.accounts.flows.desk import Desk, act, actor_of, write_audit
from services.accounts.flows.register_organisation import load_own
from services.accounts.store import organisations, verifications
from shared.catalogues.uscc import normalise
from shared.db.session import Tx
from shared.http.caller import Caller
from shared.kernel.errors import InvalidInputError, NotFoundError
from shared.kernel.ids import new_id


async def submit_verification(
    desk: Desk, tx: Tx, caller: Caller, *, org_id: UUID, told: Mapping[str, Any]
) -> Verification:
    """Submit what shows that the caller's organisation is who it says it is."""
    organisation = await load_own(tx, caller, org_id)
    verification = _submitted(desk, caller, organisation, told=told)
    faults = uscc_faults(told["uscc"], "/uscc") or submission_faults(verification, organisation)
    if faults:
        raise InvalidInputError(faults=faults)
    if not await verifications.add(tx, verification):
        raise VerificationOpenError
    done = act("verification.submitted", verification.id, of=org_id)
    await write_audit(tx, actor_of(caller), [done], desk.clock())
    return verification


def _submitted(
    desk: Desk, caller: Caller, organisation: Organisation, *, told: Mapping[str, Any]
) -> Verification:
    return Verification(
        uscc=normalise(told["uscc"]),
        evidence=told["evidence"],
        evidence_sha256=told["evidence_sha256"],
        web_domain=told["web_domain"],
        staff_total=told["staff_total"],
        staff_total_on=told["staff_total_on"],
        id=new_id(),
        org_id=organisation.id,
        region_code=organisation.region_code,
        status="submitted",
        submitted_by=caller.subject,
        submitted_at=desk.clock(),
        reviewer_id=None,
        reviewer_org_id=None,
        reason=None,
        decided_at=None,
        version=1,
    )


async def decide_verification(
    desk: Desk, tx: Tx, caller: Caller, *, verification_id: UUID, approved: bool, reason: str
) -> Verification:
    """Decide a verification in the reviewer's region; approval marks the organisation."""
    reviewer = await reviewer_of(tx, caller)
    before = await find_for_review(tx, reviewer, verification_id)
    now = desk.clock()
    after = decide(before, reviewer, approved=approved, reason=reason, now=now)
    if not await verifications.save(tx, after):
        raise VerificationDecidedError(status="decided")
    if approved:
        await _mark(tx, after)
    done = act(f"verification.{after.status}", after.id, of=after.org_id)
    await write_audit(tx, actor_of(caller), [done], now)
    return after


async def reviewer_of(tx: Tx, caller: Caller) -> Reviewer:
    """Return the caller as a reviewer of their authority's region, or of all for the operator."""
    own = await organisations.find(tx, caller.org_id) if caller.org_id else None
    return Reviewer(
        id=caller.subject,
        org_id=caller.org_id,
        region_code=own.region_code if own else None,
        everywhere=caller.is_platform,
    )


async def find_for_review(tx: Tx, reviewer: Reviewer, verification_id: UUID) -> Verification:
    """Return a verification of the reviewer's region; others are not found."""
    found = await verifications.find(tx, verification_id)
    if found is None or not may_review(reviewer, found):
        raise NotFoundError(verification_id=str(verification_id))
    return found


async def _mark(tx: Tx, verification: Verification) -> None:
    organisation = await organisations.find(tx, verification.org_id)
    assert organisation is not None, "a verification belongs to an organisation"
    marked = replace(
        organisation,
        uscc=verification.uscc,
        verified_at=verification.decided_at,
        version=organisation.version + 1,
    )
    if await organisations.code_taken(tx, marked) is not None:
        raise OrganisationKnownError(field="uscc")
    await organisations.save(tx, marked)
