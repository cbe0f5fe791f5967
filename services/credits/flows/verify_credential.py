"""Verify a file that somebody hands over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.credits.adapters.credential_files import CredentialFile, read_credential
from services.credits.engine.credentials.parsing import JsonObject
from services.credits.engine.credentials.refusal import Refused, RefusedError
from services.credits.engine.credentials.trust import SEALED_PAGES, Trust
from services.credits.engine.credentials.verifying import Verdict, Verified, verify


def verify_file(
    data: bytes, trust: Trust, now: datetime, *, status_lists: Sequence[JsonObject] = ()
) -> Verdict:
    """Return the verdict on a JSON, PDF or PNG file; see `verify`."""
    try:
        file = read_credential(data)
    except RefusedError as error:
        return error.refused
    verdict = verify(file.json, trust, now, status_lists=status_lists)
    if isinstance(verdict, Verified) and file.kind == "pdf":
        return _check_pages(file, verdict)
    return verdict


def _check_pages(file: CredentialFile, verdict: Verified) -> Verdict:
    """Refuse pages that another than the issuer sealed, or nobody where the issuer always does."""
    keys = verdict.issuer.keys
    foreign = [proof for proof in file.sealed_by if proof.multikey not in keys]
    bare = not file.sealed_by and SEALED_PAGES in verdict.issuer.always
    if foreign or bare:
        return Refused(
            "tampered", "the pages do not carry their issuer's seal", "PDF 页面没有颁发者的签章"
        )
    return verdict
