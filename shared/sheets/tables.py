"""A table read by its columns: typed rows, and a fault with row and column for each wrong cell."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.kernel.errors import Fault, Text
from shared.sheets.cells import Cell, CellError, Parser, is_blank
from shared.sheets.errors import HeadersWrongError
from shared.sheets.grids import Grid, Source, read_grids

ROWS_MAX = 20_000
# The column that `write_faults` adds: a mended file may be sent again with it.
FAULTS_ZH = "错误说明"
FAULTS_EN = "errors"
_IGNORED = frozenset({FAULTS_ZH, FAULTS_EN})


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSpec:
    """One column: its field, its headers in both languages and others that people use.

    Two specs may fill one field (pay in yuan or in fen); a row brings only one of them.
    """

    name: str
    zh: str
    en: str
    parse: Parser
    required: bool = False
    aliases: tuple[str, ...] = ()
    note: Text = field(default=Text("", ""))
    example: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the file (1 is the header line) and the values that were read."""

    number: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was read: the good rows, every fault, and what the reader should know.

    `broken` are the rows with a fault, with the cells that could be read: they may be asked for
    more that is wrong with them, so that their author is told everything at once.
    """

    grid: Grid
    columns: tuple[ColumnSpec | None, ...]
    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]
    broken: tuple[Row, ...] = ()

    @property
    def source(self) -> Source:
        """Which kind of file this was."""
        return self.grid.source

    @property
    def notes(self) -> tuple[Text, ...]:
        """What the reader did that its author should know."""
        return self.grid.notes

    def fault(self, number: int, name: str | None, *, code: str, text: Text) -> Fault:
        """Return a fault of field `name` in row `number`, found after reading."""
        return _fault(self.grid, number, header=self._header(name), code=code, text=text)

    def _header(self, name: str | None) -> str | None:
        for header, column in zip(self.grid.headers, self.columns, strict=True):
            if column is not None and column.name == name:
                return header
        return name


def read_sheet(
    body: bytes,
    columns: Sequence[ColumnSpec],
    *,
    content_type: str = "",
    rows_max: int = ROWS_MAX,
) -> Sheet:
    """Read a CSV, XLSX or JSON table by its columns.

    Cells that are wrong become faults; rows with a fault are left out of `rows`.

    Raises:
        FileEmptyError, FileBrokenError, FileGarbledError, FileTooLongError: no row can be read.
        HeadersWrongError: headers missing, repeated or unknown (each named, with the nearest).

    Cost: 5,000 rows of 30 columns take some 0.5 s.
    """
    by_header = known_headers(columns)
    grids = read_grids(body, content_type=content_type, rows_max=rows_max)
    grid = max(grids, key=lambda each: sum(fold_header(h) in by_header for h in each.headers))
    chosen = tuple(by_header.get(fold_header(header)) for header in grid.headers)
    check_headers(grid, chosen, columns)
    rows: list[Row] = []
    broken: list[Row] = []
    faults: list[Fault] = []
    for number, cells in zip(grid.numbers, grid.rows, strict=True):
        values, wrong = _read_row(grid, chosen, number=number, cells=cells)
        absent = [c for c in columns if c.required and c.name not in values]
        wrong += _missing(grid, chosen, number=number, absent=absent, wrong=wrong)
        faults += wrong
        (broken if wrong else rows).append(Row(number, values))
    return Sheet(grid, chosen, tuple(rows), tuple(faults), tuple(broken))


def find_repeats(sheet: Sheet, name: str) -> list[Fault]:
    """Return a fault for each row whose field `name` has stood in an earlier row, broken or not."""
    first: dict[Any, int] = {}
    faults: list[Fault] = []
    for row in sorted((*sheet.rows, *sheet.broken), key=lambda each: each.number):
        value = row.values.get(name)
        if value is None:
            continue
        earlier = first.setdefault(value, row.number)
        if earlier != row.number:
            said = Text(f"与第 {earlier} 行重复", f"the same as in row {earlier}")
            faults.append(sheet.fault(row.number, name, code="repeated", text=said))
    return faults


def fold_header(header: str) -> str:
    """Return a header without the differences that people's files have."""
    folded = unicodedata.normalize("NFKC", header).casefold()
    return re.sub(r"[\s_*-]+", "", folded)


def known_headers(columns: Sequence[ColumnSpec]) -> dict[str, ColumnSpec]:
    """Return the column behind every folded header that may stand for it."""
    known: dict[str, ColumnSpec] = {}
    for column in columns:
        for header in (column.zh, column.en, *column.aliases):
            folded = fold_header(header)
            assert known.get(folded, column) is column, f"two columns are headed {header}"
            known[folded] = column
    return known


def check_headers(
    grid: Grid, chosen: tuple[ColumnSpec | None, ...], columns: Sequence[ColumnSpec]
) -> None:
    """Refuse headers that are unknown, repeated or missing; raises HeadersWrongError."""
    faults = [
        *_unknown_headers(grid, chosen, columns),
        *_repeated_headers(grid, chosen),
        *_absent_headers(grid, chosen, columns),
    ]
    if faults:
        raise HeadersWrongError(faults=faults)


