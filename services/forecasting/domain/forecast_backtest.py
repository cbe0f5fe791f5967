"""Backtests of a dataset: its whole tree forecast from places of its past, beside naive ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from services.forecasting.domain.forecast_leaves import Leaves
from services.forecasting.domain.forecast_plan import Plan, panel_of, settings_of
from services.forecasting.domain.forecast_run import code_version
from services.forecasting.domain.forecast_tree import grow_tree


@dataclass(frozen=True, slots=True)
class Tested:
    """What a backtest found: a row per method, horizon and size class."""

    rows: Sequence[Mapping[str, Any]]
    series: int
    origin: int
    code_version: str


def run_backtest(leaves: Leaves, plan: Plan, origins: int) -> Tested:
    """Forecast from `origins` places of the past, each knowing nothing of what came after it.

    Raises HistoryTooShortError.
    """
    from services.forecasting.engine.backtests import backtest, standard_methods

    tree = grow_tree(leaves, plan.absent, everywhere=plan.everywhere)
    panel = panel_of(tree, plan.season)
    board = backtest(
        panel,
        horizon=plan.horizon,
        origins=origins,
        methods=standard_methods(settings_of(plan, panel)),
    )
    return Tested(
        rows=[asdict(row) for row in board.rows],
        series=panel.size,
        origin=tree.origin,
        code_version=code_version(),
    )
