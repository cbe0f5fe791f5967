"""Columns of the tables that schools, authorities and industry bodies report."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from shared.catalogues.industries import find_industry
from shared.catalogues.majors import find_major
from shared.catalogues.occupations import find_occupation
from shared.catalogues.regions import find_region
from shared.kernel.errors import Text
from shared.sheets import CellError, ColumnSpec, Parser, day, integer, number, text

ReportKind = Literal["cohorts", "destinations", "major-flows", "market", "employment", "industries"]
REPORT_KINDS: tuple[ReportKind, ...] = get_args(ReportKind)

_COUNT_MAX = 100_000_000
_QUARTER = re.compile(r"(\d{4})\s*(?:年|-)?\s*(?:第|q)?\s*([1-4一二三四])\s*(?:季度|季|q)?")
_NUMERALS = {"一": "1", "二": "2", "三": "3", "四": "4"}


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of report: who may send it, its columns, and what makes a row the same again."""

    kind: ReportKind
    title: Text
    senders: frozenset[str]
    columns: tuple[ColumnSpec, ...]
    key: tuple[str, ...]


def _words(cell: object) -> str:
    return unicodedata.normalize("NFKC", str(cell)).strip()


def parse_quarter(cell: object) -> str:
    """Take 2026Q1, 2026-Q1 or 2026年第一季度; return the first form.

    >>> parse_quarter("2026年第三季度"), parse_quarter("2026-Q1")
    ('2026Q3', '2026Q1')
    """
    words = _words(cell).casefold()
    found = _QUARTER.fullmatch(words)
    if found is None or not 1990 <= int(found[1]) <= 2100:
        raise CellError(
            "not_a_quarter",
            f"“{words[:24]}”不是季度，请写成 2026Q1",
            f"“{words[:24]}” is no quarter: write 2026Q1",
        )
    return f"{found[1]}Q{_NUMERALS.get(found[2], found[2])}"


def parse_region_code(cell: object) -> str:
    """Take a six-digit region code (GB/T 2260)."""
    words = _words(cell).removesuffix(".0")
    if not re.fullmatch(r"\d{6}", words) or find_region(words) is None:
        raise CellError(
            "region_unknown",
            f"没有行政区划代码“{words[:24]}”（六位，GB/T 2260）",
            f"there is no region “{words[:24]}” (six digits, GB/T 2260)",
        )
    return words


def parse_major_code(cell: object) -> str:
    """Take a major's code of the Ministry's catalogues, with or without T and K."""
    words = _words(cell).removesuffix(".0").upper()
    found = find_major(words)
    if found is None:
        raise CellError(
            "major_unknown",
            f"专业目录中没有“{words[:24]}”",
            f"no catalogue of majors has “{words[:24]}”",
        )
    return found.code


def parse_occupation_code(cell: object) -> str:
    """Take an occupation's code of 职业分类大典 2022."""
    words = _words(cell).upper()
    if find_occupation(words) is None:
        raise CellError(
            "occupation_unknown",
            f"职业分类大典中没有“{words[:24]}”",
            f"there is no occupation “{words[:24]}”",
        )
    return words


def parse_industry_code(cell: object) -> str:
    """Take an industry's code of GB/T 4754, with or without the section's letter."""
    words = _words(cell).upper()
    found = find_industry(words)
    if found is None:
        raise CellError(
            "industry_unknown",
            f"国民经济行业分类中没有“{words[:24]}”",
            f"there is no industry “{words[:24]}”",
        )
    return found.code


def _column(
    name: str, zh: str, parse: Parser, *, example: str, required: bool = True
) -> ColumnSpec:
    return ColumnSpec(name=name, zh=zh, en=name, parse=parse, required=required, example=example)


def _count(name: str, zh: str, *, example: str, required: bool = True) -> ColumnSpec:
    return _column(name, zh, integer(low=0, high=_COUNT_MAX), example=example, required=required)


_YEAR = integer(low=1990, high=2100)
_REGION = _column(
    "region_code", "行政区划代码", parse_region_code, example="330600", required=False
)
_MAJOR = _column("major_code", "专业代码", parse_major_code, example="460103")
_OCCUPATION = _column("occupation_code", "职业代码", parse_occupation_code, example="6-18-02-04")
_SCHOOL = _column("school_name", "学校名称", text(max_chars=200), example="", required=False)
_SOURCE = _column("source", "数据来源", text(max_chars=200), example="学籍系统")
_COUNTED = _column("counted_on", "统计日期", day, example="2026-08-31")
_QUARTERS = _column("quarter", "季度", parse_quarter, example="2026Q1")
_PAY = _column(
    "pay_yuan_month",
    "月薪中位数（元）",
    number(low=0, high=1_000_000),
    example="5800",
    required=False,
)

