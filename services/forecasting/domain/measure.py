"""What can be counted: the measures, who may report each, and what its numbers mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from shared.kernel.errors import DomainError, ForbiddenError, Text

Nature = Literal["flow", "stock", "index"]
Absent = Literal["zero", "unknown"]
DatasetFrequency = Literal["month", "quarter", "year"]

_STATE = frozenset({"authority"})
_BODIES = frozenset({"authority", "industry_body"})
_SCHOOLS = frozenset({"school", "authority"})


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that is counted.

    A flow is counted over a period and adds up over time; a stock is counted on a day. Both add
    up over places, industries and occupations; an index does not.
    """

    code: str
    title: Text
    nature: Nature
    writers: frozenset[str]  # kinds of organisations; empty: the platform counts it itself
    public: bool
    absent: Absent = "unknown"
    unit: str = "person"


_MEASURES = (
    Measure(
        "posts_published",
        Text("发布岗位数（去重）", "Posts advertised, repeats counted once"),
        "flow",
        frozenset(),
        public=True,
        absent="zero",
        unit="post",
    ),
    Measure(
        "seats_published",
        Text("发布岗位的名额（去重）", "Seats of posts advertised, repeats counted once"),
        "flow",
        frozenset(),
        public=True,
        absent="zero",
    ),
    Measure(
        "placements_accepted",
        Text("落实的实习安排", "Placements accepted"),
        "flow",
        frozenset(),
        public=True,
        absent="zero",
    ),
    Measure(
        "placements_started",
        Text("开始的实习", "Placements started"),
        "flow",
        frozenset(),
        public=True,
        absent="zero",
    ),
    Measure(
        "vacancies_public",
        Text("公共招聘需求人数", "Vacancies at public employment services"),
        "flow",
        _BODIES,
        public=True,
        absent="zero",
    ),
    Measure(
        "vacancies_advertised",
        Text("招聘广告岗位数", "Vacancies advertised elsewhere"),
        "flow",
        _BODIES,
        public=True,
        absent="zero",
        unit="post",
    ),
    Measure(
        "seekers_registered",
        Text("登记求职人数", "Registered seekers"),
        "flow",
        _STATE,
        public=True,
        absent="zero",
    ),
    Measure("insured", Text("参保职工人数", "Insured head count"), "stock", _STATE, public=True),
    Measure("insured_in", Text("新增参保人数", "Newly insured"), "flow", _STATE, public=True),
    Measure("insured_out", Text("减少参保人数", "No longer insured"), "flow", _STATE, public=True),
    Measure(
        "shortage_survey",
        Text("用工短缺调查缺口人数", "Unfilled posts by survey"),
        "stock",
        _BODIES,
        public=True,
    ),
    Measure("employed", Text("从业人数", "Persons employed"), "stock", _BODIES, public=True),
    Measure("enrolment", Text("招生人数", "New students"), "flow", _SCHOOLS, public=False),
    Measure("graduates", Text("毕业生人数", "Graduates"), "flow", _SCHOOLS, public=False),
    Measure(
        "graduates_studying",
        Text("升学毕业生人数", "Graduates in further study"),
        "flow",
        _SCHOOLS,
        public=False,
    ),
    Measure(
        "graduates_employed",
        Text("已就业毕业生人数", "Graduates employed"),
        "flow",
        _SCHOOLS,
        public=False,
    ),
    Measure(
        "graduates_employed_local",
        Text("本地就业毕业生人数", "Graduates employed in the region"),
        "flow",
        _SCHOOLS,
        public=False,
    ),
)
MEASURES: Mapping[str, Measure] = MappingProxyType({each.code: each for each in _MEASURES})
DEFAULT_MEASURE = "posts_published"

FREQUENCIES: Mapping[DatasetFrequency, Text] = MappingProxyType(
    {
        "month": Text("月度", "monthly"),
        "quarter": Text("季度", "quarterly"),
        "year": Text("年度", "annual"),
    }
)
SEASONS: Mapping[str, int] = MappingProxyType({"month": 12, "quarter": 4, "year": 1})


class MeasureUnknownError(DomainError):
    """No measure has this name."""

    code = "measure_unknown"
    title_zh = "没有该指标"
    mend = Text("可用指标：{known}。", "The measures are: {known}.")


def measure_named(code: str) -> Measure:
    """Return a measure; raises MeasureUnknownError."""
    found = MEASURES.get(code)
    if found is None:
        raise MeasureUnknownError(measure=code[:40], known=", ".join(MEASURES))
    return found


def expect_writer(measure: Measure, org_kind: str | None) -> None:
    """Refuse an organisation that does not report this measure; raises ForbiddenError."""
    if org_kind not in measure.writers:
        kinds = " | ".join(sorted(measure.writers)) or "the platform itself (平台自身统计)"
        raise ForbiddenError(needs=kinds)
