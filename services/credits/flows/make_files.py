"""Make files of a credential: PDF, picture, ELMO, table, bundle."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from services.credits.adapters.elmo import ElmoVersion, write_elmo
from services.credits.adapters.typesetting import set_badge, set_transcript
from services.credits.domain.badge import PURPOSES
from services.credits.domain.credential_errors import CredentialNotFoundError
from services.credits.domain.identifier import credential_url
from services.credits.domain.transcript import HEADERS, Transcript, read_transcript, table_of
from services.credits.engine.credentials.baking import bake
from services.credits.engine.credentials.proofs import JCS
from services.credits.engine.credentials.sealing import seal
from services.credits.flows.change_status import sign_list
from services.credits.flows.keep_keys import Issuing, open_signer
from services.credits.flows.read_ledger import inclusion
from services.credits.store import credentials
from shared.db.session import Tx
from shared.sheets import write_csv

FileFormat = Literal["pdf", "png", "elmo", "elmo-1.6", "csv"]


async def make_file(
    tx: Tx, issuing: Issuing, row: credentials.Row, *, file_format: FileFormat, now: datetime
) -> bytes:
    """Return the credential as a file; the platform's or the issuer's reach is needed."""
    transcript = await _transcript(tx, row)
    document = row["document"].encode()
    if file_format == "pdf":
        return await _pdf(tx, issuing, row, transcript, now)
    if file_format == "png":
        picture = await asyncio.to_thread(set_badge, transcript)
        return bake(picture, document)
    if file_format == "csv":
        return write_csv(HEADERS, table_of(transcript))
    version: ElmoVersion = "2.1.1" if file_format == "elmo" else "1.6.0"
    return await asyncio.to_thread(
        write_elmo, transcript, version=version, issuer_url=issuing.public_url
    )


def page_url(public_url: str, credential_id: UUID) -> str:
    """Return the page on which people verify a credential: what its QR code says."""
    return f"{public_url}/verify/{credential_id}"


async def _transcript(tx: Tx, row: credentials.Row) -> Transcript:
    listed = await credentials.find_list(tx, row["status_list_id"])
    if listed is None:
        raise CredentialNotFoundError(credential_id=str(row["id"]))
    return read_transcript(row, listed["issuer_name"])


async def _pdf(
    tx: Tx, issuing: Issuing, row: credentials.Row, transcript: Transcript, now: datetime
) -> bytes:
    signer = await open_signer(tx, issuing, row["issuer_id"], now=now)
    staple = await _staple(tx, issuing, row)
    pages = await asyncio.to_thread(
        set_transcript,
        transcript,
        row["document"].encode(),
        url=page_url(issuing.public_url, row["id"]),
        inclusion=None if staple is None else json.dumps(staple).encode(),
    )
    return seal(pages, lambda digest: signer.sign(digest, suites=(JCS,), now=now))


async def make_bundle(
    tx: Tx, issuing: Issuing, row: credentials.Row, *, now: datetime
) -> dict[str, Any]:
    """Return a credential with everything stapled that verifying it needs elsewhere.

    Its status lists as of now, those of the badges that a transcript holds among them: they are
    of the same issuer, so that at most a few lists are signed.
    """
    document = json.loads(row["document"])
    lists = [
        await sign_list(tx, issuing, listed, purpose=purpose, now=now)
        for listed in await credentials.lists_of(tx, row)
        for purpose in PURPOSES
    ]
    return {
        "credential": document,
        "status_lists": lists,
        "inclusion": await _staple(tx, issuing, row),
    }


async def _staple(
    tx: Tx, issuing: Issuing, row: credentials.Row
) -> dict[str, dict[str, str]] | None:
    """Return the proofs that the postings behind a credential are in the ledger's tree.

    None until the sequencer has taken the first of them.
    """
    proofs: dict[str, str] = {}
    for credential_id, transaction_id in await credentials.list_postings(tx, row):
        found = await inclusion(tx, transaction_id)
        if found is not None:
            proofs[credential_url(issuing.public_url, credential_id)] = found.text()
    return {"tlog_proofs": proofs} if proofs else None
