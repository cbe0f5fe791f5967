"""The first operator: the platform's own organisation, and a person who runs it."""

from __future__ import annotations

from datetime import datetime

from services.accounts.adapters.pinyin import sort_key
from services.accounts.domain.audit import PLATFORM_ACTOR
from services.accounts.domain.organisation import Organisation
from services.accounts.domain.person import LoginTakenError, Membership, Person, normal_login
from services.accounts.domain.roles import OPERATOR
from services.accounts.flows.desk import act, write_audit
from services.accounts.store import organisations, people
from services.accounts.store.people import NewAccount
from shared.db.session import Tx
from shared.kernel.ids import new_id

PLATFORM_NAME = "产教通平台运营"


async def found_platform(
    tx: Tx, *, login: str, name: str, password_hash: str, now: datetime
) -> Person:
    """Give an operator an account, and the platform its organisation where it has none."""
    organisation = await organisations.find_platform(tx) or await _found(tx)
    person = Person(
        id=new_id(),
        login=normal_login(login),
        name=name,
        phone=None,
        email=None,
        home_org_id=organisation.id,
        status="active",
        version=1,
    )
    if not await people.add_all(tx, [NewAccount(person, password_hash, None, None)]):
        raise LoginTakenError(login=person.login)
    membership = Membership(
        id=new_id(),
        person_id=person.id,
        org_id=organisation.id,
        roles=(OPERATOR,),
        member_no=None,
        status="active",
        version=1,
    )
    await people.add_memberships(tx, [membership])
    done = act("person.created", person.id, of=organisation.id, role=OPERATOR)
    await write_audit(tx, PLATFORM_ACTOR, [done], now)
    return person


async def _found(tx: Tx) -> Organisation:
    organisation = Organisation(
        id=new_id(),
        kind="platform",
        name=PLATFORM_NAME,
        sort_key=sort_key(PLATFORM_NAME),
        uscc=None,
        region_code=None,
        industry_code=None,
        moe_code=None,
        level=None,
        status="active",
        verified_at=None,
        version=1,
    )
    await organisations.add(tx, organisation)
    return organisation
