"""Rulebooks of a school: drafted, checked, compared, put in force, asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from services.credits.domain.rule_check import (
    CheckFinding,
    StandardTerms,
    blocking,
    check_rulebook,
)
from services.credits.domain.rule_engine import CompiledRulebook
from services.credits.domain.rule_errors import (
    RulebookBlockedError,
    RulebookMissingError,
    RulebookNotDraftError,
    RulebookNotFoundError,
)
from services.credits.domain.rulebook import read_rulebook
from services.credits.domain.standard import (
    OWN_TERMS,
    NotAMemberError,
    StandardState,
    StandardStateError,
    read_terms,
)
from services.credits.flows.keep_standards import is_member, load_standard
from services.credits.store.rows import Row, add_row, change_row, fetch_all, find_row
from services.credits.store.tables_rules import rulebooks
from shared.db.session import Tx
from shared.events.audit import record
from shared.http.caller import Caller
from shared.http.versions import expect_version
from shared.kernel.clock import china_day
from shared.kernel.errors import Fault
from shared.kernel.ids import new_id


async def draft_rulebook(
    tx: Tx, caller: Caller, school_id: UUID, values: Mapping[str, Any], *, now: datetime
) -> Row:
    """Write the next version of the school's rulebook as a draft."""
    book = read_rulebook(values["content"])
    await terms_of(tx, school_id, values["standard_id"], on=china_day(now))
    query = select(func.coalesce(func.max(rulebooks.c.number), 0))
    last = (await tx.execute(query.where(rulebooks.c.school_id == school_id))).scalar_one()
    row: dict[str, Any] = {
        **values,
        "id": new_id(),
        "school_id": school_id,
        "number": last + 1,
        "digest": book.digest,
        "state": "draft",
    }
    await record(tx, caller, "rulebook.drafted", subject_id=row["id"])
    return await add_row(tx, rulebooks, row)


async def load_rulebook(
    tx: Tx, rulebook_id: UUID, *, school_id: UUID | None = None, lock: bool = False
) -> Row:
    """Return a version; another school's draft is not found, nor its others where it shall be."""
    found = await find_row(tx, rulebooks, rulebooks.c.id == rulebook_id, lock=lock)
    if found is None or (school_id is not None and found["school_id"] != school_id):
        raise RulebookNotFoundError(rulebook_id=str(rulebook_id))
    return found


async def change_rulebook(
    tx: Tx, caller: Caller, book: Row, changes: Mapping[str, Any], *, seen: int, now: datetime
) -> Row:
    """Change a draft; a version that was in force never changes."""
    expect_version(seen=seen, current=book["version"])
    if book["state"] != "draft":
        raise RulebookNotDraftError
    changed = {**book, **changes}
    await terms_of(tx, book["school_id"], changed["standard_id"], on=china_day(now))
    values = {**changes, "digest": read_rulebook(changed["content"]).digest}
    await record(tx, caller, "rulebook.changed", subject_id=book["id"])
    return await change_row(tx, rulebooks, book["id"], values)


async def terms_of(tx: Tx, school_id: UUID, standard_id: UUID | None, *, on: date) -> StandardTerms:
    """Return what the standard demands of a school that belongs to its alliance."""
    if standard_id is None:
        return OWN_TERMS
    standard = await load_standard(tx, standard_id)
    if standard["state"] not in {StandardState.IN_FORCE, StandardState.SUPERSEDED}:
        raise StandardStateError(state=standard["state"], needs=StandardState.IN_FORCE.value)
    if not await is_member(tx, standard["alliance_id"], school_id, on=on):
        raise NotAMemberError
    return read_terms(standard["content"])


async def check_content(
    tx: Tx, school_id: UUID, *, content: Mapping[str, Any], standard_id: UUID | None, on: date
) -> list[CheckFinding]:
    """Return what the checker finds in a rulebook's content."""
    terms = await terms_of(tx, school_id, standard_id, on=on)
    return check_rulebook(read_rulebook(content), terms)


async def put_rulebook_in_force(
    tx: Tx, caller: Caller, book: Row, *, seen: int, now: datetime
) -> Row:
    """Let a checked draft take effect; the version before ends the day before."""
    expect_version(seen=seen, current=book["version"])
    if book["state"] != "draft":
        raise RulebookNotDraftError
    findings = await check_content(
        tx,
        book["school_id"],
        content=book["content"],
        standard_id=book["standard_id"],
        on=china_day(now),
    )
    if blocked := blocking(findings):
        faults = [Fault(each.code, each.text, pointer="/content/rules") for each in blocked]
        raise RulebookBlockedError(faults=faults)
    await _supersede(tx, book)
    await record(tx, caller, "rulebook.in_force", subject_id=book["id"])
    changes = {"state": "in_force", "put_in_force_by": caller.subject, "in_force_at": now}
    return await change_row(tx, rulebooks, book["id"], changes)


async def _supersede(tx: Tx, book: Row) -> None:
    table = rulebooks.c
    before = await find_row(
        tx,
        rulebooks,
        table.school_id == book["school_id"],
        table.state == "in_force",
        lock=True,
    )
    if before is not None:
        await change_row(tx, rulebooks, before["id"], {"state": "superseded"})


async def rulebook_on(tx: Tx, school_id: UUID, on: date) -> Row:
    """Return the school's rulebook of a day: the newest that was put in force and covers it."""
    table = rulebooks.c
    query = (
        select(rulebooks)
        .where(
            table.school_id == school_id,
            table.state.in_(("in_force", "superseded")),
            table.valid_from <= on,
            or_(table.valid_to.is_(None), table.valid_to >= on),
        )
        .order_by(table.number.desc())
        .limit(1)
    )
    found = await fetch_all(tx, query)
    if not found:
        raise RulebookMissingError(on=on.isoformat())
    return found[0]


@lru_cache(maxsize=128)
def _compiled(digest: str, content: _Content) -> CompiledRulebook:
    compiled = CompiledRulebook(read_rulebook(content.value))
    assert compiled.book.digest == digest, "a version's digest is over its content"
    return compiled


class _Content:
    """A rulebook's content as a key that is equal for every reading of the same version."""

    def __init__(self, value: Mapping[str, Any]) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Content)

    def __hash__(self) -> int:
        return 0


def compile_row(book: Mapping[str, Any]) -> CompiledRulebook:
    """Return a stored version ready to decide; versions are kept compiled by their digest."""
    return _compiled(book["digest"], _Content(book["content"]))
