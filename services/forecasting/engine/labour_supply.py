"""Supply of graduates against openings, by simulation: cohorts, rates with their uncertainty, gaps.

Graduates(major, t) = sum of enrolment(t - d) x survival; entrants(occupation) = graduates x
(1 - further study) x local retention x P(occupation | major); openings = growth + separations;
gap = openings / entrants. Each rate is drawn from its shrunk posterior, each count from its
distribution given the rate, and everything that is published is read off the draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Bounds of the correlation inside a group: never wholly pooled, never wholly apart.
_RHO_LOW, _RHO_HIGH = 0.002, 0.5
# Values of one array that are drawn at once: some tens of megabytes.
_CELLS_AT_ONCE = 4_000_000
SHORT, GLUT = 1.2, 0.8
COMPONENTS = (
    "growth",
    "separations",
    "enrolment",
    "survival",
    "further_study",
    "retention",
    "occupation_share",
)


class SupplyInputError(ValueError):
    """The arrays of a simulation do not fit each other."""


@dataclass(frozen=True, slots=True)
class Beta:
    """Beta posteriors of k rates: alpha, beta (k,), both positive."""

    alpha: Floats
    beta: Floats

    @property
    def mean(self) -> Floats:
        """The expected rates (k,)."""
        return self.alpha / (self.alpha + self.beta)


@dataclass(frozen=True, slots=True)
class Demand:
    """Demand of each year over that of the last season known, as logarithms: (o, h) each.

    Zeros where no forecast of demand is known: openings then rest on employment alone.
    """

    mean: Floats
    spread: Floats


@dataclass(frozen=True, slots=True)
class SupplyInput:
    """What a simulation of m majors, o occupations and h years starts from.

    enrolled: (m, h) persons of the cohorts that are due in each year; survival, further_study,
    retention: posteriors of m rates; occupation_weights: (m, o) Dirichlet weights, a row of zeros
    for a major that leads nowhere known; employed: (o,) persons in the last known year;
    growth_mean, growth_sd: (o,) of the yearly log growth; separation: posteriors of o rates.
    enrolled_usual: (m,) the cohort that was usual in the years before, for the driver.
    """

    enrolled: Floats
    enrolled_usual: Floats
    survival: Beta
    further_study: Beta
    retention: Beta
    occupation_weights: Floats
    occupation_prior: Floats
    employed: Floats
    growth_mean: Floats
    growth_sd: Floats
    separation: Beta
    demand: Demand | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """Quantiles and mean of draws: each of the shape that its field names."""

    p10: Floats
    p50: Floats
    p90: Floats
    mean: Floats


@dataclass(frozen=True, slots=True)
class Supply:
    """What a simulation found; (m, h) by major, (o, h) by occupation.

    p_short, p_glut: P(gap > 1.2), P(gap < 0.8). effects: (o, h, 7) the change of the log gap by
    each of COMPONENTS against its baseline; positive pushes towards a shortage.
    """

    graduates: Spread
    leavers: Spread
    openings: Spread
    entrants: Spread
    ratio: Spread
    p_short: Floats
    p_glut: Floats
    effects: Floats
    major_openings: Spread
    major_entrants: Spread
    major_ratio: Spread
    major_p_short: Floats
    major_p_glut: Floats

    def driver(self, occupation: int, year: int) -> str:
        """Return the component that pushes the gap most to the side that it lies on."""
        effects = self.effects[occupation, year]
        tight = self.ratio.p50[occupation, year] >= 1
        return COMPONENTS[int(np.argmax(effects) if tight else np.argmin(effects))]


def shrink_rates(successes: Floats, trials: Floats, parents: Sequence[Ints]) -> Beta:
    """Return beta posteriors of k rates, shrunk level by level towards their groups.

    successes, trials: (k,) persons, 0 <= successes <= trials; parents: (k,) group codes from the
    widest (school type) to the narrowest (class). 1. the widest level is drawn to the rate of
    all; 2. each narrower one to its parent, as strongly as counts agree inside the parent
    (beta-binomial, method of moments); 3. each rate to its narrowest group. Without trials a
    rate is its group's. Raises SupplyInputError. Cost: linear in k. Source: Skellam (1948);
    moments as in Kleinman (1973).

    >>> told = shrink_rates(np.array([9.0, 0.0]), np.array([10.0, 0.0]), [np.array([0, 0])])
    >>> bool(told.mean[0] > 0.7), bool(0.5 < told.mean[1] < 0.9)
    (True, True)
    """
    if (successes < 0).any() or (successes > trials).any():
        raise SupplyInputError("successes lie between 0 and the trials")
    count = successes.size
    # Jeffreys' prior at the top: a platform without a single report knows nothing.
    centre = np.full(count, (successes.sum() + 0.5) / (trials.sum() + 1.0))
    for codes in parents:
        groups, inverse = np.unique(codes, return_inverse=True)
        won, tried = (_sums(inverse, each, groups.size) for each in (successes, trials))
        above = _sums(inverse, centre, groups.size) / np.bincount(inverse)
        strength = _strength(won, tried, above)
        centre = ((strength * above + won) / (strength + tried))[inverse]
    strength = _strength(successes, trials, centre)
    return Beta(strength * centre + successes, strength * (1 - centre) + trials - successes)


def _sums(groups: Ints, values: Floats, count: int) -> Floats:
    return np.bincount(groups, weights=values, minlength=count).astype(np.float64)


def _strength(successes: Floats, trials: Floats, mean: Floats) -> float:
    """Return how many persons a group's rate is worth: high where its members agree."""
    pairs = float((trials * (trials - 1)).clip(0).sum())
    if pairs <= 0:
        return 1 / _RHO_HIGH - 1
    spread = (successes - trials * mean) ** 2 / (mean * (1 - mean)).clip(1e-9)
    rho = (float(spread[trials > 0].sum()) - float(trials.sum())) / pairs
    return 1 / float(np.clip(rho, _RHO_LOW, _RHO_HIGH)) - 1


