"""Clear one market from arrays on disk; print seconds and the peak memory of this process."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np

_DRAW = """
import sys
import numpy as np
from benchmarks.matching.market import draw_market
drawn = draw_market(int(sys.argv[1]), length=int(sys.argv[2]))
for name in ("indptr", "posts", "keys", "seats", "lottery"):
    np.save(f"{sys.argv[3]}/{name}.npy", getattr(drawn, name))
"""


def main():  # noqa: ANN201
    from matching.problem import build_problem
    from matching.solve import solve, warm

    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-c", _DRAW, *sys.argv[1:], folder], check=True)
        names = ("indptr", "posts", "keys", "seats", "lottery")
        arrays = {name: np.load(f"{folder}/{name}.npy") for name in names}
    warm()
    begin = time.perf_counter()
    problem = build_problem(**arrays)
    del arrays
    solve(problem, engine="kernel")
    seconds = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    print(json.dumps({"seconds": seconds, "gigabytes": peak}))


if __name__ == "__main__":
    main()
