"""`match occupations` on files: which occupations do majors lead to, without a database."""

from __future__ import annotations

import argparse
import csv
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

from matching.errors import MatchingError
from matching.files.columns import FaultList, Sheet, read_sheet, refuse_rows, stand_above
from matching.occupations import (
    MajorText,
    OccupationText,
    gather_minor_groups,
    rank_occupations,
)
from matching.scores.codes import MalformedCodeError, parse_major, parse_occupation
from shared.catalogues.majors import find_major
from shared.catalogues.occupations import occupations, occupations_of
from shared.kernel.errors import Text

_INPUT_WRONG = 2
_SEED = 7  # a fixed seed: the same files give the same ranking
_RANKS = 10
_COLUMNS = ("code", "name", "courses")
_MAJOR_AGAIN = Text(
    "该专业代码已在上方出现；请将课程合并为一行。",
    "This major stands above already: put its courses into one row.",
)


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:  # pyright: ignore[reportPrivateUsage]  # argparse has no public name for it
    """Add `occupations` to the subcommands of `match`."""
    parser = subparsers.add_parser(
        "occupations", help="专业对应职业 / rank the occupations that majors lead to"
    )
    parser.add_argument("--majors", required=True, type=Path, help="code,name,courses (a|b|c)")
    parser.add_argument("--out", required=True, type=Path, help="code,rank,occupation")
    parser.add_argument(
        "--train",
        type=Path,
        help="code,name,courses,occupation：已知对应；缺省用目录 / known pairs, one a row",
    )
    parser.add_argument(
        "--texts",
        type=Path,
        help="code,definition,tasks：职业分类大典的定义与任务 / texts of the classification",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Read, rank, write; print what is wrong row by row instead of a traceback."""
    try:
        majors = read_majors(arguments.majors)
        known = read_known(arguments.train) if arguments.train else load_known(majors)
        rng = np.random.default_rng(_SEED)
        ranked = rank_occupations(
            majors, load_occupations(arguments.texts), known, rng=rng, k=_RANKS
        )
        _write(arguments.out, majors, ranked)
    except MatchingError as error:
        for fault in error.faults:
            place = f"{fault.sheet}:{fault.row}" + (f" {fault.column}" if fault.column else "")
            sys.stderr.write(f"{place}: {fault.text.zh} / {fault.text.en}\n")
        if not error.faults:
            sys.stderr.write(f"{error.detail('zh')} / {error.detail('en')}\n")
        return _INPUT_WRONG
    except OSError as error:
        told = f"{error.filename}: {error.strerror}"
        sys.stderr.write(f"无法读写 {told} / The file cannot be read or written: {told}\n")
        return _INPUT_WRONG
    sys.stdout.write(f"majors {len(majors)}  known {len(known)}  ranks {_RANKS}\n")
    return 0


def load_occupations(texts: Path | None = None) -> tuple[OccupationText, ...]:
    """Return the minor groups of the catalogue that the platform ships: codes and names.

    texts: a table `code,definition,tasks` of the classification, for whoever holds one; its words
    are compared as well.

    Raises: MarketFileError.
    """
    told: dict[str, tuple[str, str]] = {}
    if texts is not None:
        sheet = read_sheet(texts, wanted=("code",), allowed=("definition", "tasks"))
        codes, definitions, tasks = (
            _texts(sheet, name) for name in ("code", "definition", "tasks")
        )
        told = dict(zip(codes, zip(definitions, tasks, strict=True), strict=True))
    return gather_minor_groups(
        (one.code, str(one.level), one.name, *told.get(one.code, ("", ""))) for one in occupations()
    )


def load_known(majors: list[MajorText]) -> dict[MajorText, frozenset[str]]:
    """Return the pairs of the catalogue as training: names without courses.

    The majors asked for are left in: what the standards say of them is knowledge, not a leak.
    """
    from shared.catalogues.majors import majors as catalogue

    asked = {major.code: major for major in majors}
    known: dict[MajorText, frozenset[str]] = {}
    for entry in catalogue():
        codes = occupations_of(entry.code)
        if codes:
            text = asked.get(entry.code, MajorText(entry.code, entry.name))
            known[text] = frozenset(_minor(code) for code in codes)
    return known


def read_majors(path: Path) -> list[MajorText]:
    """Read `code,name,courses` with courses separated by |; a name left empty is looked up.

    Raises:
        MarketFileError: names the rows whose code has no known form, or stands above already.
    """
    sheet = read_sheet(path, wanted=_COLUMNS[:1], allowed=_COLUMNS[1:])
    faults = FaultList(sheet)
    refuse_rows(faults, stand_above(sheet.columns["code"].codes), "code", said=_MAJOR_AGAIN)
    faults.raise_any()
    return _majors(sheet)


def read_known(path: Path) -> dict[MajorText, frozenset[str]]:
    """Read the same columns and `occupation`, one row per pair.

    Raises:
        MarketFileError: names the rows whose codes have no known form.
    """
    sheet = read_sheet(path, wanted=(_COLUMNS[0], "occupation"), allowed=_COLUMNS[1:])
    faults = FaultList(sheet)
    named: defaultdict[MajorText, set[str]] = defaultdict(set)
    for row, (major, code) in enumerate(zip(_majors(sheet), _texts(sheet, "occupation"))):  # noqa: B905 equal by construction
        try:
            named[major].add(_minor(code))
        except MalformedCodeError as error:
            _note(faults, row, "occupation", error)
    faults.raise_any()
    return {major: frozenset(codes) for major, codes in named.items()}


def _majors(sheet: Sheet) -> list[MajorText]:
    faults = FaultList(sheet)
    found: list[MajorText] = []
    columns = (_texts(sheet, name) for name in _COLUMNS)
    for row, (code, name, courses) in enumerate(zip(*columns, strict=True)):
        try:
            parse_major(code)
        except MalformedCodeError as error:
            _note(faults, row, "code", error)
            continue
        entry = None if name else find_major(code)
        parts = tuple(part.strip() for part in courses.split("|") if part.strip())
        found.append(MajorText(code, entry.name if entry else name, parts))
    faults.raise_any()
    return found


def _texts(sheet: Sheet, name: str) -> list[str]:
    column = sheet.columns.get(name)
    if column is None:
        return [""] * sheet.rows.size
    return [column.texts[code].strip() for code in column.codes.tolist()]


def _minor(code: str) -> str:
    return "-".join(parse_occupation(code)[:3])


def _note(faults: FaultList, row: int, column: str, error: MalformedCodeError) -> None:
    text = Text(error.detail("zh"), error.detail("en"))
    faults.add(np.array([row]), column, lambda _: text)


def _write(path: Path, majors: list[MajorText], ranked: list[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(("code", "rank", "occupation"))
        for major, codes in zip(majors, ranked, strict=True):
            writer.writerows((major.code, rank, code) for rank, code in enumerate(codes, start=1))
