"""Changing accounts and memberships, and new activation codes and passwords."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.accounts.adapters.secrets import new_secret, sha256
from services.accounts.domain.organisation import Organisation
from services.accounts.domain.person import (
    LastAdminError,
    Membership,
    NotHomeError,
    Person,
    role_faults,
)
from services.accounts.domain.session import ACTIVATION_LIFE, SignInRefusedError
from services.accounts.flows.desk import Desk, act, actor_of, write_audit
from services.accounts.store import people, sessions
from services.accounts.store.people import Member
from shared.db.session import Tx
from shared.http.caller import Caller
from shared.http.versions import expect_version
from shared.kernel.errors import Fault, InvalidInputError, NotFoundError, Text
from shared.kernel.ids import new_id

_ADMIN_ROLES = frozenset(
    {"operator", "enterprise_admin", "school_admin", "authority_admin", "organisation_admin"}
)


@dataclass(frozen=True, slots=True)
class Activation:
    """A one-time code on its way to its owner."""

    code: str
    until: datetime


async def load_member(tx: Tx, org_id: UUID, person_id: UUID) -> Member:
    """Return one person of an organisation; people elsewhere are not found."""
    member = await people.find_member(tx, org_id, person_id)
    if member is None:
        raise NotFoundError(person_id=str(person_id))
    return member


async def note_access(
    desk: Desk, tx: Tx, caller: Caller, *, org_id: UUID, person_id: UUID | None
) -> None:
    """Tell the log that someone of another organisation has looked at people (all, or one)."""
    if caller.org_id == org_id:
        return
    seen = act("person.read", person_id or org_id, of=org_id, listed=person_id is None)
    await write_audit(tx, actor_of(caller), [seen], desk.clock())


async def change_own(desk: Desk, tx: Tx, caller: Caller, *, changes: Mapping[str, Any]) -> Person:
    """Change what a person may correct of themselves."""
    before = await people.find_and_hold(tx, caller.subject)
    if before is None:
        raise NotFoundError
    after = replace(before, **changes, version=before.version + 1)
    await people.save(tx, after)
    done = act("person.corrected", before.id, of=caller.org_id, fields=",".join(sorted(changes)))
    await write_audit(tx, actor_of(caller), [done], desk.clock())
    return after


async def change_person(
    desk: Desk,
    tx: Tx,
    caller: Caller,
    *,
    org_id: UUID,
    person_id: UUID,
    changes: Mapping[str, Any],
    seen: int,
) -> Person:
    """Change an account that the organisation keeps; blocking it ends its sessions."""
    before = (await load_member(tx, org_id, person_id)).person
    _check_home(before, org_id)
    expect_version(seen=seen, current=before.version)
    after = replace(before, **changes, version=before.version + 1)
    if not await people.save(tx, after):
        expect_version(seen=seen, current=after.version)
    if after.status == "blocked":
        await sessions.end_all(tx, person_id, desk.clock())
    done = act("person.changed", person_id, of=org_id, fields=",".join(sorted(changes)))
    await write_audit(tx, actor_of(caller), [done], desk.clock())
    return after


async def renew_activation(
    desk: Desk, tx: Tx, caller: Caller, *, org_id: UUID, person_id: UUID
) -> Activation:
    """Void a password and hand out a one-time code instead."""
    member = await load_member(tx, org_id, person_id)
    _check_home(member.person, org_id)
    now = desk.clock()
    fresh = Activation(new_secret(), now + ACTIVATION_LIFE)
    await people.set_activation(tx, person_id, sha256=sha256(fresh.code), until=fresh.until)
    await sessions.end_all(tx, person_id, now)
    done = act("person.code_renewed", person_id, of=org_id)
    await write_audit(tx, actor_of(caller), [done], now)
    return fresh


async def put_membership(
    desk: Desk,
    tx: Tx,
    caller: Caller,
    *,
    organisation: Organisation,
    person_id: UUID,
    roles: Sequence[str],
    member_no: str | None,
) -> Membership:
    """Give a person roles in an organisation; only the operator brings in people from elsewhere."""
    faults = role_faults(roles, organisation.kind, "/roles")
    if faults:
        raise InvalidInputError(faults=faults)
    before = await people.find_membership(tx, organisation.id, person_id)
    if before is None:
        if not caller.is_platform or await people.find(tx, person_id) is None:
            raise NotFoundError(person_id=str(person_id))
        after = _new_membership(organisation.id, person_id, roles, member_no=member_no)
        if not await people.add_memberships(tx, [after]):
            raise InvalidInputError(faults=[_NO_TAKEN])
    else:
        after = replace(
            before,
            roles=tuple(sorted(set(roles))),
            member_no=member_no,
            status="active",
            version=before.version + 1,
        )
        await _keep_an_admin(tx, before, after)
        if not await people.save_membership(tx, after):
            raise InvalidInputError(faults=[_NO_TAKEN])
    done = act("membership.set", after.id, of=organisation.id, roles=",".join(after.roles))
    await write_audit(tx, actor_of(caller), [done], desk.clock())
    return after


async def end_membership(
    desk: Desk, tx: Tx, caller: Caller, *, org_id: UUID, person_id: UUID
) -> None:
    """End what a person may do in an organisation; tokens in use run out within minutes."""
    before = await people.find_membership(tx, org_id, person_id)
    if before is None or before.status == "ended":
        raise NotFoundError(person_id=str(person_id))
    after = replace(before, roles=(), member_no=None, status="ended", version=before.version + 1)
    await _keep_an_admin(tx, before, after)
    await people.save_membership(tx, after)
    done = act("membership.ended", before.id, of=org_id)
    await write_audit(tx, actor_of(caller), [done], desk.clock())


async def change_password(desk: Desk, caller: Caller, *, current: str, new: str) -> None:
    """Set one's own password, knowing the present one; every session ends."""
    async with desk.database.begin(caller.scope()) as tx:
        known = await people.find_password(tx, caller.subject)
    if not await desk.passwords.holds(known, current):
        raise SignInRefusedError
    new_hash = await desk.passwords.hash(new)
    now = desk.clock()
    async with desk.database.begin(caller.scope()) as tx:
        await people.set_password(tx, caller.subject, new_hash)
        await sessions.end_all(tx, caller.subject, now)
        done = act("person.password_changed", caller.subject, of=caller.org_id)
        await write_audit(tx, actor_of(caller), [done], now)


_NO_TAKEN = Fault(
    "member_no_taken",
    Text("本单位已有此编号", "The organisation has this number already"),
    pointer="/member_no",
)


def _check_home(person: Person, org_id: UUID) -> None:
    if person.home_org_id != org_id:
        raise NotHomeError


def _new_membership(
    org_id: UUID, person_id: UUID, roles: Sequence[str], *, member_no: str | None
) -> Membership:
    return Membership(
        id=new_id(),
        person_id=person_id,
        org_id=org_id,
        roles=tuple(sorted(set(roles))),
        member_no=member_no,
        status="active",
        version=1,
    )


async def _keep_an_admin(tx: Tx, before: Membership, after: Membership) -> None:
    for role in _ADMIN_ROLES & set(before.roles) - set(after.roles):
        if await people.count_role(tx, before.org_id, role) <= 1:
            raise LastAdminError(role=role)
