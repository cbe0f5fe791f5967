"""How demand is forecast to stand against its last season: what openings are moved by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np

from services.forecasting.domain.measure import SEASONS
from services.forecasting.domain.period import first_day

# Series of demand, the one that speaks for the whole market first.
MEASURES_OF_DEMAND = (
    "vacancies_public",
    "vacancies_advertised",
    "seats_published",
    "posts_published",
)
# z of 90 less that of 10 per cent.
_Z80 = 2.563
# A season whose p10 is nothing has a spread as if it were this part of its median.
_LOW_MIN = 0.05


@dataclass(frozen=True, slots=True)
class Step:
    """Demand in one year over that of the last season that was known, as logarithms.

    `held` says that the forecast does not reach so far: its last season stands, less certainly.
    """

    mean: float
    spread: float
    held: bool


@dataclass(frozen=True, slots=True)
class Outlook:
    """The forecast demand for one occupation: a step per season from the year `begins`."""

    measure: str
    dataset_id: UUID
    run_id: UUID
    begins: int
    seasons: tuple[tuple[float, float], ...]

    def step(self, year: int) -> Step | None:
        """Return the step of a year, None where the year lies before the forecast."""
        place = year - self.begins
        if place < 0:
            return None
        last = len(self.seasons) - 1
        mean, spread = self.seasons[min(place, last)]
        if place <= last:
            return Step(mean, spread, held=False)
        return Step(mean, spread * ((place + 1) / (last + 1)) ** 0.5, held=True)


def outlook_of(row: Mapping[str, Any]) -> Outlook | None:
    """Return the outlook of a stored forecast, None where it holds no whole season of demand.

    A season's p10 is the sum of its periods': errors of one forecast lean to the same side.
    """
    season = SEASONS[row["frequency"]]
    before = row["last_season"]
    count = len(row["p50"]) // season
    if not before or not count:
        return None
    p10, p50, p90 = (_seasons(row[name], season, count) for name in ("p10", "p50", "p90"))
    if min(p50) <= 0:
        return None
    told = tuple(
        (
            float(np.log(middle / before)),
            float(np.log(high / max(low, _LOW_MIN * middle)) / _Z80),
        )
        for low, middle, high in zip(p10, p50, p90, strict=True)
    )
    return Outlook(
        measure=row["measure"],
        dataset_id=row["dataset_id"],
        run_id=row["run_id"],
        begins=first_day(row["frequency"], row["origin"] + 1).year,
        seasons=told,
    )


def _seasons(values: Sequence[float], season: int, count: int) -> list[float]:
    return [sum(values[place * season : (place + 1) * season]) for place in range(count)]
