"""The series that the figures are measured on: read where they lie, never copied."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from services.forecasting.engine.panels import Floats, Ints, Panel, make_panel

SERIES = Path(__file__).parents[3] / "shared" / "data" / "series"


@dataclass(frozen=True, slots=True)
class Cut:
    """A panel and what came after it."""

    panel: Panel
    after: Floats

    @property
    def horizon(self) -> int:
        return self.after.shape[1]


@cache
def read_m3(period: str, season: int) -> Cut:
    with gzip.open(SERIES / "m3_data.json.gz") as file:
        every: dict[str, Any] = json.load(file)
    mine = [one for one in every.values() if one["period"][0] == period]
    return _cut([one["x"] for one in mine], [one["xx"] for one in mine], season)


@cache
def read_hospital() -> Cut:
    from pyarrow import parquet

    parts: list[dict[str, list[float]]] = []
    for name in ("train", "test"):
        rows = parquet.read_table(SERIES / f"hospital_{name}.parquet").to_pydict()
        found: dict[str, list[float]] = {}
        for key, _, value in sorted(zip(rows["unique_id"], rows["ds"], rows["y"], strict=True)):
            found.setdefault(key, []).append(value)
        parts.append(found)
    names = sorted(parts[0])
    return _cut([parts[0][key] for key in names], [parts[1][key] for key in names], 12)


def _cut(before: Sequence[Any], after: Sequence[Any], season: int) -> Cut:
    names = [str(row) for row in range(len(before))]
    return Cut(make_panel(names, before, season=season), np.array(after, dtype=np.float64))


def _read_monthly(name: str, keys: tuple[str, ...], value: str) -> Panel:
    found: dict[tuple[str, ...], list[tuple[str, float]]] = {}
    with (SERIES / "indeed" / name).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["variable"] == "total postings":
                key = tuple(row[one] for one in keys)
                found.setdefault(key, []).append((row["month"], float(row[value])))
    names = ["|".join(key) for key in found]
    series = [[one for _, one in sorted(rows)] for rows in found.values()]
    return make_panel(names, series, season=12)


def read_sectors() -> Panel:
    """256 indices of job posts by country and sector, monthly."""
    return _read_monthly("sector_monthly.csv", ("country", "sector"), "index_mean")


def read_countries() -> Panel:
    """11 indices of job posts by country, monthly, not adjusted for season."""
    name = "indeed_job_postings_index_NSA"
    return _read_monthly("aggregate_monthly.csv", ("jobcountry",), name)


@dataclass(frozen=True, slots=True)
class Vacancies:
    """Vacancies and unemployed by cell and year; regions, occupations and states of cells."""

    vacancies: Floats
    unemployed: Floats
    region: Ints
    occupation: Ints
    state_occupation: Ints


@cache
def read_vacancies() -> Vacancies:
    """401 districts x 144 occupational groups x 12 years."""
    from pyarrow import parquet

    path = SERIES / "vacancies_de" / "vacancies_de_2012_2023.parquet"
    table = parquet.read_table(path, filters=~(_missing("region") | _missing("occupational_group")))
    (regions, at_region), (groups, at_group), (years, at_year) = (
        _coded(table[name]) for name in ("region", "occupational_group", "year")
    )
    states = {name: at for at, name in enumerate(sorted({name[:2] for name in regions}))}
    tables = np.zeros((2, len(regions), len(groups), len(years)))
    for place, name in enumerate(("vac", "unemp")):
        told = np.nan_to_num(table[name].to_numpy())
        tables[place, at_region, at_group, at_year] = told
    region = np.repeat(np.arange(len(regions)), len(groups))
    occupation = np.tile(np.arange(len(groups)), len(regions))
    state = np.array([states[name[:2]] for name in regions])[region]
    cells = tables.reshape(2, -1, len(years))
    return Vacancies(cells[0], cells[1], region, occupation, state * len(groups) + occupation)


def _missing(name: str) -> Any:
    from pyarrow import compute

    return compute.field(name).is_null()


def _coded(column: Any) -> tuple[list[Any], Ints]:
    """Return a column's values in order, and the place of each row's value among them."""
    coded = column.combine_chunks().dictionary_encode()
    values = coded.dictionary.to_pylist()
    ranks = {value: rank for rank, value in enumerate(sorted(values))}
    places = np.array([ranks[value] for value in values], dtype=np.int64)
    return sorted(values), places[coded.indices.to_numpy()]


def draw_courses(size: int, months: int = 72) -> Panel:
    """Random walks with a season, for times alone."""
    rng = np.random.default_rng(7)
    walk = 100.0 + rng.normal(0.0, 1.0, (size, months)).cumsum(axis=1)
    values = walk + 10.0 * np.sin(np.arange(months) * np.pi / 6)
    return make_panel([str(row) for row in range(size)], list(values), season=12)


def thin_hospital(rate: float = 0.5, seed: int = 11) -> Panel:
    """Hospital's counts thinned to half a case a month on average: sparse, with real dynamics."""
    cut = read_hospital()
    rng = np.random.default_rng(seed)
    series: list[Floats] = []
    for row in range(cut.panel.size):
        counts = np.concatenate([cut.panel.series(row), cut.after[row]])
        own = rate * rng.gamma(1.0) / max(float(counts.mean()), 1.0)
        series.append(rng.binomial(counts.astype(np.int64), min(own, 1.0)).astype(np.float64))
    return make_panel(cut.panel.keys, series, season=12)
