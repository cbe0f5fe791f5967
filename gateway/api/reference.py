"""Policy packs and catalogues: what the platform refers to, public and versioned."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request

from gateway.api.packs import (
    PackListOut,
    PackOut,
    ResolvedListOut,
    ResolvedOut,
    SkippedOut,
    pack_out,
    resolved_out,
)
from shared.http.language import language_of
from shared.http.problems import PROBLEM_RESPONSES
from shared.kernel.clock import china_day, utc_now
from shared.policies.library import get_pack, list_keys, list_packs, resolve

router = APIRouter(prefix="/v1", tags=["reference"], responses=PROBLEM_RESPONSES)


@router.get("/policy-packs")
async def read_packs() -> PackListOut:
    """List the policy packs, newest versions."""
    return PackListOut(items=[PackListOut.line(pack) for pack in list_packs()])


@router.get("/policy-packs/{pack_id}")
async def read_pack(pack_id: str, request: Request) -> PackOut:
    """Return one pack with its documents, parameters, targets and rules; `id@version` pins one."""
    name, _, version = pack_id.partition("@")
    pack = get_pack(name, version or None)
    return pack_out(pack, language_of(request.headers.get("accept-language")))


@router.get("/policy-packs/{pack_id}/parameters")
async def read_parameters(
    pack_id: str, request: Request, on: Annotated[date | None, Query()] = None
) -> ResolvedListOut:
    """Say what holds for every key on a day: the nearest clause, or why the check is skipped."""
    day = on or china_day(utc_now())
    language = language_of(request.headers.get("accept-language"))
    return ResolvedListOut(
        items=[resolved_out(resolve(pack_id, key, day), language) for key in list_keys()]
    )


@router.get("/policy-packs/{pack_id}/parameters/{key}")
async def read_parameter(
    pack_id: str, key: str, request: Request, on: Annotated[date | None, Query()] = None
) -> ResolvedOut | SkippedOut:
    """Say what holds for a key on a day: the nearest clause, or why the check is skipped."""
    day = on or china_day(utc_now())
    found = resolve(pack_id, key, day)
    return resolved_out(found, language_of(request.headers.get("accept-language")))


@router.get("/policy-parameters")
async def read_keys(request: Request) -> dict[str, str]:
    """List every parameter key with its name."""
    language = language_of(request.headers.get("accept-language"))
    return {key: known.name.in_language(language) for key, known in list_keys().items()}
