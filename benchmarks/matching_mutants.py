"""Write docs/mutation.md from what `mutmut run` left in mutants/: `make mutants` runs both."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "mutation.md"
_SURVIVED = 0
_UNTESTED = (5, 33)

# Survivors that no test can kill, by their function, with the reason.
EXPLAINED = {
    "matching.caps.x_count_by_group": "equivalent: a group's number is above every post's and so "
    "never 0",
    "matching.problem.x__check_wishes": "26 and 33 a test written after this run kills; the others "
    "are equivalent: a repeated wish has an earlier one, so it is never row 0, and a copy or none "
    "holds the same numbers (61 not looked at yet)",
    "matching.verify.x__checked": "equivalent: what goes the slow way without need, or is let "
    "through as the one number behind the last post, is the same there",
    "matching.verify.limits.x__sum_up": "equivalent: counts are exact in either type, the greatest "
    "number has but one type, and node 0 is a post and above nobody",
    "matching.verify.limits.x_claim_limits": "equivalent: any number below 0 says that no group is "
    "left, a group's number is above every post's and so never 0, a post has the greatest number "
    "of room here and is never over it, and what is read for no group is dropped",
    "matching.progress.x_in_steps": "2 is killed by its docstring, which was left out; 13 a test "
    "written after this run kills",
    "matching.outcome.x_find_ranks": "7, 9 and 12 are equivalent: the numbers fit every type that "
    "they are held in; 20 and 23 a test written after this run kills",
    "matching.verify.public.x_salt_ids": "equivalent: the name of a hash is read in either case",
    "matching.verify.public.x_public_cutoffs": "equivalent: both lists have one number per post",
    "matching.verify.plain.x__tally": "equivalent: the greatest number has but one type that "
    "holds it",
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
    rows, survivors = [], []
    for meta in sorted(folder.glob("matching/**/*.meta")):
        codes = json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"]
        counts = Counter(_kind(code) for code in codes.values())
        name = str(meta.relative_to(folder)).removesuffix(".meta")
        cells = (counts[kind] for kind in ("killed", "survived", "untested", "not run"))
        rows.append(f"| `{name}` | {' | '.join(str(cell) for cell in cells)} |")
        survivors += [key for key, code in codes.items() if code == _SURVIVED]
    table = ["| module | killed | survived | no test | not run |", "|---|---|---|---|---|", *rows]
    told = _tell(survivors)
    head = "## Survivors (`mutmut show FUNCTION__mutmut_NUMBER` shows the change)"
    page = [_HEAD, *table, "", head, "", *(told or ["None."])]
    PAGE.write_text("\n".join(page) + "\n", encoding="utf-8")
    return 0


def _kind(code: int | None) -> str:
    if code is None:
        return "not run"
    if code == _SURVIVED:
        return "survived"
    if code in _UNTESTED:
        return "untested"
    return "killed"  # a failed test, a crash or a time that ran out


def _tell(survivors: list[str]) -> list[str]:
    """Return a line per function with its survivors and the reason, where one is known."""
    by_function: dict[str, list[str]] = {}
    for key in survivors:
        function, _, number = key.partition("__mutmut_")
        by_function.setdefault(function, []).append(number)
    return [
        f"- `{function}` {', '.join(numbers)}: {EXPLAINED.get(function, 'not explained yet')}"
        for function, numbers in by_function.items()
    ]


if __name__ == "__main__":
    sys.exit(main())
