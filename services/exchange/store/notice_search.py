"""Search over notices: filters, words, pages, counts; what waits for registration."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, literal, or_, select, tuple_

from services.exchange.domain.notice import Notice
from services.exchange.domain.notice_search import Sought
from services.exchange.store.notices import COLUMNS, notice_of
from services.exchange.store.tables import notices
from shared.db.search import (
    by_codes,
    by_words,
    code_facets,
    count_values,
    most_common,
    position_of,
)
from shared.db.session import Tx
from shared.policies.jurisdiction import region_prefix

_N = notices.c


async def search(
    tx: Tx, sought: Sought, *, after: tuple[Any, ...] | None, limit: int
) -> list[Notice]:
    """Return notices, the newest first, one more than `limit`."""
    moment = _order_column(sought)
    query = select(*COLUMNS).where(*conditions(sought)).order_by(moment.desc(), _N.id.desc())
    if after is not None:
        query = query.where(tuple_(moment, _N.id) < position_of(after))
    return [notice_of(row) for row in (await tx.execute(query.limit(limit + 1))).mappings()]


def order_key(sought: Sought, notice: Notice) -> tuple[Any, ...]:
    """Return the key by which `search` orders a notice."""
    moment = notice.published_at if sought.open_on else notice.created_at
    assert moment is not None, "a published notice has the moment of its publication"
    return (moment.isoformat(), notice.id)


def _order_column(sought: Sought) -> ColumnElement[Any]:
    return _N.published_at if sought.open_on else _N.created_at


def conditions(sought: Sought) -> list[ColumnElement[bool]]:
    """Return the SQL of a search's filters."""
    asked: list[ColumnElement[bool]] = []
    if sought.open_on is not None:
        asked += is_open(sought.open_on)
    if sought.words.strip():
        asked.append(by_words(_N, sought.words))
    exact = (("side", _N.side), ("kind", _N.kind), ("org_id", _N.org_id), ("state", _N.state))
    asked += [column == wanted for name, column in exact if (wanted := getattr(sought, name))]
    return [*asked, *by_codes(_N, sought)]


def is_open(today: date) -> list[ColumnElement[bool]]:
    """Return the SQL of `Notice.is_open`: published, its last day not past."""
    last_day = func.coalesce(_N.closes_on, _N.end_on)
    # Written out, so that a prepared statement still sees that the index of the newest holds it.
    published = literal("published", literal_execute=True)
    return [_N.state == published, or_(last_day.is_(None), last_day >= today)]


async def count_facets(tx: Tx, sought: Sought) -> tuple[int, dict[str, list[tuple[str, int]]]]:
    """Return how many notices a search finds, and per facet its values with their counts."""
    kept = (_N.side, _N.kind, _N.region_code, _N.industry_code, _N.occupation_code)
    hits = select(_N.id, _N.major_codes, *kept).where(*conditions(sought)).cte("hits")
    facets = {"side": hits.c.side, "kind": hits.c.kind, **code_facets(hits, sought)}
    found, counts = await count_values(tx, hits, facets, sought)
    return found, {name: most_common(values) for name, values in counts.items()}


async def list_submitted(
    tx: Tx, region_code: str, *, after: tuple[Any, ...] | None, limit: int
) -> list[Notice]:
    """Return what waits for registration in a region, the oldest first, one more than `limit`."""
    query = (
        select(*COLUMNS)
        .where(
            _N.state == "submitted",
            _N.region_code.startswith(region_prefix(region_code), autoescape=True),
        )
        .order_by(_N.submitted_at, _N.id)
    )
    if after is not None:
        query = query.where(tuple_(_N.submitted_at, _N.id) > position_of(after))
    return [notice_of(row) for row in (await tx.execute(query.limit(limit + 1))).mappings()]


def submitted_key(notice: Notice) -> tuple[Any, ...]:
    """Return the key by which `list_submitted` orders a notice."""
    assert notice.submitted_at is not None, "a submitted notice has the moment of its submission"
    return (notice.submitted_at.isoformat(), notice.id)
