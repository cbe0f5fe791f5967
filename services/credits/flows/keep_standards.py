"""Alliances: members with their periods, common standards, and the signatures under them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from services.credits.adapters.organisations import OrganisationSource, find_organisation
from services.credits.domain.rulebook import digest_of
from services.credits.domain.standard import (
    DigestDiffersError,
    MembershipOverlapsError,
    NotAMemberError,
    SignatureRepeatedError,
    SignaturesMissingError,
    StandardNotFoundError,
    StandardState,
    StandardStateError,
    read_terms,
    runs_on,
)
from services.credits.flows.keep_keys import Issuing, open_signer
from services.credits.store.rows import Row, add_row, change_row, find_row, list_rows
from services.credits.store.tables_rules import (
    alliance_members,
    credit_standards,
    standard_signatures,
)
from shared.db.session import Tx
from shared.events.audit import record
from shared.http.caller import Caller
from shared.http.versions import expect_version
from shared.kernel.clock import china_day
from shared.kernel.errors import ForbiddenError, NotFoundError
from shared.kernel.ids import new_id

_FAR = date(9999, 12, 31)


async def add_member(
    tx: Tx,
    caller: Caller,
    alliance_id: UUID,
    *,
    member_id: UUID,
    from_on: date,
    until_on: date | None,
    organisations: OrganisationSource,
) -> Row:
    """Let an organisation belong to the alliance for a period."""
    member = await find_organisation(organisations, member_id)
    for known in await list_members(tx, alliance_id):
        apart = (known["until_on"] or _FAR) < from_on or (until_on or _FAR) < known["from_on"]
        if known["member_id"] == member_id and not apart:
            raise MembershipOverlapsError
    values = {
        "id": new_id(),
        "alliance_id": alliance_id,
        "member_id": member_id,
        "member_name": member.name,
        "from_on": from_on,
        "until_on": until_on,
    }
    await record(tx, caller, "alliance.member_added", subject_id=member_id)
    return await add_row(tx, alliance_members, values)


async def end_membership(
    tx: Tx, caller: Caller, alliance_id: UUID, *, row_id: UUID, until_on: date, seen: int
) -> Row:
    """Let a membership end on a day."""
    table = alliance_members.c
    found = await find_row(
        tx, alliance_members, table.id == row_id, table.alliance_id == alliance_id, lock=True
    )
    if found is None:
        raise NotFoundError(member=str(row_id))
    expect_version(seen=seen, current=found["version"])
    await record(tx, caller, "alliance.member_ended", subject_id=found["member_id"])
    ends_on = max(until_on, found["from_on"])
    return await change_row(tx, alliance_members, row_id, {"until_on": ends_on})


async def list_members(tx: Tx, alliance_id: UUID, *, on: date | None = None) -> list[Row]:
    """Return an alliance's memberships, or those that hold on a day."""
    table = alliance_members.c
    rows = await list_rows(
        tx, alliance_members, table.alliance_id == alliance_id, order=[table.member_name, table.id]
    )
    return [row for row in rows if on is None or runs_on(row, on)]


async def is_member(tx: Tx, alliance_id: UUID, member_id: UUID, *, on: date) -> bool:
    """Whether an organisation belongs to the alliance on a day."""
    return any(row["member_id"] == member_id for row in await list_members(tx, alliance_id, on=on))


async def draft_standard(
    tx: Tx,
    caller: Caller,
    alliance_id: UUID,
    *,
    values: Mapping[str, Any],
    organisations: OrganisationSource,
) -> Row:
    """Write the next version of a standard as a draft."""
    read_terms(values["content"])
    alliance = await find_organisation(organisations, alliance_id)
    table = credit_standards.c
    last = select(func.coalesce(func.max(table.number), 0)).where(
        table.alliance_id == alliance_id, table.code == values["code"]
    )
    row: dict[str, Any] = {
        **values,
        "id": new_id(),
        "alliance_id": alliance_id,
        "alliance_name": alliance.name,
        "number": (await tx.execute(last)).scalar_one() + 1,
        "state": StandardState.DRAFT.value,
    }
    row["digest"] = standard_digest(row)
    await record(tx, caller, "standard.drafted", subject_id=row["id"])
    return await add_row(tx, credit_standards, row)


def standard_digest(row: Mapping[str, Any]) -> str:
    """Return the canonical digest that members sign: everything that the version settles."""
    named = ("code", "number", "title_zh", "title_en", "content")
    return digest_of(
        {
            **{name: row[name] for name in named},
            "alliance_id": str(row["alliance_id"]),
            "valid_from": row["valid_from"].isoformat(),
            "valid_to": row["valid_to"].isoformat() if row["valid_to"] else None,
        }
    )


async def load_standard(tx: Tx, standard_id: UUID, *, lock: bool = False) -> Row:
    """Return a version of a standard; another alliance's draft is not found."""
    found = await find_row(tx, credit_standards, credit_standards.c.id == standard_id, lock=lock)
    if found is None:
        raise StandardNotFoundError(standard_id=str(standard_id))
    return found


