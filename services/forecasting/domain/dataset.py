"""A dataset: one measure from one source, its unit and its breaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from services.forecasting.domain.measure import Absent, DatasetFrequency
from shared.kernel.errors import ConflictError, DomainError, NotFoundError, Text

BreakKind = Literal["unit", "definition", "classification", "source"]


class DatasetNotFoundError(NotFoundError):
    """No dataset has this id."""

    code = "dataset_not_found"
    title_zh = "找不到该数据集"


class DatasetExistsError(ConflictError):
    """Your organisation has this dataset already."""

    code = "dataset_exists"
    title_zh = "本单位已有该数据集"
    mend = Text(
        "同一指标、来源和频率只建一个数据集：{dataset_id}。",
        "One dataset holds a measure of a source and frequency: {dataset_id}.",
    )


class BreakExistsError(ConflictError):
    """This break is recorded already."""

    code = "break_exists"
    title_zh = "该断点已登记"
    mend = Text("无需重复登记。", "There is no need to record it again.")


class BreakLateError(DomainError):
    """A change of unit is recorded before the numbers in the new unit."""

    code = "break_after_numbers"
    status = 409
    title_zh = "新单位的断点须在报送新数据之前登记"
    mend = Text(
        "{period} 起已有以原单位报送的数据；请先按原单位更正，或从更晚的时期起登记断点。",
        "Numbers in the old unit stand from {period} on: take a later period, or correct them.",
    )


@dataclass(frozen=True, slots=True)
class Break:
    """From `period` on something is counted in another way; `factor` makes old numbers new ones."""

    period: int
    kind: BreakKind
    unit_before: str | None
    factor: float | None
    series_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Dataset:
    """One measure from one source."""

    id: UUID
    org_id: UUID | None
    measure: str
    name: str
    source: str
    definition: str
    frequency: DatasetFrequency
    unit: str
    classification: Mapping[str, str]
    absent: Absent
    public: bool
    current_run_id: UUID | None
    version: int


def unit_at(unit: str, breaks: Sequence[Break], period: int) -> str:
    """Return the unit in which a period is counted.

    >>> change = Break(period=10, kind="unit", unit_before="thousand", factor=1000.0)
    >>> unit_at("person", [change], 9), unit_at("person", [change], 10)
    ('thousand', 'person')
    """
    later = [
        each for each in breaks if each.kind == "unit" and each.unit_before and period < each.period
    ]
    nearest = min(later, key=lambda each: each.period, default=None)
    return nearest.unit_before if nearest and nearest.unit_before else unit
