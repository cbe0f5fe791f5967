"""Cost against size for us and each peer: measured once, drawn as an SVG on two log scales."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from benchmarks.figures import DOCS, median_of, seconds_of
from benchmarks.matching.market import Arrays, draw_market
from benchmarks.matching.peers import peers_are_there, run_peer
from matching.solve import solve

_LENGTH = 15
_OUR_SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
_SIZES = {
    "heapq reference": (1_000, 10_000, 100_000, 1_000_000),
    "matching": (1_000, 2_000, 5_000),  # 10,000 take either about half a minute
    "algmatch": (1_000, 2_000, 5_000),
}
_COLOURS = ("#0b6e99", "#8a5a00", "#8b2e5d", "#4a6b2a")
_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 720, 420, 70, 50
_X, _Y = (2.5, 7.2), (-4.3, 2.2)  # powers of ten: students, seconds

Line = list[tuple[int, float]]


def plot_growth() -> str:
    """Measure, write docs/benchmarks/matching.svg and return the page's text about it."""
    lines = {"chanjiao": _measure(_OUR_SIZES, _clear_by_kernel)}
    lines["heapq reference"] = _measure(_SIZES["heapq reference"], _clear_by_reference)
    if peers_are_there():
        for name in ("matching", "algmatch"):
            lines[name] = _measure(
                _SIZES[name], lambda arrays, name=name: run_peer(name, arrays.build()).seconds
            )
    DOCS.mkdir(parents=True, exist_ok=True)
    (DOCS / "matching.svg").write_text(_draw(lines), encoding="utf-8")
    rows = [f"- {name}: {_tell(line)}" for name, line in lines.items()]
    title = f"## Cost against size (students x {_LENGTH} wishes, seconds to build and clear)"
    return "\n".join([title, "", "![cost against size](matching.svg)", "", *rows])


def _measure(sizes: tuple[int, ...], clear: Callable[[Arrays], float]) -> Line:
    return [(size, clear(draw_market(size, length=_LENGTH))) for size in sizes]


def _clear_by_kernel(arrays: Arrays) -> float:
    repeats = 3 if arrays.lottery.size < _OUR_SIZES[-1] else 1  # the last takes ten seconds a run
    return median_of(
        lambda: solve(arrays.build(), engine="kernel"), repeats=repeats, clock=time.process_time
    )


def _clear_by_reference(arrays: Arrays) -> float:
    return seconds_of(lambda: solve(arrays.build(), engine="reference"), clock=time.process_time)


def _tell(line: Line) -> str:
    return ", ".join(f"{size:,}: {seconds:.3g}" for size, seconds in line)


def _place(size: float, seconds: float) -> tuple[float, float]:
    x = (math.log10(size) - _X[0]) / (_X[1] - _X[0]) * (_WIDTH - _LEFT - 20) + _LEFT
    y = (math.log10(seconds) - _Y[0]) / (_Y[1] - _Y[0]) * (_HEIGHT - _BOTTOM - 20)
    return round(x, 1), round(_HEIGHT - _BOTTOM - y, 1)


def _draw(lines: dict[str, Line]) -> str:
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}">',
        "<style>text { font: 12px sans-serif }</style>",
        "<title>Processor seconds to build and clear against students, log scales</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
    ]
    for power in range(3, 8):
        x, y = _place(10**power, 10 ** _Y[0])
        parts.append(f'<text x="{x}" y="{y + 18}" text-anchor="middle">{10**power:,}</text>')
    for power in range(-4, 3):
        x, y = _place(10 ** _X[0], 10**power)
        parts.append(f'<text x="{x - 6}" y="{y + 4}" text-anchor="end">{10.0**power:g} s</text>')
        parts.append(f'<path d="M{x} {y}H{_WIDTH - 20}" stroke="#ddd"/>')
    for (name, line), colour in zip(lines.items(), _COLOURS, strict=False):
        points = [_place(*point) for point in line]
        path = " ".join(f"{x},{y}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        x, y = points[-1]
        end = f'x="{x - 4}" y="{y - 8}" text-anchor="end"'
        parts.append(f'<text {end} fill="{colour}">{name}</text>')
    parts.append("</svg>\n")
    return "\n".join(parts)
