"""Learners: a school's students as the room knows them, and how they are shown to others."""

from __future__ import annotations

from shared.kernel.errors import NotFoundError, Text


class LearnerNotListedError(NotFoundError):
    """You are not among this school's learners."""

    code = "learner_not_listed"
    title_zh = "您不在本校学籍名单中"
    mend = Text(
        "请联系学校教务部门核对学籍号后导入学籍名单。",
        "Ask the school's academic office to check your enrolment number and import the list.",
    )


class LearnerNotFoundError(NotFoundError):
    """There is no such learner at this school."""

    code = "learner_not_found"
    title_zh = "本校没有该学生"


class ProgrammeMissingError(NotFoundError):
    """The learner's programme is not in the school's catalogue."""

    code = "programme_missing"
    title_zh = "没有该学生的培养方案"
    mend = Text(
        "请教务部门先导入培养方案 {code}。", "The academic office has to import programme {code}."
    )


def mask_name(name: str) -> str:
    """Return a name as a public notice shows it.

    >>> mask_name("林晓"), mask_name("欧阳明月"), mask_name("Lin Xiao")
    ('林*', '欧**月', 'L******o')
    """
    plain = name.strip()
    if len(plain) <= 2:
        return plain[:1] + "*"
    return plain[0] + "*" * (len(plain) - 2) + plain[-1]
