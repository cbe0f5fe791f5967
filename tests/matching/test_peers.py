import pytest
from markets import random_market

from benchmarks.matching.peers import peers_are_there, run_peer
from matching.solve import solve

pytestmark = pytest.mark.skipif(
    not peers_are_there(), reason="the peers are not installed: run `make bench-env`"
)


@pytest.mark.parametrize("peer", ["matching", "algmatch"])
def test_a_peer_of_the_field_finds_the_same_matching(peer):
    import numpy as np

    for seed in range(4):
        rng = np.random.default_rng(seed)
        market = random_market(rng, students=60, posts=12, length=6, keys=9)
        market = type(market)(market.wishes, [max(1, s) for s in market.seats], market.lottery)
        told = run_peer(peer, market.problem).matching.tolist()
        assert told == solve(market.problem, engine="kernel").matching.tolist()
