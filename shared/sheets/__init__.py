"""Tables that people send and fetch: CSV, XLSX, JSON read by their columns, and written safely."""

from __future__ import annotations

from shared.sheets.cells import (
    CellError,
    Parser,
    choice,
    clock,
    day,
    flag,
    integer,
    items,
    number,
    text,
)
from shared.sheets.errors import (
    FileBrokenError,
    FileEmptyError,
    FileGarbledError,
    FileTooLongError,
    HeadersWrongError,
)
from shared.sheets.pay import Pay, any_pay, parse_pay, pay_in_fen, pay_in_yuan
from shared.sheets.tables import ColumnSpec, Row, Sheet, find_repeats, read_sheet
from shared.sheets.writing import CSV, XLSX, write_csv, write_faults, write_template, write_xlsx

__all__ = [
    "CSV",
    "XLSX",
    "CellError",
    "ColumnSpec",
    "FileBrokenError",
    "FileEmptyError",
    "FileGarbledError",
    "FileTooLongError",
    "HeadersWrongError",
    "Parser",
    "Pay",
    "Row",
    "Sheet",
    "any_pay",
    "choice",
    "clock",
    "day",
    "find_repeats",
    "flag",
    "integer",
    "items",
    "number",
    "parse_pay",
    "pay_in_fen",
    "pay_in_yuan",
    "read_sheet",
    "text",
    "write_csv",
    "write_faults",
    "write_template",
    "write_xlsx",
]
