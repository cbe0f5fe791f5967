"""A market that changes while it is cleared: each event moves only whom it must, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from matching.errors import (
    AbsentStudentError,
    CapsNotOnlineError,
    DuplicateWishError,
    NoSeatToRemoveError,
    PresentStudentError,
    UnknownPostError,
    UnknownStudentError,
)
from matching.outcome import Outcome
from matching.problem import LOW, POST_BITS, Problem, build_problem


class Cause(Enum):
    """Why a student moved."""

    WITHDREW = 0
    ARRIVED = 1
    DISPLACED = 2  # somebody of higher priority took the seat
    VACANCY = 3  # a seat became free and this was the first in line
    ROTATION = 4  # a circle of students who would all rather swap, and whose posts would too
    SEAT_REMOVED = 5


@dataclass(frozen=True, slots=True)
class Withdraw:
    """A student leaves the market."""

    student: int


@dataclass(frozen=True, slots=True)
class Arrive:
    """A student who withdrew comes back with the same wishes."""

    student: int


@dataclass(frozen=True, slots=True)
class AddSeat:
    """A post gets one more seat."""

    post: int


@dataclass(frozen=True, slots=True)
class RemoveSeat:
    """A post loses one seat."""

    post: int


@dataclass(frozen=True, slots=True)
class ChangeWishes:
    """A student who takes part files other wishes, best first, with their priority keys."""

    student: int
    posts: tuple[int, ...]
    keys: tuple[int, ...]


_CAUSES = tuple(Cause)
_TOLD_ALWAYS = frozenset({Cause.WITHDREW.value, Cause.ARRIVED.value})

Event = Withdraw | Arrive | AddSeat | RemoveSeat | ChangeWishes


@dataclass(frozen=True, slots=True)
class Move:
    """One student's way from post to post (-1 is nowhere), and what set them going."""

    student: int
    before: int
    after: int
    cause: Cause


@dataclass(frozen=True, slots=True)
class Change:
    """What an event does: everybody who ends elsewhere than before."""

    moves: tuple[Move, ...]
    rotations: int


