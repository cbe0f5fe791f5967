"""A round from closed wishes to a proven result: asked for, solved in the child, kept at once."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from matching.memory import bound_run
from services.internships.adapters.run_signer import RunSigner
from services.internships.domain.batch import (
    BatchMode,
    BatchState,
    require_cleared_later,
    require_mode,
    require_state,
)
from services.internships.domain.clearing_rules import rules_of
from services.internships.domain.eligibility import (
    Place,
    blocks,
    check_for_post,
    first_day,
    post_kind,
    student_kind,
)
from services.internships.domain.round import (
    BatchClearedError,
    GradesMissingError,
    NoWishesError,
    RoundState,
    RoundUnprovenError,
)
from services.internships.engine.caps import build_intern_caps, file_rows
from services.internships.engine.clearing import Market, PriorityWeights
from services.internships.engine.publication import Publication, clear_and_draw_up
from services.internships.engine.relevance import PostColumns, StudentColumns, encode_column
from services.internships.flows.cap_interns import call_nodes, load_caps
from services.internships.flows.estimate_odds import ask_odds
from services.internships.flows.keep_batches import place_of
from services.internships.flows.keep_rules import engine_rules
from services.internships.flows.plan_rounds import hold_kept_seats, load_kept, require_answers
from services.internships.store import batch_posts, batches, rounds, wishes
from services.internships.store.rows import Row
from shared.catalogues.occupations import occupations_of
from shared.db.session import Tx
from shared.events.audit import record
from shared.files import FileStore, as_stream
from shared.http.caller import Caller
from shared.jobs.queue import start_job
from shared.jobs.worker import Work
from shared.kernel.clock import Clock, china_day
from shared.kernel.errors import Text
from shared.kernel.ids import new_id

_CERTIFICATE_BYTES_MAX = 1 << 30


async def start_round(tx: Tx, caller: Caller, batch: Row, *, now: datetime) -> tuple[UUID, UUID]:
    """Close the wishes and queue the round; returns the ids of round and job."""
    require_mode(batch["mode"], BatchMode.CLEARED)
    number = await _next_number(tx, batch)
    if number == 1:
        require_cleared_later(batch["state"], closes_at=batch["wishes_close_at"], now=now)
        if not await wishes.has_wishes(tx, batch["id"]):
            raise NoWishesError
    else:
        require_state(batch["state"], BatchState.PUBLISHED)
        await require_answers(tx, batch, now=now)
    if batch["priority_weights"].get("grade"):
        count, examples = await rounds.list_without_grade(tx, batch["id"])
        if count:
            raise GradesMissingError(count=count, examples=", ".join(examples))
    round_id = new_id()
    job_id = await start_job(tx, caller, "round.solve", {"round_id": str(round_id)})
    values = {
        "id": round_id,
        "batch_id": batch["id"],
        "school_id": batch["school_id"],
        "job_id": job_id,
        "state": RoundState.RUNNING,
        "number": number,
        "salt": os.urandom(32),
    }
    await rounds.add_round(tx, values)
    await batches.change_batch(tx, batch["id"], {"state": BatchState.CLOSED})
    await record(tx, caller, "round.started", subject_id=round_id)
    return round_id, job_id


async def _next_number(tx: Tx, batch: Row) -> int:
    """Return the number of the round that may begin now.

    Each is cleared once; a round whose job has given up leaves its place free.
    """
    found = await rounds.find_round_of(tx, batch["id"])
    if found is None:
        return 1
    number: int = found["number"]
    if found["state"] == RoundState.PUBLISHED and number < rules_of(batch["clearing"]).rounds:
        return number + 1
    if found["state"] != RoundState.RUNNING or not await rounds.has_failed(tx, found["id"]):
        raise BatchClearedError(round_id=str(found["id"]))
    await rounds.remove_round(tx, found["id"])
    return number


async def solve_round(work: Work, files: FileStore, clock: Clock, *, signer: RunSigner) -> None:
    """Solve the job's round; its result and the job's end become visible together."""
    await work.report(0.1, Text("正在读取志愿与岗位", "Reading wishes and posts"))
    began = time.perf_counter()
    market = await _load_market(work, today=china_day(clock()))
    loaded = time.perf_counter()
    most = -(-bound_of(market) // 10**6)
    await work.report(
        0.3,
        Text(
            f"正在清算并核验（清算至多占用内存 {most} MB）",
            f"Clearing and checking (the clearing takes at most {most} MB of memory)",
        ),
    )
    drawn = await work.cpu.compute(clear_and_draw_up, market)
    solved = time.perf_counter()
    if not drawn.numbers["sound"]:
        raise RoundUnprovenError
    await work.report(0.7, Text("正在写入结果", "Writing the result"))
    signed = await asyncio.to_thread(signer.sign, drawn.certificate)
    kept = await files.keep(as_stream(signed), bytes_max=_CERTIFICATE_BYTES_MAX)
    seconds = {"load": loaded - began, "child": solved - loaded}
    await _save(work, drawn, market.seed, sha256=kept.sha256, now=clock(), seconds=seconds)


async def _save(
    work: Work,
    drawn: Publication,
    seed: str,
    *,
    sha256: str,
    now: datetime,
    seconds: Mapping[str, float],
) -> None:
    began = time.perf_counter()
    async with work.finishing() as tx:
        found = await rounds.find_round(tx, UUID(work.input["round_id"]), lock=True)
        assert found is not None, "the round is removed only after its job has failed"
        await rounds.put_tables(
            tx, found, results=drawn.results, reasons=drawn.reasons, cutoffs=drawn.cutoffs
        )
        spent = {**seconds, "save": time.perf_counter() - began}
        numbers: dict[str, Any] = {
            **drawn.numbers,
            "seconds": {**drawn.numbers["seconds"], **{k: round(v, 4) for k, v in spent.items()}},
        }
        changes = {
            "state": RoundState.PROPOSED,
            "seed": seed,
            "manifest": asdict(drawn.manifest),
            "numbers": numbers,
            "certificate_sha256": sha256,
            "solved_at": now,
            "rules": (await _batch_of(tx, found))["clearing"],
        }
        await ask_odds(tx, work.caller, await rounds.change_round(tx, found["id"], changes))
        await batches.change_batch(tx, found["batch_id"], {"state": BatchState.PROPOSED})
        work.result.update(round_id=str(found["id"]), numbers=numbers)
        facts = {"placed": numbers["placed"], "certificate_sha256": sha256}
        await record(tx, work.caller, "round.solved", subject_id=found["id"], facts=facts)


async def _batch_of(tx: Tx, found: Row) -> Row:
    batch = await batches.find_batch(tx, found["batch_id"])
    assert batch is not None, "a batch is never removed"
    return batch


async def _load_market(work: Work, *, today: date) -> Market:
    async with work.begin() as tx:
        found = await rounds.find_round(tx, UUID(work.input["round_id"]))
        assert found is not None, "the round is written with its job"
        batch_id = found["batch_id"]
        batch = await _batch_of(tx, found)
        seed = await batches.read_seed(tx, batch_id)
        entrants = await rounds.load_entrants(tx, batch_id)
        kept = await load_kept(tx, batch_id, found["number"])
        offered = sorted((await batch_posts.find_posts(tx, batch_id)).values(), key=_by_id)
        weights = PriorityWeights(**{"relevance": 0.0, **batch["priority_weights"]})
        rules = rules_of(batch["clearing"])
        terms = await load_caps(tx, batch, offered, rules=rules, on=today)
        scores = await rounds.load_interviews(tx, batch_id) if weights.interview else {}
    assert seed is not None, "a batch opens with its seed"
    market = build_market(entrants, offered, scores=scores, weights=weights, seed=seed.hex())
    allowed = find_allowed(market, entrants, offered, place=place_of(batch))
    caps = build_intern_caps(terms) if terms else None
    ruled = engine_rules(rules, entrants, offered, kept=kept)
    return replace(
        hold_kept_seats(market, kept, entrants=entrants, offered=offered),
        competes=allowed,
        caps=caps,
        cap_rows=file_rows(terms) if terms else (),
        rules=replace(ruled, names=call_nodes(offered, caps)),
    )


def _by_id(post: Row) -> UUID:
    return post["id"]


def build_market(
    entrants: Sequence[Row],
    offered: Sequence[Row],
    *,
    scores: Mapping[tuple[UUID, UUID], float],
    weights: PriorityWeights,
    seed: str,
) -> Market:
    """Return the arrays of a round; a post that closed since has no seats."""
    places = {post["id"]: place for place, post in enumerate(offered)}
    lengths = [len(student["posts"]) for student in entrants]
    wished = [(student["id"], post) for student in entrants for post in student["posts"]]
    interviews = [scores.get(wish, np.nan) for wish in wished] if scores else None
    majors = encode_column([student["major_code"] for student in entrants])
    return Market(
        student_ids=[str(student["id"]) for student in entrants],
        post_ids=[str(post["id"]) for post in offered],
        indptr=np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64),
        wishes=np.array([places[post] for _, post in wished], dtype=np.int64),
        competes=np.ones(len(wished), dtype=bool),
        seats=np.array(
            [post["seats_batch"] if post["state"] == "published" else 0 for post in offered],
            dtype=np.int64,
        ),
        students=StudentColumns(
            majors,
            [occupations_of(code) for code in majors.values],
            encode_column([frozenset[str](student["skills"]) for student in entrants]),
            encode_column([student["region_code"] or "" for student in entrants]),
        ),
        posts=_post_columns(offered),
        grades=_numbers([student["grade"] for student in entrants]),
        interviews=_numbers(interviews or [None] * len(wished)),
        weights=weights,
        seed=seed,
    )


def _post_columns(offered: Sequence[Row]) -> PostColumns:
    return PostColumns(
        encode_column([tuple[str, ...](post["major_codes"]) for post in offered]),
        encode_column([str(post["occupation_code"] or "") for post in offered]),
        encode_column([frozenset[str](post["skills"]) for post in offered]),
        encode_column([str(post["region_code"] or "") for post in offered]),
    )


def _numbers(values: Sequence[Any]) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def bound_of(market: Market) -> int:
    """Return the most bytes that clearing a round takes, beside scores and the files of it."""
    return bound_run(
        students=len(market.student_ids),
        wishes=market.wishes.size,
        posts=len(market.post_ids),
        seats=int(market.seats.sum()),
        groups=0 if market.caps is None else market.caps.limits.size,
    )


def find_allowed(
    market: Market, entrants: Sequence[Row], offered: Sequence[Row], *, place: Place
) -> NDArray[np.bool_]:
    """Return which wishes the rules allow; each pair of kinds of student and post is judged once.

    A wish was allowed when it was made; a corrected date of birth may refuse it since.
    """
    days = sorted({first_day(post, place) for post in offered})
    own = encode_column([student_kind(student, days) for student in entrants])
    asked = encode_column([post_kind(post) for post in offered])
    owner = np.repeat(np.arange(len(entrants)), np.diff(market.indptr))
    width = max(1, len(asked.values))
    pairs = own.codes[owner] * width + asked.codes[market.wishes]
    _, first, inverse = np.unique(pairs, return_index=True, return_inverse=True)
    judged = zip(owner[first].tolist(), market.wishes[first].tolist(), strict=True)
    allowed = [
        not blocks(check_for_post(entrants[student], offered[post], place))
        for student, post in judged
    ]
    return np.array(allowed, dtype=bool)[inverse]
