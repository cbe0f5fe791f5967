"""Search over posts: filters, words by the index of terms, pages, and counts per facet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Numeric,
    String,
    case,
    cast,
    func,
    select,
    tuple_,
)

from services.internships.domain.post import Post
from services.internships.domain.post_search import PAY_BUCKETS_FEN, SEAT_BUCKETS, Sought
from services.internships.store.posts import COLUMNS, SEATS_LEFT, post_of
from services.internships.store.tables_posts import posts
from shared.db.search import (
    by_codes,
    by_words,
    code_facets,
    count_values,
    most_common,
    position_of,
)
from shared.db.session import Tx

_P = posts.c
# A month has 52/12 weeks; where the days a week are not declared, five are taken for the order.
PAY_MONTH: ColumnElement[Any] = func.coalesce(
    cast(_P.pay_fen_month, Numeric),
    cast(_P.pay_fen_day, Numeric) * func.coalesce(_P.days_week, 5) * 52 / 12,
)


async def search(
    tx: Tx, sought: Sought, *, after: tuple[Any, ...] | None, limit: int
) -> list[Post]:
    """Return posts, the newest first, one more than `limit`."""
    moment = _order_column(sought)
    query = select(*COLUMNS).where(*conditions(sought)).order_by(moment.desc(), _P.id.desc())
    if after is not None:
        query = query.where(tuple_(moment, _P.id) < position_of(after))
    rows = (await tx.execute(query.limit(limit + 1))).mappings()
    return [post_of(row) for row in rows]


def order_key(sought: Sought, post: Post) -> tuple[Any, ...]:
    """Return the key by which `search` orders a post."""
    moment = post.published_at if sought.state == "published" else post.created_at
    assert moment is not None, "a published post has the moment of its publication"
    return (moment.isoformat(), post.id)


def _order_column(sought: Sought) -> ColumnElement[Any]:
    return _P.published_at if sought.state == "published" else _P.created_at


def conditions(sought: Sought) -> list[ColumnElement[bool]]:
    """Return the SQL of a search's filters."""
    asked: list[ColumnElement[bool]] = [_P.state == sought.state] if sought.state else []
    asked += [by_words(_P, sought.words)] if sought.words.strip() else []
    asked += by_codes(_P, sought)
    exact = (("kind", _P.kind), ("level", _P.report_level), ("org_id", _P.org_id))
    asked += [column == wanted for name, column in exact if (wanted := getattr(sought, name))]
    asked += _by_amounts(sought)
    return asked


def _by_amounts(sought: Sought) -> list[ColumnElement[bool]]:
    least: tuple[tuple[ColumnElement[Any], Any], ...] = (
        (PAY_MONTH, sought.pay_fen_month_min),
        (_P.start_on, sought.start_from),
        (SEATS_LEFT, sought.seats_left_min),
    )
    most: tuple[tuple[ColumnElement[Any], Any], ...] = (
        (PAY_MONTH, sought.pay_fen_month_max),
        (_P.days_week, sought.days_week_max),
        (_P.start_on, sought.start_until),
        (_P.end_on, sought.end_until),
    )
    return [
        *(column >= bound for column, bound in least if bound is not None),
        *(column <= bound for column, bound in most if bound is not None),
    ]


async def count_facets(tx: Tx, sought: Sought) -> tuple[int, dict[str, list[tuple[str, int]]]]:
    """Return how many posts a search finds, and per facet its values with their counts."""
    hits = _hits(sought)
    found, counts = await count_values(tx, hits, _values(hits, sought), sought)
    return found, {name: _ordered(name, values) for name, values in counts.items()}


def _hits(sought: Sought) -> CTE:
    return (
        select(
            _P.id,
            _P.region_code,
            _P.industry_code,
            _P.occupation_code,
            _P.major_codes,
            _P.kind,
            _P.report_level,
            _P.days_week,
            PAY_MONTH.label("pay_month"),
            SEATS_LEFT.label("seats_left"),
        )
        .where(*conditions(sought))
        .cte("hits")
    )


def _values(hits: CTE, sought: Sought) -> dict[str, ColumnElement[Any]]:
    return {
        **code_facets(hits, sought),
        "kind": hits.c.kind,
        "level": hits.c.report_level,
        "pay": _bucket(hits.c.pay_month, PAY_BUCKETS_FEN, missing="none"),
        "days": cast(func.trim_scale(hits.c.days_week), String),
        "seats": _bucket(hits.c.seats_left, SEAT_BUCKETS, missing="0"),
    }


def _bucket(
    column: ColumnElement[Any], bounds: Sequence[int], *, missing: str
) -> ColumnElement[str]:
    falling = [(column >= bound, str(bound)) for bound in reversed(bounds)]
    return case(*falling, else_=missing)


def _ordered(name: str, values: list[tuple[str, int]]) -> list[tuple[str, int]]:
    # Buckets stand in their own order; codes by how many posts they have.
    if name in {"pay", "days", "seats"}:
        return sorted(values, key=lambda each: (each[0] != "none", _number(each[0])))
    return most_common(values)


def _number(value: str) -> float:
    return 0.0 if value == "none" else float(value)
