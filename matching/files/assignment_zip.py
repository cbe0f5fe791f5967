"""The certificate of a central assignment, read back: pairs, seats, caps, prices and places."""

from __future__ import annotations

import json
import math
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from matching.auction.market import AssignmentMarket, build_assignment_market
from matching.caps import Caps, build_caps
from matching.errors import MatchingError
from matching.files.columns import (
    Column,
    FaultList,
    Sheet,
    file_fault,
    find_places,
    parse_integers,
    parse_numbers,
    read_sheet,
    refuse_empty,
    refuse_rows,
    stand_above,
)
from matching.files.results_csv import (
    NO_POST,
    POST_AGAIN,
    STUDENT_AGAIN,
    manifest_path,
    signature_path,
)
from matching.verify.manifest import hash_file
from shared.kernel.errors import Text

PAIRS, POSTS, CAPS, PLACES = "pairs.csv", "posts.csv", "caps.csv", "placements.csv"
STATEMENT = "statement.json"
_ENTRIES = (PAIRS, POSTS, CAPS, PLACES, STATEMENT)
MANIFEST, SIGNATURE = (path(Path(PLACES)).name for path in (manifest_path, signature_path))
_OPTIONAL = (MANIFEST, SIGNATURE)  # older certificates have neither
_BYTES_MAX = 1 << 30  # unpacked, all together: four million pairs are a third of it
_NO_CAP = 2**40
_MOST = 2**31 - 2

_NO_STUDENT = Text("安排结果中没有该学生。", "The placements have no such student.")
_NO_GROUP = Text("没有该限额分组。", "There is no such group of caps.")
_GROUP_AGAIN = Text("限额分组重复。", "This group is listed above already.")
_PAIR_AGAIN = Text("该学生与岗位重复。", "This student and post are listed above already.")
_NEGATIVE = Text("价格不能为负。", "A price is never negative.")
_NO_LIMIT = Text("约束性限额须写明人数。", "A cap that binds needs a number.")
_TOO_MANY = Text(f"至多 {_MOST}。", f"This is at most {_MOST}.")
_BROKEN = Text(
    "不是完整的 ZIP 文件；请重新下载统一安排的凭证。",
    "This is no whole ZIP file; download the certificate of the assignment again.",
)
_TOO_LARGE = Text("解压后超过 1 GiB。", "Unpacked it is larger than 1 GiB.")
_COUNTS = ("students", "placed", "seats")
_NUMBERS = ("value", "bound", "gap", "gap_share")
_WORDS = ("seed", "seed_commitment")


@dataclass(frozen=True, slots=True, eq=False)
class AssignmentFiles:
    """What a certificate says: the market, who goes where, the prices, and the numbers stated.

    Attributes:
        students: (n,) ids.
        posts: (m,) ids.
        market: the pairs of each student, seats, and the caps that bind.
        matching: (n,) int32, the post of each student, -1 for none.
        prices: (m + g,) float64 >= 0, one per post and group.
        caps: the same caps with their names, and those that do not bind beside them.
        tells_soft: whether the files state those that do not bind; older ones left them out.
        statement: the numbers as they are stated, of the right kinds.
        hashes: SHA-256 of each file, by its name in the manifest.
        manifest, signature: bytes of the run's manifest and of its signature, None where missing.
    """

    students: tuple[str, ...]
    posts: tuple[str, ...]
    market: AssignmentMarket
    matching: NDArray[np.int32]
    prices: NDArray[np.float64]
    caps: Caps
    tells_soft: bool
    statement: Mapping[str, Any]
    hashes: Mapping[str, str]
    manifest: bytes | None
    signature: bytes | None


