"""A student as the school's roster knows them: what may be shown of them, and their year."""

from __future__ import annotations

from datetime import date

from shared.kernel.errors import ConflictError, NotFoundError, Text

# The school year begins on 1 September (学年, as schools count it).
_YEAR_BEGINS_MONTH = 9


class StudentNotListedError(NotFoundError):
    """You are not on this school's roster."""

    code = "student_not_listed"
    title_zh = "您不在本校名册中"
    mend = Text(
        "请联系学校实习管理部门核对学籍号后导入名册。",
        "Ask the school's internship office to check your enrolment number and the roster.",
    )


class SexNotAskedError(ConflictError):
    """No rule asks for a student's sex here."""

    code = "sex_not_asked"
    title_zh = "此处无须登记性别"
    mend = Text(
        "仅当进行中的批次含有列明危害的岗位时，为核对第十六条（四）才登记性别；它从不用于排序。",
        "It is taken only while a running batch offers posts with listed hazards, to check "
        "article 16 (4); it never ranks anybody.",
    )


class StudentLeftError(ConflictError):
    """This student has left the school."""

    code = "student_left"
    title_zh = "该学生已离校"
    mend = Text("请核对名册状态。", "Check the state on the roster.")


def school_year(day: date) -> int:
    """Return the year in which the school year of `day` began.

    >>> school_year(date(2027, 3, 1)), school_year(date(2027, 9, 1))
    (2026, 2027)
    """
    return day.year if day.month >= _YEAR_BEGINS_MONTH else day.year - 1


def year_of_study(entered: int, day: date) -> int:
    """Return which year of study it is on `day` for who entered in `entered` (1 is the first).

    >>> year_of_study(2025, date(2027, 3, 1))
    2
    """
    return school_year(day) - entered + 1


def mask_birth(birth_on: date | None) -> str | None:
    """Return a date of birth as lists may show it: the year only.

    >>> mask_birth(date(2008, 5, 17))
    '2008-**-**'
    """
    return None if birth_on is None else f"{birth_on.year}-**-**"


def mask_number(number: str) -> str:
    """Return an enrolment number as another organisation may see it.

    >>> mask_number("G330106200801011234"), mask_number("1234")
    ('G3***************34', '****')
    """
    if len(number) <= 6:
        return "*" * len(number)
    return number[:2] + "*" * (len(number) - 4) + number[-2:]
