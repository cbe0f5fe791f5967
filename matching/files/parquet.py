"""Markets in a columnar format: three Parquet files in a folder, readable by any tool.

`students.parquet`: student, lottery (uint32). `posts.parquet`: post, seats (int32) and, where
there are caps, group (int32 row of `groups.parquet`, -1 for none).
`wishes.parquet`, sorted by student and rank: student (int32 row of the first file), post (int32 row
of the second), rank (int32, as filed), priority (float64).
`groups.parquet`, where there are caps: group, cap (int64), hard (bool), parent (int32 row of the
same file, -1 for none).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from matching.caps import Caps, build_caps
from matching.files.columns import MarketFileError
from matching.problem import LOW, POST_BITS, build_problem, rank_priorities
from matching.tables import Market
from shared.kernel.errors import Fault, Text


def save_market(market: Market, folder: Path) -> None:
    """Write a market with its caps into a folder (made where absent).

    Cost: about 5 bytes per wish on disk; streams column by column.
    """
    import pyarrow as pa
    from pyarrow import parquet

    folder.mkdir(parents=True, exist_ok=True)
    problem, caps = market.problem, market.problem.caps
    owner = np.repeat(np.arange(problem.students, dtype=np.int32), np.diff(problem.indptr))
    tables: dict[str, dict[str, Any]] = {
        "students": {"student": list(market.students), "lottery": problem.lottery},
        "posts": {"post": list(market.posts), "seats": problem.seats},
        "wishes": {
            "student": owner,
            "post": (problem.wishes & LOW).astype(np.int32),
            "rank": market.ranks.astype(np.int32),
            "priority": market.levels[(problem.wishes >> POST_BITS).astype(np.int64) - 1],
        },
    }
    (folder / "groups.parquet").unlink(missing_ok=True)  # of a market saved here before
    if caps is not None:
        above = np.where(caps.parent >= 0, caps.parent - caps.posts, -1).astype(np.int32)
        tables["posts"]["group"] = above[: caps.posts]
        tables["groups"] = {
            "group": list(caps.names),
            "cap": caps.limits,
            "hard": caps.hard,
            "parent": above[caps.posts :],
        }
    for name, columns in tables.items():
        parquet.write_table(pa.table(columns), folder / f"{name}.parquet", compression="zstd")


def load_market(folder: Path) -> Market:
    """Read what `save_market` wrote, validated anew.

    Raises: MarketFileError where a file or column is missing; MatchingError as `build_problem`.
    """
    students = _read(folder / "students.parquet", "student", "lottery")
    posts = _read(folder / "posts.parquet", "post", "seats")
    wishes = _read(folder / "wishes.parquet", "student", "post", "rank", "priority")
    owner, ranks = wishes["student"].to_numpy(), wishes["rank"].to_numpy().astype(np.int64)
    names = tuple(students["student"].to_pylist())
    if owner.size and (np.diff(owner.astype(np.int64)) < 0).any():
        row = int(np.argmax(np.diff(owner.astype(np.int64)) < 0)) + 1
        text = Text("志愿应按学生排序。", "Wishes must be sorted by student.")
        fault = Fault("row_invalid", text, sheet="wishes.parquet", row=row)
        raise MarketFileError(faults=[fault])
    keys, levels = rank_priorities(wishes["priority"].to_numpy())
    problem = build_problem(
        indptr=np.searchsorted(owner, np.arange(len(names) + 1)),
        posts=wishes["post"].to_numpy(),
        keys=keys,
        seats=posts["seats"].to_numpy(),
        lottery=students["lottery"].to_numpy(),
        caps=_load_caps(folder),
    )
    return Market(problem, names, tuple(posts["post"].to_pylist()), levels, ranks)


def _load_caps(folder: Path) -> Caps | None:
    if not (folder / "groups.parquet").exists():
        return None
    groups = _read(folder / "groups.parquet", "group", "cap", "hard", "parent")
    above = _read(folder / "posts.parquet", "group")["group"].to_numpy().astype(np.int64)
    parent = np.concatenate([above, groups["parent"].to_numpy()])
    # a row below -1 must not become the row of a post: it stays outside and is refused as such
    return build_caps(
        parent=np.where(parent >= 0, parent + above.size, parent),
        limits=groups["cap"].to_numpy(),
        hard=groups["hard"].to_numpy(),
        names=groups["group"].to_pylist(),
    )


def _read(path: Path, *columns: str) -> dict[str, Any]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        table = parquet.read_table(path, columns=list(columns))
        return {name: table[name] for name in columns}
    except (OSError, KeyError, pa.ArrowInvalid) as error:
        told = ", ".join(columns)
        text = Text(
            f"缺少文件或列：{told}。", f"The file or one of its columns is missing: {told}."
        )
        raise MarketFileError(faults=[Fault("file_invalid", text, sheet=path.name)]) from error
