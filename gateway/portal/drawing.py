"""Draws a Vega-Lite chart as SVG in a child process, and keeps what was drawn."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import orjson

from shared.jobs.worker import Cpu

Spec = Mapping[str, Any]

VEGA_LITE = "6.4"  # of the drawing here and of the bundle that browsers load
_KEPT_BYTES_MAX = 16 * 2**20

# Colours of portal.css; text is the reader's own font, so an SVG carries none.
_STYLE: Spec = {
    "background": "white",
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": {
        "domainColor": "#737f8a",
        "gridColor": "#d8dee4",
        "labelColor": "#17212b",
        "labelFontSize": 13,
        "labelOverlap": True,
        "tickColor": "#737f8a",
        "titleColor": "#4a5763",
        "titleFontSize": 13,
        "titleFontWeight": "normal",
    },
    "legend": {"labelFontSize": 13, "orient": "top", "title": None, "labelLimit": 320},
    "range": {"category": ["#10497e", "#d08700", "#1a6840", "#b3312b", "#737f8a"]},
}
WIDTHS: Mapping[str, int] = {"wide": 680, "narrow": 300}
_HEIGHTS: Mapping[str, int] = {"wide": 340, "narrow": 280}


class Drawer:
    """One child that draws, started with the first chart; what it drew is kept, oldest out first.

    The library takes 100 MB and a second to load: neither the start nor a request's loop pays.
    """

    def __init__(self) -> None:
        self._cpu = Cpu(_warm)
        self._kept: OrderedDict[str, str] = OrderedDict()
        self._bytes = 0

    async def draw(self, spec: Spec, *, width: str) -> str:
        """Return `spec` as an SVG of a named width (`WIDTHS`), in the portal's style."""
        text = orjson.dumps(finished(spec, width=width)).decode()
        key = hashlib.sha256(text.encode()).hexdigest()
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        svg = await self._cpu.compute(_draw, text)
        self._keep(key, svg)
        return svg

    def _keep(self, key: str, svg: str) -> None:
        if key not in self._kept:
            self._bytes += len(svg)
        self._kept[key] = svg
        while self._bytes > _KEPT_BYTES_MAX:
            self._bytes -= len(self._kept.popitem(last=False)[1])

    def close(self) -> None:
        """Stop the child."""
        self._cpu.close()


def finished(spec: Spec, *, width: str) -> Spec:
    """Return the whole Vega-Lite document of a page's chart: its size and the house's style.

    The size holds the axes and the legend, so that a page knows it before the chart is drawn.
    """
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": WIDTHS[width],
        "height": height_of(width),
        "autosize": {"type": "fit", "contains": "padding"},
        **spec,
        "config": _STYLE,
    }


def height_of(width: str, own: int | None = None) -> int:
    """Return how high a chart of a named width is; `own` where its rows decide."""
    return own or _HEIGHTS[width]


def _warm() -> None:
    import vl_convert  # loads only where it draws

    _ = vl_convert


def _draw(spec: str) -> str:
    import vl_convert

    # No reading of addresses: a chart carries its data.
    return vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE, allowed_base_urls=[])
