"""Forecasts as they leave the engine: a mean, five quantiles and a method for every series."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.forecasting.engine.choices import Choice
from services.forecasting.engine.intervals import LEVELS
from services.forecasting.engine.panels import Floats, Ints

# Raised whenever the same input may give another answer; stored beside every forecast.
ENGINE_VERSION = "3"


@dataclass(frozen=True, slots=True)
class Forecast:
    """Forecasts of n series over h periods.

    Attributes:
        keys: name of each series, (n,)
        first: ordinal of the first period that is forecast, (n,)
        mean: (n, h)
        quantiles: (n, h, 5) at 2.5, 10, 50, 90 and 97.5 per cent, never falling
        methods: how each series was forecast, (n,): smoothing, empirical_bayes, share or constant
        choice: what was chosen for the panel's smoothed series
    """

    keys: tuple[str, ...]
    first: Ints
    mean: Floats
    quantiles: NDArray[np.float64]
    methods: tuple[str, ...]
    choice: Choice

    @property
    def horizon(self) -> int:
        """Return the number of periods ahead."""
        return self.mean.shape[1]

    def level(self, level: float) -> Floats:
        """Return the quantile of one of `LEVELS`, (n, h)."""
        return self.quantiles[:, :, LEVELS.index(level)]

    @property
    def p2_5(self) -> Floats:
        """Return the lower end of the 95 % interval, (n, h)."""
        return self.quantiles[:, :, 0]

    @property
    def p10(self) -> Floats:
        """Return the lower end of the 80 % interval, (n, h)."""
        return self.quantiles[:, :, 1]

    @property
    def p50(self) -> Floats:
        """Return the median, (n, h)."""
        return self.quantiles[:, :, 2]

    @property
    def p90(self) -> Floats:
        """Return the upper end of the 80 % interval, (n, h)."""
        return self.quantiles[:, :, 3]

    @property
    def p97_5(self) -> Floats:
        """Return the upper end of the 95 % interval, (n, h)."""
        return self.quantiles[:, :, 4]

    def digest(self) -> str:
        """Return a hash of every byte of the forecast: the same input gives the same one."""
        told = hashlib.sha256(ENGINE_VERSION.encode())
        for part in (*self.keys, *self.methods):
            told.update(part.encode() + b"\0")
        for array in (self.first, self.mean, self.quantiles):
            told.update(np.ascontiguousarray(array).tobytes())
        return told.hexdigest()
