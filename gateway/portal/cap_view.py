"""Limits on interns that a clearing does not keep, by name: hosts, kinds of post, regions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.portal.catalogue_names import region_path
from gateway.portal.components import Cell, Column, Table
from gateway.portal.naming import organisation_names
from gateway.portal.visits import Visit

Body = Mapping[str, Any]


async def cap_table(visit: Visit, exceeded: Sequence[Body]) -> Table | None:
    """Return the soft limits that more students are placed under than they say."""
    if not exceeded:
        return None
    texts = visit.texts
    say = texts.gettext
    parts = [one["group"].partition("/") for one in exceeded]
    names = await organisation_names(visit, (head for head, _, _ in parts if head != "region"))
    rows = [
        [
            _group(visit, names, part[0], part[2]),
            Cell(texts.number(one["cap"])),
            Cell(texts.number(one["placed"])),
        ]
        for part, one in zip(parts, exceeded, strict=True)
    ]
    columns = [
        Column(say("Host, kind of post or region")),
        # Who is there already has been taken off.
        Column(say("May still take"), numeric=True),
        Column(say("Placed"), numeric=True),
    ]
    return Table(say("Limits that do not bind and are exceeded"), columns, rows)


def _group(visit: Visit, names: Mapping[str, str], head: str, rest: str) -> Cell:
    """Return a group's name: `host`, `host/batch`, `host/kind of post` or `region/code`."""
    if head == "region":
        return Cell(region_path(rest))
    sub = visit.texts.gettext("Limit of this batch") if rest == "batch" else rest
    return Cell(names.get(head, head), sub=sub)
