"""Events of a live market in numba: vacancy chains, displacement chains and rotations."""

from __future__ import annotations

import numpy as np
from numba import types

from matching.jit import Index, kernel
from matching.online.tables import GONE, LIVE, NOWHERE, TRACE, Live, Trace
from matching.prefetch import prefetch

WITHDREW, ARRIVED, DISPLACED, VACANCY, ROTATION, SEAT_REMOVED = 0, 1, 2, 3, 4, 5

_LOW = np.uint64(0xFFFFFFFF)
_INT = types.int64
# Students of a line lie anywhere in memory: this many are asked for before they are looked at.
_AHEAD = 6
_WISHES_AHEAD = 32


@kernel()
def _note(live: Live, trace: Trace, student: Index, cause: Index) -> None:
    """Write down a move before it happens; a trace that is full only counts on."""
    at = trace.used[0]
    if at < trace.student.size:
        trace.student[at] = student
        trace.before[at] = live.place[student]
        trace.cause[at] = cause
    trace.used[0] += 1


@kernel()
def _position(live: Live, post: Index, value: np.uint64) -> Index:
    """Return where a priority stands, or would stand, in a post's line."""
    base = live.first[post]
    low, high = np.int64(0), np.int64(live.size[post])
    while low < high:
        middle = (low + high) >> 1
        if live.value[base + middle] > value:
            low = middle + 1
        else:
            high = middle
    return low


@kernel()
def _next_in_line(live: Live, post: Index) -> Index:
    """Return the first position behind a post's mark whose student would rather be here, or -1.

    Whoever moves up stops waiting, so the search goes on from where the last one ended; whoever
    moves down sends it back to the mark (`_forget`).
    """
    base = live.first[post]
    size = np.int64(live.size[post])
    start = max(np.int64(live.worst[post]) + 1, np.int64(live.hint[post]))
    at = start
    while at < size:
        if (at - start) % _AHEAD == 1:  # the first is often the one: then nothing is asked for
            for ahead in range(at, min(at + _AHEAD, size)):
                prefetch(live.place, np.uint64(live.who[base + ahead]))
        if np.int64(live.rank[base + at]) < live.place[live.who[base + at]]:
            break
        at += 1
    live.hint[post] = at
    return at if at < size else np.int64(-1)


@kernel()
def _forget(live: Live, post: Index) -> None:
    """Search a post's line from its mark again: somebody in it may have begun to wait."""
    live.hint[post] = 0


@kernel()
def _settle_worst(live: Live, post: Index) -> None:
    """Move a post's mark up to somebody whom it really holds."""
    base = live.first[post]
    at = np.int64(live.worst[post])
    for back in range(max(at - _AHEAD, 0), at):
        prefetch(live.matching, np.uint64(live.who[base + back]))
    while at >= 0 and live.matching[live.who[base + at]] != post:
        at -= 1
    live.worst[post] = at


@kernel()
def _enter(live: Live, student: Index, post: Index, rank: Index, value: np.uint64) -> Index:
    """Seat a student at a post that takes them; return whom that displaces, or -1."""
    live.matching[student] = post
    live.place[student] = rank
    if live.fill[post] < live.seats[post]:
        at = _position(live, post, value)
        live.fill[post] += 1
        live.worst[post] = max(live.worst[post], at)
        if live.fill[post] == live.seats[post]:
            _settle_worst(live, post)
        return -1
    loser = np.int64(live.who[live.first[post] + live.worst[post]])
    live.matching[loser] = -1
    _forget(live, post)
    live.worst[post] -= 1
    _settle_worst(live, post)
    return loser


@kernel()
def _seat_from(live: Live, student: Index, rank: Index) -> Index:
    """Seat a student at the best wish from `rank` on; return whom that displaces, or -1."""
    while rank < live.length[student]:
        wish = live.wishes[live.row[student] + rank]
        post = np.int64(wish & _LOW)
        value = np.uint64((wish & ~_LOW) | np.uint64(live.lottery[student]))
        if live.fill[post] < live.seats[post]:
            return _enter(live, student, post, rank, value)
        least = live.first[post] + live.worst[post]
        if live.seats[post] > 0 and value > live.value[least]:
            return _enter(live, student, post, rank, value)
        _forget(live, post)
        rank += 1
    live.matching[student] = -1
    live.place[student] = NOWHERE
    return -1


@kernel()
def _displace(live: Live, trace: Trace, student: Index, rank: Index) -> None:
    """Continue deferred acceptance from one student on (its order does not matter)."""
    while student >= 0:
        loser = _seat_from(live, student, rank)
        if loser >= 0:
            _note(live, trace, loser, DISPLACED)
            rank = np.int64(live.place[loser]) + 1
        student = loser


