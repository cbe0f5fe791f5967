"""Cells that no spreadsheet should hold are named as faults, whoever made the file."""

from __future__ import annotations

import io
import zipfile

import orjson
import pytest

from shared.sheets import CellError, ColumnSpec, integer, text, write_xlsx
from shared.sheets.cells import as_text, clock, day, flag, folded
from shared.sheets.columns import read_columns

COLUMNS = (
    ColumnSpec(name="region", zh="地区", en="region", parse=text(max_chars=6)),
    ColumnSpec(name="value", zh="数值", en="value", parse=integer(low=0), required=True),
)


@pytest.mark.parametrize("parse", [as_text, folded, day, clock, flag, integer()])
def test_a_cell_that_is_no_number_is_a_fault_of_the_cell(parse: object) -> None:
    assert callable(parse)
    with pytest.raises(CellError):
        parse(float("nan"))


def test_a_workbook_with_nan_in_a_cell_is_answered_with_its_row() -> None:
    out = io.BytesIO()
    made = io.BytesIO(write_xlsx(["地区", "数值"], [["1", 7]]))
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<v>7</v>", b"<v>NaN</v>"))
    table = read_columns(out.getvalue(), COLUMNS, rows_max=10)
    assert [(fault.row, fault.column) for fault in table.faults] == [(2, "数值")]


def test_lists_and_objects_in_a_long_json_table_are_faults_of_their_cells() -> None:
    rows = [{"region": {"a": 1}, "value": [1]}, {"region": "330106", "value": 2}]
    table = read_columns(orjson.dumps(rows), COLUMNS, content_type="application/json", rows_max=10)
    assert {(fault.row, fault.column) for fault in table.faults} == {(1, "region"), (1, "value")}
