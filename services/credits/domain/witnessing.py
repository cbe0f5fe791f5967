"""What a witness asks of a checkpoint before it puts its name to it (C2SP tlog-witness)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from services.credits.domain.merkle import EMPTY_ROOT, verify_consistency
from services.credits.domain.signed_note import Checkpoint, Note, NoteError, VerifierKey
from shared.kernel.errors import DomainError, ForbiddenError, NotFoundError, Text

# A proof has at most 63 hashes: the tree's size is a number of 63 bits.
_PROOF_MAX = 63


class CheckpointUnreadableError(DomainError):
    """The request is no checkpoint with its old size and proof."""

    code = "checkpoint_unreadable"
    status = 400
    title_zh = "请求不是带有旧大小和证明的检查点"
    mend = Text(
        "请按 c2sp.org/tlog-witness 的 add-checkpoint 格式提交。",
        "Send it as add-checkpoint of c2sp.org/tlog-witness.",
    )


class LogUnknownError(NotFoundError):
    """This witness does not follow that log."""

    code = "log_unknown"
    title_zh = "本见证方未登记该账本"
    mend = Text("请先由平台登记该账本的公钥。", "Have the log's key registered here first.")


class CheckpointUnsignedError(ForbiddenError):
    """The checkpoint is not signed by the log that it names."""

    code = "checkpoint_unsigned"
    title_zh = "检查点没有该账本的有效签名"
    mend = Text("请用已登记的密钥签名。", "Sign it with the key that is registered.")


class CheckpointInconsistentError(DomainError):
    """The checkpoint does not continue the one that was cosigned before."""

    code = "checkpoint_inconsistent"
    status = 422
    title_zh = "检查点与此前见证的账本不一致"
    mend = Text(
        "账本只能追加；请核查账本是否被改写。",
        "A log only grows: find out whether it was rewritten.",
    )


class CheckpointStaleError(DomainError):
    """The old size is not that of the checkpoint cosigned last."""

    code = "checkpoint_stale"
    status = 409
    title_zh = "旧大小与最近一次见证不符"
    mend = Text("最近一次见证的大小为 {size}。", "The size cosigned last is {size}.")


@dataclass(frozen=True, slots=True)
class Submission:
    """A checkpoint with the proof that it continues one of `old` leaves."""

    old: int
    proof: tuple[bytes, ...]
    note: Note
    checkpoint: Checkpoint

    @classmethod
    def parse(cls, body: str) -> Self:
        """Read the body of add-checkpoint; raises CheckpointUnreadableError."""
        head, separator, tail = body.partition("\n\n")
        first, *hashes = head.split("\n")
        word, _, old = first.partition(" ")
        if word != "old" or not separator or not old.isascii() or not old.isdigit():
            raise CheckpointUnreadableError
        try:
            note = Note.parse(tail)
            checkpoint = Checkpoint.parse(note.text)
            proof = tuple(base64.b64decode(each, validate=True) for each in hashes)
        except (NoteError, binascii.Error, ValueError) as error:
            raise CheckpointUnreadableError from error
        if len(proof) > _PROOF_MAX or old != str(int(old)) or int(old) > checkpoint.size:
            raise CheckpointUnreadableError
        return cls(int(old), proof, note, checkpoint)


def write_submission(old: int, proof: Sequence[bytes], note: str) -> str:
    """Return the body of add-checkpoint."""
    hashes = "".join(f"{base64.b64encode(each).decode()}\n" for each in proof)
    return f"old {old}\n{hashes}\n{note}"


def check_submission(sent: Submission, key: VerifierKey, *, size: int, root: bytes) -> None:
    """Raise unless the checkpoint is the log's own and continues the one of `size` leaves."""
    try:
        signed = sent.note.verified_by(key)
    except NoteError as error:
        raise CheckpointUnsignedError(needs=key.name) from error
    if signed is None:
        raise CheckpointUnsignedError(needs=key.name)
    if sent.old != size:
        raise CheckpointStaleError(size=size)
    if not _continues(sent, size=size, root=root):
        raise CheckpointInconsistentError


def _continues(sent: Submission, *, size: int, root: bytes) -> bool:
    new = sent.checkpoint
    if new.size == 0 and new.root != EMPTY_ROOT:
        return False
    if size == 0:
        return not sent.proof
    return verify_consistency(size, new.size, proof=sent.proof, old_root=root, new_root=new.root)
