"""Figure 6: central assignment against OR-tools' minimum-cost flow, loss measured and proven."""

from __future__ import annotations

import time
from collections.abc import Iterator

from benchmarks.figures import Figure
from benchmarks.matching_markets import draw_assignment
from benchmarks.matching_peers import ask_peer
from matching.auction import assign_central

STUDENTS_FULL = 1_000_000
STUDENTS_QUICK = 10_000
STUDENTS_QUICK_OURS = 100_000
LOSS_MAX = 1e-4
# OR-tools grows faster than the auction: at 10,000 students the prototype's lead was 7.7x, and a
# call this short carries what is fixed; half the full goal shows that the lead is still there.
RATIO_QUICK = 2.5
RATIO_FULL = 5.0


def figures(*, quick: bool) -> Iterator[Figure]:
    """Yield the ratio to OR-tools with the true loss and the printed gap, and the gap at size."""
    warm = draw_assignment(1000)
    assign_central(warm)
    market = draw_assignment(STUDENTS_QUICK if quick else STUDENTS_FULL)
    times: list[float] = []
    for _ in range(3):
        begun = time.perf_counter()
        found = assign_central(market)
        times.append(time.perf_counter() - begun)
    seconds = sorted(times)[1]
    answer = ask_peer(
        "or-tools",
        indptr=market.indptr,
        posts=market.posts,
        weights=market.weights,
        seats=market.seats,
    )
    ratio = answer["seconds"] / seconds
    goal = RATIO_QUICK if quick else RATIO_FULL
    loss = (answer["value"] - found.certificate.value) / answer["value"]
    students = market.indptr.size - 1
    yield Figure(
        figure=f"matching.6 central assignment of {students} x 20",
        value=seconds,
        unit="s",
        peer=f"OR-tools {answer['version']} min-cost flow: {answer['seconds']:.2f} s",
        ratio=ratio,
        goal=goal,
        met=ratio >= goal,
    )
    yield Figure(
        figure=f"matching.6 true loss at {students} (proven gap {found.certificate.gap_share:.2e})",
        value=loss,
        unit="share",
        peer=f"OR-tools {answer['version']} min-cost flow: optimum {answer['value']:.6f}",
        ratio=None,
        goal=LOSS_MAX,
        met=loss <= min(LOSS_MAX, found.certificate.gap_share + 1e-12),
    )
    if quick:
        yield _gap_at_size()


def _gap_at_size() -> Figure:
    market = draw_assignment(STUDENTS_QUICK_OURS)
    begun = time.perf_counter()
    gap = assign_central(market).certificate.gap_share
    seconds = time.perf_counter() - begun
    return Figure(
        figure=f"matching.6 proven gap at {STUDENTS_QUICK_OURS} ({seconds:.2f} s)",
        value=gap,
        unit="share",
        peer="",
        ratio=None,
        goal=LOSS_MAX,
        met=gap <= LOSS_MAX,
    )
