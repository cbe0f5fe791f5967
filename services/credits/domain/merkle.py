"""Merkle trees of RFC 6962: roots, inclusion and consistency proofs, their verification."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

Subtree = Callable[[int, int], bytes]
"""Return the tree hash of the leaves from the first index up to, not with, the second."""

EMPTY_ROOT = hashlib.sha256(b"").digest()


def hash_leaf(data: bytes) -> bytes:
    """Return the hash of a leaf (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(n: int) -> int:
    """Return the largest power of two below `n`.

    >>> [split(n) for n in (2, 3, 4, 5, 8, 9)]
    [1, 2, 2, 4, 4, 8]
    """
    return 1 << (n - 1).bit_length() - 1


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Return the tree hash of leaf hashes; cost: one hash for each leaf."""
    if not hashes:
        return EMPTY_ROOT
    frontier = Frontier()
    for leaf in hashes:
        frontier.add(leaf)
    return frontier.root()


class Frontier:
    """The right edge of a growing tree: one hash for each whole subtree, largest first."""

    def __init__(self) -> None:
        self.size = 0
        self._edge: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Append the hash of one leaf."""
        self._edge.append(leaf)
        self.size += 1
        # As many whole subtrees close as the new size has trailing zero bits.
        size, edge = self.size, self._edge
        while not size & 1:
            right = edge.pop()
            edge[-1] = hashlib.sha256(b"\x01" + edge[-1] + right).digest()
            size >>= 1

    def root(self) -> bytes:
        """Return the tree hash of everything added so far."""
        if not self._edge:
            return EMPTY_ROOT
        root = self._edge[-1]
        for left in reversed(self._edge[:-1]):
            root = hash_node(left, root)
        return root


def prove_inclusion(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """Return the audit path of leaf `index` in the tree of `size` leaves (RFC 6962, 2.1.1)."""
    assert 0 <= index < size
    proof: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + split(high - low)
        if index < middle:
            proof.append(subtree(middle, high))
            high = middle
        else:
            proof.append(subtree(low, middle))
            low = middle
    return proof[::-1]


def prove_consistency(old: int, new: int, subtree: Subtree) -> list[bytes]:
    """Return the proof that the first `old` of `new` leaves are unchanged (RFC 6962, 2.1.2)."""
    assert 0 < old <= new
    proof: list[bytes] = []
    low, high = 0, new
    while old != high:
        middle = low + split(high - low)
        if old <= middle:
            proof.append(subtree(middle, high))
            high = middle
        else:
            proof.append(subtree(low, middle))
            low = middle
    if low:
        proof.append(subtree(low, high))
    return proof[::-1]


def verify_inclusion(
    index: int, size: int, *, leaf: bytes, proof: Sequence[bytes], root: bytes
) -> bool:
    """Tell whether `proof` shows that the leaf hash stands at `index` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size or len(leaf) != hashlib.sha256().digest_size:
        return False
    at, last, found = index, size - 1, leaf
    for part in proof:
        if not last:
            return False
        if at & 1 or at == last:
            found = hash_node(part, found)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = hash_node(found, part)
        at, last = at >> 1, last >> 1
    return not last and found == root


def verify_consistency(
    old: int, new: int, *, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> bool:
    """Tell whether `proof` shows that the new tree continues the old one (RFC 9162, 2.1.4.2)."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not proof or not path:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    return _climb(at, last, path) == (old_root, new_root)


def _climb(at: int, last: int, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Return the roots of both trees that a consistency path leads to; None where it is no path."""
    older = newer = path[0]
    for part in path[1:]:
        if not last:
            return None
        if at & 1 or at == last:
            older, newer = hash_node(part, older), hash_node(part, newer)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            newer = hash_node(newer, part)
        at, last = at >> 1, last >> 1
    return None if last else (older, newer)
