"""Fit and fill of a jurisdiction's clearings, aggregated, with what stands behind each figure."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np

from services.internships.domain.matching_indicator import (
    BREAKDOWNS,
    COMPARED,
    COUNTS,
    INDICATORS,
    LEAST,
    LEVELS,
    NATION,
    Indicator,
    part_of,
)
from services.internships.engine.small_cells import Shares, hide_small
from services.internships.store import matching_metrics
from services.internships.store.rows import Row
from shared.catalogues.regions import lineage_of
from shared.db.session import Tx
from shared.kernel.errors import Text
from shared.policies.jurisdiction import region_prefix
from shared.policies.library import list_packs
from shared.policies.pack import Pack

_ROUNDS_SHOWN = 200
_UNPLACED_REGION = Text("地区未登记", "Region not registered")
_DUTY, _SEATS = "placement.fit_duty", ("intern_quota.low", "intern_quota.high")


@dataclass(frozen=True, slots=True)
class Group:
    """A row of the report: all, one region or one kind of school, and the cells that it unites."""

    by: str
    code: str
    name: Text
    cells: tuple[int, ...]


async def measure_matching(
    tx: Tx, region: str, term: str | None, *, now: datetime
) -> dict[str, Any]:
    """Return the report of a jurisdiction for a term, the newest one where none is named."""
    within = region_prefix(region)
    terms = await matching_metrics.list_terms(tx, within)
    chosen = term or (terms[0] if terms else None)
    rounds: list[Row] = []
    cells: list[Row] = []
    if chosen is not None:
        rounds = await matching_metrics.list_counted(tx, within, chosen, now=now)
        cells = await matching_metrics.count_results(tx, within, chosen)
    groups = await asyncio.to_thread(draw_up, cells, region)
    return {
        "region_code": region,
        "region_name": _region_name(region),
        "term": chosen,
        "terms": terms,
        "least": LEAST,
        "rounds": len(rounds),
        "counted": rounds[:_ROUNDS_SHOWN],
        "indicators": [_described(each) for each in INDICATORS],
        "basis": _cited(region, (_DUTY,)),
        "figures": _cited(region, _SEATS),
        "groups": groups,
        "spreads": compare(groups),
    }


def draw_up(cells: Sequence[Row], region: str) -> list[dict[str, Any]]:
    """Return the rows of the report, small counts hidden; all first, then regions, then kinds.

    1. Unite the cells into rows. 2. Hide breakdown by breakdown: where the placed of a row are
    hidden, everything of them is; where its unplaced are, its students are.
    """
    if not cells:
        return []
    groups = _group(cells, region)
    hidden = _hide(cells, groups)
    return [
        _row(
            group,
            [cells[at] for at in group.cells],
            {name: bool(hidden[name][row]) for name in hidden},
        )
        for row, group in enumerate(groups)
    ]


def _group(cells: Sequence[Row], region: str) -> list[Group]:
    def united(by: str, codes: Sequence[str], name: Any) -> list[Group]:
        order = sorted(set(codes), key=lambda code: (code == "", code))
        return [
            Group(by, code, name(code), tuple(at for at, one in enumerate(codes) if one == code))
            for code in order
        ]

    everyone = Group("all", "", Text("全部", "All"), tuple(range(len(cells))))
    regions = [part_of(each["region"], region) for each in cells]
    levels = [each["level"] if each["level"] in LEVELS else "" for each in cells]
    return [
        everyone,
        *united("region", regions, _region_name),
        *united("school_level", levels, LEVELS.__getitem__),
    ]


def _region_name(code: str) -> Text:
    if code == NATION:
        return Text("全国", "China")
    name = "".join(each.name for each in lineage_of(code)) or code
    return Text(name, name) if name else _UNPLACED_REGION


def _hide(cells: Sequence[Row], groups: Sequence[Group]) -> dict[str, np.ndarray[Any, Any]]:
    """Return, per breakdown, the rows that are hidden."""
    rows = np.zeros((len(groups), len(cells)), dtype=bool)
    for row, group in enumerate(groups):
        rows[row, list(group.cells)] = True
    kinds = np.unique([group.by for group in groups], return_inverse=True)[1].astype(np.int64)
    none = np.zeros(len(groups), dtype=bool)
    table = Shares(_counted(cells, "placed"), rows, kinds, none, none)
    hidden = {"placed": hide_small(table, least=LEAST)}
    for name in ("unplaced", "rank", "fit", "place"):
        own = replace(
            table,
            cells=_counted(cells, name),
            bases=none if name == "unplaced" else ~hidden["placed"],
            hidden=hidden["placed"],
        )
        hidden[name] = hide_small(own, least=LEAST)
    return hidden


def _counted(cells: Sequence[Row], breakdown: str) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.array([[each[part] for part in BREAKDOWNS[breakdown]] for each in cells], np.int64)


def _row(group: Group, cells: Sequence[Row], hidden: Mapping[str, bool]) -> dict[str, Any]:
    sums = {name: sum(int(each[name]) for each in cells) for name in (*COUNTS, "seats", "rank_sum")}
    told: dict[str, int | None] = {
        part: None if hidden[name] else sums[part]
        for name, parts in BREAKDOWNS.items()
        for part in parts
    }
    told["students"] = None if hidden["unplaced"] else sums["students"]
    return {
        "by": group.by,
        "code": group.code,
        "name": group.name,
        "schools": len({school for each in cells for school in each["schools"]}),
        "rounds": sum(each["rounds"] for each in cells),
        "seats": sums["seats"],
        "counts": told,
        "figures": [_figure(each, sums, hidden) for each in INDICATORS],
    }


def _figure(
    indicator: Indicator, sums: Mapping[str, int], hidden: Mapping[str, bool]
) -> dict[str, Any]:
    closed = any(hidden[name] for name in indicator.needs)
    count, among = (
        sum(sums[each] for each in names) for names in (indicator.count, indicator.among)
    )
    known = not closed and among > 0
    digits = 4 if indicator.is_share else 2
    return {
        "indicator": indicator.code,
        "value": round(count / among, digits) if known else None,
        "count": count if known and indicator.is_share else None,
        "among": among if known else None,
        "hidden": closed,
    }


def compare(groups: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return how far apart the groups of one kind are, per indicator: the best and the last."""
    found: list[dict[str, Any]] = []
    for by in ("school_level", "region"):
        for code in COMPARED:
            told = [
                (figure["value"], group)
                for group in groups
                if group["by"] == by and group["code"]
                for figure in group["figures"]
                if figure["indicator"] == code and figure["value"] is not None
            ]
            if len(told) < 2:
                continue
            (low, last), (high, best) = (pick(told, key=lambda one: one[0]) for pick in (min, max))
            found.append(
                {
                    "by": by,
                    "indicator": code,
                    "highest": best["name"],
                    "highest_value": high,
                    "lowest": last["name"],
                    "lowest_value": low,
                    "points": round(100 * (high - low), 1),
                }
            )
    return found


def _described(indicator: Indicator) -> dict[str, Any]:
    return {
        "code": indicator.code,
        "title": indicator.title,
        "definition": indicator.definition,
        "is_share": indicator.is_share,
    }


def _cited(region: str, keys: Sequence[str]) -> list[dict[str, Any]]:
    """Return what the documents of the place, those above it and those inside it say of keys."""
    return [
        _citation(pack, key)
        for pack in list_packs()
        if _concerns(pack, region)
        for key in keys
        if _says(pack, key)
    ]


def _says(pack: Pack, key: str) -> bool:
    return key in pack.parameters and not pack.parameters[key].silent


def _concerns(pack: Pack, region: str) -> bool:
    own, place = region_prefix(pack.region), region_prefix(region)
    return own.startswith(place) or place.startswith(own)


def _citation(pack: Pack, key: str) -> dict[str, Any]:
    said = pack.parameters[key]
    document = pack.documents[said.document]
    return {
        "key": key,
        "pack": pack.id,
        "version": pack.version,
        "document": document.title,
        "number": document.number,
        "clause": said.clause,
        "words": said.words,
        "quote": said.quote,
    }
