"""The files with which anyone repeats a round and checks it: `chanjiao match verify` reads them."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from matching.explain import SHOWN_FROM
from matching.lottery import commit_seed
from matching.outcome import CLOSED
from matching.verify.manifest import RunManifest, code_version, encode_manifest
from services.internships.engine.clearing import Clearing, Market, split_cutoff

# A zip entry carries a date; a fixed one makes equal rounds give equal bytes.
_DATE = (1980, 1, 1, 0, 0, 0)
_RELEASE = "1"


@dataclass(frozen=True, slots=True)
class Certificate:
    """A round's files in one zip, and the manifest that names each by its SHA-256."""

    content: bytes
    manifest: RunManifest


def write_certificate(market: Market, cleared: Clearing) -> Certificate:
    """Return the round as files: wishes, posts, placements, cut-offs and the manifest.

    Students and posts appear under their ids only. Cost: one pass over the wishes, about a
    microsecond each.
    """
    files = {
        "wishes.csv": _csv(("student", "rank", "post", "priority"), _wishes(market, cleared)),
        "posts.csv": _csv(("post", "seats", *_CAP_COLUMNS), _posts(market)),
        "placements.csv": _csv(("student", "post", "rank"), _placements(market, cleared)),
        "placements.cutoffs.csv": _csv(
            ("post", "seats", "placed", "cutoff_priority", "cutoff_lottery", "shown"),
            _cutoffs(market, cleared),
        ),
    }
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    manifest = RunManifest(
        code=code_version(_RELEASE),
        seed=market.seed,
        commitment=commit_seed(market.seed),
        inputs={name: hashes[f"{name}.csv"] for name in ("wishes", "posts")},
        results={
            "placements": hashes["placements.csv"],
            "cutoffs": hashes["placements.cutoffs.csv"],
        },
        counts={
            "students": len(market.student_ids),
            "posts": len(market.post_ids),
            "wishes": int(np.count_nonzero(market.competes)),
            "placed": int(np.count_nonzero(cleared.ranks >= 0)),
        },
    )
    files["placements.manifest.json"] = encode_manifest(manifest)
    return Certificate(_zip(files), manifest)


# The file command knows two levels of groups under these names: here a kind of post of a host,
# and the host itself. Only hard caps are written: `chanjiao match verify --caps hard` keeps them.
_CAP_COLUMNS = ("enterprise", "enterprise_cap", "region", "region_cap")


def _posts(market: Market) -> Iterable[tuple[object, ...]]:
    caps, count = market.caps, len(market.post_ids)
    for post, (name, seats) in enumerate(zip(market.post_ids, market.seats.tolist(), strict=True)):
        cells: list[object] = []
        if caps is not None and caps.hard.any():
            own = int(caps.parent[post])
            host = int(caps.parent[own])
            for group in (own - count, host - count):
                hard = bool(caps.hard[group])
                cells += [caps.names[group], int(caps.limits[group]) if hard else ""]
        yield name, seats, *(cells or [""] * len(_CAP_COLUMNS))


def _csv(header: tuple[str, ...], rows: Iterable[Iterable[object]]) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue().encode()


def _zip(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, date_time=_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return stream.getvalue()


def _wishes(market: Market, cleared: Clearing) -> Iterable[tuple[object, ...]]:
    posts, keys = market.wishes.tolist(), cleared.keys.tolist()
    starts = market.indptr.tolist()
    for student, (begin, end) in enumerate(pairwise(starts)):
        name = market.student_ids[student]
        competing = [place for place in range(begin, end) if keys[place]]
        if not competing:
            yield name, "", "", ""
        for place in competing:
            yield name, place - begin + 1, market.post_ids[posts[place]], keys[place]


def _placements(market: Market, cleared: Clearing) -> Iterable[tuple[object, ...]]:
    starts, posts = market.indptr.tolist(), market.wishes.tolist()
    for student, rank in enumerate(cleared.ranks.tolist()):
        name = market.student_ids[student]
        if rank < 0:
            yield name, "", ""
        else:
            yield name, market.post_ids[posts[starts[student] + rank]], rank + 1


def _cutoffs(market: Market, cleared: Clearing) -> Iterable[tuple[object, ...]]:
    rows = zip(
        market.post_ids,
        market.seats.tolist(),
        cleared.placed.tolist(),
        cleared.cutoffs.tolist(),
        strict=True,
    )
    for post, seats, placed, limit in rows:
        key: object = ""
        number: object = ""
        if 0 < limit < int(CLOSED):
            key, number = split_cutoff(limit)
        yield post, seats, placed, key, number, int(placed >= SHOWN_FROM)
