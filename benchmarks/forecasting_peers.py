"""Peers of the forecasting benchmark, run by path in .venv-bench on one thread.

Usage: forecasting_peers.py INPUT.npz OUTPUT.npz; prints one JSON line with seconds per model.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from services.forecasting.engine.panels import Floats, Panel

PYTHON = Path(__file__).parents[1] / ".venv-bench" / "bin" / "python"


def peers_are_there() -> bool:
    """Tell whether `make bench-env` has been run since the peer was added."""
    folder = PYTHON.parents[1] / "lib"
    return any(folder.glob("python*/site-packages/statsforecast"))


Answer = tuple[dict[str, "Floats"], dict[str, float], str]


class Desk:
    """Peers asked early: they compute beside the engine, and are timed by their own processor."""

    def __init__(self, pool: Executor) -> None:
        self._pool = pool
        self._asked: dict[str, Future[Answer]] = {}

    def ask(self, name: str, panel: Panel, horizon: int, models: Sequence[str]) -> None:
        """Have peers forecast a panel; nobody is asked where there are none."""
        if peers_are_there():
            self._asked[name] = self._pool.submit(ask_peers, panel, horizon, models)

    def told(self, name: str) -> Answer | None:
        """Wait for an answer; None where nobody was asked."""
        asked = self._asked.get(name)
        return None if asked is None else asked.result()


def ask_peers(panel: Panel, horizon: int, models: Sequence[str]) -> Answer:
    """Return forecasts (n, h) and processor seconds per model, and the peer's version."""
    with tempfile.TemporaryDirectory() as folder:
        asked, told = Path(folder) / "asked.npz", Path(folder) / "told.npz"
        np.savez(
            asked,
            values=panel.values,
            starts=panel.starts,
            season=panel.season,
            horizon=horizon,
            models=np.array(models),
        )
        command = [str(PYTHON), "-P", "-W", "ignore", __file__, str(asked), str(told)]
        threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=True,
            cwd=folder,
            env={**threads, "HOME": folder, "NUMBA_CACHE_DIR": str(_kernels())},
        )
        answer = json.loads(done.stdout.splitlines()[-1])
        with np.load(told) as arrays:
            found = {name: arrays[name] for name in models}
    return found, answer["seconds"], f"statsforecast {answer['version']}"


def _kernels() -> Path:
    # The peer's own compiled code is kept between runs: its compiling is not its work.
    folder = PYTHON.parents[1] / "kernels"
    folder.mkdir(exist_ok=True)
    return folder


def _main(asked: str, told: str) -> None:
    from statsforecast import models as peers

    arrays: Any = np.load(asked)
    season, horizon, starts = int(arrays["season"]), int(arrays["horizon"]), arrays["starts"]
    series = [arrays["values"][a:b] for a, b in pairwise(starts)]
    makers = {
        "AutoETS": lambda: peers.AutoETS(season_length=season),
        "AutoARIMA": lambda: peers.AutoARIMA(season_length=season),
        "AutoCES": lambda: peers.AutoCES(season_length=season),
        "DOT": lambda: peers.DynamicOptimizedTheta(season_length=season),
        "Croston": peers.CrostonClassic,
        "SBA": peers.CrostonSBA,
        "TSB": lambda: peers.TSB(0.1, 0.1),
    }
    found: dict[str, Any] = {}
    seconds: dict[str, float] = {}
    for name in arrays["models"].tolist():
        _forecast(makers[name](), series[0], horizon)  # compiled before it is timed
        begun = time.process_time()
        found[name] = np.stack([_forecast(makers[name](), one, horizon) for one in series])
        seconds[name] = time.process_time() - begun
    np.savez(told, **found)
    print(json.dumps({"seconds": seconds, "version": version("statsforecast")}))


def _forecast(model: Any, values: Any, horizon: int) -> Any:
    try:
        return np.asarray(model.forecast(y=values, h=horizon)["mean"])
    except (ValueError, ZeroDivisionError, np.linalg.LinAlgError):
        return np.repeat(values[-1], horizon)  # a model that fails answers as naive does


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2])
