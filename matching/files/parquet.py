"""Markets in a columnar format: three Parquet files in a folder, readable by any tool.

`students.parquet`: student, lottery (uint32). `posts.parquet`: post, seats (int32).
`wishes.parquet`, sorted by student and rank: student (int32 row of the first file), post (int32 row
of the second), rank (int32, as filed), priority (float64).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from matching.files.columns import MarketFileError
from matching.problem import LOW, POST_BITS, build_problem, rank_priorities
from matching.tables import Market
from shared.kernel.errors import Fault, Text


def save_market(market: Market, folder: Path) -> None:
    """Write a market without caps into a folder (made where absent).

    Cost: about 5 bytes per wish on disk; streams column by column.
    """
    import pyarrow as pa
    from pyarrow import parquet

    assert market.problem.caps is None, "caps are stated beside a market, not inside these files"
    folder.mkdir(parents=True, exist_ok=True)
    problem = market.problem
    owner = np.repeat(np.arange(problem.students, dtype=np.int32), np.diff(problem.indptr))
    tables = {
        "students": {"student": list(market.students), "lottery": problem.lottery},
        "posts": {"post": list(market.posts), "seats": problem.seats},
        "wishes": {
            "student": owner,
            "post": (problem.wishes & LOW).astype(np.int32),
            "rank": market.ranks.astype(np.int32),
            "priority": market.levels[(problem.wishes >> POST_BITS).astype(np.int64) - 1],
        },
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
    )
    return Market(problem, names, tuple(posts["post"].to_pylist()), levels, ranks)


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