async def load_own_standard(tx: Tx, alliance_id: UUID, standard_id: UUID, *, seen: int) -> Row:
    """Return and hold a version that the caller's alliance may change."""
    found = await load_standard(tx, standard_id, lock=True)
    if found["alliance_id"] != alliance_id:
        raise StandardNotFoundError(standard_id=str(standard_id))
    expect_version(seen=seen, current=found["version"])
    return found


def _require(standard: Row, state: StandardState) -> None:
    if standard["state"] != state:
        raise StandardStateError(state=standard["state"], needs=state.value)


async def change_standard(tx: Tx, caller: Caller, standard: Row, changes: Mapping[str, Any]) -> Row:
    """Change a draft."""
    _require(standard, StandardState.DRAFT)
    changed = {**standard, **changes}
    read_terms(changed["content"])
    await record(tx, caller, "standard.changed", subject_id=standard["id"])
    values = {**changes, "digest": standard_digest(changed)}
    return await change_row(tx, credit_standards, standard["id"], values)


async def propose_standard(tx: Tx, caller: Caller, standard: Row) -> Row:
    """Lay a draft before the members: from now on its text stands."""
    _require(standard, StandardState.DRAFT)
    await record(tx, caller, "standard.proposed", subject_id=standard["id"])
    changes = {"state": StandardState.SIGNING.value}
    return await change_row(tx, credit_standards, standard["id"], changes)


async def sign_standard(
    tx: Tx,
    caller: Caller,
    standard: Row,
    *,
    digest: str,
    issuing: Issuing,
    organisations: OrganisationSource,
    now: datetime,
) -> Row:
    """Sign a version for the caller's school: a named person orders it, the school's key signs."""
    assert caller.org_id is not None, "the caller acts for a school"
    if caller.kind != "person":
        raise ForbiddenError(needs="a named person, not a program (具名负责人)")
    _require(standard, StandardState.SIGNING)
    if digest != standard["digest"]:
        raise DigestDiffersError(digest=standard["digest"])
    if not await is_member(tx, standard["alliance_id"], caller.org_id, on=china_day(now)):
        raise NotAMemberError
    if caller.org_id in {row["member_id"] for row in await list_signatures(tx, standard["id"])}:
        raise SignatureRepeatedError
    member = await find_organisation(organisations, caller.org_id)
    signer = await open_signer(tx, issuing, caller.org_id, now=now)
    signed = signer.sign(signed_text(standard), suites=["eddsa-jcs-2022"], now=now)
    proof: Any = signed["proof"]
    proof = proof[0] if isinstance(proof, list) else proof
    values = {
        "id": new_id(),
        "standard_id": standard["id"],
        "member_id": caller.org_id,
        "member_name": member.name,
        "digest": digest,
        "signed_by": caller.subject,
        "signed_by_name": await organisations.name_of(caller),
        "verification_method": proof["verificationMethod"],
        "signature": proof["proofValue"],
        "signed_at": now,
    }
    await record(tx, caller, "standard.signed", subject_id=standard["id"])
    return await add_row(tx, standard_signatures, values)


def signed_text(standard: Mapping[str, Any]) -> dict[str, Any]:
    """Return the object over which members' keys sign (eddsa-jcs-2022)."""
    return {
        "type": "CreditStandardSignature",
        "alliance_id": str(standard["alliance_id"]),
        "code": standard["code"],
        "number": standard["number"],
        "digest": standard["digest"],
    }


async def list_signatures(tx: Tx, standard_id: UUID) -> list[Row]:
    """Return the signatures under a version, in the order they were given."""
    table = standard_signatures.c
    return await list_rows(
        tx, standard_signatures, table.standard_id == standard_id, order=[table.signed_at, table.id]
    )


async def put_in_force(tx: Tx, caller: Caller, standard: Row, *, now: datetime) -> Row:
    """Let a version that every member of today has signed take effect; the one before ends."""
    _require(standard, StandardState.SIGNING)
    signed = {row["member_id"] for row in await list_signatures(tx, standard["id"])}
    members = await list_members(tx, standard["alliance_id"], on=china_day(now))
    missing = [row["member_name"] for row in members if row["member_id"] not in signed]
    if missing or not members:
        raise SignaturesMissingError(members="、".join(missing) or "—")
    table = credit_standards.c
    before = await find_row(
        tx,
        credit_standards,
        table.alliance_id == standard["alliance_id"],
        table.code == standard["code"],
        table.state == StandardState.IN_FORCE,
        lock=True,
    )
    if before is not None:
        await change_row(tx, credit_standards, before["id"], {"state": StandardState.SUPERSEDED})
    await record(tx, caller, "standard.in_force", subject_id=standard["id"])
    return await change_row(
        tx, credit_standards, standard["id"], {"state": StandardState.IN_FORCE.value}
    )
