"""The room's name and the addresses that it answers under."""

from __future__ import annotations

ROOM = "credits"
ADDRESSES = (
    "/.well-known/did.json",
    "/v1/credit-standards",
    "/v1/credit-rulebooks",
    "/v1/credit-rules",
    "/v1/outcomes",
    "/v1/courses",
    "/v1/credit-applications",
    "/v1/credit-appeals",
    "/v1/credit-accounts",
    "/v1/credit-notices",
    "/v1/ledger",
    "/v1/credentials",
    "/v1/status-lists",
    "/v1/evidence-files",
    "/v1/programmes",
    "/v1/credit-learners",
    "/v1/credit-equivalences",
    "/v1/credit-settings",
    "/v1/credit-statistics",
    "/v1/graded-courses",
    "/v1/certificate-pilots",
    "/v1/credit-objections",
    "/v1/course-articulations",
)
