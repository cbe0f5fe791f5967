"""Checks the certificate of a central assignment: caps, prices and gap, from its files alone."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from matching.auction.certificate import Certificate, certify
from matching.caps import list_exceeded
from matching.files.assignment_zip import MANIFEST, AssignmentFiles, read_assignment
from matching.lottery import commit_seed
from matching.verify.manifest import NOT_SIGNED, decode_manifest, hash_file, is_signed_by

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_ROUNDED = 1e-6  # numbers are stated to six places, weights and prices to nine
_ROUNDED_EACH = 1e-9
_SHOWN_MAX = 20


@dataclass(frozen=True, slots=True)
class Kept:
    """Which limits an assignment keeps.

    Attributes:
        broken: posts and binding groups that hold more than they may: (name, placed, cap).
        unpaired: students who are placed at a post that is none of their pairs.
        told: groups over a cap that does not bind: (name, cap, placed).
    """

    broken: list[tuple[str, int, int]]
    unpaired: list[str]
    told: list[tuple[str, int, int]]


def check_assignment(path: Path, signer: Ed25519PublicKey | None = None) -> tuple[bool, list[str]]:
    """Return whether a certificate holds, and what it proves or where it is wrong, line by line.

    1. Seats, binding caps and pairs are kept. 2. The bound follows from the prices by weak duality.
    3. The numbers stated are those of the files, and the seed is the one committed to.
    4. The files are those of the run's manifest, where there is one, and `signer` signed it.

    Raises: MarketFileError, a bad file with its row.
    Cost: about 2 microseconds per pair, nearly all of it for reading.
    """
    found = read_assignment(path)
    kept = _find_broken(found)
    students, placed, seats = _counts(found)
    lines = [f"students {students}  placed {placed}  seats {seats}"]
    wrong = list(_manifest_faults(found, signer))
    if signer is not None and NOT_SIGNED not in wrong:
        lines.append("signature holds")
    wrong += _broken_lines(kept)
    if not (kept.broken or kept.unpaired):
        proof = certify(found.market, found.matching, found.prices)
        numbers = f"value {proof.value:.6f}  bound {proof.bound:.6f}  gap {proof.gap:.6f}"
        lines.append(f"{numbers} ({100 * proof.gap_share:.4f} %)")
        wrong += _differences(found, proof, kept)
    lines += [
        f"超出提示性限额 / over a cap that does not bind: {name} {count} > {cap}"
        for name, cap, count in kept.told
    ]
    lines += wrong[:_SHOWN_MAX]
    if len(wrong) > _SHOWN_MAX:
        lines.append(f"……共 {len(wrong)} 处 / {len(wrong)} in all")
    verdict = "certificate does NOT hold" if wrong else "certificate holds"
    return not wrong, [*lines, f"sha256 {hash_file(path)}", verdict]


def _manifest_faults(found: AssignmentFiles, signer: Ed25519PublicKey | None) -> Iterator[str]:
    """Yield what speaks against the files being those of a run that `signer` signed."""
    if signer is not None:
        signature = (found.signature or b"").decode("ascii", errors="replace")
        if found.manifest is None or not is_signed_by(found.manifest, signature, signer):
            yield NOT_SIGNED
    if found.manifest is None:
        return
    try:
        manifest = decode_manifest(found.manifest)
    except ValueError:
        yield f"不是运行清单 / this is no manifest of a run: {MANIFEST}"
        return
    stated = {**manifest.inputs, **manifest.results}
    for name in sorted({*stated, *found.hashes}):
        if stated.get(name) != found.hashes.get(name):
            yield f"与运行清单不符 / not the file of the manifest: {name}"


def _find_broken(found: AssignmentFiles) -> Kept:
    """Return which seats, caps and pairs an assignment breaks."""
    market, matching = found.market, found.matching
    held = np.bincount(matching[matching >= 0], minlength=len(found.posts))
    full = np.flatnonzero(held > market.seats)
    broken = [(found.posts[at], int(held[at]), int(market.seats[at])) for at in full.tolist()]
    hard = {name for name, binds in zip(found.caps.names, found.caps.hard, strict=True) if binds}
    exceeded = list_exceeded(found.caps, matching)
    broken += [(name, placed, cap) for name, cap, placed in exceeded if name in hard]
    owner = np.repeat(np.arange(matching.size), np.diff(market.indptr))
    paired = np.zeros(matching.size, dtype=bool)
    paired[owner[market.posts == matching[owner]]] = True
    unpaired = np.flatnonzero((matching >= 0) & ~paired).tolist()
    told = [each for each in exceeded if each[0] not in hard]
    return Kept(broken, [found.students[at] for at in unpaired], told)


def _counts(found: AssignmentFiles) -> tuple[int, int, int]:
    """Return how many students there are, how many of them placed, and how many seats."""
    placed = int(np.count_nonzero(found.matching >= 0))
    return len(found.students), placed, int(found.market.seats.sum(dtype=np.int64))


def _broken_lines(kept: Kept) -> Iterator[str]:
    for name, placed, cap in kept.broken:
        yield f"超出限额 / over its cap: {name} {placed} > {cap}"
    for student in kept.unpaired:
        yield f"岗位不在其候选之内 / placed where no pair is: {student}"


def _differences(found: AssignmentFiles, proof: Certificate, kept: Kept) -> Iterator[str]:
    """Yield each number that is stated otherwise than the files give it."""
    stated, near = found.statement, _tolerance(found)
    counts = zip(("students", "placed", "seats"), _counts(found), strict=True)
    wrong = [(name, count) for name, count in counts if stated[name] != count]
    for name, number in asdict(proof).items():
        if not math.isclose(stated[name], number, rel_tol=0, abs_tol=near):
            wrong.append((name, number))
    for name, number in wrong:
        yield f"与所述不符 / not as stated: {name} {number} ({stated[name]})"
    if commit_seed(stated["seed"]) != stated["seed_commitment"]:
        yield "与所述不符 / not as stated: seed_commitment"
    if found.tells_soft and not _tells_exceeded(found, kept):
        yield "与所述不符 / not as stated: caps_exceeded"


def _tolerance(found: AssignmentFiles) -> float:
    """Return how far sums of rounded weights and prices may lie from those of the exact ones."""
    caps = np.concatenate([found.market.seats, found.market.nest.caps]).astype(np.float64)
    levels, at = 2, found.caps.parent  # a weight and the price of the post itself
    while (at := at[at >= 0]).size:
        levels, at = levels + 1, found.caps.parent[at]
    summed = caps[found.prices > 0].sum() + levels * len(found.students)
    return _ROUNDED + _ROUNDED_EACH * float(summed)


def _tells_exceeded(found: AssignmentFiles, kept: Kept) -> bool:
    """Say whether the soft caps stated as exceeded are those of the files."""
    stated = found.statement["caps_exceeded"]
    own = [{"group": name, "cap": cap, "placed": placed} for name, cap, placed in kept.told]
    return [each for each in stated if each not in own] == [] and len(stated) == len(own)
