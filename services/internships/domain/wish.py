"""Wishes (志愿): a student's ordered posts, alone or in a file of the whole school."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.internships.domain.roster import read_rows, spec
from shared.kernel.errors import ConflictError, Fault, Text
from shared.sheets import CellError, ColumnSpec, integer, number, text

ROWS_MAX = 400_000


class NotEligibleError(ConflictError):
    """You cannot take part in this batch."""

    code = "student_not_eligible"
    title_zh = "您不符合参加该批次的条件"
    mend = Text("{reason_zh}", "{reason_en}")


class NotInBatchError(ConflictError):
    """You are not among the students of this batch."""

    code = "student_not_in_batch"
    title_zh = "您不在该批次的学生范围内"
    mend = Text("请联系学校实习管理部门。", "Ask the school's internship office.")


def parse_uuid(cell: object) -> UUID:
    """Take the id of a post."""
    try:
        return UUID(str(cell).strip())
    except ValueError:
        raise CellError(
            "not_an_id", "应为岗位编号（UUID）", "the id of a post (a UUID) is wanted"
        ) from None


NUMBER_ZH, POST_ZH, RANK_ZH = "学籍号", "岗位编号", "志愿序号"
_NUMBER = spec("enrolment_no", NUMBER_ZH, text(max_chars=40), required=True, example="G1")
_POST = spec(
    "post_id",
    POST_ZH,
    parse_uuid,
    required=True,
    aliases=("post",),
    example="0190a000-0000-7000-8000-000000000000",
)
_SCORE = number(low=0, high=100)
_SCORE_NOTE = Text("0 至 100", "from 0 to 100")

WISHES: tuple[ColumnSpec, ...] = (
    _NUMBER,
    spec("rank", RANK_ZH, integer(low=1, high=100), required=True, example="1"),
    _POST,
)
GRADES: tuple[ColumnSpec, ...] = (
    _NUMBER,
    spec("grade", "成绩", _SCORE, required=True, note=_SCORE_NOTE, example="88.5"),
)
INTERVIEWS: tuple[ColumnSpec, ...] = (
    _NUMBER,
    _POST,
    spec("score", "面试分", _SCORE, required=True, note=_SCORE_NOTE, example="85"),
)
ASSIGNMENTS: tuple[ColumnSpec, ...] = (_NUMBER, _POST)


@dataclass(frozen=True, slots=True)
class WishRows:
    """The rows of a file as columns: small enough to travel from the child process."""

    numbers: list[str]
    ranks: list[int]
    posts: list[UUID]
    rows: list[int]


def read_wishes(body: bytes, content_type: str) -> WishRows:
    """Read wishes; raises RowsInvalidError, or what is wrong with the file as a whole."""
    found = read_rows(body, WISHES, content_type=content_type, unique=None, rows_max=ROWS_MAX)
    return WishRows(
        [row["enrolment_no"] for row in found.rows],
        [row["rank"] for row in found.rows],
        [row["post_id"] for row in found.rows],
        found.numbers,
    )


def read_grades(body: bytes, content_type: str) -> list[dict[str, Any]]:
    """Read grades by enrolment number."""
    found = read_rows(body, GRADES, content_type=content_type, unique="enrolment_no")
    return found.rows


def read_interviews(body: bytes, content_type: str) -> list[dict[str, Any]]:
    """Read interview scores by enrolment number and post."""
    return read_rows(
        body, INTERVIEWS, content_type=content_type, unique=None, rows_max=ROWS_MAX
    ).rows


def read_assignments(body: bytes, content_type: str) -> WishRows:
    """Read one post for each student."""
    found = read_rows(body, ASSIGNMENTS, content_type=content_type, unique="enrolment_no")
    return WishRows(
        [row["enrolment_no"] for row in found.rows],
        [1] * len(found.rows),
        [row["post_id"] for row in found.rows],
        found.numbers,
    )


_CLOSED = Text("该岗位已关闭，请换一个。", "This post is closed: choose another.")
_FOREIGN = Text("该岗位不在本批次中。", "This post is not in the batch.")
_TWICE = Text("同一岗位填报了两次。", "This post is wished for twice.")
_RANK_TWICE = Text("同一序号填报了两次。", "This rank is used twice.")
_UNKNOWN = Text("本批次中没有该学籍号的学生。", "The batch has no student of this number.")
_INELIGIBLE = Text("该学生不符合参加条件。", "This student may not take part.")


def check_own_wishes(
    wanted: Sequence[UUID], offered: Mapping[UUID, Mapping[str, Any]], *, wishes_max: int
) -> list[Fault]:
    """Return what is wrong with one student's list; each wrong post is named by its pointer."""
    faults: list[Fault] = []
    if len(wanted) > wishes_max:
        said = Text(f"最多填报 {wishes_max} 个志愿。", f"At most {wishes_max} wishes.")
        faults.append(Fault("too_many_wishes", said, pointer="/post_ids"))
    seen: set[UUID] = set()
    for place, post_id in enumerate(wanted):
        fault = _post_fault(post_id, offered, seen)
        if fault is not None:
            faults.append(Fault(fault[0], fault[1], pointer=f"/post_ids/{place}"))
        seen.add(post_id)
    return faults


def _post_fault(
    post_id: UUID, offered: Mapping[UUID, Mapping[str, Any]], seen: Collection[UUID]
) -> tuple[str, Text] | None:
    if post_id in seen:
        return "wish_repeated", _TWICE
    if post_id not in offered:
        return "post_not_in_batch", _FOREIGN
    if offered[post_id]["state"] != "published":
        return "post_closed", _CLOSED
    return None


def check_wish_rows(
    told: WishRows,
    students: Mapping[str, Mapping[str, Any]],
    offered: Mapping[UUID, Mapping[str, Any]],
    *,
    wishes_max: int,
) -> list[Fault]:
    """Return what is wrong with a file of wishes, by row and column."""
    faults: list[Fault] = []
    ranks: set[tuple[str, int]] = set()
    wished: dict[str, set[UUID]] = {}
    most = Text(f"最多 {wishes_max} 个志愿。", f"At most {wishes_max} wishes.")
    for name, rank, post_id, row in zip(
        told.numbers, told.ranks, told.posts, told.rows, strict=True
    ):
        seen = wished.setdefault(name, set())
        wrong = (
            (NUMBER_ZH, _student_fault(students.get(name))),
            (POST_ZH, _post_fault(post_id, offered, seen)),
            (RANK_ZH, ("rank_repeated", _RANK_TWICE) if (name, rank) in ranks else None),
            (RANK_ZH, ("too_many_wishes", most) if rank > wishes_max else None),
        )
        faults += [
            Fault(fault[0], fault[1], row=row, column=column) for column, fault in wrong if fault
        ]
        seen.add(post_id)
        ranks.add((name, rank))
    return faults


def _student_fault(student: Mapping[str, Any] | None) -> tuple[str, Text] | None:
    if student is None:
        return "student_unknown", _UNKNOWN
    return None if student["eligible"] else ("student_not_eligible", _INELIGIBLE)
