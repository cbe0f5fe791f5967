"""The rules of a round: what each does, what it costs, and that anyone can check it."""

from __future__ import annotations

import argparse
import contextlib
import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from matching.caps import count_by_group
from matching.commands import register
from matching.reserves import Reserve
from matching.rounds import Choice
from services.internships.engine.caps import CapTerms, build_intern_caps, file_rows
from services.internships.engine.certificate import write_certificate
from services.internships.engine.clearing import Clearing, Market, clear_market
from services.internships.engine.publication import clear_and_draw_up
from services.internships.engine.settling import RoundRules
from tests.internships.test_rounds_engine import market_of

SEEDS = pytest.mark.parametrize("seed", range(4))


def ruled(market: Market, **rules: Any) -> Market:
    return replace(market, rules=RoundRules(**rules))


def places_of(market: Market, cleared: Clearing) -> np.ndarray:
    ranks = cleared.ranks
    lengths = np.diff(market.indptr)
    return np.where(ranks < 0, lengths, ranks)


def checked(folder: Path, market: Market, cleared: Clearing) -> tuple[int, str]:
    """Return what the file command, which knows no rules, finds in the certificate."""
    content = write_certificate(market, cleared).content
    zipfile.ZipFile(io.BytesIO(content)).extractall(folder)
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())
    files = {"wishes": "wishes.csv", "posts": "posts.csv", "out": "placements.csv"}
    words = ["match", "verify"]
    for option, name in files.items():
        words += [f"--{option}", str(folder / name)]
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        code = parser.parse_args(words).run(parser.parse_args(words))
    return code, told.getvalue()


@SEEDS
def test_posts_that_propose_place_the_same_students_and_nobody_better(
    seed: int, tmp_path: Path
) -> None:
    market = market_of(seed)
    plain, offered = clear_market(market), clear_market(ruled(market, posts_propose=True))
    assert ((plain.ranks >= 0) == (offered.ranks >= 0)).all()
    assert (places_of(market, offered) >= places_of(market, plain)).all()
    assert checked(tmp_path, market, offered)[0] == 0


@SEEDS
def test_trades_make_nobody_worse_and_pass_over_no_higher_score(seed: int, tmp_path: Path) -> None:
    market = replace(market_of(seed, students=80), grades=np.full(80, 80.0))
    before = clear_market(market)
    after = clear_market(ruled(market, improve=True))
    assert (places_of(market, after) <= places_of(market, before)).all()
    gained = int((places_of(market, after) < places_of(market, before)).sum())
    assert after.settled.effects.gained == gained
    assert after.settled.sound
    assert after.settled.proven
    assert checked(tmp_path, market, after)[0] == 0


@SEEDS
@pytest.mark.parametrize("hard", [True, False])
def test_reserved_seats_go_to_their_class_first(seed: int, *, hard: bool, tmp_path: Path) -> None:
    market = market_of(seed)
    post = int(np.argmax(market.seats))
    classes = np.where(np.arange(60) % 3 == 0, 0, -1).astype(np.int32)
    kept = int(market.seats[post]) // 2 + 1
    rules = {"reserves": [Reserve(post, 0, kept, hard)], "class_names": ["数控1"]}
    market = ruled(market, classes=classes, **rules)
    cleared = clear_market(market)
    settled = cleared.settled
    assert settled.sound
    assert checked(tmp_path, market, cleared)[0] == 0
    others = ((settled.matching == post) & (classes < 0)).sum()
    if hard:
        assert others <= market.seats[post] - kept
    (told,) = [row for row in _cutoffs(market) if row["reserved"]]
    assert told["post_id"] == f"p{post}"
    assert told["reserved"][0]["class_name"] == "数控1"


def _cutoffs(market: Market) -> list[dict[str, Any]]:
    import orjson

    return orjson.loads(clear_and_draw_up(market).cutoffs)


@SEEDS
def test_staying_together_is_paid_for_openly(seed: int, tmp_path: Path) -> None:
    market = market_of(seed)
    # Two who wish for the same posts in the same order can be kept together.
    market.wishes[4:8] = market.wishes[0:4]
    market.competes[:] = True
    market = ruled(market, groups=[[0, 1], [2, 3]])
    cleared = clear_market(market)
    effects = cleared.settled.effects
    assert effects.groups_kept + effects.groups_apart == 2
    assert cleared.settled.blocking_pairs == effects.claims
    assert cleared.settled.sound
    code, told = checked(tmp_path, market, cleared)
    assert f"blocking pairs {effects.claims} " in told
    assert code == (1 if effects.claims else 0)


