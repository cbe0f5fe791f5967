"""Peers run as they are, in `.venv-bench` and a working directory of their own."""

from __future__ import annotations

import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matching.problem import LOW, Problem

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-bench" / "bin" / "python"
SCRIPT = Path(__file__).with_name("peer_solvers.py")


@dataclass(frozen=True, slots=True)
class PeerRun:
    """What a peer did: seconds for build and solve, its version and its matching."""

    seconds: float
    version: str
    matching: NDArray[np.int32]


def peers_are_there() -> bool:
    """Tell whether `make bench-env` has been run."""
    return PYTHON.exists()


def run_peer(name: str, problem: Problem) -> PeerRun:
    """Let a peer (`matching`, `algmatch`) clear a problem."""
    lengths = np.diff(problem.indptr)
    owner = np.repeat(np.arange(problem.students), lengths)
    values = (problem.wishes & ~LOW) | problem.lottery[owner].astype(np.uint64)
    posts = (problem.wishes & LOW).astype(np.int64)
    with tempfile.TemporaryDirectory() as folder:
        np.savez(
            Path(folder) / "market.npz",
            indptr=problem.indptr,
            posts=posts,
            order=np.lexsort((~values, posts)),  # each post's applicants, best first
            owner=owner,
            seats=problem.seats,
        )
        done = subprocess.run(
            # -E: our package has the name of a peer, and a path of ours would bring it in
            [PYTHON, "-E", SCRIPT, name, "market.npz"],
            cwd=folder,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    told = json.loads(done.stdout.splitlines()[-1])
    return PeerRun(told["seconds"], told["version"], np.array(told["matching"], dtype=np.int32))
