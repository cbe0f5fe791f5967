"""A member's own witness: its key and what it has seen, in two files on the member's computer."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from pathlib import Path

import orjson

from services.credits.domain.ledger_audit import KEYS, Source, read_keys
from services.credits.domain.merkle import EMPTY_ROOT
from services.credits.domain.signed_note import (
    COSIGNATURE,
    Checkpoint,
    Note,
    NoteError,
    SigningKey,
    VerifierKey,
)
from services.credits.domain.witnessing import Submission, check_submission

_SEED_BYTES = 32


@dataclass(frozen=True, slots=True)
class Seen:
    """The log as the member knows it: its key, and the checkpoint cosigned last."""

    log: VerifierKey
    size: int
    root: bytes


def open_key(path: Path, name: str) -> SigningKey:
    """Return the member's key; the first time it is made, readable by its owner alone."""
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(os.urandom(_SEED_BYTES).hex().encode())
    seed = bytes.fromhex(path.read_text(encoding="ascii").strip())
    return SigningKey(name, COSIGNATURE, seed)


def cosign_newest(source: Source, state: Path, key: SigningKey, *, now_s: int) -> tuple[int, str]:
    """Return size and cosignature of the newest checkpoint, after the proof that the log has grown.

    What was seen is kept before the line is given away. Raises NoteError where the log does not
    answer as a log, and what `check_submission` raises where it does not continue.
    """
    seen = _read_state(state, source)
    note = (source.read("checkpoint") or b"").decode()
    checkpoint = Checkpoint.parse(Note.parse(note).text)
    proof = _read_proof(source, seen.size, checkpoint.size)
    sent = Submission(seen.size, proof, Note.parse(note), checkpoint)
    check_submission(sent, seen.log, size=seen.size, root=seen.root)
    _write_state(state, Seen(seen.log, checkpoint.size, checkpoint.root))
    return checkpoint.size, key.sign(sent.note.text, at=now_s)


def _read_proof(source: Source, old: int, size: int) -> tuple[bytes, ...]:
    if old in {0, size}:
        return ()
    answer = source.read(f"consistency?old={old}&size={size}")
    if answer is None:
        raise NoteError(f"the log does not prove that {size} entries continue {old}")
    return tuple(base64.b64decode(each) for each in orjson.loads(answer)["proof"])


def _read_state(path: Path, source: Source) -> Seen:
    """Return what was seen last; the first time the log's key is taken as it is told."""
    if path.exists():
        told = orjson.loads(path.read_bytes())
        log = VerifierKey.parse(told["log"])
        return Seen(log, told["size"], bytes.fromhex(told["root"]))
    content = source.read(KEYS)
    if content is None:
        raise NoteError(f"{KEYS} is not there")
    return Seen(read_keys(content).log, 0, EMPTY_ROOT)


def _write_state(path: Path, seen: Seen) -> None:
    told = {"log": str(seen.log), "size": seen.size, "root": seen.root.hex()}
    aside = path.with_suffix(".new")
    aside.write_bytes(orjson.dumps(told))
    aside.replace(path)
