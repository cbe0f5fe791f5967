"""Signing of access tokens: keys made when missing, changed when due, kept briefly in memory."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from joserfc.jwk import ECKey

from services.accounts.adapters.signing import SealBrokenError, new_key_pair, open_key, sign_token
from services.accounts.domain.signing_key import (
    RETIRED_SHOWN,
    SigningKey,
    current_key,
    due,
    rotate,
)
from services.accounts.domain.token import Grant
from services.accounts.store import keys as key_store
from shared.db.session import PLATFORM, Database, Tx
from shared.http.caller import AUDIENCE
from shared.kernel.clock import Clock
from shared.kernel.ids import new_id

# A replica goes on signing with a retired key for at most this long: shorter than it is published.
_KEPT_S = 60.0


class Signer:
    """Signs with the current key and publishes every key that a valid token may name."""

    def __init__(self, database: Database, *, secret: str, issuer: str, clock: Clock) -> None:
        self._database = database
        self._secret = secret
        self._issuer = issuer
        self._clock = clock
        self._keys: Sequence[SigningKey] = ()
        self._key: ECKey | None = None
        self._until = 0.0
        self._loading = asyncio.Lock()

    async def sign(self, grant: Grant) -> str:
        """Return an access token that says what `grant` says."""
        await self.load()
        assert self._key is not None, "loading leaves a current key"
        now = self._clock()
        claims = grant.claims(issuer=self._issuer, audience=AUDIENCE, now=now, jti=new_id())
        return sign_token(self._key, claims)

    async def jwks(self) -> dict[str, Any]:
        """Return the public keys as a JWK set (RFC 7517)."""
        await self.load()
        return {"keys": [key.public_jwk for key in self._keys]}

    async def renew(self) -> str:
        """Let the announced key sign from now on; return its id."""
        now = self._clock()
        async with self._database.begin(PLATFORM) as tx:
            await key_store.hold(tx)
            keys = await _rotate_once(tx, self._secret, now)
            if not _opens(self._secret, keys):
                # The very first key is only announced; or the platform's secret was changed, and
                # the announced key is lost with it.
                await _rotate_once(tx, self._secret, now)
        self._until = 0.0
        await self.load()
        assert self._key is not None, "loading leaves a current key"
        return str(self._key.kid)

    async def load(self) -> None:
        """Read the keys where they are not in memory.

        Called before a request opens its own transaction: a request that held one connection and
        waited here for a second could, with its like, wait for ever.
        """
        async with self._loading:
            if time.monotonic() >= self._until:
                await self._load_now()

    async def _load_now(self) -> None:
        now = self._clock()
        # Keys are nobody's rows: only the platform's own reach sees them.
        async with self._database.begin(PLATFORM) as tx:
            keys = await key_store.list_valid(tx, retired_since=now - RETIRED_SHOWN)
            if due(keys, now):
                keys = await _keys_when_due(tx, self._secret, now)
        current = current_key(keys)
        assert current is not None, "rotation leaves a current key"
        self._key = open_key(self._secret, kid=current.kid, sealed=current.private_sealed)
        self._keys = keys
        self._until = time.monotonic() + _KEPT_S


def _opens(secret: str, keys: Sequence[SigningKey]) -> bool:
    current = current_key(keys)
    if current is None:
        return False
    try:
        open_key(secret, kid=current.kid, sealed=current.private_sealed)
    except SealBrokenError:
        return False
    return True


async def _keys_when_due(tx: Tx, secret: str, now: datetime) -> Sequence[SigningKey]:
    await key_store.hold(tx)
    keys = await key_store.list_valid(tx, retired_since=now - RETIRED_SHOWN)
    # Twice at the very first start: once for the announced key, once to make it the current one.
    while due(keys, now):
        keys = await _rotate_once(tx, secret, now)
    return keys


async def _rotate_once(tx: Tx, secret: str, now: datetime) -> Sequence[SigningKey]:
    pair = new_key_pair(secret)
    fresh = SigningKey(
        kid=pair.kid,
        state="next",
        public_jwk=pair.public_jwk,
        private_sealed=pair.private_sealed,
        created_at=now,
        activated_at=None,
        retired_at=None,
    )
    keys = await key_store.list_valid(tx, retired_since=now - RETIRED_SHOWN)
    for changed in rotate(keys, fresh, now):
        if changed is fresh:
            await key_store.add(tx, changed)
        else:
            await key_store.save(tx, changed)
    return await key_store.list_valid(tx, retired_since=now - RETIRED_SHOWN)
