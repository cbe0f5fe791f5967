"""From reported rows to the arrays of a simulation, and what each year turned out to be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.forecasting.domain.demand import Outlook, Step
from services.forecasting.domain.report_columns import EMPLOYED
from services.forecasting.engine.labour_supply import (
    SHORT,
    Beta,
    Demand,
    SupplyInput,
    shrink_rates,
)
from shared.catalogues.majors import find_major
from shared.catalogues.occupations import occupations_of

Report = Mapping[str, Any]
Floats = NDArray[np.float64]

# What the catalogue's pairs are worth beside counted people: two, spread evenly.
PRIOR_PEOPLE = 2.0
# Years of reports that a rate rests on.
YEARS_BACK = 5
# Yearly spread of log employment where no two years are known anywhere.
GROWTH_SD_UNKNOWN = 0.05


@dataclass(frozen=True, slots=True)
class Reports:
    """What was reported of a region, as it was known on a day."""

    cohorts: Sequence[Report]
    destinations: Sequence[Report]
    flows: Sequence[Report]
    employment: Sequence[Report]
    market: Sequence[Report]
    demand: Mapping[str, Outlook] = field(default_factory=dict[str, Outlook])  # by occupation


@dataclass(frozen=True, slots=True)
class Assembled:
    """A simulation's input with the names of its rows, and what was left out and why."""

    told: SupplyInput
    majors: tuple[str, ...]
    occupations: tuple[str, ...]
    first_year: int
    years: int
    cohorts_assumed: int
    unmapped: tuple[str, ...]
    without_employment: tuple[str, ...]
    demand: Mapping[str, Outlook]

    def demand_step(self, code: str, year: int) -> tuple[Outlook, Step] | None:
        """Return what moved an occupation's openings in a year, None where nothing did."""
        outlook = self.demand.get(code)
        step = outlook.step(year) if outlook else None
        return (outlook, step) if outlook and step else None


def rows_of_place(rows: Iterable[Report], region: str, key: str) -> list[Report]:
    """Return the rows of the region itself where it has any for a code, else those below it.

    A province's total and its cities' figures are not added up.
    """
    by_code: defaultdict[str, list[Report]] = defaultdict(list)
    for row in rows:
        by_code[row[key]].append(row)
    found: list[Report] = []
    for parts in by_code.values():
        own = [row for row in parts if row["region_code"] == region]
        found += own or parts
    return found


def assemble(reports: Reports, region: str, *, years: int) -> Assembled | None:
    """Return the arrays of a simulation; None where employment or cohorts are not known."""
    stock = _stock(rows_of_place(reports.employment, region, "occupation_code"))
    majors = tuple(sorted({row["major_code"] for row in reports.cohorts}))
    if not stock or not majors:
        return None
    last = max(year for _, year in stock)
    weights, prior, occupations = _weights(majors, reports.flows, stock)
    employed = np.array([stock.get((code, last), (0, 0))[0] for code in occupations], float)
    growth_mean, growth_sd = _growth(stock, occupations, last)
    enrolled, usual, assumed = _enrolled(reports.cohorts, majors, last + 1, years)
    told = SupplyInput(
        enrolled=enrolled,
        enrolled_usual=usual,
        survival=_rates(majors, *_survived(reports)),
        further_study=_rates(majors, *_studied_on(reports.destinations)),
        retention=_rates(majors, *_stayed(reports.destinations)),
        occupation_weights=weights,
        occupation_prior=prior,
        employed=employed,
        growth_mean=growth_mean,
        growth_sd=growth_sd,
        separation=_separation(stock, occupations, last),
        demand=_demand(reports.demand, occupations, range(last + 1, last + 1 + years)),
    )
    return Assembled(
        told=told,
        majors=majors,
        occupations=occupations,
        first_year=last + 1,
        years=years,
        cohorts_assumed=assumed,
        unmapped=tuple(m for m, row in zip(majors, weights, strict=True) if not row.sum()),
        without_employment=tuple(
            code for code, people in zip(occupations, employed, strict=True) if not people
        ),
        demand=reports.demand,
    )


