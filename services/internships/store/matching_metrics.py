"""Counts over the published rounds of a jurisdiction, never a row of a person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from services.internships.store.placements import beyond_walls
from services.internships.store.rows import Row, fetch_all
from shared.db.session import Tx

# A later round of a batch holds what was kept from the earlier ones: the last one counts.
_LAST = """
    WITH last AS (
        SELECT DISTINCT ON (r.batch_id) r.id, r.batch_id, r.number, r.published_at,
            r.certificate_sha256, b.school_id, b.school_name, b.name AS batch_name,
            COALESCE(b.school_region_code, '') AS region, COALESCE(b.school_level, '') AS level
        FROM rounds r JOIN batches b ON b.id = r.batch_id
        WHERE r.state = 'published' AND b.term = :term
            AND COALESCE(b.school_region_code, '') LIKE :within
        ORDER BY r.batch_id, r.number DESC
    )
"""
_TERMS = text(
    """
    SELECT DISTINCT b.term FROM rounds r JOIN batches b ON b.id = r.batch_id
    WHERE r.state = 'published' AND COALESCE(b.school_region_code, '') LIKE :within
    ORDER BY b.term DESC
    """
)
_ROUNDS = text(
    _LAST  # noqa: S608 - both parts stand here
    + """
    SELECT last.id AS round_id, school_name, batch_name, number, published_at,
        certificate_sha256, EXISTS (SELECT 1 FROM public_rounds p
            WHERE p.round_id = last.id AND p.until > :now) AS public
    FROM last ORDER BY published_at DESC, last.id DESC
    """
)
# The first of a wish's four reasons is the major's; arrays count from 1, as ranks do.
_COUNTS = text(
    _LAST  # noqa: S608 - both parts stand here
    + """
    , results AS (
        SELECT last.region, last.level, r.placed_rank AS rank, why.code AS why,
            CASE WHEN last.region !~ '^[0-9]{6}$' OR p.region_code IS NULL
                    OR substr(last.region, 3) = '0000' THEN ''
                WHEN left(p.region_code, 4) = left(last.region, 4) THEN 'same_city'
                WHEN left(p.region_code, 2) = left(last.region, 2) THEN 'same_province'
                ELSE 'other_province' END AS place
        FROM last JOIN round_results r ON r.round_id = last.id
        LEFT JOIN posts p ON p.id = r.wish_post_ids[r.placed_rank]
        LEFT JOIN round_reasons why ON why.round_id = last.id
            AND why.number = r.wish_reasons[4 * (r.placed_rank - 1) + 1]
    ), persons AS (
        SELECT region, level, count(*) AS students, count(rank) AS placed,
            count(*) - count(rank) AS unplaced,
            count(*) FILTER (WHERE rank = 1) AS first,
            count(*) FILTER (WHERE rank IN (2, 3)) AS second_third,
            count(*) FILTER (WHERE rank > 3) AS later,
            COALESCE(sum(rank), 0) AS rank_sum,
            count(*) FILTER (WHERE rank > 0 AND why IN ('major.same', 'major.covered',
                'major.class', 'major.group')) AS relevant,
            count(*) FILTER (WHERE rank > 0 AND why = 'major.other') AS other_group,
            count(*) FILTER (WHERE rank > 0 AND COALESCE(why, '') NOT IN ('major.same',
                'major.covered', 'major.class', 'major.group', 'major.other')) AS not_comparable,
            count(*) FILTER (WHERE rank > 0 AND place = 'same_city') AS same_city,
            count(*) FILTER (WHERE rank > 0 AND place = 'same_province') AS same_province,
            count(*) FILTER (WHERE rank > 0 AND place = 'other_province') AS other_province,
            count(*) FILTER (WHERE rank > 0 AND place = '') AS place_unknown
        FROM results GROUP BY region, level
    ), offered AS (
        SELECT last.region, last.level, sum(c.seats) AS seats
        FROM last JOIN round_cutoffs c ON c.round_id = last.id GROUP BY 1, 2
    ), held AS (
        SELECT region, level, count(*) AS rounds, array_agg(DISTINCT school_id) AS schools
        FROM last GROUP BY 1, 2
    )
    SELECT persons.*, COALESCE(offered.seats, 0) AS seats, held.rounds, held.schools
    FROM persons JOIN held USING (region, level) LEFT JOIN offered USING (region, level)
    ORDER BY region, level
    """
)


async def list_terms(tx: Tx, within: str) -> list[str]:
    """Return the terms with a published round of a school whose region begins with `within`."""
    async with beyond_walls(tx):
        return [row["term"] for row in await fetch_all(tx, _TERMS, {"within": f"{within}%"})]


async def list_counted(tx: Tx, within: str, term: str, *, now: datetime) -> list[Row]:
    """Return the rounds that count for a term: the last published one of each batch."""
    told = {"within": f"{within}%", "term": term, "now": now}
    async with beyond_walls(tx):
        return await fetch_all(tx, _ROUNDS, told)


async def count_results(tx: Tx, within: str, term: str) -> list[Row]:
    """Return the counts of a term by the school's region and kind."""
    async with beyond_walls(tx):
        return await fetch_all(tx, _COUNTS, {"within": f"{within}%", "term": term})
