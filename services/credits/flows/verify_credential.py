"""Verify a file that somebody hands over; take over what another platform certified."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.credits.adapters.credential_files import CredentialFile, read_credential
from services.credits.domain.credential_errors import CredentialRefusedError
from services.credits.domain.inclusion import check_inclusion
from services.credits.engine.credentials.claims import Claims, read_claims
from services.credits.engine.credentials.parsing import JsonObject, parse_object
from services.credits.engine.credentials.refusal import Refused, RefusedError
from services.credits.engine.credentials.trust import SEALED_PAGES, Trust
from services.credits.engine.credentials.verifying import (
    Presented,
    Verdict,
    Verified,
    judge,
    parse_presented,
)


@dataclass(frozen=True, slots=True)
class Examined:
    """A file that was examined: the verdict, and what it says where it could be read.

    `included`: whether a trusted log vouches for the stapled inclusion; None: nothing is stapled.
    """

    verdict: Verdict
    claims: Claims | None
    sealed_pages: bool = False
    included: bool | None = None


@dataclass(frozen=True, slots=True)
class Foreign:
    """A credential of another platform that is accepted here; `included` as in `Examined`."""

    claims: Claims
    verified: Verified
    included: bool | None


def verify_file(
    data: bytes, trust: Trust, now: datetime, *, status_lists: Sequence[JsonObject] = ()
) -> Verdict:
    """Return the verdict on a JSON, PDF or PNG file; see `verify`."""
    return examine_file(data, trust, now, status_lists=status_lists).verdict


def verify_foreign(
    data: bytes, trust: Trust, now: datetime, *, status_lists: Sequence[JsonObject] = ()
) -> Foreign | Refused:
    """Return what a credential of another platform certifies, or why it is refused.

    Nobody is asked: the proof, the status lists and the inclusion come with the file, the keys
    from `trust`.
    """
    examined = examine_file(data, trust, now, status_lists=status_lists)
    verdict = examined.verdict
    if isinstance(verdict, Refused):
        return verdict
    assert examined.claims is not None, "what is verified was read"
    return Foreign(examined.claims, verdict, examined.included)


def accept_foreign(data: bytes, trust: Trust, now: datetime) -> Foreign:
    """Return what `verify_foreign` accepts; raises CredentialRefusedError with the reason.

    Where the issuer keeps a status list, it must come with the credential, not older than it says:
    what was revoked meanwhile is not recognised here.
    """
    found = verify_foreign(data, trust, now)
    if isinstance(found, Refused):
        raise CredentialRefusedError(reason=found.code, en=found.en, zh=found.zh)
    if not found.verified.status_known:
        raise CredentialRefusedError(
            reason="status_unknown",
            en="its status list is not stapled to it: hand in the bundle of its issuer",
            zh="未附状态列表，请提交颁发方提供的凭证包（bundle）",
        )
    return found


def examine_file(
    data: bytes, trust: Trust, now: datetime, *, status_lists: Sequence[JsonObject] = ()
) -> Examined:
    """Return the verdict on a file together with what it says."""
    try:
        file = read_credential(data)
        presented = present(file)
    except RefusedError as error:
        return Examined(error.refused, None)
    return examine(file, presented, trust=trust, now=now, status_lists=status_lists)


def present(file: CredentialFile) -> Presented:
    """Return the credential of a file with what came beside it; raises RefusedError."""
    presented = parse_presented(file.json)
    if file.inclusion is None:
        return presented
    return replace(presented, inclusion=parse_object(file.inclusion))


def examine(
    file: CredentialFile,
    presented: Presented,
    *,
    trust: Trust,
    now: datetime,
    status_lists: Sequence[JsonObject],
) -> Examined:
    """Return the verdict on a file that has been read, together with what it says."""
    verdict = judge(presented, trust, now, status_lists=status_lists)
    if isinstance(verdict, Verified) and file.kind == "pdf":
        verdict = _check_pages(file, verdict)
    included: bool | None = None
    if isinstance(verdict, Verified) and presented.inclusion is not None:
        try:
            logs = verdict.issuer.logs
            included = check_inclusion(presented.credential, presented.inclusion, logs)
        except RefusedError as error:
            verdict = error.refused
    readable = isinstance(verdict, Verified) or verdict.code == "unknown_issuer"
    claims = read_claims(presented.credential) if readable else None
    return Examined(verdict, claims, bool(file.sealed_by), included)


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
