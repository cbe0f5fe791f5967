"""A tree kept as tiles of 256 hashes (C2SP tlog-tiles): paths, growth, subtree hashes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.credits.domain.merkle import hash_leaf, hash_node, root_of, split

WIDTH = 256
HASH_BYTES = 32

Tiles = Mapping[tuple[int, int], bytes]
"""Tiles by level and position: concatenated hashes, the last of a level may be partial."""


@dataclass(frozen=True, slots=True)
class TileName:
    """A tile of a level (None: a bundle of entries), at a position, as wide as `width`."""

    level: int | None
    position: int
    width: int

    def path(self) -> str:
        """Return the path below the log's prefix.

        >>> TileName(0, 1234067, 256).path(), TileName(None, 5, 17).path()
        ('tile/0/x001/x234/067', 'tile/entries/005.p/17')
        """
        digits = f"{self.position:03d}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
        number = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        level = "entries" if self.level is None else str(self.level)
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{number}{partial}"


def tile_names(size: int) -> list[TileName]:
    """Return every tile of hashes of a tree of `size` leaves.

    >>> len(tile_names(70_000)), [each.width for each in tile_names(70_000) if each.width < 256]
    (277, [112, 17, 1])
    """
    names: list[TileName] = []
    level, count = 0, size
    while count:
        names += [TileName(level, n, WIDTH) for n in range(count // WIDTH)]
        if count % WIDTH:
            names.append(TileName(level, count // WIDTH, count % WIDTH))
        level, count = level + 1, count // WIDTH
    return names


def edge_keys(size: int) -> list[tuple[int, int]]:
    """Return the tiles that the next leaf changes, in a tree of `size` leaves."""
    keys: list[tuple[int, int]] = []
    level, count = 0, size
    while count:
        if count % WIDTH:
            keys.append((level, count // WIDTH))
        level, count = level + 1, count // WIDTH
    return keys


def grow(edge: Tiles, size: int, leaves: Iterable[bytes]) -> dict[tuple[int, int], bytes]:
    """Return the tiles that change when leaf hashes are appended to a tree of `size` leaves."""
    changed: dict[tuple[int, int], bytearray] = {}
    for index, leaf in enumerate(leaves, start=size):
        _put(changed, edge, level=0, index=index, value=leaf)
    return {key: bytes(value) for key, value in changed.items()}


def _put(
    changed: dict[tuple[int, int], bytearray],
    edge: Tiles,
    *,
    level: int,
    index: int,
    value: bytes,
) -> None:
    """Write one hash of a level; a tile that becomes full is a hash of the level above."""
    while True:
        key = (level, index // WIDTH)
        tile = changed.get(key)
        if tile is None:
            tile = changed[key] = bytearray(edge.get(key, b""))
        tile += value
        if len(tile) < WIDTH * HASH_BYTES:
            return
        value = root_of(hashes_of(bytes(tile)))
        level, index = level + 1, index // WIDTH


def hashes_of(tile: bytes) -> list[bytes]:
    """Return the hashes of a tile."""
    return [tile[i : i + HASH_BYTES] for i in range(0, len(tile), HASH_BYTES)]


def tile_key(low: int, high: int) -> tuple[int, int, int, int] | None:
    """Return level, position, first and last hash of the tile that holds a whole subtree.

    None where the subtree is not a power of two, or does not lie within one tile.
    """
    count = high - low
    if count & (count - 1):
        return None
    level = 0
    while count >= WIDTH and low % WIDTH == 0:
        low, high, count, level = low // WIDTH, high // WIDTH, count // WIDTH, level + 1
    return level, low // WIDTH, low % WIDTH, low % WIDTH + count


def needed_tiles(ranges: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """Return the tiles from which the hashes of subtrees are computed."""
    needed: set[tuple[int, int]] = set()
    waiting = list(ranges)
    while waiting:
        low, high = waiting.pop()
        found = tile_key(low, high)
        if found is None:
            middle = low + split(high - low)
            waiting += [(low, middle), (middle, high)]
        else:
            needed.add(found[:2])
    return needed


def subtree_hash(tiles: Tiles, low: int, high: int) -> bytes:
    """Return the tree hash of leaves `low` up to, not with, `high`.

    >>> leaves = [hash_leaf(bytes([n])) for n in range(9)]
    >>> tiles = grow({}, 0, leaves)
    >>> subtree_hash(tiles, 0, 9) == root_of(leaves)
    True
    """
    found = tile_key(low, high)
    if found is None:
        middle = low + split(high - low)
        return hash_node(subtree_hash(tiles, low, middle), subtree_hash(tiles, middle, high))
    level, position, first, last = found
    tile = tiles[level, position]
    return root_of(hashes_of(tile[first * HASH_BYTES : last * HASH_BYTES]))


def read_bundle(bundle: bytes) -> list[bytes]:
    """Return the entries of a bundle: each after its length in two bytes.

    Raises ValueError for a bundle that ends within an entry.
    """
    entries: list[bytes] = []
    at = 0
    while at < len(bundle):
        end = at + 2 + int.from_bytes(bundle[at : at + 2], "big")
        if end > len(bundle):
            raise ValueError("the bundle ends within an entry")
        entries.append(bundle[at + 2 : end])
        at = end
    return entries


def write_bundle(entries: Iterable[bytes]) -> bytes:
    """Return entries as a bundle.

    >>> read_bundle(write_bundle([b"a", b"bc"]))
    [b'a', b'bc']
    """
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


__all__ = [
    "TileName",
    "Tiles",
    "edge_keys",
    "grow",
    "hash_leaf",
    "needed_tiles",
    "read_bundle",
    "subtree_hash",
    "tile_names",
    "write_bundle",
]