@kernel()
def _fill_vacancies(live: Live, trace: Trace, post: Index) -> None:
    """Let the first in line move up to an open seat, then to the seat that they left, and so on."""
    trace.open_posts[0] = post
    waiting = 1
    while waiting > 0:
        waiting -= 1
        here = np.int64(trace.open_posts[waiting])
        if live.fill[here] + 1 < live.seats[here]:
            continue  # it had a seat open before: nobody stands in its line
        at = _next_in_line(live, here)
        if at < 0:
            continue
        slot = live.first[here] + at
        mover = np.int64(live.who[slot])
        left = np.int64(live.matching[mover])
        _note(live, trace, mover, VACANCY)
        live.matching[mover] = here
        live.place[mover] = live.rank[slot]
        live.fill[here] += 1
        live.worst[here] = at
        if left >= 0:
            live.fill[left] -= 1
            trace.open_posts[waiting] = left
            waiting += 1


@kernel()
def _walk(live: Live, trace: Trace, start: Index, settled: Index) -> tuple[Index, Index]:
    """Go from post to next in line to their post; return (first step of a cycle or -1, steps).

    Walks after number `settled` went through the same matching and met no cycle: where one of
    them has been, there is none beyond.
    """
    trace.used[1] += 1
    epoch = trace.used[1]
    post = start
    steps = np.int64(0)
    while live.fill[post] == live.seats[post] and live.seats[post] > 0:
        seen = trace.mark[2 * post]
        if seen == epoch:
            return trace.mark[2 * post + 1], steps
        if seen > settled:
            break
        trace.mark[2 * post] = epoch
        trace.mark[2 * post + 1] = steps
        at = _next_in_line(live, post)
        if at < 0:
            break
        trace.walk[2 * steps] = post
        trace.walk[2 * steps + 1] = at
        steps += 1
        student = np.int64(live.who[live.first[post] + at])
        if live.matching[student] < 0:
            break
        post = np.int64(live.matching[student])
    return np.int64(-1), steps


@kernel()
def _rotate(live: Live, trace: Trace, begin: Index, end: Index) -> None:
    """Move each student of a cycle to the post that would rather have them."""
    for step in range(begin, end):
        post = np.int64(trace.walk[2 * step])
        slot = live.first[post] + trace.walk[2 * step + 1]
        student = np.int64(live.who[slot])
        _note(live, trace, student, ROTATION)
        live.matching[student] = post
        live.place[student] = live.rank[slot]
        live.worst[post] = trace.walk[2 * step + 1]
    trace.used[2] += 1


@kernel()
def _ask_for(live: Live, trace: Trace, student: Index, wanted: Index) -> None:
    """Ask the memory for the first steps of the walks from a student's wishes, all together."""
    row = live.row[student]
    few = min(wanted, _WISHES_AHEAD)
    for rank in range(few):
        post = np.uint64(live.wishes[row + rank] & _LOW)
        prefetch(live.fill, post)
        prefetch(live.seats, post)
        prefetch(live.worst, post)
        prefetch(live.first, post)
        prefetch(live.size, post)
        prefetch(live.hint, post)
        prefetch(trace.mark, np.uint64(2) * post)
    for rank in range(few):
        post = np.int64(live.wishes[row + rank] & _LOW)
        following = np.uint64(live.first[post] + max(live.worst[post] + 1, live.hint[post]))
        prefetch(live.who, following)
        prefetch(live.rank, following)
    for rank in range(few):
        post = np.int64(live.wishes[row + rank] & _LOW)
        following = max(np.int64(live.worst[post]) + 1, np.int64(live.hint[post]))
        if following < live.size[post]:
            prefetch(live.place, np.uint64(live.who[live.first[post] + following]))


@kernel()
def _improve(live: Live, trace: Trace) -> None:
    """Eliminate the rotations that the moves so far have opened.

    Whoever moved up no longer stands in the lines of the posts that they wanted before: only
    walks from those posts can have become cycles.
    """
    done = np.int64(0)
    settled = trace.used[1]
    while done < min(trace.used[0], trace.student.size):
        student = np.int64(trace.student[done])
        wanted = min(np.int64(trace.before[done]), np.int64(live.length[student]))
        done += 1
        _ask_for(live, trace, student, wanted)
        for rank in range(wanted):
            start = np.int64(live.wishes[live.row[student] + rank] & _LOW)
            begin, end = _walk(live, trace, start, settled)
            while begin >= 0:
                _rotate(live, trace, begin, end)
                settled = trace.used[1]
                begin, end = _walk(live, trace, start, settled)


