"""The bound that is stated before a clearing, against the arrays that the clearing makes."""

import numpy as np
from markets import random_market

from matching import memory
from matching.memory import bound_memory
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
