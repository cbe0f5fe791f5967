"""From bytes to a grid of cells: CSV in its encodings, XLSX, JSON, with row numbers."""

from __future__ import annotations

import csv
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import orjson
from python_calamine import CalamineError, CalamineWorkbook, ZipError

from shared.kernel.errors import Text
from shared.sheets.errors import (
    FileBrokenError,
    FileEmptyError,
    FileGarbledError,
    FileTooLongError,
)

Source = Literal["csv", "xlsx", "json"]

COLUMNS_MAX = 256
# An XLSX is compressed: refuse one that unfolds to more than this, or spans more cells.
_UNFOLDED_BYTES_MAX = 512 * 1024 * 1024
_CELLS_MAX = 8_000_000
_ZIP = b"PK\x03\x04"
# Of an entry's own header only the lengths of its name and of what follows it matter here.
_ZIP_HEADER = struct.Struct("<26x2H")
_UNREADABLE = (
    zipfile.BadZipFile,
    RuntimeError,
    NotImplementedError,
    EOFError,
    struct.error,
    zlib.error,
)
_OLE = b"\xd0\xcf\x11\xe0"
_CELL_NAME = re.compile(rb'<c\s[^>]*?r="([A-Z]{1,3})(\d{1,7})"')
# U+FFFD, and the three characters that GBK shows where UTF-8 held U+FFFD twice.
_GARBLED = re.compile("�|锟斤拷")

GB18030_READ = Text(
    "文件声明或看似 UTF-8，实际是 GBK（GB18030）编码，已按 GBK 读取；今后请另存为“CSV UTF-8”。",
    "The file is in GBK (GB18030), not UTF-8; it was read as GBK. "
    "Save it as “CSV UTF-8” next time.",
)


@dataclass(frozen=True, slots=True)
class Grid:
    """A file as rows of cells; `numbers` are the rows' numbers in the file."""

    source: Source
    sheet: str | None
    headers: tuple[str, ...]
    numbers: tuple[int, ...]
    rows: tuple[tuple[Any, ...], ...]
    notes: tuple[Text, ...] = ()
    pointer: str = ""  # JSON: where the list lies in the body


def read_grids(body: bytes, *, content_type: str = "", rows_max: int) -> Sequence[Grid]:
    """Return the file's grid, or for text its possible readings, the likeliest first.

    Raises FileEmptyError, FileBrokenError, FileGarbledError, FileTooLongError.
    """
    if not body.strip():
        raise FileEmptyError
    if body.startswith((_ZIP, _OLE)):
        return (_limited(_read_workbook(body, rows_max), rows_max),)
    texts = decode_text(body, content_type)
    if _looks_like_json(texts[0][0], content_type):
        return (_limited(_read_json(texts[0][0]), rows_max),)
    return tuple(_limited(_read_csv(words, notes, rows_max), rows_max) for words, notes in texts)


def _limited(grid: Grid, rows_max: int) -> Grid:
    if not grid.rows:
        raise FileEmptyError
    if len(grid.rows) > rows_max:
        raise FileTooLongError(rows=len(grid.rows), rows_max=rows_max)
    if len(grid.headers) > COLUMNS_MAX:
        raise FileBrokenError(reason=f"> {COLUMNS_MAX} columns")
    return grid


def decode_text(body: bytes, content_type: str) -> list[tuple[str, tuple[Text, ...]]]:
    """Return the readings of a text file, the likeliest first, with what the reader did.

    Raises FileBrokenError, FileGarbledError.
    """
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return [(_decode_as(body, "utf-16"), ())]
    try:
        utf8 = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        told = "utf-8" in content_type.lower()
        return [(_decode_as(body, "gb18030"), (GB18030_READ,) if told else ())]
    if found := _GARBLED.search(utf8):
        start = max(0, found.start() - 6)
        raise FileGarbledError(sample=utf8[start : found.end() + 6].replace("\n", " "))
    if utf8.isascii() or body.startswith(b"\xef\xbb\xbf"):
        return [(utf8, ())]
    # Short GBK text can be well-formed UTF-8 by chance; the header line tells which it is.
    try:
        return [(utf8, ()), (body.decode("gb18030"), (GB18030_READ,))]
    except UnicodeDecodeError:
        return [(utf8, ())]


def _decode_as(body: bytes, encoding: str) -> str:
    try:
        words = body.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileBrokenError(reason=f"byte {error.start}: {encoding}") from error
    if found := _GARBLED.search(words):
        raise FileGarbledError(sample=words[max(0, found.start() - 6) : found.end() + 6])
    return words


def _looks_like_json(words: str, content_type: str) -> bool:
    return "json" in content_type.lower() or words.lstrip()[:1] in {"[", "{"}


