"""The files that schools send: rosters, plans, wishes, acceptances, as CSV in UTF-8."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from gateway.demo.world import DemoSchool, DemoStudent, Season

ROSTER = (
    "学籍号",
    "姓名",
    "专业代码",
    "年级",
    "班级",
    "班主任",
    "学年学期",
    "出生日期",
    "技能",
    "意向地区",
)
PLANS = ("方案编号", "方案名称", "专业代码", "实习类型", "学年学期", "周数", "学分", "能力目标")
GRADES = ("学籍号", "成绩")
WISHES = ("学籍号", "志愿序号", "岗位编号")


def write_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a table as CSV.

    >>> write_csv(("a", "b"), [(1, "x,y")]).split()
    [b'a,b', b'1,"x,y"']
    """
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue().encode()


def write_roster(students: Iterable[DemoStudent], season: Season) -> bytes:
    """Return a school's roster."""
    return write_csv(ROSTER, (_roster_row(student, season) for student in students))


def _roster_row(student: DemoStudent, season: Season) -> tuple[object, ...]:
    return (
        student.enrolment_no,
        student.name,
        student.major_code,
        student.grade_year,
        student.class_name,
        student.class_teacher,
        season.term,
        student.birth_on.isoformat(),
        "、".join(student.skills),
        student.region_code,
    )


def write_plans(school: DemoSchool, season: Season) -> bytes:
    """Return a training plan for each major of a school."""
    majors = sorted({student.major_code for student in school.students})
    return write_csv(
        PLANS,
        (
            (
                f"SX-{major}",
                f"{season.term} 岗位实习方案",
                major,
                "岗位实习",
                season.term,
                26,
                12,
                "岗位操作、质量意识、安全生产",
            )
            for major in majors
        ),
    )


def write_grades(students: Iterable[DemoStudent]) -> bytes:
    """Return the grades that a school ranks by."""
    return write_csv(GRADES, ((student.enrolment_no, student.grade) for student in students))


def write_wishes(rows: Iterable[tuple[str, int, str]]) -> bytes:
    """Return wishes: enrolment number, rank, post."""
    return write_csv(WISHES, rows)
