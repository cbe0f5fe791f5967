import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import SmallMarket, random_market

from matching.caps import build_caps
from matching.errors import (
    AbsentStudentError,
    CapsNotOnlineError,
    DuplicateWishError,
    NoSeatToRemoveError,
    PresentStudentError,
    PriorityNotANumberError,
    PriorityOutOfRangeError,
    ShapeMismatchError,
    UnknownPostError,
    UnknownStudentError,
)
from matching.online import (
    AddSeat,
    Arrive,
    Cause,
    ChangeWishes,
    LiveMarket,
    Move,
    RemoveSeat,
    Withdraw,
)
from matching.problem import Problem
from matching.solve import solve


def random_event(rng, live, students, posts):
    kind = rng.integers(0, 5)
    if kind == 0:
        return AddSeat(int(rng.integers(posts)))
    if kind == 1:
        seated = np.flatnonzero(live._live.seats > 0)
        return RemoveSeat(int(rng.choice(seated))) if seated.size else AddSeat(0)
    student = int(rng.integers(students))
    if not live._present[student]:
        return Arrive(student)
    if kind == 2:
        chosen = tuple(rng.permutation(posts)[: rng.integers(0, posts + 1)].tolist())
        return ChangeWishes(student, chosen, tuple(rng.integers(1, 6, len(chosen)).tolist()))
    return Withdraw(student)


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_after_every_event_the_matching_is_that_of_a_new_clearing(seed):
    rng = np.random.default_rng(seed)
    posts = int(rng.integers(2, 9))
    market = random_market(rng, students=int(rng.integers(2, 30)), posts=posts, length=6, keys=4)
    live = LiveMarket(market.problem)
    students = len(market.wishes)
    for _ in range(30):
        before = live.matching.copy()
        event = random_event(rng, live, students, posts)
        change = live.apply(event)
        again = solve(live.snapshot(), engine="reference").matching
        assert live.matching.tolist() == again.tolist()
        told = {move.student: (move.before, move.after) for move in change.moves}
        for student in np.flatnonzero(before != live.matching).tolist():
            assert told[student] == (before[student], live.matching[student])


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_a_preview_tells_what_would_happen_and_changes_nothing(seed):
    rng = np.random.default_rng(seed)
    market = random_market(rng, students=20, posts=6, length=5, keys=4)
    live = LiveMarket(market.problem)
    for _ in range(12):
        event = random_event(rng, live, 20, 6)
        before, state = live.matching.copy(), live.snapshot()
        foretold = live.preview(event)
        assert live.matching.tolist() == before.tolist()
        assert live.snapshot().wishes.tolist() == state.wishes.tolist()
        assert set(live.apply(event).moves) == set(foretold.moves)


def test_a_rotation_is_eliminated_where_a_vacancy_chain_alone_would_miss_it():
    # Nobody sits on a free seat: the one who leaves only kept two others from swapping.
    found = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        market = random_market(rng, students=8, posts=4, length=4, keys=5)
        live = LiveMarket(market.problem)
        found += live.apply(Withdraw(int(rng.integers(8)))).rotations > 0
    assert found > 0


def test_the_first_in_line_takes_a_withdrawn_students_seat():
    market = SmallMarket([[(0, 9)], [(0, 5)], [(0, 7)]], [1], [0, 1, 2])
    change = LiveMarket(market.problem).apply(Withdraw(0))
    assert change.moves == (Move(0, 0, -1, Cause.WITHDREW), Move(2, -1, 0, Cause.VACANCY))


def test_a_removed_seat_sends_the_least_priority_on():
    market = SmallMarket([[(0, 9)], [(0, 5), (1, 1)]], [2, 1], [0, 1])
    change = LiveMarket(market.problem).apply(RemoveSeat(0))
    assert change.moves == (Move(1, 0, 1, Cause.SEAT_REMOVED),)


def test_new_wishes_still_fit_when_the_lines_are_full():
    rng = np.random.default_rng(8)
    market = random_market(rng, students=60, posts=3, length=1)
    live = LiveMarket(market.problem)
    for student in range(60):
        live.apply(ChangeWishes(student, (2, 0, 1), (3, 4, 5)))
    for turn in range(400):  # and when the room for rows is used up
        live.apply(ChangeWishes(turn % 60, (turn % 3, (turn + 1) % 3), (turn % 5 + 1, 3)))
    again = solve(live.snapshot(), engine="reference")
    assert live.matching.tolist() == again.matching.tolist()


@pytest.mark.parametrize(
    ("event", "error"),
    [
        (Withdraw(7), UnknownStudentError),
        (Arrive(0), PresentStudentError),
        (AddSeat(3), UnknownPostError),
        (RemoveSeat(1), NoSeatToRemoveError),
        (ChangeWishes(0, (0, 0), (1, 1)), DuplicateWishError),
        (ChangeWishes(0, (5,), (1,)), UnknownPostError),
    ],
)
def test_an_impossible_event_is_refused_and_changes_nothing(event, error):
    live = LiveMarket(SmallMarket([[(0, 9)], [(0, 5)]], [1, 0], [0, 1]).problem)
    with pytest.raises(error):
        live.apply(event)
    assert live.matching.tolist() == [0, -1]


def test_a_wrong_row_of_wishes_is_named_by_its_own_numbers():
    live = LiveMarket(SmallMarket([[(0, 9)]] * 3, [0, 0, 0, 0, 2], [0, 1, 2]).problem)
    for posts, keys, error, facts in (
        ((3, 4, 3), (1, 1, 1), DuplicateWishError, {"row": 2, "student": 1, "post": 3}),
        ((3, 5), (1, 1), UnknownPostError, {"row": 1, "post": 5}),
        ((3, 4), (1, float("nan")), PriorityNotANumberError, {"row": 1}),
        ((3, 4), (1, -1), PriorityOutOfRangeError, {"row": 1}),
        ((3, 4), (1,), ShapeMismatchError, {"name": "keys"}),
    ):
        with pytest.raises(error) as refused:
            live.apply(ChangeWishes(1, posts, keys))
        assert refused.value.facts.items() >= facts.items()


def test_who_has_withdrawn_cannot_withdraw_again():
    live = LiveMarket(SmallMarket([[(0, 9)], [(0, 5)]], [1], [0, 1]).problem)
    live.apply(Withdraw(0))
    with pytest.raises(AbsentStudentError):
        live.apply(Withdraw(0))


def test_a_market_under_hard_caps_is_not_taken_online():
    bare = SmallMarket([[(0, 9)]], [1], [0]).problem
    caps = build_caps(parent=[1, -1], limits=[1], hard=[True])
    with pytest.raises(CapsNotOnlineError):
        LiveMarket(Problem(bare.indptr, bare.wishes, bare.seats, bare.lottery, caps))