def read_assignment(path: Path) -> AssignmentFiles:
    """Read the ZIP that the platform gives out with a central assignment.

    Raises:
        MarketFileError: no ZIP, a file that is missing, and each wrong row with its file and row.

    Cost: about 2 microseconds per pair.
    """
    with tempfile.TemporaryDirectory() as held:
        folder = Path(held)
        _unpack(path, folder)
        statement = _read_statement(folder / STATEMENT)
        posts, seats, post_prices, above = _read_posts(folder / POSTS)
        group_prices, caps, tells_soft = _read_caps(folder / CAPS, above=above)
        students, matching = _read_places(folder / PLACES, posts)
        indptr, wished, weights = _read_pairs(folder / PAIRS, students, posts)
        hashes = {Path(name).stem: hash_file(folder / name) for name in _ENTRIES}
        manifest, signature = (
            path.read_bytes() if (path := folder / name).exists() else None for name in _OPTIONAL
        )
    market = build_assignment_market(
        indptr=indptr,
        posts=wished,
        weights=weights,
        seats=seats,
        parent=np.where(caps.parent >= 0, caps.parent - len(posts), -1),
        caps=np.where(caps.hard, caps.limits, _MOST),
    )
    return AssignmentFiles(
        students=students,
        posts=posts,
        market=market,
        matching=matching,
        prices=np.concatenate([post_prices, group_prices]),
        caps=caps,
        tells_soft=tells_soft,
        statement=statement,
        hashes=hashes,
        manifest=manifest,
        signature=signature,
    )


def _unpack(path: Path, folder: Path) -> None:
    """Write the certificate's own files into a folder, each under its own name."""
    try:
        with zipfile.ZipFile(path) as archive:
            known = {info.filename: info for info in archive.infolist()}
            _check_entries(path, archive)
            for name in (*_ENTRIES, *(name for name in _OPTIONAL if name in known)):
                (folder / name).write_bytes(archive.read(known[name]))
    # What damage does: a directory or data cut off, a checksum, places outside of the file; a
    # password and an unknown method are RuntimeErrors.
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
        raise file_fault(path, _BROKEN) from error


def _check_entries(path: Path, archive: zipfile.ZipFile) -> None:
    count = Counter(info.filename for info in archive.infolist())
    for name in (*_ENTRIES, *_OPTIONAL):
        if count[name] != 1 and not (name in _OPTIONAL and count[name] == 0):
            text = Text(
                f"应含有一个“{name}”，实有 {count[name]} 个；这不是统一安排的凭证。",
                f"It should hold one {name}, it holds {count[name]}: this is no certificate of a "
                "central assignment.",
            )
            raise file_fault(path, text)
    known = (*_ENTRIES, *_OPTIONAL)
    if sum(each.file_size for each in archive.infolist() if each.filename in known) > _BYTES_MAX:
        raise file_fault(path, _TOO_LARGE)


def _read_statement(path: Path) -> Mapping[str, Any]:
    try:
        told = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        text = Text("不是 JSON。", "This is not JSON.")
        raise file_fault(path, text) from error
    statement = cast("dict[str, Any]", told) if isinstance(told, dict) else {}
    wrong = [name for name in _COUNTS if not _is_whole(statement.get(name))]
    wrong += [name for name in _NUMBERS if not _is_number(statement.get(name))]
    wrong += [name for name in _WORDS if not isinstance(statement.get(name), str)]
    wrong += [] if isinstance(statement.get("caps_exceeded"), list) else ["caps_exceeded"]
    if wrong:
        names = ", ".join(wrong)
        text = Text(f"缺少或有误：{names}。", f"These are missing or wrong: {names}.")
        raise file_fault(path, text)
    return statement


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return _is_whole(value) or (isinstance(value, float) and math.isfinite(value))


def _read_posts(
    path: Path,
) -> tuple[tuple[str, ...], NDArray[np.int64], NDArray[np.float64], Column]:
    """Return the posts' ids, seats, prices, and the group that each names."""
    sheet = read_sheet(path, wanted=("post", "seats", "price", "group"))
    faults = FaultList(sheet)
    names = _read_names(sheet, "post", faults, again=POST_AGAIN)
    seats = parse_integers(sheet.columns["seats"], faults, least=0)
    refuse_rows(faults, seats > _MOST, "seats", said=_TOO_MANY)
    prices = _read_prices(sheet, faults)
    faults.raise_any()
    return names, seats, prices, sheet.columns["group"]


