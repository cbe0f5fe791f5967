"""Public files of rounds read again by the checker: one at a time, each answer kept a while."""

from __future__ import annotations

import asyncio
import tempfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

from matching.errors import MatchingError
from matching.files.market_csv import read_market
from matching.files.results_csv import read_placements
from matching.outcome import count_placed
from matching.verify import verify_matching
from matching.verify.manifest import decode_manifest, hash_file
from services.internships.engine.certificate import MANIFEST
from services.internships.engine.public_files import read_rows, read_zip
from shared.files import FileStore

_KEPT_MAX = 256


class PublicChecker:
    """Checks files by their hash; what lies under a hash never changes, nor does the answer."""

    def __init__(self, files: FileStore) -> None:
        self._files = files
        self._known: OrderedDict[str, dict[str, Any]] = OrderedDict()
        # Anybody may ask: a check takes a core for a moment, so they take turns.
        self._turn = asyncio.Lock()

    async def check(self, sha256: str) -> dict[str, Any]:
        """Return what the checker finds in the files under this hash."""
        async with self._turn:
            if sha256 not in self._known:
                content = await self._files.read(sha256)
                self._known[sha256] = await asyncio.to_thread(check_files, content)
                while len(self._known) > _KEPT_MAX:
                    self._known.popitem(last=False)
            return self._known[sha256]

    async def find_student(self, sha256: str, public_id: str) -> list[dict[str, Any]]:
        """Return the wishes under one salted id, empty where there is none."""
        async with self._turn:
            content = await self._files.read(sha256)
            return await asyncio.to_thread(find_lines, content, public_id)


def check_files(content: bytes) -> dict[str, Any]:
    """Read the files as anybody would and count what is wrong, by code that solves nothing."""
    with tempfile.TemporaryDirectory(prefix="public-round-") as name:
        folder = Path(name)
        for file, body in read_zip(content).items():
            (folder / file).write_bytes(body)
        return _check(folder)


def _check(folder: Path) -> dict[str, Any]:
    manifest = decode_manifest((folder / MANIFEST).read_bytes())
    stated = {**manifest.inputs, **manifest.results}
    unchanged = all(hash_file(folder / f"{name}.csv") == told for name, told in stated.items())
    claims = int(manifest.counts.get("claims", 0))
    wishes, posts = folder / "wishes.csv", folder / "posts.csv"
    try:
        market = read_market(wishes, posts, seed=manifest.seed, hard_caps=True)
        matching = read_placements(market, folder / "placements.csv")
    except MatchingError:
        return {**_NOTHING, "stated_claims": claims, "files_unchanged": unchanged}
    found = verify_matching(market.problem, matching)
    feasible = not (found.overfull_posts or found.unwished_placements)
    return {
        "students": market.problem.students,
        "posts": market.problem.posts,
        "wishes": int(market.problem.wishes.size),
        "placed": int(count_placed(market.problem, matching).sum()),
        "blocking_pairs": found.blocking_pairs,
        "stated_claims": claims,
        "overfull_posts": found.overfull_posts,
        "unwished_placements": found.unwished_placements,
        "files_unchanged": unchanged,
        "holds": feasible and unchanged and found.blocking_pairs == claims,
    }


_NOTHING: dict[str, Any] = {
    "students": 0,
    "posts": 0,
    "wishes": 0,
    "placed": 0,
    "blocking_pairs": 0,
    "overfull_posts": 0,
    "unwished_placements": 0,
    "holds": False,
}


def find_lines(content: bytes, public_id: str) -> list[dict[str, Any]]:
    """Return the wishes under one salted id with which of them was granted."""
    files = read_zip(content)
    placed = {row["student"]: row["post"] for row in read_rows(files["placements.csv"])}
    if public_id not in placed:
        return []
    return [
        {
            "rank": int(row["rank"]),
            "post_id": row["post"],
            "place_from_below": int(row["priority"]),
            "granted": row["post"] == placed[public_id],
        }
        for row in read_rows(files["wishes.csv"])
        if row["student"] == public_id and row["post"]
    ]
