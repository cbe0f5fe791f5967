"""People and their memberships, as stored."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from services.accounts.domain.person import Credential, Membership, Person
from services.accounts.store.rows import columns, from_row, to_row
from services.accounts.store.tables import memberships, organisations, people
from shared.db.session import Tx

_PERSON = columns(people, Person)
_MEMBERSHIP = columns(memberships, Membership)


@dataclass(frozen=True, slots=True)
class Member:
    """A person as one organisation knows them."""

    person: Person
    membership: Membership


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A person to be written, with what lets them in for the first time."""

    person: Person
    password_hash: str | None
    activation_sha256: bytes | None
    activation_until: datetime | None


async def find_credential(tx: Tx, login: str) -> Credential | None:
    """Return what a sign-in under `login` is checked against."""
    row = (
        (
            await tx.execute(
                select(
                    people.c.id.label("person_id"),
                    people.c.status,
                    people.c.password_hash,
                    people.c.activation_sha256,
                    people.c.activation_until,
                ).where(people.c.login == login)
            )
        )
        .mappings()
        .one_or_none()
    )
    return from_row(Credential, row) if row else None


async def find(tx: Tx, person_id: UUID) -> Person | None:
    """Return one person."""
    row = (await tx.execute(select(*_PERSON).where(people.c.id == person_id))).mappings()
    found = row.one_or_none()
    return from_row(Person, found) if found else None


async def find_and_hold(tx: Tx, person_id: UUID) -> Person | None:
    """Return one person; who else changes what is theirs waits for this transaction."""
    query = select(*_PERSON).where(people.c.id == person_id).with_for_update()
    row = (await tx.execute(query)).mappings().one_or_none()
    return from_row(Person, row) if row else None


async def find_password(tx: Tx, person_id: UUID) -> str | None:
    """Return the hash of a person's password."""
    query = select(people.c.password_hash).where(people.c.id == person_id)
    return (await tx.execute(query)).scalar_one_or_none()


async def add_all(tx: Tx, accounts: Sequence[NewAccount]) -> set[UUID]:
    """Write new people; return the ids of those whose login was free."""
    rows = [
        {
            **to_row(each.person),
            "password_hash": each.password_hash,
            "activation_sha256": each.activation_sha256,
            "activation_until": each.activation_until,
        }
        for each in accounts
    ]
    query = upsert(people).on_conflict_do_nothing().returning(people.c.id)
    return set((await tx.execute(query, rows)).scalars())


async def save(tx: Tx, person: Person) -> bool:
    """Write a changed person over the version before; False where that one is gone."""
    old = and_(people.c.id == person.id, people.c.version == person.version - 1)
    query = update(people).where(old).values(to_row(person)).returning(people.c.id)
    return (await tx.execute(query)).one_or_none() is not None


async def set_password(tx: Tx, person_id: UUID, password_hash: str | None) -> None:
    """Set or void a person's password; an activation code is used up with it."""
    await tx.execute(
        update(people)
        .where(people.c.id == person_id)
        .values(password_hash=password_hash, activation_sha256=None, activation_until=None)
    )


async def set_activation(tx: Tx, person_id: UUID, *, sha256: bytes, until: datetime) -> bool:
    """Void the password and set a new activation code; False where the person is unseen."""
    query = (
        update(people)
        .where(people.c.id == person_id)
        .values(password_hash=None, activation_sha256=sha256, activation_until=until)
        .returning(people.c.id)
    )
    return (await tx.execute(query)).one_or_none() is not None


async def use_activation(tx: Tx, person_id: UUID, sha256: bytes, now: datetime) -> bool:
    """Use an activation code up; False where it is not this person's or too old."""
    query = (
        update(people)
        .where(
            people.c.id == person_id,
            people.c.activation_sha256 == sha256,
            people.c.activation_until > now,
        )
        .values(activation_sha256=None, activation_until=None)
        .returning(people.c.id)
    )
    return (await tx.execute(query)).one_or_none() is not None