def _unknown_headers(
    grid: Grid, chosen: tuple[ColumnSpec | None, ...], columns: Sequence[ColumnSpec]
) -> list[Fault]:
    words = {fold_header(h): h for c in columns for h in (c.zh, c.en, *c.aliases)}
    faults: list[Fault] = []
    for index, (header, column) in enumerate(zip(grid.headers, chosen, strict=True)):
        if column is not None or header.casefold() in _IGNORED:
            continue
        if not header:
            if all(index >= len(row) or is_blank(row[index]) for row in grid.rows):
                continue
            said = Text(f"第 {index + 1} 列没有表头", f"column {index + 1} has no header")
        else:
            said = _unknown_words(header, words)
        faults.append(_header_fault(grid, header, code="header_unknown", text=said))
    return faults


def _unknown_words(header: str, words: dict[str, str]) -> Text:
    try:
        unscrambled = header.encode("gb18030").decode("utf-8")
    except UnicodeError:
        unscrambled = ""
    if fold_header(unscrambled) in words:
        return Text(
            f"“{header}”是被当作 GBK 打开的“{unscrambled}”，请用原文件另存为“CSV UTF-8”",
            f"“{header}” is “{unscrambled}” opened as GBK: save the original as “CSV UTF-8”",
        )
    near = difflib.get_close_matches(fold_header(header), words, n=1, cutoff=0.5)
    if near:
        name = words[near[0]]
        return Text(
            f"不认识表头“{header[:40]}”，是否应为“{name}”？",
            f"the header “{header[:40]}” is unknown; is it “{name}”?",
        )
    return Text(
        f"不认识表头“{header[:40]}”，请删除该列或改用模板中的表头",
        f"the header “{header[:40]}” is unknown: remove the column or use the template's header",
    )


def _repeated_headers(grid: Grid, chosen: tuple[ColumnSpec | None, ...]) -> list[Fault]:
    # Two columns may fill one field in different units; a row that gives both is told so.
    count = Counter(column for column in chosen if column is not None)
    if grid.source == "json":
        return []
    return [
        _header_fault(
            grid,
            header,
            code="header_repeated",
            text=Text(
                f"“{column.zh}”出现了 {count[column]} 列，请只保留一列",
                f"“{column.en}” stands in {count[column]} columns: keep one",
            ),
        )
        for header, column in zip(grid.headers, chosen, strict=True)
        if column is not None and count[column] > 1
    ]


def _absent_headers(
    grid: Grid, chosen: tuple[ColumnSpec | None, ...], columns: Sequence[ColumnSpec]
) -> list[Fault]:
    present = {column.name for column in chosen if column is not None}
    absent = [column for column in columns if column.required and column.name not in present]
    if grid.source == "json":  # an absent key is a fault of its object, not of the list
        return []
    return [
        _header_fault(
            grid,
            column.zh,
            code="header_missing",
            text=Text(f"缺少必填列“{column.zh}”", f"the required column “{column.en}” is missing"),
        )
        for column in absent
    ]


def _header_fault(grid: Grid, header: str, *, code: str, text: Text) -> Fault:
    if grid.source == "json":
        return Fault(code, text, pointer=grid.pointer or "", column=header)
    return Fault(code, text, sheet=grid.sheet, row=1, column=header)


def _read_row(
    grid: Grid, chosen: tuple[ColumnSpec | None, ...], *, number: int, cells: tuple[Cell, ...]
) -> tuple[dict[str, Any], list[Fault]]:
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for header, column, cell in zip(grid.headers, chosen, cells, strict=False):
        if column is None or is_blank(cell):
            continue
        try:
            value = column.parse(cell)
        except CellError as error:
            faults.append(_fault(grid, number, header=header, code=error.code, text=error.text))
            continue
        if column.name in values and values[column.name] != value:
            said = Text("同一内容给出了两个不同的值", "the same field is given twice, differently")
            faults.append(_fault(grid, number, header=header, code="given_twice", text=said))
        values[column.name] = value
    extra = [cell for cell in cells[len(grid.headers) :] if not is_blank(cell)]
    if extra:
        said = Text(
            "此行的列数多于表头（是否有未加引号的逗号？）",
            "this row has more cells than there are headers (a comma without quotes?)",
        )
        faults.append(_fault(grid, number, header=None, code="row_too_wide", text=said))
    return values, faults


def _missing(
    grid: Grid,
    chosen: tuple[ColumnSpec | None, ...],
    *,
    number: int,
    absent: Sequence[ColumnSpec],
    wrong: Sequence[Fault],
) -> list[Fault]:
    faulty = {fault.column for fault in wrong}
    heads = {c.name: head for head, c in zip(grid.headers, chosen, strict=True) if c is not None}
    faults: list[Fault] = []
    for column in absent:
        header = heads.get(column.name, column.en if grid.source == "json" else column.zh)
        if header not in faulty:
            said = Text(f"“{column.zh}”必填", f"“{column.en}” is required")
            faults.append(_fault(grid, number, header=header, code="required", text=said))
    return faults


def _fault(grid: Grid, number: int, *, header: str | None, code: str, text: Text) -> Fault:
    if grid.source == "json":
        pointer = f"{grid.pointer}/{number - 1}"
        return Fault(code, text, f"{pointer}/{header}" if header else pointer, None, number, header)
    return Fault(code, text, sheet=grid.sheet, row=number, column=header)
