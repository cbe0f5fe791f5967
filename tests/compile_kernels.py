"""Compile the numeric kernels into the cache, once, before several processes ask for them.

Kernels with a signature are compiled when their module is read; a second run finds them made.
"""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[1]
# With arguments: a signature, without which nothing is compiled yet.
COMPILED = re.compile(r"^@(allocating_)?kernel\([^)]", re.MULTILINE)


def main() -> None:
    """Read every module of kernels."""
    folders = (ROOT / "matching", *ROOT.glob("services/*/engine"))
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            if COMPILED.search(path.read_text(encoding="utf-8")):
                import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


if __name__ == "__main__":
    main()
