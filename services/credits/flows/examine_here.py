"""Examine a file with what this platform knows: whom it trusts, its own status lists."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.credits.adapters.credential_files import read_credential
from services.credits.engine.credentials.parsing import JsonObject
from services.credits.engine.credentials.refusal import RefusedError
from services.credits.engine.credentials.status_list import entries_of
from services.credits.engine.credentials.verifying import held_in
from services.credits.flows.change_status import PublishedLists
from services.credits.flows.keep_keys import Issuing
from services.credits.flows.keep_trust import load_trust
from services.credits.flows.verify_credential import Examined, examine, present
from shared.db.session import PLATFORM, Database

# A transcript names two lists for each school in it; more is made to have many signed.
_LISTS_MAX = 64


@dataclass(frozen=True, slots=True)
class Examining:
    """What examining keeps between calls: published lists, and how many it computes at once.

    Reading PDFs and canonical RDF are pure Python: more at once would only stop the event loop.
    """

    kept: MutableMapping[Any, Any] = field(default_factory=dict[Any, Any])
    at_once: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))


async def examine_here(
    database: Database,
    issuing: Issuing,
    data: bytes,
    *,
    now: datetime,
    examining: Examining,
) -> Examined:
    """Examine a file with what this platform knows: its trust, and its own status lists.

    Opens a transaction of its own with the platform's reach, and holds none while it computes.
    """
    try:
        async with examining.at_once:
            file = await asyncio.to_thread(read_credential, data)
            presented = await asyncio.to_thread(present, file)
        wanted = _own_lists(presented.credential, issuing)
    except RefusedError as error:
        return Examined(error.refused, None)
    async with database.begin(PLATFORM) as tx:
        published = PublishedLists(tx, issuing, examining.kept)
        lists = [found for place in wanted if (found := await published.find(*place, now=now))]
        trust = await load_trust(tx, issuing)
    async with examining.at_once:
        return await asyncio.to_thread(
            examine, file, presented, trust=trust, now=now, status_lists=lists
        )


def _own_lists(credential: JsonObject, issuing: Issuing) -> list[tuple[UUID, str]]:
    begin = f"{issuing.public_url}/v1/status-lists/"
    urls = {
        url
        for each in [credential, *held_in(credential)]
        for _, url, _ in entries_of(each)
        if url.startswith(begin)
    }
    found: list[tuple[UUID, str]] = []
    for url in sorted(urls)[:_LISTS_MAX]:
        list_id, _, purpose = url.removeprefix(begin).partition("/")
        try:
            found.append((UUID(list_id), purpose))
        except ValueError:
            continue
    return found
