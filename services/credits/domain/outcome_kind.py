"""Kinds of learning outcomes, and the levels and awards that each kind knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from shared.kernel.errors import Text

STAGES: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "secondary_vocational": Text("中职", "secondary vocational"),
        "technician": Text("技工", "technician"),
        "higher_vocational": Text("高职专科", "higher vocational"),
        "vocational_bachelor": Text("职业本科", "vocational bachelor"),
        "applied_bachelor": Text("应用型本科", "applied bachelor"),
        "bachelor": Text("普通本科", "bachelor"),
    }
)
# What "the level must not fall" compares (articulation between levels, 中高本衔接).
STAGE_RANK: Final[Mapping[str, int]] = MappingProxyType(
    {
        "secondary_vocational": 1,
        "technician": 1,
        "higher_vocational": 2,
        "vocational_bachelor": 3,
        "applied_bachelor": 3,
        "bachelor": 3,
    }
)

_EVENT_LEVELS = {
    "national": Text("国家级", "national"),
    "provincial": Text("省级", "provincial"),
    "municipal": Text("市级", "municipal"),
    "school": Text("校级", "school"),
}
_X_LEVELS = {
    "elementary": Text("初级", "elementary"),
    "intermediate": Text("中级", "intermediate"),
    "advanced": Text("高级", "advanced"),
}
_SKILL_LEVELS = {
    "level5": Text("五级（初级工）", "level 5"),
    "level4": Text("四级（中级工）", "level 4"),
    "level3": Text("三级（高级工）", "level 3"),
    "level2": Text("二级（技师）", "level 2"),
    "level1": Text("一级（高级技师）", "level 1"),
}
# 国家职业资格目录 tells the two apart.
_QUALIFICATIONS = {
    "licence": Text("准入类", "licence to practise"),
    "assessment": Text("水平评价类", "assessment of proficiency"),
}
AWARDS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "special": Text("特等奖", "special prize"),
        "first": Text("一等奖", "first prize"),
        "second": Text("二等奖", "second prize"),
        "third": Text("三等奖", "third prize"),
    }
)
FORMS: Final[Mapping[str, Text]] = MappingProxyType(
    {"individual": Text("个人", "individual"), "team": Text("团体", "team")}
)
GRADES: Final[tuple[str, ...]] = ("优秀", "良好", "合格", "不合格")
FAILED_GRADE: Final = "不合格"


@dataclass(frozen=True, slots=True)
class OutcomeKind:
    """One kind of outcome: its name, its enumerated levels, whether it is awarded prizes."""

    name: str
    title: Text
    levels: Mapping[str, Text] = field(default_factory=dict[str, Text])
    awarded: bool = False
    numbered: bool = False  # has a certificate with a number of its own


_KINDS = (
    OutcomeKind("school_course", Text("成员院校课程", "Course of a member school")),
    OutcomeKind("enterprise_course", Text("企业课程", "Enterprise course")),
    OutcomeKind("internship", Text("实习", "Internship")),
    OutcomeKind(
        "skill_certificate",
        Text("1+X职业技能等级证书", "Vocational skill certificate (1+X)"),
        _X_LEVELS,
        numbered=True,
    ),
    OutcomeKind(
        "skill_level",
        Text("职业技能等级", "Vocational skill level"),
        _SKILL_LEVELS,
        numbered=True,
    ),
    OutcomeKind(
        "qualification",
        Text("国家职业资格", "National occupational qualification"),
        _QUALIFICATIONS,
        numbered=True,
    ),
    OutcomeKind(
        "competition",
        Text("竞赛获奖", "Competition result"),
        _EVENT_LEVELS,
        awarded=True,
        numbered=True,
    ),
    OutcomeKind("innovation", Text("创新创业成果", "Innovation result"), _EVENT_LEVELS),
    OutcomeKind("online_course", Text("在线课程", "Online course"), numbered=True),
    OutcomeKind("work", Text("工作经历", "Work experience")),
    OutcomeKind("military", Text("服役经历", "Military service")),
)
KINDS: Final[Mapping[str, OutcomeKind]] = MappingProxyType({kind.name: kind for kind in _KINDS})
LEVELS: Final[Mapping[str, Text]] = MappingProxyType(
    {name: title for kind in _KINDS for name, title in kind.levels.items()}
)
PURPOSES: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "exempt": Text("免修", "exemption"),
        "substitute": Text("置换", "substitution"),
    }
)
COURSE_KINDS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "required": Text("必修", "required"),
        "elective": Text("选修", "elective"),
        "public": Text("公共基础", "general"),
        "practice": Text("实践", "practice"),
        "internship": Text("实习", "internship"),
    }
)
