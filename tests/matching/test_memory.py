"""The bound that is stated before a clearing, against the arrays that the clearing makes."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from markets import random_market

from matching import memory
from matching.memory import bound_memory, bound_run
from matching.solve import KERNEL_FROM
from matching.solve.tables import open_board, open_market


def test_the_stated_bound_holds_every_array_of_a_clearing_and_little_more():
    problem = random_market(np.random.default_rng(2), students=900, posts=40, length=9).problem
    market = open_market(problem)
    made = [*market, *open_board(market), np.arange(problem.students, dtype=np.int32)]
    given = 8 * problem.wishes.size + problem.indptr.nbytes + problem.lottery.nbytes
    given += problem.seats.nbytes
    stamp = 4 * problem.posts
    taken = sum(array.nbytes for array in made) + given + stamp
    stated = bound_memory(
        students=problem.students,
        wishes=problem.wishes.size,
        posts=problem.posts,
        seats=int(problem.seats.sum()),
    )
    arrays = stated - memory._PROCESS
    assert taken - 100 <= arrays <= 1.02 * taken


# In a process of its own: what it takes is then of this market alone.
MEASURED = """
import json, sys
from pathlib import Path
import numpy as np
from benchmarks.figures import forget_peak, peak_bytes
from matching.caps import build_caps
from matching.files.results_csv import write_results
from matching.memory import bound_market
from matching.solve import solve
from matching.tables import WishColumns, build_market_of_columns
from matching.verify import verify_cutoffs, verify_matching

students, length, posts, capped = map(int, sys.argv[1:5])
rng = np.random.default_rng(5)
start = rng.integers(0, posts, students)
wished = (start[:, None] + np.arange(length)[None] * 7) % posts
wishes = WishColumns(
    np.repeat(np.arange(students), length), np.tile(np.arange(length), students) + 1,
    wished.ravel(), rng.integers(0, 90, students * length) + 0.5,
)
groups = -(-posts // 10)
parent = [*(posts + np.arange(posts) // 10), *[posts + groups] * groups, -1]
limits = [*[students * 7 // posts] * groups, students]
caps = build_caps(parent=parent, limits=limits, hard=[True] * (groups + 1)) if capped else None
names = tuple(f"2026{n:08}" for n in range(students)), tuple(f"P{n:06}" for n in range(posts))
seats = np.full(posts, students // posts)
market = build_market_of_columns(wishes, seats=seats, names=names, seed="s", caps=caps)
del wishes, wished, start
forget_peak()
before = peak_bytes()
outcome = solve(market.problem)
write_results(market, outcome, Path(sys.argv[5]))
assert verify_matching(market.problem, outcome.matching).stable
assert verify_cutoffs(market.problem, outcome.matching, outcome.cutoffs).proven
print(json.dumps([peak_bytes() - before, bound_market(market.problem)]))
"""


@pytest.mark.parametrize(
    ("students", "length", "posts", "capped"),
    [(30_000, 10, 3_000, 0), (30_000, 10, 3_000, 1), (60_000, 12, 6_000, 1)],
)
def test_a_run_takes_no_more_than_was_stated_before(tmp_path, students, length, posts, capped):
    numbers = [str(each) for each in (students, length, posts, capped)]
    run = subprocess.run(
        [sys.executable, "-c", MEASURED, *numbers, str(tmp_path / "OUT.csv")],
        cwd=Path(__file__).parents[2],
        check=True,
        capture_output=True,
        text=True,
    )
    taken, stated = json.loads(run.stdout)
    # The fixed part is of numba; without it the bound holds by students, wishes and posts alone.
    fixed = memory._SMALL if students * length < KERNEL_FROM else 0
    assert 0 < taken <= stated - fixed


def test_caps_and_larger_engines_are_in_the_bound():
    plain = {"students": 1000, "wishes": KERNEL_FROM - 1, "posts": 100, "seats": 900}
    for bound in (bound_memory, bound_run):
        assert bound(**plain, groups=10) > bound(**plain)
    assert bound_run(**(plain | {"wishes": KERNEL_FROM})) > bound_run(**plain)
