"""The public addresses that this room answers."""

from __future__ import annotations

ADDRESSES = (
    "/.well-known",
    "/oauth",
    "/v1/audit",
    "/v1/clients",
    "/v1/consents",
    "/v1/me",
    "/v1/organisations",
    "/v1/people",
    "/v1/sessions",
    "/v1/sign-in",
    "/v1/verifications",
)
