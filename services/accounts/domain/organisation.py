"""Organisations and their sites: what they are and who may change what of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.accounts.domain.roles import OrganisationKind
from shared.kernel.errors import ConflictError, Text
from shared.policies.jurisdiction import region_prefix

OrganisationStatus = Literal["active", "suspended", "closed"]

# Facts that a reviewer has checked: changed by the operator only, once they are.
CHECKED_FIELDS = frozenset({"name", "uscc", "moe_code", "level"})


class OrganisationKnownError(ConflictError):
    """An organisation with this code is registered already."""

    code = "organisation_known"
    title_zh = "该代码的单位已登记"
    mend = Text(
        "{field} 已被使用；请搜索该单位并联系其管理员。",
        "{field} is taken; search for the organisation and ask its administrator.",
    )


class CheckedFactError(ConflictError):
    """A verified fact is changed by the operator only."""

    code = "checked_fact"
    title_zh = "已核验的信息只能由平台运营方修改"
    mend = Text(
        "{fields} 已核验；请联系平台运营方变更。",
        "{fields} has been verified; ask the platform's operator to change it.",
    )


class OrganisationInactiveError(ConflictError):
    """This organisation is suspended or closed."""

    code = "organisation_inactive"
    title_zh = "该单位已停用或注销"
    mend = Text("请联系平台运营方。", "Ask the platform's operator.")


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation of the platform."""

    id: UUID
    kind: OrganisationKind
    name: str
    sort_key: str
    uscc: str | None
    region_code: str | None
    industry_code: str | None
    moe_code: str | None
    level: str | None
    status: OrganisationStatus
    verified_at: datetime | None
    version: int

    @property
    def verified(self) -> bool:
        """Whether a reviewer has checked that it is who it says it is."""
        return self.verified_at is not None


@dataclass(frozen=True, slots=True)
class Site:
    """A place where an organisation works (厂区)."""

    id: UUID
    org_id: UUID
    name: str
    address: str
    region_code: str | None
    version: int


def check_own_change(organisation: Organisation, changed: frozenset[str]) -> None:
    """Refuse a change by the organisation itself that would bend what was verified."""
    if organisation.status != "active":
        raise OrganisationInactiveError
    touched = sorted(changed & CHECKED_FIELDS)
    if organisation.verified and touched:
        raise CheckedFactError(fields=", ".join(touched))


def covers(region_code: str | None, other: str | None) -> bool:
    """Return whether region `other` lies in region `region_code` (GB/T 2260).

    >>> covers("330000", "330102"), covers("330100", "330281"), covers("000000", "330102")
    (True, False, True)
    """
    if region_code is None or other is None:
        return False
    return other.startswith(region_prefix(region_code))
