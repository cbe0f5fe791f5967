"""Kinds of notices: what each is, the clauses that order it, and which kinds answer each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from shared.kernel.errors import Text


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """One kind: its names, clauses (short name of the document and clause), and kin.

    `cooperation`: matched as cooperation of a school and an enterprise (校企需求对接);
    `kin`: other kinds that may answer it, beside itself.
    """

    name: Text
    clauses: tuple[str, ...]
    cooperation: bool = False
    kin: frozenset[str] = frozenset()


_KINDS = {
    "staffing": NoticeKind(
        Text("用人需求", "Staffing"),
        ("JL(十二)", "JL(二十六)", "SX(十五)"),
        kin=frozenset({"internship", "order_class"}),
    ),
    "production": NoticeKind(
        Text("生产需要", "Production"),
        ("JL(十二)",),
        kin=frozenset({"technical_service", "lease", "base"}),
    ),
    "internship": NoticeKind(
        Text("实习实训教学服务", "Internship and practice teaching"),
        ("JL(十二)", "HN(四.4)"),
        kin=frozenset({"staffing", "base", "order_class"}),
    ),
    "joint_course": NoticeKind(
        Text("课程共建", "Joint course"),
        ("SX(八)", "JL(十)", "JL(二十三)", "HN(四.3)"),
        cooperation=True,
        kin=frozenset({"course_package", "joint_major"}),
    ),
    "order_class": NoticeKind(
        Text("订单班与联合班", "Order class or joint class"),
        ("SX(十二)", "ZJ(十)", "HN(四.3)"),
        cooperation=True,
        kin=frozenset({"staffing", "internship", "joint_major"}),
    ),
    "joint_major": NoticeKind(
        Text("共建专业", "Joint major"),
        ("ZJ(六)", "SX(八)", "JL(十)", "HN(四.3)"),
        cooperation=True,
        kin=frozenset({"joint_course", "order_class", "industry_college"}),
    ),
    "industry_college": NoticeKind(
        Text("产业学院", "Industry college"),
        ("HZ(五)", "SX(五)", "ZJ(五)"),
        cooperation=True,
        kin=frozenset({"joint_major"}),
    ),
    "base": NoticeKind(
        Text("实训基地", "Training base"),
        ("SX(十六)", "ZJ(十六)", "HZ(十八)", "JL(十三)", "HN(四.5)"),
        cooperation=True,
        kin=frozenset({"internship", "lease", "production"}),
    ),
    "research": NoticeKind(
        Text("技术需求与项目研发", "Technology need and research"),
        ("ZJ(七)", "JL(十四)", "JL(二十六)", "HZ(八)", "HN(四.3)"),
        cooperation=True,
        kin=frozenset({"technical_service", "transfer"}),
    ),
    "technical_service": NoticeKind(
        Text("技术服务", "Technical service"),
        ("JL(二十六)",),
        kin=frozenset({"research", "transfer", "production"}),
    ),
    "lease": NoticeKind(
        Text("场地与设备租赁", "Lease of premises and equipment"),
        ("HZ(六)", "ZJ(六)"),
        kin=frozenset({"base", "production"}),
    ),
    "course_package": NoticeKind(
        Text("课程包与培训包", "Course or training package"),
        ("HZ(十四)", "JL(二十三)", "HN(四.4)"),
        kin=frozenset({"joint_course"}),
    ),
    "teacher_practice": NoticeKind(
        Text("教师企业实践", "Teachers' practice in enterprises"),
        ("HZ(十七)", "SX(十三)", "ZJ(十一)", "HN(四.4)"),
        cooperation=True,
    ),
    "mentor": NoticeKind(
        Text("产业导师与兼职教师", "Mentors and part-time teachers"),
        ("HZ(十五)", "ZJ(十一)", "JL(二十)", "HN(四.4)"),
    ),
    "transfer": NoticeKind(
        Text("成果转化", "Transfer of results"),
        ("HZ(八)", "ZJ(七)", "JL(十四)"),
        kin=frozenset({"research", "technical_service"}),
    ),
}
KINDS: Final[Mapping[str, NoticeKind]] = MappingProxyType(_KINDS)


def answering(kind: str) -> tuple[str, ...]:
    """Return the kinds of the other side that answer `kind`: itself first.

    >>> answering("industry_college")
    ('industry_college', 'joint_major')
    """
    return (kind, *sorted(KINDS[kind].kin))
