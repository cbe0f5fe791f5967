"""The index of items: inverted lists of sparse features, and dense vectors beside them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from matching.candidates.rows import Candidates, SparseRows
from matching.errors import NumberOutOfRangeError, ShapeMismatchError, TooLargeError
from matching.problem import readonly

Query_contra = TypeVar("Query_contra", contravariant=True)

BLOCK = 4096
ENTRIES_MAX = 2**32 - 1
# A feature that more than an eighth of the items have is added faster line by line than item by
# item; its line takes at most four times the memory of its list.
_COMMON_FROM = 8
_DENSE_BLOCK = 512


class CandidateIndex(Protocol, Generic[Query_contra]):
    """Anything that finds the best items of each query: sparse, dense, or a service of its own."""

    def find(
        self, queries: Query_contra, k: int, *, allowed: NDArray[np.bool_] | None = None
    ) -> Candidates:
        """Return the k best items of each query, best first, equal scores to the lower item."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class SparseIndex:
    """Inverted lists over sparse features; make it by `build_index`.

    Attributes:
        starts: (blocks, width + 1) uint32; a block is 4,096 items, and those of block b with the
            rare feature f are `entries[starts[b, f]:starts[b, f + 1]]`.
        entries: (e, 2) uint32; an item's place in its block, ascending within a list, and the bits
            of its float32 value: one line of memory holds both.
        common: (width,) int32; row of a common feature in `table`, -1 for the others.
        table: (blocks, common, 4096) float32; the common features' values for every item.
        size: number of items.
    """

    starts: NDArray[np.uint32]
    entries: NDArray[np.uint32]
    common: NDArray[np.int32]
    table: NDArray[np.float32]
    size: int

    @property
    def width(self) -> int:
        """Number of features."""
        return self.common.size

    def find(
        self,
        queries: SparseRows,
        k: int,
        *,
        allowed: NDArray[np.bool_] | None = None,
        threads: int = 1,
    ) -> Candidates:
        """Return the k items with the greatest dot product with each query, exactly.

        Args:
            queries: (n) rows over the same features as the items.
            k: how many to find, 1 or more.
            allowed: (size,) bool, which items may be found; by default all.
            threads: how many parts of the queries are answered at once; no byte depends on it.

        Returns:
            Candidates (n, k); scores are float32 sums in the order of the query's features, so
            that the bytes do not depend on how the queries are split over calls or processes.

        Raises:
            ShapeMismatchError: another width, or `allowed` of another length.
            NumberOutOfRangeError: `k` or `threads` below 1.

        Cost: per query the lengths of its features' lists, and size / 16 wide instructions; 100,000
        queries over 20,000 items take about 5 s on one core, one query 0.1 ms.

        Source: Zobel and Moffat, Inverted files for text search engines (2006).

        >>> from matching.candidates.rows import build_rows
        >>> items = build_rows(indptr=[0, 1, 3], features=[0, 0, 1], values=[1, 1, 2], width=2)
        >>> found = build_index(items).find(items.part(1, 2), 2)
        >>> found.items.tolist(), found.scores.tolist()
        ([[1, 0]], [[5.0, 1.0]])
        """
        if queries.width != self.width:
            raise ShapeMismatchError(name="queries", wanted=self.width, given=queries.width)
        _refuse_none(k=k, threads=threads)
        open_items = np.zeros(self.table.shape[0] * BLOCK, dtype=np.bool_)
        open_items[: self.size] = check_allowed(allowed, self.size)
        if threads == 1 or len(queries) < threads:
            return _search(self, queries, k, open_items)
        bounds = np.linspace(0, len(queries), threads + 1).astype(np.int64).tolist()
        spans = [queries.part(first, last) for first, last in pairwise(bounds)]
        with ThreadPoolExecutor(threads) as pool:
            jobs = [pool.submit(_search, self, span, k, open_items) for span in spans]
            parts = [job.result() for job in jobs]
        return Candidates(
            np.concatenate([part.items for part in parts]),
            np.concatenate([part.scores for part in parts]),
        )


def _search(
    index: SparseIndex, queries: SparseRows, k: int, allowed: NDArray[np.bool_]
) -> Candidates:
    from matching.candidates.kernel import Found, Lists, Rows, open_desk, search_rows

    # Anew read-only: pickled on its way to another process, an array can be written again.
    spots = readonly(index.entries).reshape(-1)
    values = spots.view(np.float32)
    table, common = readonly(index.table), readonly(index.common)
    lists = Lists(readonly(index.starts), spots, values, common, table, allowed)
    rows = Rows(readonly(queries.indptr), readonly(queries.features), readonly(queries.values))
    found = Candidates(
        np.empty((len(queries), k), dtype=np.int32), np.empty((len(queries), k), np.float32)
    )
    search_rows(rows, lists, open_desk(rows, k), Found(found.items, found.scores.view(np.int32)))
    return found


