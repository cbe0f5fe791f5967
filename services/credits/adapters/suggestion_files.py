"""Files of `chanjiao credits suggest`: outcomes, courses and memory in, suggestions out."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

from services.credits.engine.suggesting import Described, Remembered, Suggestion
from shared.kernel.errors import InvalidInputError, Text
from shared.sheets import ColumnSpec, Sheet, find_repeats, number, read_sheet, text

ROWS_MAX: Final = 500_000
_FAULTS_SHOWN = 200


class SuggestionFileError(InvalidInputError):
    """A file of outcomes, courses or memory has wrong rows."""

    code = "suggestion_file"
    title_zh = "成果、课程或先例文件有误"
    mend = Text(
        "{file}：共 {count} 处错误，请按 errors 中逐行说明修改。",
        "{file}: {count} places are wrong; mend each row that `errors` names.",
    )


_DESCRIBED = (
    ColumnSpec(name="id", zh="编号", en="id", parse=text(max_chars=200), required=True),
    ColumnSpec(name="title", zh="名称", en="title", parse=text(max_chars=2_000)),
    ColumnSpec(name="description", zh="说明", en="description", parse=text(max_chars=50_000)),
    ColumnSpec(name="credits", zh="学分", en="credits", parse=number(low=0, high=10_000)),
)
_MEMORY = (
    ColumnSpec(name="outcome", zh="成果名称", en="outcome_title", parse=text(max_chars=2_000)),
    ColumnSpec(name="course", zh="课程名称", en="course_title", parse=text(max_chars=2_000)),
)


def read_described(path: Path) -> list[Described]:
    """Return outcomes or courses: `id,title,description,credits`; raises SuggestionFileError."""
    sheet = _read(path, _DESCRIBED, unique="id")
    return [
        Described(
            id=row.values["id"],
            title=row.values.get("title", ""),
            description=row.values.get("description", ""),
            credits=_hundredths(row.values.get("credits")),
        )
        for row in sheet.rows
    ]


def read_memory(path: Path) -> list[Remembered]:
    """Return accepted pairs: `outcome_title,course_title`; raises SuggestionFileError."""
    sheet = _read(path, _MEMORY, unique=None)
    return [
        Remembered(row.values["outcome"], row.values["course"])
        for row in sheet.rows
        if {"outcome", "course"} <= row.values.keys()
    ]


def write_suggestions(path: Path, found: Iterable[tuple[str, Sequence[Suggestion]]]) -> int:
    """Write `outcome,rank,course,score`; return how many rows."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["outcome", "rank", "course", "score"])
        for outcome, suggestions in found:
            for each in suggestions:
                writer.writerow([outcome, each.rank, each.course, f"{each.score:.6f}"])
                count += 1
    return count


def _read(path: Path, columns: Sequence[ColumnSpec], *, unique: str | None) -> Sheet:
    sheet = read_sheet(path.read_bytes(), columns, rows_max=ROWS_MAX)
    faults = [*sheet.faults, *(find_repeats(sheet, unique) if unique else ())]
    if faults:
        shown = faults[:_FAULTS_SHOWN]
        raise SuggestionFileError(faults=shown, file=path.name, count=len(faults))
    return sheet


def _hundredths(value: Decimal | None) -> int | None:
    return None if value is None else round(value * 100)
