"""Ranked wishes from PrefLib files (.soc, .soi, .toc, .toi), with stated seats and priorities."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from matching.files.columns import FaultList, file_fault, parse_numbers, read_sheet, read_utf8
from matching.files.market_csv import read_posts
from matching.lottery import draw_lottery
from matching.tables import Market, build_market
from shared.kernel.errors import Text

ENDINGS = frozenset({".soc", ".soi", ".toc", ".toi"})

_NAME = re.compile(r"# ALTERNATIVE NAME (\d+): (.*)")
_COUNT = re.compile(r"[0-9]{1,9}")
_VOTERS_MAX = 1_000_000  # as many as Python objects are made for; more come as CSV or Parquet
_NOT_THERE = Text("没有该项。", "There is no such one.")
_STATED_ABOVE = Text("该组合重复。", "This pair is listed above already.")
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
    orders = _read_orders(path)
    wishes, students = _rank(orders, seed=seed, priorities=priorities or {})
    stated = {
        post: seats if isinstance(seats, int) else seats.get(post, 0) for post in orders.posts
    }
    return build_market(wishes=wishes, posts=stated.items(), seed=seed, students=students)


def read_preflib_market(
    wishes: Path,
    posts: Path,
    *,
    seed: str,
    priorities: Path | None = None,
    hard_caps: bool = True,
) -> Market:
    """Read a PrefLib file with its seats, caps and priorities from tables.

    Args:
        wishes: the PrefLib file.
        posts: the columns post (number of an alternative), seats and those of nested caps.
        seed: of all lotteries.
        priorities: the columns student (`v1`, `v2`, ...), post and priority, for any of the pairs.
        hard_caps: whether the caps bind.

    Raises: MarketFileError with the row.
    """
    ids, seats, caps = read_posts(posts, hard_caps=hard_caps)
    orders = _read_orders(wishes, known=ids)
    stated = _read_priorities(priorities, orders, ids) if priorities else {}
    rows, students = _rank(orders, seed=seed, priorities=stated)
    return build_market(
        wishes=rows,
        posts=zip(ids, seats.tolist(), strict=True),
        seed=seed,
        students=students,
        caps=caps,
    )


@dataclass(frozen=True, slots=True)
class _Orders:
    """The alternatives of a file, and each voter's order as groups of ties."""

    posts: tuple[str, ...]
    voters: tuple[list[list[str]], ...]


def _read_orders(path: Path, *, known: Container[str] | None = None) -> _Orders:
    """Read the file; every order names alternatives of the file (and of `known`), each once."""
    lines = read_utf8(path).decode().splitlines()
    posts = tuple(found[1] for line in lines if (found := _NAME.match(line)))
    voters: list[list[list[str]]] = []
    for row, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        count, order = _read_line(path, row, line)
        named = [post for tied in order for post in tied]
        strange = [post for post in named if post not in (posts if known is None else known)]
        if strange:
            text = Text(f"没有岗位“{strange[0]}”。", f"There is no post {strange[0]!r}.")
            raise file_fault(path, text, row=row)
        if len(set(named)) < len(named):
            raise file_fault(path, Text("岗位重复。", "A post stands here twice."), row=row)
        if len(voters) + count > _VOTERS_MAX:
            told = f"{_VOTERS_MAX:,}"
            text = Text(f"人数超过 {told}。", f"There are more than {told} voters.")
            raise file_fault(path, text, row=row)
        voters += [order] * count
    return _Orders(posts, tuple(voters))


def _rank(
    orders: _Orders, *, seed: str, priorities: Mapping[tuple[str, str], float]
) -> tuple[list[tuple[str, int, str, float]], list[str]]:
    """Return the rows of wishes, ties broken, and the voters' names."""
    students = [f"v{number}" for number in range(1, len(orders.voters) + 1)]
    wishes = [
        (student, rank, post, priorities.get((student, post), 0.0))
        for student, order in zip(students, orders.voters, strict=True)
        for rank, post in enumerate(_break_ties(order, seed, student), start=1)
    ]
    return wishes, students


def _read_priorities(
    path: Path, orders: _Orders, ids: Mapping[str, int]
) -> dict[tuple[str, str], float]:
    sheet = read_sheet(path, wanted=("student", "post", "priority"))
    faults = FaultList(sheet)
    student, post = sheet.columns["student"], sheet.columns["post"]
    students = {f"v{number}" for number in range(1, len(orders.voters) + 1)}
    for column, known in ((student, students), (post, ids)):
        strange = np.array([text not in known for text in column.texts], dtype=bool)
        faults.add(np.flatnonzero(strange[column.codes]), column.name, lambda _: _NOT_THERE)
    numbers = parse_numbers(sheet.columns["priority"], faults)
    pairs = student.codes * len(post.texts) + post.codes
    _, firsts = np.unique(pairs, return_index=True)
    faults.add(np.setdiff1d(np.arange(pairs.size), firsts), "post", lambda _: _STATED_ABOVE)
    faults.raise_any()
    return {
        (student.texts[who], post.texts[where]): number
        for who, where, number in zip(
            student.codes.tolist(), post.codes.tolist(), numbers.tolist(), strict=True
        )
    }


def _read_line(path: Path, row: int, line: str) -> tuple[int, list[list[str]]]:
    """Return how many voters a line stands for, and their order as groups of ties."""
    number, colon, order = line.partition(":")
    plain = _GROUP.sub("", order).replace(",", "").strip()
    if not colon or not _COUNT.fullmatch(number.strip()) or plain:
        text = Text("应为“人数: 排序”。", "A line is `count: order`.")
        raise file_fault(path, text, row=row)
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
