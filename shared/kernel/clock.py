"""The time, as an argument: rooms ask a clock that tests can set."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

Clock = Callable[[], datetime]

# Rules speak of days as people in China live them.
CHINA = timezone(timedelta(hours=8), "CST")


def utc_now() -> datetime:
    """Return the present time in UTC."""
    return datetime.now(UTC)


def china_day(moment: datetime) -> date:
    """Return the calendar day in China at `moment`.

    >>> china_day(datetime(2026, 3, 1, 18, 0, tzinfo=UTC))
    datetime.date(2026, 3, 2)
    """
    return moment.astimezone(CHINA).date()
