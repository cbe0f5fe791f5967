"""The figures of the matching engine: `python -m benchmarks.matching --quick` or `--full`."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, describe_machine, print_figures, write_page
from benchmarks.matching.plot import plot_growth

_MODULES = (
    "benchmarks.matching.clearing",
    "benchmarks.matching.changing",
    "benchmarks.matching_auction",
    "benchmarks.matching_candidates",
)
_PACKAGES = ("numpy", "numba", "llvmlite", "joblib", "scipy", "scikit-learn")
_ROOT = Path(__file__).parents[2]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    form = parser.add_mutually_exclusive_group(required=True)
    form.add_argument("--quick", action="store_true", help="at most 50 s, goals of its own")
    form.add_argument("--full", action="store_true", help="the goals as they stand; minutes")
    parser.add_argument("--part", choices=_MODULES, help="this part alone; writes no page")
    asked = parser.parse_args()
    if asked.part:
        list(print_figures(_measure(asked.part, quick=asked.quick)))
        return 0  # it came to its end; whoever asked looks at the figures
    head = describe_machine(_PACKAGES)
    print("\n".join(head), file=sys.stderr)
    if asked.quick:
        return _judge([*print_figures(one for part in _MODULES for one in _measure(part))])
    return _measure_all(head)


def _measure(part: str, *, quick: bool = True) -> Iterator[Figure]:
    yield from importlib.import_module(part).figures(quick=quick)


def _judge(measured: list[Figure]) -> int:
    return 1 if any(figure.met is False for figure in measured) else 0


def _measure_all(head: list[str]) -> int:
    """Measure each part in a process of its own, and write the page before the plot and after.

    What a part holds is free when it ends, and what one cannot measure costs no other its result.
    """
    measured: list[Figure] = []
    broken: list[str] = []
    begin = time.perf_counter()
    for part in _MODULES:
        _tell(f"{part} begins", begin)
        if not _measure_apart(part, measured):
            broken.append(part)
    _tell("the plot begins", begin)
    measured.sort(key=lambda one: one.figure)
    notes = "\n".join(f"NOT MEASURED TO ITS END: {part}" for part in broken)
    command = "python -m benchmarks.matching --full"
    write_page("matching", measured, command=command, head=head, tail=notes)
    tail = f"{notes}\n\n{plot_growth()}".strip()
    write_page("matching", measured, command=command, head=head, tail=tail)
    _tell("done", begin)
    return 1 if broken else _judge(measured)


def _measure_apart(part: str, measured: list[Figure]) -> bool:
    """Append a part's figures as they come; tell whether it came to its end."""
    command = [sys.executable, "-m", "benchmarks.matching", "--full", "--part", part]
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None, "it was asked for"
        for line in process.stdout:
            print(line, end="", flush=True)
            measured.append(Figure(**json.loads(line)))
    return process.returncode == 0


def _tell(what: str, begin: float) -> None:
    minutes = (time.perf_counter() - begin) / 60
    load = os.getloadavg()[0]
    print(f"{what} after {minutes:.1f} min, load {load:.1f}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
