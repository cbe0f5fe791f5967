"""What credentials do again and again in the worker: keep the trust list beside the data."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

from services.credits.adapters.trust_file import save_trust_file
from services.credits.domain.identifier import did_of_deployment
from services.credits.flows.keep_keys import Issuing
from services.credits.flows.keep_trust import load_trust, write_trust
from shared.db.session import PLATFORM
from shared.jobs.routine import Routine
from shared.room import Parts

_TRUST_EVERY_S = 60.0


def credential_routines(parts: Parts) -> Sequence[Routine]:
    """Return the routines of credentials."""

    async def save_trust() -> None:
        settings = parts.settings
        async with parts.database.begin(PLATFORM) as tx:
            trust = await load_trust(tx, Issuing(settings.secret, settings.public_url))
        issuers = sorted(trust.issuers.values(), key=lambda issuer: issuer.id)
        did = did_of_deployment(settings.public_url)
        document = write_trust(issuers, name=settings.public_url, list_id=did)
        content = json.dumps(document, ensure_ascii=False, indent=1).encode()
        await asyncio.to_thread(save_trust_file, settings.data, content)

    return (Routine("credentials.trust", _TRUST_EVERY_S, save_trust),)
