"""Regions of GB/T 2260: provinces, cities and districts."""

from __future__ import annotations

from functools import cache

from shared.catalogues.catalogue import Catalogue, load
from shared.catalogues.entries import Region


@cache
def regions() -> Catalogue[Region]:
    """Return the regions; read on first use."""
    return load("regions", lambda row: Region(*row))  # pyright: ignore[reportArgumentType]


def find_region(code: str) -> Region | None:
    """Return a region by its six digits, or by the short form of a province or city.

    >>> find_region("330100").name, find_region("3301").name, find_region("33").name
    ('杭州市', '杭州市', '浙江省')
    """
    return regions().find(code.ljust(6, "0")) if len(code) in {2, 4, 6} else None


def lineage_of(code: str) -> tuple[Region, ...]:
    """Return a region and those that it lies in, largest first; empty for an unknown code."""
    found = find_region(code)
    if found is None:
        return ()
    return (*(lineage_of(found.parent) if found.parent else ()), found)
