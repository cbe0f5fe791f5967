"""Reconciliation, states, scores, odds and cells, each against an independent count."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingRegressor

from services.forecasting.engine.backtests import (
    HistoryTooShortError,
    Submission,
    backtest,
    score_submission,
    standard_methods,
)
from services.forecasting.engine.corrections import fit_correction, one_thread
from services.forecasting.engine.forecasting import Settings, forecast
from services.forecasting.engine.naives import forecast_naive2
from services.forecasting.engine.odds import (
    Levels,
    average_precision,
    record_odds,
    warn_odds,
)
from services.forecasting.engine.panels import make_panel
from services.forecasting.engine.reconciliation import Hierarchy, reconcile
from services.forecasting.engine.shares import Cells, forecast_cells
from services.forecasting.engine.sparse import shrink_rates
from services.forecasting.engine.state_files import read_states, write_states
from services.forecasting.engine.states import NEW, fit_states, forecast_states
from services.forecasting.engine.trees import trees_of
from services.forecasting.engine.windows import open_windows

WALKS = np.random.default_rng(5).normal(0, 1, (30, 64)).cumsum(axis=1)
COURSES = WALKS + 50 + 5 * np.sin(np.arange(64) * np.pi / 6)
FAST = Settings(corrects=False)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(11)


def panel_of(values, season=12):
    return make_panel([str(row) for row in range(len(values))], list(values), season=season)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), groups=st.integers(1, 3))
def test_reconciled_sums_are_the_sums_of_their_parts_and_never_negative(seed, groups) -> None:
    rng = np.random.default_rng(seed)
    codes = [np.arange(12) % size for size in (1, 3, 4)[:groups]]
    tree = Hierarchy(12, codes)
    parts = rng.gamma(0.3, 5.0, (12, 2))
    sums = [one * rng.uniform(0.2, 2.0, one.shape) for one in tree.sum_up(parts)]
    told = reconcile(
        tree,
        parts,
        sums,
        bottom_variance=rng.gamma(1.0, 1.0, 12),
        aggregate_variances=[rng.gamma(1.0, 1.0, one.shape[0]) for one in sums],
    )
    assert told.bottom.min() >= 0
    for mine, theirs in zip(told.aggregates, tree.sum_up(told.bottom), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-9)


def test_reconciliation_is_the_weighted_least_squares_of_the_textbook(rng) -> None:
    codes = [np.zeros(6, dtype=np.int64), np.arange(6) % 2, np.arange(6) % 3]
    tree = Hierarchy(6, codes)
    parts = rng.uniform(50, 100, (6, 2))
    sums = [one + rng.normal(0, 5, one.shape) for one in tree.sum_up(parts)]
    own, others = rng.uniform(1, 3, 6), [rng.uniform(1, 3, one.shape[0]) for one in sums]
    told = reconcile(tree, parts, sums, bottom_variance=own, aggregate_variances=others)
    summing = np.vstack([*[np.eye(c.max() + 1)[c].T for c in codes], np.eye(6)])
    weights = np.diag(1 / np.concatenate([*others, own]))
    every = np.vstack([*sums, parts])
    expected = np.linalg.solve(summing.T @ weights @ summing, summing.T @ weights @ every)
    np.testing.assert_allclose(told.bottom, expected, rtol=2e-3)


def test_forecasts_that_agree_already_do_not_move() -> None:
    tree = Hierarchy(4, [np.array([0, 0, 1, 1])])
    parts = np.arange(1.0, 5.0)[:, None]
    ones = np.ones(4)
    told = reconcile(
        tree, parts, tree.sum_up(parts), bottom_variance=ones, aggregate_variances=[ones[:2]]
    )
    np.testing.assert_allclose(told.bottom, parts)


def test_states_without_a_new_month_forecast_as_the_fit_did() -> None:
    panel = panel_of(COURSES[:, :60])
    fitted, states = fit_states(panel, 6, FAST)
    assert fitted.digest() == forecast(panel, 6, FAST).digest()
    kept = forecast_states(states, panel, 6)
    np.testing.assert_allclose(kept.p50, fitted.p50, rtol=1e-4)
    np.testing.assert_allclose(kept.p90, fitted.p90, rtol=1e-3)


def test_new_months_move_states_nearly_to_a_new_fit_and_leave_them_as_they_were() -> None:
    _, states = fit_states(panel_of(COURSES[:, :60]), 6, FAST)
    now = panel_of(COURSES[:, :63])
    moved, fitted = forecast_states(states, now, 6), forecast(now, 6, FAST)
    assert moved.first.tolist() == fitted.first.tolist()
    assert np.median(np.abs(moved.p50 - fitted.p50) / fitted.p50) < 0.01
    assert forecast_states(states, now, 6).digest() == moved.digest()


def test_a_series_without_a_new_month_stays_where_it_was() -> None:
    _, states = fit_states(panel_of(COURSES[:, :60]), 3, FAST)
    before = forecast_states(states, panel_of(COURSES[:, :60]), 3)
    courses = [course[: 60 if row == 4 else 61] for row, course in enumerate(COURSES)]
    after = forecast_states(states, panel_of(courses), 3)
    np.testing.assert_array_equal(after.p50[4], before.p50[4])
    assert (after.p50[5] != before.p50[5]).all()
    assert (after.first - before.first).tolist() == [row != 4 for row in range(30)]


def test_states_in_another_order_beside_new_series_forecast_the_same() -> None:
    _, states = fit_states(panel_of(COURSES[:, :60]), 3, FAST)
    one = forecast_states(states, panel_of(COURSES[:, :61]), 3)
    order = np.arange(30)[::-1]
    courses = [*COURSES[order, :61], COURSES[0, 59:61]]
    other = forecast_states(states, panel_of(courses), 3, rows=np.append(order, NEW))
    np.testing.assert_allclose(other.p50[:30], one.p50[order], rtol=1e-12)
    assert other.methods[30] == "constant"


def test_states_with_trees_are_read_from_a_file_to_the_bit(tmp_path) -> None:
    _, states = fit_states(panel_of(COURSES[:, :62]), 2, FAST)
    assert states.tuning is not None
    windows = open_windows(panel_of(COURSES[:, :62]), 2, range(2, 22))
    trees = fit_correction(windows, [one.fits[:, 0] for one in windows])
    choice = replace(states.tuning.choice, correction=0.5)
    corrected = replace(states, tuning=replace(states.tuning, choice=choice, correction=trees))
    write_states(tmp_path / "states", corrected, {"origin": 61})
    read, facts = read_states(tmp_path / "states")
    assert facts == {"origin": 61}
    now = panel_of(COURSES)
    told = forecast_states(read, now, 2).digest()
    assert told == forecast_states(corrected, now, 2).digest()
    assert told != forecast_states(states, now, 2).digest()


def test_trees_as_arrays_say_what_their_library_says_to_the_bit(rng) -> None:
    cases = rng.normal(size=(4_000, 6))
    cases[rng.random(cases.shape) < 0.1] = np.nan
    cases[:, 5][cases[:, 0] > 0] = np.nan
    told = np.nan_to_num(cases[:, 0]) * 2 + np.isnan(cases[:, 5]) + rng.normal(size=4_000)
    trees = HistGradientBoostingRegressor(loss="absolute_error", max_iter=30, random_state=0)
    with one_thread():
        trees.fit(cases, told)
        np.testing.assert_array_equal(trees_of(trees).predict(cases), trees.predict(cases))


def test_the_scoreboard_scores_naive2_at_one_and_counts_what_lay_inside() -> None:
    board = backtest(panel_of(COURSES), horizon=3, methods=standard_methods(FAST))
    assert board.whole("naive2").owa == pytest.approx(1.0)
    assert board.origins == len(board.by_origin) == 6
    assert {row.horizon for row in board.rows} == {None, 1, 2, 3}
    engine = board.whole("engine")
    assert engine.mase < board.whole("naive").mase
    assert 0.6 < engine.coverage_80 < engine.coverage_95 <= 1.0


def test_mase_is_the_error_over_the_mean_seasonal_step() -> None:
    panel = panel_of([[1.0, 2.0, 3.0, 5.0, 9.0, 9.0, 9.0, 9.0]], season=2)
    board = backtest(panel, horizon=1, origins=1, methods={"naive": standard_methods()["naive"]})
    steps = np.abs(np.array([3, 5, 9, 9, 9]) - np.array([1, 2, 3, 5, 9])).mean()
    assert board.whole("naive").mase == pytest.approx(0.0 / steps)
    other = panel_of([[1.0, 2.0, 3.0, 5.0, 9.0, 9.0, 9.0, 4.0]], season=2)
    board = backtest(other, horizon=1, origins=1, methods={"naive": standard_methods()["naive"]})
    assert board.whole("naive").mase == pytest.approx(5.0 / steps)


def test_a_backtest_of_too_short_a_past_is_refused() -> None:
    with pytest.raises(HistoryTooShortError) as found:
        backtest(panel_of(COURSES[:, :8]), horizon=6)
    assert found.value.facts["needed"] == 13


def test_a_submission_is_scored_beside_naive_on_the_same_cells() -> None:
    panel = panel_of(COURSES)
    first = np.full(2, 60)
    perfect = Submission(("3", "7"), first, COURSES[[3, 7], 60:])
    rows = score_submission(panel, perfect)
    whole = {row.method: row for row in rows if row.horizon is None and row.size_class is None}
    assert whole["submission"].mase == 0.0
    assert whole["naive"].mase > 0
    assert {row.series for row in whole.values()} == {2}


def test_a_submission_of_the_future_or_of_unknown_series_has_no_score_yet() -> None:
    panel = panel_of(COURSES)
    assert score_submission(panel, Submission(("3",), np.array([64]), np.ones((1, 2)))) == ()
    assert score_submission(panel, Submission(("x",), np.array([60]), np.ones((1, 2)))) == ()


def test_naive2_repeats_a_clear_season() -> None:
    course = np.tile([10.0, 20.0, 40.0, 20.0], 8)
    told = forecast_naive2(panel_of([course], season=4), 4)
    np.testing.assert_allclose(told[0], [10, 20, 40, 20], rtol=0.02)


def test_odds_rise_with_the_level_and_never_leave_zero_to_one(rng) -> None:
    walk = rng.normal(0, 0.3, (300, 10)).cumsum(axis=1)
    levels = Levels(walk, np.ones_like(walk))
    odds = warn_odds(levels, threshold=0.5, horizon=2)
    assert odds.min() >= 0
    assert odds.max() <= 1
    order = np.argsort(walk[:, -1])
    assert (np.diff(odds[order, 0]) >= 0).all()


def test_the_record_of_odds_beats_persistence_on_a_walk(rng) -> None:
    walk = rng.normal(0, 0.4, (500, 12)).cumsum(axis=1)
    record = record_odds(
        Levels(walk, np.ones_like(walk)), threshold=0.3, horizon=1, origins=range(6, 12)
    )
    assert record.brier < record.brier_persistence
    assert sum(one.cells for one in record.reliability) == record.cells == 3_000
    assert all(one.low <= one.said <= one.high for one in record.reliability)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=30))
def test_average_precision_is_the_sum_over_distinct_odds(pairs) -> None:
    odds = np.array([one / 5 for one, _ in pairs])
    true = np.array([event for _, event in pairs])
    told = average_precision(odds, true)
    if not true.any():
        assert told is None
        return
    expected, before = 0.0, 0
    for level in sorted(set(odds.tolist()), reverse=True):
        taken = odds >= level
        expected += (true[taken].sum() - before) / true.sum() * true[taken].mean()
        before = true[taken].sum()
    assert told == pytest.approx(expected)


def test_rates_of_sparse_series_are_shrunk_to_the_panel_and_keep_its_sum(rng) -> None:
    truth = rng.gamma(1.0, 0.5, 400)
    counts = rng.poisson(truth[:, None], (400, 18)).astype(float)
    rates = shrink_rates(panel_of(counts)).rate
    own = counts.mean(axis=1)
    assert ((rates - truth) ** 2).mean() < ((own - truth) ** 2).mean()
    assert rates.mean() == pytest.approx(own.mean(), rel=0.02)


def test_sparse_series_have_intervals_of_counts(rng) -> None:
    counts = rng.poisson(0.4, (60, 40)).astype(float)
    told = forecast(panel_of(counts), 3, FAST)
    assert set(told.methods) == {"empirical_bayes"}
    assert (told.quantiles == np.round(told.quantiles)).all()
    assert told.p97_5.max() >= 1


def test_many_cells_follow_their_aggregate(rng) -> None:
    parts = rng.gamma(2.0, 3.0, (60, 1)) * np.linspace(1.0, 2.0, 10)
    cells = Cells(rng.poisson(parts).astype(float), np.arange(60) % 3)
    mean, quantiles = forecast_cells(cells, 2)
    assert (np.diff(quantiles, axis=2) >= 0).all()
    assert quantiles.min() >= 0
    last = cells.values[:, -1].sum()
    assert 0.85 * last < mean[:, 0].sum() < 1.3 * last
