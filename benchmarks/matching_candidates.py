"""Figures 7 and 8b: exact top-50 candidates against sparse_dot_topn and scikit-learn."""

from __future__ import annotations

import multiprocessing
import multiprocessing.context
import os
import statistics
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.figures import Figure, median_of, within
from benchmarks.matching_markets import draw_texts
from benchmarks.matching_peers import Answer, ask_peer, peers_are_there
from matching.candidates import SparseIndex, SparseRows, build_index

K = 50
POSTS = 20_000
STUDENTS_FULL = 100_000
# Quick: cost grows with the students alone, so fewer of them measure the same ratio.
STUDENTS_QUICK = 10_000
STUDENTS_QUICK_SCIKIT = 1_000
# Brute force takes minutes at full size; ten thousand students show its cost per student.
STUDENTS_FULL_SCIKIT = 10_000

# The goals as they stand, quick or not: both costs grow with the students alone. Each side may use
# both cores, by the clock, as whoever waits for the answer sees it.
SPARSE_GOAL = 2.0
SCIKIT_GOAL = 20.0
TWO_PROCESSES_GOAL = 1.9
_THREADS = 2


def figures(*, quick: bool) -> Iterator[Figure]:
    """Yield figure 7 (both peers, one student) and 8b (two processes)."""
    students, posts = draw_texts(STUDENTS_QUICK if quick else STUDENTS_FULL, POSTS)
    index = build_index(posts)
    index.find(students.part(0, 64), K)  # the kernels are loaded
    begun = time.process_time()
    scores = index.find(students, K).scores
    alone = time.process_time() - begun
    seconds = median_of(lambda: index.find(students, K, threads=_THREADS))
    scikit = STUDENTS_QUICK_SCIKIT if quick else STUDENTS_FULL_SCIKIT
    for name, asked, goal in (
        ("sparse_dot_topn", len(students), SPARSE_GOAL),
        ("scikit-learn", scikit, SCIKIT_GOAL),
    ):
        total = float(scores[:asked].sum(dtype=np.float64))
        theirs = _ask(name, students.part(0, asked), posts, total)
        yield _against(name, theirs, (seconds, alone, asked / len(students)), goal)
    yield _one_student(index, students)
    yield _two_processes(index, students)


def _ask(name: str, students: SparseRows, posts: SparseRows, total: float) -> Answer | None:
    if not peers_are_there():
        return None
    answer = ask_peer(name, **_arrays(students, posts))
    # The same best 50 on both sides, up to float32 rounding: exact against exact.
    assert abs(answer["sum"] - total) <= 1e-4 * total, (name, answer["sum"], total)
    return answer


def _against(
    name: str, answer: Answer | None, measured: tuple[float, float, float], goal: float
) -> Figure:
    seconds, alone, share = measured
    note = f"{POSTS} posts, top {K}, equal results; two threads each, by the clock"
    if answer is None:
        return Figure("matching.7", seconds, "s", name, None, f">= {goal:g}x", None, note)
    theirs = answer["seconds"] / share
    note += f"; in processor time {answer['processor'] / share / alone:.1f}x, ours on one thread"
    if share < 1:
        note += f"; the peer measured on {share:.0%} of the students, its cost being linear in them"
    return Figure(
        figure="matching.7",
        value=seconds,
        unit="s",
        peer=f"{name} {answer['version']}: {theirs:.2f} s",
        ratio=theirs / seconds,
        goal=f">= {goal:g}x",
        met=theirs / seconds >= goal,
        note=note,
    )


def _arrays(students: SparseRows, posts: SparseRows) -> dict[str, Any]:
    arrays: dict[str, Any] = {"k": K, "width": posts.width}
    for side, rows in (("students", students), ("posts", posts)):
        arrays |= {
            f"{side}_indptr": rows.indptr,
            f"{side}_features": rows.features,
            f"{side}_values": rows.values,
        }
    return arrays


def _one_student(index: SparseIndex, students: SparseRows) -> Figure:
    times: list[float] = []
    for row in range(300):
        asked = students.part(row, row + 1)
        begun = time.perf_counter()
        index.find(asked, K)
        times.append((time.perf_counter() - begun) * 1e3)
    value = statistics.median(times)
    note = f"one student against {POSTS} posts by the same code"
    return Figure("matching.7", value, "ms", "", None, "< 1 ms", within(value, 1.0), note)


def _two_processes(index: SparseIndex, students: SparseRows) -> Figure:
    middle = len(students) // 2
    halves = [students.part(0, middle), students.part(middle, len(students))]
    fork = multiprocessing.get_context("fork")  # the index and the rows are there without a copy
    lines = [_start_half(fork, index, half) for half in halves]
    runs = [_run_halves(lines, index, students) for _ in range(5)]
    for line in lines:
        line.send(False)
    # Neighbours on a shared machine only ever add time: the best of five is the cost itself.
    alone, longest = (min(run[place] for run in runs) for place in (0, 1))
    by_clock = max(run[2] for run in runs)
    load = os.getloadavg()[0]
    return Figure(
        figure="matching.8b",
        value=longest,
        unit="s of processor, all that ran one after the other",
        peer=f"one process: {alone:.2f} s",
        ratio=alone / longest,
        goal=">= 1.9x",
        met=alone / longest >= TWO_PROCESSES_GOAL,
        note=f"{len(students)} x {POSTS} on 2 processes, identical bytes; sending and receiving "
        f"the answers included; by the clock {by_clock:.2f}x under a load of {load:.1f}",
    )


def _start_half(
    fork: multiprocessing.context.ForkContext, index: SparseIndex, rows: SparseRows
) -> Any:
    mine, its = fork.Pipe()
    fork.Process(target=_answer, args=(its, index, rows), daemon=True).start()
    return mine


def _answer(line: Any, index: SparseIndex, rows: SparseRows) -> None:
    """Answer each request with what was found, then with the processor time that it all took."""
    while line.recv():
        begun = time.process_time()
        line.send(index.find(rows, K))
        line.send(time.process_time() - begun)


def _run_halves(
    lines: list[Any], index: SparseIndex, students: SparseRows
) -> tuple[float, float, float]:
    """Return the seconds of one process, those of the longest way through two, and the lead.

    The seconds are the processor's: the longer half, its sending, and all that the first process
    does. The lead is by the clock: neighbours make it less, nothing makes it more.
    """
    begun, clock = time.process_time(), time.perf_counter()
    whole = index.find(students, K)
    alone, clock_alone = time.process_time() - begun, time.perf_counter() - clock
    begun, clock = time.process_time(), time.perf_counter()
    for line in lines:
        line.send(True)
    parts = [line.recv() for line in lines]
    mine, clock_together = time.process_time() - begun, time.perf_counter() - clock
    longest = max(line.recv() for line in lines)
    assert np.concatenate([part.items for part in parts]).tobytes() == whole.items.tobytes()
    assert np.concatenate([part.scores for part in parts]).tobytes() == whole.scores.tobytes()
    return alone, longest + mine, clock_alone / clock_together
