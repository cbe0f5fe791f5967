"""States of a panel as a file: plain arrays and words, nothing that runs when it is read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from services.forecasting.engine.choices import Choice
from services.forecasting.engine.corrections import Correction
from services.forecasting.engine.forecasting import Tuning
from services.forecasting.engine.intervals import Calibration
from services.forecasting.engine.states import Kept, States
from services.forecasting.engine.trees import Trees

Arrays = Mapping[str, NDArray[Any]]

_KEPT = ("level", "trend", "errors", "phases", "indices", "numbers")
_TREES = ("base", "roots", "branches", "numbers")


def write_states(path: Path, states: States, facts: Mapping[str, Any]) -> None:
    """Write states beside what their owner must know of them.

    Args:
        path: where; what lies there is replaced
        states: of n series
        facts: plain values
    """
    arrays: dict[str, NDArray[Any]] = {
        f"kept_{name}": one for name, one in zip(_KEPT, states.kept, strict=True)
    }
    head = {"facts": facts, "methods": states.methods, "choice": None}
    if states.tuning is not None:
        head["choice"] = asdict(states.tuning.choice)
        arrays["bounds"] = states.tuning.calibration.bounds
        arrays["offsets"] = states.tuning.calibration.offsets
        if states.tuning.correction is not None:
            trees = states.tuning.correction.trees
            arrays |= {f"trees_{name}": getattr(trees, name) for name in _TREES}
    arrays["head"] = np.frombuffer(json.dumps(head).encode(), dtype=np.uint8)
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def read_states(path: Path) -> tuple[States, dict[str, Any]]:
    """Return what `write_states` wrote: every number is the same to the bit."""
    with np.load(path, allow_pickle=False) as file:
        arrays: Arrays = {name: file[name] for name in file.files}
    head = json.loads(arrays["head"].tobytes())
    kept = cast("Kept", tuple(arrays[f"kept_{name}"] for name in _KEPT))
    states = States(
        methods=tuple(head["methods"]), tuning=_tuning(head["choice"], arrays), kept=kept
    )
    return states, head["facts"]


def _tuning(choice: Mapping[str, Any] | None, arrays: Arrays) -> Tuning | None:
    if choice is None:
        return None
    correction = None
    if "trees_roots" in arrays:
        correction = Correction(Trees(**{name: arrays[f"trees_{name}"] for name in _TREES}))
    calibration = Calibration(arrays["bounds"], arrays["offsets"])
    return Tuning(Choice(**choice), correction, calibration)
