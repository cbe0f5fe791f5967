"""Tables out: XLSX and CSV that no program runs as formulas; templates; lists of faults."""

from __future__ import annotations

import csv
import io
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any, cast

import xlsxwriter

from shared.kernel.errors import Fault, Language
from shared.sheets.tables import FAULTS_EN, FAULTS_ZH, ColumnSpec, Sheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
# CSV injection (OWASP): a cell that begins with one of these runs as a formula when opened.
# Some programs read the full-width signs alike.
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

# What a workbook cannot hold: longer cells, longer names of sheets, these signs in names.
_CELL_CHARS_MAX = 32_767
_NAME_CHARS_MAX = 31
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")


def write_csv(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return UTF-8 with a byte-order mark, so that every spreadsheet program reads Chinese.

    >>> write_csv(["名称"], [["=1+1"]]).decode("utf-8-sig").split()
    ['名称', "'=1+1"]
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([_plain(header) for header in headers])
    for row in rows:
        writer.writerow([_plain(cell) for cell in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def _plain(cell: Any) -> Any:
    if cell is None:
        return ""
    if isinstance(cell, list | tuple):
        cell = "、".join(str(part) for part in cell)
    if isinstance(cell, str) and cell.startswith(_RISKY):
        return "'" + cell
    return cell


def write_xlsx(
    headers: Sequence[str], rows: Iterable[Sequence[Any]], *, sheet: str = "Sheet1"
) -> bytes:
    """Return a workbook of one sheet; words stay words, days stay days, numbers stay numbers."""
    out = io.BytesIO()
    # No cell becomes a formula, a link or a number by its looks.
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        _fill_sheet(book, sheet, headers=headers, rows=rows)
    return out.getvalue()


def _fill_sheet(
    book: Any, name: str, *, headers: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    page = book.add_worksheet(_NOT_IN_NAMES.sub("", name)[:_NAME_CHARS_MAX] or "Sheet1")
    bold = book.add_format({"bold": True, "bottom": 1})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for index, header in enumerate(headers):
        page.write_string(0, index, header, bold)
        page.set_column(index, index, min(40, max(10, 2 * len(header) + 2)))
    page.freeze_panes(1, 0)
    for row_index, row in enumerate(rows, start=1):
        for index, cell in enumerate(row):
            _put(page, (row_index, index), cell, day=day)


def _put(page: Any, place: tuple[int, int], cell: Any, *, day: Any) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, bool):
        page.write_boolean(*place, cell)
    elif isinstance(cell, int | float) and math.isfinite(cell):
        page.write_number(*place, cell)
    elif isinstance(cell, date) and not isinstance(cell, datetime):
        page.write_datetime(*place, cell, day)
    else:
        page.write_string(*place, _words(cell)[:_CELL_CHARS_MAX])


def _words(cell: Any) -> str:
    if isinstance(cell, datetime):
        return cell.isoformat()
    if isinstance(cell, time):
        return cell.isoformat("minutes")
    if isinstance(cell, list | tuple):
        return "、".join(str(part) for part in cast("Sequence[object]", cell))
    return str(cell)


def write_template(columns: Sequence[ColumnSpec], language: Language, *, sheet: str) -> bytes:
    """Return a workbook with the headers and one example, and a second sheet that explains them."""
    zh = language == "zh"
    # Of several columns that fill one field, the template shows the first.
    columns = list({column.name: column for column in reversed(columns)}.values())[::-1]
    headers = [column.zh if zh else column.en for column in columns]
    notes = (
        ["表头", "是否必填", "说明", "示例"] if zh else ["header", "required", "meaning", "example"]
    )
    yes, no = ("是", "否") if zh else ("yes", "no")
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        _fill_sheet(book, sheet, headers=headers, rows=[[column.example for column in columns]])
        _fill_sheet(
            book,
            "说明" if zh else "Notes",
            headers=notes,
            rows=[
                [header, yes if c.required else no, c.note.in_language(language), c.example]
                for header, c in zip(headers, columns, strict=True)
            ],
        )
    return out.getvalue()


def write_faults(sheet: Sheet, faults: Sequence[Fault], language: Language) -> bytes:
    """Return the faulty rows as they were sent, with a column that says what to mend in each.

    The file may be mended and sent again as it is: that column is not read.
    """
    said: dict[int | None, list[str]] = defaultdict(list)
    for fault in faults:
        where = f"{fault.column}：" if fault.column else ""
        said[fault.row].append(where + fault.text.in_language(language))
    width = len(sheet.grid.headers)
    rows = [
        [*cells[:width], *[None] * (width - len(cells)), "\n".join(said[number])]
        for number, cells in zip(sheet.grid.numbers, sheet.grid.rows, strict=True)
        if number in said
    ]
    headers = [*sheet.grid.headers, FAULTS_ZH if language == "zh" else FAULTS_EN]
    return write_xlsx(headers, rows, sheet=sheet.grid.sheet or "Sheet1")
