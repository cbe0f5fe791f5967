"""A fit that is kept: new periods move its states while nothing else has changed (decision 7)."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from services.forecasting.domain.forecast_leaves import Leaves
from services.forecasting.domain.forecast_plan import Plan, panel_of, settings_of
from services.forecasting.domain.forecast_tree import Tree, grow_tree

if TYPE_CHECKING:
    from services.forecasting.engine.outcomes import Forecast
    from services.forecasting.engine.states import States

# By periods per season, how many may come before the models are fitted anew: months lose 0.4 % of
# accuracy in three, quarters more in one (docs/forecasting.md). Fewer than make a series long
# enough to be smoothed.
UPDATES_MAX: Mapping[int, int] = MappingProxyType({12: 3})


@dataclass(frozen=True, slots=True)
class Fit:
    """The states of a tree's series, and what they rest on."""

    plan: Plan
    code_version: str
    origin: int
    input_sha256: str
    names: tuple[str, ...]  # of the tree's series
    states: States


def forecast_tree(tree: Tree, plan: Plan) -> Forecast:
    """Forecast a tree as a fit does, and keep nothing."""
    from services.forecasting.engine.forecasting import forecast

    panel = panel_of(tree, plan.season)
    return forecast(panel, plan.horizon, settings_of(plan, panel))


def fit_tree(leaves: Leaves, tree: Tree, plan: Plan, *, code_version: str) -> tuple[Forecast, Fit]:
    """Fit a tree and forecast it; `tree` is that of `leaves`."""
    from services.forecasting.engine.states import fit_states

    panel = panel_of(tree, plan.season)
    told, states = fit_states(panel, plan.horizon, settings_of(plan, panel))
    fit = Fit(
        plan=replace(plan, fitted=None),
        code_version=code_version,
        origin=leaves.origin,
        input_sha256=digest_leaves(leaves),
        names=_names(tree),
        states=states,
    )
    return told, fit


def fit_before(leaves: Leaves, plan: Plan, *, code_version: str) -> Fit:
    """Fit again what was known at `plan.fitted`."""
    assert plan.fitted is not None
    known = cut_leaves(leaves, plan.fitted)
    tree = grow_tree(known, plan.absent, everywhere=plan.everywhere)
    return fit_tree(known, tree, plan, code_version=code_version)[1]


def is_worth_keeping(tree: Tree, plan: Plan) -> bool:
    """Whether later periods may be forecast from a fit of this tree.

    A young panel learns from each further month how it is to be forecast: what it knew before
    costs it up to a tenth of its accuracy.
    """
    from services.forecasting.engine.windows import periods_settled

    lengths = [len(course) for course in tree.values]
    settled = float(np.median(lengths)) >= periods_settled(plan.horizon, plan.season)
    return settled and plan.season in UPDATES_MAX


def may_serve(fit: Fit, leaves: Leaves, plan: Plan, *, code_version: str) -> bool:
    """Whether a fit is of this plan and code, new enough, and of a past that is still the same."""
    grown = leaves.origin - fit.origin
    return (
        fit.plan == replace(plan, fitted=None)
        and fit.code_version == code_version
        and 0 < grown <= UPDATES_MAX.get(plan.season, 0)
        and digest_leaves(cut_leaves(leaves, fit.origin)) == fit.input_sha256
    )


def forecast_from(fit: Fit, tree: Tree, plan: Plan) -> Forecast | None:
    """Forecast a tree from an older fit's states, or None where it has other series than then.

    A series of the fit must be there still, and be counted alike; one that was not there must
    have begun since.
    """
    from services.forecasting.engine.states import NEW, forecast_states

    place_of = {name: place for place, name in enumerate(fit.names)}
    rows = np.array([place_of.get(name, NEW) for name in _names(tree)], dtype=np.int64)
    first = np.array(tree.first, dtype=np.int64)
    if (rows != NEW).sum() != len(place_of) or (first[rows == NEW] <= fit.origin).any():
        return None
    return forecast_states(fit.states, panel_of(tree, plan.season), plan.horizon, rows=rows)


def _names(tree: Tree) -> tuple[str, ...]:
    """Return a name of each series that says how it is counted and since when."""
    sums = [cell for group in tree.groups for cell in group.cells]
    parts = (("part", tree.bottom), ("sum", sums), ("stated", tree.stated))
    cells = [f"{kind}|{'|'.join(cell)}" for kind, some in parts for cell in some]
    names = [f"{name}|{first}" for name, first in zip(cells, tree.first, strict=True)]
    # Two sums of a name, over different parts: in the order of their levels.
    seen: Counter[str] = Counter()
    told: list[str] = []
    for name in names:
        told.append(f"{name}|{seen[name]}")
        seen[name] += 1
    return tuple(told)


def cut_leaves(leaves: Leaves, origin: int) -> Leaves:
    """Return leaves as they were up to a period."""
    kept = [place for place, first in enumerate(leaves.first) if first <= origin]
    return Leaves(
        cells=tuple(leaves.cells[place] for place in kept),
        first=tuple(leaves.first[place] for place in kept),
        values=tuple(
            leaves.values[place][: origin - leaves.first[place] + 1].copy() for place in kept
        ),
        origin=origin,
        stale=leaves.stale,
    )


def digest_leaves(leaves: Leaves) -> str:
    """Return a hash of every cell, period and value."""
    told = hashlib.sha256()
    for cell, first, values in zip(leaves.cells, leaves.first, leaves.values, strict=True):
        told.update(f"{'|'.join(cell)}|{first}\n".encode())
        told.update(values.tobytes())
    return told.hexdigest()


def write_fit(fit: Fit, path: Path) -> None:
    """Write a fit into a file."""
    from services.forecasting.engine.state_files import write_states

    facts = {
        "plan": fit.plan.config(),
        "code_version": fit.code_version,
        "origin": fit.origin,
        "input_sha256": fit.input_sha256,
        "names": fit.names,
    }
    write_states(path, fit.states, facts)


def read_fit(path: Path) -> Fit:
    """Return the fit of a file that `write_fit` wrote."""
    from services.forecasting.engine.state_files import read_states

    states, facts = read_states(path)
    told: dict[str, Any] = {**facts, "plan": Plan(**facts["plan"]), "names": tuple(facts["names"])}
    return Fit(states=states, **told)