def simulate(told: SupplyInput, *, rng: np.random.Generator, draws: int = 2000) -> Supply:
    """Return quantiles, probabilities and drivers of supply and gap.

    1. draw the rates; 2. graduates and leavers to work, binomially; 3. spread them over
    occupations by Dirichlet shares; 4. the stock of each occupation as a random walk in logs,
    with its separations, times the forecast change of demand where one is known;
    5. read everything off the draws; 6. the driver, at the means.

    Raises SupplyInputError. Cost: linear in draws x (pairs with a weight + o) x h; 600 majors,
    1,600 occupations, 3 years and 2,000 draws took 24 s on two cores under a load of twelve, and
    0.9 GB. The result is fixed by `rng`'s state.
    """
    _check(told)
    majors, years = told.enrolled.shape
    occupations = told.employed.size
    links = _links(told.occupation_weights)
    kept: dict[str, list[Floats]] = {}
    width = years * max(majors, occupations, links.major.size)
    block = max(1, min(draws, _CELLS_AT_ONCE // max(1, width)))
    for start in range(0, draws, block):
        size = min(block, draws - start)
        for name, values in _draw(told, links, rng=rng, size=size).items():
            kept.setdefault(name, []).append(values)
    all_draws = {name: np.concatenate(parts) for name, parts in kept.items()}
    assert all_draws["openings"].shape == (draws, occupations, years)
    return _read_off(told, all_draws)


def _check(told: SupplyInput) -> None:
    majors, _ = told.enrolled.shape
    occupations = told.employed.size
    shapes = (
        (told.survival.alpha, majors),
        (told.further_study.alpha, majors),
        (told.retention.alpha, majors),
        (told.enrolled_usual, majors),
        (told.growth_mean, occupations),
        (told.growth_sd, occupations),
        (told.separation.alpha, occupations),
    )
    if any(array.shape != (size,) for array, size in shapes):
        raise SupplyInputError("one rate per major and per occupation")
    if told.occupation_weights.shape != (majors, occupations):
        raise SupplyInputError("occupation_weights are majors by occupations")
    counts = (told.enrolled, told.employed, told.occupation_weights, told.growth_sd)
    if any((~np.isfinite(each)).any() or (each < 0).any() for each in counts):
        raise SupplyInputError("counts are finite and not negative")


@dataclass(frozen=True, slots=True)
class _Links:
    """The pairs of major and occupation with a weight, sorted by major: (p,) each.

    by_occupation: (p,) the order that sorts them by occupation instead.
    """

    major: Ints
    occupation: Ints
    weight: Floats
    by_occupation: Ints


def _links(weights: Floats) -> _Links:
    major, occupation = (each.astype(np.int64) for each in np.nonzero(weights))
    order = np.argsort(occupation, kind="stable").astype(np.int64)
    return _Links(major, occupation, weights[major, occupation], order)


def _add_up(values: Floats, group: Ints, count: int) -> Floats:
    """Return the sums (s, count, ...) of values (s, p, ...) by their sorted group (p,)."""
    total = np.zeros((values.shape[0], count, *values.shape[2:]))
    if group.size:
        first = np.flatnonzero(np.diff(group, prepend=-1))
        total[:, group[first]] = np.add.reduceat(values, first, axis=1)
    return total


def _draw(
    told: SupplyInput, links: _Links, *, rng: np.random.Generator, size: int
) -> dict[str, Floats]:
    """Draw graduates and leavers (s, m, h), and openings, entrants (s, o, h)."""
    majors, years = told.enrolled.shape
    occupations = told.employed.size
    rates = [
        rng.beta(each.alpha, each.beta, (size, majors))
        for each in (told.survival, told.further_study, told.retention)
    ]
    enrolled = np.broadcast_to(np.rint(told.enrolled).astype(np.int64), (size, majors, years))
    graduates = rng.binomial(enrolled, rates[0][:, :, None])
    leavers = rng.binomial(graduates, (1 - rates[1])[:, :, None])
    local = rng.binomial(leavers, rates[2][:, :, None]).astype(np.float64)
    # A Dirichlet draw is gammas over their sum.
    gammas = rng.standard_gamma(links.weight, (size, links.weight.size))
    total = _add_up(gammas, links.major, majors)[:, links.major]
    shares = np.divide(gammas, total, out=np.zeros_like(gammas), where=total > 0)
    into = local[:, links.major] * shares[:, :, None]  # persons by pair (s, p, h)
    order = links.by_occupation
    entrants = _add_up(into[:, order], links.occupation[order], occupations)
    openings = _draw_openings(told, rng, size, years)
    # What a major's leavers meet: of each occupation's openings the part that they are of its
    # entrants.
    per_entrant = np.divide(openings, entrants, out=np.zeros_like(openings), where=entrants > 0)
    placed = into * (told.employed > 0)[links.occupation][:, None]
    return {
        "graduates": graduates.astype(np.float64),
        "leavers": leavers.astype(np.float64),
        "openings": openings,
        "entrants": entrants,
        "major_openings": _add_up(placed * per_entrant[:, links.occupation], links.major, majors),
        "major_entrants": _add_up(placed, links.major, majors),
    }


def _draw_openings(told: SupplyInput, rng: np.random.Generator, size: int, years: int) -> Floats:
    occupations = told.employed.size
    steps = rng.normal(
        told.growth_mean[:, None], told.growth_sd[:, None], (size, occupations, years)
    )
    stock = told.employed[:, None] * np.exp(np.cumsum(steps, axis=2).clip(-3, 3))
    before = np.concatenate(
        [np.broadcast_to(told.employed[:, None], (size, occupations, 1)), stock[:, :, :-1]], axis=2
    )
    rate = rng.beta(told.separation.alpha, told.separation.beta, (size, occupations))
    openings = (stock - before + before * rate[:, :, None]).clip(0)
    if told.demand is None:
        return openings
    # One chance per occupation: a forecast that is too high this year is so in the next one.
    chance = rng.normal(size=(size, occupations, 1))
    return openings * np.exp(told.demand.mean + told.demand.spread * chance)


def _spread(draws: Floats) -> Spread:
    p10, p50, p90 = np.quantile(draws, (0.1, 0.5, 0.9), axis=0)
    return Spread(p10, p50, p90, draws.mean(axis=0))


def _read_off(told: SupplyInput, draws: dict[str, Floats]) -> Supply:
    openings, entrants = draws["openings"], draws["entrants"]
    met, placed = draws["major_openings"], draws["major_entrants"]
    return Supply(
        graduates=_spread(draws["graduates"]),
        leavers=_spread(draws["leavers"]),
        openings=_spread(openings),
        entrants=_spread(entrants),
        # Fewer than one entrant is counted as one: the ratio stays finite.
        ratio=_spread(openings / entrants.clip(1)),
        p_short=(openings > SHORT * entrants).mean(axis=0),
        p_glut=(openings < GLUT * entrants).mean(axis=0),
        effects=_effects(told),
        major_openings=_spread(met),
        major_entrants=_spread(placed),
        major_ratio=_spread(met / placed.clip(1)),
        major_p_short=(met > SHORT * placed).mean(axis=0),
        major_p_glut=(met < GLUT * placed).mean(axis=0),
    )


def _effects(told: SupplyInput) -> Floats:
    """Return (o, h, 7): the log gap as it is, less the log gap with one component at its baseline.

    Baselines: no growth of employment or demand; the mean rate of all; the usual cohort; the
    shares of the catalogue.
    """
    now = _log_gap(told)
    usual = np.broadcast_to(told.enrolled_usual[:, None], told.enrolled.shape)
    parts = [
        _log_gap(told, growth=np.zeros_like(told.growth_mean)),
        _log_gap(told, separation=_flat(told.separation)),
        _log_gap(told, enrolled=usual),
        _log_gap(told, survival=_flat(told.survival)),
        _log_gap(told, further=_flat(told.further_study)),
        _log_gap(told, retention=_flat(told.retention)),
        _log_gap(told, weights=told.occupation_prior),
    ]
    return np.stack([now - part for part in parts], axis=2)


def _flat(rates: Beta) -> Floats:
    return np.full(rates.alpha.size, rates.mean.mean() if rates.alpha.size else 0.0)


def _log_gap(
    told: SupplyInput,
    *,
    growth: Floats | None = None,
    separation: Floats | None = None,
    enrolled: Floats | None = None,
    survival: Floats | None = None,
    further: Floats | None = None,
    retention: Floats | None = None,
    weights: Floats | None = None,
) -> Floats:
    years = told.enrolled.shape[1]
    rise = told.growth_mean if growth is None else growth
    stock = told.employed[:, None] * np.exp(rise[:, None] * np.arange(years + 1))
    leave = told.separation.mean if separation is None else separation
    openings = (np.diff(stock, axis=1) + stock[:, :-1] * leave[:, None]).clip(0)
    if told.demand is not None and growth is None:
        openings = openings * np.exp(told.demand.mean)
    cohort = told.enrolled if enrolled is None else enrolled
    through = told.survival.mean if survival is None else survival
    on = told.further_study.mean if further is None else further
    stay = told.retention.mean if retention is None else retention
    counts = told.occupation_weights if weights is None else weights
    total = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, total, out=np.zeros_like(counts), where=total > 0)
    entrants = np.einsum("mh,m,mo->oh", cohort, through * (1 - on) * stay, shares)
    return np.log(openings.clip(1)) - np.log(entrants.clip(1))
