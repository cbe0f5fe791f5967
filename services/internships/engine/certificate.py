"""The files with which anyone repeats a round and checks it: `chanjiao match verify` reads them."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from matching.explain import SHOWN_FROM
from matching.lottery import commit_seed
from matching.outcome import CLOSED, count_placed, find_ranks
from matching.problem import LOW, POST_BITS
from matching.verify.manifest import CapsTaken, RunManifest, code_version, encode_manifest
from services.internships.engine.clearing import Clearing, Market, split_cutoff
from services.internships.engine.settling import Settled

# A zip entry carries a date; a fixed one makes equal rounds give equal bytes.
_DATE = (1980, 1, 1, 0, 0, 0)
_RELEASE = "1"
WISH_COLUMNS = ("student", "rank", "post", "priority")
PLACEMENT_COLUMNS = ("student", "post", "rank")
CUTOFF_COLUMNS = ("post", "seats", "placed", "cutoff_priority", "cutoff_lottery", "shown")
MANIFEST = "placements.manifest.json"
SIGNATURE = "placements.manifest.sig"
_RESULT_FILES = {"placements": "placements.csv", "cutoffs": "placements.cutoffs.csv"}


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
    settled = cleared.settled
    names = name_posts(market, settled)
    files = {
        "wishes.csv": write_csv_file(WISH_COLUMNS, _wishes(market, settled, names)),
        "posts.csv": write_csv_file(
            ("post", "seats", *_CAP_COLUMNS), _posts(market, settled, names)
        ),
        "placements.csv": write_csv_file(PLACEMENT_COLUMNS, _placements(market, settled, names)),
    }
    if not settled.effects.claims:
        # Where a claim stands there is no proof by cut-offs: the files do not pretend one.
        files["placements.cutoffs.csv"] = write_csv_file(CUTOFF_COLUMNS, _cutoffs(settled, names))
    manifest = describe_run(
        market.seed,
        files,
        results=_RESULT_FILES,
        counts={
            "students": len(market.student_ids),
            "posts": len(market.post_ids),
            "wishes": int(np.count_nonzero(market.competes)),
            "placed": int(np.count_nonzero(cleared.ranks >= 0)),
            "claims": settled.effects.claims,
        },
        # The posts' file states those that bind and no other: the soft ones of a batch are told
        # on the round's page.
        caps="hard" if market.cap_rows else "soft",
    )
    files[MANIFEST] = encode_manifest(manifest)
    return Certificate(zip_files(files), manifest)


def describe_run(
    seed: str,
    files: Mapping[str, bytes],
    *,
    results: Mapping[str, str],
    counts: Mapping[str, int],
    caps: CapsTaken,
) -> RunManifest:
    """Return the manifest over a run's files; those that are no results were its inputs.

    Cost: one hash over the files and over the engine's sources.
    """
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    found = {name: hashes.pop(file) for name, file in results.items() if file in hashes}
    return RunManifest(
        code=code_version(_RELEASE),
        seed=seed,
        commitment=commit_seed(seed),
        inputs={file.removesuffix(".csv"): digest for file, digest in hashes.items()},
        results=found,
        counts=counts,
        caps=caps,
    )


# Caps as the file command knows them; only those that bind: `chanjiao match verify` keeps them.
_CAP_COLUMNS = ("enterprise", "enterprise_cap", "region", "region_cap")


def name_posts(market: Market, settled: Settled) -> list[str]:
    """Return the posts of the files: the batch's, then the seats that each reserve keeps."""
    rules = market.rules
    reserves = [
        f"{market.post_ids[reserve.post]}/{rules.class_names[reserve.student_class]}"
        for reserve in rules.reserves
    ]
    return [*market.post_ids, *reserves][: settled.proof.posts]


def _posts(market: Market, settled: Settled, names: Sequence[str]) -> Iterable[tuple[object, ...]]:
    nothing = ("",) * len(_CAP_COLUMNS)
    for post, (name, seats) in enumerate(zip(names, settled.proof.seats.tolist(), strict=True)):
        yield name, seats, *(market.cap_rows[post] if market.cap_rows else nothing)


def write_csv_file(header: tuple[str, ...], rows: Iterable[Iterable[object]]) -> bytes:
    """Return rows below a header as CSV in UTF-8."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue().encode()


def zip_files(files: Mapping[str, bytes]) -> bytes:
    """Return files as a zip that is the same for the same files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in files.items():
            archive.writestr(zip_entry(name), content)
    return stream.getvalue()


def zip_entry(name: str) -> zipfile.ZipInfo:
    """Return the entry of a file that is the same whenever it is written."""
    entry = zipfile.ZipInfo(name, date_time=_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _wishes(market: Market, settled: Settled, names: Sequence[str]) -> Iterable[tuple[object, ...]]:
    posts = (settled.proof.wishes & LOW).tolist()
    keys = (settled.proof.wishes >> POST_BITS).tolist()
    for student, (begin, end) in enumerate(pairwise(settled.proof.indptr.tolist())):
        name = market.student_ids[student]
        if begin == end:
            yield name, "", "", ""
        for place in range(begin, end):
            yield name, place - begin + 1, names[posts[place]], keys[place]


def _placements(
    market: Market, settled: Settled, names: Sequence[str]
) -> Iterable[tuple[object, ...]]:
    ranks = find_ranks(settled.proof, settled.seated).tolist()
    for student, (post, rank) in enumerate(zip(settled.seated.tolist(), ranks, strict=True)):
        name = market.student_ids[student]
        yield (name, names[post], rank + 1) if rank >= 0 else (name, "", "")


def _cutoffs(settled: Settled, names: Sequence[str]) -> Iterable[tuple[object, ...]]:
    rows = zip(
        names,
        settled.proof.seats.tolist(),
        count_placed(settled.proof, settled.seated).tolist(),
        settled.cutoffs.tolist(),
        strict=True,
    )
    for post, seats, placed, limit in rows:
        key: object = ""
        number: object = ""
        if 0 < limit < int(CLOSED):
            key, number = split_cutoff(limit)
        yield post, seats, placed, key, number, int(placed >= SHOWN_FROM)
