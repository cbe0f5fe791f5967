"""Rosters and plans as files: their columns, and rows with the fault of each wrong cell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matching.scores import MalformedCodeError, parse_major
from services.internships.domain.facts import InternshipKind
from shared.catalogues.majors import find_major
from shared.catalogues.regions import find_region
from shared.kernel.errors import Fault, InvalidInputError, Language, Text
from shared.sheets import (
    CellError,
    ColumnSpec,
    Parser,
    choice,
    day,
    find_repeats,
    integer,
    items,
    number,
    read_sheet,
    text,
    write_faults,
)

ROWS_MAX = 60_000
# A file with thousands of wrong rows is wrong as a whole: the first ones say what to mend.
FAULTS_SHOWN_MAX = 200

_TERM = re.compile(r"(\d{4})-(\d{4})(?:学年)?(?:-|第)?([一二12])(?:学期)?")
_REGION = re.compile(r"\d{6}")


class RowsInvalidError(InvalidInputError):
    """Some rows of the file are wrong."""

    code = "rows_invalid"
    title_zh = "文件中有错误的行"
    mend = Text(
        "共 {count} 处错误，errors 中列出前 {shown} 处；请修改后重新导入，本次未写入任何内容。",
        "{count} places are wrong, `errors` names the first {shown}: mend them and import again; "
        "nothing has been written.",
    )


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a file, all of them good."""

    rows: list[dict[str, Any]]
    numbers: list[int]


def parse_term(cell: object) -> str:
    """Take 2026-2027-1 or 2026-2027学年第一学期; return the first form.

    >>> parse_term("2026-2027学年第二学期")
    '2026-2027-2'
    """
    words = unicodedata.normalize("NFKC", str(cell)).replace(" ", "").replace("—", "-")
    found = _TERM.fullmatch(words)
    if found is None or int(found[2]) != int(found[1]) + 1:
        raise CellError(
            "not_a_term",
            f"“{words[:24]}”不是学年学期，请写成 2026-2027-1",
            f"“{words[:24]}” is no term: write 2026-2027-1",
        )
    return f"{found[1]}-{found[2]}-{ {'一': '1', '二': '2'}.get(found[3], found[3]) }"


def parse_region(cell: object) -> str:
    """Take a six-digit region code (GB/T 2260)."""
    words = unicodedata.normalize("NFKC", _words(cell))
    if not _REGION.fullmatch(words) or find_region(words) is None:
        raise CellError(
            "not_a_region",
            f"“{words[:24]}”不是现行 6 位行政区划代码，如 330106",
            f"“{words[:24]}” is no region code of 6 digits such as 330106",
        )
    return words


def parse_major_code(cell: object) -> str:
    """Take a code of the catalogues of majors."""
    words = unicodedata.normalize("NFKC", _words(cell)).upper()
    try:
        placed = parse_major(words)
    except MalformedCodeError:
        raise _no_major(words) from None
    # The catalogue of technician schools is not among ours: its codes are taken by their form.
    if placed.tree != "technician" and find_major(words) is None:
        raise _no_major(words)
    return words


def _no_major(words: str) -> CellError:
    return CellError(
        "not_a_major",
        f"专业目录中没有代码“{words[:24]}”，应如 460103",
        f"the catalogues have no major “{words[:24]}”; one looks like 460103",
    )


def _words(cell: object) -> str:
    return str(text(max_chars=40)(cell))


def spec(name: str, zh: str, parse: Parser, **more: Any) -> ColumnSpec:
    return ColumnSpec(name=name, zh=zh, en=name, parse=parse, **more)


_CODE_NOTE = Text("职业教育专业目录或本科专业目录中的代码", "a code of the catalogues of majors")
_TERM_NOTE = Text("如 2026-2027-1", "such as 2026-2027-1")
_LIST_NOTE = Text("多项用顿号分隔", "separate items by commas")

