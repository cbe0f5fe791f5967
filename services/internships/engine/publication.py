"""A cleared round as the rows that a database takes at once, made beside the event loop."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import orjson

from matching.outcome import CLOSED
from matching.verify.manifest import RunManifest
from services.internships.engine.certificate import write_certificate
from services.internships.engine.clearing import Clearing, Market, clear_market, split_cutoff
from services.internships.engine.settling import Effects, Settled, fit_reserves


@dataclass(frozen=True, slots=True)
class Publication:
    """What a round leaves behind: three tables as JSON texts, its files, its numbers."""

    results: str
    reasons: str
    cutoffs: str
    certificate: bytes
    manifest: RunManifest
    numbers: dict[str, Any]


def clear_and_draw_up(market: Market) -> Publication:
    """Clear a market and write everything that is kept of it.

    Raises: as `clear_market`. Cost: a second and a half at 200,000 wishes, most of it writing.
    """
    cleared = clear_market(market)
    began = time.perf_counter()
    certificate = write_certificate(market, cleared)
    seconds = {**cleared.seconds, "certificate": round(time.perf_counter() - began, 4)}
    return Publication(
        results=_results(market, cleared),
        reasons=_reasons(cleared),
        cutoffs=_cutoffs(market, cleared),
        certificate=certificate.content,
        manifest=certificate.manifest,
        numbers={**count_results(market, cleared), "seconds": seconds},
    )


def count_results(market: Market, cleared: Clearing) -> dict[str, Any]:
    """Return a round in numbers: who was placed, at which wish, and what the check found."""
    ranks = cleared.ranks
    return {
        "students": int(ranks.size),
        "with_wishes": int(np.count_nonzero(np.diff(market.indptr))),
        "posts": len(market.post_ids),
        "seats": int(market.seats.sum()),
        "wishes": int(np.count_nonzero(market.competes)),
        "wishes_refused": int(np.count_nonzero(~market.competes)),
        "placed": int(np.count_nonzero(ranks >= 0)),
        "first_wish": int(np.count_nonzero(ranks == 0)),
        "top_three": int(np.count_nonzero((ranks >= 0) & (ranks < 3))),
        "blocking_pairs": cleared.settled.blocking_pairs,
        "proven": cleared.settled.proven,
        "sound": cleared.settled.sound,
        "effects": _effects(market, cleared.settled.effects),
        "caps_exceeded": [
            {"group": group, "cap": cap, "placed": placed}
            for group, cap, placed in cleared.exceeded
        ],
    }


def _effects(market: Market, effects: Effects) -> dict[str, Any]:
    short = [
        {"post_id": market.post_ids[post], "least": least, "placed": placed}
        for post, least, placed in effects.shortfalls
    ]
    conflict = [market.post_ids[post] for post in effects.conflict]
    return {**asdict(effects), "shortfalls": short, "conflict": conflict}


def _results(market: Market, cleared: Clearing) -> str:
    posts = [market.post_ids[post] for post in market.wishes.tolist()]
    keys, places = cleared.keys.tolist(), cleared.places.tolist()
    relevance = np.round(cleared.relevance, 6).tolist()
    reasons = cleared.reasons.reshape(-1).tolist()
    interviews = [None if score != score else score for score in market.interviews.tolist()]  # noqa: PLR0124 - NaN
    held = market.weights.interview > 0
    rows = [
        {
            "student_id": market.student_ids[student],
            "wish_post_ids": posts[begin:end],
            "wish_scores": keys[begin:end],
            "wish_relevance": relevance[begin:end],
            "wish_reasons": reasons[4 * begin : 4 * end],
            "wish_interviews": interviews[begin:end] if held else None,
            "wish_places": places[begin:end],
            "grade": None if grade != grade else grade,  # noqa: PLR0124 - NaN
            "lottery": lottery,
            "placed_rank": rank + 1 if rank >= 0 else None,
            **_kept(market, student),
        }
        for student, ((begin, end), grade, lottery, rank) in enumerate(
            zip(
                pairwise(market.indptr.tolist()),
                market.grades.tolist(),
                cleared.lottery.tolist(),
                cleared.ranks.tolist(),
                strict=True,
            )
        )
    ]
    return orjson.dumps(rows).decode()


def _kept(market: Market, student: int) -> dict[str, Any]:
    """Return what a student kept from the round before."""
    rules = market.rules
    if rules.kept is None or rules.choices is None:
        return {"kept_post_id": None, "kept_choice": None}
    post = int(rules.kept[student])
    return {
        "kept_post_id": market.post_ids[post] if post >= 0 else None,
        "kept_choice": int(rules.choices[student]),
    }


def _reasons(cleared: Clearing) -> str:
    rows = [
        {
            "number": number,
            "term": kept.term,
            "value": kept.value,
            "code": kept.reason.code,
            "facts": dict(kept.reason.facts),
        }
        for number, kept in enumerate(cleared.legend)
    ]
    return orjson.dumps(rows).decode()


def _cutoffs(market: Market, cleared: Clearing) -> str:
    rows: list[dict[str, Any]] = []
    reserved = _reserved(market, cleared.settled)
    for post, limit in enumerate(cleared.cutoffs.tolist()):
        cut = split_cutoff(limit) if 0 < limit < int(CLOSED) else (None, None)
        rows.append(
            {
                "post_id": market.post_ids[post],
                "seats": int(market.seats[post]),
                "placed": int(cleared.placed[post]),
                "turned_away": int(cleared.turned_away[post]),
                "cutoff_score": cut[0],
                "cutoff_lottery": cut[1],
                "reserved": reserved.get(post),
            }
        )
    return orjson.dumps(rows).decode()


def _reserved(market: Market, settled: Settled) -> dict[int, list[dict[str, Any]]]:
    """Return, per post, the seats kept for classes and how many of them were filled."""
    rules = market.rules
    placed = np.bincount(settled.seated[settled.seated >= 0], minlength=settled.proof.posts)
    found: dict[int, list[dict[str, Any]]] = {}
    for at, reserve in enumerate(fit_reserves(rules.reserves, market.seats)):
        told = {
            "class_name": rules.class_names[reserve.student_class],
            "seats": reserve.seats,
            "hard": reserve.hard,
            "placed": int(placed[len(market.post_ids) + at]),
        }
        found.setdefault(reserve.post, []).append(told)
    return found
