"""Outcomes: what may be registered, under which key it is known, what rules read of it."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

from services.credits.domain.outcome_kind import AWARDS, FORMS, KINDS, STAGE_RANK, STAGES
from services.credits.domain.rule_check import StandardTerms
from shared.kernel.errors import (
    ConflictError,
    Fault,
    InvalidInputError,
    NotFoundError,
    Text,
)

UNIQUE_KEY_PURPOSE = "unique keys of outcomes"


class OutcomeNotFoundError(NotFoundError):
    """There is no such outcome."""

    code = "outcome_not_found"
    title_zh = "没有该学习成果"


class OutcomeInvalidError(InvalidInputError):
    """The outcome does not say what its kind asks for."""

    code = "outcome_invalid"
    title_zh = "学习成果填写有误"


class OutcomeRepeatedError(ConflictError):
    """This certificate is registered already."""

    code = "outcome_repeated"
    title_zh = "该成果（同一颁发单位、编号、持有人）已登记"
    mend = Text(
        "请使用已登记的成果 {outcome_id} 提出申请。",
        "Apply with the outcome that is registered already: {outcome_id}.",
    )


class OutcomeInUseError(ConflictError):
    """An application about this outcome is under way or posted."""

    code = "outcome_in_application"
    title_zh = "该成果已有进行中或已入账的申请"


class UnitMismatchError(InvalidInputError):
    """The standard counts this kind in another unit."""

    code = "unit_mismatch"
    title_zh = "计量单位与联盟标准不符"
    mend = Text(
        "标准规定“{kind}”按{unit_zh}计，请填写{unit_zh}（不按比例换算）。",
        "The standard counts “{kind}” in {unit}: give {unit}; the other unit is not converted.",
    )


class EvidenceTypeError(InvalidInputError):
    """Evidence of this type is not taken."""

    code = "evidence_type"
    title_zh = "不支持该类型的证明材料"
    mend = Text(
        "可上传 PDF、PNG、JPEG、JSON（不超过 {bytes_max}）。",
        "PDF, PNG, JPEG and JSON are taken, up to {bytes_max}.",
    )


def fold_name(words: str) -> str:
    """Return a name without what people write differently: width, case, spaces, points.

    >>> fold_name("Ａ·伊 力") == fold_name("a伊力")
    True
    """
    plain = unicodedata.normalize("NFKC", words).casefold()
    return "".join(sign for sign in plain if sign.isalnum())


def unique_key(salt: bytes, *, issuer: str, number: str, holder: str) -> str:
    """Return under which key one certificate of one holder is known to every school.

    A salted hash: nobody can look up whether a person has a certificate, and a team award,
    one number with several holders, belongs to each of its members.
    """
    parts = "\x1f".join(fold_name(part) for part in (issuer, number, holder))
    return hmac.new(salt, parts.encode(), hashlib.sha256).hexdigest()


def number_of(outcome: Mapping[str, Any]) -> str:
    """Return the certificate's number, or for what has none the facts that make it one."""
    if outcome.get("certificate_no"):
        return str(outcome["certificate_no"])
    return f"{outcome['kind']} {outcome['title']} {outcome['completed_on']}"


def content_key(outcome: Mapping[str, Any]) -> str:
    """Return what counts as the same content: level and prize of it do not matter."""
    content = outcome.get("content") or outcome["title"]
    return hashlib.sha256(f"{outcome['kind']}\x1f{fold_name(content)}".encode()).hexdigest()


def check_outcome(outcome: Mapping[str, Any], *, today: date) -> None:
    """Raise OutcomeInvalidError where an outcome lacks or mistakes what its kind enumerates."""
    kind = KINDS[outcome["kind"]]
    faults = [
        *_enumerated(outcome, "level", kind.levels, asked=bool(kind.levels)),
        *_enumerated(outcome, "award", AWARDS if kind.awarded else {}, asked=kind.awarded),
        *_enumerated(outcome, "form", FORMS if kind.awarded else {}, asked=kind.awarded),
        *_enumerated(outcome, "stage", STAGES, asked=False),
    ]
    if kind.numbered and not outcome.get("certificate_no"):
        said = Text("此类成果须填写证书编号", "this kind has a certificate number")
        faults.append(Fault("number_missing", said, pointer="/certificate_no"))
    if outcome["completed_on"] > today:
        said = Text("完成日期不能在今天之后", "the day of completion lies ahead")
        faults.append(Fault("completed_later", said, pointer="/completed_on"))
    if faults:
        raise OutcomeInvalidError(faults=faults)


