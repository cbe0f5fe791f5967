"""Tell the other rooms what happened to posts and placements, as contract/events.py states it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.internships.contract.events import SUBSCRIBERS, student_ref, title_fingerprint
from services.internships.domain.post import Post
from services.internships.store import placements
from services.internships.store.rows import Row
from shared.db.session import Tx
from shared.events.outbox import Event, emit
from shared.kernel.clock import china_day

_EVENTS_AT_ONCE = 1000
_POST_FIELDS = (
    "version",
    "state",
    "kind",
    "source",
    "title",
    "region_code",
    "industry_code",
    "occupation_code",
    "major_codes",
    "skills",
    "seats",
    "pay_fen_day",
    "pay_fen_month",
    "start_on",
    "end_on",
    "apply_until",
    "published_at",
    "closed_at",
)
_PLACEMENT_FIELDS = (
    "school_id",
    "version",
    "state",
    "student_id",
    "major_code",
    "batch_id",
    "term",
    "kind",
    "plan_id",
    "plan_code",
    "plan_weeks",
    "origin",
    "mode",
    "post_id",
    "enterprise_id",
    "enterprise_name",
    "post_title",
    "occupation_code",
    "industry_code",
    "region_code",
    "start_on",
    "end_on",
    "started_on",
    "ended_on",
)


def post_event(kind: str, row: Mapping[str, Any]) -> Event:
    """Return a fact about a post as stored; it holds no wages and no person."""
    return Event(
        kind,
        row["id"],
        row["org_id"],
        {
            "post_id": row["id"],
            "enterprise_id": row["org_id"],
            "title_fingerprint": title_fingerprint(row["title"]),
            **{name: row.get(name) for name in _POST_FIELDS},
        },
    )


async def tell_post(tx: Tx, kind: str, post: Post) -> None:
    """Tell one fact about a post as it is now."""
    own = ("id", "org_id", "state", "version", "source", "published_at", "closed_at")
    row = {**post.terms.to_values(), **{name: getattr(post, name) for name in own}}
    await tell(tx, [post_event(kind, row)])


async def tell(tx: Tx, events: Sequence[Event]) -> None:
    """Hand events to the rooms that take their kinds."""
    by_kind: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        by_kind[event.kind].append(event)
    for kind, alike in by_kind.items():
        for start in range(0, len(alike), _EVENTS_AT_ONCE):
            await emit(tx, alike[start : start + _EVENTS_AT_ONCE], to=SUBSCRIBERS[kind])


async def tell_placements(tx: Tx, kind: str, ids: Sequence[UUID], *, now: datetime) -> None:
    """Tell one fact about each of these placements; no name and no number leaves."""
    rows = await placements.list_told(tx, ids)
    today = china_day(now)
    await tell(
        tx,
        [Event(kind, row["id"], row["school_id"], _placement_told(row, today)) for row in rows],
    )


def _placement_told(row: Row, today: date) -> dict[str, Any]:
    assessment = row["assessment"] or {}
    assessed_on = _assessed_on(assessment)
    over = assessed_on or row["ended_on"] or (today if row["state"] == "cancelled" else None)
    planned = row["plan_credits"]
    return {
        "placement_id": row["id"],
        **{name: row[name] for name in _PLACEMENT_FIELDS},
        "student_ref": student_ref(row["school_id"], row["enrolment_no"]),
        "plan_credits": None if planned is None else float(planned),
        "weeks": _weeks(row, over),
        "accepted_on": None if row["accepted_at"] is None else china_day(row["accepted_at"]),
        "assessed_on": assessed_on,
        "hours": assessment.get("hours"),
        "competencies": assessment.get("competencies") or [],
        "grade": assessment.get("grade"),
        "assessed_by_both": bool(assessment),
    }


def _assessed_on(assessment: Mapping[str, Any]) -> date | None:
    told = assessment.get("assessed_at")
    return None if told is None else china_day(datetime.fromisoformat(told))


def _weeks(row: Row, over: date | None) -> int:
    """Return the begun weeks: of the agreed days, or of those that passed until `over`."""
    if over is None:
        first, last = row["start_on"], row["end_on"]
    elif row["started_on"] is None:
        return 0
    else:
        first, last = row["started_on"], min(over, row["end_on"])
    days: timedelta = last - first
    return max(0, (days.days + 7) // 7)