@kernel()
def _close(live: Live, trace: Trace) -> None:
    """Write beside each move the posts before it and after the event."""
    for at in range(min(trace.used[0], trace.student.size)):
        student = trace.student[at]
        rank = np.int64(trace.before[at])
        left = np.int64(-1)
        if 0 <= rank < live.length[student]:
            left = np.int64(live.wishes[live.row[student] + rank] & _LOW)
        trace.left[at] = left
        trace.now[at] = live.matching[student]


@kernel(types.void(LIVE))
def look_ahead(live: Live) -> None:
    """Find who is next in every full post's line, once, so that no event has to begin there."""
    for post in range(live.seats.size):
        if live.fill[post] == live.seats[post]:
            _next_in_line(live, post)


@kernel(types.void(LIVE, TRACE, _INT))
def withdraw(live: Live, trace: Trace, student: Index) -> None:
    """Take a student out; whoever waited for the seat, or was kept out by them, moves up."""
    trace.used[0] = trace.used[2] = 0
    post = np.int64(live.matching[student])
    _note(live, trace, student, WITHDREW)
    live.matching[student] = -1
    live.place[student] = GONE
    if post >= 0:
        live.fill[post] -= 1
        _fill_vacancies(live, trace, post)
    _improve(live, trace)
    _close(live, trace)


@kernel(types.void(LIVE, TRACE, _INT))
def arrive(live: Live, trace: Trace, student: Index) -> None:
    """Let a student take part with their row of wishes."""
    trace.used[0] = trace.used[2] = 0
    _note(live, trace, student, ARRIVED)
    _displace(live, trace, student, np.int64(0))
    _close(live, trace)


@kernel(types.void(LIVE, TRACE, _INT))
def add_seat(live: Live, trace: Trace, post: Index) -> None:
    """Open one more seat."""
    trace.used[0] = trace.used[2] = 0
    live.seats[post] += 1
    _fill_vacancies(live, trace, post)
    _improve(live, trace)
    _close(live, trace)


@kernel(types.void(LIVE, TRACE, _INT))
def remove_seat(live: Live, trace: Trace, post: Index) -> None:
    """Close one seat; where it was taken the least priority goes elsewhere."""
    trace.used[0] = trace.used[2] = 0
    live.seats[post] -= 1
    if live.fill[post] < live.seats[post]:
        return
    _settle_worst(live, post)
    if live.fill[post] == live.seats[post]:
        return
    student = np.int64(live.who[live.first[post] + live.worst[post]])
    _note(live, trace, student, SEAT_REMOVED)
    live.matching[student] = -1
    _forget(live, post)
    live.fill[post] -= 1
    _settle_worst(live, post)
    _displace(live, trace, student, np.int64(live.place[student]) + 1)
    _close(live, trace)


@kernel(types.void(LIVE, _INT))
def leave_lines(live: Live, student: Index) -> None:
    """Take an absent student's wishes out of the lines."""
    for rank in range(live.length[student]):
        wish = live.wishes[live.row[student] + rank]
        post = np.int64(wish & _LOW)
        at = _position(live, post, np.uint64((wish & ~_LOW) | np.uint64(live.lottery[student])))
        live.size[post] -= 1
        _forget(live, post)
        for slot in range(live.first[post] + at, live.first[post] + live.size[post]):
            live.value[slot] = live.value[slot + 1]
            live.who[slot] = live.who[slot + 1]
            live.rank[slot] = live.rank[slot + 1]
        if at <= live.worst[post]:
            live.worst[post] -= 1


@kernel(types.void(LIVE, _INT))
def join_lines(live: Live, student: Index) -> None:
    """Put an absent student's wishes into the lines; each line has room (the caller sees to it)."""
    for rank in range(live.length[student]):
        wish = live.wishes[live.row[student] + rank]
        post = np.int64(wish & _LOW)
        value = np.uint64((wish & ~_LOW) | np.uint64(live.lottery[student]))
        at = _position(live, post, value)
        slot = live.first[post] + live.size[post]
        live.size[post] += 1
        _forget(live, post)
        while slot > live.first[post] + at:
            live.value[slot] = live.value[slot - 1]
            live.who[slot] = live.who[slot - 1]
            live.rank[slot] = live.rank[slot - 1]
            slot -= 1
        live.value[slot] = value
        live.who[slot] = student
        live.rank[slot] = rank
        if at <= live.worst[post]:
            live.worst[post] += 1
