"""One public lottery per round: commit to a seed, reveal it later, and anyone draws the same order.

A student's number is the SHA-256 of the seed and the student's id, so that it depends neither on
the order of a file nor on any library's generator. The larger digest wins ties (single lottery:
Abdulkadiroglu, Pathak and Roth 2009).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matching.errors import CommitmentBrokenError

_COMMIT = b"chanjiao lottery commitment 1\x00"
_DRAW = b"chanjiao lottery draw 1\x00"


def commit_seed(seed: str) -> str:
    """Return what to publish before wishes close: the SHA-256 of the seed, in hexadecimal.

    Cost: one hash. Source: commit and reveal by a hash that hides a seed of enough entropy
    (use 32 random hexadecimal digits or more).

    >>> commit_seed("2026 spring")[:16]
    '5121e63df046c737'
    """
    return hashlib.sha256(_COMMIT + seed.encode()).hexdigest()


def check_reveal(seed: str, commitment: str) -> None:
    """Raise CommitmentBrokenError unless `seed` is what `commitment` was made from.

    Cost: one hash. Source: as `commit_seed`.

    >>> check_reveal("2026 spring", commit_seed("2026 spring"))
    """
    revealed = commit_seed(seed)
    if revealed != commitment.strip().lower():
        raise CommitmentBrokenError(committed=commitment, revealed=revealed)


def draw_lottery(seed: str, students: Sequence[str]) -> NDArray[np.uint32]:
    """Return each student's lottery number: a permutation of 0..n-1, the higher number wins a tie.

    1. Digest of a student = SHA-256(prefix, seed's own SHA-256, id in UTF-8).
    2. Sort the digests as bytes, ascending; the number is the place in that order.

    Shapes: n ids in, (n,) uint32 out. Equal ids get equal digests: ids must differ (the tables of
    a market see to it). Cost: one hash per student, about 0.6 s per million.
    Source: Abdulkadiroglu, Pathak and Roth 2009, "Strategy-proofness versus efficiency".

    >>> draw_lottery("s", ["a", "b", "c"]).tolist()
    [1, 0, 2]
    """
    prefix = hashlib.sha256(_DRAW + hashlib.sha256(seed.encode()).digest())
    digests = bytearray()
    for student in students:
        one = prefix.copy()
        one.update(student.encode())
        digests += one.digest()
    numbers = np.empty(len(students), dtype=np.uint32)
    numbers[_sort_digests(bytes(digests))] = np.arange(len(students))
    return numbers


def _sort_digests(digests: bytes) -> NDArray[np.int64]:
    """Return the order of digests of 32 bytes each, the least first.

    Big-endian words sort as the bytes do. The first word decides: two of 2**64 values meet so
    rarely that the other words are looked at only then.
    """
    words = np.frombuffer(digests, dtype=">u8").reshape(-1, 4)
    leading = words[:, 0].astype(np.uint64)
    order = np.argsort(leading)
    ordered = leading[order]
    if (ordered[1:] == ordered[:-1]).any():
        order = np.lexsort((words[:, 3], words[:, 2], words[:, 1], words[:, 0]))
    return order
