"""The accounts room's part of the command line: the first operator, keys, the audit chain."""

from __future__ import annotations

import argparse
import getpass
import os
import secrets
import sys
from typing import Any

from shared.kernel.errors import DomainError, Text
from shared.offline import in_room

ROOM = "accounts"
PASSWORD_VARIABLE = "CHANJIAO_ADMIN_PASSWORD"  # noqa: S105 - the name of a variable
PASSWORD_LENGTH_MIN = 10


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

    login = in_room(ROOM, create)
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

    report = in_room(ROOM, verify)
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

    print(f"现用密钥 / signing now: {in_room(ROOM, renew)}")
    return 0
