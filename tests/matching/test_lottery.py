import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.errors import CommitmentBrokenError
from matching.lottery import _sort_digests, check_reveal, commit_seed, draw_lottery


@given(seed=st.text(max_size=20), ids=st.lists(st.text(max_size=6), unique=True, max_size=40))
def test_the_numbers_are_those_that_plain_sha256_gives(seed, ids):
    inner = hashlib.sha256(seed.encode()).digest()
    digests = {
        name: hashlib.sha256(b"chanjiao lottery draw 1\x00" + inner + name.encode()).digest()
        for name in ids
    }
    order = sorted(ids, key=digests.__getitem__)
    assert draw_lottery(seed, ids).tolist() == [order.index(name) for name in ids]


@given(ids=st.lists(st.text(max_size=6), unique=True, min_size=2, max_size=20))
def test_a_number_does_not_depend_on_the_order_of_the_file(ids):
    forward = dict(zip(ids, draw_lottery("s", ids).tolist(), strict=True))
    backward = dict(zip(ids[::-1], draw_lottery("s", ids[::-1]).tolist(), strict=True))
    assert forward == backward


def test_the_draw_of_a_known_seed_never_changes():
    ids = [f"2026{number:04d}" for number in range(12)]
    assert draw_lottery("产教通 2026", ids).tolist() == GOLDEN


GOLDEN = [1, 11, 3, 7, 9, 2, 5, 10, 0, 6, 8, 4]


def test_every_student_is_as_likely_to_win_a_tie():
    ids = ["a", "b", "c"]
    wins = [0, 0, 0]
    for seed in range(3000):
        wins[draw_lottery(str(seed), ids).tolist().index(2)] += 1
    assert all(880 < count < 1120 for count in wins)  # 4.6 standard deviations


def test_the_revealed_seed_must_be_the_committed_one():
    committed = commit_seed("first")
    check_reveal("first", committed.upper())
    with pytest.raises(CommitmentBrokenError) as broken:
        check_reveal("second", committed)
    assert broken.value.facts["committed"] == committed
    assert broken.value.facts["revealed"] == commit_seed("second")


@given(st.lists(st.binary(min_size=4, max_size=4), min_size=1, max_size=12))
def test_digests_that_begin_alike_are_told_apart_by_the_rest(tails):
    # each of the four words takes one byte of the draw: they meet often, in any word
    digests = [b"".join(bytes([byte % 2]) * 8 for byte in tail) for tail in tails]
    order = _sort_digests(b"".join(digests)).tolist()
    assert sorted(order) == list(range(len(digests)))
    assert [digests[at] for at in order] == sorted(digests)
