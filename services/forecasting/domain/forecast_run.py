"""One run of a forecast: from leaves to published numbers, the same bytes for the same input."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from services.forecasting.domain.cell import Cell
from services.forecasting.domain.forecast_fit import (
    digest_leaves,
    fit_before,
    fit_tree,
    forecast_from,
    forecast_tree,
    is_worth_keeping,
    may_serve,
    read_fit,
    write_fit,
)
from services.forecasting.domain.forecast_leaves import Floats, Leaves
from services.forecasting.domain.forecast_plan import Plan, panel_of
from services.forecasting.domain.forecast_tree import Tree, grow_tree

if TYPE_CHECKING:
    from services.forecasting.engine.outcomes import Forecast

LEVELS = ("p2_5", "p10", "p50", "p90", "p97_5")
_Z80 = 2.563
_SUMS_SOLVED_MAX = 4_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run brought: a row per published cell."""

    cells: tuple[Cell, ...]
    models: tuple[str, ...]
    reconciled: tuple[bool, ...]
    sizes: tuple[str, ...]
    mean: Floats  # (n, h)
    quantiles: NDArray[np.float64]  # (n, h, 5), at LEVELS
    first: tuple[int, ...]  # of each history
    histories: tuple[Floats, ...]
    origin: int
    fitted: int  # the last period that the models were fitted on
    root: str
    stale: int
    choice: Mapping[str, Any]
    code_version: str
    input_sha256: str
    output_sha256: str

    def level(self, name: str) -> Floats:
        """Return the quantile of one of `LEVELS`, (n, h)."""
        return self.quantiles[:, :, LEVELS.index(name)]


def run_plan(leaves: Leaves, plan: Plan) -> Outcome:
    """Add up, forecast and reconcile.

    The sums that are published are the sums of what is published: means are reconciled over the
    tree, quantiles move with their means. A plan that names an older fit is carried out from
    there: the states are those that a run of then kept.
    """
    tree = grow_tree(leaves, plan.absent, everywhere=plan.everywhere)
    if plan.fitted is not None and plan.fitted < leaves.origin:
        fit = fit_before(leaves, plan, code_version=code_version())
        if (told := forecast_from(fit, tree, plan)) is not None:
            return _outcome(leaves, tree, told, fitted=fit.origin)
    return _outcome(leaves, tree, forecast_tree(tree, plan), fitted=leaves.origin)


def run_on(leaves: Leaves, plan: Plan, *, kept: Path | None, keep: Path) -> Outcome:
    """Carry a plan out from the fit in the file `kept` where it still serves, or fit and `keep` it.

    `keep` is not written where the older fit served, or where the new one could not. The outcome's
    `fitted` says which; with it in the plan, `run_plan` gives the same bytes.
    """
    tree = grow_tree(leaves, plan.absent, everywhere=plan.everywhere)
    code = code_version()
    old = read_fit(kept) if kept is not None else None
    if old is not None and may_serve(old, leaves, plan, code_version=code):
        told = forecast_from(old, tree, plan)
        if told is not None:
            return _outcome(leaves, tree, told, fitted=old.origin)
    if is_worth_keeping(tree, plan):
        told, fit = fit_tree(leaves, tree, plan, code_version=code)
        write_fit(fit, keep)
    else:
        told = forecast_tree(tree, plan)
    return _outcome(leaves, tree, told, fitted=leaves.origin)


def _outcome(leaves: Leaves, tree: Tree, told: Forecast, *, fitted: int) -> Outcome:
    mean, quantiles = _reconciled(tree, told)
    rows = tree.rows
    places = np.array(list(rows.values()), dtype=np.int64)
    cells = tuple(rows)
    classes = _size_classes(tree)
    sums = len(tree.values) - len(tree.stated)
    outcome = Outcome(
        cells=cells,
        models=tuple(told.methods[place] for place in places),
        reconciled=tuple(bool(place < sums) for place in places),
        sizes=tuple(classes[place] for place in places),
        mean=mean[places],
        quantiles=quantiles[places],
        first=tuple(tree.first[place] for place in places),
        histories=tuple(tree.values[place] for place in places),
        origin=tree.origin,
        fitted=fitted,
        root=tree.root,
        stale=leaves.stale,
        choice=asdict(told.choice),
        code_version=code_version(),
        input_sha256=digest_leaves(leaves),
        output_sha256="",
    )
    return _signed(outcome)


