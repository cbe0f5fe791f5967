"""Keep whom one trusts: the issuers of this platform, and those that alliances name and sign."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.credits.domain.credential_errors import TrustListNotFoundError
from services.credits.domain.identifier import did_of, did_of_deployment
from services.credits.domain.issuer_key import published
from services.credits.engine.credentials.parsing import Json
from services.credits.engine.credentials.proofs import JCS, RDFC, add_proofs
from services.credits.engine.credentials.trust import (
    LIST_TYPE,
    SEALED_PAGES,
    Trust,
    TrustedIssuer,
    read_trust,
    trust_of,
)
from services.credits.flows.keep_keys import Issuing, open_signer
from services.credits.flows.sequence_ledger import log_key, log_origin
from services.credits.store import credentials, issuer_keys, ledger_tree, trust_lists
from shared.db.session import Tx
from shared.http.caller import Caller
from shared.kernel.ids import new_id

# What every issuer of this platform always gives: see `TrustedIssuer.always`.
ALWAYS = (JCS, RDFC, SEALED_PAGES)


async def load_trust(tx: Tx, issuing: Issuing) -> Trust:
    """Return whom this platform trusts: its own issuers, and whom alliances name.

    The newest list of an alliance counts once the alliance itself has signed it. Nobody's list
    says which keys the issuers of this platform have: the platform knows.
    """
    trust = trust_of(await list_own_issuers(tx, issuing))
    own = did_of_deployment(issuing.public_url)
    for row in await trust_lists.list_newest(tx):
        signatures = await trust_lists.list_signatures(tx, row["id"])
        if any(signature["org_id"] == row["owner_id"] for signature in signatures):
            named = read_trust(row["document"]).issuers.values()
            foreign = [issuer for issuer in named if not issuer.id.startswith(own)]
            trust = trust.joined(trust_of(foreign))
    return trust


async def list_own_issuers(tx: Tx, issuing: Issuing) -> Sequence[TrustedIssuer]:
    """Return the issuers of this platform with their published keys."""
    names = await credentials.issuer_names(tx)
    keys: dict[UUID, set[str]] = {}
    for key in published(await issuer_keys.list_public(tx)):
        keys.setdefault(key.issuer_id, set()).add(key.multikey)
    newest = await ledger_tree.read_checkpoint(tx)
    # A log keeps the name that it began with, whatever address the platform has by now.
    origin = newest["note"].partition("\n")[0] if newest else log_origin(issuing.public_url)
    logs = (str(log_key(issuing.secret, origin).verifier),)
    return [
        TrustedIssuer(
            id=did_of(issuing.public_url, issuer_id),
            keys=frozenset(multikeys),
            name=names.get(issuer_id, ""),
            always=ALWAYS,
            logs=logs,
        )
        for issuer_id, multikeys in keys.items()
    ]


def write_trust(issuers: Sequence[TrustedIssuer], *, name: str, list_id: str) -> dict[str, Json]:
    """Return issuers as a trust list."""
    return {
        "id": list_id,
        "type": LIST_TYPE,
        "name": name,
        "issuers": [
            {
                "id": issuer.id,
                "name": issuer.name,
                "keys": sorted(issuer.keys),
                "always": list(issuer.always),
                "logs": list(issuer.logs),
            }
            for issuer in issuers
        ],
    }


async def draw_up_list(
    tx: Tx, caller: Caller, owner_id: UUID, *, name: str, issuers: Sequence[TrustedIssuer]
) -> trust_lists.Row:
    """Write an alliance's new list; it counts once the alliance signs it."""
    list_id = new_id()
    document = write_trust(issuers, name=name, list_id=f"urn:uuid:{list_id}")
    return await trust_lists.add_list(
        tx,
        {
            "id": list_id,
            "owner_id": owner_id,
            "name": name,
            "document": document,
            "created_by": caller.subject,
        },
    )


async def sign_list(
    tx: Tx, issuing: Issuing, org_id: UUID, *, list_id: UUID, now: datetime
) -> None:
    """Put an organisation's signature under a trust list."""
    row = await _load(tx, list_id)
    signer = await open_signer(tx, issuing, org_id, now=now)
    secured = await asyncio.to_thread(signer.sign, row["document"], suites=(JCS,), now=now)
    await trust_lists.add_signature(tx, list_id, org_id, proof=secured["proof"], now=now)


async def show_list(tx: Tx, list_id: UUID) -> dict[str, Any]:
    """Return a trust list with every signature under it."""
    row = await _load(tx, list_id)
    signatures = await trust_lists.list_signatures(tx, list_id)
    proofs = [signature["proof"] for signature in signatures]
    return add_proofs(row["document"], proofs) if proofs else row["document"]


async def _load(tx: Tx, list_id: UUID) -> trust_lists.Row:
    row = await trust_lists.find_list(tx, list_id)
    if row is None:
        raise TrustListNotFoundError(list_id=str(list_id))
    return row
