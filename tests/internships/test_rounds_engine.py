"""A round as arrays: the same scores, places and cut-offs as the engine's readable parts."""

from __future__ import annotations

import csv
import io
import zipfile

import numpy as np
import pytest

from matching.explain import draw_up_lines, explain_student
from matching.lottery import commit_seed
from matching.outcome import Outcome
from matching.problem import build_problem
from matching.scores import PostProfile, StudentProfile, relevance
from services.internships.engine.certificate import write_certificate
from services.internships.engine.clearing import (
    KEY_STEPS,
    Clearing,
    Market,
    PriorityWeights,
    clear_market,
)
from services.internships.engine.relevance import (
    PostColumns,
    StudentColumns,
    encode_column,
    score_wishes,
)

MAJORS = ["610105", "710105", "410104", "", "080901"]
LEADS = {"610105": ("6-06-01-02",), "710105": ("4-04-05-01", "6-06-01-02")}
SKILLS = ["PLC", "plc ", "钳工", "CAD", "ＣＡＤ", "焊接"]
REGIONS = ["330106", "330110", "3301", "110105", ""]
OCCUPATIONS = ["6-06-01-03", "4-04-05-01", ""]


def students_of(rng: np.random.Generator, count: int) -> list[StudentProfile]:
    def one() -> StudentProfile:
        major = str(rng.choice(MAJORS))
        skills = frozenset(rng.choice(SKILLS, rng.integers(0, 4), replace=False).tolist())
        return StudentProfile(major, LEADS.get(major, ()), skills, str(rng.choice(REGIONS)))

    return [one() for _ in range(count)]


def posts_of(rng: np.random.Generator, count: int) -> list[PostProfile]:
    asked = [*MAJORS[:3], "6101", "71", "080901"]

    def one() -> PostProfile:
        return PostProfile(
            tuple(rng.choice(asked, rng.integers(0, 4), replace=False).tolist()),
            str(rng.choice(OCCUPATIONS)),
            frozenset(rng.choice(SKILLS, rng.integers(0, 4), replace=False).tolist()),
            str(rng.choice(REGIONS)),
        )

    return [one() for _ in range(count)]


def columns_of(students: list[StudentProfile]) -> StudentColumns:
    majors = encode_column([s.major for s in students])
    return StudentColumns(
        majors,
        [LEADS.get(major, ()) for major in majors.values],
        encode_column([s.skills for s in students]),
        encode_column([s.region for s in students]),
    )


def post_columns_of(posts: list[PostProfile]) -> PostColumns:
    return PostColumns(
        encode_column([p.majors for p in posts]),
        encode_column([p.occupation for p in posts]),
        encode_column([p.skills for p in posts]),
        encode_column([p.region for p in posts]),
    )


def market_of(seed: int, *, students: int = 60, posts: int = 9, wishes: int = 4) -> Market:
    rng = np.random.default_rng(seed)
    return Market(
        student_ids=[f"s{i}" for i in range(students)],
        post_ids=[f"p{i}" for i in range(posts)],
        indptr=np.arange(students + 1, dtype=np.int64) * wishes,
        wishes=np.concatenate(
            [rng.choice(posts, wishes, replace=False) for _ in range(students)]
        ).astype(np.int64),
        competes=rng.random(students * wishes) > 0.1,
        seats=rng.integers(0, 9, posts),
        students=columns_of(students_of(rng, students)),
        posts=post_columns_of(posts_of(rng, posts)),
        grades=rng.integers(50, 100, students).astype(float),
        interviews=np.full(students * wishes, np.nan),
        weights=PriorityWeights(relevance=2.0, grade=1.0),
        seed=f"{seed:064x}",
    )


@pytest.mark.parametrize("seed", range(6))
def test_scores_of_many_wishes_are_those_of_one_at_a_time(seed: int) -> None:
    rng = np.random.default_rng(seed)
    students, posts = students_of(rng, 30), posts_of(rng, 20)
    owner, post = (grid.reshape(-1) for grid in np.indices((30, 20)))
    scored = score_wishes(columns_of(students), post_columns_of(posts), owner=owner, post=post)
    for wish, (who, where) in enumerate(zip(owner.tolist(), post.tolist(), strict=True)):
        expected = relevance(students[who], posts[where])
        assert scored.scores[wish] == pytest.approx(expected.score, abs=1e-12)
        for term, number in zip(expected.terms, scored.reasons[wish].tolist(), strict=True):
            kept = scored.legend[number]
            assert (kept.term, kept.value) == (term.name, term.value)
            assert kept.reason.code == term.reason.code
            told = (kept.reason.in_language("en"), term.reason.in_language("en"))
            if term.name != "skills":  # of two spellings of a skill either may be named
                assert told[0] == told[1]


