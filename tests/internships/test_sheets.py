"""Tables that people send are read as they meant them, or answered with where they are wrong."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import orjson
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from shared.sheets import (
    CellError,
    ColumnSpec,
    FileBrokenError,
    FileEmptyError,
    FileGarbledError,
    FileTooLongError,
    HeadersWrongError,
    Sheet,
    clock,
    day,
    find_repeats,
    flag,
    integer,
    items,
    number,
    pay_in_fen,
    pay_in_yuan,
    read_sheet,
    text,
    write_csv,
    write_faults,
    write_template,
    write_xlsx,
)

COLUMNS = (
    ColumnSpec(
        name="title",
        zh="岗位名称",
        en="title",
        parse=text(max_chars=50),
        required=True,
        example="钳工",
    ),
    ColumnSpec(name="seats", zh="人数", en="seats", parse=integer(low=0), required=True),
    ColumnSpec(name="start_on", zh="开始日期", en="start_on", parse=day, aliases=("起始日期",)),
    ColumnSpec(
        name="skills", zh="技能", en="skills", parse=items(each=text(max_chars=20), max_items=5)
    ),
)
TABLE = "岗位名称,人数,开始日期\n装配钳工,3,2026/3/1\n护理,2,2026.3.2\n"


def read(body: bytes, content_type: str = "", rows_max: int = 100) -> Sheet:
    return read_sheet(body, COLUMNS, content_type=content_type, rows_max=rows_max)


def values(sheet: Sheet) -> list[dict[str, Any]]:
    return [row.values for row in sheet.rows]


MEANT = [
    {"title": "装配钳工", "seats": 3, "start_on": date(2026, 3, 1)},
    {"title": "护理", "seats": 2, "start_on": date(2026, 3, 2)},
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_a_csv_is_read_in_every_encoding_that_spreadsheets_write(encoding: str) -> None:
    assert values(read(TABLE.encode(encoding))) == MEANT


def test_gbk_that_calls_itself_utf_8_is_read_and_said() -> None:
    sheet = read(TABLE.encode("gbk"), "text/csv; charset=utf-8")
    assert values(sheet) == MEANT
    assert "GBK" in sheet.notes[0].zh


def test_gbk_that_is_well_formed_utf_8_by_chance_is_read_by_its_headers() -> None:
    spec = ColumnSpec(name="degree", zh="学位", en="degree", parse=text(max_chars=9))
    body = "学位\n学位a\n".encode("gbk")
    assert body.decode("utf-8") != "学位\n学位a\n"  # the trap: this does not fail
    sheet = read_sheet(body, [spec])
    assert sheet.rows[0].values == {"degree": "学位a"}
    assert "GBK" in sheet.notes[0].en


def test_text_that_was_damaged_before_it_was_sent_is_refused() -> None:
    damaged = TABLE.encode("gbk").decode("utf-8", errors="replace").encode()
    with pytest.raises(FileGarbledError):
        read(damaged)


def test_headers_opened_as_gbk_are_named_by_what_they_were() -> None:
    scrambled = "岗位名称".encode().decode("gb18030") + ",人数\nx,1\n"
    with pytest.raises(HeadersWrongError) as refused:
        read(scrambled.encode())
    assert "岗位名称" in refused.value.faults[0].text.zh


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    assert values(read(TABLE.replace(",", delimiter).encode())) == MEANT


def test_rows_are_numbered_as_a_spreadsheet_shows_them() -> None:
    sheet = read("岗位名称,人数\n好,1\n\n坏,三\n".encode())
    (fault,) = sheet.faults
    assert (fault.row, fault.column, fault.code) == (4, "人数", "not_number")
    assert [row.number for row in sheet.rows] == [2]


def test_an_xlsx_that_starts_lower_on_the_page_keeps_its_row_numbers() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.add_worksheet("空")
        page = book.add_worksheet("岗位")
        page.write_row(3, 2, ["岗位名称", "人数"])
        page.write_row(5, 2, ["钳工", -1])
    (fault,) = read(out.getvalue()).faults
    assert (fault.sheet, fault.row, fault.column) == ("岗位", 6, "人数")


def test_numbers_and_days_of_an_xlsx_are_what_they_look_like() -> None:
    body = write_xlsx(["title", "seats", "start_on"], [[440103, 3.0, date(2026, 3, 1)]])
    assert values(read(body)) == [{"title": "440103", "seats": 3, "start_on": date(2026, 3, 1)}]


def test_a_long_number_that_the_spreadsheet_rounded_is_refused() -> None:
    (fault,) = read(write_xlsx(["title", "seats"], [[914401017482709123, 1]])).faults
    assert fault.code == "number_rounded"


def test_json_faults_point_into_the_body() -> None:
    body = orjson.dumps({"posts": [{"title": "好", "seats": 1}, {"title": "坏", "seats": -2}]})
    sheet = read(body)
    (fault,) = sheet.faults
    assert fault.pointer == "/posts/1/seats"
    assert values(sheet) == [{"title": "好", "seats": 1}]


def test_a_json_object_without_a_required_key_is_a_fault_of_that_object() -> None:
    (fault,) = read(b'[{"title": "a", "seats": 1}, {"title": "b"}]').faults
    assert (fault.pointer, fault.code) == ("/1/seats", "required")


@pytest.mark.parametrize(
    "body",
    [
        b"PK\x03\x04 this is no workbook",
        b"\xd0\xcf\x11\xe0 neither is this",
        b'[{"title": "a"',
        b"[1, 2]",
        b'"text"',
        b"\x81\xff\xff\x00\x81",
        '岗位名称,人数\n"没有结束的引号,1\n'.encode(),
    ],
)
def test_a_broken_file_is_answered_as_broken(body: bytes) -> None:
    kind = "application/json" if body.startswith(b'"') else ""
    with pytest.raises(FileBrokenError):
        read(body, kind)


def test_a_workbook_cut_in_half_is_answered_as_broken() -> None:
    whole = write_xlsx(["title", "seats"], [["a", 1]] * 50)
    with pytest.raises(FileBrokenError):
        read(whole[: len(whole) // 2])


def test_a_workbook_whose_sheet_is_no_xml_is_answered_as_broken() -> None:
    out = io.BytesIO()
    whole = io.BytesIO(write_xlsx(["title"], [["a"]]))
    with zipfile.ZipFile(whole) as good, zipfile.ZipFile(out, "w") as bad:
        for entry in good.infolist():
            spoiled = entry.filename.startswith("xl/worksheets/")
            bad.writestr(entry, b"<worksheet><sheetData><row" if spoiled else good.read(entry))
    with pytest.raises((FileBrokenError, FileEmptyError)):
        read(out.getvalue())


def test_two_far_cells_do_not_fill_the_memory() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet()
        page.write_string(0, 0, "岗位名称")
        page.write_string(1_048_575, 16_383, "x")
    with pytest.raises(FileTooLongError):
        read(out.getvalue())


@pytest.mark.parametrize(
    "body", [b"", b" \n\n", "岗位名称,人数\n".encode(), b"[]", b"\xef\xbb\xbf"]
)
def test_a_file_without_rows_is_answered_as_empty(body: bytes) -> None:
    with pytest.raises(FileEmptyError):
        read(body)


def test_an_empty_workbook_is_answered_as_empty() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.add_worksheet()
    with pytest.raises(FileEmptyError):
        read(out.getvalue())


def test_more_rows_than_allowed_are_refused() -> None:
    with pytest.raises(FileTooLongError):
        read(("title,seats\n" + "a,1\n" * 6).encode(), rows_max=5)


def test_every_wrong_header_is_named_at_once() -> None:
    with pytest.raises(HeadersWrongError) as refused:
        read("岗位名,人数,seats,电话\na,1,1,2\n".encode())
    codes = {(fault.code, fault.column) for fault in refused.value.faults}
    assert codes == {
        ("header_unknown", "岗位名"),
        ("header_unknown", "电话"),
        ("header_repeated", "人数"),
        ("header_repeated", "seats"),
        ("header_missing", "岗位名称"),
    }
    near = next(f for f in refused.value.faults if f.column == "岗位名")
    assert "岗位名称" in near.text.zh


def test_a_comma_without_quotes_is_noticed() -> None:
    (fault,) = read(b"title,seats\na,1,2\n").faults
    assert fault.code == "row_too_wide"


def test_repeats_name_the_first_row_though_it_has_a_fault_of_its_own() -> None:
    sheet = read(b"title,seats\na,few\nb,1\na,2\n")
    (fault,) = find_repeats(sheet, "title")
    assert (fault.row, fault.column) == (4, "title")
    assert "2" in fault.text.en


@pytest.mark.parametrize(
    "words",
    ["2026-03-01", "2026/3/1", "2026.3.1", "2026年3月1日", "20260301", 46082, 46082.0,
     datetime.fromisoformat("2026-03-01T08:00"), "2026-03-01 00:00:00", "２０２６-03-01"],
)  # fmt: skip
def test_a_day_is_read_as_people_write_it(words: Any) -> None:
    assert day(words) == date(2026, 3, 1)


@pytest.mark.parametrize("words", ["2026-02-30", "03/01/2026", "明天", 12, "2026", True])
def test_what_is_no_day_is_refused(words: Any) -> None:
    with pytest.raises(CellError):
        day(words)


@pytest.mark.parametrize(
    ("words", "meant"),
    [("8:30", time(8, 30)), ("08:30:00", time(8, 30)), ("8点", time(8)), (0.75, time(18)),
     ("22：00", time(22)), (time(7), time(7))],
)  # fmt: skip
def test_a_time_is_read_as_people_write_it(words: Any, meant: time) -> None:
    assert clock(words) == meant


@pytest.mark.parametrize("words", ["25:00", "8:61", "早上", 3.5])
def test_what_is_no_time_is_refused(words: Any) -> None:
    with pytest.raises(CellError):
        clock(words)


@pytest.mark.parametrize("words", ["maybe", "2", "", 2])
def test_what_is_neither_yes_nor_no_is_refused(words: Any) -> None:
    with pytest.raises(CellError):
        flag(words)


@pytest.mark.parametrize("words", ["NaN", "Infinity", "1e999999999", True, date(2026, 3, 1)])
def test_a_number_is_finite_and_a_number(words: Any) -> None:
    with pytest.raises(CellError):
        number(low=0, high=10)(words)


def test_a_list_is_cut_at_every_usual_sign() -> None:
    cut = items(each=text(max_chars=9), max_items=9)
    assert cut("车工、钳工，焊工;铣工|车工") == ("车工", "钳工", "焊工", "铣工")


def test_a_csv_that_is_written_runs_no_formula() -> None:
    lines = write_csv(["x"], [[cell] for cell in ("=1", "+1", "-1", "@x", "\tx", -1)])
    assert [line[:1] for line in lines.decode("utf-8-sig").split("\r\n")[1:5]] == ["'"] * 4
    assert lines.decode("utf-8-sig").split("\r\n")[6] == "-1"


def test_an_xlsx_that_is_written_holds_no_formula() -> None:
    body = write_xlsx(["x"], [["=HYPERLINK(1)"], ["http://a"]])
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        page = archive.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in page
    assert b"hyperlink" not in page


def test_the_template_is_read_by_its_own_columns() -> None:
    body = write_template(COLUMNS, "zh", sheet="岗位")
    sheet = read(body)
    assert sheet.grid.headers == ("岗位名称", "人数", "开始日期", "技能")


def test_a_list_of_faults_can_be_mended_and_sent_again() -> None:
    sheet = read("岗位名称,人数\n好,1\n坏,三\n".encode())
    again = read(write_faults(sheet, sheet.faults, "zh"))
    assert again.grid.headers[-1] == "错误说明"
    assert "三" in again.grid.rows[0][-1]
    assert [fault.column for fault in again.faults] == ["人数"]


CLEAN = st.text(
    st.characters(codec="gb18030", exclude_categories=("C", "Z")), min_size=1, max_size=12
)
TITLES = CLEAN.filter(lambda words: "锟斤拷" not in words and words.isprintable())
RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "title": TITLES,
            "seats": st.integers(0, 9_999),
            "start_on": st.dates(date(1990, 1, 1), date(2100, 1, 1)),
        }
    ),
    min_size=1,
    max_size=8,
)


HEADERS = ["岗位名称", "人数", "开始日期"]


def rows_of(records: list[dict[str, Any]]) -> list[list[Any]]:
    return [[record["title"], record["seats"], record["start_on"]] for record in records]


def unmarked(title: str) -> str:
    """Return a title without the mark that keeps a spreadsheet from running it."""
    return title.removeprefix("'")


@given(records=RECORDS, encoding=st.sampled_from(["utf-8-sig", "gb18030"]))
def test_what_is_written_as_csv_is_read_back(records: list[dict[str, Any]], encoding: str) -> None:
    body = write_csv(HEADERS, rows_of(records))
    found = values(read(body.decode("utf-8-sig").encode(encoding)))
    assert [{**record, "title": unmarked(record["title"])} for record in found] == [
        {**record, "title": unmarked(record["title"])} for record in records
    ]


@given(records=RECORDS)
def test_what_is_written_as_xlsx_or_json_is_read_back(records: list[dict[str, Any]]) -> None:
    rows = rows_of(records)
    assert values(read(write_xlsx(HEADERS, rows))) == records
    told = orjson.dumps([dict(zip(HEADERS, row, strict=True)) for row in rows])
    assert values(read(told)) == records


REFUSALS = (FileBrokenError, FileEmptyError, FileGarbledError, FileTooLongError, HeadersWrongError)


@given(body=st.binary(max_size=200))
def test_no_bytes_at_all_break_the_reader(body: bytes) -> None:
    try:
        sheet = read(body)
    except REFUSALS:
        return
    assert sheet.rows or sheet.faults


def test_decimals_stay_exact() -> None:
    assert number()("7.50") == Decimal("7.50")


def test_a_workbook_holds_what_it_cannot_hold_in_a_form_that_it_can() -> None:
    body = write_xlsx(["x"], [["长" * 40_000], [float("nan")], [time(8, 30)]], sheet="a/b[c]*" * 9)
    with CalamineWorkbook.from_filelike(io.BytesIO(body)) as book:
        cells = book.get_sheet_by_index(0).to_python()
    assert len(cells[1][0]) == 32_767
    assert [row[0] for row in cells[2:]] == ["nan", "08:30"]


def test_two_units_of_one_field_may_stand_in_a_file_but_not_disagree_in_a_row() -> None:
    columns = [
        ColumnSpec(name="pay", zh="日薪", en="yuan", parse=pay_in_yuan("day")),
        ColumnSpec(name="pay", zh="日薪（分）", en="fen", parse=pay_in_fen("day")),
    ]
    sheet = read_sheet("日薪,日薪（分）\n150,15000\n150,16000\n".encode(), columns)
    assert [row.values for row in sheet.rows] == [{"pay": 15_000}]
    assert [(fault.row, fault.code) for fault in sheet.faults] == [(3, "given_twice")]
