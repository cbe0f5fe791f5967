"""What everybody may check: the whole market under salted ids, cut-offs of small posts left out."""

from __future__ import annotations

import hmac
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matching.problem import Problem

_SHOWN_FROM = 5


def salt_ids(ids: Sequence[str], salt: bytes) -> list[str]:
    """Return ids that only who knows the salt can connect with their owners.

    HMAC-SHA-256 of each id under the salt (32 random bytes, one per round, kept by the school),
    the first 128 bits in hexadecimal. A student who is told the salted id of their own finds it.

    Cost: one hash per id, about 1 s per million. Source: RFC 2104.

    >>> salt_ids(["2026001"], b"0" * 32)
    ['e1a56844106146cd1148d933aa5792c0']
    """
    return [hmac.digest(salt, one.encode(), "sha256").hex()[:32] for one in ids]


def public_cutoffs(
    problem: Problem,
    matching: NDArray[np.int32],
    cutoffs: NDArray[np.uint64],
    *,
    shown_from: int = _SHOWN_FROM,
) -> list[int | None]:
    """Return each post's cut-off, None where fewer than `shown_from` were placed there.

    A cut-off over few placements is the score of one of them.

    Shapes: matching (n,), cutoffs (m,). Cost: O(n + m).

    >>> from matching.problem import build_problem
    >>> market = build_problem(indptr=[0, 1], posts=[0], keys=[5], seats=[1], lottery=[0])
    >>> public_cutoffs(market, np.array([0]), np.array([5 << 32], dtype=np.uint64))
    [None]
    """
    placed = np.bincount(matching[matching >= 0], minlength=problem.posts)
    return [
        limit if count >= shown_from else None
        for limit, count in zip(cutoffs.tolist(), placed.tolist(), strict=True)
    ]
