"""Exact top-k over inverted lists in numba: add up, then keep what beats the k-th best."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numba
import numpy as np
from numba import types
from numpy.typing import NDArray

from matching.jit import kernel
from matching.prefetch import prefetch

BLOCK = 4096
BATCH = 1024  # rows that go through a block together: its lists and table stay in the caches
_LINES = 4
_GLANCE = 32
_GROUPS = BLOCK // _GLANCE
_HALVINGS = 24  # of the bits of a float: as near to the k-th best as is of use
# How many features of a row beforehand the memory is asked for where a list begins, and for the
# list: a row's lists in one block are short and lie anywhere, waiting for them was half the cost.
_STARTS_AHEAD, _ENTRIES_AHEAD = 10, 3
_ENTRY_LINES = 4
_PAIR = np.uint64(2)
_LINE = np.uint64(16)  # words in a line of the cache
Whole: TypeAlias = int | np.int64  # numba gives either the same 64 bits
_LOW = np.uint64(0xFFFFFFFF)
_BITS = np.uint64(32)


class Rows(NamedTuple):
    """The rows to answer."""

    indptr: NDArray[np.int64]
    features: NDArray[np.int32]
    values: NDArray[np.float32]


class Lists(NamedTuple):
    """Per block and feature the items that have it; for common features a value for every item."""

    starts: NDArray[np.uint32]  # (blocks, width + 1) where a block's list of a feature begins
    spots: NDArray[np.uint32]  # (2 e,) in turn an item's place in its block and its value's bits
    values: NDArray[np.float32]  # the same memory: the values
    common: NDArray[np.int32]  # a feature's row in `table`, -1 where it is not common
    table: NDArray[np.float32]  # (blocks, common features, BLOCK): read in wide instructions
    allowed: NDArray[np.bool_]


class Desk(NamedTuple):
    """Room to work in, used again for every batch."""

    scores: NDArray[np.float32]  # (BLOCK,) one per item of the block, all 0 between rows
    bits: NDArray[np.int32]  # the same memory: floats >= 0 are ordered as their bits
    heaps: NDArray[np.uint64]  # (BATCH, k) min-heaps of score bits << 32 | (2**32 - 1 - item)
    kept: NDArray[np.int64]  # (BATCH,) values in each heap
    tops: NDArray[np.int32]  # (_GROUPS,) the greatest of each _GLANCE scores
    lines: NDArray[np.int64]  # (_LINES,) common lines to be added together
    shares: NDArray[np.float32]  # (_LINES,) and their values in the row


class Found(NamedTuple):
    """Where the answers go: best first."""

    items: NDArray[np.int32]
    bits: NDArray[np.int32]  # the scores' bits


@kernel()
def _keep(heap: NDArray[np.uint64], size: Whole, value: np.uint64) -> None:
    """Add `value` to a heap of `size`, or replace the least value of a full one."""
    if size < heap.size:
        place = size
        while place > 0:
            above = (place - 1) >> 1
            if heap[above] <= value:
                break
            heap[place] = heap[above]
            place = above
        heap[place] = value
        return
    _sink(heap, size, value)


@kernel()
def _sink(heap: NDArray[np.uint64], size: Whole, value: np.uint64) -> None:
    place = 0
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        if child + 1 < size and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= value:
            break
        heap[place] = heap[child]
        place = child
    heap[place] = value


@kernel()
def _ask_ahead(
    rows: Rows, lists: Lists, starts: NDArray[np.uint32], cell: Whole, last: Whole
) -> None:
    """Ask the memory for the lists of the row's next features; it changes no value."""
    prefetch(starts, np.uint64(rows.features[min(cell + _STARTS_AHEAD, last)]))
    feature = rows.features[min(cell + _ENTRIES_AHEAD, last)]
    first = np.uint64(starts[feature]) * _PAIR
    for line in range(_ENTRY_LINES):
        prefetch(lists.spots, first + np.uint64(line) * _LINE)


