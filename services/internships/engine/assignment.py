"""Central assignment of a batch (统一安排): the most students placed, at the greatest relevance.

The school decides and no wishes are asked; the prices prove how little was lost.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from matching.auction.assign import Assignment, assign_central
from matching.auction.market import build_assignment_market
from matching.caps import Caps, list_exceeded
from matching.lottery import commit_seed, draw_lottery
from matching.verify.manifest import encode_manifest
from services.internships.engine.caps import NO_CAP
from services.internships.engine.certificate import MANIFEST, describe_run, zip_files
from services.internships.engine.clearing import Market
from services.internships.engine.relevance import score_wishes

# A place counts more than any gain in relevance between two students (relevance is 0 to 1).
PLACED_WEIGHT = 3.0
PAIRS_MAX = 4_000_000
_PER_STUDENT_MIN = 20
_NO_LIMIT = 2**31 - 2


@dataclass(frozen=True, slots=True, eq=False)
class Assigned:
    """Where each student goes: (n,) rows of posts, -1 for nowhere; what proves it; numbers."""

    posts: NDArray[np.int32]
    certificate: bytes
    numbers: dict[str, Any]


def list_candidates(market: Market) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return for each student the nearest posts that have seats: (n + 1,) begins, (e,) posts.

    Where students times posts exceed `PAIRS_MAX`, each student keeps the nearest ones.
    Cost: O(distinct profiles x posts), then O(e).
    """
    count = len(market.student_ids)
    open_posts = np.flatnonzero(market.seats > 0)
    if count == 0 or open_posts.size == 0:
        return np.zeros(count + 1, dtype=np.int64), np.empty(0, dtype=np.int64)
    own = market.students
    profile = np.stack([own.majors.codes, own.skills.codes, own.regions.codes], axis=1)
    _, first, kind = np.unique(profile, axis=0, return_index=True, return_inverse=True)
    kept = int(min(open_posts.size, max(_PER_STUDENT_MIN, PAIRS_MAX // count)))
    nearest = np.empty((first.size, kept), dtype=np.int64)
    for at, student in enumerate(first.tolist()):
        owner = np.full(open_posts.size, student)
        scores = score_wishes(own, market.posts, owner=owner, post=open_posts).scores
        order = np.argsort(-scores, kind="stable")[:kept]
        nearest[at] = open_posts[order]
    wishes = nearest[kind.reshape(-1)].reshape(-1)
    return np.arange(count + 1, dtype=np.int64) * kept, wishes


def assign(market: Market) -> Assigned:
    """Return the assignment of a market whose wishes are candidates, those allowed in `competes`.

    1. Relevance of each allowed pair. 2. Students in the order of the public lottery, so that
    among equal ones neither a number nor a name decides. 3. The auction under seats and the caps
    that bind. 4. The prices and everything they were found on, as files.

    Raises: as `matching.auction.assign_central`. Cost: seconds for 10,000 students.
    """
    order = np.argsort(draw_lottery(market.seed, market.student_ids), kind="stable")
    begins, widths = market.indptr[:-1][order], np.diff(market.indptr)[order]
    starts = np.concatenate([[0], np.cumsum(widths)])
    row = np.repeat(begins - starts[:-1], widths) + np.arange(starts[-1])
    row = row[market.competes[row]]
    owner = np.repeat(np.arange(len(market.student_ids)), np.diff(market.indptr))[row]
    relevance = score_wishes(
        market.students, market.posts, owner=owner, post=market.wishes[row]
    ).scores
    lengths = np.bincount(owner, minlength=order.size)[order]
    auction = build_assignment_market(
        indptr=np.concatenate([[0], np.cumsum(lengths)]),
        posts=market.wishes[row],
        weights=PLACED_WEIGHT + relevance,
        seats=market.seats,
        **_nest(market.caps),
    )
    found = assign_central(auction)
    posts = np.full(order.size, -1, dtype=np.int32)
    posts[order] = found.matching
    pairs = (owner, market.wishes[row], relevance)
    chosen = relevance[pairs[1] == posts[owner]]
    numbers = _count(market, posts, found, chosen)
    return Assigned(posts, _files(market, pairs, posts, found, numbers), numbers)


def _nest(caps: Caps | None) -> dict[str, Any]:
    """Return binding caps as the auction takes them; soft ones are reported, not kept."""
    if caps is None:
        return {}
    above = caps.parent.astype(np.int64)
    limits = np.where(caps.hard, np.minimum(caps.limits, _NO_LIMIT), _NO_LIMIT)
    return {"parent": np.where(above >= 0, above - caps.posts, -1), "caps": limits}


def _count(
    market: Market, posts: NDArray[np.int32], found: Assignment, chosen: NDArray[np.float64]
) -> dict[str, Any]:
    exceeded = list_exceeded(market.caps, posts) if market.caps else []
    return {
        "students": len(market.student_ids),
        "placed": int(np.count_nonzero(posts >= 0)),
        "seats": int(market.seats.sum()),
        "relevance_mean": round(float(chosen.mean()), 4) if chosen.size else None,
        **{name: round(value, 6) for name, value in asdict(found.certificate).items()},
        "caps_exceeded": [
            {"group": group, "cap": cap, "placed": placed} for group, cap, placed in exceeded
        ],
    }


def _files(
    market: Market,
    pairs: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]],
    posts: NDArray[np.int32],
    found: Assignment,
    numbers: dict[str, Any],
) -> bytes:
    students, names = market.student_ids, market.post_ids
    prices = found.prices.tolist()
    owner, post, relevance = (each.tolist() for each in pairs)
    files = {
        "pairs.csv": _table(
            ("student", "post", "weight"),
            (
                (students[who], names[at], round(PLACED_WEIGHT + value, 9))
                for who, at, value in zip(owner, post, relevance, strict=True)
            ),
        ),
        "posts.csv": _table(("post", "seats", "price", "group"), _post_rows(market, prices)),
        "caps.csv": _table(("group", "cap", "hard", "price", "above"), _cap_rows(market, prices)),
        "placements.csv": _table(
            ("student", "post"),
            (
                (students[who], names[at] if at >= 0 else "")
                for who, at in enumerate(posts.tolist())
            ),
        ),
    }
    statement = {**numbers, "seed": market.seed, "seed_commitment": commit_seed(market.seed)}
    files["statement.json"] = orjson.dumps(statement, option=orjson.OPT_INDENT_2)
    manifest = describe_run(
        market.seed,
        files,
        results={"placements": "placements.csv", "statement": "statement.json"},
        counts={
            "students": numbers["students"],
            "posts": len(names),
            "pairs": len(owner),
            "placed": numbers["placed"],
        },
        caps="listed",
    )
    files[MANIFEST] = encode_manifest(manifest)
    return zip_files(files)


def _post_rows(market: Market, prices: Sequence[float]) -> Iterable[tuple[Any, ...]]:
    caps = market.caps
    for at, name in enumerate(market.post_ids):
        above = -1 if caps is None else int(caps.parent[at]) - caps.posts
        group = caps.names[above] if caps is not None and above >= 0 else ""
        yield name, int(market.seats[at]), round(prices[at], 9), group


def _cap_rows(market: Market, prices: Sequence[float]) -> Iterable[tuple[Any, ...]]:
    caps = market.caps
    if caps is None:
        return
    for at, name in enumerate(caps.names):
        above = int(caps.parent[caps.posts + at]) - caps.posts
        cap = int(caps.limits[at]) if caps.limits[at] < NO_CAP else ""
        price = round(prices[caps.posts + at], 9)
        yield name, cap, int(caps.hard[at]), price, caps.names[above] if above >= 0 else ""


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return stream.getvalue().encode()
