"""What-ifs of a solved round: asked, worked out in the child, told to who may know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import numpy as np

from services.internships.domain.round import ResultNotFoundError, RoundState, require_round_state
from services.internships.domain.round_reason import SHOWN_FROM
from services.internships.domain.what_if import (
    cause_text,
    require_one_change,
    unknown_post,
    unknown_student,
)
from services.internships.engine.clearing import PriorityWeights, mix_keys, score_keys
from services.internships.engine.stored_round import try_stored
from services.internships.engine.what_if import Moved, NewWishes, SeatChange, Trial, Withdrawal
from services.internships.flows.keep_batches import place_of
from services.internships.flows.solve_round import build_market, find_allowed
from services.internships.flows.stored_market import Solved, load_solved
from services.internships.store import batch_posts, batches, rounds
from services.internships.store.rows import Row
from shared.db.session import Tx
from shared.events.audit import record
from shared.http.caller import Caller
from shared.jobs.queue import start_job
from shared.jobs.worker import Work
from shared.kernel.clock import Clock, china_day
from shared.kernel.errors import InvalidInputError

_SHOWN_MAX = 500


async def ask_office(tx: Tx, caller: Caller, found: Row, *, told: Mapping[str, Any]) -> UUID:
    """Queue a question of the school's office; returns the job."""
    require_round_state(found["state"], RoundState.PROPOSED, RoundState.PUBLISHED)
    require_one_change(told, ("withdraw", "seats", "wishes"))
    body = {"round_id": str(found["id"]), "change": dict(told)}
    return await start_job(tx, caller, "round.what_if", body)


async def ask_own(
    tx: Tx, caller: Caller, found: Row, *, student: Row, told: Mapping[str, Any]
) -> UUID:
    """Queue a student's question about the own result of a published round; returns the job."""
    if found["state"] != RoundState.PUBLISHED:
        raise ResultNotFoundError
    require_one_change(told, ("grade", "post_ids", "extra_seat"))
    if await rounds.find_result(tx, found["id"], student["id"]) is None:
        raise ResultNotFoundError
    body = {"round_id": str(found["id"]), "own": dict(told), "student_id": str(student["id"])}
    return await start_job(tx, caller, "round.what_if", body)


async def answer_what_if(work: Work, clock: Clock) -> None:
    """Work out the job's question; a student is told of the own place only."""
    async with work.begin() as tx:
        found = await rounds.find_round(tx, UUID(work.input["round_id"]))
        assert found is not None, "a solved round stays"
        solved = await load_solved(tx, found, on=china_day(clock()))
        own = work.input.get("own")
        if own is None:
            trial = await office_trial(tx, solved, work.input["change"])
            student = None
        else:
            student = solved.row_of(UUID(work.input["student_id"]))
            assert student is not None, "asked with a result only"
            trial = await _own_trial(tx, solved, student, own)
    moves = await work.cpu.compute(try_stored, solved.market, trial)
    told = _told_to_office(solved, moves) if student is None else _told_to(solved, student, moves)
    work.result.update(told, change=work.input.get("change"))
    async with work.finishing() as tx:
        await record(tx, work.caller, "round.what_if_asked", subject_id=found["id"])


async def office_trial(tx: Tx, solved: Solved, told: Mapping[str, Any]) -> Trial:
    """Return a change as the engine takes it; raises where it names what is not there."""
    if told.get("withdraw"):
        return Withdrawal(_student(solved, told["withdraw"], "/withdraw"))
    if told.get("seats"):
        post = _post(solved, told["seats"]["post_id"], "/seats/post_id")
        return SeatChange(post, int(told["seats"]["by"]))
    wishes = told["wishes"]
    student = _student(solved, wishes["student_id"], "/wishes/student_id")
    ids = [UUID(str(each)) for each in wishes["post_ids"]]
    return await _new_wishes(tx, solved, student, ids, pointer="/wishes/post_ids")


def _student(solved: Solved, student_id: Any, pointer: str) -> int:
    row = solved.row_of(UUID(str(student_id)))
    if row is None:
        raise InvalidInputError(faults=[unknown_student(pointer)])
    return row


def _post(solved: Solved, post_id: Any, pointer: str) -> int:
    post = solved.post_of(UUID(str(post_id)))
    if post is None:
        raise InvalidInputError(faults=[unknown_post(pointer)])
    return post


async def _own_trial(tx: Tx, solved: Solved, student: int, own: Mapping[str, Any]) -> Trial:
    result = solved.results[student]
    if own.get("extra_seat"):
        post = _post(solved, own["extra_seat"], "/extra_seat")
        if solved.posts[post]["id"] not in result["wish_post_ids"]:
            raise InvalidInputError(faults=[unknown_post("/extra_seat")])
        return SeatChange(post, 1)
    if own.get("post_ids") is not None:
        ids = [UUID(str(each)) for each in own["post_ids"]]
        return await _new_wishes(tx, solved, student, ids, pointer="/post_ids")
    return _with_grade(solved, student, float(own["grade"]))


