"""What people call the states and modes that errors tell as codes."""

from __future__ import annotations

from collections.abc import Mapping

from shared.kernel.errors import Text

Words = Mapping[str, Text]

POST_STATES: Words = {
    "draft": Text("草稿", "a draft"),
    "published": Text("已发布", "published"),
    "closed": Text("已关闭", "closed"),
}
BATCH_STATES: Words = {
    "draft": Text("草稿", "a draft"),
    "open": Text("开放中", "open"),
    "closed": Text("已截止", "closed"),
    "proposed": Text("已清算未公布", "cleared, not published"),
    "published": Text("已公布", "published"),
    "finished": Text("已结束", "finished"),
}
BATCH_MODES: Words = {
    "cleared": Text("志愿清算", "wishes cleared centrally"),
    "mutual_choice": Text("双选", "mutual choice"),
    "assigned": Text("统一安排", "assigned by the school"),
    "self_arranged": Text("自主选择", "arranged by the student"),
}
ROUND_STATES: Words = {
    "running": Text("清算中", "being cleared"),
    "proposed": Text("已清算未公布", "cleared, not published"),
    "published": Text("已公布", "published"),
}
CHOICE_STATES: Words = {
    "applied": Text("已申请", "applied for"),
    "interview": Text("面试中", "at the interview"),
    "offered": Text("已录用待确认", "offered"),
    "refused": Text("未录用", "refused"),
    "confirmed": Text("已确认", "confirmed"),
    "withdrawn": Text("已撤回", "withdrawn"),
}
PLACEMENT_STATES: Words = {
    "proposed": Text("待学生确认", "waiting for the student"),
    "accepted": Text("已接受", "accepted"),
    "declined": Text("已谢绝", "declined"),
    "expired": Text("逾期未答复", "not answered in time"),
    "started": Text("实习中", "under way"),
    "assessed": Text("已考核", "assessed"),
    "ended": Text("已结束", "ended"),
    "cancelled": Text("已撤销", "taken back"),
}