@SEEDS
def test_lower_quotas_are_reported_and_met_only_where_the_school_says_so(seed: int) -> None:
    market = market_of(seed, students=60)
    plain = clear_market(market)
    taken = np.bincount(market.wishes[market.competes], minlength=9)
    least = np.minimum(np.minimum(market.seats, 2), taken // 9)
    reported = clear_market(ruled(market, least=least))
    assert (reported.ranks == plain.ranks).all()
    short = {post for post, _, _ in reported.settled.effects.shortfalls}
    assert short == set(np.flatnonzero(plain.placed < least).tolist())
    mended = clear_market(ruled(market, least=least, repair=True))
    assert (mended.placed >= least).all()
    assert mended.settled.sound
    assert mended.settled.blocking_pairs == mended.settled.effects.claims


def test_quotas_that_nobody_can_meet_are_named_and_the_round_is_cleared_without_a_repair() -> None:
    market = market_of(0, students=60)
    market.competes[market.wishes == 4] = False
    market.seats[:] = np.maximum(market.seats, 1)
    least = np.zeros(9, dtype=np.int64)
    least[4] = 1
    cleared = clear_market(ruled(market, least=least, repair=True))
    assert cleared.settled.effects.shortfalls == [(4, 1, 0)]
    assert cleared.settled.effects.conflict == (4,)
    assert (cleared.ranks == clear_market(market).ranks).all()
    assert cleared.settled.proven
    told = clear_and_draw_up(ruled(market, least=least, repair=True)).numbers["effects"]
    assert told["conflict"] == ["p4"]


def test_a_post_that_lost_its_seats_keeps_none_for_a_class() -> None:
    market = market_of(0, students=60)
    market.seats[:] = 2
    market.seats[3] = 1
    market.seats[5] = 0
    reserves = [Reserve(post, 0, 2, hard=True) for post in (3, 5)]
    classes = np.zeros(60, dtype=np.int32)
    market = ruled(market, reserves=reserves, class_names=["数控1"], classes=classes)
    cleared = clear_market(market)
    assert cleared.settled.sound
    assert cleared.placed[3] <= 1
    assert cleared.placed[5] == 0
    kept = {row["post_id"]: row["reserved"] for row in _cutoffs(market) if row["reserved"]}
    assert {post: told[0]["seats"] for post, told in kept.items()} == {"p3": 1, "p5": 0}


@SEEDS
def test_what_was_kept_is_never_lost_in_the_next_round(seed: int, tmp_path: Path) -> None:
    market = market_of(seed)
    first = clear_market(market)
    kept = first.settled.matching
    rng = np.random.default_rng(seed)
    choices = rng.choice([Choice.FREEZE, Choice.FLOAT, Choice.LEAVE], 60).astype(np.int8)
    kept = np.where(choices == Choice.LEAVE, -1, kept).astype(np.int32)
    choices[kept < 0] = Choice.OPEN
    left = rng.random(60) < 0.2
    choices[left], kept[left] = Choice.LEAVE, -1
    market = ruled(market, kept=kept, choices=choices)
    second = clear_market(market)
    before, after = places_of(market, first), places_of(market, second)
    floats, freezes = choices == Choice.FLOAT, choices == Choice.FREEZE
    assert (after[floats] <= before[floats]).all()
    assert (after[freezes] == before[freezes]).all()
    assert (second.ranks[choices == Choice.LEAVE] == -1).all()
    assert checked(tmp_path, market, second)[0] == 0


@SEEDS
def test_quotas_by_host_and_region_bind_where_the_school_says_so(seed: int, tmp_path: Path) -> None:
    market = market_of(seed)
    hosts = [UUID(int=1 + post // 3) for post in range(9)]
    terms = CapTerms(
        [(host, "车工") for host in hosts],
        by_host={UUID(int=1): 2},
        host_most=6,
        hard_most=True,
        regions=["330100"] * 6 + ["330200"] * 3,
        by_region={"330100": 8, "330200": 3},
        hard_regions={"330100"},
    )
    market = replace(market, caps=build_intern_caps(terms), cap_rows=file_rows(terms))
    cleared = clear_market(market)
    assert market.caps is not None
    placed = count_by_group(market.caps, cleared.settled.matching)[9:]
    for name, count, limit, hard in zip(
        market.caps.names, placed, market.caps.limits, market.caps.hard, strict=True
    ):
        assert count <= limit or not hard, name
    exceeded = {group for group, _, _ in cleared.exceeded}
    assert exceeded <= {str(UUID(int=1)), "region/330200"}
    assert checked(tmp_path, market, cleared)[0] == 0


def test_caps_of_three_kinds_are_written_as_the_file_command_reads_them() -> None:
    host = UUID(int=1)
    terms = CapTerms([(host, "车工")], by_class={(host, "车工"): 1}, by_host={host: 4})
    assert file_rows(terms) == []
    hard = replace(terms, hard_class=True, hard_host=True)
    assert file_rows(hard) == [(f"{host}/车工", 1, str(host), 4)]
    region = replace(
        terms, regions=["330100"], by_region={"330100": 9}, hard_regions={"330100"}, hard_host=True
    )
    assert file_rows(region) == [(str(host), 4, "330100", 9)]
