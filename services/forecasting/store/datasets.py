"""Datasets, their series and breaks, as stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text, tuple_, update

from services.forecasting.domain.cell import DIMENSIONS, Cell
from services.forecasting.domain.dataset import Break, Dataset
from services.forecasting.store.rows import Row, fetch_all, fetch_one
from services.forecasting.store.tables_observations import breaks, datasets, series
from shared.db.session import Tx


async def add_dataset(tx: Tx, row: Mapping[str, Any]) -> None:
    """Write a dataset."""
    await tx.execute(insert(datasets).values(**row))


async def find_dataset(tx: Tx, dataset_id: UUID) -> Dataset | None:
    """Return a dataset that the caller may see."""
    row = await fetch_one(tx, select(datasets).where(datasets.c.id == dataset_id))
    return _dataset(row) if row else None


async def find_same(tx: Tx, row: Mapping[str, Any]) -> UUID | None:
    """Return the dataset with the same measure, source and frequency of an organisation."""
    same = ("measure", "source", "frequency")
    query = select(datasets.c.id).where(
        datasets.c.org_id.is_not_distinct_from(row["org_id"]),
        *(datasets.c[name] == row[name] for name in same),
    )
    return (await tx.execute(query)).scalar_one_or_none()


async def find_for_measure(tx: Tx, measure: str) -> Dataset | None:
    """Return the dataset that speaks for a measure: forecast, the platform's own, the oldest."""
    query = (
        select(datasets)
        .where(datasets.c.measure == measure, datasets.c.public)
        .order_by(
            datasets.c.current_run_id.is_(None), datasets.c.org_id.is_not(None), datasets.c.id
        )
        .limit(1)
    )
    row = await fetch_one(tx, query)
    return _dataset(row) if row else None


async def list_datasets(
    tx: Tx, *, measure: str | None, after: tuple[Any, ...] | None, limit: int
) -> list[Row]:
    """Return datasets by measure and id, one more than `limit`."""
    query = select(datasets)
    if measure:
        query = query.where(datasets.c.measure == measure)
    if after is not None:
        position = tuple_(datasets.c.measure, datasets.c.id)
        query = query.where(position > tuple_(after[0], UUID(after[1])))
    return await fetch_all(tx, query.order_by(datasets.c.measure, datasets.c.id).limit(limit + 1))


async def keep_current_run(tx: Tx, dataset_id: UUID, run_id: UUID) -> None:
    """Let a run speak for its dataset."""
    await tx.execute(
        update(datasets)
        .where(datasets.c.id == dataset_id)
        .values(current_run_id=run_id, version=datasets.c.version + 1)
    )


def _dataset(row: Row) -> Dataset:
    names = Dataset.__dataclass_fields__
    return Dataset(**{name: row[name] for name in names})


_ADD_SERIES = text(
    "INSERT INTO series (id, dataset_id, org_id, public, region, industry, occupation, major)"
    " SELECT u.id, :dataset_id, CAST(:org_id AS uuid), :public, u.region, u.industry,"
    " u.occupation, u.major"
    " FROM unnest(CAST(:ids AS uuid[]), CAST(:region AS varchar[]), CAST(:industry AS varchar[]),"
    " CAST(:occupation AS varchar[]), CAST(:major AS varchar[]))"
    " AS u(id, region, industry, occupation, major)"
    " ON CONFLICT (dataset_id, region, occupation, industry, major) DO NOTHING"
)
_FIND_SERIES = text(
    "SELECT u.place, s.id FROM unnest(CAST(:region AS varchar[]), CAST(:industry AS varchar[]),"
    " CAST(:occupation AS varchar[]), CAST(:major AS varchar[])) WITH ORDINALITY"
    " AS u(region, industry, occupation, major, place) JOIN series s"
    " ON s.dataset_id = :dataset_id AND s.region = u.region AND s.industry = u.industry"
    " AND s.occupation = u.occupation AND s.major = u.major"
)


def columns_of(cells: Sequence[Cell]) -> dict[str, list[str]]:
    """Return cells as one list per dimension, for a statement that unnests them."""
    return {name: [getattr(cell, name) for cell in cells] for name in DIMENSIONS}


async def add_series(
    tx: Tx, dataset: Dataset, cells: Sequence[Cell], *, ids: Sequence[UUID]
) -> None:
    """Register the cells that are not registered yet."""
    await tx.execute(
        _ADD_SERIES,
        {
            "dataset_id": dataset.id,
            "org_id": dataset.org_id,
            "public": dataset.public,
            "ids": list(ids),
            **columns_of(cells),
        },
    )


async def find_series_ids(tx: Tx, dataset_id: UUID, cells: Sequence[Cell]) -> list[UUID | None]:
    """Return the series of each cell, None where there is none."""
    found: list[UUID | None] = [None] * len(cells)
    told = {"dataset_id": dataset_id, **columns_of(cells)}
    for place, series_id in await tx.execute(_FIND_SERIES, told):
        found[place - 1] = series_id
    return found


async def find_series(tx: Tx, series_id: UUID) -> Row | None:
    """Return one series that the caller may see."""
    return await fetch_one(tx, select(series).where(series.c.id == series_id))


async def list_series(
    tx: Tx,
    dataset_id: UUID,
    *,
    filters: Mapping[str, str],
    after: tuple[Any, ...] | None,
    limit: int,
) -> list[Row]:
    """Return the series of a dataset by their codes, one more than `limit`."""
    key = (series.c.region, series.c.occupation, series.c.industry, series.c.major)
    query = select(series).where(series.c.dataset_id == dataset_id)
    query = query.where(*(series.c[name] == code for name, code in filters.items()))
    if after is not None:
        query = query.where(tuple_(*key) > tuple_(*after))
    return await fetch_all(tx, query.order_by(*key).limit(limit + 1))


async def add_break(tx: Tx, row: Mapping[str, Any]) -> None:
    """Write a break."""
    await tx.execute(insert(breaks).values(**row))


async def list_break_rows(tx: Tx, dataset_id: UUID) -> list[Row]:
    """Return the breaks of a dataset, the oldest period first."""
    query = select(breaks).where(breaks.c.dataset_id == dataset_id)
    return await fetch_all(tx, query.order_by(breaks.c.period, breaks.c.id))


async def list_breaks(tx: Tx, dataset_id: UUID, *, until: Any = None) -> list[Break]:
    """Return the breaks of a dataset that were recorded by some moment."""
    return [
        Break(
            period=row["period"],
            kind=row["kind"],
            unit_before=row["unit_before"],
            factor=row["factor"],
            series_id=row["series_id"],
        )
        for row in await list_break_rows(tx, dataset_id)
        if until is None or row["recorded_at"] <= until
    ]
