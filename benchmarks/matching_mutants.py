"""Write docs/mutation.md from what `mutmut run` left in mutants/: `make mutants` runs both."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "mutation.md"
_SURVIVED = 0
_UNTESTED = (5, 33)

# Survivors that no test can kill, by their function, with the reason.
EXPLAINED = {
    "matching.problem.x__check_wishes": "equivalent: a repeated wish has an earlier one, so it is "
    "never row 0; a copy or none holds the same numbers",
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
    told = [section for key in survivors for section in _tell(folder, key)]
    page = [_HEAD, *table, "", "## Survivors", "", *(told or ["None."])]
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


def _tell(folder: Path, key: str) -> list[str]:
    """Return the changed lines of a survivor and the reason, where one is known."""
    command = [str(Path(sys.executable).with_name("mutmut")), "show", key]
    shown = subprocess.run(command, cwd=folder.parent, capture_output=True, text=True, check=False)
    lines = [
        line
        for line in shown.stdout.splitlines()
        if line[:1] in {"+", "-"} and line[:3] not in {"+++", "---"}
    ]
    reason = EXPLAINED.get(key.partition("__mutmut")[0], "not explained yet")
    return [f"`{key}`: {reason}", "", "```diff", *lines, "```", ""]


if __name__ == "__main__":
    sys.exit(main())
