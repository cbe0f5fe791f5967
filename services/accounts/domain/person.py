"""People: how they sign in, what they are where, and how much of them a list shows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.accounts.domain.roles import OrganisationKind, roles_of_kind
from shared.kernel.errors import ConflictError, Fault, Text

PersonStatus = Literal["active", "blocked"]
MembershipStatus = Literal["active", "ended"]
PASSWORD_LENGTH_MIN = 10
_LOGIN = re.compile(r"[0-9a-z\u3400-\u4dbf\u4e00-\u9fff._@+-]+")


class LoginTakenError(ConflictError):
    """This account name is taken."""

    code = "login_taken"
    title_zh = "该账号名已被使用"
    mend = Text("请换一个账号名。", "Choose another account name.")


class NotHomeError(ConflictError):
    """Another organisation keeps this account."""

    code = "not_home_organisation"
    title_zh = "该账号由其他单位管理"
    mend = Text(
        "账号资料与密码只能由建立该账号的单位或本人修改。",
        "Only the organisation that made the account, or the person, changes it.",
    )


class LastAdminError(ConflictError):
    """An organisation keeps at least one administrator."""

    code = "last_admin"
    title_zh = "单位至少保留一名管理员"
    mend = Text("请先指定另一名管理员。", "Name another administrator first.")


@dataclass(frozen=True, slots=True)
class Person:
    """A person with an account."""

    id: UUID
    login: str
    name: str
    phone: str | None
    email: str | None
    home_org_id: UUID
    status: PersonStatus
    version: int


@dataclass(frozen=True, slots=True)
class Credential:
    """What a sign-in is checked against."""

    person_id: UUID
    status: PersonStatus
    password_hash: str | None
    activation_sha256: bytes | None
    activation_until: datetime | None


@dataclass(frozen=True, slots=True)
class Membership:
    """The roles of a person in an organisation, with its number there (学籍号, 工号)."""

    id: UUID
    person_id: UUID
    org_id: UUID
    roles: tuple[str, ...]
    member_no: str | None
    status: MembershipStatus
    version: int


def normal_login(login: str) -> str:
    """Return the one spelling under which an account name is stored and looked up.

    >>> normal_login(" Ａlice@School ")
    'alice@school'
    """
    return unicodedata.normalize("NFKC", login).strip().casefold()


def is_plain_login(login: str) -> bool:
    """Whether no sign of an account name passes for another one: Cyrillic, or none to be seen.

    >>> is_plain_login("张三@school"), is_plain_login("\u0430lice"), is_plain_login("a\u200blice")
    (True, False, False)
    """
    return _LOGIN.fullmatch(normal_login(login)) is not None


def mask_phone(phone: str | None) -> str | None:
    """Return a telephone number as a list shows it.

    >>> mask_phone("13812345678"), mask_phone("12345")
    ('138****5678', '****')
    """
    if phone is None:
        return None
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else "****"


def mask_email(email: str | None) -> str | None:
    """Return an e-mail address as a list shows it.

    >>> mask_email("alice@example.cn")
    'a***@example.cn'
    """
    if email is None:
        return None
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}***@{domain}"


def role_faults(roles: Collection[str], kind: OrganisationKind, pointer: str) -> list[Fault]:
    """Return one fault per role that people of such an organisation cannot have."""
    allowed = roles_of_kind(kind)
    names = ", ".join(sorted(allowed))
    return [
        Fault(
            code="role_unknown",
            text=Text(f"该类单位没有此角色；可选：{names}", f"No role here; one of: {names}"),
            pointer=f"{pointer}/{index}",
        )
        for index, role in enumerate(roles)
        if role not in allowed
    ]
