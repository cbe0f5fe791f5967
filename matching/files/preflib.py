"""Ranked wishes from PrefLib files (.soc, .soi, .toc, .toi), with stated seats and priorities."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from matching.files.columns import MarketFileError
from matching.lottery import draw_lottery
from matching.tables import Market, build_market
from shared.kernel.errors import Fault, Text

_NAME = re.compile(r"# ALTERNATIVE NAME (\d+): (.*)")
_GROUP = re.compile(r"\{([^}]*)\}|(\d+)")


def read_preflib(
    path: Path,
    *,
    seats: Mapping[str, int] | int,
    seed: str,
    priorities: Mapping[tuple[str, str], float] | None = None,
) -> Market:
    """Read a PrefLib file of ranked alternatives as a market.

    Voters become students named `v1`, `v2`, ... in the order of the file (a line `k: ...` stands
    for k voters); alternatives become posts named by their number. A tie in a voter's list is
    broken by a lottery of the posts, drawn from the seed and the voter's name.

    Args:
        path: the file.
        seats: per post, or one number for all.
        seed: of all lotteries.
        priorities: per (student, post); equal where it says nothing, so that the lottery decides.

    Raises: MarketFileError with the line.
    Source: Mattei and Walsh 2013, "PrefLib: a library for preferences".
    """
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    posts = [found[1] for line in lines if (found := _NAME.match(line))]
    wishes: list[tuple[str, int, str, float]] = []
    students: list[str] = []
    for row, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        count, order = _read_line(path, row, line)
        for _ in range(count):
            student = f"v{len(students) + 1}"
            students.append(student)
            ranked = _break_ties(order, seed, student)
            for rank, post in enumerate(ranked, start=1):
                worth = (priorities or {}).get((student, post), 0.0)
                wishes.append((student, rank, post, worth))
    stated = {post: seats if isinstance(seats, int) else seats.get(post, 0) for post in posts}
    return build_market(wishes=wishes, posts=stated.items(), seed=seed, students=students)


def _read_line(path: Path, row: int, line: str) -> tuple[int, list[list[str]]]:
    """Return how many voters a line stands for, and their order as groups of ties."""
    number, colon, order = line.partition(":")
    plain = _GROUP.sub("", order).replace(",", "").strip()
    if not colon or not number.strip().isdigit() or plain:
        text = Text("应为“人数: 排序”。", "A line is `count: order`.")
        raise MarketFileError(faults=[Fault("row_invalid", text, sheet=path.name, row=row)])
    groups = [
        [post.strip() for post in (tied or single).split(",") if post.strip()]
        for tied, single in _GROUP.findall(order)
    ]
    return int(number), groups


def _break_ties(order: list[list[str]], seed: str, student: str) -> list[str]:
    ranked: list[str] = []
    for tied in order:
        numbers = draw_lottery(f"{seed}/{student}", tied).tolist()
        ranked += [post for _, post in sorted(zip(numbers, tied, strict=True))]
    return ranked
