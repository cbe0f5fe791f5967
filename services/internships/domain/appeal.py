"""Appeals: a student's grounds, and the decision of a named person."""

from __future__ import annotations

from shared.kernel.errors import ConflictError, InvalidInputError, NotFoundError, Text


class AppealNotFoundError(NotFoundError):
    """There is no such appeal."""

    code = "appeal_not_found"
    title_zh = "没有该申诉"


class AppealDecidedError(ConflictError):
    """This appeal is decided already."""

    code = "appeal_decided"
    title_zh = "该申诉已有处理决定"
    mend = Text("决定不可更改；学生可再次申诉。", "It stands; the student may appeal again.")


class AppealOpenError(ConflictError):
    """You have an open appeal about this already."""

    code = "appeal_open"
    title_zh = "您已就此提出申诉，正在处理"
    mend = Text("请等待处理决定。", "Wait for the decision.")


class AppealSubjectError(InvalidInputError):
    """An appeal is about one round or one placement of your own."""

    code = "appeal_subject"
    title_zh = "申诉须针对本人的一轮清算结果或一项实习安排"
    mend = Text(
        "请填写 round_id 或 placement_id 其中之一，且须与本人有关。",
        "Give either round_id or placement_id, and one that concerns you.",
    )
