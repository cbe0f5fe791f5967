"""Recall at 10 of the occupations of majors whose class was never seen, on the real standards.

`python -m benchmarks.matching_occupations DATA [--aligned] [--texts] [--split SEED]` where DATA is
the folder with `major_occupation_dev.csv`, `major_course_2025_standards.csv` and `csco_2022.csv`.
Without `--texts` the ranking sees what we ship, as the command does: codes and names.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from matching.occupations import (
    MajorText,
    OccupationText,
    gather_minor_groups,
    rank_occupations,
)
from matching.occupations_commands import load_occupations
from matching.scores import parse_major

FOLDS = 5
SEED = 7
GOAL = 0.90


def read_known(folder: Path) -> dict[MajorText, frozenset[str]]:
    """Read majors with courses and the minor groups that the standards name."""
    courses: defaultdict[str, list[str]] = defaultdict(list)
    for row in _rows(folder / "major_course_2025_standards.csv"):
        courses[row["major_code"]].append(row["course_name"])
    named: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for row in _rows(folder / "major_occupation_dev.csv"):
        named[row["major_code"], row["major_name"]].add(row["occupation_code"][:7])
    return {
        MajorText(code, name, tuple(courses[code])): frozenset(found)
        for (code, name), found in sorted(named.items())
    }


def read_occupations(folder: Path) -> tuple[OccupationText, ...]:
    """Read the minor groups with definitions and tasks."""
    return gather_minor_groups(
        (row["code"], row["level"], row["name"], row["definition"], row["tasks"])
        for row in _rows(folder / "csco_2022.csv")
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        yield from csv.DictReader(lines)


def _class_of(major: MajorText, *, aligned: bool) -> str:
    place = parse_major(major.code)
    return f"{place.tree}:{place.major_class}" if aligned else major.code[:4]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--aligned", action="store_true", help="a class is new at every level")
    parser.add_argument("--texts", action="store_true", help="definitions and tasks as well")
    parser.add_argument("--split", type=int, default=SEED, help="seed of the draw of the folds")
    arguments = parser.parse_args()
    known = read_known(arguments.data)
    occupations = read_occupations(arguments.data) if arguments.texts else load_occupations()
    rng = np.random.default_rng(arguments.split)
    classes = [_class_of(major, aligned=arguments.aligned) for major in known]
    unique = sorted(set(classes))
    fold_of = {one: at % FOLDS for at, one in enumerate(rng.permutation(unique).tolist())}
    recalls: list[float] = []
    for fold in range(FOLDS):
        begun = time.perf_counter()
        held = [major for major, one in zip(known, classes, strict=True) if fold_of[one] == fold]
        rest = {major: found for major, found in known.items() if major not in set(held)}
        ranked = rank_occupations(held, occupations, rest, rng=rng)
        part = [
            len(known[major] & set(found)) / len(known[major])
            for major, found in zip(held, ranked, strict=True)
        ]
        recalls += part
        told = {"fold": fold, "majors": len(held), "recall@10": round(float(np.mean(part)), 4)}
        print(json.dumps(told | {"seconds": round(time.perf_counter() - begun, 1)}), flush=True)
    recall = float(np.mean(recalls))
    print(json.dumps({"recall@10": round(recall, 4), "goal": GOAL, "met": recall >= GOAL}))


if __name__ == "__main__":
    main()