def _with_grade(solved: Solved, student: int, grade: float) -> NewWishes:
    """Return the student's wishes with another grade.

    Where fewer than five were placed the priority stays as it was: trying grades one by one would
    else tell what a classmate had.
    """
    result = solved.results[student]
    lengths = len(result["wish_post_ids"])
    posts = [solved.post_of(post_id) for post_id in result["wish_post_ids"]]
    weights = PriorityWeights(**{"relevance": 0.0, **solved.batch["priority_weights"]})
    keys = mix_keys(
        weights,
        np.array(result["wish_relevance"], dtype=np.float64),
        grades=np.full(lengths, grade),
        interviews=np.array(result["wish_interviews"] or [np.nan] * lengths, dtype=np.float64),
    )
    kept = [
        (post, int(key) if solved.posts[post]["placed"] >= SHOWN_FROM else before)
        for post, key, before in zip(posts, keys.tolist(), result["wish_scores"], strict=True)
        if post is not None and before > 0
    ]
    return NewWishes(student, tuple(post for post, _ in kept), tuple(key for _, key in kept))


async def _new_wishes(
    tx: Tx, solved: Solved, student: int, ids: list[UUID], *, pointer: str
) -> NewWishes:
    """Return other wishes with their keys; what was wished for keeps the key that it had."""
    posts = [_post(solved, each, f"{pointer}/{at}") for at, each in enumerate(ids)]
    if len(set(posts)) < len(posts):
        raise InvalidInputError(faults=[unknown_post(pointer)])
    result = solved.results[student]
    known = dict(zip(result["wish_post_ids"], result["wish_scores"], strict=True))
    fresh = [each for each in ids if each not in known]
    known |= await _score_anew(tx, solved, result["student_id"], fresh) if fresh else {}
    kept = [(post, known[each]) for post, each in zip(posts, ids, strict=True) if known[each] > 0]
    return NewWishes(student, tuple(post for post, _ in kept), tuple(key for _, key in kept))


async def _score_anew(tx: Tx, solved: Solved, student_id: UUID, ids: list[UUID]) -> dict[UUID, int]:
    """Return the keys of wishes that the student has not made; 0 where the rules refuse them."""
    batch = solved.batch
    entrants = await rounds.load_entrants(tx, batch["id"], student_id=student_id)
    offered = sorted((await batch_posts.find_posts(tx, batch["id"])).values(), key=_by_id)
    seed = await batches.read_seed(tx, batch["id"])
    assert seed is not None, "a solved batch has its seed"
    if not entrants:
        return dict.fromkeys(ids, 0)
    weights = PriorityWeights(**{"relevance": 0.0, **batch["priority_weights"]})
    scores = await rounds.load_interviews(tx, batch["id"]) if weights.interview else {}
    asked = [{**entrants[0], "posts": ids}]
    market = build_market(asked, offered, scores=scores, weights=weights, seed=seed.hex())
    market.competes[:] = find_allowed(market, asked, offered, place=place_of(batch))
    return dict(zip(ids, score_keys(market).tolist(), strict=True))


def _by_id(post: Row) -> UUID:
    return post["id"]


def _told_to_office(solved: Solved, moves: list[Moved]) -> dict[str, Any]:
    places = [solved.results[move.student] for move in moves]
    told = [
        {
            "student_id": str(row["student_id"]),
            "enrolment_no": row["enrolment_no"],
            "name": row["name"],
            "before": _post_told(solved, row, move.before),
            "after": _post_told(solved, row, move.after),
            **_cause(move),
        }
        for row, move in zip(places, moves[:_SHOWN_MAX], strict=False)
    ]
    return {
        "moved": len(moves),
        "newly_placed": sum(move.before < 0 <= move.after for move in moves),
        "unplaced": sum(move.after < 0 <= move.before for move in moves),
        "moves": told,
    }


def _cause(move: Moved) -> dict[str, str]:
    text = cause_text(move.cause)
    return {"cause": move.cause, "zh": text.zh, "en": text.en}


def _told_to(solved: Solved, student: int, moves: list[Moved]) -> dict[str, Any]:
    row = solved.results[student]
    rank = row["placed_rank"]
    now = -1 if rank is None else (solved.post_of(row["wish_post_ids"][rank - 1]) or 0)
    own = next((move for move in moves if move.student == student), None)
    return {
        "changed": own is not None,
        "before": _post_told(solved, row, now),
        "after": _post_told(solved, row, own.after if own else now),
        "hidden_posts": sum(
            solved.posts[at]["placed"] < SHOWN_FROM
            for post_id in row["wish_post_ids"]
            if (at := solved.post_of(post_id)) is not None
        ),
    }


def _post_told(solved: Solved, row: Row, post: int) -> dict[str, Any] | None:
    if post < 0:
        return None
    told = solved.posts[post]
    ids = row["wish_post_ids"]
    return {
        "post_id": str(told["id"]),
        "title": told["title"],
        "enterprise_name": told["enterprise_name"],
        "rank": ids.index(told["id"]) + 1 if told["id"] in ids else None,
    }
