"""The page's tables and plots: every panel beside naive methods, and the reliability curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks.figures import DOCS
from benchmarks.forecasting.accuracy import naive_scores, warning_records
from benchmarks.forecasting.data import read_hospital, read_m3
from services.forecasting.engine.odds import Bin
from services.forecasting.engine.scoring import Score

_COLUMNS = ("mase", "owa", "wape", "pinball", "coverage_80", "coverage_95", "msis")
_SIZE, _EDGE = 360, 50
_COLOURS = ("#777", "#a23b72", "#8a5a00", "#0b6e99")


def write_plots() -> str:
    """Write the page's plots beside it and return its tables."""
    panels = {
        "M3 monthly (1,428 series, h = 18)": read_m3("MONTHLY", 12),
        "M3 quarterly (756 series, h = 8)": read_m3("QUARTERLY", 4),
        "Hospital (767 series of counts, h = 12)": read_hospital(),
    }
    DOCS.mkdir(parents=True, exist_ok=True)
    parts: list[str] = []
    for place, (title, cut) in enumerate(panels.items()):
        scores, name = naive_scores(cut), f"forecasting_steps_{place}.svg"
        (DOCS / name).write_text(_draw_steps(scores), encoding="utf-8")
        parts += [f"## {title}", "", *_table(scores), "", f"![error by step ahead]({name})", ""]
    curves = [record.reliability for record in warning_records()]
    (DOCS / "forecasting.svg").write_text(_draw_curves(curves), encoding="utf-8")
    parts += ["## Warnings: what was said and what happened", ""]
    parts += ["![reliability of warnings](forecasting.svg)", ""]
    for ahead, bins in enumerate(curves, 1):
        told = ", ".join(f"{one.said:.2f}: {one.happened:.2f} ({one.cells:,})" for one in bins)
        parts.append(f"- {ahead} ahead, said: happened (warnings): {told}")
    return "\n".join(parts)


def _table(scores: Sequence[Score]) -> list[str]:
    head = "| method | " + " | ".join(_COLUMNS) + " |"
    rows = [head, "|---" * (len(_COLUMNS) + 1) + "|"]
    for score in scores:
        if score.horizon is None:
            cells = [getattr(score, column) for column in _COLUMNS]
            told = ["" if cell is None else f"{cell:.3f}" for cell in cells]
            rows.append(f"| {score.method} | " + " | ".join(told) + " |")
    return rows


def _draw_steps(scores: Sequence[Score]) -> str:
    """Draw MASE by step ahead, a line per method."""
    courses: dict[str, list[float]] = {}
    for score in scores:
        if score.horizon is not None and score.mase is not None:
            courses.setdefault(score.method, []).append(score.mase)
    top = max(max(course) for course in courses.values())
    lines = {
        name: [(at / max(len(course) - 1, 1), mase / top) for at, mase in enumerate(course)]
        for name, course in courses.items()
    }
    engine, naive2 = np.mean(courses["engine"]), np.mean(courses["naive2"])
    title = f"The engine errs {engine / naive2:.2f} times as much as naive2"
    return _draw(title, lines, axes=("step ahead", f"MASE, up to {top:.2f}"))


def _draw_curves(curves: Sequence[Sequence[Bin]]) -> str:
    """Draw what was said against what happened, a line per year ahead."""
    lines = {"as said": [(0.0, 0.0), (1.0, 1.0)]}
    for ahead, bins in enumerate(curves, 1):
        lines[f"{ahead} ahead"] = [(one.said, one.happened) for one in bins]
    title = "Warnings come true nearly as often as they say"
    return _draw(title, lines, axes=("probability said", "share that happened"))


def _draw(
    title: str, lines: Mapping[str, Sequence[tuple[float, float]]], *, axes: tuple[str, str]
) -> str:
    """Draw lines of points from 0 to 1, named beneath."""
    span = _SIZE - 2 * _EDGE
    text = 'font-size="12" font-family="sans-serif"'
    frame = f'x="{_EDGE}" y="{_EDGE}" width="{span}" height="{span}"'
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE} {_SIZE + 20}" role="img">',
        f"<title>{title}</title>",
        f'<rect {frame} fill="#fff" stroke="#ccc"/>',
    ]
    for place, ((name, points), colour) in enumerate(zip(lines.items(), _COLOURS, strict=False)):
        told = " ".join(f"{_EDGE + span * x:.1f},{_SIZE - _EDGE - span * y:.1f}" for x, y in points)
        drawn.append(f'<polyline points="{told}" stroke="{colour}" fill="none" stroke-width="2"/>')
        where = f'x="{10 + place % 3 * 115}" y="{_SIZE - 5 + place // 3 * 17}"'
        drawn.append(f'<text {where} fill="{colour}" {text}>{name}</text>')
    drawn.append(f'<text x="{_SIZE / 2 - 40}" y="{_SIZE - 28}" {text}>{axes[0]}</text>')
    drawn.append(f'<text x="5" y="{_EDGE - 15}" {text}>{axes[1]}</text>')
    return "\n".join([*drawn, "</svg>", ""])
