"""Signing in and out: attempts counted first, then the password, then the session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.accounts.adapters.secrets import attempt_key, csrf_of, new_secret, sha256
from services.accounts.domain.audit import Actor
from services.accounts.domain.person import Credential, normal_login
from services.accounts.domain.session import (
    ATTEMPTS_PER_ADDRESS,
    ATTEMPTS_PER_LOGIN,
    SESSION_LIFE,
    Session,
    SessionEndedError,
    SignInRefusedError,
    Via,
    check_attempts,
)
from services.accounts.flows.desk import Desk, act, write_audit
from services.accounts.store import people, sessions
from shared.db.session import PLATFORM, Tx
from shared.kernel.ids import new_id
from shared.logs import get_logger


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A session on its way to its owner; the token is nowhere else."""

    token: str
    csrf: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Door:
    """Under which keys the attempts of one visitor on one account are counted."""

    login: bytes
    address: bytes


async def sign_in(desk: Desk, *, login: str, password: str, address: str) -> OpenedSession:
    """Open a session for whoever knows the password.

    Two transactions: the attempt must stay counted when the sign-in is refused, and no
    connection waits while the password is hashed.
    """
    door = _door(desk, login, address)
    credential = await _count_and_find(desk, door, login)
    known = credential.password_hash if credential else None
    right = await desk.passwords.holds(known, password)
    if credential is None or not right or credential.status != "active":
        get_logger("accounts").info("sign_in.refused")
        raise SignInRefusedError
    async with desk.database.begin(PLATFORM) as tx:
        await sessions.forgive(tx, login=door.login, address=door.address)
        return await open_session(desk, tx, credential.person_id, "password")


async def activate(
    desk: Desk, *, login: str, code: str, password: str | None, address: str
) -> OpenedSession:
    """Open a session by the one-time code of a new account; set its password where one is given."""
    now = desk.clock()
    door = _door(desk, login, address)
    credential = await _count_and_find(desk, door, login)
    new_hash = await desk.passwords.hash(password) if password else None
    async with desk.database.begin(PLATFORM) as tx:
        if credential is None or credential.status != "active":
            raise SignInRefusedError
        if not await people.use_activation(tx, credential.person_id, sha256(code), now):
            raise SignInRefusedError
        if new_hash is not None:
            await people.set_password(tx, credential.person_id, new_hash)
        await sessions.forgive(tx, login=door.login, address=door.address)
        return await open_session(desk, tx, credential.person_id, "activation")


async def open_session(desk: Desk, tx: Tx, person_id: UUID, via: Via) -> OpenedSession:
    """Write a new session of a person who has been recognised."""
    now = desk.clock()
    token = new_secret()
    session = Session(
        id=new_id(),
        person_id=person_id,
        created_at=now,
        expires_at=now + SESSION_LIFE,
        ended_at=None,
        via=via,
    )
    await sessions.add(tx, session, sha256(token))
    await sessions.sweep(tx, now)
    person = await people.find(tx, person_id)
    home = person.home_org_id if person else None
    opened = act("session.opened", session.id, of=home, via=via)
    await write_audit(tx, Actor(person_id, "person", home), [opened], now)
    return OpenedSession(token, csrf_of(desk.secret, token), session.expires_at)


async def find_session(desk: Desk, tx: Tx, token: str) -> Session:
    """Return the session of this token; raises SessionEndedError where it does not hold."""
    session = await sessions.find(tx, sha256(token))
    if session is None or not session.holds(desk.clock()):
        raise SessionEndedError
    return session


async def sign_out(desk: Desk, tx: Tx, token: str) -> None:
    """End the session of this token."""
    now = desk.clock()
    session = await find_session(desk, tx, token)
    await sessions.end(tx, session.id, now)
    actor = Actor(session.person_id, "person", None)
    await write_audit(tx, actor, [act("session.ended", session.id, of=None)], now)


def _door(desk: Desk, login: str, address: str) -> _Door:
    return _Door(
        login=attempt_key(desk.secret, "login", normal_login(login)),
        address=attempt_key(desk.secret, "address", address),
    )


async def _count_and_find(desk: Desk, door: _Door, login: str) -> Credential | None:
    now = desk.clock()
    limits = {door.login: ATTEMPTS_PER_LOGIN, door.address: ATTEMPTS_PER_ADDRESS}
    async with desk.database.begin(PLATFORM) as tx:
        tries = await sessions.count_attempts(tx, limits, now)
        credential = await people.find_credential(tx, normal_login(login))
    check_attempts(tries, now)
    return credential
