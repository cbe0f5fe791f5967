"""Which method a series is fit for, by its length and its zeros."""

from __future__ import annotations

from typing import Literal

import numpy as np

from services.forecasting.engine.panels import Flags, Panel

Method = Literal["smoothing", "empirical_bayes", "share", "constant"]

SHORT_BELOW = 12
# Periods between two that are not zero, above which a course counts as intermittent: Syntetos and
# Boylan (2005).
_INTERVAL_MIN = 1.32


def route(panel: Panel) -> tuple[Method, ...]:
    """Return each series' method, (n,).

    Below twelve points: a share of its parent where it has one, and a constant where not. Sparse
    (never negative, on average more than 1.32 periods from one positive value to the next): the
    empirical Bayes rate. All others: the smoothing engine.

    >>> from services.forecasting.engine.panels import make_panel
    >>> series = [[1.0] * 30, [0, 0, 1] * 10, [5.0]]
    >>> route(make_panel("abc", series, season=12))
    ('smoothing', 'empirical_bayes', 'constant')
    """
    short = panel.lengths < SHORT_BELOW
    # A parent that is short itself has nothing to share.
    orphan = (panel.parents < 0) | short[panel.parents]
    sparse = is_sparse(panel)
    methods: list[Method] = []
    for row in range(panel.size):
        if short[row]:
            methods.append("constant" if orphan[row] else "share")
        else:
            methods.append("empirical_bayes" if sparse[row] else "smoothing")
    return tuple(methods)


def is_sparse(panel: Panel) -> Flags:
    """Tell which series are never negative and mostly pause between values, (n,)."""
    places = panel.starts[:-1]
    lowest = np.minimum.reduceat(panel.values, places)
    positive = np.add.reduceat((panel.values > 0).astype(np.int64), places)
    return (lowest >= 0) & (panel.lengths > _INTERVAL_MIN * positive)
