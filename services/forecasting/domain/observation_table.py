"""Observations read from a file: each row by itself, kept as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.forecasting.domain.cell import DIMENSIONS, Cell
from services.forecasting.domain.dataset import unit_at
from services.forecasting.domain.observation_columns import Form, observation_columns
from shared.kernel.clock import CHINA
from shared.kernel.errors import Fault, Text
from shared.sheets.columns import LongColumn, LongTable, read_columns

# One unit has several names: a file is not refused for the one that it uses.
_UNIT_NAMES: Mapping[str, str] = {
    **dict.fromkeys(("人", "名", "人数", "person", "persons", "people"), "person"),
    **dict.fromkeys(("个", "岗位", "个岗位", "post", "posts"), "post"),
}

ROWS_MAX = 2_000_000
FAULTS_MAX = 1000

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Readings:
    """The rows as arrays: which cell, which period, which value, since when (seconds, NaN: now)."""

    cells: tuple[Cell, ...]
    cell_of: Ints
    period: Ints
    value: Floats
    as_of: Floats
    numbers: Ints
    faults: tuple[Fault, ...]
    faults_total: int
    notes: tuple[Text, ...]
    headers: Mapping[str, str]

    @property
    def size(self) -> int:
        """How many rows there are."""
        return len(self.numbers)

    def fault(self, place: int, name: str, *, code: str, said: Text) -> Fault:
        """Return a fault of field `name` in the row at `place`."""
        return Fault(code, said, row=int(self.numbers[place]), column=self.headers.get(name, name))


def read_observations(body: bytes, content_type: str, form: Form) -> Readings:
    """Read and check a file by itself; what is known already is compared in `observation_check`.

    Raises the errors of `read_columns`.
    """
    table = read_columns(
        body,
        observation_columns(form),
        content_type=content_type,
        rows_max=ROWS_MAX,
        faults_max=FAULTS_MAX,
    )
    return _as_arrays(table, form)


def _as_arrays(table: LongTable, form: Form) -> Readings:
    size = table.size
    place: Ints = np.zeros(size, dtype=np.int64)
    names: list[tuple[str, ...]] = []
    for dimension in DIMENSIONS:
        ids, codes = _ids_of(table, dimension)
        place = place * len(codes) + ids
        names.append(codes)
    found, cell_of = np.unique(place, return_inverse=True)
    period = _numbers_of(table, "period", blank=np.nan)
    value = _numbers_of(table, "value", blank=np.nan)
    sound = ~(np.isnan(period) | np.isnan(value))
    units = _wrong_units(table, form)
    return Readings(
        cells=tuple(_cell(int(each), names) for each in found),
        cell_of=cell_of[sound].astype(np.int64),
        period=period[sound].astype(np.int64),
        value=value[sound],
        as_of=_numbers_of(table, "as_of", blank=np.nan)[sound],
        numbers=table.numbers[sound].astype(np.int64),
        faults=(*table.faults, *units[: FAULTS_MAX - len(table.faults)]),
        faults_total=table.faults_total + len(units),
        notes=table.notes,
        headers={name: column.header for name, column in table.columns.items()},
    )


def _ids_of(table: LongTable, name: str) -> tuple[Ints, tuple[str, ...]]:
    """Return per row the number of its code, and the codes; two spellings are one code."""
    column = table.columns.get(name)
    if column is None:
        return np.zeros(table.size, dtype=np.int64), ("",)
    index: dict[str, int] = {}
    ids = [index.setdefault(value or "", len(index)) for value in column.values]
    return np.asarray(ids, dtype=np.int64)[column.codes], tuple(index)


def _numbers_of(table: LongTable, name: str, *, blank: float) -> Floats:
    column = table.columns.get(name)
    if column is None:
        return np.full(table.size, blank)
    meanings = [blank if value is None else _as_number(value) for value in column.values]
    return np.asarray(meanings, dtype=np.float64)[column.codes]


def _as_number(value: Any) -> float:
    if isinstance(value, date):
        return datetime.combine(value, time(), CHINA).timestamp()
    return float(value)


def _cell(place: int, names: Sequence[tuple[str, ...]]) -> Cell:
    codes: list[str] = []
    for each in reversed(names):
        place, index = divmod(place, len(each))
        codes.append(each[index])
    return Cell(*reversed(codes))


def _wrong_units(table: LongTable, form: Form) -> list[Fault]:
    """Return a fault for each row whose unit is not the one that its period is counted in."""
    unit, period = table.columns.get("unit"), table.columns.get("period")
    if unit is None or period is None:
        return []
    pairs = unit.codes.astype(np.int64) * len(period.values) + period.codes
    kinds, kind_of = np.unique(pairs, return_inverse=True)
    wrong: dict[int, Text] = {}
    for kind, pair in enumerate(kinds.tolist()):
        told, ordinal = (values[at] for values, at in _both(unit, period, pair))
        if told is not None and ordinal is not None:
            expected = unit_at(form.unit, form.breaks, int(ordinal))
            if _unit_meant(told) != _unit_meant(expected):
                wrong[kind] = _unit_words(told, expected)
    places = np.flatnonzero(np.isin(kind_of, list(wrong))).tolist() if wrong else []
    return [
        table.fault(place, "unit", code="unit_changed", text=wrong[int(kind_of[place])])
        for place in places
    ]


def _unit_meant(told: str) -> str:
    return _UNIT_NAMES.get(told.casefold(), told)


def _both(
    unit: LongColumn, period: LongColumn, pair: int
) -> tuple[tuple[Sequence[Any], int], tuple[Sequence[Any], int]]:
    first, second = divmod(pair, len(period.values))
    return (unit.values, first), (period.values, second)


def _unit_words(told: str, expected: str) -> Text:
    return Text(
        f"单位“{told}”与该时期的单位“{expected}”不同；请先登记单位变更（断点）",
        f"the unit “{told}” is not “{expected}”, in which this period is counted: record the "
        "change of unit (a break) first",
    )
