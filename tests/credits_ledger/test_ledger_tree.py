"""The tree over the ledger: vectors of RFC 6962, tiles, notes, the sequencer."""

from __future__ import annotations

import asyncio
import base64
import doctest
import json
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from services.credits.domain import ledger, merkle, signed_note, tiles
from services.credits.domain.merkle import (
    hash_leaf,
    prove_consistency,
    prove_inclusion,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from services.credits.domain.signed_note import (
    COSIGNATURE,
    Checkpoint,
    Note,
    NoteError,
    SigningKey,
    VerifierKey,
)
from services.credits.flows import keep_ledger, read_ledger, sequence_ledger
from services.credits.store import ledger_tree
from shared.db.session import PLATFORM, Database
from tests.credits_ledger.conftest import NOW, PUBLIC_URL, SECRET, School, sequence_all

# The example of signed-note.
VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXm"
    "RKuwHjG1Yu72IneyaQM=\n"
)


def raw(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def test_every_vector_of_rfc_6962_is_judged_as_it_should_be(shared_folder: Path) -> None:
    folder = shared_folder / "vectors" / "rfc6962" / "testdata"
    judged = 0
    for path in sorted(folder.rglob("*.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        proof = [raw(each) for each in case["proof"] or []]
        if "leafIdx" in case:
            sound = verify_inclusion(
                case["leafIdx"],
                case["treeSize"],
                leaf=raw(case["leafHash"]),
                proof=proof,
                root=raw(case["root"]),
            )
        else:
            sound = verify_consistency(
                case["size1"],
                case["size2"],
                proof=proof,
                old_root=raw(case["root1"]),
                new_root=raw(case["root2"]),
            )
        assert sound is not case["wantErr"], path.name
        judged += 1
    assert judged == 196


@pytest.mark.parametrize("module", [merkle, tiles, signed_note, sequence_ledger, ledger])
def test_the_examples_in_the_docstrings_hold(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]
    assert result.attempted
    assert not result.failed


def test_tiles_that_grow_in_steps_give_the_roots_and_proofs_of_the_whole_tree() -> None:
    rng = Random(7)
    leaves = [hash_leaf(n.to_bytes(4, "big")) for n in range(66_000)]
    kept: dict[tuple[int, int], bytes] = {}
    size = 0
    while size < len(leaves):
        step = min(rng.choice((1, 255, 256, 257, 9_000)), len(leaves) - size)
        edge = {key: kept[key] for key in tiles.edge_keys(size)}
        kept.update(tiles.grow(edge, size, leaves[size : size + step]))
        size += step
    assert sorted(kept) == sorted((n.level or 0, n.position) for n in tiles.tile_names(size))

    def subtree(low: int, high: int) -> bytes:
        return tiles.subtree_hash(kept, low, high)

    assert subtree(0, size) == root_of(leaves)
    for _ in range(60):
        whole = rng.randint(1, size)
        index, old = rng.randrange(whole), rng.randint(1, whole)
        root = subtree(0, whole)
        assert verify_inclusion(
            index,
            whole,
            leaf=leaves[index],
            proof=prove_inclusion(index, whole, subtree),
            root=root,
        )
        assert verify_consistency(
            old,
            whole,
            proof=prove_consistency(old, whole, subtree),
            old_root=subtree(0, old),
            new_root=root,
        )


def test_the_example_of_the_standard_verifies_and_a_changed_one_does_not() -> None:
    key = VerifierKey.parse(VKEY)
    assert str(key) == VKEY
    assert Note.parse(NOTE).verified_by(key) == 0
    with pytest.raises(NoteError):
        Note.parse(NOTE.replace("example message", "other message")).verified_by(key)


def test_a_cosignature_says_when_it_was_given() -> None:
    key = SigningKey("school.example/witness", COSIGNATURE, bytes(32))
    text = Checkpoint("example.com/log", 3, bytes(32)).text()
    note = Note.parse(f"{text}\n{key.sign(text, at=1_700_000_000)}")
    assert note.verified_by(key.verifier) == 1_700_000_000
    assert Checkpoint.parse(note.text).size == 3


@pytest.mark.parametrize(
    "note",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\n— name\n",
        "text\n\n— name !!!!\n",
        "text\n\n- name AAAAAAAA\n",
        "te\x00xt\n\n— name AAAAAAAA\n",
        "text\n\n— na+me AAAAAAAA\n",
    ],
)
def test_what_is_no_signed_note_is_refused(note: str) -> None:
    with pytest.raises(NoteError):
        Note.parse(note)


@pytest.mark.parametrize(
    "text", ["o\n1\n", "o\n01\nAAAA\n", "o\n-1\n\n", "o\n²\nAA==\n", "o\n1\nAA==\n"]
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        Checkpoint.parse(text)


async def test_a_posting_is_proved_to_be_in_the_tree_under_a_signed_checkpoint(
    school: School, database: Database
) -> None:
    async with school.begin() as tx:
        posted = await keep_ledger.post(tx, [school.posting() for _ in range(5)], now=NOW)
    async with school.begin() as tx:
        assert await read_ledger.inclusion(tx, posted[0].id) is None
    await sequence_all(database)
    async with school.begin() as tx:
        proofs = [await read_ledger.inclusion(tx, each.id) for each in posted]
    for proof in proofs:
        assert proof is not None
        note = Note.parse(proof.checkpoint)
        checkpoint = Checkpoint.parse(note.text)
        key = sequence_ledger.log_key(SECRET, checkpoint.origin)
        assert note.verified_by(key.verifier) == 0
        assert verify_inclusion(
            proof.index,
            checkpoint.size,
            leaf=hash_leaf(proof.commitment),
            proof=proof.proof,
            root=checkpoint.root,
        )


async def test_every_checkpoint_is_proved_to_continue_the_one_before(
    school: School, database: Database
) -> None:
    sizes: list[int] = []
    for _ in range(4):
        async with school.begin() as tx:
            await keep_ledger.post(tx, [school.posting() for _ in range(3)], now=NOW)
        done = await sequence_all(database)
        assert done is not None
        sizes.append(done.size)
    async with database.begin(PLATFORM) as tx:
        for old, new in pairwise(sizes):
            before = await ledger_tree.read_checkpoint(tx, old)
            after = await ledger_tree.read_checkpoint(tx, new)
            assert before is not None
            assert after is not None
            assert verify_consistency(
                old,
                new,
                proof=await read_ledger.prove_growth(tx, old, new),
                old_root=before["root"],
                new_root=after["root"],
            )


async def test_two_sequencers_at_once_give_every_transaction_one_leaf(
    school: School, database: Database
) -> None:
    async with school.begin() as tx:
        posted = await keep_ledger.post(tx, [school.posting() for _ in range(20)], now=NOW)
    await asyncio.gather(*(sequence_all(database) for _ in range(4)))
    await sequence_all(database)
    async with database.begin(PLATFORM) as tx:
        leaves = [await ledger_tree.find_leaf(tx, each.id) for each in posted]
        assert (await ledger_tree.count_waiting(tx))[0] == 0
    assert len({leaf["seq"] for leaf in leaves if leaf}) == 20


async def test_a_transaction_that_commits_late_still_gets_its_leaf(
    school: School, database: Database
) -> None:
    async with school.begin() as slow:
        late = (await keep_ledger.post(slow, [school.posting()], now=NOW))[0]
        other = School(database)
        async with other.begin() as tx:
            early = (await keep_ledger.post(tx, [other.posting()], now=NOW))[0]
        await sequence_all(database)
    await sequence_all(database)
    async with database.begin(PLATFORM) as tx:
        first = await ledger_tree.find_leaf(tx, early.id)
        second = await ledger_tree.find_leaf(tx, late.id)
    assert first is not None
    assert second is not None
    assert first["seq"] < second["seq"]


async def test_what_a_reversal_takes_back_stands_before_it_in_the_tree(
    school: School, database: Database
) -> None:
    async with school.begin() as tx:
        made = (await keep_ledger.post(tx, [school.posting()], now=NOW))[0]
    async with school.begin() as tx:
        undone = await keep_ledger.reverse(tx, school.id, made.id, key="r", reason="x", now=NOW)
    await sequence_all(database)
    async with database.begin(PLATFORM) as tx:
        first = await ledger_tree.find_leaf(tx, made.id)
        second = await ledger_tree.find_leaf(tx, undone.id)
    assert first is not None
    assert second is not None
    assert first["seq"] < second["seq"]


def test_the_origin_is_the_public_address_without_its_scheme() -> None:
    assert sequence_ledger.log_origin(PUBLIC_URL) == "credits.example.edu.cn/v1/ledger"