ROSTER: tuple[ColumnSpec, ...] = (
    spec(
        "enrolment_no",
        "学籍号",
        text(max_chars=40),
        required=True,
        aliases=("学号",),
        note=Text("每名学生唯一", "one of its own for each student"),
        example="G330106202401011234",
    ),
    spec("name", "姓名", text(max_chars=80), required=True, example="林晓"),
    spec(
        "major_code",
        "专业代码",
        parse_major_code,
        required=True,
        note=_CODE_NOTE,
        example="460103",
    ),
    spec(
        "grade_year",
        "年级",
        integer(low=2000, high=2100),
        required=True,
        aliases=("入学年份",),
        note=Text("入学年份", "the year of entry"),
        example="2024",
    ),
    spec("class_name", "班级", text(max_chars=80), required=True, example="数控2401"),
    spec(
        "class_teacher",
        "班主任",
        text(max_chars=80),
        aliases=("辅导员", "班主任(辅导员)"),
        example="周敏",
    ),
    spec("term", "学年学期", parse_term, required=True, note=_TERM_NOTE, example="2026-2027-1"),
    spec(
        "birth_on",
        "出生日期",
        day,
        note=Text("选填；仅用于核对实习年龄", "optional; used only to check the age"),
        example="2008-05-17",
    ),
    spec(
        "skills",
        "技能",
        items(each=text(max_chars=80), max_items=40),
        note=_LIST_NOTE,
        example="数控车削、CAD",
    ),
    spec(
        "region_code",
        "意向地区",
        parse_region,
        aliases=("意向地区代码",),
        note=Text("6 位行政区划代码", "a region code of 6 digits"),
        example="330106",
    ),
)

PLAN: tuple[ColumnSpec, ...] = (
    spec("code", "方案编号", text(max_chars=40), required=True, example="SX-2026-01"),
    spec("name", "方案名称", text(max_chars=200), required=True, example="数控技术岗位实习方案"),
    spec(
        "major_code",
        "专业代码",
        parse_major_code,
        required=True,
        note=_CODE_NOTE,
        example="460103",
    ),
    spec(
        "kind",
        "实习类型",
        choice(
            {
                "岗位实习": InternshipKind.ON_POST.value,
                "认识实习": InternshipKind.ORIENTATION.value,
                "on_post": InternshipKind.ON_POST.value,
                "orientation": InternshipKind.ORIENTATION.value,
            }
        ),
        required=True,
        example="岗位实习",
    ),
    spec("term", "学年学期", parse_term, required=True, note=_TERM_NOTE, example="2026-2027-1"),
    spec("weeks", "周数", integer(low=1, high=104), required=True, example="26"),
    spec("credits", "学分", number(low=0, high=100), example="12"),
    spec(
        "competencies",
        "能力目标",
        items(each=text(max_chars=200), max_items=60),
        note=_LIST_NOTE,
        example="零件数控加工、质量检验",
    ),
)


def read_roster(body: bytes, content_type: str) -> Rows:
    """Read a roster; raises RowsInvalidError, or what is wrong with the file as a whole."""
    return read_rows(body, ROSTER, content_type=content_type, unique="enrolment_no")


def read_plans(body: bytes, content_type: str) -> Rows:
    """Read training plans; raises as `read_roster`."""
    return read_rows(body, PLAN, content_type=content_type, unique="code")


def read_rows(
    body: bytes,
    columns: Sequence[ColumnSpec],
    *,
    content_type: str,
    unique: str | None,
    rows_max: int = ROWS_MAX,
) -> Rows:
    """Read a table whole or not at all: every wrong row is named, no row is left out silently."""
    sheet = read_sheet(body, columns, content_type=content_type, rows_max=rows_max)
    refuse_faults([*sheet.faults, *(find_repeats(sheet, unique) if unique else ())])
    blank: Mapping[str, None] = {column.name: None for column in columns}
    return Rows([{**blank, **row.values} for row in sheet.rows], [r.number for r in sheet.rows])


def marked_file(
    body: bytes,
    columns: Sequence[ColumnSpec],
    *,
    content_type: str,
    unique: str,
    language: Language,
) -> bytes:
    """Return the wrong rows of a file as XLSX, each with what is wrong in it; all of them."""
    sheet = read_sheet(body, columns, content_type=content_type, rows_max=ROWS_MAX)
    return write_faults(sheet, [*sheet.faults, *find_repeats(sheet, unique)], language)


def refuse_faults(faults: Sequence[Fault]) -> None:
    """Raise RowsInvalidError with the first faults, if there is one."""
    if faults:
        shown = sorted(faults, key=lambda fault: fault.row or 0)[:FAULTS_SHOWN_MAX]
        raise RowsInvalidError(faults=shown, count=len(faults), shown=len(shown))