@kernel()
def _add_lists(rows: Rows, lists: Lists, desk: Desk, row: Whole, block: Whole) -> None:
    """Add the lists of a row's rare features (those of common ones are empty)."""
    starts = lists.starts[block]
    last = rows.indptr[row + 1] - 1
    for cell in range(rows.indptr[row], rows.indptr[row + 1]):
        _ask_ahead(rows, lists, starts, cell, last)
        feature = np.uint64(rows.features[cell])  # unsigned: no place is counted from the end
        value = rows.values[cell]
        entry = np.uint64(starts[feature]) * _PAIR
        end = np.uint64(starts[feature + np.uint64(1)]) * _PAIR
        while entry < end:
            desk.scores[np.uint64(lists.spots[entry])] += value * lists.values[entry + np.uint64(1)]
            entry += _PAIR


@kernel()
def _add_common(rows: Rows, lists: Lists, desk: Desk, row: Whole, block: Whole) -> None:
    """Add the lines of a row's common features, four in one pass over the scores."""
    ready = 0
    for cell in range(rows.indptr[row], rows.indptr[row + 1]):
        line = lists.common[rows.features[cell]]
        if line >= 0:
            desk.lines[ready] = line
            desk.shares[ready] = rows.values[cell]
            ready += 1
            if ready == _LINES:
                _add_lines(lists, desk, block)
                ready = 0
    if ready > 0:
        for place in range(ready, _LINES):
            desk.shares[place] = 0.0  # adding 0 changes no bit
        if ready > _LINES // 2:
            _add_lines(lists, desk, block)
        else:
            _add_two_lines(lists, desk, block)


@kernel()
def _add_two_lines(lists: Lists, desk: Desk, block: Whole) -> None:
    table = lists.table[block]
    first, second = table[desk.lines[0]], table[desk.lines[1]]
    a, b = desk.shares[0], desk.shares[1]
    scores = desk.scores
    for item in range(BLOCK):
        scores[item] = scores[item] + a * first[item] + b * second[item]


@kernel()
def _add_lines(lists: Lists, desk: Desk, block: Whole) -> None:
    table = lists.table[block]
    first, second = table[desk.lines[0]], table[desk.lines[1]]
    third, fourth = table[desk.lines[2]], table[desk.lines[3]]
    a, b, c, d = desk.shares[0], desk.shares[1], desk.shares[2], desk.shares[3]
    scores = desk.scores
    for item in range(BLOCK):
        # from left to right: the same sum as line by line
        scores[item] = (
            scores[item] + a * first[item] + b * second[item] + c * third[item] + d * fourth[item]
        )


@kernel()
def _first_limit(lists: Lists, desk: Desk, block: Whole, k: Whole) -> np.int32:
    """Return bits that at least k allowed items of the block exceed, 0 if there are not so many.

    Of each _GLANCE items the greatest score counts alone; the k-th of these is found by halving
    the span that it lies in. The k-th best of all is not less, and most of what would have gone
    through the heap on the way there is passed over.
    """
    low, high = np.int32(0), np.int32(0)
    for group in range(_GROUPS):
        best = np.int32(0)
        for place in range(group * _GLANCE, (group + 1) * _GLANCE):
            best = max(best, desk.bits[place] * np.int32(lists.allowed[block * BLOCK + place]))
        desk.tops[group] = best
        high = max(high, best)
    for _ in range(_HALVINGS):
        middle = low + ((high - low) >> 1)
        above = 0
        for group in range(_GROUPS):
            above += desk.tops[group] > middle
        if above >= k:
            low = middle
        else:
            high = middle
    return low


@kernel()
def _limit(lists: Lists, desk: Desk, slot: Whole, block: Whole) -> np.int32:
    """Return bits that a score must exceed to be among the row's best."""
    heap = desk.heaps[slot]
    if desk.kept[slot] == heap.size:
        return np.int32(heap[0] >> _BITS)
    return _first_limit(lists, desk, block, heap.size)


