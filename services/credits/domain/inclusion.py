"""Stapled inclusion proofs: that the posting behind a credential stands in its ledger's tree.

The issuer signs the posting's commitment inside the credential; the staple (C2SP tlog-proof)
shows that commitment to be a leaf under a checkpoint. Nothing of the posting itself is shown.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection
from dataclasses import dataclass

from services.credits.domain.merkle import hash_leaf, verify_inclusion
from services.credits.domain.signed_note import Checkpoint, Note, NoteError, VerifierKey
from services.credits.engine.credentials.parsing import Json, JsonObject, as_list
from services.credits.engine.credentials.refusal import RefusedError, tampered
from services.credits.engine.credentials.verifying import held_in

_MARK = "ledger commitment sha256:"
_HEAD = "c2sp.org/tlog-proof@v1"
_HASHES_MAX = 64


@dataclass(frozen=True, slots=True)
class TlogProof:
    """A leaf's place, its audit path, and the signed checkpoint that it leads to."""

    index: int
    hashes: tuple[bytes, ...]
    note: Note
    checkpoint: Checkpoint


def write_commitment(commitment: bytes) -> str:
    """Return the words by which a credential names the posting behind it."""
    return _MARK + commitment.hex()


def commitment_in(credential: JsonObject) -> bytes | None:
    """Return the commitment that a credential names, None where it names none."""
    for evidence in as_list(credential.get("evidence")):
        told: Json = evidence.get("narrative") if isinstance(evidence, dict) else None
        if isinstance(told, str) and told.startswith(_MARK):
            try:
                return bytes.fromhex(told.removeprefix(_MARK))
            except ValueError:
                return None
    return None


def parse_tlog_proof(text: str) -> TlogProof:
    """Read a tlog-proof; raises NoteError."""
    head, _, note = text.partition("\n\n")
    lines = head.split("\n")
    if lines[:1] != [_HEAD] or len(lines) > _HASHES_MAX or not lines[1:2]:
        raise NoteError("not a tlog-proof")
    word, _, number = lines[1].partition(" ")
    if word != "index" or not number.isascii() or not number.isdigit():
        raise NoteError("the proof names no leaf")
    try:
        hashes = tuple(base64.b64decode(line, validate=True) for line in lines[2:])
    except binascii.Error as error:
        raise NoteError("a hash is no base64") from error
    parsed = Note.parse(note)
    return TlogProof(int(number), hashes, parsed, Checkpoint.parse(parsed.text))


def check_inclusion(credential: JsonObject, staple: JsonObject, logs: Collection[str]) -> bool:
    """Return whether logs that are trusted vouch for every posting behind a credential.

    Args:
        credential: a badge, or a transcript of badges; each names its posting's commitment.
        staple: `{"tlog_proofs": {id of the credential: text}}`.
        logs: verifier keys of the issuer's logs (signed-note vkeys).

    Raises RefusedError `tampered` where a proof does not lead from commitment to checkpoint.
    """
    proofs = staple.get("tlog_proofs")
    if not isinstance(proofs, dict):
        raise _broken()
    wanted = [each for each in [credential, *held_in(credential)] if commitment_in(each)]
    known = {str(each.get("id")): each for each in wanted}
    if not proofs.keys() <= known.keys():
        raise _broken()
    vouched = [_vouched(known[name], text, logs) for name, text in proofs.items()]
    return all(vouched) and len(vouched) == len(known)


def _vouched(credential: JsonObject, text: Json, logs: Collection[str]) -> bool:
    commitment = commitment_in(credential)
    if commitment is None or not isinstance(text, str):
        raise _broken()
    try:
        proof = parse_tlog_proof(text)
        known = any(proof.note.verified_by(VerifierKey.parse(log)) is not None for log in logs)
    except NoteError as error:
        raise _broken() from error
    holds = verify_inclusion(
        proof.index,
        proof.checkpoint.size,
        leaf=hash_leaf(commitment),
        proof=proof.hashes,
        root=proof.checkpoint.root,
    )
    if not holds:
        raise _broken()
    return known


def _broken() -> RefusedError:
    return tampered("the stapled inclusion proof does not hold", "所附账本包含证明不成立")
