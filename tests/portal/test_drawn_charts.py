"""The charts are drawn by the library, in both widths, from documents that hold their data."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from xml.etree import ElementTree as ET

import pytest

from gateway.portal.drawing import WIDTHS, Drawer, Spec, finished, height_of
from gateway.portal.labour_charts import (
    Fan,
    FanPoint,
    Tile,
    bar_chart,
    fan_chart,
    heat_chart,
    reliability_chart,
)

WORDS = dict.fromkeys(("past", "then", "now", "band80", "band95", "value"), "岗位")
CHARTS: Mapping[str, Spec] = {
    "fan": fan_chart(
        Fan(
            past=[("2026-01-01", 3.0), ("2026-02-01", 5.0)],
            then=[("2026-02-01", 4.0)],
            now=[FanPoint("2026-03-01", 1.0, 2.0, 5.0, 8.0, 9.0)],
        ),
        {**WORDS, "past": "实际", "now": "预测"},
    ),
    "heat": heat_chart(
        [Tile("杭州", "护士", 1.4), Tile("绍兴", "护士", None)],
        {"row": "地区", "column": "职业", "ratio": "每名新增劳动者的岗位"},
    ),
    "reliability": reliability_chart(
        [(0.2, 0.1, 30), (0.8, 0.9, 20)], {"forecast": "概率", "happened": "发生", "n": "次数"}
    ),
    "bars": bar_chart(
        [("护士", "需求", 10.0), ("护士", "供给", 7.0)],
        {"what": "职业", "series": "类别", "value": "人数"},
    ),
}


@pytest.fixture(scope="module")
async def drawer() -> AsyncIterator[Drawer]:
    """The child that draws, one for this file."""
    drawer = Drawer()
    yield drawer
    drawer.close()


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("width", WIDTHS)
async def test_a_chart_is_drawn_in_its_width(drawer: Drawer, name: str, width: str) -> None:
    svg = ET.fromstring(await drawer.draw(CHARTS[name], width=width))
    assert svg.tag == "{http://www.w3.org/2000/svg}svg"
    assert abs(float(svg.attrib["width"]) - WIDTHS[width]) <= 2
    # The page has kept this height free.
    assert abs(float(svg.attrib["height"]) - height_of(width, CHARTS[name].get("height"))) <= 2
    words = "".join(svg.itertext())
    assert "undefined" not in words
    assert "NaN" not in words


async def test_a_chart_is_drawn_once(drawer: Drawer) -> None:
    first = await drawer.draw(CHARTS["fan"], width="wide")
    assert await drawer.draw(CHARTS["fan"], width="wide") is first


def test_a_chart_carries_its_data_and_asks_no_address() -> None:
    for spec in CHARTS.values():
        assert "url" not in str(finished(spec, width="wide")).replace("vega.github.io", "")
