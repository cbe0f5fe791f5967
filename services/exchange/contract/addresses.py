"""The room's name and the addresses that it answers under."""

from __future__ import annotations

ROOM = "exchange"
ADDRESSES = (
    "/v1/notices",
    "/v1/notice-kinds",
    "/v1/notice-registrations",
    "/v1/notice-recommendations",
    "/v1/connections",
)
