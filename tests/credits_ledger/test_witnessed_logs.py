"""What this platform remembers of another one's log, as a connection without a caller sees it."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.credits.domain.merkle import EMPTY_ROOT, hash_leaf
from services.credits.domain.signed_note import ED25519, Checkpoint, SigningKey
from services.credits.domain.witnessing import CheckpointStaleError, write_submission
from services.credits.flows.cosign_ledger import cosign_checkpoint, register_log, witness_key
from services.credits.store import ledger_tree
from shared.db.session import ANYONE, PLATFORM, Database
from shared.kernel.clock import utc_now

WITNESS = witness_key("a secret", "https://w.example")


@pytest.fixture
async def log(database: Database) -> SigningKey:
    """A registered log of which nothing has been seen."""
    key = SigningKey(f"{uuid4().hex}.example/log", ED25519, uuid4().bytes * 2)
    async with database.begin(PLATFORM) as tx:
        await register_log(tx, vkey=str(key.verifier))
    return key


def submission(log: SigningKey, leaf: bytes) -> tuple[Checkpoint, str]:
    checkpoint = Checkpoint(log.name, 1, hash_leaf(leaf))
    note = f"{checkpoint.text()}\n{log.sign(checkpoint.text())}"
    return checkpoint, write_submission(0, [], note)


@pytest.mark.parametrize("scope", [ANYONE, PLATFORM])
async def test_nobody_changes_directly_what_is_remembered_of_a_log(
    database: Database, log: SigningKey, scope: object
) -> None:
    for statement in (
        "UPDATE ledger_logs SET size = 9 WHERE origin = :origin",
        "SELECT 1 FROM ledger_logs WHERE origin = :origin FOR UPDATE",
        "DELETE FROM ledger_logs WHERE origin = :origin",
    ):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with database.begin(scope) as tx:  # type: ignore[arg-type]
                await tx.execute(text(statement), {"origin": log.name})


async def test_the_function_only_moves_forward_from_what_was_seen(
    database: Database, log: SigningKey
) -> None:
    one, _ = submission(log, b"1")
    other, _ = submission(log, b"2")
    async with database.begin(ANYONE) as tx:
        seen = await ledger_tree.find_log(tx, log.name)
        assert seen is not None
        assert not await ledger_tree.move_log(tx, seen, one, note=other.text())
        assert await ledger_tree.move_log(tx, seen, one, note=one.text())
        assert not await ledger_tree.move_log(tx, seen, other, note=other.text())
        now = await ledger_tree.find_log(tx, log.name)
        assert now is not None
        assert not await ledger_tree.move_log(tx, now, other, note=other.text())
        back = Checkpoint(log.name, 0, EMPTY_ROOT)
        assert not await ledger_tree.move_log(tx, now, back, note=back.text())
        assert await ledger_tree.move_log(tx, now, one, note=one.text())


async def test_of_two_checkpoints_at_once_one_is_cosigned_and_the_other_told_the_size(
    database: Database, log: SigningKey
) -> None:
    async def ask(leaf: bytes) -> str | int:
        _, body = submission(log, leaf)
        try:
            async with database.begin(ANYONE) as tx:
                return await cosign_checkpoint(tx, body, key=WITNESS, now=utc_now())
        except CheckpointStaleError as error:
            return int(str(error.facts["size"]))

    answers = await asyncio.gather(*(ask(bytes([n])) for n in range(4)))
    assert [each for each in answers if isinstance(each, int)] == [1, 1, 1]
