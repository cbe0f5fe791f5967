"""The figures of the matching engine: `python -m benchmarks.matching --quick` or `--full`."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Iterator

from benchmarks.figures import Figure, describe_machine, print_figures, write_page
from benchmarks.matching.plot import plot_growth

_MODULES = (
    "benchmarks.matching.clearing",
    "benchmarks.matching.changing",
    "benchmarks.matching_auction",
    "benchmarks.matching_candidates",
)
_PACKAGES = ("numpy", "numba", "llvmlite", "joblib", "scipy", "scikit-learn")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    form = parser.add_mutually_exclusive_group(required=True)
    form.add_argument("--quick", action="store_true", help="at most 50 s, goals of its own")
    form.add_argument("--full", action="store_true", help="the goals as they stand; minutes")
    quick = parser.parse_args().quick
    head = describe_machine(_PACKAGES)
    print("\n".join(head), file=sys.stderr)
    measured = sorted(print_figures(_measure(quick=quick)), key=lambda one: one.figure)
    if not quick:
        command = "python -m benchmarks.matching --full"
        write_page("matching", measured, command=command, head=head, tail=plot_growth())
    return 1 if any(figure.met is False for figure in measured) else 0


def _measure(*, quick: bool) -> Iterator[Figure]:
    for name in _MODULES:
        yield from importlib.import_module(name).figures(quick=quick)


if __name__ == "__main__":
    sys.exit(main())
