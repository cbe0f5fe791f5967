"""What the platform counts itself: its events as facts, and the datasets that they fill."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from services.forecasting.domain.advertisement import REPEAT_DAYS
from services.forecasting.domain.cell import VERSIONS, CodeUnknownError, Dimension, code_named
from services.forecasting.domain.measure import MEASURES
from shared.kernel.clock import CHINA, china_day

POST: Final = "post"
PLACEMENT: Final = "placement"
OWN_MEASURES: Final = (
    "posts_published",
    "seats_published",
    "placements_accepted",
    "placements_started",
)
SOURCE: Final = "platform"

_DEFINITIONS: Mapping[str, str] = {
    "posts_published": f"本平台当月发布的实习岗位（条），{REPEAT_DAYS} 天内重复发布的只计一次。",
    "seats_published": f"本平台当月发布岗位的名额（人），{REPEAT_DAYS} 天内重复发布的只计一次。",
    "placements_accepted": "本平台当月由学生接受的实习安排（人次），后来取消的不计。",
    "placements_started": "本平台当月开始的实习（人次），后来取消的不计。",
}


def own_dataset(measure: str, dataset_id: UUID, month: int) -> dict[str, Any]:
    """Return the platform's own dataset of a measure."""
    told = MEASURES[measure]
    return {
        "id": dataset_id,
        "org_id": None,
        "measure": measure,
        "name": told.title.zh,
        "source": SOURCE,
        "definition": _DEFINITIONS[measure],
        "frequency": "month",
        "unit": told.unit,
        "classification": dict(VERSIONS),
        "absent": told.absent,
        "public": told.public,
        "month_begun": month,
    }


def fact_of_post(
    subject_id: UUID, org_id: UUID | None, payload: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the fact that an event about a post tells."""
    began = datetime.fromisoformat(payload["published_at"])
    closed = payload["closed_at"]
    return {
        **_codes(payload),
        "subject_kind": POST,
        "subject_id": subject_id,
        "version": payload["version"],
        "org_id": org_id,
        "fingerprint": bytes.fromhex(payload["title_fingerprint"]),
        "major": "",
        "persons": payload["seats"],
        "began_at": began.astimezone(UTC),
        "began_on": china_day(began),
        "started_on": None,
        "ended_on": china_day(datetime.fromisoformat(closed)) if closed else None,
        "counted": False,
    }


def fact_of_placement(subject_id: UUID, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fact that an event about a placement tells; it names no student."""
    began_on = date.fromisoformat(payload["accepted_on"])
    return {
        **_codes(payload),
        "subject_kind": PLACEMENT,
        "subject_id": subject_id,
        "version": payload["version"],
        "org_id": payload["enterprise_id"],
        "fingerprint": None,
        "major": _known("major", payload["major_code"]),
        "persons": 0 if payload["state"] == "cancelled" else 1,
        "began_at": datetime(began_on.year, began_on.month, began_on.day, tzinfo=CHINA),
        "began_on": began_on,
        "started_on": payload["started_on"],
        "ended_on": payload["ended_on"],
        "counted": False,
    }


def _codes(payload: Mapping[str, Any]) -> dict[str, str]:
    return {
        "region": _known("region", payload["region_code"]),
        "industry": _known("industry", payload["industry_code"]),
        "occupation": _known("occupation", payload["occupation_code"]),
    }


def _known(dimension: Dimension, value: str | None) -> str:
    # A fact is counted even where its code is of no list: as one that nobody has classified.
    try:
        return code_named(dimension, value or "")
    except CodeUnknownError:
        return ""