def build_index(items: SparseRows) -> SparseIndex:
    """Turn rows of items into inverted lists.

    Shapes: `items` of (size) rows; see `SparseIndex` for what is made of them. Raises:
    TooLargeError above 2**32 - 1 entries. Cost: O(e) and one stable sort of each block's features;
    8 bytes per entry, 4 per block and feature. Source: Zobel and Moffat 2006.

    >>> from matching.candidates.rows import build_rows
    >>> rows = build_rows(indptr=[0, 1, 2], features=[1, 1], values=[1, 2], width=3)
    >>> build_index(rows).common.tolist()
    [-1, 0, -1]
    """
    if items.features.size > ENTRIES_MAX:
        raise TooLargeError(name="entries", given=items.features.size, limit=ENTRIES_MAX)
    owner = np.repeat(np.arange(len(items), dtype=np.int32), np.diff(items.indptr))
    held = np.bincount(items.features, minlength=items.width)
    common = np.full(items.width, -1, dtype=np.int32)
    chosen = np.flatnonzero(held * _COMMON_FROM > len(items))
    common[chosen] = np.arange(chosen.size)
    starts, entries = _fill_lists(items, np.flatnonzero(common[items.features] < 0), owner)
    return SparseIndex(
        readonly(starts),
        readonly(entries),
        readonly(common),
        readonly(_fill_table(items, common, owner)),
        len(items),
    )


def _fill_lists(
    items: SparseRows, rare: NDArray[np.int64], owner: NDArray[np.int32]
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Return where each list begins, and the entries, ordered by block, feature, item."""
    blocks = -(-len(items) // BLOCK)
    starts = np.zeros((blocks, items.width + 1), dtype=np.uint32)
    entries = np.empty((rare.size, 2), dtype=np.uint32)
    borders = np.searchsorted(owner[rare], np.arange(blocks + 1) * BLOCK)
    for block, (begin, end) in enumerate(pairwise(borders.tolist())):
        cells = rare[begin:end]
        features = items.features[cells]
        starts[block, 0] = begin
        starts[block, 1:] = begin + np.cumsum(np.bincount(features, minlength=items.width))
        ordered = cells[np.argsort(features, kind="stable")]
        entries[begin:end, 0] = owner[ordered] % BLOCK
        entries[begin:end, 1] = items.values[ordered].view(np.uint32)
    return starts, entries


def _fill_table(
    items: SparseRows, common: NDArray[np.int32], owner: NDArray[np.int32]
) -> NDArray[np.float32]:
    lines = common[items.features]
    cells = np.flatnonzero(lines >= 0)
    blocks = -(-len(items) // BLOCK)
    table = np.zeros((blocks, int(common.max(initial=-1)) + 1, BLOCK), dtype=np.float32)
    table[owner[cells] // BLOCK, lines[cells], owner[cells] % BLOCK] = items.values[cells]
    return table


@dataclass(frozen=True, slots=True, eq=False)
class DenseIndex:
    """Vectors of items, compared exactly by dot product.

    Attributes:
        vectors: (size, d) float32.
    """

    vectors: NDArray[np.float32]

    def find(
        self, queries: NDArray[np.float32], k: int, *, allowed: NDArray[np.bool_] | None = None
    ) -> Candidates:
        """Return the k items with the greatest positive dot product with each query.

        Args:
            queries: (n, d) float32.
            k: how many to find, 1 or more.
            allowed: (size,) bool, which items may be found; by default all.

        Raises:
            ShapeMismatchError: another d, or `allowed` of another length.

        Cost: n x size x d multiplications in blocks of 512 queries.

        >>> index = DenseIndex(np.eye(3, dtype=np.float32))
        >>> index.find(np.array([[0, 2, 1]], dtype=np.float32), 3).items.tolist()
        [[1, 2, -1]]
        """
        if queries.ndim != 2 or queries.shape[1] != self.vectors.shape[1]:
            wanted = f"(n, {self.vectors.shape[1]})"
            raise ShapeMismatchError(name="queries", wanted=wanted, given=str(queries.shape))
        open_items = check_allowed(allowed, self.vectors.shape[0])
        _refuse_none(k=k)
        items = np.full((queries.shape[0], k), -1, dtype=np.int32)
        scores = np.zeros((queries.shape[0], k), dtype=np.float32)
        for first in range(0, queries.shape[0], _DENSE_BLOCK):
            part = queries[first : first + _DENSE_BLOCK] @ self.vectors.T
            part[:, ~open_items] = 0.0
            best = np.argsort(-part, axis=1, kind="stable")[:, :k]
            values = np.take_along_axis(part, best, axis=1)
            kept = values > 0
            items[first : first + part.shape[0], : best.shape[1]] = np.where(kept, best, -1)
            scores[first : first + part.shape[0], : best.shape[1]] = np.where(kept, values, 0)
        return Candidates(items, scores)


def _refuse_none(**counts: int) -> None:
    for name, count in counts.items():
        if count < 1:
            raise NumberOutOfRangeError(name=name, wanted=">= 1", given=count)


def check_allowed(allowed: NDArray[np.bool_] | None, size: int) -> NDArray[np.bool_]:
    """Return which items may be found, all where nothing is said.

    Shapes: (size,) bool in, a copy out. Raises: ShapeMismatchError. Cost: O(size).

    >>> check_allowed(None, 2).tolist()
    [True, True]
    """
    if allowed is None:
        return np.ones(size, dtype=np.bool_)
    if allowed.shape != (size,):
        raise ShapeMismatchError(name="allowed", wanted=size, given=allowed.size)
    return np.ascontiguousarray(allowed, dtype=np.bool_).copy()
