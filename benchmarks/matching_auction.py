"""Figure 6: central assignment against OR-tools' minimum-cost flow, loss measured and proven."""

from __future__ import annotations

import time
from collections.abc import Iterator

from benchmarks.figures import Figure, median_of
from benchmarks.matching_markets import draw_assignment
from benchmarks.matching_peers import ask_peer, peers_are_there
from matching.auction import AssignmentMarket, Certificate, assign_central

STUDENTS_FULL = 1_000_000
STUDENTS_QUICK = 10_000
STUDENTS_QUICK_OURS = 100_000
LOSS_MAX = 1e-4
# OR-tools grows faster than the auction: at 10,000 students the prototype's lead was 7.7x, and a
# call this short carries what is fixed; half the full goal shows that the lead is still there.
RATIO_QUICK = 2.5
RATIO_FULL = 5.0


def figures(*, quick: bool) -> Iterator[Figure]:
    """Yield the ratio to OR-tools with the true loss, and the proven gap (quick: at 100,000)."""
    assign_central(draw_assignment(1000))  # the kernels are loaded
    market = draw_assignment(STUDENTS_QUICK if quick else STUDENTS_FULL)
    students = market.indptr.size - 1
    seconds = median_of(lambda: assign_central(market), clock=time.process_time)
    certificate = assign_central(market).certificate
    if peers_are_there():
        yield from _against_or_tools(market, certificate, seconds, quick=quick)
    else:
        goal = "OR-tools; run make bench-env"
        yield Figure("matching.6", seconds, "s", "", None, goal, None, f"{students} x 20")
    if quick:
        market = draw_assignment(STUDENTS_QUICK_OURS)
        certificate = assign_central(market).certificate
    yield Figure(
        figure="matching.6",
        value=certificate.gap_share * 100,
        unit="% proven gap",
        peer="",
        ratio=None,
        goal="<= 0.01 %",
        met=certificate.gap_share <= LOSS_MAX,
        note=f"price certificate at {market.indptr.size - 1} x 20",
    )


def _against_or_tools(
    market: AssignmentMarket, certificate: Certificate, seconds: float, *, quick: bool
) -> Iterator[Figure]:
    answer = ask_peer(
        "or-tools",
        indptr=market.indptr,
        posts=market.posts,
        weights=market.weights,
        seats=market.seats,
    )
    ratio = answer["seconds"] / seconds
    goal = RATIO_QUICK if quick else RATIO_FULL
    loss = (answer["value"] - certificate.value) / answer["value"]
    peer = f"ortools {answer['version']} min-cost flow"
    size = f"{market.indptr.size - 1} x 20, processor time"
    yield Figure(
        figure="matching.6",
        value=seconds,
        unit="s",
        peer=f"{peer}: {answer['seconds']:.2f} s",
        ratio=ratio,
        goal=f">= {goal:g}x",
        met=ratio >= goal,
        note=size,
    )
    # Weak duality, checked on the spot: the true loss is never above the gap that we print.
    assert loss <= certificate.gap_share + 1e-9, (loss, certificate)
    yield Figure(
        figure="matching.6",
        value=loss * 100,
        unit="% true loss",
        peer=f"{peer}: optimum {answer['value']:.3f}",
        ratio=None,
        goal="<= 0.01 %",
        met=loss <= LOSS_MAX,
        note=f"proven gap {certificate.gap_share * 100:.4f} %, {size}",
    )
