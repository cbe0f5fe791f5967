"""An organisation as the accounts room knows it, and what the rules ask of it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.internships.domain.facts import HostKind
from shared.kernel.errors import ConflictError, Text

_HOST_KINDS = {
    "enterprise": HostKind.ENTERPRISE,
    "school": HostKind.TRAINING_BASE,
    "service_organisation": HostKind.SERVICE_ORGANISATION,
}
# GB 32100: the registering authority and the kind of organisation, the first two signs.
_LEGAL_FORMS = {
    "91": "企业",
    "92": "个体工商户",
    "93": "农民专业合作社",
    "11": "机关",
    "12": "事业单位",
    "13": "机构编制群众团体",
    "19": "机构编制其他",
    "31": "律师事务所",
    "51": "社会团体",
    "52": "民办非企业单位",
    "53": "基金会",
    "59": "民政其他",
    "81": "工会",
    "N1": "组级集体经济组织",
    "N2": "村级集体经济组织",
    "N3": "乡镇级集体经济组织",
}


class EnterpriseNotVerifiedError(ConflictError):
    """The enterprise is not verified yet."""

    code = "enterprise_not_verified"
    title_zh = "企业尚未通过核验"
    mend = Text(
        "草稿和合规检查不受影响；发布前请由企业管理员提交统一社会信用代码与证明材料"
        "（POST /v1/verifications），审核通过后再发布。",
        "Drafts and checks go on; before publishing, the enterprise's administrator files the "
        "credit code with evidence (POST /v1/verifications) and a reviewer confirms it.",
    )


class EnterpriseNotActiveError(ConflictError):
    """The enterprise is suspended or closed."""

    code = "enterprise_not_active"
    title_zh = "企业已停用或注销"
    mend = Text("请联系平台运营方。", "Ask the operator of the platform.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """What anyone may know of an organisation."""

    id: UUID
    kind: str
    name: str
    uscc: str | None = None
    region_code: str | None = None
    industry_code: str | None = None
    level: str | None = None
    status: str = "active"
    verified: bool = False

    @property
    def host_kind(self) -> HostKind:
        """What it is when it offers posts."""
        return _HOST_KINDS.get(self.kind, HostKind.INSTITUTION)

    @property
    def legal_form(self) -> str | None:
        """The registered form that its credit code states (GB 32100-2015, table 1)."""
        return _LEGAL_FORMS.get((self.uscc or "")[:2])


def expect_may_publish(organisation: Organisation) -> None:
    """Refuse an organisation that is not active or not verified."""
    if organisation.status != "active":
        raise EnterpriseNotActiveError(status=organisation.status)
    if not organisation.verified:
        raise EnterpriseNotVerifiedError(organisation_id=str(organisation.id))