def _enumerated(
    outcome: Mapping[str, Any], name: str, known: Mapping[str, Text], *, asked: bool
) -> list[Fault]:
    value = outcome.get(name)
    if value is None and not asked:
        return []
    if value in known:
        return []
    listed = "、".join(f"{key}（{title.zh}）" for key, title in known.items()) or "（无）"
    said = Text(f"应为：{listed}", f"one of: {', '.join(known) or 'nothing'}")
    return [Fault("not_a_choice", said, pointer=f"/{name}")]


def check_units(outcome: Mapping[str, Any], terms: StandardTerms) -> None:
    """Raise UnitMismatchError where the outcome gives another unit than the standard counts."""
    unit = terms.units.get(outcome["kind"])
    if unit is None or outcome.get(unit) is not None:
        return
    zh = {"hours": "学时", "weeks": "周数"}[unit]
    kind = KINDS[outcome["kind"]].title
    raise UnitMismatchError(
        faults=[Fault("unit_mismatch", Text(f"请填写{zh}", f"give {unit}"), pointer=f"/{unit}")],
        kind=kind.zh,
        unit=unit,
        unit_zh=zh,
    )


def outcome_facts(
    outcome: Mapping[str, Any], *, on: date, issuer_is_member: bool
) -> dict[str, Any]:
    """Return what rules may read of an outcome on the day of the application."""
    facts = {
        f"outcome.{name}": outcome[name]
        for name in (
            "kind",
            "level",
            "award",
            "form",
            "stage",
            "title",
            "hours",
            "weeks",
            "score",
            "online",
            "verified",
        )
    }
    return {
        **facts,
        "outcome.issuer": outcome["issuer_name"],
        "outcome.issuer_is_member": issuer_is_member,
        "outcome.credits": outcome["credits_hundredths"],
        "outcome.completed_on": outcome["completed_on"].isoformat(),
        "outcome.age_days": (on - outcome["completed_on"]).days,
        "outcome.competencies": list(outcome["competencies"]),
        "outcome.key": outcome["unique_key"],
        "outcome.content": outcome["content_key"],
        "application.on": on.isoformat(),
    }


def course_facts(
    outcome: Mapping[str, Any],
    course: Mapping[str, Any],
    programme: Mapping[str, Any],
    *,
    overlap_percent: int | None,
    articulated: bool = False,
) -> dict[str, Any]:
    """Return what rules may read of a course, its programme, and how the outcome fits it."""
    stage = outcome["stage"]
    hours = outcome["hours"], course["hours"]
    return {
        **{f"course.{name}": course[name] for name in ("code", "kind", "hours", "weeks", "online")},
        "course.credits": course["credits_hundredths"],
        "programme.code": programme["code"],
        "programme.major_code": programme["major_code"],
        "programme.stage": programme["stage"],
        "programme.credits": programme["credits_hundredths"],
        "match.overlap_percent": overlap_percent,
        "match.articulated": articulated,
        "match.hours_percent": hours[0] * 100 // hours[1] if hours[0] and hours[1] else None,
        "match.stage_gap": (
            STAGE_RANK[stage] - STAGE_RANK[programme["stage"]] if stage is not None else None
        ),
    }


def overlap_of(outcome: Mapping[str, Any], course: Mapping[str, Any]) -> int | None:
    """Return how many per cent of a course's competencies the outcome names; None where none are.

    >>> overlap_of({"competencies": ["车削"]}, {"competencies": ["车削", "铣削"]})
    50
    """
    asked = {fold_name(each) for each in course["competencies"]}
    held = {fold_name(each) for each in outcome["competencies"]}
    return len(asked & held) * 100 // len(asked) if asked and held else None
