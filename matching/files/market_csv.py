"""A market in two CSV files: wishes (student, rank, post, priority) and posts (post, seats)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matching.caps import Caps
from matching.errors import MatchingError
from matching.files.caps_csv import CAP_COLUMNS, read_caps
from matching.files.columns import (
    Column,
    FaultList,
    MarketFileError,
    Sheet,
    parse_integers,
    parse_numbers,
    read_sheet,
    refuse_empty,
)
from matching.problem import STUDENTS_MAX
from matching.tables import Market, WishColumns, build_market_of_columns
from shared.kernel.errors import Fault, Text

WISH_COLUMNS = ("student", "rank", "post", "priority")
POST_COLUMNS = ("post", "seats")


def read_market(wishes: Path, posts: Path, *, seed: str, hard_caps: bool = True) -> Market:
    """Read and validate a market.

    The posts may carry nested caps (`matching.files.caps_csv`), hard unless told otherwise.
    A row of wishes with nothing but a student names somebody who takes part without a wish.

    Raises:
        MarketFileError: with one fault per wrong row (the first 50 of a file).

    Cost: about 1.5 microseconds per row, less in large files.
    """
    post_ids, seats, caps = read_posts(posts, hard_caps=hard_caps)
    sheet = read_sheet(wishes, wanted=WISH_COLUMNS)
    kept = _drop_wishless(sheet)
    faults = FaultList(kept)
    student = kept.columns["student"]
    refuse_empty(student, faults)
    columns = WishColumns(
        student=student.codes,
        rank=parse_integers(kept.columns["rank"], faults, least=1),
        post=_look_up(kept.columns["post"], post_ids, faults),
        priority=parse_numbers(kept.columns["priority"], faults),
    )
    faults.raise_any()
    try:
        return build_market_of_columns(
            columns, seats=seats, names=(student.texts, tuple(post_ids)), seed=seed, caps=caps
        )
    except MatchingError as error:
        raise MarketFileError(faults=[_fault_of(error, kept)]) from None


def _fault_of(error: MatchingError, sheet: Sheet) -> Fault:
    """Turn an error that counts rows from 0 into a fault at the row of the file."""
    row = error.facts.get("row")
    shown = int(sheet.rows[row]) if isinstance(row, int) else None
    told = type(error)()
    told.facts = {**error.facts, "row": shown}
    text = Text(
        f"{told.title('zh')}。{told.detail('zh')}", f"{told.title('en')}. {told.detail('en')}"
    )
    return Fault(error.code, text, sheet=sheet.path.name, row=shown)


def read_posts(
    path: Path, *, hard_caps: bool
) -> tuple[dict[str, int], NDArray[np.int64], Caps | None]:
    """Read the columns post and seats, and those of nested caps where they are there.

    Returns: each post's place, seats (m,), and the caps over them.
    Raises: MarketFileError.
    """
    sheet = read_sheet(path, wanted=POST_COLUMNS, allowed=CAP_COLUMNS)
    faults = FaultList(sheet)
    post = sheet.columns["post"]
    refuse_empty(post, faults)
    seats = parse_integers(sheet.columns["seats"], faults, least=0)
    _, firsts = np.unique(post.codes, return_index=True)
    again = np.setdiff1d(np.arange(post.codes.size), firsts)
    faults.add(again, "post", lambda _: Text("岗位重复。", "This post is listed above already."))
    most = Text(f"名额至多 {STUDENTS_MAX}。", f"Seats are at most {STUDENTS_MAX}.")
    faults.add(np.flatnonzero(seats > STUDENTS_MAX), "seats", lambda _: most)
    faults.raise_any()
    ids = {text: code for code, text in enumerate(post.texts)}
    return ids, seats, read_caps(sheet, hard=hard_caps)


def _drop_wishless(sheet: Sheet) -> Sheet:
    """Leave out the rows that only name a student."""
    bare = np.ones(sheet.rows.size, dtype=bool)
    for name in ("rank", "post", "priority"):
        column = sheet.columns[name]
        empty = np.array([not text for text in column.texts], dtype=bool)
        bare &= empty[column.codes] if column.codes.size else bare
    if not bare.any():
        return sheet
    columns = {
        name: Column(name, column.texts, column.codes[~bare])
        for name, column in sheet.columns.items()
    }
    return Sheet(sheet.path, columns, sheet.rows[~bare])


def _look_up(column: Column, ids: dict[str, int], faults: FaultList) -> NDArray[np.int64]:
    codes = np.array([ids.get(text, -1) for text in column.texts], dtype=np.int64)
    posts = codes[column.codes] if column.codes.size else column.codes
    faults.add(
        np.flatnonzero(posts < 0),
        column.name,
        lambda place: _unknown_post(column.texts[column.codes[place]]),
    )
    return posts


def _unknown_post(text: str) -> Text:
    return Text(f"岗位表中没有“{text}”。", f"The file of posts has no {text!r}.")