def _demand(
    outlooks: Mapping[str, Outlook], occupations: Sequence[str], years: range
) -> Demand | None:
    """Return how demand moves openings, None where nothing is forecast of any occupation."""
    mean, spread = (np.zeros((len(occupations), len(years))) for _ in range(2))
    told = False
    for row, code in enumerate(occupations):
        outlook = outlooks.get(code)
        for column, year in enumerate(years):
            step = outlook.step(year) if outlook else None
            if step:
                mean[row, column], spread[row, column] = step.mean, step.spread
                told = True
    return Demand(mean, spread) if told else None


def _stock(rows: Iterable[Report]) -> dict[tuple[str, int], tuple[int, int]]:
    """Return (employed, separated) by occupation and year."""
    found: defaultdict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        cell = found[row["occupation_code"], row["year"]]
        cell[0] += row["employed"]
        cell[1] += row["separated"]
    return {key: (employed, separated) for key, (employed, separated) in found.items()}


def _weights(
    majors: Sequence[str],
    flows: Iterable[Report],
    stock: Mapping[tuple[str, int], tuple[int, int]],
) -> tuple[Floats, Floats, tuple[str, ...]]:
    """Return Dirichlet weights (m, o), the catalogue's part of them, and the occupations."""
    pairs = {major: occupations_of(major) for major in majors}
    counted: defaultdict[tuple[str, str], float] = defaultdict(float)
    for row in flows:
        counted[row["major_code"], row["occupation_code"]] += row["people"]
    known = {code for codes in pairs.values() for code in codes}
    known |= {code for _, code in counted} | {code for code, _ in stock}
    occupations = tuple(sorted(known))
    place = {code: number for number, code in enumerate(occupations)}
    prior = np.zeros((len(majors), len(occupations)))
    for number, major in enumerate(majors):
        for code in pairs[major]:
            prior[number, place[code]] = PRIOR_PEOPLE / len(pairs[major])
    weights = prior.copy()
    rows = {major: number for number, major in enumerate(majors)}
    for (major, code), people in counted.items():
        if major in rows:
            weights[rows[major], place[code]] += people
    return weights, prior, occupations


def _growth(
    stock: Mapping[tuple[str, int], tuple[int, int]], occupations: Sequence[str], last: int
) -> tuple[Floats, Floats]:
    """Return mean and spread of the yearly log growth, the mean drawn to that of all."""
    steps: dict[str, list[float]] = {}
    for code in occupations:
        for year in range(last - YEARS_BACK + 1, last + 1):
            now, then = stock.get((code, year)), stock.get((code, year - 1))
            if now and then and now[0] and then[0]:
                steps.setdefault(code, []).append(float(np.log(now[0] / then[0])))
    every = [step for each in steps.values() for step in each]
    typical = float(np.mean(every)) if every else 0.0
    inside = [step - float(np.mean(each)) for each in steps.values() for step in each]
    freedom = len(every) - len(steps)
    spread = float(np.sqrt(np.sum(np.square(inside)) / freedom)) if freedom else GROWTH_SD_UNKNOWN
    means, spreads = np.full(len(occupations), typical), np.full(len(occupations), spread)
    for number, code in enumerate(occupations):
        count = len(steps.get(code, ()))
        if count:
            means[number] = (sum(steps[code]) + 2 * typical) / (count + 2)
        # What is not known about the mean is part of what is not known about a year.
        spreads[number] = spread * np.sqrt(1 + 1 / (count + 2))
    return means, spreads


def _enrolled(
    cohorts: Iterable[Report], majors: Sequence[str], first: int, years: int
) -> tuple[Floats, Floats, int]:
    """Return the cohorts due in each year (m, h), the usual cohort, and how many are assumed.

    A cohort that has not been enrolled yet is assumed to be as large as the newest known one.
    """
    due: defaultdict[tuple[str, int], float] = defaultdict(float)
    for row in cohorts:
        due[row["major_code"], row["entry_year"] + row["programme_years"]] += row["enrolled"]
    found, usual, assumed = np.zeros((len(majors), years)), np.zeros(len(majors)), 0
    for number, major in enumerate(majors):
        known = {year: people for (code, year), people in due.items() if code == major}
        before = [people for year, people in known.items() if first - 3 <= year < first]
        usual[number] = np.mean(before or list(known.values()))
        newest = max(known)
        for step in range(years):
            year = first + step
            found[number, step] = known.get(year, known[newest] if year > newest else 0.0)
            assumed += year > newest
    return found, usual, assumed


_Counts = tuple[dict[str, float], dict[str, float]]


