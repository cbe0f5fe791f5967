"""Build and solve of 10,000 x 15 beside the package `matching`, and the file command."""

from __future__ import annotations

import csv
import math
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.figures import Figure, median_of, seconds_of
from benchmarks.matching.market import Arrays, draw_market
from benchmarks.matching.peers import peers_are_there, run_peer
from matching.solve import solve

GOAL = 1_000


def figure(*, quick: bool) -> Figure:
    arrays = draw_market(10_000, length=15)
    ours = median_of(
        lambda: solve(arrays.build(), engine="kernel"), repeats=9, clock=time.process_time
    )
    command = _file_command_seconds(arrays)
    unit = "s of processor to build and solve 10,000 x 15"
    note = f"the file command `match solve`, whole: {command:.2f} s"
    if not peers_are_there():
        return Figure(
            "platform.6", ours, unit, "make bench-env first", None, f">= {GOAL:,}x", None, note
        )
    few, many = (500, 1_000) if quick else (1_000, 2_000)
    seconds: dict[int, float] = {}
    same = True
    version = ""
    for students in (few, many):
        problem = draw_market(students, length=15).build()
        run = run_peer("matching", problem)
        seconds[students], version = run.seconds, run.version
        same &= run.matching.tolist() == solve(problem, engine="kernel").matching.tolist()
    growth = math.log(seconds[many] / seconds[few]) / math.log(many / few)
    theirs = seconds[many] * (10_000 / many) ** growth
    return Figure(
        "platform.6",
        ours,
        unit,
        f"matching {version}: {theirs:.1f} s, scaled from {many:,} by its growth n^{growth:.2f}",
        theirs / ours,
        f">= {GOAL:,}x, the identical result",
        theirs / ours >= GOAL and same,
        note,
    )


def _file_command_seconds(arrays: Arrays) -> float:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder, arrays)
        command = [sys.executable, "-m", "gateway.commands", "match", "solve"]
        files = ["--wishes", "W.csv", "--posts", "P.csv", "--out", "OUT.csv", "--seed", "1"]
        root = str(Path(__file__).parents[2])
        return seconds_of(
            lambda: subprocess.run(
                [*command, *files],
                cwd=folder,
                env={"PYTHONPATH": root, "PATH": ""},
                check=True,
                stdout=subprocess.DEVNULL,
            )
        )


def _write(folder: Path, arrays: Arrays) -> None:
    owner = np.repeat(np.arange(arrays.indptr.size - 1), np.diff(arrays.indptr))
    rank = np.arange(owner.size) - arrays.indptr[owner] + 1
    with (folder / "W.csv").open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["student", "rank", "post", "priority"])
        rows.writerows(zip(owner, rank, arrays.posts, arrays.keys, strict=True))
    with (folder / "P.csv").open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["post", "seats"])
        rows.writerows(enumerate(arrays.seats))
