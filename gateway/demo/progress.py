"""What the demonstration says while it works: one line a step, with seconds; then the figures."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Say = Callable[[str], None]
_FIELDS_A_LINE = 6


@dataclass(slots=True)
class Figures:
    """What the demonstration measured, as far as it has come."""

    counts: dict[str, int] = field(default_factory=dict[str, int])
    findings: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    generated_fields: Counter[str] = field(default_factory=Counter[str])
    seconds: dict[str, float] = field(default_factory=dict[str, float])
    round_seconds: list[float] = field(default_factory=list[float])
    certificates: int = 0
    blocking_pairs: int = 0

    def add(self, name: str, count: int = 1) -> None:
        """Add to one count."""
        self.counts[name] = self.counts.get(name, 0) + count


@dataclass(slots=True)
class Progress:
    """Steps as they begin and end."""

    say: Say
    figures: Figures = field(default_factory=Figures)
    steps: int = 0
    began: float = field(default_factory=time.perf_counter)

    @asynccontextmanager
    async def step(self, zh: str, en: str) -> AsyncGenerator[None]:
        """Tell one step with its seconds."""
        self.steps += 1
        number = self.steps  # steps may run beside each other
        began = time.perf_counter()
        yield
        seconds = time.perf_counter() - began
        self.figures.seconds[en] = self.figures.seconds.get(en, 0.0) + seconds
        self.say(f"{number:3d}  {seconds:7.1f} s  {zh} / {en}")


def summary(progress: Progress) -> list[str]:
    """Return the closing lines: posts, findings by rule, placements, proof, seconds."""
    figures = progress.figures
    count = figures.counts.get
    placed, students = count("placed", 0), count("students", 0)
    share = 100 / max(1, placed)
    accepted, refused = count("posts accepted", 0), count("posts refused", 0)
    first, three = count("first wish", 0) * share, count("top three", 0) * share
    lines = [
        "",
        f"岗位 posts          accepted {accepted}, refused {refused}",
        *_findings(figures),
        f"学生 students       {students}, wishes {count('wishes', 0)}",
        f"安排 placed         {placed} ({100 * placed / max(1, students):.1f} %)",
        f"第一志愿 first wish {first:.1f} % of the placed, top three {three:.1f} %",
        f"接受 accepted       {count('accepted', 0)}",
        f"阻塞对 blocking pairs {figures.blocking_pairs}",
        f"证书 certificate    checked {figures.certificates} of {count('rounds', 0)}",
        f"请求 requests       {count('requests', 0)}",
    ]
    return [
        *lines,
        *_made_up(figures),
        f"总用时 total         {time.perf_counter() - progress.began:.1f} s",
    ]


def _findings(figures: Figures) -> list[str]:
    by_rule: dict[str, list[str]] = {}
    for (rule, level), number in sorted(figures.findings.items()):
        by_rule.setdefault(rule, []).append(f"{level} {number}")
    return [f"  {rule:<10}        {', '.join(levels)}" for rule, levels in by_rule.items()]


def _made_up(figures: Figures) -> list[str]:
    fields = [f"{name} {count}" for name, count in sorted(figures.generated_fields.items())]
    if not fields:
        return []
    rows = [
        fields[start : start + _FIELDS_A_LINE] for start in range(0, len(fields), _FIELDS_A_LINE)
    ]
    head = "广告未载、按固定种子生成的字段 fields generated for advertisements, by posts:"
    return [head, *(f"  {', '.join(row)}" for row in rows)]
