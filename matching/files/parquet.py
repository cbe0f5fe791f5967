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
from numpy.typing import NDArray

from matching.caps import Caps, build_caps
from matching.files.columns import MarketFileError
from matching.problem import LOW, POST_BITS, build_problem, rank_priorities, whole_numbers
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

    Raises: MarketFileError where a file or column is missing, an id is missing or doubled, or a
    wish is nobody's; MatchingError as `build_problem`. Rows are counted from 0.
    Cost: one sort of the priorities; the ids become Python texts.
    """
    students = _read(folder / "students.parquet", "student", "lottery")
    posts = _read(folder / "posts.parquet", "post", "seats")
    wishes = _read(folder / "wishes.parquet", "student", "post", "rank", "priority")
    names = _ids(students["student"], "students.parquet")
    post_names = _ids(posts["post"], "posts.parquet")
    owner = whole_numbers("student", wishes["student"].to_numpy()).astype(np.int64)
    ranks = whole_numbers("rank", wishes["rank"].to_numpy()).astype(np.int64)
    _refuse_at((owner < 0) | (owner >= len(names)), _NO_STUDENT)
    _refuse_at(np.diff(owner, prepend=0) < 0, _UNSORTED)
    if wishes["priority"].to_numpy().dtype.kind not in "iuf":
        raise _fault("wishes.parquet", _NO_NUMBERS)
    keys, levels = rank_priorities(wishes["priority"].to_numpy())
    problem = build_problem(
        indptr=np.searchsorted(owner, np.arange(len(names) + 1)),
        posts=wishes["post"].to_numpy(),
        keys=keys,
        seats=posts["seats"].to_numpy(),
        lottery=students["lottery"].to_numpy(),
        caps=_load_caps(folder),
    )
    return Market(problem, names, post_names, levels, ranks)


_NO_STUDENT = Text("学生表中没有该行。", "The students have no such row.")
_UNSORTED = Text("志愿应按学生排序。", "Wishes must be sorted by student.")
_NO_NUMBERS = Text("优先分应为数字。", "Priorities are numbers.")
_TWICE = Text("编号重复。", "This id is listed above already.")
_MISSING = Text("编号不能为空。", "An id is missing here.")


def _fault(sheet: str, text: Text, *, row: int | None = None) -> MarketFileError:
    return MarketFileError(faults=[Fault("row_invalid", text, sheet=sheet, row=row)])


def _refuse_at(wrong: NDArray[np.bool_], text: Text) -> None:
    """Refuse the first wish that is wrong; rows are counted from 0, as in the files."""
    if wrong.any():
        raise _fault("wishes.parquet", text, row=int(np.argmax(wrong)))


def _ids(column: Any, sheet: str) -> tuple[str, ...]:
    """Return a column of ids, each there and there once."""
    known: dict[str, int] = {}
    for row, name in enumerate(column.to_pylist()):
        if not isinstance(name, str) or not name:
            raise _fault(sheet, _MISSING, row=row)
        if known.setdefault(name, row) != row:
            raise _fault(sheet, _TWICE, row=row)
    return tuple(known)


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
