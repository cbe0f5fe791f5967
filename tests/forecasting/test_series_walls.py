"""The walls around observations and forecasts in the database itself."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import text

from shared.db.session import ANYONE, PLATFORM, Scope
from tests.forecasting.conftest import ForecastingRoom
from tests.forecasting.series_files import filled, run_now

TABLES = (
    "datasets",
    "series",
    "observation_batches",
    "observations",
    "forecast_runs",
    "forecasts",
    "histories",
)


async def test_rows_of_an_unpublished_dataset_are_seen_by_owner_and_authorities_only(
    working: ForecastingRoom,
) -> None:
    analyst = working.authority()
    told = await filled(working, analyst, public=False)
    await run_now(working, analyst, told)
    stranger = Scope(org_id=uuid4(), subject=uuid4())
    for scope in (ANYONE, stranger):
        async with working.database.begin(scope) as tx:
            for table in TABLES:
                hidden = await tx.scalar(text(f"SELECT count(*) FROM {table} WHERE NOT public"))
                assert hidden == 0, table
            assert await tx.scalar(text("SELECT count(*) FROM own_facts")) == 0
    watching = Scope(org_id=uuid4(), subject=uuid4(), reach="authority")
    async with working.database.begin(watching) as tx:
        for table in TABLES:
            assert await tx.scalar(text(f"SELECT count(*) FROM {table} WHERE NOT public"))
            column = "public"
            changed = await tx.execute(text(f"UPDATE {table} SET {column} = {column}"))
            assert changed.rowcount == 0, table


async def test_what_is_written_bears_its_owner_and_its_audience(working: ForecastingRoom) -> None:
    analyst = working.authority()
    told = await filled(working, analyst)
    await run_now(working, analyst, told)
    async with working.database.begin(PLATFORM) as tx:
        odd = await tx.scalar(
            text(
                "SELECT count(*) FROM observations o JOIN series s ON s.id = o.series_id"
                " JOIN datasets d ON d.id = s.dataset_id"
                " WHERE (o.org_id, o.public) IS DISTINCT FROM (d.org_id, d.public)"
                " OR (s.org_id, s.public) IS DISTINCT FROM (d.org_id, d.public)"
            )
        )
        far = await tx.scalar(
            text(
                "SELECT count(*) FROM forecasts f JOIN forecast_runs r ON r.id = f.run_id"
                " JOIN datasets d ON d.id = r.dataset_id"
                " WHERE (f.org_id, f.public) IS DISTINCT FROM (d.org_id, d.public)"
            )
        )
    assert (odd, far) == (0, 0)
