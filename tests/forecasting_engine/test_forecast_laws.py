"""Laws of a forecast: finite, ordered, never below zero, and the same bytes every time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.forecasting.engine.forecasting import Settings, forecast
from services.forecasting.engine.panels import (
    Panel,
    PanelValuesError,
    cut_breaks,
    make_panel,
)
from services.forecasting.engine.routes import route

FAST = Settings(corrects=False)
WALK = np.random.default_rng(3).normal(0, 1, (40, 60)).cumsum(axis=1) + 60
SEASON = 8 * np.sin(np.arange(60) * np.pi / 6)


def seasonal_panel(rows: int = 40) -> Panel:
    return make_panel([str(row) for row in range(rows)], list(WALK[:rows] + SEASON), season=12)


values = st.floats(-1e9, 1e9, allow_nan=False, width=32)
series = st.lists(st.one_of(values, st.just(0.0), st.integers(0, 9)), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(every=st.lists(series, min_size=1, max_size=4), season=st.sampled_from([1, 4, 12]))
def test_a_forecast_is_finite_ordered_and_keeps_to_its_sign(every, season) -> None:
    panel = make_panel([str(row) for row in range(len(every))], every, season=season)
    told = forecast(panel, 3, FAST)
    assert np.isfinite(told.mean).all()
    assert np.isfinite(told.quantiles).all()
    assert (np.diff(told.quantiles, axis=2) >= 0).all()
    for row, one in enumerate(every):
        if min(one) >= 0:
            assert told.quantiles[row].min() >= 0
            assert told.mean[row].min() >= 0


def test_the_same_panel_gives_the_same_bytes() -> None:
    panel = seasonal_panel()
    assert forecast(panel, 6).digest() == forecast(panel, 6).digest()


def test_another_value_gives_other_bytes() -> None:
    panel = seasonal_panel()
    moved = panel.values.copy()
    moved[-1] += 1
    other = make_panel(panel.keys, list(moved.reshape(40, 60)), season=12)
    assert forecast(panel, 6, FAST).digest() != forecast(other, 6, FAST).digest()


def test_a_series_is_forecast_alike_whoever_stands_beside_it_in_another_order() -> None:
    panel = seasonal_panel()
    order = np.arange(40)[::-1].copy()
    there, back = forecast(panel, 6, FAST), forecast(panel.select(order), 6, FAST)
    np.testing.assert_allclose(there.p50, back.p50[order], rtol=1e-9)


def test_a_season_is_continued() -> None:
    told = forecast(seasonal_panel(), 12, FAST)
    expected = WALK[:, -1:] + 8 * np.sin(np.arange(60, 72) * np.pi / 6)
    assert np.abs(told.p50 - expected).mean() < np.abs(WALK[:, -1:] - expected).mean() / 2


def test_zeros_stay_zeros_and_one_point_has_a_forecast() -> None:
    told = forecast(make_panel(["zeros", "one"], [[0.0] * 40, [7.0]], season=12), 2)
    assert told.quantiles[0].max() == 0.0
    assert told.p50[1].tolist() == [7.0, 7.0]
    assert told.p10[1, 0] < 7.0 < told.p90[1, 0]


def test_methods_follow_length_and_zeros() -> None:
    panel = make_panel(
        ["long", "sparse", "short", "part"],
        [[9.0, 8.0] * 12, [0, 0, 3, 0] * 8, [1.0, 2.0], [4.0, 5.0]],
        season=1,
        parents=np.array([-1, -1, -1, 0]),
    )
    assert route(panel) == ("smoothing", "empirical_bayes", "constant", "share")


def test_a_part_of_a_short_parent_is_not_a_share() -> None:
    panel = make_panel(["a", "b"], [[1.0], [2.0]], season=1, parents=np.array([1, -1]))
    assert route(panel) == ("constant", "constant")


def test_a_short_series_takes_its_share_of_the_parent() -> None:
    parent = np.linspace(100, 200, 30)
    panel = make_panel(
        ["parent", "part"],
        [parent, parent[-6:] / 4],
        season=1,
        first=np.array([0, 24]),
        parents=np.array([-1, 0]),
    )
    told = forecast(panel, 3, FAST)
    np.testing.assert_allclose(told.mean[1], told.mean[0] / 4)
    assert told.mean[1, 2] > parent[-1] / 4


def test_what_lies_before_a_break_does_not_reach_the_forecast() -> None:
    old, new = [1000.0] * 30, [3.0, 4.0] * 15
    whole = cut_breaks(make_panel(["a"], [old + new], season=1), {"a": 30})
    alone = make_panel(["a"], [new], season=1, first=30)
    assert forecast(whole, 4, FAST).digest() == forecast(alone, 4, FAST).digest()


def test_nan_and_empty_series_are_refused_by_name() -> None:
    with pytest.raises(PanelValuesError) as found:
        make_panel(["good", "bad"], [[1.0], [float("nan")]], season=1)
    assert found.value.facts["series"] == "bad"
    with pytest.raises(PanelValuesError):
        make_panel(["empty"], [[]], season=1)


def test_the_engine_knows_no_neighbouring_future() -> None:
    panel = seasonal_panel()
    known, rows = panel.head(6)
    moved = panel.values.reshape(40, 60).copy()
    moved[:, -6:] = 0.0
    other = make_panel(panel.keys, list(moved), season=12)
    assert forecast(known, 6, FAST).digest() == forecast(other.head(6)[0], 6, FAST).digest()
    assert rows.size == 40


def test_intervals_hold_what_comes_about_as_often_as_they_say() -> None:
    rng = np.random.default_rng(9)
    walk = rng.normal(0, 1, (400, 66)).cumsum(axis=1) + 200
    told = forecast(make_panel([str(i) for i in range(400)], list(walk[:, :60]), season=1), 6, FAST)
    inside = (walk[:, 60:] >= told.p10) & (walk[:, 60:] <= told.p90)
    assert 0.74 < inside.mean() < 0.87
