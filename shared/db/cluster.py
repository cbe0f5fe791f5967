"""Databases and roles of the rooms in one PostgreSQL cluster, made once and found again."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Self

import asyncpg

from shared.db.dsn import Dsn
from shared.db.errors import (
    RolePowerError,
    RoomCreationForbiddenError,
    SecretMissingError,
    ServerUnreachableError,
    TemplateMissingError,
)
from shared.db.passwords import derive_password, scram_verifier

ROLES = ("owner", "app", "relay")

# Advisory locks are numbers; this one spells "rooms" and is taken in the admin database.
_LOCK = int.from_bytes(b"rooms")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,55}")  # with "_owner" it stays under PostgreSQL's 63 bytes
_CONNECT_S = 10

Connection = asyncpg.Connection


@dataclass(frozen=True, slots=True)
class RoomDatabase:
    """One room's database as its three roles reach it.

    The owner migrates; the app serves requests and owns nothing; the relay reads the outbox and
    the jobs of every organisation, where a migration grants it (stack.md, trap 15).
    """

    owner_dsn: Dsn
    app_dsn: Dsn
    relay_dsn: Dsn

    def in_database(self, database: str) -> Self:
        """Return the same roles in another database (a clone of this one)."""
        return replace(
            self,
            owner_dsn=replace(self.owner_dsn, database=database),
            app_dsn=replace(self.app_dsn, database=database),
            relay_dsn=replace(self.relay_dsn, database=database),
        )


async def ensure_rooms(
    admin: str,
    name: str,
    rooms: Sequence[str],
    *,
    secret: str | None = None,
    overrides: Mapping[str, str] | None = None,
) -> dict[str, RoomDatabase]:
    """Make each room's database and roles where they are missing; return how to reach them.

    `admin` is the URL of a role that may create them, or that finds them made; `overrides` names
    another server for single rooms. Over a network the roles' passwords come from `secret`; on a
    private socket none are needed. Safe to call from many processes at once.
    """
    addresses = {room: Dsn.parse((overrides or {}).get(room) or admin) for room in rooms}
    plans = {
        room: _Plan.make(address, f"{name}_{room}", secret) for room, address in addresses.items()
    }
    for address in dict.fromkeys(addresses.values()):
        ours = [plans[room] for room in rooms if addresses[room] == address]
        async with connected(address) as connection:
            await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
            for plan in ours:
                await _ensure(connection, plan)
    return {room: plan.reached for room, plan in plans.items()}


async def clone_database(admin: str, template: str, name: str) -> None:
    """Copy the database `template`, which nobody may be using, with its owner and its grants."""
    async with connected(Dsn.parse(admin)) as connection:
        owner = await connection.fetchval(
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = $1", template
        )
        reaching = await connection.fetch(
            "SELECT DISTINCT pg_get_userbyid(grantee) AS role"
            " FROM pg_database, aclexplode(datacl)"
            " WHERE datname = $1 AND privilege_type = 'CONNECT' AND grantee <> 0",
            template,
        )
        if owner is None:
            raise TemplateMissingError(template=template)
        copy = quote_name(name)
        await connection.execute(
            f"CREATE DATABASE {copy} TEMPLATE {quote_name(template)} OWNER {quote_name(owner)}"
        )
        # A copy does not inherit who may connect.
        async with connection.transaction():
            await connection.execute(f"REVOKE ALL ON DATABASE {copy} FROM PUBLIC")
            for row in reaching:
                role = quote_name(row["role"])
                await connection.execute(f"GRANT CONNECT ON DATABASE {copy} TO {role}")


async def drop_database(admin: str, name: str) -> None:
    """Remove the database `name`, where it exists, and end its sessions."""
    async with connected(Dsn.parse(admin)) as connection:
        await connection.execute(f"DROP DATABASE IF EXISTS {quote_name(name)} WITH (FORCE)")


@asynccontextmanager
async def connected(address: Dsn) -> AsyncGenerator[Connection]:
    """Open one connection; a server that refuses becomes an error without its password."""
    try:
        connection = await asyncpg.connect(address.url, timeout=_CONNECT_S)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise ServerUnreachableError(
            server=replace(address, password=None).url, reason=f"{type(error).__name__}: {error}"
        ) from error
    try:
        yield connection
    finally:
        await connection.close()


def quote_name(name: str) -> str:
    """Return `name` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class _Plan:
    """One room's database as it should be."""

    database: str
    reached: RoomDatabase

    @classmethod
    def make(cls, address: Dsn, database: str, secret: str | None) -> Self:
        assert _NAME.fullmatch(database), f"not a name for a database: {database}"
        if not secret and not address.by_socket:
            raise SecretMissingError(server=replace(address, password=None).url)
        reached = {
            f"{suffix}_dsn": address.login(
                f"{database}_{suffix}",
                database,
                derive_password(secret, f"{database}_{suffix}") if secret else None,
            )
            for suffix in ROLES
        }
        return cls(database, RoomDatabase(**reached))

    @property
    def roles(self) -> tuple[Dsn, Dsn, Dsn]:
        return (self.reached.owner_dsn, self.reached.app_dsn, self.reached.relay_dsn)


