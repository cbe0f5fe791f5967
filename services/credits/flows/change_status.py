"""Revoke, suspend and reinstate credentials; publish what their status is."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.credits.domain.badge import PURPOSES, status_list_document
from services.credits.domain.credential_errors import (
    CredentialFinalError,
    CredentialNotFoundError,
    StatusListNotFoundError,
)
from services.credits.domain.identifier import status_list_url
from services.credits.engine.credentials.parsing import Json
from services.credits.engine.credentials.proofs import JCS, RDFC
from services.credits.engine.credentials.status_list import encode_bits
from services.credits.flows.keep_keys import Issuing, open_signer
from services.credits.store import credentials
from shared.db.session import Tx

# A list is good for a day: who staples one to a credential need not come back within it.
LIST_LIFE = timedelta(days=1)
_STATES: dict[str, str] = dict(zip(PURPOSES, ("revoked", "suspended"), strict=True))


async def revoke_credential(
    tx: Tx, credential_id: UUID, *, reason: str, now: datetime
) -> credentials.Row:
    """Take a credential back for good, and the transcripts that hold it."""
    found = await _load(tx, credential_id)
    return (
        found if found["state"] == "revoked" else await _revoke(tx, found, reason=reason, now=now)
    )


async def suspend_credential(
    tx: Tx, credential_id: UUID, *, reason: str, now: datetime
) -> credentials.Row:
    """Let a credential rest, while an appeal is heard, say."""
    return await _change(tx, credential_id, state="suspended", reason=reason, now=now)


async def reinstate_credential(tx: Tx, credential_id: UUID, *, now: datetime) -> credentials.Row:
    """Let a suspended credential hold again."""
    return await _change(tx, credential_id, state="live", reason=None, now=now)


async def revoke_of_decision(
    tx: Tx, decision_id: UUID, *, reason: str, now: datetime
) -> list[credentials.Row]:
    """Take back what was issued for a decision that was reversed; nothing where nothing was."""
    rows = await credentials.list_of_decision(tx, decision_id)
    return [await _revoke(tx, row, reason=reason, now=now) for row in rows]


async def _load(tx: Tx, credential_id: UUID) -> credentials.Row:
    found = await credentials.find_credential(tx, credential_id, lock=True)
    if found is None:
        raise CredentialNotFoundError(credential_id=str(credential_id))
    return found


async def _revoke(tx: Tx, found: credentials.Row, *, reason: str, now: datetime) -> credentials.Row:
    # A transcript that shows what no longer counts must not be believed either.
    for transcript in await credentials.list_transcripts_of(tx, found["id"]):
        await credentials.change_state(tx, transcript, state="revoked", reason=reason, now=now)
    return await credentials.change_state(tx, found, state="revoked", reason=reason, now=now)


async def _change(
    tx: Tx, credential_id: UUID, *, state: str, reason: str | None, now: datetime
) -> credentials.Row:
    found = await _load(tx, credential_id)
    if found["state"] == state:
        return found
    if found["state"] == "revoked":
        raise CredentialFinalError(credential_id=str(credential_id))
    return await credentials.change_state(tx, found, state=state, reason=reason, now=now)


async def sign_list(
    tx: Tx, issuing: Issuing, listed: dict[str, Any], *, purpose: str, now: datetime
) -> dict[str, Json]:
    """Return one of the two lists of a row, signed."""
    places = await credentials.list_places(tx, listed["id"], _STATES[purpose])
    signer = await open_signer(tx, issuing, listed["issuer_id"], now=now)
    document = status_list_document(
        status_list_url(issuing.public_url, listed["id"], purpose),
        issuer_did=signer.did,
        purpose=purpose,
        encoded=encode_bits(places),
        period=(now, now + LIST_LIFE),
    )
    return await asyncio.to_thread(signer.sign, document, suites=(JCS, RDFC), now=now)


class PublishedLists:
    """The status lists of this platform as anyone may read them: signed when they change."""

    def __init__(self, tx: Tx, issuing: Issuing, kept: MutableMapping[Any, Any]) -> None:
        self._tx = tx
        self._issuing = issuing
        self._kept = kept

    async def find(self, list_id: UUID, purpose: str, *, now: datetime) -> dict[str, Json] | None:
        """Return a list, signed; None where there is none. Needs the platform's reach."""
        listed = await credentials.find_list(self._tx, list_id) if purpose in _STATES else None
        if listed is None:
            return None
        place, version = (list_id, purpose), (listed["version"], listed["issuer_id"])
        known = self._kept.get(place)
        if known is None or known[0] != version or now >= known[1]:
            signed = await sign_list(self._tx, self._issuing, listed, purpose=purpose, now=now)
            known = (version, now + LIST_LIFE / 2, signed)
            self._kept[place] = known
        return known[2]

    async def read(self, list_id: UUID, purpose: str, *, now: datetime) -> dict[str, Json]:
        """Return a list, signed; raises StatusListNotFoundError."""
        found = await self.find(list_id, purpose, now=now)
        if found is None:
            raise StatusListNotFoundError(list_id=str(list_id))
        return found
