"""Members put their name to checkpoints: the log asks them, and this platform is asked too."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from services.credits.adapters.witnesses import WitnessPost
from services.credits.domain.ledger_errors import (
    CheckpointUnknownError,
    CosignatureUnsoundError,
    WitnessKeyError,
)
from services.credits.domain.merkle import EMPTY_ROOT
from services.credits.domain.signed_note import (
    COSIGNATURE,
    ED25519,
    Note,
    NoteError,
    SigningKey,
    VerifierKey,
)
from services.credits.domain.witnessing import (
    CheckpointStaleError,
    LogUnknownError,
    Submission,
    check_submission,
    write_submission,
)
from services.credits.flows.read_ledger import prove_growth
from services.credits.store import ledger_tree
from shared.db.session import PLATFORM, Database, Tx
from shared.kernel.ids import new_id
from shared.kernel.secrets import derive

COSIGN_EVERY_S = 1.0


def witness_key(secret: str, public_url: str) -> SigningKey:
    """Return the key by which this platform cosigns other platforms' logs."""
    name = f"{urlsplit(public_url).netloc}/witness"
    return SigningKey(name, COSIGNATURE, derive(secret, "ledger witness"))


async def register_witness(tx: Tx, org_id: UUID, *, vkey: str, url: str | None) -> UUID:
    """Register the key by which a member cosigns; `url` where the log may ask it."""
    _parse_key(vkey, COSIGNATURE)
    witness_id = new_id()
    await ledger_tree.add_witness(
        tx, {"id": witness_id, "org_id": org_id, "vkey": vkey, "url": url}
    )
    return witness_id


async def register_log(tx: Tx, *, vkey: str) -> str:
    """Register another platform's log, whose checkpoints this one cosigns."""
    key = _parse_key(vkey, ED25519)
    await ledger_tree.add_log(tx, {"origin": key.name, "vkey": vkey, "size": 0, "root": EMPTY_ROOT})
    return key.name


def _parse_key(vkey: str, kind: int) -> VerifierKey:
    try:
        key = VerifierKey.parse(vkey)
    except NoteError as error:
        raise WitnessKeyError(reason=str(error)) from error
    if key.kind != kind:
        raise WitnessKeyError(reason="signature type")
    return key


async def cosign_checkpoint(tx: Tx, body: str, *, key: SigningKey, now: datetime) -> str:
    """Answer add-checkpoint as a witness; what was seen is kept before the answer leaves."""
    sent = Submission.parse(body)
    log = await _find_log(tx, sent.checkpoint.origin)
    vkey = VerifierKey.parse(log["vkey"])
    check_submission(sent, vkey, size=log["size"], root=log["root"])
    line = key.sign(sent.note.text, at=int(now.timestamp()))
    note = body.partition("\n\n")[2] + line
    if not await ledger_tree.move_log(tx, log, sent.checkpoint, note=note):
        # Another request was faster: the log asks again, from what that one has left.
        raise CheckpointStaleError(size=(await _find_log(tx, log["origin"]))["size"])
    return line


async def _find_log(tx: Tx, origin: str) -> Any:
    log = await ledger_tree.find_log(tx, origin)
    if log is None:
        raise LogUnknownError(origin=origin)
    return log


async def take_cosignature(tx: Tx, org_id: UUID, *, size: int, line: str) -> None:
    """Keep a cosignature that a member brings; raises where it is not by the member's own key."""
    checkpoint = await ledger_tree.read_checkpoint(tx, size)
    if checkpoint is None:
        raise CheckpointUnknownError(size=size)
    for witness in await ledger_tree.list_witnesses(tx):
        sound = _sound_line(checkpoint, witness, line) if witness["org_id"] == org_id else None
        if sound is not None:
            await ledger_tree.cosign(tx, witness["id"], size=size, line=sound)
            return
    raise CosignatureUnsoundError(size=size)


def _sound_line(checkpoint: Any, witness: Any, answer: str) -> str | None:
    """Return the line of an answer that is the witness's own and holds."""
    key = VerifierKey.parse(witness["vkey"])
    for line in answer.splitlines(keepends=True):
        try:
            if Note.parse(checkpoint["note"] + line).verified_by(key) is not None:
                return line
        except NoteError:
            continue
    return None


async def ask_witnesses(database: Database, post: WitnessPost) -> int:
    """Ask each member with an address to cosign the newest checkpoint; return how many did."""
    async with database.begin(PLATFORM) as tx:
        newest = await ledger_tree.read_checkpoint(tx)
        known = await ledger_tree.list_witnesses(tx)
    if newest is None:
        return 0
    behind = [each for each in known if each["url"] and each["size"] < newest["size"]]
    signed = 0
    for witness in behind:
        signed += await _ask(database, post, newest, witness)
    return signed


async def _ask(database: Database, post: WitnessPost, newest: Any, witness: Any) -> bool:
    """Send the newest checkpoint; a witness that remembers another size is asked once more."""
    old = witness["size"]
    for _ in range(2):
        async with database.begin(PLATFORM) as tx:
            proof = await prove_growth(tx, old, newest["size"])
        answer = await post(witness["url"], write_submission(old, proof, newest["note"]))
        if answer is None:
            return False
        status, text = answer
        line = _sound_line(newest, witness, text) if status == HTTPStatus.OK else None
        if line is not None:
            async with database.begin(PLATFORM) as tx:
                await ledger_tree.cosign(tx, witness["id"], size=newest["size"], line=line)
            return True
        seen = text.strip()
        if status != HTTPStatus.CONFLICT or not seen.isdigit() or int(seen) > newest["size"]:
            return False
        old = int(seen)
    return False