def compact(market: Market, cleared: Clearing) -> tuple[np.ndarray, np.ndarray]:
    kept = np.flatnonzero(market.competes)
    owner = np.repeat(np.arange(len(market.student_ids)), np.diff(market.indptr))
    counts = np.bincount(owner[kept], minlength=len(market.student_ids))
    return kept, np.concatenate([[0], np.cumsum(counts)])


@pytest.mark.parametrize("seed", range(6))
def test_places_in_line_are_those_that_the_engine_explains(seed: int) -> None:
    market = market_of(seed)
    cleared = clear_market(market)
    kept, indptr = compact(market, cleared)
    problem = build_problem(
        indptr=indptr,
        posts=market.wishes[kept],
        keys=cleared.keys[kept],
        seats=market.seats,
        lottery=cleared.lottery,
    )
    matching = np.full(len(market.student_ids), -1, dtype=np.int32)
    seated = np.flatnonzero(cleared.ranks >= 0)
    matching[seated] = market.wishes[market.indptr[seated] + cleared.ranks[seated]]
    outcome = Outcome(matching, cleared.cutoffs)
    lines = draw_up_lines(problem, outcome)
    for student in range(len(market.student_ids)):
        told = [r.place_in_line for r in explain_student(problem, outcome, lines, student=student)]
        rows = kept[indptr[student] : indptr[student + 1]]
        assert cleared.places[rows].tolist() == told


@pytest.mark.parametrize("seed", range(6))
def test_a_round_has_no_blocking_pair_and_proves_it(seed: int) -> None:
    cleared = clear_market(market_of(seed))
    assert (cleared.settled.blocking_pairs, cleared.settled.proven) == (0, True)
    assert cleared.placed.sum() == np.count_nonzero(cleared.ranks >= 0)


def test_a_wish_that_the_rules_forbid_never_wins_a_seat() -> None:
    market = market_of(3)
    cleared = clear_market(market)
    seated = np.flatnonzero(cleared.ranks >= 0)
    assert market.competes[market.indptr[seated] + cleared.ranks[seated]].all()
    assert (cleared.keys[~market.competes] == 0).all()
    assert (cleared.places[~market.competes] == 0).all()


def test_the_same_round_gives_the_same_bytes() -> None:
    first, second = (write_certificate(m, clear_market(m)) for m in (market_of(1), market_of(1)))
    assert first.content == second.content


def test_another_seed_may_change_ties_but_not_the_scores() -> None:
    first, second = market_of(1), market_of(1)
    object.__setattr__(second, "seed", "f" * 64)
    one, two = clear_market(first), clear_market(second)
    assert (one.keys == two.keys).all()
    assert (one.lottery != two.lottery).any()


def test_a_missing_interview_counts_as_nothing() -> None:
    market = market_of(2)
    weighted = PriorityWeights(relevance=0.0, grade=0.0, interview=1.0)
    object.__setattr__(market, "weights", weighted)
    market.interviews[0] = 80.0
    market.competes[:2] = True
    keys = clear_market(market).keys
    assert keys[0] == 1 + round(0.8 * KEY_STEPS)
    assert keys[1] == 1


def test_an_empty_batch_gives_an_empty_round() -> None:
    market = market_of(1, students=1, posts=1, wishes=1)
    market.competes[:] = False
    cleared = clear_market(market)
    assert cleared.ranks.tolist() == [-1]
    assert cleared.settled.proven


def test_the_certificate_holds_the_seed_that_was_committed_to() -> None:
    market = market_of(5)
    certificate = write_certificate(market, clear_market(market))
    assert certificate.manifest.commitment == commit_seed(market.seed)
    archive = zipfile.ZipFile(io.BytesIO(certificate.content))
    rows = list(csv.DictReader(io.StringIO(archive.read("placements.csv").decode())))
    assert {row["student"] for row in rows} == set(market.student_ids)
