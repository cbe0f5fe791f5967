"""Status lists over HTTP: which credentials were revoked or suspended, for anyone."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import orjson
from fastapi import Request, Response

from services.credits.flows.change_status import PublishedLists
from shared.db.session import PLATFORM
from shared.http.service import new_router

router = new_router("status lists")


@router.get("/status-lists/{list_id}/{purpose}", response_class=Response)
async def read_status_list(
    list_id: UUID, purpose: Literal["revocation", "suspension"], request: Request
) -> Response:
    """Return a signed status list (Bitstring Status List 1.0)."""
    state = request.app.state
    async with state.database.begin(PLATFORM) as tx:
        published = PublishedLists(tx, state.issuing, state.examining.kept)
        document = await published.read(list_id, purpose, now=state.clock())
    headers = {"cache-control": "public, max-age=60"}
    return Response(orjson.dumps(document), media_type="application/vc", headers=headers)
