"""Search over notices: filters, words, pages, counts; what waits for registration."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    String,
    Text,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from services.exchange.domain.notice import Notice
from services.exchange.domain.notice_search import Sought
from services.exchange.store.notices import COLUMNS, notice_of
from services.exchange.store.tables import notices
from shared.catalogues.parts import (
    INDUSTRY_LENGTHS,
    MAJOR_LENGTHS,
    OCCUPATION_LENGTHS,
    REGION_LENGTHS,
    finer,
    industries_begin,
    majors_in,
    occupation_begins,
    region_begins,
)
from shared.db.session import Tx
from shared.policies.jurisdiction import region_prefix
from shared.search_terms import query_terms

_FACET_VALUES_MAX = 60
_N = notices.c


async def search(
    tx: Tx, sought: Sought, *, after: tuple[Any, ...] | None, limit: int
) -> list[Notice]:
    """Return notices, the newest first, one more than `limit`."""
    moment = _order_column(sought)
    query = select(*COLUMNS).where(*conditions(sought)).order_by(moment.desc(), _N.id.desc())
    if after is not None:
        query = query.where(tuple_(moment, _N.id) < _position(after))
    return [notice_of(row) for row in (await tx.execute(query.limit(limit + 1))).mappings()]


def order_key(sought: Sought, notice: Notice) -> tuple[Any, ...]:
    """Return the key by which `search` orders a notice."""
    moment = notice.published_at if sought.open_on else notice.created_at
    assert moment is not None, "a published notice has the moment of its publication"
    return (moment.isoformat(), notice.id)


def _order_column(sought: Sought) -> ColumnElement[Any]:
    return _N.published_at if sought.open_on else _N.created_at


def _position(after: tuple[Any, ...]) -> Any:
    return (datetime.fromisoformat(after[0]), UUID(after[1]))


def conditions(sought: Sought) -> list[ColumnElement[bool]]:
    """Return the SQL of a search's filters."""
    asked: list[ColumnElement[bool]] = []
    if sought.open_on is not None:
        asked += is_open(sought.open_on)
    if sought.words.strip():
        asked.append(_by_words(sought.words))
    exact = (("side", _N.side), ("kind", _N.kind), ("org_id", _N.org_id), ("state", _N.state))
    asked += [column == wanted for name, column in exact if (wanted := getattr(sought, name))]
    return [*asked, *_by_codes(sought)]


def is_open(today: date) -> list[ColumnElement[bool]]:
    """Return the SQL of `Notice.is_open`: published, its last day not past."""
    last_day = func.coalesce(_N.closes_on, _N.end_on)
    # Written out, so that a prepared statement still sees that the index of the newest holds it.
    published = literal("published", literal_execute=True)
    return [_N.state == published, or_(last_day.is_(None), last_day >= today)]


def _by_words(words: str) -> ColumnElement[bool]:
    chunks = query_terms(words)
    if not chunks:
        return literal(value=False)
    kept = ARRAY(Text)
    return and_(
        *(or_(*(_N.search_terms.contains(cast(way, kept)) for way in ways)) for ways in chunks)
    )


def _by_codes(sought: Sought) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if sought.region:
        asked.append(_N.region_code.startswith(region_begins(sought.region), autoescape=True))
    if sought.industry:
        begins = industries_begin(sought.industry)
        asked.append(or_(*(_N.industry_code.startswith(b, autoescape=True) for b in begins)))
    if sought.occupation:
        begins_so = occupation_begins(sought.occupation)
        asked.append(_N.occupation_code.startswith(begins_so, autoescape=True))
    if sought.major:
        asked.append(_N.major_codes.overlap(cast(list(majors_in(sought.major)), ARRAY(String))))
    return asked


async def count_facets(tx: Tx, sought: Sought) -> tuple[int, dict[str, list[tuple[str, int]]]]:
    """Return how many notices a search finds, and per facet its values with their counts."""
    kept = (_N.side, _N.kind, _N.region_code, _N.industry_code, _N.occupation_code)
    hits = select(_N.id, _N.major_codes, *kept).where(*conditions(sought)).cte("hits")
    parts: list[Any] = [
        select(literal(name), column, func.count()).select_from(hits).group_by(column)
        for name, column in _values(hits, sought).items()
    ]
    parts.append(_majors(hits, sought))
    parts.append(select(literal("found"), literal(""), func.count()).select_from(hits))
    counts: dict[str, list[tuple[str, int]]] = {}
    rows: Any = await tx.execute(union_all(*parts))
    for name, value, count in rows:
        if value is not None:
            counts.setdefault(name, []).append((value, count))
    found = counts.pop("found")[0][1]
    return found, {name: _most(values) for name, values in counts.items()}


def _values(hits: CTE, sought: Sought) -> dict[str, ColumnElement[Any]]:
    region = region_begins(sought.region) if sought.region else ""
    industry = (sought.industry or "").lstrip("ABCDEFGHIJKLMNOPQRST")
    occupation = occupation_begins(sought.occupation) if sought.occupation else ""
    return {
        "side": hits.c.side,
        "kind": hits.c.kind,
        "region": func.rpad(func.left(hits.c.region_code, finer(REGION_LENGTHS, region)), 6, "0"),
        "industry": func.left(hits.c.industry_code, finer(INDUSTRY_LENGTHS, industry)),
        "occupation": func.left(hits.c.occupation_code, finer(OCCUPATION_LENGTHS, occupation)),
    }


def _majors(hits: CTE, sought: Sought) -> Any:
    """Count notices by the groups of their majors: one that names ten of a group counts once."""
    each = select(hits.c.id, func.unnest(hits.c.major_codes).label("value")).subquery()
    cut = func.left(each.c.value, finer(MAJOR_LENGTHS, (sought.major or "")[:6]))
    return select(literal("major"), cut, func.count(each.c.id.distinct())).group_by(cut)


def _most(values: list[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(values, key=lambda each: (-each[1], each[0]))[:_FACET_VALUES_MAX]


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
        query = query.where(tuple_(_N.submitted_at, _N.id) > _position(after))
    return [notice_of(row) for row in (await tx.execute(query.limit(limit + 1))).mappings()]


def submitted_key(notice: Notice) -> tuple[Any, ...]:
    """Return the key by which `list_submitted` orders a notice."""
    assert notice.submitted_at is not None, "a submitted notice has the moment of its submission"
    return (notice.submitted_at.isoformat(), notice.id)
