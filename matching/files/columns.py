"""CSV files as columns of codes: each distinct text is kept, parsed and checked once."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matching.errors import MatchingError
from shared.kernel.errors import Fault, Text

FAULTS_SHOWN_MAX = 50
_ARROW_FROM_BYTES = 8_000_000  # loading pyarrow costs as much as reading this much in Python


class MarketFileError(MatchingError):
    """Some rows of the files are wrong."""

    code = "matching_file_invalid"
    title_zh = "文件中有错误的行"


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column: the distinct texts and, per row, which of them stands there."""

    name: str
    texts: tuple[str, ...]
    codes: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A CSV file as columns; `rows` are the row numbers that a spreadsheet shows."""

    path: Path
    columns: dict[str, Column]
    rows: NDArray[np.int64]


@dataclass(slots=True)
class FaultList:
    """Faults of one file, collected until there are enough to show."""

    sheet: Sheet
    faults: list[Fault] = field(default_factory=list[Fault])

    def add(self, places: NDArray[np.int64], column: str, say: Callable[[int], Text]) -> None:
        """Note a fault at each of the rows `places` (counted from 0) of a column."""
        for place in places[: FAULTS_SHOWN_MAX - len(self.faults)].tolist():
            row = int(self.sheet.rows[place])
            name = self.sheet.path.name
            fault = Fault("row_invalid", say(place), sheet=name, row=row, column=column)
            self.faults.append(fault)

    def raise_any(self) -> None:
        """Raise MarketFileError if a fault was noted."""
        if self.faults:
            raise MarketFileError(faults=self.faults)


def read_sheet(path: Path, *, wanted: Sequence[str], allowed: Sequence[str] = ()) -> Sheet:
    """Read the columns `wanted` and, where there, `allowed`; other columns are left out.

    UTF-8 with or without a mark, or GBK (GB 18030). Large files go through pyarrow; where it
    stumbles, the plain reader names the row.

    Raises: MarketFileError.
    """
    content = read_utf8(path)
    if len(content) >= _ARROW_FROM_BYTES:
        sheet = _read_by_arrow(path, content, wanted=wanted, allowed=allowed)
        if sheet is not None:
            return sheet
    return _read_plainly(path, content.decode(), wanted=wanted, allowed=allowed)


def parse_integers(column: Column, faults: FaultList, *, least: int) -> NDArray[np.int64]:
    """Return a column of integers of at least `least`; others are noted as faults."""
    values = np.array([_integer_or(text, least - 1) for text in column.texts], dtype=np.int64)
    numbers = values[column.codes]
    faults.add(
        np.flatnonzero(numbers < least),
        column.name,
        lambda place: _not_an_integer(column.texts[column.codes[place]], least),
    )
    return numbers


def parse_numbers(column: Column, faults: FaultList) -> NDArray[np.float64]:
    """Return a column of finite numbers; others are noted as faults."""
    values = np.array([_number_or_nan(text) for text in column.texts], dtype=np.float64)
    numbers = values[column.codes]
    faults.add(
        np.flatnonzero(~np.isfinite(numbers)),
        column.name,
        lambda place: _not_a_number(column.texts[column.codes[place]]),
    )
    return numbers


def refuse_empty(column: Column, faults: FaultList) -> None:
    """Note each row in which an id is missing."""
    empty = np.array([not text for text in column.texts], dtype=bool)
    faults.add(
        np.flatnonzero(empty[column.codes]),
        column.name,
        lambda _: Text("不能为空。", "This must not be empty."),
    )


def find_places(column: Column, ids: Sequence[str]) -> NDArray[np.int64]:
    """Return for each row the place of its text among `ids`, -1 where it is not there."""
    codes = {text: code for code, text in enumerate(ids)}
    found = np.array([codes.get(text, -1) for text in column.texts], dtype=np.int64)
    return found[column.codes] if column.codes.size else column.codes


def stand_above(codes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which rows name what a row above them names already."""
    order = np.argsort(codes, kind="stable")
    again = np.zeros(codes.size, dtype=bool)
    again[order[1:]] = np.diff(codes[order]) == 0
    return again


def refuse_rows(faults: FaultList, wrong: NDArray[np.bool_], column: str, *, said: Text) -> None:
    """Note the same fault at each of the rows that are wrong."""
    faults.add(np.flatnonzero(wrong), column, lambda _: said)


