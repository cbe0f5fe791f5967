"""The simulation of supply and gap against what can be worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.forecasting.engine.labour_supply import (
    Beta,
    SupplyInput,
    SupplyInputError,
    shrink_rates,
    simulate,
)


def sure(rates: list[float]) -> Beta:
    """Rates that are known almost exactly."""
    mean = np.array(rates)
    return Beta(mean * 1e7, (1 - mean) * 1e7)


def one_of_each(**changes: object) -> SupplyInput:
    """Two majors, two occupations, two years: every rate known."""
    told = SupplyInput(
        enrolled=np.array([[100.0, 200.0], [50.0, 50.0]]),
        enrolled_usual=np.array([100.0, 50.0]),
        survival=sure([0.9, 0.8]),
        further_study=sure([0.5, 0.25]),
        retention=sure([0.8, 0.5]),
        occupation_weights=np.array([[1e7, 0.0], [1e7, 1e7]]),
        occupation_prior=np.array([[1.0, 0.0], [1.0, 1.0]]),
        employed=np.array([1000.0, 500.0]),
        growth_mean=np.array([0.0, 0.02]),
        growth_sd=np.zeros(2),
        separation=sure([0.05, 0.02]),
    )
    return replace(told, **changes)  # type: ignore[arg-type]


def test_known_rates_give_what_multiplication_gives() -> None:
    told = simulate(one_of_each(), rng=np.random.default_rng(1), draws=4000)
    np.testing.assert_allclose(told.graduates.mean, [[90, 180], [40, 40]], rtol=0.01)
    np.testing.assert_allclose(told.leavers.mean, [[45, 90], [30, 30]], rtol=0.02)
    # 45 x .8 + 30 x .5 x .5 = 43.5 into the first occupation, 7.5 into the second
    np.testing.assert_allclose(told.entrants.mean, [[43.5, 79.5], [7.5, 7.5]], rtol=0.03)
    np.testing.assert_allclose(told.openings.mean[0], [50, 50], rtol=0.01)
    first = 500 * (np.exp(0.02) - 1) + 10
    np.testing.assert_allclose(told.openings.mean[1, 0], first, rtol=0.01)


def test_quantiles_are_in_order_and_probabilities_are_of_exclusive_events() -> None:
    told = simulate(one_of_each(), rng=np.random.default_rng(2), draws=500)
    for each in (told.graduates, told.openings, told.entrants, told.ratio, told.major_ratio):
        assert (each.p10 <= each.p50).all()
        assert (each.p50 <= each.p90).all()
        assert np.isfinite(each.mean).all()
    assert (told.p_short + told.p_glut <= 1).all()


def test_the_same_seed_gives_the_same_bytes() -> None:
    first = simulate(one_of_each(), rng=np.random.default_rng(3), draws=200)
    again = simulate(one_of_each(), rng=np.random.default_rng(3), draws=200)
    assert first.ratio.p50.tobytes() == again.ratio.p50.tobytes()


def test_what_a_major_meets_adds_up_to_the_openings_of_its_occupations() -> None:
    told = simulate(one_of_each(), rng=np.random.default_rng(4), draws=3000)
    np.testing.assert_allclose(
        told.major_openings.mean.sum(axis=0), told.openings.mean.sum(axis=0), rtol=0.02
    )


@pytest.mark.parametrize(
    ("changes", "driver"),
    [
        ({"separation": sure([0.2, 0.02])}, "separations"),
        ({"growth_mean": np.array([0.2, 0.0]), "separation": sure([0.02, 0.02])}, "growth"),
        ({"retention": sure([0.1, 0.9]), "separation": sure([0.05, 0.05])}, "retention"),
    ],
)
def test_the_driver_is_the_component_that_was_moved(
    changes: dict[str, object], driver: str
) -> None:
    told = simulate(one_of_each(**changes), rng=np.random.default_rng(5), draws=300)
    assert told.driver(0, 0) == driver


def test_a_cohort_twice_as_large_drives_a_surplus() -> None:
    told = one_of_each(enrolled=np.array([[900.0, 900.0], [50.0, 50.0]]))
    found = simulate(told, rng=np.random.default_rng(6), draws=300)
    assert found.driver(0, 0) == "enrolment"
    assert found.p_glut[0, 0] > 0.99


def test_a_major_that_leads_nowhere_known_sends_nobody() -> None:
    told = one_of_each(occupation_weights=np.array([[1.0, 0.0], [0.0, 0.0]]))
    found = simulate(told, rng=np.random.default_rng(7), draws=200)
    assert (found.entrants.mean[1] == 0).all()
    assert np.isfinite(found.ratio.p90).all()


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(0, 3)),
        min_size=1,
        max_size=12,
    )
)
def test_a_shrunk_rate_lies_between_its_own_and_the_reach_of_its_groups(
    rows: list[tuple[int, int, int]],
) -> None:
    won = np.array([min(a, b) for a, b, _ in rows], dtype=float)
    tried = np.array([max(a, b) for a, b, _ in rows], dtype=float)
    told = shrink_rates(won, tried, [np.array([group for _, _, group in rows])])
    assert (told.alpha > 0).all()
    assert (told.beta > 0).all()
    prior = (won.sum() + 0.5) / (tried.sum() + 1.0)
    own = [w / t for w, t in zip(won, tried, strict=True) if t]
    low, high = min([*own, prior]), max([*own, prior])
    assert (told.mean >= low - 1e-9).all()
    assert (told.mean <= high + 1e-9).all()


def test_a_rate_of_many_stays_and_one_of_few_is_drawn_to_its_group() -> None:
    won = np.array([450.0, 1.0, 480.0, 470.0])
    tried = np.array([500.0, 2.0, 500.0, 500.0])
    told = shrink_rates(won, tried, [np.zeros(4, dtype=np.int64)])
    assert abs(told.mean[0] - 0.9) < 0.02
    assert told.mean[1] > 0.7


def test_wrong_shapes_and_counts_are_refused() -> None:
    with pytest.raises(SupplyInputError):
        simulate(one_of_each(employed=np.array([1.0])), rng=np.random.default_rng(0), draws=10)
    with pytest.raises(SupplyInputError):
        simulate(
            one_of_each(enrolled=np.array([[-1.0, 1.0], [1.0, 1.0]])),
            rng=np.random.default_rng(0),
            draws=10,
        )
    with pytest.raises(SupplyInputError):
        shrink_rates(np.array([3.0]), np.array([2.0]), [])
