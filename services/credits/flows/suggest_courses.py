"""Suggested courses for an outcome: the school's catalogue, the peers' memory, the reasons."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from typing import Any
from uuid import UUID

from services.credits.engine.suggesting import Described, Remembered, Suggester, Suggestion
from services.credits.flows.credit_desk import CreditDesk
from services.credits.store import equivalences
from services.credits.store.courses import list_current
from services.credits.store.rows import Row
from services.credits.store.tables_rules import courses


class SuggesterShelf:
    """The suggesters of the schools that asked last.

    A school's first question after a change of its catalogue builds one: some seconds for 10,000
    courses, in a thread, so that others are served meanwhile.
    """

    def __init__(self, *, kept_max: int = 8) -> None:
        self._kept_max = kept_max
        self._kept: OrderedDict[UUID, tuple[str, Suggester]] = OrderedDict()

    async def suggester_of(
        self, school_id: UUID, catalogue: list[Described], memory: list[Remembered]
    ) -> Suggester:
        """Return the suggester over this catalogue and memory, built where they have changed."""
        state = hashlib.sha256(repr((catalogue, memory)).encode()).hexdigest()
        held = self._kept.get(school_id)
        if held is None or held[0] != state:
            held = (state, await asyncio.to_thread(Suggester, catalogue, memory))
        self._kept[school_id] = held
        self._kept.move_to_end(school_id)
        while len(self._kept) > self._kept_max:
            self._kept.popitem(last=False)
        return held[1]


async def suggest_courses(
    desk: CreditDesk, outcome: Row, *, shelf: SuggesterShelf, top: int
) -> list[tuple[Row, Suggestion]]:
    """Return courses that the outcome may cover, each with what speaks for it."""
    catalogue = await list_current(desk.tx, courses, desk.school_id)
    pairs = await equivalences.list_memory(desk.tx, without=desk.school_id, on=desk.today)
    by_code: dict[str, Row] = {row["code"]: row for row in catalogue}
    suggester = await shelf.suggester_of(
        desk.school_id,
        [_described(row, row["code"]) for row in catalogue],
        [Remembered(*pair) for pair in pairs],
    )
    asked = _described(outcome, str(outcome["id"]))
    found = await asyncio.to_thread(suggester.suggest, asked, top=top)
    return [(by_code[each.course], each) for each in found]


def _described(row: dict[str, Any], name: str) -> Described:
    words = " ".join([*row["competencies"], row["description"]]).strip()
    return Described(name, row["title"], words, row["credits_hundredths"])
