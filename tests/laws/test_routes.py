"""The house's laws of the public door: who may call what, and how errors leave."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from gateway.edge.addresses import read_addresses
from tests.conftest import Platform

# Open to everyone: signing in, keys, what is published, what is referred to. Each line is a
# decision; a route that is neither here nor asks for a caller fails.
PUBLIC = (
    r"GET /health/.*",
    r"GET /metrics",
    r"GET /openapi\.json",
    r"GET /\.well-known/.*",
    r"GET|POST /oauth/.*",
    r"GET|POST /v1/sign-in/.*",
    r"POST /v1/sessions",
    r"POST /v1/sessions/token",
    r"DELETE /v1/sessions/current",
    r"GET /v1/policy-.*",
    r"GET /v1/catalogues/.*",
    r"GET /v1/search",
    r"GET /v1/posts",
    r"GET /v1/posts/facets",
    r"GET /v1/posts/imports/template\.xlsx",
    r"GET /v1/posts/\{post_id\}",
    r"GET /v1/posts/\{post_id\}/report",
    r"GET /v1/organisations",
    r"GET /v1/organisations/\{organisation_id\}",
    r"GET /v1/hosts/public",
    r"GET /v1/observations/measures",
    r"GET /v1/datasets(/.*)?",
    r"GET /v1/series/\{series_id\}/observations",
    r"GET /v1/crosswalks/.*",
    r"GET /v1/forecasts(/.*)?",
    r"GET /v1/forecast-submissions(/.*)?",
    r"GET /v1/scoreboards(/.*)?",
    r"GET /v1/public-rounds",
    r"GET /v1/public-rounds/signer\.pem",
    r"GET /v1/public-rounds/\{round_id\}",
    r"GET /v1/public-rounds/\{round_id\}/(check|files)",
    r"GET /v1/public-rounds/\{round_id\}/students/\{public_id\}",
    r"GET /v1/ledger/(checkpoint|checkpoints\.jsonl|keys\.json|consistency|witnesses)",
    r"GET /v1/ledger/tile/\{path(:path)?\}",
    r"POST /v1/ledger/witness/add-checkpoint",
    r"POST /v1/credentials/verifications",
    r"GET /v1/credentials/\{credential_id\}",
    r"GET /v1/credentials/\{credential_id\}/(verification|bundle)",
    r"GET /v1/credentials/issuers/\{org_id\}/did\.json",
    r"GET /v1/credentials/trust-lists?(/\{list_id\})?",
    r"GET /v1/status-lists/.*",
    r"GET /v1/competency-standards(/\{standard_id\}(/diff)?)?",
    r"GET /v1/competency-standards/\{standard_id\}@\{edition\}(/links|/coverage)?",
    r"GET /v1/shortage-catalogues(/badges|/in-force|/\{region\}(/diff)?)?",
    r"GET /v1/(supply|gaps|gaps/heat|gap-runs|alerts|alerts/record|alerts/\{alert_id\})",
    r"GET /v1/majors/(outcomes|\{code\}/(outcomes|signal))",
    r"GET /v1/(industry-status|posts-per-seeker|labour-releases|priority-majors)",
    r"GET /v1/regions/\{code\}/fit",
    r"GET /v1/quality-reports(/\{report_id\})?",
    r"GET /v1/registries/committees",
    r"GET /v1/notices(/facets|/\{notice_id\}(/matches)?)?",
    r"GET /v1/notice-kinds",
)


def _routes(platform: Platform) -> list[tuple[str, APIRoute]]:
    found: list[tuple[str, APIRoute]] = []
    for name, each in platform.house.rooms.items():
        found += [(name, r) for r in _walk(each.room.app.routes) if isinstance(r, APIRoute)]
    return found


def _walk(routes: Any) -> list[Any]:
    flat: list[Any] = []
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            flat += _walk(inner.routes)
        else:
            flat.append(route)
    return flat


def _asks_for_a_caller(route: APIRoute) -> bool:
    names: list[str] = []

    def visit(dependant: Any) -> None:
        names.append(getattr(dependant.call, "__name__", ""))
        for inner in dependant.dependencies:
            visit(inner)

    visit(route.dependant)
    return "caller_with_scopes" in names


def _is_public(method: str, path: str) -> bool:
    for line in PUBLIC:
        methods, _, pattern = line.partition(" ")
        if method in methods.split("|") and re.fullmatch(pattern, path):
            return True
    return False


async def test_every_route_asks_for_a_caller_or_is_on_the_public_list(platform: Platform) -> None:
    routes = _routes(platform)
    assert len(routes) > 30
    open_by_mistake = [
        f"{method} {route.path}"
        for _, route in routes
        for method in sorted(route.methods or ())
        if not _asks_for_a_caller(route) and not _is_public(method, route.path)
    ]
    assert open_by_mistake == []


async def test_every_address_of_a_room_leads_to_that_room(platform: Platform) -> None:
    addresses = read_addresses()
    for room, route in _routes(platform):
        if route.path.startswith("/v1/") and not route.path.startswith("/v1/events/"):
            assert addresses.room_of(route.path) == room, route.path


# Signing in and tokens have their own protocols; reading in bulk makes nothing.
KEYLESS = (
    r"/v1/credentials/verifications",
    r"/oauth/.*",
    r"/v1/sessions.*",
    r"/v1/sign-in/.*",
    r"/v1/organisations/lookup",
    r"/v1/consents/check",
    r"/v1/posts/check",
    r"/v1/credit-rulebooks/check",
    r"/v1/credit-rulebooks/\{rulebook_id\}/trial",
    r"/v1/posts/\{post_id\}/check",
    # The protocol of witnesses is another standard's: a repeated checkpoint is cosigned again.
    r"/v1/ledger/witness/add-checkpoint",
)


async def test_every_post_that_makes_something_takes_a_key(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    without = [
        path
        for path, item in document["paths"].items()
        if "post" in item
        and not any(p["name"] == "idempotency-key" for p in item["post"].get("parameters", []))
        and not any(re.fullmatch(pattern, path) for pattern in KEYLESS)
    ]
    assert "\n".join(without) == ""


async def test_every_documented_error_is_a_problem(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            for status, answer in operation["responses"].items():
                if status.startswith(("4", "5")):
                    assert "application/problem+json" in answer.get("content", {}), (
                        f"{method} {path} {status}"
                    )


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/nothing-here", 404),
        ("GET", "/v1/posts/not-a-uuid", 422),
        ("DELETE", "/v1/posts", 401),
        ("POST", "/v1/posts", 401),
        ("GET", "/v1/policy-packs/nowhere", 404),
    ],
)
async def test_errors_leave_as_problems_in_the_callers_language(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    for language, sign in (("zh-CN", "zh-CN"), ("en", "en")):
        answer = await client.request(method, path, headers={"accept-language": language})
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["content-language"] == sign
        assert {"type", "title", "status", "detail", "code"} <= answer.json().keys()
