import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from markets import SmallMarket, small_markets

from matching.errors import ShapeMismatchError
from matching.explain import draw_up_lines
from matching.report import report_groups, report_post, share_filled
from matching.solve import solve
from matching.verify.manifest import (
    RunManifest,
    decode_manifest,
    encode_manifest,
    manifest_is_signed_by,
    sign_manifest,
)
from matching.verify.public import public_cutoffs, salt_ids

MANIFEST = RunManifest("1", "种子", "c", {"wishes": "aa"}, {"placements": "bb"}, {"students": 2})


@given(market=small_markets())
@settings(max_examples=80, deadline=None)
def test_a_post_tells_how_many_it_turned_away_and_why(market):
    outcome = solve(market.problem, engine="reference")
    lines = draw_up_lines(market.problem, outcome)
    matching = outcome.matching.tolist()
    for post, seats in enumerate(market.seats):
        report = report_post(market.problem, outcome, lines, post=post)
        wishers = [s for s, wishes in enumerate(market.wishes) if post in dict(wishes)]
        away = [s for s in wishers if market.rank(s, post) < market.rank(s, matching[s])]
        assert (report.wished, report.turned_away) == (len(wishers), len(away))
        assert report.short_of_score + report.short_of_lottery == len(away)
        if away and seats:
            least = min(market.worth(s, post)[0] for s, at in enumerate(matching) if at == post)
            assert report.short_of_score == sum(market.worth(s, post)[0] < least for s in away)


def test_groups_are_compared_and_small_ones_stay_hidden():
    market = SmallMarket([[(0, 3)], [(0, 2), (1, 1)], [(0, 1)]], [1, 1], [0, 1, 2]).problem
    matching = solve(market).matching
    values = np.array([1.0, 2.0, 3.0, 4.0])
    rows = report_groups(market, matching, groups=["甲", "甲", "乙"], values=values, shown_from=2)
    hidden, shown = sorted(rows, key=lambda row: row.students)
    assert (hidden.students, hidden.placed, hidden.mean_rank) == (1, None, None)
    assert (shown.placed, shown.first_wish, shown.top_three) == (1.0, 0.5, 1.0)
    assert (shown.mean_rank, shown.mean_value) == (1.5, 2.0)
    assert share_filled(market, matching) == 1.0
    with pytest.raises(ShapeMismatchError):
        report_groups(market, matching, groups=["甲"])
    with pytest.raises(ShapeMismatchError):
        report_groups(market, matching, groups=["甲"] * 3, values=values[:2])


def test_without_a_word_groups_of_five_are_compared_and_groups_of_four_are_not():
    market = SmallMarket([[(0, 1)]] * 9, [9], list(range(9))).problem
    names = ["甲"] * 5 + ["乙"] * 4
    rows = report_groups(market, solve(market).matching, groups=names)
    assert {row.group: row.placed for row in rows} == {"甲": 1.0, "乙": None}


def test_a_manifest_is_signed_and_any_change_breaks_the_signature():
    key = Ed25519PrivateKey.generate()
    signature = sign_manifest(MANIFEST, key)
    assert manifest_is_signed_by(MANIFEST, signature, key.public_key())
    other = RunManifest("1", "种籽", "c", {"wishes": "aa"}, {"placements": "bb"}, {"students": 2})
    assert not manifest_is_signed_by(other, signature, key.public_key())
    assert decode_manifest(encode_manifest(MANIFEST)) == MANIFEST


def test_salted_ids_differ_by_salt_and_never_hold_the_id():
    first, second = salt_ids(["20260001", "20260002"], b"a" * 32)
    assert first != second
    assert salt_ids(["20260001"], b"b" * 32) != [first]
    assert "2026" not in first[:4]


def test_only_cutoffs_over_five_placements_are_public():
    wishes = [[(0, key)] for key in range(9, 3, -1)] + [[(1, key)] for key in range(9, 4, -1)]
    market = SmallMarket(wishes, [5, 4], list(range(11))).problem
    outcome = solve(market)
    shown = public_cutoffs(market, outcome.matching, outcome.cutoffs)
    assert shown == [int(outcome.cutoffs[0]), None]


def test_cutoffs_of_another_market_are_refused_and_not_cut_short():
    market = SmallMarket([[(0, 9)]], [1, 1], [0]).problem
    with pytest.raises(ValueError, match="longer"):
        public_cutoffs(market, solve(market).matching, np.zeros(1, dtype=np.uint64))


def test_a_post_that_holds_nobody_shows_no_cutoff():
    market = SmallMarket([[(0, key)] for key in range(9, 3, -1)], [5, 2], list(range(6))).problem
    outcome = solve(market)
    shown = public_cutoffs(market, outcome.matching, outcome.cutoffs)
    assert shown == [int(outcome.cutoffs[0]), None]
    assert len(salt_ids(["1"], b"a" * 32)[0]) == 32
