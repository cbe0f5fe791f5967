"""Figures of a full run kept in a folder, so that its parts may be run one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import orjson

from benchmarks.figures import Figure

_NAME = "figures.json"


def keep_figures(folder: Path, measured: Sequence[Figure]) -> None:
    """Write the figures of a part in the place of those that an earlier run has left."""
    known = [each for each in read_figures(folder) if _part(each) not in set(map(_part, measured))]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _NAME).write_bytes(orjson.dumps([asdict(each) for each in (*known, *measured)]))


def read_figures(folder: Path) -> list[Figure]:
    """Return what stands in the folder."""
    path = folder / _NAME
    return [Figure(**each) for each in orjson.loads(path.read_bytes())] if path.is_file() else []


def whole_page(folder: Path, parts: Sequence[str]) -> list[Figure]:
    """Return all of the figures; none of them while a part is still missing."""
    found = read_figures(folder)
    return found if {_part(each) for each in found} >= set(parts) else []


def _part(figure: Figure) -> str:
    """Return the part of a figure: `credits.7 R@1` is of `credits.7`."""
    return figure.figure.partition(" ")[0]
