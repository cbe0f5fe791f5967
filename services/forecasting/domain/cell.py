"""A cell of the tree region x industry x occupation x major, and the cells that it lies in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Literal, NamedTuple

from shared.catalogues.industries import find_industry
from shared.catalogues.majors import find_major
from shared.catalogues.occupations import find_occupation
from shared.catalogues.regions import find_region, lineage_of
from shared.kernel.errors import DomainError, NotFoundError, Text

Dimension = Literal["region", "industry", "occupation", "major"]
DIMENSIONS: Sequence[Dimension] = ("region", "industry", "occupation", "major")

# The lists that codes are read in, unless a dataset says that it uses an older one.
VERSIONS: Mapping[Dimension, str] = MappingProxyType(
    {"region": "2023", "industry": "2017", "occupation": "2022", "major": "2021"}
)
WHOLE = ""


class Cell(NamedTuple):
    """What a number is about; an empty code means all of them."""

    region: str = WHOLE
    industry: str = WHOLE
    occupation: str = WHOLE
    major: str = WHOLE


class CodeUnknownError(DomainError):
    """No entry of the catalogue has this code."""

    code = "cell_code_unknown"
    title_zh = "目录中没有该代码"
    mend = Text(
        "“{value}”不在{dimension}目录（{version} 版）中；请核对代码，或在数据集中写明所用版本。",
        "“{value}” is not in the list of {dimension} codes ({version}): check it, or let the "
        "dataset say which version it uses.",
    )


class CellUnknownError(NotFoundError):
    """Nothing is forecast for this cell."""

    code = "forecast_cell_unknown"
    title_zh = "没有该地区、行业、职业组合的预测"
    mend = Text(
        "请放宽条件（去掉行业或职业，或改用上级地区），或查看 /v1/forecasts/cells 列出的组合。",
        "Ask for less (leave out the industry or the occupation, take the region above), or see "
        "what /v1/forecasts/cells lists.",
    )


def code_named(dimension: Dimension, value: str) -> str:
    """Return a code as the newest list writes it; raises CodeUnknownError.

    >>> code_named("region", "33"), code_named("industry", "C3670"), code_named("region", "000000")
    ('330000', '3670', '')
    """
    if not value or (dimension == "region" and value == "000000"):
        return WHOLE
    found = _find(dimension, value)
    if found is None:
        raise CodeUnknownError(value=value[:16], dimension=dimension, version=VERSIONS[dimension])
    return found


def _find(dimension: Dimension, value: str) -> str | None:
    match dimension:
        case "region":
            found = find_region(value)
        case "industry":
            found = find_industry(value)
        case "occupation":
            found = find_occupation(value)
        case "major":
            found = find_major(value)
    return found.code if found else None


def name_of(dimension: Dimension, code: str) -> str:
    """Return the Chinese name of a code; the code itself where the list has none."""
    if code == WHOLE:
        return {"region": "全国", "industry": "全部行业", "occupation": "全部职业"}.get(
            dimension, "全部专业"
        )
    match dimension:
        case "region":
            found = find_region(code)
        case "industry":
            found = find_industry(code)
        case "occupation":
            found = find_occupation(code)
        case "major":
            found = find_major(code)
    return found.name if found else code


def cell_named(region: str, industry: str, occupation: str, major: str = "") -> Cell:
    """Return the cell of four codes as people write them; raises CodeUnknownError."""
    return Cell(
        code_named("region", region),
        code_named("industry", industry),
        code_named("occupation", occupation),
        code_named("major", major),
    )


@lru_cache(maxsize=20_000)
def ladder(dimension: Dimension, code: str) -> tuple[str, ...]:
    """Return the steps from everything down to `code`, one per level that sums are made for.

    Regions: all, province, city, district. Industries: all, section, the code. Occupations: all,
    major group, the code. Majors: all, the code. A code above the lowest level ends its ladder by
    repeating itself, so that every ladder of a dimension is equally long.

    >>> ladder("region", "330106"), ladder("region", "330100")
    (('', '330000', '330100', '330106'), ('', '330000', '330100', '330100'))
    >>> ladder("industry", "3670"), ladder("occupation", "6-18-01-01")
    (('', 'C', '3670'), ('', '6-00-00-00', '6-18-01-01'))
    """
    if dimension == "region":
        steps = [WHOLE, *(region.code for region in lineage_of(code))]
        return _filled(steps, code, 4)
    if dimension == "industry":
        return _filled([WHOLE, *_top_industry(code)], code, 3)
    if dimension == "occupation":
        return _filled([WHOLE, *_top_occupation(code)], code, 3)
    return _filled([WHOLE], code, 2)


def _filled(steps: Sequence[str], code: str, height: int) -> tuple[str, ...]:
    kept = [step for step in dict.fromkeys(steps) if step != code][: height - 1]
    return (*kept, *[code] * (height - len(kept)))


def _top_industry(code: str) -> tuple[str, ...]:
    found = find_industry(code)
    while found is not None and found.parent:
        found = find_industry(found.parent)
    return (found.code,) if found else ()


def _top_occupation(code: str) -> tuple[str, ...]:
    found = find_occupation(code)
    while found is not None and found.parent:
        above = find_occupation(found.parent)
        if above is None:
            break
        found = above
    return (found.code,) if found else ()


def above(dimension: Dimension, code: str) -> str | None:
    """Return the step of the ladder above a code; None above everything.

    >>> above("region", "330100"), above("occupation", "6-18-01-01"), above("industry", "")
    ('330000', '6-00-00-00', None)
    """
    steps = [step for step in ladder(dimension, code) if step != code]
    return steps[-1] if steps and code != WHOLE else None