def _survived(reports: Reports) -> _Counts:
    """Return graduates and enrolled of the cohorts whose end was reported, by major."""
    due: defaultdict[tuple[str, str, int], float] = defaultdict(float)
    for row in reports.cohorts:
        year = row["entry_year"] + row["programme_years"]
        due[row["school_name"], row["major_code"], year] += row["enrolled"]
    won: defaultdict[str, float] = defaultdict(float)
    tried: defaultdict[str, float] = defaultdict(float)
    for row in reports.destinations:
        enrolled = due.get((row["school_name"], row["major_code"], row["year"]), 0.0)
        # More may finish than began: some come later. A rate is no more than one.
        won[row["major_code"]] += min(row["graduates"], enrolled)
        tried[row["major_code"]] += enrolled
    return won, tried


def _studied_on(destinations: Iterable[Report]) -> _Counts:
    won: defaultdict[str, float] = defaultdict(float)
    tried: defaultdict[str, float] = defaultdict(float)
    for row in destinations:
        won[row["major_code"]] += row["counts"]["further_study"]
        tried[row["major_code"]] += row["graduates"]
    return won, tried


def _stayed(destinations: Iterable[Report]) -> _Counts:
    won: defaultdict[str, float] = defaultdict(float)
    tried: defaultdict[str, float] = defaultdict(float)
    for row in destinations:
        if row["employed_local"] is not None:
            won[row["major_code"]] += row["employed_local"]
            tried[row["major_code"]] += sum(row["counts"][name] for name in EMPLOYED)
    return won, tried


def _codes(labels: Sequence[str]) -> NDArray[np.int64]:
    return np.unique(np.array(labels), return_inverse=True)[1].astype(np.int64)


def _rates(majors: Sequence[str], won: Mapping[str, float], tried: Mapping[str, float]) -> Beta:
    """Return the rates of majors, shrunk to their class and their level of schooling."""
    entries = [find_major(code) for code in majors]
    levels = _codes([each.level if each else "" for each in entries])
    classes = _codes([each.class_code if each else "" for each in entries])
    return shrink_rates(
        np.array([won.get(code, 0.0) for code in majors]),
        np.array([tried.get(code, 0.0) for code in majors]),
        [levels, classes],
    )


def _separation(
    stock: Mapping[tuple[str, int], tuple[int, int]], occupations: Sequence[str], last: int
) -> Beta:
    """Return the rates at which people leave an occupation, shrunk along 职业分类大典."""
    left, held = np.zeros(len(occupations)), np.zeros(len(occupations))
    for number, code in enumerate(occupations):
        for year in range(last - YEARS_BACK + 1, last + 1):
            employed, separated = stock.get((code, year), (0, 0))
            left[number] += min(separated, employed)
            held[number] += employed
    return shrink_rates(
        left, held, [_codes([c[:1] for c in occupations]), _codes([c[:4] for c in occupations])]
    )


def realised_gaps(reports: Reports, region: str) -> dict[tuple[str, int], float]:
    """Return openings per entrant by occupation and year, where both have been counted.

    Openings: the change of employment and the separations of the year; entrants: the graduates of
    the year who did not study on, as far as they stayed, by the shares of their majors.
    """
    stock = _stock(rows_of_place(reports.employment, region, "occupation_code"))
    majors = tuple(sorted({row["major_code"] for row in reports.destinations}))
    if not stock or not majors:
        return {}
    weights, _, occupations = _weights(majors, reports.flows, stock)
    total = weights.sum(axis=1, keepdims=True)
    shares = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    stay = _rates(majors, *_stayed(reports.destinations)).mean
    found: dict[tuple[str, int], float] = {}
    for year in sorted({row["year"] for row in reports.destinations}):
        left = np.zeros(len(majors))
        for row in reports.destinations:
            if row["year"] == year:
                left[majors.index(row["major_code"])] += (
                    row["graduates"] - row["counts"]["further_study"]
                )
        entrants = (left * stay) @ shares
        for number, code in enumerate(occupations):
            now, then = stock.get((code, year)), stock.get((code, year - 1))
            if now and then:
                openings = max(0, now[0] - then[0] + now[1])
                found[code, year] = openings / max(1.0, float(entrants[number]))
    return found


def is_short(ratio: float) -> bool:
    """Whether a gap that was counted is what a warning of a shortage speaks of."""
    return ratio > SHORT
