"""The files that anybody may check: the round under salted ids, priorities only as an order."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from matching.lottery import draw_lottery
from matching.verify.manifest import RunManifest, decode_manifest, encode_manifest
from matching.verify.public import salt_ids
from services.internships.engine.certificate import (
    MANIFEST,
    PLACEMENT_COLUMNS,
    WISH_COLUMNS,
    write_csv_file,
    zip_files,
)

Rows = list[dict[str, str]]


def make_public(certificate: bytes, salt: bytes) -> bytes:
    """Return the public files of a round from its certificate.

    1. Each student's id is replaced by its salted one, and the rows are sorted by that.
    2. Each priority, with its lottery number, is replaced by its place in the order at the post
       (over all posts where caps bind): enough to check the round, and nobody's score.

    Cost: one sort of the wishes.
    """
    files = read_zip(certificate)
    wishes, placements = read_rows(files["wishes.csv"]), read_rows(files["placements.csv"])
    manifest = decode_manifest(files[MANIFEST])
    ids = sorted({row["student"] for row in wishes})
    public = dict(zip(ids, salt_ids(ids, salt), strict=True))
    posts = read_rows(files["posts.csv"])
    together = any(row["enterprise_cap"] or row["region_cap"] for row in posts)
    order = _order(wishes, ids, seed=manifest.seed, across_posts=together)
    told = [
        (public[row["student"]], row["rank"], row["post"], place)
        for row, place in zip(wishes, order, strict=True)
    ]
    placed = [(public[row["student"]], row["post"], row["rank"]) for row in placements]
    out = {
        "wishes.csv": write_csv_file(WISH_COLUMNS, sorted(told, key=_by_student)),
        "posts.csv": files["posts.csv"],
        "placements.csv": write_csv_file(PLACEMENT_COLUMNS, sorted(placed)),
    }
    out[MANIFEST] = encode_manifest(_renewed(manifest, out))
    return zip_files(out)


def _by_student(row: tuple[str, str, str, str]) -> tuple[str, int]:
    return row[0], int(row[1] or 0)


def _order(wishes: Rows, ids: list[str], *, seed: str, across_posts: bool) -> list[str]:
    """Return each wish's place from below among those that it is compared with; "" for none."""
    made = [at for at, row in enumerate(wishes) if row["post"]]
    lottery = dict(zip(ids, draw_lottery(seed, ids).tolist(), strict=True))
    keys = np.array([int(wishes[at]["priority"]) for at in made], dtype=np.int64)
    numbers = np.array([lottery[wishes[at]["student"]] for at in made], dtype=np.int64)
    posts = [wishes[at]["post"] for at in made]
    group = np.zeros(len(made), dtype=np.int64)
    if not across_posts and made:
        group = np.unique(posts, return_inverse=True)[1].astype(np.int64)
    places = [""] * len(wishes)
    for at, place in zip(made, _places(keys, numbers, group).tolist(), strict=True):
        places[at] = str(place)
    return places


def _places(
    keys: NDArray[np.int64], numbers: NDArray[np.int64], group: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return dense places from 1 within each group: equal values have equal places."""
    order = np.lexsort((numbers, keys, group))
    sorted_by = np.stack([group[order], keys[order], numbers[order]])
    first = np.ones(order.size, dtype=bool)
    first[1:] = (sorted_by[:, 1:] != sorted_by[:, :-1]).any(axis=0)
    begins = np.ones(order.size, dtype=bool)
    begins[1:] = sorted_by[0, 1:] != sorted_by[0, :-1]
    dense = np.cumsum(first)
    base = np.maximum.accumulate(np.where(begins, dense - 1, 0)) if order.size else dense
    places = np.empty(order.size, dtype=np.int64)
    places[order] = dense - base
    return places


def _renewed(manifest: RunManifest, files: Mapping[str, bytes]) -> RunManifest:
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    return replace(
        manifest,
        inputs={name: hashes[f"{name}.csv"] for name in ("wishes", "posts")},
        results={"placements": hashes["placements.csv"]},
    )


def read_zip(content: bytes) -> dict[str, bytes]:
    """Return the files of a certificate by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def read_rows(content: bytes) -> Rows:
    """Return the rows of one of the files."""
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))
