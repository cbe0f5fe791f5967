"""What every benchmark prints and writes: figures as JSON lines, and a page per part."""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs" / "benchmarks"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure beside its goal.

    `ratio` is ours to the peer's in the goal's own direction; `met` is None where the peer could
    not be run.
    """

    figure: str
    value: float
    unit: str
    peer: str
    ratio: float | None
    goal: str
    met: bool | None
    note: str = ""


def median_of(
    run: Callable[[], object], *, repeats: int = 3, clock: Callable[[], float] = time.perf_counter
) -> float:
    """Return the median seconds of `repeats` runs, after one that is not counted.

    For a ratio of two single-threaded runs take `time.process_time` on both sides: it does not
    count the time in which others had the processor.
    """
    run()
    return statistics.median(seconds_of(run, clock=clock) for _ in range(repeats))


def seconds_of(
    run: Callable[[], object], *, clock: Callable[[], float] = time.perf_counter
) -> float:
    """Return the seconds of one run."""
    begin = clock()
    run()
    return clock() - begin


def peak_bytes() -> int:
    """Return the most memory that this process has held, or has since `forget_peak`.

    Not `ru_maxrss`: a process that another one starts begins with that one's peak.
    """
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) * 1024


def forget_peak() -> None:
    """Let `peak_bytes` begin anew from what the process holds now."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def within(seconds: float, goal: float) -> bool:
    """Tell whether an absolute time counts as met: within 1.5x, machines being shared."""
    return seconds <= 1.5 * goal


def print_figures(figures: Iterable[Figure]) -> Iterator[Figure]:
    """Print each figure as one JSON line as soon as it is there, and hand it on."""
    for figure in figures:
        print(json.dumps(asdict(figure), ensure_ascii=False), flush=True)
        yield figure


def describe_machine(packages: Sequence[str]) -> list[str]:
    """Return lines on the machine, its load and the versions of packages."""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    told = [f"{name} {_version_of(name)}" for name in packages]
    return [
        f"Machine: {_processor()}, {os.cpu_count()} cores, {platform.system()}; load {load}.",
        f"Python {sys.version.split()[0]}; {', '.join(told)}.",
    ]


def write_page(
    part: str, figures: Sequence[Figure], *, command: str, head: Sequence[str], tail: str = ""
) -> Path:
    """Write docs/benchmarks/<part>.md and return its path."""
    rows = [
        "| figure | value | unit | peer | ratio | goal | met | note |",
        "|---|---|---|---|---|---|---|---|",
        *(_row(figure) for figure in figures),
    ]
    page = [f"# Benchmarks: {part}", "", f"Written by `{command}`.", "", *head, "", *rows, "", tail]
    DOCS.mkdir(parents=True, exist_ok=True)
    path = DOCS / f"{part}.md"
    path.write_text("\n".join(page).rstrip() + "\n", encoding="utf-8")
    return path


def _row(figure: Figure) -> str:
    ratio = "" if figure.ratio is None else f"{figure.ratio:,.3g}"
    met = {True: "yes", False: "no", None: "not run"}[figure.met]
    cells = [figure.figure, f"{figure.value:,.4g}", figure.unit, figure.peer, ratio]
    return "| " + " | ".join([*cells, figure.goal, met, figure.note]) + " |"


def _version_of(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
