"""SQL that searches of documents share: words by the index of terms, codes by their part, counts.

A searched table has the columns `search_terms`, `region_code`, `industry_code`,
`occupation_code` and `major_codes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    String,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

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
from shared.search_terms import query_terms


class Coded(Protocol):
    """The codes that a search asks for; None where one does not matter."""

    @property
    def region(self) -> str | None:
        """GB/T 2260, or its first digits."""
        ...

    @property
    def industry(self) -> str | None:
        """GB/T 4754, or its first signs."""
        ...

    @property
    def occupation(self) -> str | None:
        """职业分类大典, or its first parts."""
        ...

    @property
    def major(self) -> str | None:
        """A major, class (4) or group (2 digits)."""
        ...


def by_words(columns: Any, words: str) -> ColumnElement[bool]:
    """Return the condition that a row has all words, each in one of its ways."""
    chunks = query_terms(words)
    if not chunks:
        return literal(value=False)
    terms = columns.search_terms
    return and_(*(or_(*(terms.contains(cast(way, terms.type)) for way in ways)) for ways in chunks))


def by_codes(columns: Any, asked: Coded) -> list[ColumnElement[bool]]:
    """Return the conditions that a row lies within the codes asked for."""
    found: list[ColumnElement[bool]] = []
    if asked.region:
        found.append(columns.region_code.startswith(region_begins(asked.region), autoescape=True))
    if asked.industry:
        begins = industries_begin(asked.industry)
        found.append(or_(*(columns.industry_code.startswith(b, autoescape=True) for b in begins)))
    if asked.occupation:
        part = occupation_begins(asked.occupation)
        found.append(columns.occupation_code.startswith(part, autoescape=True))
    if asked.major:
        majors = cast(list(majors_in(asked.major)), ARRAY(String))
        found.append(columns.major_codes.overlap(majors))
    return found


def code_facets(hits: CTE, asked: Coded) -> dict[str, ColumnElement[Any]]:
    """Return region, industry and occupation of the hits, one part finer than asked for."""
    region = region_begins(asked.region) if asked.region else ""
    industry = (asked.industry or "").lstrip("ABCDEFGHIJKLMNOPQRST")
    occupation = occupation_begins(asked.occupation) if asked.occupation else ""
    return {
        "region": func.rpad(func.left(hits.c.region_code, finer(REGION_LENGTHS, region)), 6, "0"),
        "industry": func.left(hits.c.industry_code, finer(INDUSTRY_LENGTHS, industry)),
        "occupation": func.left(hits.c.occupation_code, finer(OCCUPATION_LENGTHS, occupation)),
    }


async def count_values(
    tx: Tx, hits: CTE, facets: Mapping[str, ColumnElement[Any]], asked: Coded
) -> tuple[int, dict[str, list[tuple[str, int]]]]:
    """Return how many rows `hits` has, and per facet, majors too, its values with their counts."""
    parts: list[Any] = [
        select(literal(name), column, func.count()).select_from(hits).group_by(column)
        for name, column in facets.items()
    ]
    parts.append(_majors(hits, asked))
    parts.append(select(literal("found"), literal(""), func.count()).select_from(hits))
    counts: dict[str, list[tuple[str, int]]] = {}
    rows: Any = await tx.execute(union_all(*parts))
    for name, value, count in rows:
        if value is not None:
            counts.setdefault(name, []).append((value, count))
    return counts.pop("found")[0][1], counts


def _majors(hits: CTE, asked: Coded) -> Any:
    """Count rows by the groups of their majors: one that names ten of a group counts once."""
    each = select(hits.c.id, func.unnest(hits.c.major_codes).label("value")).subquery()
    cut = func.left(each.c.value, finer(MAJOR_LENGTHS, (asked.major or "")[:6]))
    return select(literal("major"), cut, func.count(each.c.id.distinct())).group_by(cut)


def most_common(values: list[tuple[str, int]], *, limit: int = 60) -> list[tuple[str, int]]:
    """Return a facet's values, the most frequent first."""
    return sorted(values, key=lambda each: (-each[1], each[0]))[:limit]


def position_of(after: tuple[Any, ...]) -> tuple[datetime, UUID]:
    """Return a page's last row as it is compared in SQL: its moment and id."""
    return datetime.fromisoformat(after[0]), UUID(after[1])
