"""Rolling origins: what every method would have told then, scored by what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.forecasting.engine.forecasting import Settings, forecast
from services.forecasting.engine.naives import (
    forecast_naive,
    forecast_naive2,
    forecast_seasonal_naive,
)
from services.forecasting.engine.panels import Floats, Ints, Panel
from services.forecasting.engine.scoring import (
    NAIVE,
    NAIVE2,
    Cells,
    Score,
    Told,
    describe_cells,
    join_cells,
    score_methods,
)
from shared.kernel.errors import InvalidInputError, Text

SEASONAL_NAIVE, ENGINE = "seasonal_naive", "engine"
ORIGINS_MIN = 6

Method = Callable[[Panel, int], Told]


class HistoryTooShortError(InvalidInputError):
    """No series is long enough for a backtest of that horizon."""

    code = "history_too_short"
    title_zh = "历史过短，无法回测"
    mend = Text(
        "回测 {origins} 个起点、每次预测 {horizon} 期，至少需要 {needed} 期；"
        "请缩短预测期或补充历史。",
        "A backtest from {origins} origins over {horizon} periods needs {needed} of them; shorten"
        " the horizon or add history.",
    )


@dataclass(frozen=True, slots=True)
class Scoreboard:
    """Scores of methods on the same rolling origins.

    Attributes:
        horizon: periods ahead
        origins: places of the past that were forecast from
        rows: see `scoring.score_methods`
        by_origin: per method and origin (the newest first) the score as a whole
    """

    horizon: int
    origins: int
    rows: tuple[Score, ...]
    by_origin: tuple[tuple[Score, ...], ...]

    def whole(self, method: str) -> Score:
        """Return a method's score over all steps and sizes."""
        return next(
            row
            for row in self.rows
            if row.method == method and row.horizon is None and row.size_class is None
        )


def standard_methods(settings: Settings | None = None) -> Mapping[str, Method]:
    """Return the methods that every scoreboard shows: three naive ones and the engine."""

    def run_engine(panel: Panel, horizon: int) -> Told:
        told = forecast(panel, horizon, settings)
        return Told(told.p50, told.quantiles)

    return {
        NAIVE: lambda panel, horizon: Told(forecast_naive(panel, horizon)),
        NAIVE2: lambda panel, horizon: Told(forecast_naive2(panel, horizon)),
        SEASONAL_NAIVE: lambda panel, horizon: Told(forecast_seasonal_naive(panel, horizon)),
        ENGINE: run_engine,
    }


def backtest(
    panel: Panel,
    *,
    horizon: int,
    origins: int = ORIGINS_MIN,
    step: int = 1,
    methods: Mapping[str, Method] | None = None,
) -> Scoreboard:
    """Forecast a panel from several places of its past and score it by what happened.

    Each origin knows nothing of what came after it: blends, corrections and intervals are chosen
    anew on the panel as it was. A series takes part where it then had two values.

    Args:
        panel: n series
        horizon: h periods
        origins: how many
        step: periods between two origins
        methods: by name; the standard ones where None

    Raises:
        HistoryTooShortError: no series has two values before the oldest origin.

    Cost: `origins` times that of a forecast.
    """
    methods = standard_methods() if methods is None else methods
    needed = horizon + (origins - 1) * step + 2
    if not (panel.lengths >= needed).any():
        raise HistoryTooShortError(origins=origins, horizon=horizon, needed=needed)
    cells: list[Cells] = []
    told: list[dict[str, Told]] = []
    for origin in range(origins):
        back = horizon + origin * step
        known, rows = panel.head(back, shortest=2)
        cells.append(describe_cells(known, panel.tail(horizon, skip=back - horizon)[rows]))
        told.append({name: run(known, horizon) for name, run in methods.items()})
    joined = {name: _join([one[name] for one in told]) for name in methods}
    by_origin = tuple(
        tuple(
            next(row for row in score_methods(cell, one) if row.method == name) for name in methods
        )
        for cell, one in zip(cells, told, strict=True)
    )
    return Scoreboard(horizon, origins, score_methods(join_cells(cells), joined), by_origin)


def _join(every: list[Told]) -> Told:
    point = np.concatenate([one.point for one in every])
    parts = [one.quantiles for one in every if one.quantiles is not None]
    return Told(point, np.concatenate(parts) if len(parts) == len(every) else None)


@dataclass(frozen=True, slots=True)
class Submission:
    """Forecasts of another body.

    Attributes:
        keys: name of each series, (n,)
        first: ordinal of the first period that is forecast, (n,)
        point: (n, h)
        quantiles: (n, h, 5) at `intervals.LEVELS`, or None where only points were handed in
    """

    keys: tuple[str, ...]
    first: Ints
    point: Floats
    quantiles: NDArray[np.float64] | None = None


def score_submission(
    panel: Panel, submission: Submission, *, beside: Mapping[str, Method] | None = None
) -> tuple[Score, ...]:
    """Score a submission by what has happened since, beside other methods on the same cells.

    Args:
        panel: the series as they are known now
        submission: what was handed in; series that the panel lacks, that were not known before
            the first period forecast, or of which nothing has happened yet, are left out
        beside: methods that are run on what was known then; naive and Naive2 where None

    Returns:
        Scores of `submission` and of the others, empty where nothing can be scored yet.
    """
    place = {key: row for row, key in enumerate(panel.keys)}
    horizon = submission.point.shape[1]
    taken = [
        (row, place[key])
        for row, key in enumerate(submission.keys)
        if key in place
        and panel.first[place[key]] < submission.first[row] <= panel.last[place[key]]
    ]
    if not taken:
        return ()
    rows = np.array([row for row, _ in taken])
    whole = panel.select(np.array([at for _, at in taken]))
    known = _until(whole, submission.first[rows])
    offset = submission.first[rows] - whole.first
    places = whole.starts[:-1, None] + offset[:, None] + np.arange(horizon)
    inside = places < whole.starts[1:, None]
    actual = np.where(inside, whole.values[np.minimum(places, whole.values.size - 1)], np.nan)
    methods = beside or {
        name: method for name, method in standard_methods().items() if name in {NAIVE, NAIVE2}
    }
    told = {name: method(known, horizon) for name, method in methods.items()}
    quantiles = None if submission.quantiles is None else submission.quantiles[rows]
    told["submission"] = Told(submission.point[rows], quantiles)
    return score_methods(describe_cells(known, actual), told)


def _until(panel: Panel, first: Ints) -> Panel:
    """Return each series up to the period before `first`."""
    lengths = first - panel.first
    offsets = np.arange(panel.values.size) - np.repeat(panel.starts[:-1], panel.lengths)
    kept = offsets < np.repeat(lengths, panel.lengths)
    starts = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
    return Panel(panel.keys, panel.values[kept], starts, panel.first, panel.season, panel.parents)