def read_utf8(path: Path) -> bytes:
    """Return a file's text as UTF-8 without a mark, whichever of the two encodings it has.

    Raises: MarketFileError.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or ""
        text = Text(f"无法读取文件（{reason}）。", f"The file cannot be read ({reason}).")
        raise file_fault(path, text) from error
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        content.decode()
    except UnicodeDecodeError:
        try:
            return content.decode("gb18030").encode()
        except UnicodeDecodeError as error:
            text = Text("编码既不是 UTF-8 也不是 GBK。", "The file is neither UTF-8 nor GBK.")
            raise file_fault(path, text) from error
    return content


def _read_plainly(
    path: Path, content: str, *, wanted: Sequence[str], allowed: Sequence[str]
) -> Sheet:
    reader = csv.reader(io.StringIO(content, newline=""))
    header = [name.strip() for name in next(reader, [])]
    places = _find_columns(path, header, wanted=wanted, allowed=allowed)
    texts: list[dict[str, int]] = [{} for _ in places]
    codes: list[list[int]] = [[] for _ in places]
    rows: list[int] = []
    ragged: list[int] = []
    takes = list(zip(places.values(), texts, codes, strict=True))
    for row, cells in enumerate(reader, start=2):
        if not any(cells):
            continue
        if len(cells) != len(header):
            ragged.append(row)
            continue
        rows.append(row)
        for place, known, column in takes:
            column.append(known.setdefault(cells[place].strip(), len(known)))
    if ragged:
        raise MarketFileError(faults=[_ragged(path, row, len(header)) for row in ragged[:50]])
    columns = {
        name: Column(name, tuple(known), np.array(column, dtype=np.int64))
        for name, (_, known, column) in zip(places, takes, strict=True)
    }
    return Sheet(path, columns, np.array(rows, dtype=np.int64))


def file_fault(path: Path, text: Text, *, row: int = 1) -> MarketFileError:
    """Return the error that names one row of a file."""
    return MarketFileError(faults=[Fault("file_invalid", text, sheet=path.name, row=row)])


def _find_columns(
    path: Path, header: list[str], *, wanted: Sequence[str], allowed: Sequence[str]
) -> dict[str, int]:
    missing = [name for name in wanted if name not in header]
    if missing:
        names = ", ".join(missing)
        raise file_fault(path, Text(f"缺少列：{names}。", f"These columns are missing: {names}."))
    twice = [name for name in (*wanted, *allowed) if header.count(name) > 1]
    if twice:
        names = ", ".join(twice)
        raise file_fault(path, Text(f"列名重复：{names}。", f"These columns stand twice: {names}."))
    return {name: header.index(name) for name in (*wanted, *allowed) if name in header}


def _ragged(path: Path, row: int, width: int) -> Fault:
    text = Text(f"列数应为 {width}。", f"This row should have {width} columns.")
    return Fault("row_invalid", text, sheet=path.name, row=row)


def _read_by_arrow(
    path: Path, content: bytes, *, wanted: Sequence[str], allowed: Sequence[str]
) -> Sheet | None:
    """Return the sheet, or None where a row is not as plain as pyarrow wants it."""
    import pyarrow as pa
    from pyarrow import compute
    from pyarrow import csv as arrow_csv

    head, _, _ = content.partition(b"\n")
    header = next(csv.reader([head.decode().rstrip("\r")]), [])
    places = _find_columns(path, [n.strip() for n in header], wanted=wanted, allowed=allowed)
    if b"\n\n" in content or b"\n\r\n" in content or len(set(header)) != len(header):
        return None
    names = {name: header[place] for name, place in places.items()}
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(content),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()),
                include_columns=list(names.values()),
                strings_can_be_null=False,
            ),
            parse_options=arrow_csv.ParseOptions(newlines_in_values=False),
        )
    except pa.ArrowInvalid:
        return None
    columns: dict[str, Column] = {}
    for name, filed in names.items():
        texts = table[filed].combine_chunks()
        trimmed = compute.call_function("utf8_trim_whitespace", [texts])
        encoded = trimmed.dictionary_encode()
        codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        columns[name] = Column(name, tuple(encoded.dictionary.to_pylist()), codes)
    return Sheet(path, columns, np.arange(2, table.num_rows + 2, dtype=np.int64))


def _integer_or(text: str, otherwise: int) -> int:
    try:
        number = int(text)
    except ValueError:
        return otherwise
    return number if abs(number) < 2**62 else otherwise


def _number_or_nan(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _not_an_integer(text: str, least: int) -> Text:
    return Text(
        f"应为不小于 {least} 的整数，实为“{text}”。",
        f"An integer of at least {least} is wanted, this is {text!r}.",
    )


def _not_a_number(text: str) -> Text:
    return Text(f"应为有限的数字，实为“{text}”。", f"A finite number is wanted, this is {text!r}.")
