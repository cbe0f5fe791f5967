"""Consents: given by the person concerned, towards a named recipient, withdrawn at any time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from shared.kernel.errors import Fault, ForbiddenError, Text

ConsentPurpose = Literal["share_with_host", "sensitive_data", "personalised_recommendation"]

# PIPL 23: before personal data goes to another one, the person is told its name and agrees to it
# separately. Sensitive data (29) and recommendations (24) concern the platform and the school.
_NAMES_RECIPIENT = frozenset({"share_with_host"})


class NotAPersonError(ForbiddenError):
    """Only the person concerned consents."""

    code = "not_a_person"
    title_zh = "只有本人可以作出或撤回同意"
    mend = Text("请以本人账号登录。", "Sign in as the person concerned.")


@dataclass(frozen=True, slots=True)
class Consent:
    """One consent of one person."""

    id: UUID
    person_id: UUID
    purpose: ConsentPurpose
    to_org_id: UUID | None
    home_org_id: UUID
    text_version: str
    given_at: datetime
    withdrawn_at: datetime | None


def recipient_faults(purpose: ConsentPurpose, to_org_id: UUID | None) -> list[Fault]:
    """Return whether the recipient is missing, or named where there is none."""
    if (purpose in _NAMES_RECIPIENT) == (to_org_id is not None):
        return []
    text = Text(
        "向用人单位提供个人信息须指明接收单位；其他用途不填接收单位",
        "Name who receives the data for `share_with_host`, and nobody for other purposes",
    )
    return [Fault("recipient", text, pointer="/to_org_id")]
