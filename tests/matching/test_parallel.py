import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import SmallMarket, random_market

from matching import parallel
from matching.caps import build_caps
from matching.errors import CapsNotOnlineError, NumberOutOfRangeError
from matching.parallel import solve_sharded
from matching.problem import Problem
from matching.solve import solve


@given(seed=st.integers(0, 2**32 - 1), shards=st.integers(1, 9))
@settings(max_examples=40, deadline=None)
def test_any_number_of_shards_gives_the_bytes_of_the_whole(seed, shards):
    rng = np.random.default_rng(seed)
    market = random_market(rng, students=int(rng.integers(1, 120)), posts=9, length=7).problem
    whole = solve(market, engine="reference")
    parts = solve_sharded(market, shards=shards)
    assert parts.matching.tobytes() == whole.matching.tobytes()
    assert parts.cutoffs.tobytes() == whole.cutoffs.tobytes()


def test_as_many_parts_are_cleared_at_once_as_there_are_jobs(monkeypatch):
    market = random_market(np.random.default_rng(6), students=60, posts=9, length=5).problem
    meet, clear = threading.Barrier(3, timeout=5), parallel._clear_part

    def clear_together(*part):
        meet.wait()  # one part alone would wait in vain
        return clear(*part)

    monkeypatch.setattr(parallel, "_clear_part", clear_together)
    parts = solve_sharded(market, shards=3, jobs=3)
    assert parts.matching.tobytes() == solve(market).matching.tobytes()


def test_a_market_in_no_part_at_all_is_refused():
    market = SmallMarket([[(0, 9)]], [1], [0]).problem
    with pytest.raises(NumberOutOfRangeError) as refused:
        solve_sharded(market, shards=0)
    assert refused.value.facts == {"name": "shards", "wanted": ">= 1", "given": 0}


def test_each_part_is_told_when_cleared_and_when_folded_in():
    told: list[tuple[int, int]] = []
    market = random_market(np.random.default_rng(6), students=60, posts=9, length=5).problem
    solve_sharded(market, shards=3, progress=lambda done, whole: told.append((done, whole)))
    assert told == [(done, 6) for done in range(1, 7)]


def test_processes_give_the_same_bytes():
    market = random_market(np.random.default_rng(6), students=300, posts=20, length=9).problem
    parts = solve_sharded(market, shards=3, backend="loky", jobs=2)
    assert parts.matching.tobytes() == solve(market).matching.tobytes()


def test_dask_gives_the_same_bytes():
    distributed = pytest.importorskip("distributed", reason="the extra `dask` is not installed")
    market = random_market(np.random.default_rng(6), students=300, posts=20, length=9).problem
    # tcp on loopback: otherwise the scheduler asks the network for an address of its own
    here = {"host": "127.0.0.1", "protocol": "tcp", "dashboard_address": None}
    with distributed.LocalCluster(2, processes=False, **here) as cluster, cluster.get_client():
        parts = solve_sharded(market, shards=3, backend="dask", jobs=2)
    assert parts.matching.tobytes() == solve(market).matching.tobytes()


def test_hard_caps_are_not_cleared_in_parts():
    bare = SmallMarket([[(0, 9)]], [1], [0]).problem
    caps = build_caps(parent=[1, -1], limits=[1], hard=[True])
    problem = Problem(bare.indptr, bare.wishes, bare.seats, bare.lottery, caps)
    with pytest.raises(CapsNotOnlineError):
        solve_sharded(problem, shards=2)