def _size_classes(tree: Tree) -> list[str]:
    """Return the size class of each series, as scoreboards tell them apart."""
    from services.forecasting.engine.intervals import mean_level
    from services.forecasting.engine.scoring import SIZE_CLASSES, size_classes

    # The season is of no matter here.
    level = mean_level(panel_of(tree, season=1))
    return [SIZE_CLASSES[each] for each in size_classes(level).tolist()]


def _reconciled(tree: Tree, told: Forecast) -> tuple[Floats, NDArray[np.float64]]:
    from services.forecasting.engine.reconciliation import Hierarchy, reconcile

    bottom = len(tree.bottom)
    sizes = [len(group.cells) for group in tree.groups]
    ends = np.cumsum([bottom, *sizes])
    parts = [slice(start, end) for start, end in pairwise(ends.tolist())]
    variance = _variances(told)
    heard = _heard(sizes)
    found = reconcile(
        Hierarchy(bottom, [tree.groups[each].codes for each in heard]),
        told.mean[:bottom],
        [told.mean[parts[each]] for each in heard],
        bottom_variance=variance[:bottom],
        aggregate_variances=[variance[parts[each]] for each in heard],
    )
    mean = told.mean.copy()
    mean[:bottom] = found.bottom
    whole = Hierarchy(bottom, [group.codes for group in tree.groups]).sum_up(found.bottom)
    for part, sums in zip(parts, whole, strict=True):
        mean[part] = sums
    return mean, _moved(told, mean)


def _heard(sizes: Sequence[int]) -> list[int]:
    """Return the groups whose own forecasts have a say, the smallest first.

    The sums of all groups but one are solved together: their number squared is what it costs.
    Sums that are not heard are those of the reconciled parts all the same.
    """
    heard: list[int] = []
    solved = 0
    for place in sorted(range(len(sizes)), key=lambda each: sizes[each]):
        if heard:
            solved += sizes[heard[-1]]
        if solved > _SUMS_SOLVED_MAX:
            break
        heard.append(place)
    return sorted(heard)


def _variances(told: Forecast) -> Floats:
    """Return the variance of each series' mean over its steps, from its 80 % interval."""
    spread = (told.p90 - told.p10) / _Z80
    return np.maximum((spread**2).mean(axis=1), 1e-9)


def _moved(told: Forecast, mean: Floats) -> NDArray[np.float64]:
    """Let the quantiles go where their means went: in proportion, or by as much from zero."""
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where(told.mean > 0, mean / told.mean, 1.0)
    shift = np.where(told.mean > 0, 0.0, mean - told.mean)
    return told.quantiles * scale[:, :, None] + shift[:, :, None]


def _signed(outcome: Outcome) -> Outcome:
    told = hashlib.sha256()
    for cell, model in zip(outcome.cells, outcome.models, strict=True):
        told.update(f"{'|'.join(cell)}|{model}\n".encode())
    for array in (outcome.mean, outcome.quantiles):
        told.update(np.ascontiguousarray(array).tobytes())
    return replace(outcome, output_sha256=told.hexdigest())


@cache
def code_version() -> str:
    """Return the version of the code that decides the numbers: a hash of its own text."""
    from services.forecasting.engine.outcomes import ENGINE_VERSION

    told = hashlib.sha256()
    for package in ("services.forecasting.engine", "services.forecasting.domain"):
        for name in _sources(package):
            told.update(name.encode() + (resources.files(package) / name).read_bytes())
    return f"{ENGINE_VERSION}+{told.hexdigest()[:16]}"


def _sources(package: str) -> Sequence[str]:
    names = sorted(each.name for each in resources.files(package).iterdir())
    numeric = package.endswith("engine")
    return [
        name
        for name in names
        if name.endswith(".py") and (numeric or name.startswith(("forecast_", "crosswalk")))
    ]