_FORMS = (
    Form(
        "cohorts",
        Text("招生与在校情况", "Enrolment by cohort"),
        frozenset({"school", "authority"}),
        (
            _REGION,
            _SCHOOL,
            _MAJOR,
            _column("entry_year", "入学年份", _YEAR, example="2025"),
            _column("programme_years", "学制（年）", integer(low=1, high=8), example="3"),
            _count("enrolled", "招生人数", example="120"),
            _SOURCE,
            _COUNTED,
        ),
        ("region_code", "school_name", "major_code", "entry_year"),
    ),
    Form(
        "destinations",
        Text("毕业去向", "Destinations of graduates"),
        frozenset({"school", "authority"}),
        (
            _REGION,
            _SCHOOL,
            _MAJOR,
            _column("year", "毕业年份", _YEAR, example="2026"),
            _count("graduates", "毕业生人数", example="110"),
            _count("contract", "协议和合同就业", example="70"),
            _count("flexible", "灵活就业", example="8", required=False),
            _count("own_business", "自主创业", example="2", required=False),
            _count("further_study", "升学", example="25"),
            _count("seeking", "待就业", example="4", required=False),
            _count("not_seeking", "暂不就业", example="1", required=False),
            _count("unknown", "去向不明", example="0", required=False),
            _count("employed_local", "其中本地就业", example="55", required=False),
            _count("employed_relevant", "其中专业对口", example="60", required=False),
            _PAY,
            _column("definition", "统计口径", text(max_chars=500), example="8 月 31 日毕业去向"),
            _SOURCE,
            _COUNTED,
        ),
        ("region_code", "school_name", "major_code", "year"),
    ),
    Form(
        "major-flows",
        Text("专业与就业岗位", "Occupations that graduates of majors took up"),
        frozenset({"school", "authority"}),
        (
            _REGION,
            _MAJOR,
            _OCCUPATION,
            _column("year", "毕业年份", _YEAR, example="2026"),
            _count("people", "人数", example="30"),
            _SOURCE,
            _COUNTED,
        ),
        ("region_code", "major_code", "occupation_code", "year"),
    ),
    Form(
        "market",
        Text("公共就业服务机构季度供求", "Quarterly posts and registered seekers"),
        frozenset({"authority"}),
        (
            _REGION,
            _OCCUPATION,
            _QUARTERS,
            _count("posts", "招聘人数", example="320"),
            _count("seekers", "登记求职人数", example="180"),
            _count("unfilled", "招满一季仍空缺", example="60", required=False),
            _PAY,
            _SOURCE,
            _COUNTED,
        ),
        ("region_code", "occupation_code", "quarter"),
    ),
    Form(
        "employment",
        Text("职业从业人数", "People employed by occupation"),
        frozenset({"authority"}),
        (
            _REGION,
            _OCCUPATION,
            _column("year", "年份", _YEAR, example="2025"),
            _count("employed", "从业人数", example="12000"),
            _count("separated", "退出该职业人数", example="420"),
            _SOURCE,
            _COUNTED,
        ),
        ("region_code", "occupation_code", "year"),
    ),
    Form(
        "industries",
        Text("行业就业状况", "Employment status of industries"),
        frozenset({"authority", "industry_body"}),
        (
            _REGION,
            _column("industry_code", "行业代码", parse_industry_code, example="C34"),
            _QUARTERS,
            _count("enterprises", "填报企业数", example="86"),
            _count("headcount", "从业人数", example="15200"),
            _count("hired", "新增人数", example="640", required=False),
            _count("departed", "减少人数", example="510", required=False),
            _count("vacancies", "空缺岗位数", example="300", required=False),
            _PAY,
            _SOURCE,
            _COUNTED,
        ),
        ("region_code", "industry_code", "quarter"),
    ),
)
FORMS: Mapping[ReportKind, Form] = {form.kind: form for form in _FORMS}

# The ways a graduate may have gone; they add up to the graduates.
DESTINATIONS = (
    "contract",
    "flexible",
    "own_business",
    "further_study",
    "seeking",
    "not_seeking",
    "unknown",
)
EMPLOYED = ("contract", "flexible", "own_business")
