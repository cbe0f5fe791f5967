"""Peers of the candidate and assignment benchmarks, each run by path in .venv-bench.

Those of the candidates run on two threads and tell their time by the clock and the processor's;
that of the assignment runs on one and tells its processor time, which others do not lengthen.

Usage: matching_peers.py NAME INPUT.npz -> one JSON line with seconds, version and result.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

Answer = dict[str, Any]
_THREADS = 2

PYTHON = Path(__file__).parents[1] / ".venv-bench" / "bin" / "python"


def peers_are_there() -> bool:
    """Tell whether `make bench-env` has been run."""
    return PYTHON.exists()


def ask_peer(name: str, **arrays: Any) -> Answer:
    """Run a peer on the given arrays in its own environment and return what it says."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "input.npz"
        np.savez(path, **arrays)
        # -P: the folder of this file holds modules whose names are a peer's own
        threads = {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"}
        command = [str(PYTHON), "-P", __file__, name, str(path)]
        done = subprocess.run(
            command, stdout=subprocess.PIPE, text=True, check=True, cwd=folder, env=threads
        )
    return json.loads(done.stdout)


def _load_matrices(arrays: Any) -> tuple[Any, Any]:
    from scipy.sparse import csr_matrix

    return tuple(
        csr_matrix(
            (arrays[f"{side}_values"], arrays[f"{side}_features"], arrays[f"{side}_indptr"]),
            shape=(arrays[f"{side}_indptr"].size - 1, int(arrays["width"])),
        )
        for side in ("students", "posts")
    )


def run_sparse_dot_topn(arrays: Any) -> Answer:
    from sparse_dot_topn import sp_matmul_topn

    students, posts = _load_matrices(arrays)
    begun, processor = time.perf_counter(), time.process_time()
    found = sp_matmul_topn(
        students, posts.T.tocsr(), top_n=int(arrays["k"]), n_threads=_THREADS, sort=True
    )
    told = _told("sparse-dot-topn", begun, processor)
    sums = np.add.reduceat(found.data.astype(np.float64), found.indptr[:-1])
    return {**told, "sum": float(sums.sum())}


def run_scikit_learn(arrays: Any) -> Answer:
    from sklearn.neighbors import NearestNeighbors

    students, posts = _load_matrices(arrays)
    index = NearestNeighbors(n_neighbors=int(arrays["k"]), metric="cosine", algorithm="brute")
    index.set_params(n_jobs=_THREADS).fit(posts).kneighbors(students[:64])  # as warm as ours
    begun, processor = time.perf_counter(), time.process_time()
    distance, _ = index.fit(posts).kneighbors(students)
    told = _told("scikit-learn", begun, processor)
    return {**told, "sum": float((1.0 - distance).sum())}


def _told(package: str, begun: float, processor: float) -> Answer:
    return {
        "seconds": time.perf_counter() - begun,
        "processor": time.process_time() - processor,
        "version": version(package),
    }


def run_or_tools(arrays: Any) -> Answer:
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    units = 1_000_000  # the weights have six decimals: whole numbers lose nothing
    indptr, seats = arrays["indptr"], arrays["seats"]
    students, posts = indptr.size - 1, seats.size
    begun = time.process_time()
    flow = SimpleMinCostFlow()
    owner = np.repeat(np.arange(students), np.diff(indptr))
    sink = students + posts
    flow.add_arcs_with_capacity_and_unit_cost(
        owner,
        students + arrays["posts"],
        np.ones(owner.size, dtype=np.int64),
        -np.rint(arrays["weights"] * units).astype(np.int64),
    )
    flow.add_arcs_with_capacity_and_unit_cost(
        students + np.arange(posts), np.full(posts, sink), seats, np.zeros(posts, dtype=np.int64)
    )
    ones = np.ones(students, dtype=np.int64)
    flow.add_arcs_with_capacity_and_unit_cost(
        np.arange(students), np.full(students, sink), ones, 0 * ones
    )
    flow.set_nodes_supplies(np.arange(students), ones)
    flow.set_node_supply(sink, -students)
    status = flow.solve()
    seconds = time.process_time() - begun
    assert status == flow.OPTIMAL
    return {
        "seconds": seconds,
        "version": version("ortools"),
        "value": -flow.optimal_cost() / units,
    }


PEERS = {
    "sparse_dot_topn": run_sparse_dot_topn,
    "scikit-learn": run_scikit_learn,
    "or-tools": run_or_tools,
}

if __name__ == "__main__":
    print(json.dumps(PEERS[sys.argv[1]](np.load(sys.argv[2]))))
