"""How a run is made, and what its engine is given."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from services.forecasting.domain.forecast_tree import Tree
from services.forecasting.domain.measure import Absent
from services.forecasting.engine.panels import Panel, make_panel

if TYPE_CHECKING:
    from services.forecasting.engine.forecasting import Settings

_POOL_MIN = 50


@dataclass(frozen=True, slots=True)
class Plan:
    """How a run is made; together with its leaves it decides every byte of the outcome.

    `fitted` is the last period that the models were fitted on, where that is an older one than
    the leaves': what has come since only moved their states.
    """

    horizon: int
    season: int
    absent: Absent
    everywhere: bool
    corrects: bool
    fitted: int | None = None

    def config(self) -> dict[str, Any]:
        """Return the plan as plain values."""
        return asdict(self)


def settings_of(plan: Plan, panel: Panel) -> Settings:
    """Return how much work a panel is worth: trees learn from many series, or not at all."""
    from services.forecasting.engine.forecasting import Settings

    return Settings(corrects=plan.corrects and panel.size >= _POOL_MIN)


def panel_of(tree: Tree, season: int) -> Panel:
    """Return every series of a tree side by side."""
    names = [str(row) for row in range(len(tree.values))]
    first = np.array(tree.first, dtype=np.int64)
    return make_panel(names, tree.values, season=season, first=first, parents=tree.parents)
