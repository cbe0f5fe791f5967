"""What-ifs in words: which change is asked about, and why somebody moves by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shared.kernel.errors import Fault, InvalidInputError, Text

_CAUSES: Mapping[str, Text] = {
    "withdrew": Text("本人退出", "withdrew"),
    "arrived": Text("本人志愿或优先分改变", "has other wishes or another priority"),
    "displaced": Text("原岗位由优先分更高者获得", "lost the seat to somebody of higher priority"),
    "vacancy": Text("有名额空出，排在最前", "was the first in line for a seat that came free"),
    "rotation": Text("与他人互换后各自更好", "swapped with others, all of them better off"),
    "seat_removed": Text("名额减少", "the seat was taken away"),
    "resettled": Text("按本批次规则重新清算的结果", "the outcome of settling the batch again"),
}


def cause_text(cause: str) -> Text:
    """Return why a student moves, in words."""
    return _CAUSES[cause]


def require_one_change(told: Mapping[str, Any], names: Sequence[str]) -> None:
    """Refuse a question that asks about no change, or about several at once."""
    given = [name for name in names if told.get(name) is not None]
    if len(given) != 1:
        text = Text(
            f"请只填写一项变化：{'、'.join(names)}。",
            f"Ask about one change: {', '.join(names)}.",
        )
        raise InvalidInputError(faults=[Fault("one_change", text, pointer="")])


def unknown_student(pointer: str) -> Fault:
    """Return the fault of a student who took no part."""
    text = Text("该学生未参加本轮清算。", "This student took no part in the round.")
    return Fault("student_unknown", text, pointer=pointer)


def unknown_post(pointer: str) -> Fault:
    """Return the fault of a post that cannot be meant here."""
    text = Text(
        "岗位不在本轮清算中、不在志愿中，或出现了两次。",
        "The post is not in this round, not among the wishes, or named twice.",
    )
    return Fault("post_unknown", text, pointer=pointer)
