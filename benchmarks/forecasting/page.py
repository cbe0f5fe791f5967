"""The page's tables and plots: every panel beside naive methods, and the reliability curve."""

from __future__ import annotations

from benchmarks.figures import DOCS
from benchmarks.forecasting.accuracy import naive_scores, warning_records
from benchmarks.forecasting.data import read_hospital, read_m3
from services.forecasting.engine.odds import Bin
from services.forecasting.engine.scoring import Score

_COLUMNS = ("mase", "owa", "wape", "pinball", "coverage_80", "coverage_95", "msis")
_SIZE, _EDGE = 360, 50


def write_plots() -> str:
    """Write docs/benchmarks/forecasting.svg and return the page's tables."""
    panels = {
        "M3 monthly (1,428 series, h = 18)": read_m3("MONTHLY", 12),
        "M3 quarterly (756 series, h = 8)": read_m3("QUARTERLY", 4),
        "Hospital (767 series of counts, h = 12)": read_hospital(),
    }
    parts: list[str] = []
    for title, cut in panels.items():
        parts += [f"## {title}", "", *_table(naive_scores(cut)), ""]
    DOCS.mkdir(parents=True, exist_ok=True)
    curves = [record.reliability for record in warning_records()]
    (DOCS / "forecasting.svg").write_text(_draw(curves), encoding="utf-8")
    parts += ["## Warnings: what was said and what happened", ""]
    parts += ["![reliability of warnings](forecasting.svg)", ""]
    for ahead, bins in enumerate(curves, 1):
        told = ", ".join(f"{one.said:.2f}: {one.happened:.2f} ({one.cells:,})" for one in bins)
        parts.append(f"- {ahead} ahead, said: happened (warnings): {told}")
    return "\n".join(parts)


def _table(scores: dict[str, Score]) -> list[str]:
    head = "| method | " + " | ".join(_COLUMNS) + " |"
    rows = [head, "|---" * (len(_COLUMNS) + 1) + "|"]
    for name, score in scores.items():
        cells = [getattr(score, column) for column in _COLUMNS]
        told = ["" if cell is None else f"{cell:.3f}" for cell in cells]
        rows.append(f"| {name} | " + " | ".join(told) + " |")
    return rows


def _draw(curves: list[tuple[Bin, ...]]) -> str:
    span = _SIZE - 2 * _EDGE
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE} {_SIZE}" role="img">',
        "<title>Warnings come true nearly as often as they say</title>",
        f'<path d="M{_EDGE} {_SIZE - _EDGE}L{_SIZE - _EDGE} {_EDGE}" stroke="#999" fill="none"/>',
    ]
    for colour, bins in zip(("#0b6e99", "#8a5a00"), curves, strict=True):
        points = [
            f"{_EDGE + span * one.said:.1f},{_SIZE - _EDGE - span * one.happened:.1f}"
            for one in bins
        ]
        lines.append(f'<polyline points="{" ".join(points)}" stroke="{colour}" fill="none"/>')
    text = 'font-size="12" font-family="sans-serif"'
    lines.append(f'<text x="{_SIZE / 2 - 40}" y="{_SIZE - 15}" {text}>probability said</text>')
    lines.append(f'<text x="5" y="{_EDGE - 15}" {text}>share that happened</text>')
    return "\n".join([*lines, "</svg>", ""])
