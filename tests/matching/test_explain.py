import pytest
from hypothesis import given, settings
from markets import SmallMarket, small_markets

from matching.errors import UnknownPostError, UnknownStudentError
from matching.explain import SHOWN_FROM, Verdict, draw_up_lines, explain_student
from matching.report import report_post
from matching.solve import solve


def reasons_of(market, student, shown_from=1):
    outcome = solve(market.problem, engine="reference")
    lines = draw_up_lines(market.problem, outcome)
    return explain_student(market.problem, outcome, lines, student=student, shown_from=shown_from)


@given(market=small_markets())
@settings(max_examples=100, deadline=None)
def test_who_is_within_the_seats_of_the_line_is_placed_and_nobody_else(market):
    for student in range(len(market.wishes)):
        for reason in reasons_of(market, student):
            if reason.verdict is Verdict.PLACED:
                assert reason.place_in_line <= reason.seats
            elif reason.verdict is not Verdict.NOT_NEEDED:
                assert reason.place_in_line > reason.seats


@given(market=small_markets())
@settings(max_examples=100, deadline=None)
def test_the_needed_priority_is_just_what_would_have_been_enough(market):
    matching = solve(market.problem, engine="reference").matching.tolist()
    for student in range(len(market.wishes)):
        for reason in reasons_of(market, student):
            if reason.needed is None:
                continue
            holders = [s for s, post in enumerate(matching) if post == reason.post]
            least = min(market.worth(s, reason.post) for s in holders)
            assert (reason.needed.key, reason.needed.lottery) == least
            assert market.worth(student, reason.post) < least
            assert reason.lottery_decided == (reason.own.key == least[0])


CROWD = SmallMarket([[(0, key)] for key in (9, 8, 7, 6, 5, 4)], [5], list(range(6)))


def test_a_cutoff_over_five_placements_is_shown():
    (reason,) = reasons_of(CROWD, 5, shown_from=SHOWN_FROM)
    assert reason.verdict is Verdict.BELOW_CUTOFF
    assert reason.needed is not None
    assert reason.needed.key == 5


def test_a_cutoff_over_four_placements_is_a_classmates_score_and_stays_hidden():
    fewer = SmallMarket(CROWD.wishes, [4], CROWD.lottery)
    (reason,) = reasons_of(fewer, 5, shown_from=SHOWN_FROM)
    assert reason.verdict is Verdict.BELOW_CUTOFF
    assert (reason.cutoff, reason.needed, reason.lottery_decided) == (None, None, None)


def test_without_a_word_five_placements_are_what_shows_a_cutoff():
    for seats, shown in ((5, True), (4, False)):
        market = SmallMarket(CROWD.wishes, [seats], CROWD.lottery).problem
        outcome = solve(market, engine="reference")
        lines = draw_up_lines(market, outcome)
        (reason,) = explain_student(market, outcome, lines, student=5)
        assert (reason.cutoff is not None) == shown


def test_a_post_without_seats_and_a_wish_after_the_granted_one_say_so():
    market = SmallMarket([[(0, 1), (1, 1), (2, 1)]], [0, 1, 1], [0])
    verdicts = [reason.verdict for reason in reasons_of(market, 0)]
    assert verdicts == [Verdict.NO_SEATS, Verdict.PLACED, Verdict.NOT_NEEDED]


def test_nobody_and_no_post_of_another_market_is_explained():
    market = SmallMarket([[(0, 1)]], [1], [0])
    outcome = solve(market.problem)
    lines = draw_up_lines(market.problem, outcome)
    for number in (-1, 1):
        with pytest.raises(UnknownStudentError):
            explain_student(market.problem, outcome, lines, student=number)
        with pytest.raises(UnknownPostError):
            report_post(market.problem, outcome, lines, post=number)
