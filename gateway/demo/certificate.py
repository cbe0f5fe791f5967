"""A round's certificate as an outsider checks it: files, hashes, seed, stability."""

from __future__ import annotations

import hashlib
import io
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from matching.errors import MatchingError
from matching.files.market_csv import read_market
from matching.files.results_csv import (
    cutoffs_path,
    manifest_path,
    read_cutoffs,
    read_placements,
)
from matching.lottery import check_reveal
from matching.verify import verify_cutoffs, verify_matching
from matching.verify.manifest import RunManifest, decode_manifest

_OUT = "placements.csv"


@dataclass(frozen=True, slots=True)
class Checked:
    """What an outsider finds in a certificate."""

    blocking_pairs: int
    stable: bool
    proven: bool
    untouched: bool
    seed_as_committed: bool

    @property
    def holds(self) -> bool:
        """Whether nothing speaks against the round."""
        return self.stable and self.proven and self.untouched and self.seed_as_committed


def check_certificate(content: bytes, commitment: str) -> Checked:
    """Check the downloaded files of a round; `commitment` was published before the wishes.

    1. Every file has the hash that the manifest names.
    2. The revealed seed is the one that was committed to.
    3. Nobody has a justified claim, and the cut-offs prove it.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            archive.extractall(folder)  # names are checked: extractall keeps inside the folder
        out = folder / _OUT
        manifest = decode_manifest(manifest_path(out).read_bytes())
        market = read_market(folder / "wishes.csv", folder / "posts.csv", seed=manifest.seed)
        matching = read_placements(market, out)
        found = verify_matching(market.problem, matching)
        cutoffs = read_cutoffs(market, cutoffs_path(out))
        return Checked(
            blocking_pairs=found.blocking_pairs,
            stable=found.stable,
            proven=verify_cutoffs(market.problem, matching, cutoffs).proven,
            untouched=_untouched(folder, manifest),
            seed_as_committed=_reveals(manifest.seed, commitment),
        )


def _untouched(folder: Path, manifest: RunManifest) -> bool:
    named = {
        folder / "wishes.csv": manifest.inputs["wishes"],
        folder / "posts.csv": manifest.inputs["posts"],
        folder / _OUT: manifest.results["placements"],
        cutoffs_path(folder / _OUT): manifest.results["cutoffs"],
    }
    return all(
        hashlib.sha256(path.read_bytes()).hexdigest() == digest for path, digest in named.items()
    )


def _reveals(seed: str, commitment: str) -> bool:
    try:
        check_reveal(seed, commitment)
    except MatchingError:
        return False
    return True
