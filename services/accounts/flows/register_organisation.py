"""Registering and changing organisations and their sites."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from services.accounts.adapters.pinyin import sort_key
from services.accounts.domain.organisation import (
    Organisation,
    OrganisationKnownError,
    Site,
    check_own_change,
)
from services.accounts.domain.organisation_code import with_checked_codes
from services.accounts.flows.desk import Desk, act, actor_of, write_audit
from services.accounts.store import organisations
from shared.db.session import Tx
from shared.http.caller import Caller
from shared.http.versions import expect_version
from shared.kernel.errors import NotFoundError
from shared.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class OrganisationFacts:
    """What is said of an organisation when it is registered."""

    kind: Any
    name: str
    uscc: str | None
    region_code: str | None
    industry_code: str | None
    moe_code: str | None
    level: str | None


async def register_organisation(
    desk: Desk, tx: Tx, caller: Caller, facts: OrganisationFacts
) -> Organisation:
    """Register an organisation under codes that no other one has."""
    organisation = Organisation(
        id=new_id(),
        kind=facts.kind,
        name=facts.name,
        sort_key=sort_key(facts.name),
        uscc=facts.uscc,
        region_code=facts.region_code,
        industry_code=facts.industry_code,
        moe_code=facts.moe_code,
        level=facts.level,
        status="active",
        verified_at=None,
        version=1,
    )
    organisation = with_checked_codes(organisation)
    if not await organisations.add(tx, organisation):
        raise OrganisationKnownError(field=await organisations.code_taken(tx, organisation))
    done = act("organisation.registered", organisation.id, of=organisation.id, kind=facts.kind)
    await write_audit(tx, actor_of(caller), [done], desk.clock())
    return organisation


async def change_organisation(
    desk: Desk, tx: Tx, caller: Caller, *, org_id: UUID, changes: Mapping[str, Any], seen: int
) -> Organisation:
    """Change what is said of an organisation; what was verified is for the operator."""
    before = await load_own(tx, caller, org_id)
    expect_version(seen=seen, current=before.version)
    if not caller.is_platform:
        check_own_change(before, frozenset(changes))
    after = replace(before, **changes, version=before.version + 1)
    after = with_checked_codes(replace(after, sort_key=sort_key(after.name)))
    taken = await organisations.code_taken(tx, after)
    if taken is not None:
        raise OrganisationKnownError(field=taken)
    if not await organisations.save(tx, after):
        expect_version(seen=seen, current=before.version + 1)
    done = act("organisation.changed", org_id, of=org_id, fields=",".join(sorted(changes)))
    await write_audit(tx, actor_of(caller), [done], desk.clock())
    return after


async def load_own(tx: Tx, caller: Caller, org_id: UUID) -> Organisation:
    """Return the caller's organisation, or any for the operator; others are not found."""
    found = await organisations.find(tx, org_id)
    if found is None or not (caller.is_platform or caller.org_id == org_id):
        raise NotFoundError(org_id=str(org_id))
    return found


async def add_site(
    desk: Desk, tx: Tx, caller: Caller, *, org_id: UUID, told: Mapping[str, Any]
) -> Site:
    """Add a place where the organisation works."""
    await load_own(tx, caller, org_id)
    site = Site(id=new_id(), org_id=org_id, version=1, **told)
    await organisations.add_site(tx, site)
    done = act("site.added", site.id, of=org_id)
    await write_audit(tx, actor_of(caller), [done], desk.clock())
    return site


async def change_site(
    desk: Desk,
    tx: Tx,
    caller: Caller,
    *,
    org_id: UUID,
    site_id: UUID,
    told: Mapping[str, Any],
    seen: int,
) -> Site:
    """Replace what is said of a site."""
    await load_own(tx, caller, org_id)
    before = await organisations.find_site(tx, org_id, site_id)
    if before is None:
        raise NotFoundError(site_id=str(site_id))
    expect_version(seen=seen, current=before.version)
    after = replace(before, **told, version=before.version + 1)
    if not await organisations.save_site(tx, after):
        expect_version(seen=seen, current=before.version + 1)
    done = act("site.changed", site_id, of=org_id)
    await write_audit(tx, actor_of(caller), [done], desk.clock())
    return after
