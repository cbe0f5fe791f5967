"""The columns of a file of observations, and what their cells may say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial

from services.forecasting.domain.cell import (
    DIMENSIONS,
    VERSIONS,
    CodeUnknownError,
    Dimension,
    code_named,
)
from services.forecasting.domain.dataset import Break
from services.forecasting.domain.measure import FREQUENCIES, DatasetFrequency
from services.forecasting.domain.period import parse_period, period_words
from shared.sheets.cells import Cell as FileCell
from shared.sheets.cells import CellError, as_text, day, number, text
from shared.sheets.tables import ColumnSpec

_TITLES: Mapping[Dimension, tuple[str, tuple[str, ...]]] = {
    "region": ("地区代码", ("地区", "行政区划", "行政区划代码", "region_code", "district")),
    "industry": ("行业代码", ("行业", "industry_code")),
    "occupation": ("职业代码", ("职业", "工种代码", "occupation_code")),
    "major": ("专业代码", ("专业", "major_code")),
}
_VALUE_NAMES = (
    "人数",
    "数量",
    "需求人数",
    "求职人数",
    "参保人数",
    "招生人数",
    "毕业生人数",
    "count",
)
_VALUE_MAX = 10**12


@dataclass(frozen=True, slots=True)
class Form:
    """What a file for one dataset must keep to; picklable, for the numeric child."""

    frequency: DatasetFrequency
    unit: str
    breaks: Sequence[Break]
    classification: Mapping[str, str]
    latest: int  # ordinal of the newest period that is over
    today: date


def observation_columns(form: Form) -> tuple[ColumnSpec, ...]:
    """Return the columns of a file for a dataset of this form."""
    dimensions = tuple(
        ColumnSpec(
            name=name,
            zh=_TITLES[name][0],
            en=name,
            parse=partial(_code, name, form.classification.get(name, VERSIONS[name])),
            aliases=_TITLES[name][1],
        )
        for name in DIMENSIONS
    )
    return (
        *dimensions,
        ColumnSpec(
            name="period",
            zh="时期",
            en="period",
            parse=partial(_period, form),
            required=True,
            aliases=("期间", "年月", "月份", "季度", "年份", "年度", "month", "quarter", "year"),
            example=period_words(form.frequency, form.latest),
        ),
        ColumnSpec(
            name="value",
            zh="数值",
            en="value",
            parse=number(low=0, high=Decimal(_VALUE_MAX)),
            required=True,
            aliases=_VALUE_NAMES,
            example="120",
        ),
        ColumnSpec(name="unit", zh="单位", en="unit", parse=text(max_chars=24)),
        ColumnSpec(
            name="as_of",
            zh="发布日期",
            en="as_of",
            parse=partial(_as_of, form.today),
            aliases=("统计日期", "published_on"),
        ),
    )


def _code(dimension: Dimension, listed: str, cell: FileCell) -> str:
    words = as_text(cell).upper()
    if listed != VERSIONS[dimension]:
        return str(text(max_chars=6 if dimension == "region" else 8)(words))
    try:
        return code_named(dimension, words)
    except CodeUnknownError as error:
        raise CellError("code_unknown", error.detail("zh"), error.detail("en")) from error


def _period(form: Form, cell: FileCell) -> int:
    period = parse_period(cell)
    if period.frequency != form.frequency:
        wanted, got = FREQUENCIES[form.frequency], FREQUENCIES[period.frequency]
        raise CellError(
            "frequency_mixed",
            f"该数据集为{wanted.zh}，此处是{got.zh}时期",
            f"the dataset is {wanted.en} and this period is {got.en}",
        )
    if period.ordinal > form.latest:
        last = period_words(form.frequency, form.latest)
        raise CellError(
            "period_future",
            f"该时期尚未结束；最近一期为 {last}",
            f"this period is not over yet; the newest is {last}",
        )
    return period.ordinal


def _as_of(today: date, cell: FileCell) -> date:
    told: date = day(cell)
    if told > today:
        raise CellError("as_of_future", "发布日期在今天之后", "published after today")
    return told
