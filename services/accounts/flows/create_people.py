"""Giving people accounts: all rows of a request, or none and every fault named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.accounts.adapters.secrets import new_secret, sha256
from services.accounts.domain.organisation import Organisation, OrganisationInactiveError
from services.accounts.domain.person import (
    Membership,
    Person,
    is_plain_login,
    normal_login,
    role_faults,
)
from services.accounts.domain.session import ACTIVATION_LIFE
from services.accounts.flows.desk import Desk, act, actor_of, write_audit
from services.accounts.store import people
from services.accounts.store.people import NewAccount
from shared.db.session import Tx
from shared.http.caller import Caller
from shared.kernel.errors import Fault, InvalidInputError, Text
from shared.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person to be given an account; `pointer` is their place in the request."""

    pointer: str
    login: str
    name: str
    roles: tuple[str, ...]
    member_no: str | None
    phone: str | None
    email: str | None
    password: str | None = None


@dataclass(frozen=True, slots=True)
class CreatedPerson:
    """A new account; the code is nowhere else."""

    person: Person
    membership: Membership
    activation_code: str | None
    activation_until: datetime | None


async def create_people(
    desk: Desk, tx: Tx, caller: Caller, *, organisation: Organisation, rows: Sequence[PersonRow]
) -> list[CreatedPerson]:
    """Write new people as members of `organisation`, which keeps their accounts."""
    if organisation.status != "active":
        raise OrganisationInactiveError
    _refuse([*_role_faults(rows, organisation), *_login_faults(rows), *_repeated(rows)])
    created = [_created(desk, row, organisation) for row in rows]
    accounts = [await _account(desk, row, new) for row, new in zip(rows, created, strict=True)]
    free = await people.add_all(tx, accounts)
    _refuse(
        _taken(rows, [new.person.id in free for new in created], field="login", text=_LOGIN_TAKEN)
    )
    free = await people.add_memberships(tx, [new.membership for new in created])
    _refuse(
        _taken(
            rows, [new.membership.id in free for new in created], field="member_no", text=_NO_TAKEN
        )
    )
    acts = [act("person.created", new.person.id, of=organisation.id) for new in created]
    if len(acts) > 1:
        acts = [act("person.imported", new_id(), of=organisation.id, rows=len(acts))]
    await write_audit(tx, actor_of(caller), acts, desk.clock())
    return created


_LOGIN_TAKEN = Text("该账号名已被使用", "This account name is taken")
_NO_TAKEN = Text("本单位已有此编号", "The organisation has this number already")
_LOGIN_SIGN = Text(
    "账号名只能使用汉字、英文字母、数字和 . _ - @ +",
    "Only Chinese characters, English letters, digits and . _ - @ + make an account name",
)
_REPEATED = Text("与本次提交的另一行重复", "Another row of this request has the same")


def _created(desk: Desk, row: PersonRow, organisation: Organisation) -> CreatedPerson:
    person = Person(
        id=new_id(),
        login=normal_login(row.login),
        name=row.name,
        phone=row.phone,
        email=row.email,
        home_org_id=organisation.id,
        status="active",
        version=1,
    )
    membership = Membership(
        id=new_id(),
        person_id=person.id,
        org_id=organisation.id,
        roles=tuple(sorted(set(row.roles))),
        member_no=row.member_no,
        status="active",
        version=1,
    )
    by_code = row.password is None
    return CreatedPerson(
        person=person,
        membership=membership,
        activation_code=new_secret() if by_code else None,
        activation_until=desk.clock() + ACTIVATION_LIFE if by_code else None,
    )


async def _account(desk: Desk, row: PersonRow, new: CreatedPerson) -> NewAccount:
    return NewAccount(
        person=new.person,
        password_hash=await desk.passwords.hash(row.password) if row.password else None,
        activation_sha256=sha256(new.activation_code) if new.activation_code else None,
        activation_until=new.activation_until,
    )


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        raise InvalidInputError(faults=faults)


def _role_faults(rows: Sequence[PersonRow], organisation: Organisation) -> Iterable[Fault]:
    for row in rows:
        yield from role_faults(row.roles, organisation.kind, f"{row.pointer}/roles")


def _login_faults(rows: Sequence[PersonRow]) -> Iterable[Fault]:
    for row in rows:
        if not is_plain_login(row.login):
            yield Fault("login_sign", _LOGIN_SIGN, pointer=f"{row.pointer}/login")


def _repeated(rows: Sequence[PersonRow]) -> list[Fault]:
    faults: list[Fault] = []
    logins = Counter(normal_login(row.login) for row in rows)
    numbers = Counter(row.member_no for row in rows if row.member_no is not None)
    for row in rows:
        if logins[normal_login(row.login)] > 1:
            faults.append(Fault("login_repeated", _REPEATED, pointer=f"{row.pointer}/login"))
        if row.member_no is not None and numbers[row.member_no] > 1:
            faults.append(Fault("number_repeated", _REPEATED, pointer=f"{row.pointer}/member_no"))
    return faults


def _taken(
    rows: Sequence[PersonRow], free: Sequence[bool], *, field: str, text: Text
) -> list[Fault]:
    return [
        Fault(f"{field}_taken", text, pointer=f"{row.pointer}/{field}")
        for row, is_free in zip(rows, free, strict=True)
        if not is_free
    ]
