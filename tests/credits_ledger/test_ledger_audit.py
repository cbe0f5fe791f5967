"""The audit from public data finds whatever a superuser has changed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from benchmarks.credits.tampering import COLUMNS, TABLES, change, unlock
from services.credits.domain.ledger import Hold, Limit
from services.credits.domain.ledger_audit import Report, audit, read_keys
from services.credits.flows import keep_ledger
from services.credits.flows.export_ledger import export
from services.credits.store import ledger_tree
from services.credits.store.ledger_rows import compare_rows
from shared.db.cluster import RoomDatabase
from shared.db.session import Database
from tests.credits_ledger.conftest import NOW, ONLINE, SECRET, School, sequence_all


@dataclass
class Memory:
    """Public data that lies nowhere."""

    kept: dict[str, bytes] = field(default_factory=dict)

    def read(self, path: str) -> bytes | None:
        return self.kept.get(path)

    def write(self, path: str, content: bytes) -> None:
        self.kept[path] = content


@pytest.fixture(scope="session")
async def superuser(admin_dsn: str, databases: dict[str, RoomDatabase]) -> AsyncIterator[Any]:
    """Transactions that no wall and no trigger stops."""
    name = databases["credits"].app_dsn.database
    url = admin_dsn.replace("postgresql://", "postgresql+asyncpg://", 1)
    engine = create_async_engine(url.replace("/postgres?", f"/{name}?"))
    yield engine
    await engine.dispose()


@pytest.fixture(scope="session")
async def filled(database: Database) -> School:
    """A school whose ledger knows every kind of transaction."""
    school = School(database)
    async with school.begin() as tx:
        made = await keep_ledger.post(
            tx, [school.posting(claims=[f"o:{n}"], limits=[ONLINE]) for n in range(3)], now=NOW
        )
        holds = [Hold(ONLINE.label, 100, 800)]
        held = await keep_ledger.reserve(
            tx, [school.reserve(f"r:{n}", holds=holds) for n in range(2)], now=NOW
        )
    async with school.begin() as tx:
        await keep_ledger.reverse(tx, school.id, made[0].id, key="r", reason="x", now=NOW)
        await keep_ledger.release(tx, school.id, held[0].id, key="w", reason="x", now=NOW)
    await sequence_all(database)
    return school


@pytest.fixture
async def sealed(filled: School) -> School:
    """That school, with every row that any test has left in the tree."""
    await sequence_all(filled.database)
    return filled


async def audit_as_now(tx: AsyncConnection, **more: Any) -> Report:
    memory = Memory()
    await export(tx, memory.write, secret=SECRET)
    return audit(memory, read_keys(memory.kept["keys.json"]), **more)


async def test_an_untouched_ledger_is_found_whole(filled: School, superuser: Any) -> None:
    async with superuser.begin() as tx:
        report = await audit_as_now(tx)
    assert report.findings == []
    assert report.size > 6
    assert report.checkpoints >= 1


async def test_a_cap_changed_twice_before_its_leaves_is_as_it_was_opened_last(
    database: Database, superuser: Any
) -> None:
    schools = [School(database) for _ in range(8)]
    for school, cap in product(schools, (800, 700, 900, 600)):
        async with school.begin() as tx:
            posting = school.posting(credits_centi=1, limits=[Limit(ONLINE.label, cap)])
            await keep_ledger.post(tx, [posting], now=NOW)
    async with superuser.begin() as tx:
        findings = await compare_rows(tx, limit=1_000)
    assert [each for each in findings if "as it was opened" in each] == []


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=lambda name: name)
async def test_a_row_that_a_superuser_has_changed_is_found(
    sealed: School, superuser: Any, table: str, column: str
) -> None:
    async with superuser.connect() as tx:
        await change(tx, table, column)
        report = await audit_as_now(tx)
        await tx.rollback()
    assert report.findings


@pytest.mark.parametrize("table", sorted(TABLES))
async def test_a_row_that_a_superuser_has_removed_is_found(
    sealed: School, superuser: Any, table: str
) -> None:
    async with superuser.connect() as tx:
        kept = await ledger_tree.read_checkpoint(tx)
        await unlock(tx)
        await tx.execute(text(f"DELETE FROM {table} WHERE ctid = (SELECT max(ctid) FROM {table})"))
        report = await audit_as_now(tx, known=[kept["note"]])
        await tx.rollback()
    assert report.findings


async def test_a_log_that_was_cut_off_is_found_by_who_has_kept_a_checkpoint(
    filled: School, superuser: Any, database: Database
) -> None:
    async with filled.begin() as tx:
        await keep_ledger.post(tx, [filled.posting()], now=NOW)
    await sequence_all(database)
    async with superuser.connect() as tx:
        kept = await ledger_tree.read_checkpoint(tx)
        sizes = [row["size"] for row in await ledger_tree.list_checkpoints(tx, after=0, limit=900)]
        old = sizes[-2]
        await unlock(tx)
        behind = f"USING ledger_leaves l WHERE l.transaction_id = t.id AND l.seq >= {old}"
        for statement in (
            f"DELETE FROM ledger_transactions t {behind}",
            f"DELETE FROM ledger_leaves WHERE seq >= {old}",
            f"DELETE FROM ledger_checkpoints WHERE size > {old}",
            f"UPDATE ledger_head SET size = {old}",
        ):
            await tx.execute(text(statement))
        report = await audit_as_now(tx, known=[kept["note"]])
        await tx.rollback()
    assert any("is kept" in finding for finding in report.findings)


async def test_another_logs_checkpoint_is_not_taken_for_a_kept_one(
    filled: School, superuser: Any
) -> None:
    async with superuser.connect() as tx:
        kept = await ledger_tree.read_checkpoint(tx)
        note = kept["note"].replace(kept["note"].split("\n")[0], "other.example")
        report = await audit_as_now(tx, known=[note])
    assert report.findings


async def test_public_data_say_nothing_of_anyone(filled: School, superuser: Any) -> None:
    memory = Memory()
    async with superuser.connect() as tx:
        await export(tx, memory.write, secret=SECRET)
    everything = b"".join(memory.kept.values())
    for secret in (filled.student, str(filled.id), str(filled.subject), "competition", "2026:on"):
        assert secret.encode() not in everything
