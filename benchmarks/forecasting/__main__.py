"""The figures of the forecasting engine: `python -m benchmarks.forecasting --quick` or `--full`."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Iterator

from benchmarks.figures import Figure, describe_machine, print_figures, write_page

_MODULES = ("benchmarks.forecasting.speed", "benchmarks.forecasting.accuracy")
_PACKAGES = ("numpy", "numba", "scipy", "scikit-learn")


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
        from benchmarks.forecasting.page import write_plots

        command = "python -m benchmarks.forecasting --full"
        write_page("forecasting", measured, command=command, head=head, tail=write_plots())
    return 1 if any(figure.met is False for figure in measured) else 0


def _measure(*, quick: bool) -> Iterator[Figure]:
    for name in _MODULES:
        yield from importlib.import_module(name).figures(quick=quick)


if __name__ == "__main__":
    sys.exit(main())
