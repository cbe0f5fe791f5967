"""An alliance's common standard: what it settles, who has signed it, when it takes effect."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final, Literal, TypeAlias, cast

from services.credits.domain.outcome_kind import KINDS
from services.credits.domain.rule_check import StandardTerms, Unit
from shared.kernel.errors import (
    ConflictError,
    Fault,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    Text,
)

UseScope: TypeAlias = Literal["level", "enrolment_level"]
USE_SCOPES: Final = ("level", "enrolment_level")
# Where a school belongs to no alliance's standard: hours for courses, weeks for practice.
OWN_TERMS: Final = StandardTerms(units={"internship": "weeks", "school_course": "hours"})


class StandardState(StrEnum):
    """Where a version of a standard is on its way."""

    DRAFT = "draft"
    SIGNING = "signing"
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"


class StandardInvalidError(InvalidInputError):
    """The standard's content cannot be read."""

    code = "standard_invalid"
    title_zh = "联盟标准内容有误"


class StandardNotFoundError(NotFoundError):
    """There is no such standard."""

    code = "standard_not_found"
    title_zh = "没有该联盟标准"


class StandardStateError(ConflictError):
    """The standard's present state does not allow this."""

    code = "standard_state"
    title_zh = "联盟标准当前状态不允许此操作"
    mend = Text("现为 {state}，需为 {needs}。", "It is {state}; this needs {needs}.")


class NotAMemberError(ForbiddenError):
    """Your school is no member of this alliance today."""

    code = "not_a_member"
    title_zh = "贵校目前不是该联盟成员"
    mend = Text("请联系联盟秘书处。", "Ask the alliance's office.")


class DigestDiffersError(ConflictError):
    """What you would sign is not what you have read."""

    code = "digest_differs"
    title_zh = "签署的内容与现行文本不一致"
    mend = Text(
        "请重新阅读文本并按其摘要 {digest} 签署。",
        "Read the text again and sign its digest {digest}.",
    )


class SignatureRepeatedError(ConflictError):
    """Your school has signed this version already."""

    code = "signature_repeated"
    title_zh = "贵校已签署该版本"


class SignaturesMissingError(ConflictError):
    """Not every member has signed."""

    code = "signatures_missing"
    title_zh = "尚有成员未签署"
    mend = Text("未签署：{members}。", "Not signed yet: {members}.")


class MembershipOverlapsError(ConflictError):
    """This membership overlaps another one of the same member."""

    code = "membership_overlaps"
    title_zh = "与该成员已有的成员期限重叠"


_KEYS = frozenset({"kinds", "units", "hours_per_credit", "weeks_per_credit", "use_scope", "text"})


def read_terms(content: Mapping[str, Any]) -> StandardTerms:
    """Return what a standard demands of rulebooks; raises StandardInvalidError."""
    faults = [_fault(f"/{name}", "不认识该字段", "unknown") for name in set(content) - _KEYS]
    kinds = content.get("kinds")
    if not isinstance(kinds, list) or not set(cast("list[Any]", kinds)) <= set(KINDS) or not kinds:
        faults.append(_fault("/kinds", "应为成果类型的列表", "a list of kinds of outcomes"))
    units = content.get("units", {})
    if not _units_fit(units):
        faults.append(_fault("/units", "每类应为 hours 或 weeks", "hours or weeks by kind"))
    if content.get("use_scope") not in USE_SCOPES:
        faults.append(_fault("/use_scope", "应为 level 或 enrolment_level", str(USE_SCOPES)))
    for name, low, high in (("hours_per_credit", 8, 40), ("weeks_per_credit", 1, 4)):
        if not _range_fits(content.get(name), low, high):
            said = f"应为 {low}—{high} 之间的两个整数"
            faults.append(_fault(f"/{name}", said, f"two whole numbers of {low} to {high}"))
    if faults:
        raise StandardInvalidError(faults=faults)
    return StandardTerms(
        kinds=frozenset(cast("list[str]", kinds)),
        units=cast("Mapping[str, Unit]", units),
        hours_per_credit=cast("tuple[int, int]", tuple(content["hours_per_credit"])),
        weeks_per_credit=cast("tuple[int, int]", tuple(content["weeks_per_credit"])),
    )


def _units_fit(units: object) -> bool:
    if not isinstance(units, Mapping):
        return False
    given = cast("Mapping[str, Any]", units)
    return set(given) <= set(KINDS) and all(unit in {"hours", "weeks"} for unit in given.values())


def _range_fits(value: object, low: int, high: int) -> bool:
    if not isinstance(value, list) or len(cast("list[Any]", value)) != 2:
        return False
    ends = cast("list[Any]", value)
    whole = all(isinstance(each, int) and not isinstance(each, bool) for each in ends)
    return whole and low <= ends[0] <= ends[1] <= high


def _fault(pointer: str, zh: str, en: str) -> Fault:
    return Fault("standard_field", Text(zh, en), pointer=f"/content{pointer}")


def use_scope(kind: UseScope, *, stage: str, enrolment_no: str) -> str:
    """Return what "one use of an outcome" is counted in: the standard says how wide it is.

    >>> use_scope("level", stage="higher_vocational", enrolment_no="2024001")
    'higher_vocational'
    >>> use_scope("enrolment_level", stage="higher_vocational", enrolment_no="2024001")
    '2024001:higher_vocational'
    """
    return stage if kind == "level" else f"{enrolment_no}:{stage}"


def runs_on(row: Mapping[str, Any], on: date) -> bool:
    """Whether a membership or a version holds on a day."""
    start = row.get("from_on") or row["valid_from"]
    end = row.get("until_on") or row.get("valid_to")
    return start <= on and (end is None or on <= end)