async def add_memberships(tx: Tx, new: Sequence[Membership]) -> set[UUID]:
    """Write memberships; return the ids of those whose number was free."""
    query = upsert(memberships).on_conflict_do_nothing().returning(memberships.c.id)
    return set((await tx.execute(query, [to_row(each) for each in new])).scalars())


async def memberships_of(tx: Tx, person_id: UUID) -> Sequence[Membership]:
    """Return the standing memberships of a person in active organisations, oldest first."""
    query = (
        select(*_MEMBERSHIP)
        .join(organisations, organisations.c.id == memberships.c.org_id)
        .where(
            memberships.c.person_id == person_id,
            memberships.c.status == "active",
            organisations.c.status == "active",
        )
        .order_by(memberships.c.id)
    )
    return [from_row(Membership, row) for row in (await tx.execute(query)).mappings()]


async def find_membership(tx: Tx, org_id: UUID, person_id: UUID) -> Membership | None:
    """Return the membership of a person in an organisation, standing or ended."""
    query = select(*_MEMBERSHIP).where(
        memberships.c.org_id == org_id, memberships.c.person_id == person_id
    )
    row = (await tx.execute(query)).mappings().one_or_none()
    return from_row(Membership, row) if row else None


async def save_membership(tx: Tx, membership: Membership) -> bool:
    """Write a changed membership; False where its number is taken by another."""
    taken = (
        select(memberships.c.id)
        .where(
            memberships.c.org_id == membership.org_id,
            memberships.c.member_no == membership.member_no,
            memberships.c.id != membership.id,
        )
        .limit(1)
    )
    if membership.member_no is not None and (await tx.execute(taken)).first():
        return False
    old = and_(memberships.c.id == membership.id, memberships.c.version == membership.version - 1)
    query = update(memberships).where(old).values(to_row(membership))
    return (await tx.execute(query.returning(memberships.c.id))).one_or_none() is not None


async def count_role(tx: Tx, org_id: UUID, role: str) -> int:
    """Return how many people hold `role` in an organisation; the rows stay as counted."""
    held = (
        select(memberships.c.id)
        .where(
            memberships.c.org_id == org_id,
            memberships.c.status == "active",
            memberships.c.roles.contains([role]),
        )
        .with_for_update()
        .subquery()
    )
    return (await tx.execute(select(func.count()).select_from(held))).scalar_one()


async def list_members(
    tx: Tx, org_id: UUID, *, role: str | None, text: str | None, after: UUID | None, limit: int
) -> Sequence[Member]:
    """Return the people of one organisation, oldest membership first, one more than `limit`."""
    conditions: list[ColumnElement[bool]] = [
        memberships.c.org_id == org_id,
        memberships.c.status == "active",
    ]
    if role:
        conditions.append(memberships.c.roles.contains([role]))
    if text:
        conditions.append(
            or_(
                people.c.name.icontains(text, autoescape=True),
                people.c.login.startswith(text, autoescape=True),
                memberships.c.member_no == text,
            )
        )
    if after is not None:
        conditions.append(memberships.c.id > after)
    return await _members(tx, conditions, limit + 1)


async def find_member(tx: Tx, org_id: UUID, person_id: UUID) -> Member | None:
    """Return one person of one organisation."""
    found = await _members(
        tx, [memberships.c.org_id == org_id, memberships.c.person_id == person_id], 1
    )
    return found[0] if found else None


async def _members(
    tx: Tx, conditions: Collection[ColumnElement[bool]], limit: int
) -> Sequence[Member]:
    # Both tables have an id, a status and a version: the account's columns are renamed.
    person_columns = [column.label(f"account_{column.name}") for column in _PERSON]
    query = (
        select(*_MEMBERSHIP, *person_columns)
        .join(people, people.c.id == memberships.c.person_id)
        .where(*conditions)
        .order_by(memberships.c.id)
        .limit(limit)
    )
    rows = (await tx.execute(query)).mappings().all()
    return [_member(row) for row in rows]


def _member(row: Any) -> Member:
    return Member(
        person=Person(**{column.name: row[f"account_{column.name}"] for column in _PERSON}),
        membership=from_row(Membership, row),
    )
