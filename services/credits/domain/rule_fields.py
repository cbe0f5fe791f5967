"""What a rule may ask about: the fields of outcome, course, programme, match and application."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from services.credits.domain.outcome_kind import (
    AWARDS,
    COURSE_KINDS,
    FORMS,
    KINDS,
    LEVELS,
    PURPOSES,
    STAGES,
)
from shared.kernel.errors import Text

FieldType = Literal["choice", "integer", "day", "flag", "text", "list"]


@dataclass(frozen=True, slots=True)
class RuleField:
    """One field: its type, its names, its values where they are enumerated, its unit."""

    name: str
    type: FieldType
    title: Text
    values: Mapping[str, Text]
    unit: str = ""


_NONE: Mapping[str, Text] = MappingProxyType({})


def _field(name: str, kind: FieldType, zh: str, en: str, unit: str = "") -> RuleField:
    return RuleField(name, kind, Text(zh, en), _NONE, unit)


def _choice(name: str, zh: str, en: str, values: Mapping[str, Text]) -> RuleField:
    return RuleField(name, "choice", Text(zh, en), values)


_KIND_TITLES = {name: kind.title for name, kind in KINDS.items()}
_FIELDS = (
    _choice("outcome.kind", "成果类型", "kind of outcome", _KIND_TITLES),
    _choice("outcome.level", "成果等级", "level of the outcome", LEVELS),
    _choice("outcome.award", "奖项", "award", AWARDS),
    _choice("outcome.form", "参赛形式", "form of taking part", FORMS),
    _choice("outcome.stage", "成果所属层次", "stage of the outcome", STAGES),
    _field("outcome.title", "text", "成果名称", "title of the outcome"),
    _field("outcome.issuer", "text", "颁发单位", "issuer"),
    _field("outcome.issuer_is_member", "flag", "颁发单位为联盟成员", "issued by a member"),
    _field("outcome.hours", "integer", "学时", "hours", "h"),
    _field("outcome.weeks", "integer", "周数", "weeks", "week"),
    _field("outcome.credits", "integer", "成果学分", "credits of the outcome", "credit/100"),
    _field("outcome.score", "integer", "成绩", "score", "0-100"),
    _field("outcome.completed_on", "day", "完成日期", "date of completion"),
    _field("outcome.age_days", "integer", "完成距申请天数", "days since completion", "day"),
    _field("outcome.competencies", "list", "能力点", "competencies"),
    _field("outcome.online", "flag", "在线学习", "learnt online"),
    _field("outcome.verified", "flag", "已验真", "verified"),
    _choice("course.kind", "课程性质", "kind of course", COURSE_KINDS),
    _field("course.code", "text", "课程代码", "course code"),
    _field("course.credits", "integer", "课程学分", "credits of the course", "credit/100"),
    _field("course.hours", "integer", "课程学时", "hours of the course", "h"),
    _field("course.weeks", "integer", "课程周数", "weeks of the course", "week"),
    _field("course.online", "flag", "在线课程", "online course"),
    _field("programme.code", "text", "培养方案代码", "programme code"),
    _field("programme.major_code", "text", "专业代码", "major code"),
    _choice("programme.stage", "办学层次", "stage of the programme", STAGES),
    _field("programme.credits", "integer", "方案总学分", "credits of the programme", "credit/100"),
    _field("match.overlap_percent", "integer", "内容重合度", "content overlap", "%"),
    _field("match.hours_percent", "integer", "学时比", "hours against the course", "%"),
    _field("match.stage_gap", "integer", "层次差", "stage above the programme's", "step"),
    _field("match.articulated", "flag", "属于衔接课程", "a step of an agreed course sequence"),
    _choice("application.purpose", "申请目的", "purpose", PURPOSES),
    _field("application.on", "day", "申请日期", "date of application"),
)
FIELDS: Final[Mapping[str, RuleField]] = MappingProxyType({each.name: each for each in _FIELDS})
