"""A solved round read back as arrays: for what-ifs, odds and the check of a change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

import numpy as np

from services.internships.domain.clearing_rules import rules_of
from services.internships.engine.caps import build_intern_caps
from services.internships.engine.stored_round import StoredRound
from services.internships.flows.cap_interns import call_nodes, load_caps
from services.internships.flows.keep_rules import Kept, engine_rules
from services.internships.store import batches, round_tables
from services.internships.store.rows import Row
from shared.db.session import Tx


@dataclass(frozen=True, slots=True)
class Solved:
    """A solved round with its rows: students and posts in the order of the arrays."""

    batch: Row
    results: Sequence[Row]
    posts: Sequence[Row]
    market: StoredRound

    def row_of(self, student_id: UUID) -> int | None:
        """Return the row of a student, None where the student took no part."""
        rows = (at for at, row in enumerate(self.results) if row["student_id"] == student_id)
        return next(rows, None)

    def post_of(self, post_id: UUID) -> int | None:
        """Return the number of a post, None where the round does not offer it."""
        rows = (at for at, row in enumerate(self.posts) if row["id"] == post_id)
        return next(rows, None)


async def load_solved(tx: Tx, found: Row, *, on: date) -> Solved:
    """Read a solved round back."""
    batch = await batches.find_batch(tx, found["batch_id"])
    assert batch is not None, "a batch is never removed"
    results = await round_tables.load_results(tx, found["id"])
    posts = await round_tables.load_seats(tx, found["id"])
    rules = rules_of(found["rules"])
    terms = await load_caps(tx, batch, posts, rules=rules, on=on)
    caps = build_intern_caps(terms) if terms else None
    entrants = [{**row, "id": row["student_id"]} for row in results]
    kept = {
        row["student_id"]: Kept(row["kept_post_id"], row["kept_choice"])
        for row in results
        if row["kept_choice"] is not None
    }
    places = {post["id"]: at for at, post in enumerate(posts)}
    wished = [places[post] for row in results for post in row["wish_post_ids"]]
    lengths = [len(row["wish_post_ids"]) for row in results]
    ruled = engine_rules(rules, entrants, posts, kept=kept or None)
    market = StoredRound(
        indptr=np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64),
        wishes=np.array(wished, dtype=np.int64),
        keys=np.array([key for row in results for key in row["wish_scores"]], dtype=np.int64),
        seats=np.array([post["seats"] for post in posts], dtype=np.int64),
        lottery=np.array([row["lottery"] for row in results], dtype=np.int64),
        caps=caps if caps is not None and caps.hard.any() else None,
        rules=replace(ruled, names=call_nodes(posts, caps)),
    )
    return Solved(batch, results, posts, market)
