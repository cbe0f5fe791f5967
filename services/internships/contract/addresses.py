"""The room's name and the addresses that it answers under."""

from __future__ import annotations

ROOM = "internships"
ADDRESSES = (
    "/v1/posts",
    "/v1/enterprises",
    "/v1/hosts",
    "/v1/students",
    "/v1/rosters",
    "/v1/plans",
    "/v1/batches",
    "/v1/batch-templates",
    "/v1/rounds",
    "/v1/public-rounds",
    "/v1/placements",
    "/v1/appeals",
    "/v1/self-arrangements",
    "/v1/metrics/matching",
)
