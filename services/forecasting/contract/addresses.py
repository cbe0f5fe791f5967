"""The room's name and the addresses that it answers under."""

from __future__ import annotations

ROOM = "forecasting"
ADDRESSES = (
    "/v1/series",
    "/v1/observations",
    "/v1/datasets",
    "/v1/crosswalks",
    "/v1/forecasts",
    "/v1/forecast-submissions",
    "/v1/scoreboards",
    "/v1/supply",
    "/v1/gaps",
    "/v1/alerts",
    "/v1/shortage-catalogues",
    "/v1/majors",
    "/v1/industry-status",
    "/v1/competency-standards",
    "/v1/regions",
    "/v1/quality-reports",
    "/v1/labour-reports",
    "/v1/labour-releases",
    "/v1/gap-runs",
    "/v1/posts-per-seeker",
    "/v1/priority-majors",
    "/v1/registries/committees",
)
