"""The accounts room's part of the command line: the first operator, keys, the audit chain."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import os
import secrets
import sys
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from shared.kernel.errors import DomainError, Text
from shared.settings import PlatformSettings

ROOM = "accounts"
PASSWORD_VARIABLE = "CHANJIAO_ADMIN_PASSWORD"  # noqa: S105 - the name of a variable
PASSWORD_LENGTH_MIN = 10
T = TypeVar("T")


class SecretUnknownError(DomainError):
    """The platform's secret is not here."""

    code = "secret_unknown"
    title_zh = "找不到平台密钥"
    mend = Text(
        "请设置 CHANJIAO_SECRET，或以 CHANJIAO_DATA 指明已启动过的数据目录（现为 {data}）。",
        "Set CHANJIAO_SECRET, or name by CHANJIAO_DATA a folder that was started before"
        " (now {data}).",
    )


def register(subparsers: Any) -> None:
    """Add `admin`, `audit` and `keys` to the platform's commands."""
    admin = _group(subparsers, "admin", "平台运营人员 / the platform's operators")
    create = admin.add_parser("create", help="建立运营账号 / make an operator's account")
    create.add_argument("--login", default="operator", help="账号名 / account name")
    create.add_argument("--name", default="平台运营", help="姓名 / name")
    create.add_argument("--generate", action="store_true", help="生成密码 / make a password")
    create.set_defaults(run=_create_admin)
    audit = _group(subparsers, "audit", "审计记录 / the audit log")
    audit.add_parser("verify", help="核对整条链 / follow the whole chain").set_defaults(run=_verify)
    keys = _group(subparsers, "keys", "签名密钥 / signing keys")
    keys.add_parser("renew", help="换用下一把 / let the next one sign").set_defaults(run=_renew)


def _group(subparsers: Any, name: str, text: str) -> Any:
    parser = subparsers.add_parser(name, help=text)
    return parser.add_subparsers(dest=f"{name}_command", required=True)


def _create_admin(arguments: argparse.Namespace) -> int:
    """Make an operator; the password is asked for, piped in, set in the environment or made."""
    password = secrets.token_urlsafe(12) if arguments.generate else _read_password()
    if len(password) < PASSWORD_LENGTH_MIN:
        shortest = f"密码至少 {PASSWORD_LENGTH_MIN} 个字符 / at least {PASSWORD_LENGTH_MIN} signs"
        print(shortest, file=sys.stderr)
        return os.EX_USAGE

    async def create(parts: Any) -> str:
        from services.accounts.adapters.passwords import Passwords
        from services.accounts.flows.found_platform import found_platform
        from shared.db.session import PLATFORM

        hashed = await Passwords().hash(password)
        async with parts.database.begin(PLATFORM) as tx:
            person = await found_platform(
                tx,
                login=arguments.login,
                name=arguments.name,
                password_hash=hashed,
                now=parts.clock(),
            )
        return person.login

    login = _in_room(create)
    print(f"已建立 / made: {login}")
    if arguments.generate:
        print(f"密码 / password: {password}")
    return 0


def _read_password() -> str:
    if PASSWORD_VARIABLE in os.environ:
        return os.environ[PASSWORD_VARIABLE]
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return getpass.getpass("密码 / password: ")


def _verify(_arguments: argparse.Namespace) -> int:
    async def verify(parts: Any) -> Any:
        from services.accounts.flows.verify_audit import verify_audit
        from shared.db.session import PLATFORM

        async with parts.database.begin(PLATFORM) as tx:
            return await verify_audit(tx)

    report = _in_room(verify)
    if report.broken is None:
        print(f"完整 / whole: {report.entries} 条 / entries, {report.head.hash.hex()}")
        return 0
    where = f"seq {report.broken.seq}: {report.broken.reason}"
    print(f"链在此处断裂 / the chain breaks at {where}", file=sys.stderr)
    return 1


def _renew(_arguments: argparse.Namespace) -> int:
    async def renew(parts: Any) -> str:
        from services.accounts.flows.sign import Signer

        settings = parts.settings
        if not settings.secret:
            raise SecretUnknownError(data=str(settings.data))
        signer = Signer(
            parts.database,
            secret=settings.secret,
            issuer=settings.public_url,
            clock=parts.clock,
        )
        return await signer.renew()

    print(f"现用密钥 / signing now: {_in_room(renew)}")
    return 0


def _in_room(work: Callable[[Any], Awaitable[T]]) -> T:
    """Do `work` on the room's database, at this program's version, and let go of it again."""
    from shared.db.server import Server

    settings = _settings()
    server = None if settings.database_url else Server.attach_or_start(settings.data)
    try:
        admin = settings.database_url or (server.admin_dsn if server else "")
        return asyncio.run(_on_database(settings, admin, work))
    finally:
        if server is not None:
            server.stop()


async def _on_database(
    settings: PlatformSettings, admin: str, work: Callable[[Any], Awaitable[T]]
) -> T:
    from shared.db.cluster import ensure_rooms
    from shared.db.migrations import migrate
    from shared.db.session import Database
    from shared.http.peers import Peers, RemoteKeys
    from shared.room import Parts

    override = os.environ.get(f"{ROOM.upper()}_DATABASE_URL", "")
    rooms = await ensure_rooms(
        admin,
        settings.name,
        [ROOM],
        secret=settings.secret if settings.database_url else None,
        overrides={ROOM: override} if override else {},
    )
    reached = rooms[ROOM]
    readers = (reached.app_dsn.user, reached.relay_dsn.user)
    await migrate(ROOM, reached.owner_dsn.sqlalchemy, readers=readers)
    peers = Peers(room=ROOM, secret=settings.secret, urls={})
    database = Database(reached.app_dsn.sqlalchemy, pool_size=2)
    keys = RemoteKeys(peers.anonymous_later(ROOM))
    parts = Parts(settings=settings, database=database, peers=peers, keys=keys)
    try:
        return await work(parts)
    finally:
        await database.close()


def _settings() -> PlatformSettings:
    settings = PlatformSettings()
    if settings.secret:
        return settings
    kept = settings.data / "secret"
    # Only signing and passwords over a network need it, and both come after a first start.
    secret = kept.read_text() if kept.exists() else ""
    return settings.model_copy(update={"secret": secret})
