"""One round of 20,000 students x 10 wishes over 4,000 posts: the worker's numeric time."""

from __future__ import annotations

import numpy as np

from benchmarks.figures import Figure, median_of, within
from benchmarks.matching.market import draw_market
from services.internships.engine.clearing import Clearing, Market, PriorityWeights, clear_market
from services.internships.engine.relevance import Coded, PostColumns, StudentColumns
from shared.catalogues.majors import majors
from shared.catalogues.occupations import occupations_of
from shared.catalogues.regions import regions

STUDENTS, WISHES, POSTS = 20_000, 10, 4_000
GOAL_S = 2.0


def figure(*, quick: bool) -> Figure:
    market = _market()
    results: list[Clearing] = []
    seconds = median_of(lambda: results.append(clear_market(market)), repeats=2 if quick else 7)
    told = results[-1]
    steps = ", ".join(f"{name} {value:.3f}" for name, value in told.seconds.items())
    return Figure(
        "platform.4",
        seconds,
        f"s of worker time to clear {STUDENTS:,} x {WISHES} over {POSTS:,} posts",
        "",
        None,
        f"<= {GOAL_S:.0f} s, blocking pairs 0",
        within(seconds, GOAL_S) and told.settled.blocking_pairs == 0 and told.settled.proven,
        f"score, lottery, solve, verify, explain: {steps}",
    )


def _market() -> Market:
    rng = np.random.default_rng(7)
    drawn = draw_market(STUDENTS, length=WISHES)
    posts = np.unique(drawn.posts)
    chosen = drawn.posts % POSTS if posts.max() >= POSTS else drawn.posts
    wishes = _distinct(chosen.reshape(STUDENTS, WISHES).astype(np.int64), rng)
    codes = [major.code for major in majors() if major.level != "bachelor"][:300]
    places = [region.code for region in regions() if region.level == "city"]
    skills = ["PLC", "数控", "护理", "仓储", "Python", "焊接", "CAD", "急救"]
    sets = [frozenset(pair) for pair in zip(skills, skills[1:] + skills[:1], strict=True)]
    work = sorted({each for code in codes for each in occupations_of(code)})
    return Market(
        student_ids=[f"s{number}" for number in range(STUDENTS)],
        post_ids=[f"p{number}" for number in range(POSTS)],
        indptr=np.arange(0, STUDENTS * WISHES + 1, WISHES, dtype=np.int64),
        wishes=wishes.ravel(),
        competes=np.ones(STUDENTS * WISHES, dtype=np.bool_),
        seats=rng.integers(1, 10, POSTS).astype(np.int64),
        students=StudentColumns(
            majors=Coded(codes, rng.integers(0, len(codes), STUDENTS)),
            occupations=[occupations_of(code) for code in codes],
            skills=Coded(sets, rng.integers(0, len(sets), STUDENTS)),
            regions=Coded(places, rng.integers(0, len(places), STUDENTS)),
        ),
        posts=PostColumns(
            majors=Coded([(code,) for code in codes], rng.integers(0, len(codes), POSTS)),
            occupations=Coded(work, rng.integers(0, len(work), POSTS)),
            skills=Coded(sets, rng.integers(0, len(sets), POSTS)),
            regions=Coded(places, rng.integers(0, len(places), POSTS)),
        ),
        grades=rng.uniform(40, 100, STUDENTS),
        interviews=np.full(STUDENTS * WISHES, np.nan),
        weights=PriorityWeights(relevance=1.0, grade=0.5),
        seed="a public seed",
    )


def _distinct(
    wishes: np.ndarray[tuple[int, int], np.dtype[np.int64]], rng: np.random.Generator
) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Replace a student's second wish for the same post by one for another."""
    for row in wishes:
        seen: set[int] = set()
        for place, post in enumerate(row):
            while int(row[place]) in seen:
                row[place] = rng.integers(0, POSTS)
            seen.add(int(row[place]))
            del post
    return wishes
