"""Figures 7 and 8: seconds and memory, against the peers' on the same series."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.figures import Figure, median_of, seconds_of, within
from benchmarks.forecasting.data import draw_courses, read_vacancies
from benchmarks.forecasting_peers import Desk
from services.forecasting.engine.forecasting import Settings
from services.forecasting.engine.panels import Floats
from services.forecasting.engine.reconciliation import Hierarchy, reconcile
from services.forecasting.engine.smoothing import fit_smoothing
from services.forecasting.engine.state_files import read_states, write_states
from services.forecasting.engine.states import fit_states, forecast_states

_HORIZON = 12
_PLAIN = 2_000
_MEBIBYTE = 2**20
# Peer, how many series it is asked for, and how many times as fast the engine is to be.
_ASKED = (("DOT", 40, 36.0), ("AutoETS", 12, 800.0))


def figures(*, quick: bool) -> Iterator[Figure]:
    """Yield figures 7 and 8, but for the peers: nothing else may run meanwhile."""
    yield from _alone(quick=quick)
    yield _new_month(quick=quick)
    yield from _reconciling()


def _alone(*, quick: bool) -> Iterator[Figure]:
    for size, goal in ((10_000, 1.0),) if quick else ((10_000, 1.0), (100_000, 10.0)):
        root = str(Path(__file__).parents[2])
        command = [sys.executable, "-m", "benchmarks.forecasting.alone", str(size)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
        told = json.loads(done.stdout.splitlines()[-1])
        seconds, memory = told["seconds"], told["added_bytes"] / _MEBIBYTE
        note = f"processor {told['processor_seconds']:.2f} s; no correction; median of three"
        unit = f"s for {size:,} series of 72 months with intervals"
        met = within(seconds, goal)
        yield Figure("forecasting.7", seconds, unit, "none", None, f"<= {goal:g} s", met, note)
        unit = f"MB beside the series, {size:,} series"
        note = f"{told['rss_bytes'] / _MEBIBYTE:.0f} MB with Python, libraries and the series"
        yield Figure("forecasting.7", memory, unit, "none", None, "<= 300 MB", memory <= 300, note)


def ask_early(desk: Desk, *, quick: bool) -> None:
    """Ask the peers for a part of the series: they are timed per series."""
    panel = draw_courses(_PLAIN)
    for name, few, _ in _ASKED:
        part = panel.select(np.arange(few if quick else 10 * few))
        desk.ask(name, part, _HORIZON, (name,))


def against(desk: Desk, *, quick: bool) -> Iterator[Figure]:
    """Yield the times of the peers over the engine's, both by their processor."""
    panel = draw_courses(_PLAIN)
    seconds = _processor(lambda: fit_smoothing(panel, _HORIZON)) / panel.size
    for name, few, goal in _ASKED:
        answer = desk.told(name)
        if answer is None:
            continue
        _, theirs, peer = answer
        each = theirs[name] / (few if quick else 10 * few)
        ratio = each / seconds
        note = f"{seconds * 1e6:.0f} us a series against {each * 1e3:.2f} ms"
        unit = f"times as fast as {name}, points"
        yield Figure("forecasting.7", ratio, unit, peer, ratio, f">= {goal:g}", ratio >= goal, note)


def _processor(run: object) -> float:
    assert callable(run)
    return median_of(lambda: run(), clock=time.process_time)  # noqa: PLW0108


def _new_month(*, quick: bool) -> Figure:
    """Forecast from kept states as a run of the service does when a month has come."""
    size = 10_000 if quick else 100_000
    now = draw_courses(size)
    _, states = fit_states(now.head(1)[0], _HORIZON, Settings(corrects=False))
    with tempfile.TemporaryDirectory(prefix="cj-bench-") as folder:
        path = Path(folder) / "states"
        write_states(path, states, {})
        read_s = seconds_of(lambda: read_states(path))
        kept = path.stat().st_size / _MEBIBYTE
    seconds = median_of(lambda: forecast_states(states, now, _HORIZON))
    goal = size / 100_000
    unit = f"s for a new month of {size:,} series with intervals"
    note = f"median of three; {read_s:.2f} s more to read the kept file of {kept:.0f} MB"
    met = within(seconds, goal)
    return Figure("forecasting.7", seconds, unit, "none", None, f"<= {goal:g} s", met, note)


def _reconciling() -> Iterator[Figure]:
    data = read_vacancies()
    cells = data.vacancies.shape[0]
    groups = [np.zeros(cells, dtype=np.int64), data.occupation]
    tree = Hierarchy(cells, [*groups, data.state_occupation, data.region])
    parts = np.maximum(2 * data.vacancies[:, -4:-1] - data.vacancies[:, -5:-2], 0.0)
    sums = [np.maximum(2 * one[:, -4:-1] - one[:, -5:-2], 0) for one in tree.sum_up(data.vacancies)]
    moves = np.diff(data.vacancies, axis=1)
    variance: Floats = (moves**2).mean(axis=1) + 0.25
    variances = [(one**2).mean(axis=1) + 0.25 for one in tree.sum_up(moves)]

    def run() -> None:
        reconcile(tree, parts, sums, bottom_variance=variance, aggregate_variances=variances)

    seconds = median_of(run)
    told = reconcile(tree, parts, sums, bottom_variance=variance, aggregate_variances=variances)
    again = tree.sum_up(told.bottom)
    gap = max(float(np.abs(a - b).max()) for a, b in zip(again, told.aggregates, strict=True))
    lowest = float(told.bottom.min())
    unit = f"s for {cells:,} parts with {sum(tree.sizes):,} sums, 3 steps"
    yield Figure("forecasting.8", seconds, unit, "none", None, "<= 0.2 s", within(seconds, 0.2))
    note = f"lowest part {lowest:g}"
    met = gap <= 1e-6 and lowest >= 0
    yield Figure(
        "forecasting.8", gap, "largest incoherence", "none", None, "<= 1e-6, none < 0", met, note
    )
