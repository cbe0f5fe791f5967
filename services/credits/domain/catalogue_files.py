"""Files of the academic office: learners, courses, programmes, outcomes, grades; their columns."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias

from services.credits.domain.outcome_kind import (
    AWARDS,
    COURSE_KINDS,
    FORMS,
    GRADES,
    KINDS,
    LEVELS,
    STAGES,
)
from shared.kernel.errors import Fault, InvalidInputError, Text
from shared.sheets import (
    CellError,
    ColumnSpec,
    Parser,
    choice,
    day,
    find_repeats,
    flag,
    integer,
    items,
    number,
    read_sheet,
    text,
)

ROWS_MAX: Final = 60_000
_FAULTS_SHOWN_MAX = 200
# What people write for a level besides its whole title.
_SHORT = {
    "国家": "national",
    "省": "provincial",
    "市": "municipal",
    "校": "school",
    "五级": "level5",
    "四级": "level4",
    "三级": "level3",
    "二级": "level2",
    "一级": "level1",
    "初": "elementary",
    "中": "intermediate",
    "高": "advanced",
    "特等": "special",
    "一等": "first",
    "二等": "second",
    "三等": "third",
    "1+X": "skill_certificate",
    "1+X证书": "skill_certificate",
    "竞赛": "competition",
    "职业资格": "qualification",
}


class CatalogueRowsError(InvalidInputError):
    """Some rows of the file are wrong."""

    code = "credit_rows_invalid"
    title_zh = "文件中有错误的行"
    mend = Text(
        "共 {count} 处错误，errors 中列出前 {shown} 处；请修改后重新导入，本次未写入任何内容。",
        "{count} places are wrong, `errors` names the first {shown}: mend them and import again; "
        "nothing has been written.",
    )


@dataclass(frozen=True, slots=True)
class CatalogueRows:
    """The rows of a file, all of them good, with their numbers in it."""

    rows: list[dict[str, Any]]
    numbers: list[int]


def _spec(name: str, zh: str, parse: Parser, **more: Any) -> ColumnSpec:
    return ColumnSpec(name=name, zh=zh, en=more.pop("en", name), parse=parse, **more)


def _one_of(known: Mapping[str, Text]) -> Parser:
    meanings = {title.zh: name for name, title in known.items()}
    meanings |= {word: name for word, name in _SHORT.items() if name in known}
    return choice({**meanings, **{name: name for name in known}})


def _credits(cell: object) -> int:
    """Take credits as people write them (2.5) and return hundredths."""
    value: Decimal = number(low=0, high=1000)(cell)
    hundredths = value * 100
    if hundredths != hundredths.to_integral_value():
        words = unicodedata.normalize("NFKC", str(cell))[:20]
        raise CellError(
            "credits_too_fine",
            f"学分“{words}”最多两位小数",
            f"credits have at most two decimals, not “{words}”",
        )
    return int(hundredths)


_LIST = items(each=text(max_chars=200), max_items=100)
LEARNERS: Final = (
    _spec("enrolment_no", "学籍号", text(max_chars=40), required=True, aliases=("学号",)),
    _spec("name", "姓名", text(max_chars=80), required=True),
    _spec("class_name", "班级", text(max_chars=80), required=True),
    _spec(
        "programme_code", "培养方案代码", text(max_chars=40), required=True, aliases=("方案编号",)
    ),
)
COURSES: Final = (
    _spec("code", "课程代码", text(max_chars=40), required=True, aliases=("课程编号",)),
    _spec("title", "课程名称", text(max_chars=200), required=True),
    _spec("kind", "课程性质", _one_of(COURSE_KINDS), required=True),
    _spec("credits_hundredths", "学分", _credits, en="credits", required=True),
    _spec("hours", "学时", integer(low=1, high=2000)),
    _spec("weeks", "周数", integer(low=1, high=104)),
    _spec("online", "在线课程", flag),
    _spec("competencies", "能力点", _LIST),
    _spec("description", "课程简介", text(max_chars=4000)),
)
PROGRAMMES: Final = (
    _spec("code", "培养方案代码", text(max_chars=40), required=True, aliases=("方案编号",)),
    _spec("title", "方案名称", text(max_chars=200), required=True),
    _spec("major_code", "专业代码", text(max_chars=16), required=True),
    _spec("stage", "办学层次", _one_of(STAGES), required=True),
    _spec("credits_hundredths", "总学分", _credits, en="credits", required=True),
    _spec("hours_total", "总学时", integer(low=1, high=20_000)),
    _spec("hours_practice", "实践学时", integer(low=0, high=20_000)),
    _spec("weeks_practice", "实习实训周数", integer(low=0, high=400)),
    _spec("weeks_enterprise", "企业实习周数", integer(low=0, high=400)),
    _spec("course_codes", "课程代码", items(each=text(max_chars=40), max_items=300)),
)
OUTCOMES: Final = (
    _spec("enrolment_no", "学籍号", text(max_chars=40), required=True, aliases=("学号",)),
    _spec("kind", "成果类型", _one_of({n: k.title for n, k in KINDS.items()}), required=True),
    _spec("title", "成果名称", text(max_chars=300), required=True),
    _spec("issuer_name", "颁发单位", text(max_chars=200), required=True, aliases=("发证单位",)),
    _spec("certificate_no", "证书编号", text(max_chars=200)),
    _spec("level", "等级", _one_of(LEVELS)),
    _spec("award", "奖项", _one_of(AWARDS)),
    _spec("form", "参赛形式", _one_of(FORMS), aliases=("个人/团体",)),
    _spec("stage", "所属层次", _one_of(STAGES)),
    _spec("hours", "学时", integer(low=1, high=20_000)),
    _spec("weeks", "周数", integer(low=1, high=400)),
    _spec("credits_hundredths", "成果学分", _credits, en="credits"),
    _spec("score", "成绩", integer(low=0, high=100)),
    _spec("completed_on", "完成日期", day, required=True, aliases=("获证日期", "获奖日期")),
    _spec("competencies", "能力点", _LIST),
    _spec("online", "在线学习", flag),
)
GRADED: Final = (
    _spec("enrolment_no", "学籍号", text(max_chars=40), required=True, aliases=("学号",)),
    _spec("course_code", "课程代码", text(max_chars=40), required=True),
    _spec("grade", "成绩", choice({grade: grade for grade in GRADES}), required=True),
    _spec("credits_hundredths", "学分", _credits, en="credits", required=True),
    _spec("term", "学年学期", text(max_chars=20), required=True),
    _spec("completed_on", "完成日期", day, required=True),
    _spec("weeks", "周数", integer(low=1, high=104)),
    _spec("hours", "学时", integer(low=1, high=5000)),
)
FileKind: TypeAlias = Literal["learners", "courses", "programmes", "outcomes", "grades"]
FILES: Final[Mapping[FileKind, tuple[ColumnSpec, ...]]] = {
    "learners": LEARNERS,
    "courses": COURSES,
    "programmes": PROGRAMMES,
    "outcomes": OUTCOMES,
    "grades": GRADED,
}
_UNIQUE: Final[Mapping[FileKind, str]] = {
    "learners": "enrolment_no",
    "courses": "code",
    "programmes": "code",
}


def read_catalogue(body: bytes, kind: FileKind, content_type: str) -> CatalogueRows:
    """Read a file whole or not at all; raises CatalogueRowsError with each wrong cell."""
    columns = FILES[kind]
    sheet = read_sheet(body, columns, content_type=content_type, rows_max=ROWS_MAX)
    faults = [*sheet.faults, *(find_repeats(sheet, _UNIQUE[kind]) if kind in _UNIQUE else ())]
    refuse_rows(faults)
    return CatalogueRows(
        [{**{c.name: None for c in columns}, **row.values} for row in sheet.rows],
        [row.number for row in sheet.rows],
    )


def refuse_rows(faults: Sequence[Fault]) -> None:
    """Raise CatalogueRowsError with the first faults, if there is one."""
    if faults:
        shown = sorted(faults, key=lambda fault: fault.row or 0)[:_FAULTS_SHOWN_MAX]
        raise CatalogueRowsError(faults=shown, count=len(faults), shown=len(shown))


def row_fault(number: int, column: str, *, zh: str, en: str) -> Fault:
    """Return a fault of a row that was found after reading."""
    return Fault("row_wrong", Text(zh, en), row=number, column=column)