def _read_json(words: str) -> Grid:
    try:
        loaded: Any = orjson.loads(words)
    except orjson.JSONDecodeError as error:
        raise FileBrokenError(reason=f"JSON, line {error.lineno}: {error.msg}") from error
    pointer = ""
    if isinstance(loaded, dict) and len(cast("dict[str, Any]", loaded)) == 1:
        (name, loaded), *_ = cast("dict[str, Any]", loaded).items()
        pointer = f"/{name}"
    if not isinstance(loaded, list):
        raise FileBrokenError(reason="JSON: a list of objects is needed")
    entries = cast("list[Any]", loaded)
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict):
            raise FileBrokenError(reason=f"JSON: {pointer}/{index} is no object")
    headers = tuple(dict.fromkeys(str(key) for entry in entries for key in entry))
    return Grid(
        source="json",
        sheet=None,
        headers=headers,
        numbers=tuple(range(1, len(entries) + 1)),
        rows=tuple(tuple(entry.get(header) for header in headers) for entry in entries),
        pointer=pointer,
    )


def delimiter_of(words: str) -> str:
    """Return the sign that stands most often in the first line of a CSV text."""
    start = re.match(r"[\r\n]*([^\n]*)", words)
    header_line = start[1] if start else ""
    return max(",\t;，", key=header_line.count) if header_line else ","


def _read_csv(words: str, notes: tuple[Text, ...], rows_max: int) -> Grid:
    reader = csv.reader(io.StringIO(words, newline=""), delimiter=delimiter_of(words), strict=True)
    lines: list[tuple[int, tuple[str, ...]]] = []
    try:
        for number, cells in enumerate(reader, start=1):
            if any(cell.strip() for cell in cells):
                lines.append((number, tuple(cells)))
            if len(lines) > 2 * rows_max + 1:
                raise FileTooLongError(rows=len(lines), rows_max=rows_max)
    except csv.Error as error:
        raise FileBrokenError(reason=f"CSV, line {reader.line_num}: {error}") from error
    return _with_headers("csv", lines, notes=notes)


def _read_workbook(body: bytes, rows_max: int) -> Grid:
    if body.startswith(_ZIP):
        _check_size(body, rows_max)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(body)) as workbook:
            for name in workbook.sheet_names:
                sheet = workbook.get_sheet_by_name(name)
                if sheet.height:
                    start = sheet.start or (0, 0)
                    cells = sheet.to_python(skip_empty_area=True)
                    lines = [
                        (start[0] + 1 + index, tuple(row))
                        for index, row in enumerate(cells)
                        if any(cell not in {"", None} for cell in row)
                    ]
                    return _with_headers("xlsx", lines, sheet=name)
    except (CalamineError, ZipError, OSError, ValueError) as error:
        raise FileBrokenError(reason=f"XLSX: {type(error).__name__}") from error
    raise FileEmptyError


def _check_size(body: bytes, rows_max: int) -> None:
    """Refuse a workbook that would unfold into more memory than its rows need."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _UNFOLDED_BYTES_MAX:
                raise FileBrokenError(reason="XLSX: unfolds to more than 512 MiB")
            for entry in archive.infolist():
                content = _unfolded(body, entry)
                if entry.filename.startswith("xl/worksheets/"):
                    _check_span(content, rows_max)
    except _UNREADABLE as error:
        raise FileBrokenError(reason=f"XLSX: {type(error).__name__}") from error


def _unfolded(body: bytes, entry: zipfile.ZipInfo) -> bytes:
    """Return the content of an entry; one that is longer than it says is a bomb.

    `zipfile` stops at the size that is written beside an entry, the workbook's reader does not.
    """
    start = entry.header_offset + _ZIP_HEADER.size
    lengths = _ZIP_HEADER.unpack(body[entry.header_offset : start])
    start += sum(lengths)
    packed = body[start : start + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        content, ended = packed, True
    elif entry.compress_type == zipfile.ZIP_DEFLATED:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        content = inflater.decompress(packed, entry.file_size + 1)
        ended = inflater.eof
    else:
        raise zipfile.BadZipFile
    if len(content) != entry.file_size or not ended:
        raise zipfile.BadZipFile
    return content


def _check_span(xml: bytes, rows_max: int) -> None:
    # The reader keeps every cell between the first and the last: two far ones fill the memory.
    names = set(_CELL_NAME.findall(xml))
    if not names:
        return
    rows = [int(row) for _, row in names]
    columns = [_column_number(letters) for letters in {letters for letters, _ in names}]
    height = max(rows) - min(rows) + 1
    if height * (max(columns) - min(columns) + 1) > _CELLS_MAX:
        raise FileTooLongError(rows=height, rows_max=rows_max)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _with_headers(
    source: Source,
    lines: list[tuple[int, tuple[Any, ...]]],
    *,
    sheet: str | None = None,
    notes: tuple[Text, ...] = (),
) -> Grid:
    if not lines:
        raise FileEmptyError
    (_, header), *rest = lines
    headers = tuple(str(cell).strip() for cell in header)
    while headers and not headers[-1]:
        headers = headers[:-1]
    return Grid(
        source=source,
        sheet=sheet,
        headers=headers,
        numbers=tuple(number for number, _ in rest),
        rows=tuple(cells for _, cells in rest),
        notes=notes,
    )
