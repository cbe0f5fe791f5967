"""Clear one market from arrays on disk; print seconds and memory, the bound stated beforehand.

`python benchmarks/matching/clear_once.py STUDENTS LENGTH [--record]`; with `--record` the result
goes to docs/benchmarks/scale.md.
"""

import json
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
    from benchmarks.figures import peak_bytes
    from matching.memory import bound_memory
    from matching.problem import build_problem
    from matching.solve import solve, warm

    students, length = sys.argv[1:3]
    with tempfile.TemporaryDirectory() as folder:
        drawn = [sys.executable, "-c", _DRAW, students, length, folder]
        subprocess.run(drawn, check=True)
        names = ("indptr", "posts", "keys", "seats", "lottery")
        arrays = {name: np.load(f"{folder}/{name}.npy") for name in names}
    bound = bound_memory(
        students=arrays["lottery"].size,
        wishes=arrays["posts"].size,
        posts=arrays["seats"].size,
        seats=int(arrays["seats"].sum()),
    )
    print(f"drawn; at most {bound / 1e9:.2f} GB are to be taken", file=sys.stderr, flush=True)
    warm()
    begin = time.perf_counter()
    problem = build_problem(**arrays)
    del arrays
    outcome = solve(problem, engine="kernel", progress=_tell)
    seconds = time.perf_counter() - begin
    peak = peak_bytes() / 1e9
    told = {
        "students": int(students),
        "length": int(length),
        "posts": problem.posts,
        "placed": int((outcome.matching >= 0).sum()),
        "seconds": seconds,
        "gigabytes": peak,
        "gigabytes_stated": bound / 1e9,
    }
    if "--record" in sys.argv:
        told["proven"] = _prove(problem, outcome)
        _record(told)
    print(json.dumps(told))
    return 0 if peak <= bound / 1e9 else 1


def _tell(done, whole):  # noqa: ANN001, ANN202
    if 10 * done % whole == 0:  # fifty steps, a line for every fifth
        print(f"{100 * done // whole} % of the students cleared", file=sys.stderr, flush=True)


def _prove(problem, outcome):  # noqa: ANN001, ANN202
    from matching.verify import verify_cutoffs

    return verify_cutoffs(problem, outcome.matching, outcome.cutoffs).proven


def _record(told):  # noqa: ANN001, ANN202
    from benchmarks.figures import DOCS, describe_machine

    lines = [
        "# The national scale in one process",
        "",
        "Written by `make scale`.",
        "",
        *describe_machine(("numpy", "numba")),
        "",
        f"- {told['students']:,} students x {told['length']} wishes over {told['posts']:,} posts",
        f"- validated, packed and cleared in {told['seconds']:.2f} s; {told['placed']:,} placed",
        f"- the certificate proves the result: {'yes' if told['proven'] else 'NO'}",
        f"- memory of the whole process at most: {told['gigabytes']:.2f} GB",
        f"- stated beforehand by `matching.memory.bound_memory`: {told['gigabytes_stated']:.2f} GB",
    ]
    DOCS.mkdir(parents=True, exist_ok=True)
    (DOCS / "scale.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