@dataclass(frozen=True, slots=True)
class _Rights:
    """What the administrator's role may do."""

    superuser: bool
    roles: bool
    databases: bool


@dataclass(frozen=True, slots=True)
class _Work:
    """The statements that bring one room to its plan."""

    roles: tuple[str, ...]
    databases: tuple[str, ...]
    grants: tuple[str, ...]

    def forbidden(self, database: str, reason: str) -> RoomCreationForbiddenError:
        """Return the error that hands these statements to an administrator."""
        script = ";\n".join((*self.roles, *self.databases, *self.grants)) + ";"
        return RoomCreationForbiddenError(database=database, sql=script, reason=reason)


async def _ensure(connection: Connection, plan: _Plan) -> None:
    """Bring one room to its plan, or say what an administrator must run."""
    rights = _Rights(
        **dict(
            await connection.fetchrow(
                "SELECT rolsuper AS superuser, rolsuper OR rolcreaterole AS roles,"
                " rolsuper OR rolcreatedb AS databases FROM pg_roles WHERE rolname = current_user"
            )
            or {}
        )
    )
    work = await _missing(connection, plan)
    may = (rights.roles or not work.roles) and (rights.databases or not work.databases)
    if not may:
        raise work.forbidden(plan.database, "the role may not create roles or databases")
    try:
        await _apply(connection, plan, rights=rights, work=work)
    except asyncpg.InsufficientPrivilegeError as error:
        raise work.forbidden(plan.database, str(error)) from error


async def _missing(connection: Connection, plan: _Plan) -> _Work:
    """Compare the cluster with the plan of one room."""
    known = await _known_roles(connection, plan)
    found = await connection.fetchrow(
        "SELECT datacl FROM pg_database WHERE datname = $1", plan.database
    )
    major = connection.get_server_version().major
    return _Work(
        roles=tuple(_create_role(role) for role in plan.roles if role.user not in known),
        databases=() if found else (_create_database(plan, major),),
        # Grants are written together or not at all: any entry means that they are all there.
        grants=() if found and found["datacl"] else _grants(plan),
    )


async def _known_roles(connection: Connection, plan: _Plan) -> set[str]:
    """Return the roles that exist; refuse those whose power would switch row security off."""
    names = [role.user for role in plan.roles]
    rows = await connection.fetch(
        "SELECT rolname, rolsuper OR rolbypassrls AS above FROM pg_roles WHERE rolname = ANY($1)",
        names,
    )
    members = await connection.fetch(
        "SELECT m.rolname FROM pg_auth_members a JOIN pg_roles m ON m.oid = a.member"
        " JOIN pg_roles o ON o.oid = a.roleid WHERE o.rolname = $1 AND m.rolname = ANY($2)",
        names[0],
        names[1:],
    )
    mighty = [row["rolname"] for row in rows if row["above"]]
    mighty += [row["rolname"] for row in members]
    if mighty:
        raise RolePowerError(role=", ".join(mighty))
    return {row["rolname"] for row in rows}


async def _apply(connection: Connection, plan: _Plan, *, rights: _Rights, work: _Work) -> None:
    if rights.roles:
        async with connection.transaction():
            for statement in work.roles:
                await connection.execute(statement)
            await _renew_passwords(connection, plan)
            if (work.databases or work.grants) and not rights.superuser:
                # Who gives a database to a role must be a member of that role.
                owner = quote_name(plan.reached.owner_dsn.user)
                await connection.execute(f"GRANT {owner} TO CURRENT_USER")
    for statement in work.databases:  # CREATE DATABASE runs in no transaction
        await connection.execute(statement)
    async with connection.transaction():
        for statement in work.grants:
            await connection.execute(statement)


async def _renew_passwords(connection: Connection, plan: _Plan) -> None:
    """Carry a changed secret over to the roles; those that an administrator keeps stay his."""
    for role in plan.roles:
        if role.password:
            with suppress(asyncpg.InsufficientPrivilegeError):
                async with connection.transaction():
                    await connection.execute(f"ALTER ROLE {quote_name(role.user)}{_password(role)}")


def _create_role(role: Dsn) -> str:
    return (
        f"CREATE ROLE {quote_name(role.user)}"
        f" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS{_password(role)}"
    )


def _password(role: Dsn) -> str:
    return f" PASSWORD '{scram_verifier(role.password, role.user)}'" if role.password else ""


def _create_database(plan: _Plan, major: int) -> str:
    # 17 brought a C.UTF-8 that is the same on every system; 15 takes the system's.
    locale = "LOCALE_PROVIDER builtin LOCALE 'C.UTF-8'" if major >= 17 else "LOCALE 'C.UTF-8'"
    return (
        f"CREATE DATABASE {quote_name(plan.database)}"
        f" OWNER {quote_name(plan.reached.owner_dsn.user)}"
        f" TEMPLATE template0 ENCODING 'UTF8' {locale}"
    )


def _grants(plan: _Plan) -> tuple[str, ...]:
    reaching = ", ".join(quote_name(role.user) for role in plan.roles[1:])
    return (
        f"REVOKE ALL ON DATABASE {quote_name(plan.database)} FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {quote_name(plan.database)} TO {reaching}",
    )
