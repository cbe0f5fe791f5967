"""The result of a clearing as files: placements, cut-offs and the manifest of the run."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matching.explain import SHOWN_FROM
from matching.files.columns import (
    Column,
    FaultList,
    Sheet,
    find_places,
    parse_integers,
    parse_numbers,
    read_sheet,
    refuse_rows,
    stand_above,
)
from matching.outcome import CLOSED, Outcome, count_placed
from matching.problem import LOW, POST_BITS
from matching.tables import Market, name_placements
from shared.kernel.errors import Text

PLACEMENT_COLUMNS = ("student", "post", "rank")
NO_POST = Text("没有该岗位。", "There is no such post.")
POST_AGAIN = Text("岗位重复。", "This post is listed above already.")
STUDENT_AGAIN = Text("学生重复。", "This student is listed above already.")
_NO_STUDENT = Text("没有该学生。", "The wishes have no such student.")
_OTHER_RANK = Text("与志愿表中的序号不符。", "The wishes do not have this post under this rank.")
CUTOFF_COLUMNS = ("post", "seats", "placed", "cutoff_priority", "cutoff_lottery", "shown")


def cutoffs_path(out: Path) -> Path:
    """Return where the cut-offs of the placements in `out` lie.

    >>> cutoffs_path(Path("OUT.csv")).name
    'OUT.cutoffs.csv'
    """
    return out.with_suffix(".cutoffs.csv")


def signature_path(out: Path) -> Path:
    """Return where the manifest's signature lies beside OUT.csv: OUT.manifest.sig."""
    return out.with_suffix(".manifest.sig")


def manifest_path(out: Path) -> Path:
    """Return where the manifest of the placements in `out` lies."""
    return out.with_suffix(".manifest.json")


def write_results(market: Market, outcome: Outcome, out: Path) -> None:
    """Write placements to `out` and cut-offs beside it, in UTF-8."""
    with out.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(PLACEMENT_COLUMNS)
        writer.writerows(name_placements(market, outcome.matching))
    with cutoffs_path(out).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(CUTOFF_COLUMNS)
        writer.writerows(_cutoff_rows(market, outcome))


def _cutoff_rows(market: Market, outcome: Outcome) -> list[tuple[str, int, int, str, str, int]]:
    placed = count_placed(market.problem, outcome.matching).tolist()
    seats = market.problem.seats.tolist()
    rows: list[tuple[str, int, int, str, str, int]] = []
    for post, limit in enumerate(outcome.cutoffs.tolist()):
        level = lottery = ""
        if 0 < limit < int(CLOSED):
            level = _plain(float(market.levels[(limit >> int(POST_BITS)) - 1]))
            lottery = str(limit & int(LOW))
        shown = int(placed[post] >= SHOWN_FROM)
        rows.append((market.posts[post], seats[post], placed[post], level, lottery, shown))
    return rows


def _plain(level: float) -> str:
    return str(int(level)) if level.is_integer() and abs(level) < 2**53 else repr(level)


def read_placements(market: Market, out: Path) -> NDArray[np.int32]:
    """Read placements back: (n,) int32, -1 where unplaced.

    Raises:
        MarketFileError: unknown, missing or repeated students, unknown posts, and ranks that the
            student did not file the post under.
    """
    sheet = read_sheet(out, wanted=PLACEMENT_COLUMNS)
    faults = FaultList(sheet)
    students = find_places(sheet.columns["student"], market.students)
    refuse_rows(faults, students < 0, "student", said=_NO_STUDENT)
    refuse_rows(faults, stand_above(students), "student", said=STUDENT_AGAIN)
    posts = find_places(sheet.columns["post"], ("", *market.posts)) - 1
    refuse_rows(faults, posts < -1, "post", said=NO_POST)
    faults.raise_any()
    matching = np.full(market.problem.students, -2, dtype=np.int32)
    matching[students] = posts
    missing = np.flatnonzero(matching == -2)
    if missing.size:
        name = market.students[missing[0]]
        text = Text(f"缺少学生“{name}”。", f"The student {name!r} is missing.")
        empty = Sheet(out, {}, np.array([1], dtype=np.int64))
        faults = FaultList(empty)
        faults.add(np.zeros(1, dtype=np.int64), "student", lambda _: text)
    faults.raise_any()
    _check_ranks(market, matching, sheet)
    return matching


def _check_ranks(market: Market, matching: NDArray[np.int32], sheet: Sheet) -> None:
    filed = {student: str(rank or "") for student, _, rank in name_placements(market, matching)}
    student, rank = sheet.columns["student"], sheet.columns["rank"]
    wrong = [
        filed[student.texts[who]] != rank.texts[told]
        for who, told in zip(student.codes.tolist(), rank.codes.tolist(), strict=True)
    ]
    faults = FaultList(sheet)
    refuse_rows(faults, np.array(wrong, dtype=bool), "rank", said=_OTHER_RANK)
    faults.raise_any()


def read_cutoffs(market: Market, path: Path) -> NDArray[np.uint64]:
    """Read cut-offs back: (m,) uint64 as in `Outcome.cutoffs`.

    A priority that no wish has still cuts where it stands: between its neighbours' keys.

    Raises: MarketFileError.
    """
    sheet = read_sheet(path, wanted=CUTOFF_COLUMNS)
    faults = FaultList(sheet)
    posts = find_places(sheet.columns["post"], market.posts)
    refuse_rows(faults, posts < 0, "post", said=NO_POST)
    refuse_rows(faults, stand_above(posts), "post", said=POST_AGAIN)
    stated = np.array([bool(text) for text in sheet.columns["cutoff_priority"].texts], dtype=bool)
    stated = stated[sheet.columns["cutoff_priority"].codes]
    levels = parse_numbers(_filled(sheet.columns["cutoff_priority"]), faults)
    numbers = parse_integers(_filled(sheet.columns["cutoff_lottery"]), faults, least=0)
    faults.raise_any()
    cutoffs = np.where(market.problem.seats == 0, CLOSED, np.uint64(0))
    for place in np.flatnonzero(stated).tolist():
        cutoffs[posts[place]] = _limit_of(market, float(levels[place]), int(numbers[place]))
    return cutoffs


def _filled(column: Column) -> Column:
    """Return a column of numbers in which an empty cell is 0."""
    return Column(column.name, tuple(text or "0" for text in column.texts), column.codes)


def _limit_of(market: Market, level: float, lottery: int) -> np.uint64:
    key = int(np.searchsorted(market.levels, level))
    exact = key < market.levels.size and market.levels[key] == level
    # nobody's lottery number has more than 32 bits: what has more is above everybody's
    return np.uint64((key + 1 << int(POST_BITS)) | (min(lottery, int(LOW)) if exact else 0))
