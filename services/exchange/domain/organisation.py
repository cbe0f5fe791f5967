"""An organisation as the exchange needs it: who may publish, and for which place one registers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from shared.kernel.errors import ConflictError, ForbiddenError, Text
from shared.policies.jurisdiction import region_prefix

NATION: Final = "000000"
# Who has something to offer to, or needs something of, the other side.
PUBLISHERS: Final = frozenset(
    {"enterprise", "school", "industry_body", "service_organisation", "alliance"}
)
# Zhejiang (七) speaks of 高校 and research institutes: of schools, these levels are none.
_BELOW_COLLEGE: Final = frozenset({"secondary_vocational", "technician"})


class PublisherUnverifiedError(ConflictError):
    """Your organisation is not verified yet: its notice stays a draft."""

    code = "notice_publisher_unverified"
    title_zh = "单位尚未通过核验，供求信息只能保存为草稿"
    mend = Text(
        "草稿已可编辑；请单位管理员提交统一社会信用代码与证明材料（POST /v1/verifications），"
        "审核通过后再提交。",
        "Drafts can be kept; the organisation's administrator files its credit code with evidence "
        "(POST /v1/verifications), and after a reviewer has confirmed it the notice is submitted.",
    )


class PublisherInactiveError(ConflictError):
    """Your organisation is suspended or closed."""

    code = "notice_publisher_inactive"
    title_zh = "单位已停用或注销，不能提交或登记供求信息"
    mend = Text("请联系平台运营方。", "Ask the operator of the platform.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """Who an organisation is; `region_code` is where it sits, and for an authority, its reach."""

    id: UUID
    kind: str
    name: str
    region_code: str | None = None
    level: str | None = None
    status: str = "active"
    verified: bool = False

    @property
    def is_college(self) -> bool:
        """Whether this is a school of higher education, as far as its level is known."""
        return self.kind == "school" and self.level not in _BELOW_COLLEGE


def expect_publisher(kind: str | None) -> None:
    """Refuse a kind of organisation that has neither offers nor needs."""
    if kind not in PUBLISHERS:
        raise ForbiddenError(
            needs="an enterprise, school, industry body, service organisation or alliance"
            "（企业、学校、行业组织、服务组织或联盟）"
        )


def expect_in_good_order(organisation: Organisation) -> None:
    """Refuse an organisation that is not active or not verified."""
    if organisation.status != "active":
        raise PublisherInactiveError(status=organisation.status)
    if not organisation.verified:
        raise PublisherUnverifiedError(organisation_id=str(organisation.id))


def holds_place(region_code: str | None, place: str) -> bool:
    """Return whether a place lies in a region.

    >>> holds_place("220000", "220102"), holds_place("330100", "330281")
    (True, False)
    """
    return region_code is not None and place.startswith(region_prefix(region_code))


def level_of_region(region_code: str) -> str:
    """Return at which level a department of a region stands (省, 市州, 县市).

    >>> level_of_region("220000"), level_of_region("220100"), level_of_region("220102")
    ('province', 'city', 'county')
    """
    if region_code == NATION:
        return "nation"
    if region_code.endswith("0000"):
        return "province"
    return "city" if region_code.endswith("00") else "county"
