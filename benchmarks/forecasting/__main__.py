"""The figures of the forecasting engine: `python -m benchmarks.forecasting --quick` or `--full`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.figures import Figure, describe_machine, print_figures, write_page
from benchmarks.forecasting_peers import Desk

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
    from benchmarks.forecasting import accuracy, over_http, service, speed

    if not quick:
        with tempfile.TemporaryDirectory(prefix="cj-bench-") as folder:
            yield service.start_figure(Path(folder) / "data")
        with tempfile.TemporaryDirectory(prefix="cj-bench-") as folder:
            yield from over_http.figures(Path(folder) / "data")
    yield from speed.figures(quick=quick)
    # Peers compute on the other core meanwhile, and are timed by their own processor.
    with ThreadPoolExecutor(max_workers=1) as pool:
        desk = Desk(pool)
        speed.ask_early(desk, quick=quick)
        accuracy.ask_early(desk, quick=quick)
        yield from accuracy.figures(desk, quick=quick)
        yield from speed.against(desk, quick=quick)


if __name__ == "__main__":
    sys.exit(main())