def _read_caps(path: Path, *, above: Column) -> tuple[NDArray[np.float64], Caps, bool]:
    """Return the groups' prices, the caps over the posts that name them, and if soft ones are."""
    sheet = read_sheet(path, wanted=("group", "cap", "price", "above"), allowed=("hard",))
    faults = FaultList(sheet)
    names = _read_names(sheet, "group", faults, again=_GROUP_AGAIN)
    stated = _filled(sheet.columns["cap"])
    cap = sheet.columns["cap"]
    filled = Column(cap.name, tuple(text or str(_NO_CAP) for text in cap.texts), cap.codes)
    limits = parse_integers(filled, faults, least=0)
    hard = stated  # a certificate without the column states those that bind alone
    if "hard" in sheet.columns:
        hard = parse_integers(sheet.columns["hard"], faults, least=0) > 0
        refuse_rows(faults, hard & ~stated, "cap", said=_NO_LIMIT)
    refuse_rows(faults, hard & (limits > _MOST), "cap", said=_TOO_MANY)
    prices = _read_prices(sheet, faults)
    over = _places_or_none(sheet.columns["above"], names)
    refuse_rows(faults, over < -1, "above", said=_NO_GROUP)
    faults.raise_any()
    under = _places_or_none(above, names)
    if (under < -1).any():
        raise file_fault(path.with_name(POSTS), _NO_GROUP, row=int(np.argmin(under)) + 2)
    parent = np.concatenate([under, over])
    try:
        caps = build_caps(
            parent=np.where(parent >= 0, parent + under.size, -1),
            limits=limits,
            hard=hard,
            names=names,
        )
    except MatchingError as error:
        raise file_fault(path, Text(error.detail("zh"), error.detail("en"))) from error
    return prices, caps, "hard" in sheet.columns


def _read_places(path: Path, posts: tuple[str, ...]) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    sheet = read_sheet(path, wanted=("student", "post"))
    faults = FaultList(sheet)
    names = _read_names(sheet, "student", faults, again=STUDENT_AGAIN)
    places = _places_or_none(sheet.columns["post"], posts)
    refuse_rows(faults, places < -1, "post", said=NO_POST)
    faults.raise_any()
    return names, places.astype(np.int32)


def _read_pairs(
    path: Path, students: tuple[str, ...], posts: tuple[str, ...]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return the pairs by student: where each one's begin, their posts and their weights."""
    sheet = read_sheet(path, wanted=("student", "post", "weight"))
    faults = FaultList(sheet)
    owner = find_places(sheet.columns["student"], students)
    refuse_rows(faults, owner < 0, "student", said=_NO_STUDENT)
    post = find_places(sheet.columns["post"], posts)
    refuse_rows(faults, post < 0, "post", said=NO_POST)
    weights = parse_numbers(sheet.columns["weight"], faults)
    faults.raise_any()
    refuse_rows(faults, stand_above(owner * max(1, len(posts)) + post), "post", said=_PAIR_AGAIN)
    faults.raise_any()
    order = np.argsort(owner, kind="stable")
    lengths = np.bincount(owner, minlength=len(students))
    return np.concatenate([[0], np.cumsum(lengths)]), post[order], weights[order]


def _read_names(sheet: Sheet, column: str, faults: FaultList, *, again: Text) -> tuple[str, ...]:
    """Return a column of ids that are there and differ, in the order of the rows."""
    ids = sheet.columns[column]
    refuse_empty(ids, faults)
    refuse_rows(faults, stand_above(ids.codes), column, said=again)
    faults.raise_any()
    return tuple(ids.texts[code] for code in ids.codes.tolist())


def _read_prices(sheet: Sheet, faults: FaultList) -> NDArray[np.float64]:
    prices = parse_numbers(sheet.columns["price"], faults)
    refuse_rows(faults, prices < 0, "price", said=_NEGATIVE)
    return prices


def _places_or_none(column: Column, ids: tuple[str, ...]) -> NDArray[np.int64]:
    """Return the place of each row's text among `ids`: -1 where it is empty, -2 where unknown."""
    return find_places(column, ("", *ids)) - 1


def _filled(column: Column) -> NDArray[np.bool_]:
    return np.array([bool(text) for text in column.texts], dtype=bool)[column.codes]