@kernel()
def _collect(lists: Lists, desk: Desk, slot: Whole, block: Whole) -> None:
    """Move the block's best scores into the row's heap and set all to 0 again."""
    heap = desk.heaps[slot]
    kept = desk.kept[slot]
    limit = _limit(lists, desk, slot, block)
    for first in range(0, BLOCK, _GLANCE):
        best = np.int32(0)
        for place in range(first, first + _GLANCE):
            best = max(best, desk.bits[place])
        if best > limit:
            for place in range(first, first + _GLANCE):
                score = desk.bits[place]
                item = block * BLOCK + place
                if score > limit and lists.allowed[item]:
                    value = (np.uint64(score) << _BITS) | (_LOW - np.uint64(item))
                    _keep(heap, kept, value)
                    kept = min(kept + 1, heap.size)
                    if kept == heap.size:
                        limit = np.int32(heap[0] >> _BITS)
        for place in range(first, first + _GLANCE):
            desk.bits[place] = 0
    desk.kept[slot] = kept


@kernel()
def _write(desk: Desk, found: Found, slot: Whole, row: Whole) -> None:
    """Empty the heap from its least value on, so that the best comes first."""
    heap = desk.heaps[slot]
    for place in range(desk.kept[slot], heap.size):
        found.items[row, place] = -1
        found.bits[row, place] = 0
    for place in range(desk.kept[slot] - 1, -1, -1):
        value = heap[0]
        found.items[row, place] = np.int32(_LOW - (value & _LOW))
        found.bits[row, place] = np.int32(value >> _BITS)
        _sink(heap, place, heap[place])


def open_desk(rows: Rows, k: int) -> Desk:
    """Return room for batches of the given rows."""
    scores = np.zeros(BLOCK, dtype=np.float32)
    return Desk(
        scores,
        scores.view(np.int32),
        np.zeros((min(BATCH, max(rows.indptr.size - 1, 1)), k), dtype=np.uint64),
        np.zeros(BATCH, dtype=np.int64),
        np.zeros(_GROUPS, dtype=np.int32),
        np.zeros(_LINES, dtype=np.int64),
        np.zeros(_LINES, dtype=np.float32),
    )


def _example() -> tuple[Rows, Lists, Desk, Found]:
    starts = np.zeros(1, dtype=np.int64)
    small, wide = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32)
    spots, lists = np.zeros(0, dtype=np.uint32), np.zeros((0, 0), dtype=np.uint32)
    table = np.zeros((0, 0, BLOCK), dtype=np.float32)
    for array in (starts, small, wide, spots, lists, table):
        array.flags.writeable = False
    rows = Rows(starts, small, wide)
    square = np.zeros((0, 0), dtype=np.int32)
    held = Lists(lists, spots, wide, small, table, np.zeros(0, dtype=np.bool_))
    return rows, held, open_desk(rows, 1), Found(square, square)


_ROWS, _LISTS, _DESK, _FOUND = (numba.typeof(part) for part in _example())


@kernel(types.void(_ROWS, _LISTS, _DESK, _FOUND))
def search_rows(rows: Rows, lists: Lists, desk: Desk, found: Found) -> None:
    """Answer every row.

    1. Rows go in batches, items in blocks: a block's scores and tables stay in the caches.
    2. A row's rare features add their lists, its common features whole lines of the table, each in
       the order of the row's features: the sums, and so the bytes, do not depend on how rows are
       split. Nothing is left out, so the result is exact.
    3. Scores are looked at 32 together; only where their maximum beats the k-th best are they
       looked into; what the k-th best cannot be less than is known from the first block's maxima.
       Equal scores go to the lower item.
    4. Each heap is written out, best first.
    """
    count = rows.indptr.size - 1
    for first in range(0, count, BATCH):
        last = min(first + BATCH, count)
        for slot in range(last - first):
            desk.kept[slot] = 0
        for block in range(lists.table.shape[0]):
            for row in range(first, last):
                _add_lists(rows, lists, desk, row, block)
                _add_common(rows, lists, desk, row, block)
                _collect(lists, desk, row - first, block)
        for row in range(first, last):
            _write(desk, found, row - first, row)
