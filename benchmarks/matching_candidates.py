"""Figures 7 and 8b: exact top-50 candidates against sparse_dot_topn and scikit-learn."""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

import numpy as np

from benchmarks.figures import Figure
from benchmarks.matching_markets import draw_texts
from benchmarks.matching_peers import ask_peer
from matching.candidates import Candidates, SparseIndex, SparseRows, build_index

K = 50
POSTS = 20_000
STUDENTS_FULL = 100_000
# Quick: cost grows with the students alone, so fewer of them measure the same ratio.
STUDENTS_QUICK = 10_000
STUDENTS_QUICK_SCIKIT = 1_000

_held: dict[str, Any] = {}  # what a forked worker inherits instead of unpickling it


def figures(*, quick: bool) -> Iterator[Figure]:
    """Yield figure 7 (both peers, one student) and 8b (two processes)."""
    students, posts = draw_texts(STUDENTS_QUICK if quick else STUDENTS_FULL, POSTS)
    index = build_index(posts)
    index.find(students.part(0, 64), K)
    halves = _split(students)
    with ThreadPoolExecutor(2) as pool:
        begun = time.perf_counter()
        found = list(pool.map(lambda part: index.find(part, K), halves))
        seconds = time.perf_counter() - begun
    yield from _against_peers(students, posts, (found, seconds), quick=quick)
    yield _one_student(index, students)
    yield _two_processes(index, students, halves)


def _split(students: SparseRows) -> list[SparseRows]:
    middle = len(students) // 2
    return [students.part(0, middle), students.part(middle, len(students))]


def _against_peers(
    students: SparseRows, posts: SparseRows, ours: tuple[list[Candidates], float], *, quick: bool
) -> Iterator[Figure]:
    found, seconds = ours
    scores = np.concatenate([part.scores for part in found]).astype(np.float64)
    few = STUDENTS_QUICK_SCIKIT if quick else len(students)
    for name, asked, goal in (
        ("sparse_dot_topn", len(students), 2.0),
        ("scikit-learn", few, 20.0),
    ):
        answer = ask_peer(name, **_arrays(students.part(0, asked), posts))
        total = float(scores[:asked].sum())
        # The same top-50 on both sides, up to float32 rounding: exact against exact.
        assert abs(answer["sum"] - total) <= 1e-4 * total, (name, answer["sum"], total)
        theirs = answer["seconds"] * len(students) / asked
        yield Figure(
            figure=f"matching.7 {len(students)} x {POSTS} top-{K} against {name}",
            value=seconds,
            unit="s",
            peer=f"{name} {answer['version']}: {theirs:.2f} s",
            ratio=theirs / seconds,
            goal=goal,
            met=theirs / seconds >= goal,
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
    return Figure(
        figure="matching.7 one student, the same code",
        value=value,
        unit="ms",
        peer="",
        ratio=None,
        goal=1.0,
        met=value <= 1.0,
    )


def _two_processes(index: SparseIndex, students: SparseRows, halves: list[SparseRows]) -> Figure:
    _held.update(index=index, halves=halves)
    alone, together = [], []
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as pool:
        list(pool.map(_find_half, (0, 1)))  # both workers are up and have the kernels
        for _ in range(3):
            begun = time.perf_counter()
            whole = index.find(students, K)
            alone.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            parts = list(pool.map(_find_half, (0, 1)))
            together.append(time.perf_counter() - begun)
            assert np.concatenate([part.items for part in parts]).tobytes() == whole.items.tobytes()
    ratio = statistics.median(alone) / statistics.median(together)
    return Figure(
        figure="matching.8b candidates on 2 processes, identical bytes",
        value=statistics.median(together),
        unit="s",
        peer=f"1 process: {statistics.median(alone):.2f} s",
        ratio=ratio,
        goal=1.9,
        met=ratio >= 1.9,
    )


def _find_half(half: int) -> Candidates:
    return _held["index"].find(_held["halves"][half], K)
