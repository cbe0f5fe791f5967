"""Keys of issuers: made when first needed, changed when due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.credits.adapters.issuer_keys import new_key, open_key
from services.credits.domain.badge import moment_text
from services.credits.domain.credential_errors import IssuerKeyNotFoundError
from services.credits.domain.identifier import did_of, method_of
from services.credits.domain.issuer_key import IssuerKey, current_of, is_due, rotate
from services.credits.engine.credentials.parsing import Json, JsonObject
from services.credits.engine.credentials.proofs import Suite, add_proofs, create_proof
from services.credits.store import issuer_keys
from shared.db.session import Tx


@dataclass(frozen=True, slots=True)
class Issuing:
    """What issuing needs of the platform: its secret, and the address that names issuers."""

    secret: str
    public_url: str


@dataclass(frozen=True, slots=True)
class Signer:
    """The key that signs for one issuer now."""

    did: str
    multikey: str
    key: Ed25519PrivateKey

    def sign(
        self, document: JsonObject, *, suites: Sequence[Suite], now: datetime
    ) -> dict[str, Json]:
        """Return `document` with one proof in each suite."""
        method = method_of(self.did, self.multikey)
        created = moment_text(now)
        proofs = [
            create_proof(document, self.key, suite=suite, method=method, created=created)
            for suite in suites
        ]
        return add_proofs(document, proofs)


async def open_signer(tx: Tx, issuing: Issuing, issuer_id: UUID, *, now: datetime) -> Signer:
    """Return the issuer's signer; a first key is made, and one that is due is changed."""
    keys = await issuer_keys.list_keys(tx, issuer_id)
    if is_due(keys, now):
        await issuer_keys.hold(tx, issuer_id)
        keys = await issuer_keys.list_keys(tx, issuer_id)
        # Twice at the very first: once for the announced key, once to make it the current one.
        while is_due(keys, now):
            keys = await rotate_key(tx, issuing, issuer_id, now=now)
    current = current_of(keys)
    assert current is not None, "rotation leaves a current key"
    sealed = await issuer_keys.read_sealed(tx, current.multikey)
    key = open_key(issuing.secret, multikey=current.multikey, sealed=sealed)
    return Signer(did_of(issuing.public_url, issuer_id), current.multikey, key)


async def rotate_key(
    tx: Tx, issuing: Issuing, issuer_id: UUID, *, now: datetime
) -> Sequence[IssuerKey]:
    """Let the announced key sign from now on and announce another; return every key."""
    multikey, sealed = new_key(issuing.secret)
    fresh = IssuerKey(multikey, issuer_id, "next", now)
    for changed in rotate(await issuer_keys.list_keys(tx, issuer_id), fresh, now):
        if changed is fresh:
            await issuer_keys.add_key(tx, changed, sealed)
        else:
            await issuer_keys.save_key(tx, changed)
    return await issuer_keys.list_keys(tx, issuer_id)


async def lose_key(
    tx: Tx, issuing: Issuing, issuer_id: UUID, *, multikey: str, now: datetime
) -> Sequence[IssuerKey]:
    """Give up a key of the issuer; return every key. Another signs from now on.

    Raises IssuerKeyNotFoundError where it has no such key.
    """
    await issuer_keys.hold(tx, issuer_id)
    keys = await issuer_keys.list_keys(tx, issuer_id)
    found = next((key for key in keys if key.multikey == multikey), None)
    if found is None:
        raise IssuerKeyNotFoundError(key=multikey)
    await issuer_keys.save_key(tx, replace(found, state="lost", retired_at=now))
    keys = await issuer_keys.list_keys(tx, issuer_id)
    # One signs and one is announced, whichever of the two was lost.
    while is_due(keys, now) or not any(key.state == "next" for key in keys):
        keys = await rotate_key(tx, issuing, issuer_id, now=now)
    return keys
