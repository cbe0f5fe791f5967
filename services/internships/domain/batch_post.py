"""Which posts may enter a school's batch, and with how many seats."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.kernel.errors import Fault, Text

_UNKNOWN = Text("没有该岗位。", "There is no such post.")
_NOT_PUBLISHED = Text("岗位未发布或已关闭。", "The post is not published, or closed.")
_KIND = Text("岗位的实习类型与批次不同。", "The post is of another kind of internship.")
_DATES = Text("岗位的起止日期与批次没有重合。", "The post's dates lie outside the batch's.")
_HOST = Text(
    "该企业不在本校实习单位名录中（须先考察并经学校审定）。",
    "The enterprise is not on the school's register of hosts: inspect and approve it first.",
)


def post_fault(
    post: Mapping[str, Any] | None, batch: Mapping[str, Any], *, seats: int | None, pointer: str
) -> Fault | None:
    """Return why a post cannot enter a batch, or None where it can.

    `post` has state, kind, start_on, end_on, approved (on the register) and free seats.
    """
    if post is None:
        return Fault("post_unknown", _UNKNOWN, pointer=pointer)
    reasons = (
        ("post_not_published", _NOT_PUBLISHED, post["state"] != "published"),
        ("post_other_kind", _KIND, post["kind"] != batch["kind"]),
        ("post_other_dates", _DATES, not _overlap(post, batch)),
        ("host_not_approved", _HOST, not post["approved"]),
        ("seats_not_free", _seats(post["free"]), post["free"] < max(1, seats or 1)),
    )
    for code, text, wrong in reasons:
        if wrong:
            return Fault(code, text, pointer=pointer)
    return None


def _overlap(post: Mapping[str, Any], batch: Mapping[str, Any]) -> bool:
    return bool(post["start_on"] <= batch["end_on"] and post["end_on"] >= batch["start_on"])


def _seats(free: int) -> Text:
    return Text(
        f"可用名额为 {max(0, free)} 个（其余已给其他批次）。",
        f"{max(0, free)} seats are free; other batches have the rest.",
    )
