"""A school's register of hosts (实习单位名录): proposed, inspected, approved, removed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.internships.domain.facts import HostInspection, InspectionItem
from shared.kernel.errors import ConflictError, NotFoundError, Text


class HostState(StrEnum):
    """How far the school has come with a host."""

    PROPOSED = "proposed"
    INSPECTED = "inspected"
    APPROVED = "approved"
    REMOVED = "removed"


class HostNotFoundError(NotFoundError):
    """This school's register has no such host."""

    code = "host_not_found"
    title_zh = "名录中没有该实习单位"


class HostListedError(ConflictError):
    """The register holds this enterprise already."""

    code = "host_listed"
    title_zh = "该企业已在名录中"
    mend = Text("请打开已有记录（{host_id}）。", "Open the entry that exists ({host_id}).")


class HostNotInspectedError(ConflictError):
    """A host is approved on a complete inspection only."""

    code = "host_not_inspected"
    title_zh = "考察评估未完成，不能列入名录"
    mend = Text(
        "《职业学校学生实习管理规定》第七条：须实地考察八个方面并形成书面报告。尚缺：{missing}。",
        "Article 7 asks for a written report on eight items after a visit. Missing: {missing}.",
    )


class EnterpriseUnknownError(NotFoundError):
    """The platform knows no such enterprise."""

    code = "enterprise_unknown"
    title_zh = "平台上没有该企业"
    mend = Text(
        "请核对企业编号；企业须先在平台登记。",
        "Check the id; an enterprise registers on the platform first.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFinding:
    """What the inspectors found of one of the eight items."""

    satisfied: bool
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One entry of one school's register."""

    id: UUID
    school_id: UUID
    enterprise_id: UUID
    enterprise_name: str
    enterprise_uscc: str | None
    state: HostState
    inspection: Mapping[str, Any] | None
    inspected_on: date | None
    inspectors: str | None
    report_sha256: str | None
    decided_on: date | None
    decision_note: str | None
    public_url: str | None
    created_at: datetime
    updated_at: datetime
    version: int


def missing_for_approval(host: Host) -> list[str]:
    """Return what article 7 still asks for before the host may be approved."""
    items = host.inspection or {}
    missing = [item.value for item in InspectionItem if item.value not in items]
    if host.inspected_on is None:
        missing.append("inspected_on")
    if host.report_sha256 is None:
        missing.append("report")
    return missing


def inspection_of(host: Host) -> HostInspection | None:
    """Return the inspection as the rules look at it."""
    if host.inspected_on is None or not host.inspection:
        return None
    return HostInspection(
        reported_on=host.inspected_on,
        items=frozenset(InspectionItem(name) for name in host.inspection),
        decided_on=host.decided_on,
    )
