"""Write docs/mutation.md from what `mutmut run` left in mutants/: `make mutants` runs both.

It fails where a mutant was not run, met no test, or survived without its reason here.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "mutation.md"
_KINDS = ("killed", "survived", "no test", "not run")
_SURVIVED = 0
_UNTESTED = (5, 33)

# Mutants that no test can tell from the engine: by function, their numbers and the reason. A change
# to a function numbers its mutants anew, and then they want to be looked at again.
EXPLAINED: dict[str, dict[tuple[int, ...], str]] = {
    "matching.caps.x_binding_forest": {
        (5,): "the entry for no group is written and never read",
        (8,): "what is not kept is false in any type",
    },
    "matching.lottery.x__sort_digests": {
        (13,): "numpy takes any number below 0 for what is left",
        (16,): "fractions keep the order, and those made equal go the exact way",
    },
    "matching.odds.x_estimate_odds": {
        (1, 39): "the number of threads changes no result",
    },
    "matching.outcome.x_find_ranks": {
        (7, 9, 12): "the numbers fit every type that they are held in",
    },
    "matching.parallel.x__merge": {
        (6, 8): "who loses a seat and begins anew is refused again where they were before",
    },
    "matching.parallel.x_solve_sharded": {
        (3,): "the number of parts at once changes no result",
        (46, 50, 51, 52): "a cast says something to the type checker alone",
    },
    "matching.problem.x__pack_in_one_pass": {
        (13, 14): "a stamp of another student sends the market the slower way to the same end, and "
        "one of nobody is as good",
    },
    "matching.problem.x__repeated_wish": {
        (1,): "both ways find the same row; which one is a matter of speed",
        (21,): "a number per student and post is a number for each of them either way",
        (25, 27, 29, 43): "how numbers alone are sorted is a matter of speed, and the name of a "
        "sort is read in either case",
    },
    "matching.problem.x_readonly": {
        (3,): "nothing is as false as False to numpy",
    },
    "matching.problem.x_whole_numbers": {
        (15,): "no kind of number is called X",
    },
    "matching.solve.x_solve": {
        (13, 14): "what is not the reference is the kernel",
    },
    "matching.solve.nested.x__grow": {
        (6, 8, 10): "the order of a group's members changes no result, and the name of a sort is "
        "read in either case",
        (29,): "the last group that can bind has members, and without groups nothing is counted",
        (66,): "room that is never read",
    },
    "matching.solve.nested.x__path": {
        (4, 5): "a group's number is above every post's and so never 0",
    },
    "matching.solve.nested.x_solve_nested": {
        (20,): "every priority is far above 1",
    },
    "matching.solve.reference.x_solve_reference": {
        (44,): "any number below 0 ends a chain",
        (46,): "no two priorities at a post are equal",
    },
    "matching.verify.x__checked": {
        (13, 14): "what goes the slow way without need comes out the same",
        (16, 26): "the one number behind the last post is what the others are turned into",
    },
    "matching.verify.limits.x__sum_up": {
        (5, 7): "counts are exact in either type",
        (28, 29): "a group's number is above every post's and so never 0",
    },
    "matching.verify.limits.x_claim_limits": {
        (30, 78): "any number below 0 says that no group is left",
        (47, 48, 50, 51): "a group's number is above every post's and so never 0",
        (76,): "what is read for no group is dropped",
    },
    "matching.verify.public.x_salt_ids": {
        (8,): "the name of a hash is read in either case",
    },
}

_HEAD = """# Mutation tests of the engine

Written by `make mutants` (mutmut, configured in `pyproject.toml`).

Each mutant is the engine with one small change; it is killed where a test fails, or runs far longer
than it should. Kernels that numba compiles are not mutated (mutmut leaves decorated functions
alone): every kernel has a plain reference that is mutated, and the tests hold both to the same
bytes.
"""


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "mutants"
    rows, survivors, whole = [], [], Counter[str]()
    for meta in sorted(folder.glob("matching/**/*.meta")):
        codes = json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"]
        counts = Counter(_kind(code) for code in codes.values())
        whole += counts
        rows.append(_row(f"`{str(meta.relative_to(folder)).removesuffix('.meta')}`", counts))
        survivors += [key for key, code in codes.items() if code == _SURVIVED]
    told, wrong = _tell(survivors)
    table = [_row("module", {kind: kind for kind in _KINDS}), "|---|---|---|---|---|", *rows]
    head = "## Survivors (`mutmut show FUNCTION__mutmut_NUMBER` shows the change)"
    page = [_HEAD, *table, _row("together", whole), "", head, "", *(told or ["None."])]
    PAGE.write_text("\n".join(page) + "\n", encoding="utf-8")
    sys.stderr.writelines(f"{line}\n" for line in wrong)
    return int(bool(wrong or whole["no test"] or whole["not run"]))


def _row(name: str, cells: Mapping[str, object]) -> str:
    return f"| {name} | {' | '.join(str(cells[kind]) for kind in _KINDS)} |"


def _kind(code: int | None) -> str:
    if code is None:
        return "not run"
    if code == _SURVIVED:
        return "survived"
    if code in _UNTESTED:
        return "no test"
    return "killed"  # a failed test, a crash or a time that ran out


def _tell(survivors: list[str]) -> tuple[list[str], list[str]]:
    """Return a line per reason with its survivors, and what is explained wrongly or not at all."""
    left: dict[str, set[int]] = {}
    for key in survivors:
        function, _, number = key.partition("__mutmut_")
        left.setdefault(function, set()).add(int(number))
    lines, wrong = [], []
    for function, reasons in EXPLAINED.items():
        for numbers, reason in reasons.items():
            lines.append(f"- `{function}` {', '.join(map(str, numbers))}: {reason}")
            if not left.get(function, set()).issuperset(numbers):
                wrong.append(f"{function} {numbers}: not all of them survived")
            left[function] = left.get(function, set()).difference(numbers)
    unexplained = [
        f"- `{function}` {number}: not explained yet"
        for function, numbers in left.items()
        for number in sorted(numbers)
    ]
    return lines + unexplained, wrong + unexplained


if __name__ == "__main__":
    sys.exit(main())
