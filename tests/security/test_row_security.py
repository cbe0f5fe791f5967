"""Every table behind its wall: raw SQL as the app role, generated from the databases."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.settings import ROOMS
from shared.db.session import PLATFORM, Database, Scope
from tests.security.scene import Scene

# What is public by decision, by the rows that everybody may read.
PUBLIC_ROWS = {
    "posts": "state <> 'draft'",
    "hosts": "state = 'approved'",
    "batch_posts": "true",
    "public_rounds": "true",  # salted ids alone: whoever likes checks them
    # The labour market as it is published: standards, runs, warnings, catalogues, releases.
    **dict.fromkeys(
        (
            "competency_standards",
            "standard_links",
            "committees",
            "major_projects",
            "releases",
            "release_cells",
            "gap_runs",
            "supplies",
            "gaps",
            "alerts",
            "alert_trials",
        ),
        "true",
    ),
    "standard_editions": "state <> 'draft'",
    "quality_reports": "state = 'published'",
    "shortage_catalogues": "state = 'published'",
    "shortage_entries": "EXISTS (SELECT 1 FROM shortage_catalogues c"
    " WHERE c.id = catalogue_id AND c.state = 'published')",
    "major_advice": "state = 'published'",
    # What is counted and forecast is published by dataset; a school's own numbers are not.
    **dict.fromkeys(
        (
            "datasets",
            "series",
            "observation_batches",
            "observations",
            "series_breaks",
            "forecast_runs",
            "forecasts",
            "histories",
            "backtests",
            "forecast_submissions",
            "submitted_forecasts",
        ),
        "public",
    ),
    "crosswalks": "true",
    # The board: what is published, and what was when it closed.
    "notices": "state IN ('published', 'closed') AND published_at IS NOT NULL",
    # Public keys, and whom an alliance trusts: what verifies credentials hides from nobody.
    "issuer_keys": "true",
    "trust_lists": "true",
    "trust_signatures": "true",
    # An alliance, what it has agreed on, the rules that schools decide by, the national register.
    **dict.fromkeys(("alliance_members", "standard_signatures", "certificate_pilots"), "true"),
    **dict.fromkeys(("credit_standards", "rulebooks"), "state <> 'draft'"),
}
# What every caller of ours may read beside that; a connection without a caller may not.
CALLERS_ROWS = {
    "organisations": "true",
    "sites": "true",
    "audit_head": "true",
    # The public data of the log: hashes, signatures, keys, and not one word of a transaction.
    **dict.fromkeys(
        (
            "ledger_leaves",
            "ledger_tiles",
            "ledger_checkpoints",
            "ledger_head",
            "ledger_cosignatures",
            "ledger_witnesses",
            "ledger_logs",
        ),
        "true",
    ),
}
# Everybody's acts are written into these; nobody but the platform changes what is written.
OPEN_TO_ADD = {"outbox", "audit"}
REFUSED = "42501"

_TABLES = text(
    "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AS walled"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')"
    " AND c.relname <> 'alembic_version' AND c.relname NOT LIKE 'pgqueuer%' ORDER BY 1"
)


def _database(scene: Scene, room: str) -> Database:
    return scene.house.rooms[room].parts.database


async def _tables(scene: Scene, room: str) -> dict[str, bool]:
    async with _database(scene, room).begin(PLATFORM) as tx:
        return {row.relname: row.walled for row in await tx.execute(_TABLES)}


@asynccontextmanager
async def _trying(scene: Scene, room: str, scope: Scope | None) -> AsyncGenerator[AsyncConnection]:
    """Open a transaction as `scope`, or as nobody at all, and take back what it did."""
    async with _database(scene, room).engine.connect() as connection:
        await connection.begin()
        if scope is not None:
            for name, value in (
                ("org", scope.org_id or ""),
                ("subject", scope.subject or ""),
                ("reach", scope.reach),
            ):
                setting = text("SELECT set_config(:name, :value, true)")
                await connection.execute(setting, {"name": f"app.{name}", "value": str(value)})
        yield connection
        await connection.rollback()


def _stranger() -> Scope:
    return Scope(org_id=uuid4(), subject=uuid4())


async def _refusal(connection: AsyncConnection, statement: str) -> str | int:
    """Return the SQLSTATE of a refused write, or how many rows it changed."""
    try:
        async with connection.begin_nested():
            return (await connection.execute(text(statement))).rowcount
    except DBAPIError as error:
        return str(getattr(error.orig, "sqlstate", error))


@pytest.mark.parametrize("room", ROOMS)
async def test_every_table_has_its_wall_and_the_app_cannot_step_over_it(
    scene: Scene, room: str
) -> None:
    tables = await _tables(scene, room)
    assert len(tables) > 7
    assert [name for name, walled in tables.items() if not walled] == []
    role = text(
        "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles"
        " WHERE rolname = current_user"
    )
    owned = text("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
    async with _database(scene, room).begin(PLATFORM) as tx:
        assert await tx.scalar(role) is False
        assert await tx.scalar(owned) == 0


@pytest.mark.parametrize("room", ROOMS)
async def test_a_stranger_and_nobody_read_public_rows_only(scene: Scene, room: str) -> None:
    seen: list[str] = []
    for scope in (None, Scope(), _stranger()):
        public = PUBLIC_ROWS if scope is None else {**PUBLIC_ROWS, **CALLERS_ROWS}
        async with _trying(scene, room, scope) as connection:
            for table in await _tables(scene, room):
                rows = f"SELECT count(*) FROM {table} WHERE NOT ({public.get(table, 'false')})"
                count = await connection.scalar(text(rows))
                seen += [f"{scope}: {table}: {count}"] if count else []
    assert "\n".join(seen) == ""


@pytest.mark.parametrize("room", ROOMS)
async def test_most_tables_have_rows_that_could_be_seen(scene: Scene, room: str) -> None:
    full = 0
    tables = await _tables(scene, room)
    async with _database(scene, room).begin(PLATFORM) as tx:
        for table in tables:
            full += bool(await tx.scalar(text(f"SELECT count(*) FROM {table}")))
    assert full > 0.6 * len(tables)


@pytest.mark.parametrize("reach", ["own", "authority"])
@pytest.mark.parametrize("room", ROOMS)
async def test_a_stranger_changes_and_removes_no_row(scene: Scene, room: str, reach: str) -> None:
    changed: list[str] = []
    scope = Scope(org_id=uuid4(), subject=uuid4(), reach=reach)  # type: ignore[arg-type]
    async with _trying(scene, room, scope) as connection:
        for table in await _tables(scene, room):
            column = await _first_column(connection, table)
            for statement in (
                f"DELETE FROM {table}",
                f"UPDATE {table} SET {column} = {column}",
                f"TRUNCATE {table}",
            ):
                found = await _refusal(connection, statement)
                if found not in {0, REFUSED} and not _known(table, statement, reach):
                    changed.append(f"{statement}: {found}")
    assert changed == []


def _known(table: str, statement: str, reach: str) -> bool:
    # Whoever acts moves the head of the audit chain; a reviewer decides and marks.
    if statement.startswith("UPDATE") and table == "audit_head":
        return True
    decided = {"organisations", "verifications"}
    return statement.startswith("UPDATE") and reach == "authority" and table in decided


async def _first_column(connection: AsyncConnection, table: str) -> str:
    query = text(
        "SELECT attname FROM pg_attribute WHERE attrelid = CAST(:name AS regclass)"
        " AND attnum > 0 AND attidentity = '' AND NOT attisdropped ORDER BY attnum LIMIT 1"
    )
    return str(await connection.scalar(query, {"name": table}))


@pytest.mark.parametrize("room", ROOMS)
async def test_a_stranger_adds_no_row_in_anothers_name(scene: Scene, room: str) -> None:
    added: list[str] = []
    tables = await _tables(scene, room)
    for table in tables.keys() - OPEN_TO_ADD:
        async with _database(scene, room).begin(PLATFORM) as tx:
            row = await tx.scalar(text(f"SELECT to_jsonb(t) FROM {table} t LIMIT 1"))
        if row is None:
            continue
        async with _trying(scene, room, _stranger()) as connection:
            statement = text(
                f"INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table},"
                " CAST(:row AS jsonb))"
            )
            try:
                async with connection.begin_nested():
                    await connection.execute(statement, {"row": _json(row)})
                    added.append(table)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) != REFUSED:
                    added.append(f"{table}: {error.orig}")
    assert added == []


def _json(row: object) -> str:

    return json.dumps(row)


async def test_an_enterprise_reads_placements_with_consent_only(scene: Scene) -> None:

    scope = Scope(org_id=UUID(scene.a.enterprise))
    async with _database(scene, "internships").begin(scope) as tx:
        without = "share_consented_at IS NULL OR state IN ('proposed', 'declined', 'expired')"
        count = await tx.scalar(text("SELECT count(*) FROM placements"))
        hidden = await tx.scalar(text(f"SELECT count(*) FROM placements WHERE {without}"))
        rosters = await tx.scalar(text("SELECT count(*) FROM students"))
    assert count > 0
    assert (hidden, rosters) == (0, 0)