class LiveMarket:
    """A cleared market that takes events one by one.

    After each event the matching is the student-optimal stable one of the market as it then is,
    the same as clearing it again. The population is fixed when the market opens: who comes later is
    in it from the start with an empty list, so that the lottery never changes.

    Cost: opening sorts the wishes once (22 bytes per wish); an event takes some 20 microseconds at
    a million students.
    Source: vacancy chains (Blum, Roth and Rothblum 1997) and the elimination of rotations
    (Gusfield and Irving 1989); without the latter the chain alone is not student-optimal.

    >>> market = build_problem(
    ...     indptr=[0, 1, 2], posts=[0, 0], keys=[5, 7], seats=[1], lottery=[1, 0]
    ... )
    >>> live = LiveMarket(market)
    >>> live.preview(Withdraw(1)).moves[1]
    Move(student=0, before=-1, after=0, cause=<Cause.VACANCY: 3>)
    >>> live.matching.tolist()
    [-1, 0]
    """

    def __init__(self, problem: Problem, outcome: Outcome | None = None) -> None:
        if problem.caps is not None and problem.caps.hard.any():
            raise CapsNotOnlineError
        if outcome is None:
            from matching.solve import solve

            outcome = solve(problem)
        self._present = np.ones(problem.students, dtype=bool)
        self._lay_out(problem, outcome.matching)

    def _lay_out(self, problem: Problem, matching: NDArray[np.int32]) -> None:
        from matching.online import kernel, tables

        self._live = tables.open_live(problem, matching)
        self._live.place[~self._present] = tables.GONE
        kernel.look_ahead(self._live)
        self._trace = tables.open_trace(problem.students, problem.posts)
        self._spare = problem.wishes.size

    @property
    def matching(self) -> NDArray[np.int32]:
        """(n,) int32, as in `Outcome`; absent students are nowhere."""
        view = self._live.matching.view()
        view.flags.writeable = False
        return view

    def apply(self, event: Event) -> Change:
        """Carry an event out; return who moved.

        Raises: AbsentStudentError, PresentStudentError, NoSeatToRemoveError, UnknownPostError,
        UnknownStudentError, and those of `build_problem` for new wishes.
        Cost: that of the moves it causes, some 20 microseconds in the middle at a million students;
        now and then new wishes find no room and the lines are laid out anew, as on opening.
        """
        self._check(event)
        if isinstance(event, ChangeWishes):
            return self._change_wishes(event)
        return self._run(event)

    def preview(self, event: Event) -> Change:
        """Return what an event would do, and leave the market as it is.

        The matching of a market is unique, so the opposite event restores it exactly.

        Raises: as `apply`. Cost: two events.
        """
        opposite = self._opposite(event)
        change = self.apply(event)
        self.apply(opposite)
        return change

    def snapshot(self) -> Problem:
        """Return the market as it is now; absent students have no wishes. Cost: O(e), a copy."""
        live = self._live
        lengths = np.where(self._present, live.length, 0)
        indptr = np.zeros(lengths.size + 1, dtype=np.int64)
        np.cumsum(lengths, out=indptr[1:])
        offsets = np.repeat(live.row - indptr[:-1], lengths) + np.arange(int(indptr[-1]))
        wishes = live.wishes[offsets]
        return build_problem(
            indptr=indptr,
            posts=(wishes & LOW).astype(np.int64),
            keys=wishes >> POST_BITS,
            seats=live.seats,
            lottery=live.lottery,
        )

    def _run(self, event: Withdraw | Arrive | AddSeat | RemoveSeat) -> Change:
        from matching.online import kernel

        live, trace = self._live, self._trace
        match event:
            case Withdraw(student):
                kernel.withdraw(live, trace, student)
                self._present[student] = False
            case Arrive(student):
                kernel.arrive(live, trace, student)
                self._present[student] = True
            case AddSeat(post):
                kernel.add_seat(live, trace, post)
            case RemoveSeat(post):
                kernel.remove_seat(live, trace, post)
        return self._read_trace()

    def _read_trace(self) -> Change:
        """Return the net moves of the last event: first place before, place after."""
        trace = self._trace
        count, _, rotations = trace.used.tolist()
        assert count <= trace.student.size, "a trace has room for every move of an event"
        columns = (trace.student, trace.left, trace.now, trace.cause)
        seen: set[int] = set()
        moves: list[Move] = []
        for student, before, after, cause in zip(
            *(column[:count].tolist() for column in columns), strict=True
        ):
            if student in seen:
                continue
            seen.add(student)
            if before != after or cause in _TOLD_ALWAYS:
                moves.append(Move(student, before, after, _CAUSES[cause]))
        return Change(tuple(moves), rotations)

    def _change_wishes(self, event: ChangeWishes) -> Change:
        _check_row(event, self._live.seats)
        before = int(self._live.matching[event.student])
        out = self._run(Withdraw(event.student))
        self._refile(event)
        back = self._run(Arrive(event.student))
        return _join(out, back, student=event.student, before=before)

    def _refile(self, event: ChangeWishes) -> None:
        from matching.online import kernel

        live, student, count = self._live, event.student, len(event.posts)
        kernel.leave_lines(live, student)
        live.length[student] = 0
        tight = self._spare + count > live.wishes.size
        if tight or any(
            live.first[post] + live.size[post] == live.first[post + 1] for post in event.posts
        ):
            self._lay_out(self.snapshot(), self._live.matching)
            live = self._live
        live.row[student] = self._spare
        live.length[student] = count
        keys = np.array(event.keys, dtype=np.uint64) << POST_BITS
        live.wishes[self._spare : self._spare + count] = keys | np.array(event.posts, np.uint64)
        self._spare += count
        kernel.join_lines(live, student)

    def _check(self, event: Event) -> None:
        if isinstance(event, AddSeat | RemoveSeat):
            if not 0 <= event.post < self._live.seats.size:
                raise UnknownPostError(row=0, post=event.post)
            if isinstance(event, RemoveSeat) and self._live.seats[event.post] == 0:
                raise NoSeatToRemoveError(post=event.post)
            return
        if not 0 <= event.student < self._present.size:
            raise UnknownStudentError(student=event.student)
        present = bool(self._present[event.student])
        if isinstance(event, Arrive) and present:
            raise PresentStudentError(student=event.student)
        if not isinstance(event, Arrive) and not present:
            raise AbsentStudentError(student=event.student)

    def _opposite(self, event: Event) -> Event:
        match event:
            case Withdraw(student):
                return Arrive(student)
            case Arrive(student):
                return Withdraw(student)
            case AddSeat(post):
                return RemoveSeat(post)
            case RemoveSeat(post):
                return AddSeat(post)
            case ChangeWishes(student):
                self._check(event)
                live = self._live
                begin = int(live.row[student])
                row = live.wishes[begin : begin + int(live.length[student])]
                posts, keys = (row & LOW).tolist(), (row >> POST_BITS).tolist()
                return ChangeWishes(student, tuple(posts), tuple(keys))


def _check_row(event: ChangeWishes, seats: NDArray[np.int32]) -> None:
    """Check a new row as every market is, against the posts that it names alone."""
    unknown = [post for post in event.posts if not 0 <= post < seats.size]
    if unknown:
        raise UnknownPostError(row=event.posts.index(unknown[0]), post=unknown[0])
    for row, post in enumerate(event.posts):
        if post in event.posts[:row]:
            raise DuplicateWishError(row=row, student=event.student, post=post)
    build_problem(
        indptr=[0, len(event.posts)],
        posts=np.arange(len(event.posts)),
        keys=event.keys,
        seats=[1] * len(event.posts),
        lottery=[0],
    )


def _join(out: Change, back: Change, *, student: int, before: int) -> Change:
    """Return the net moves of a withdrawal and an arrival of the same student."""
    first = {move.student: move for move in (*back.moves, *out.moves)}
    last = {move.student: move.after for move in (*out.moves, *back.moves)}
    moves = [
        Move(who, before if who == student else move.before, last[who], move.cause)
        for who, move in first.items()
    ]
    kept = tuple(move for move in moves if move.before != move.after)
    return Change(kept, out.rotations + back.rotations)
