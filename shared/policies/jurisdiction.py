"""Which policy pack speaks for a place: the nearest one whose region holds it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from shared.policies.library import list_packs, rulebook
from shared.policies.pack import Pack, Rulebook

_ROOT = "000000"


def region_prefix(region_code: str) -> str:
    """Return the digits that every place inside a region begins with (GB/T 2260).

    >>> region_prefix("330000"), region_prefix("330100"), region_prefix("330106")
    ('33', '3301', '330106')
    """
    if region_code == _ROOT:
        return ""
    return region_code[:2] if region_code[2:] == "0000" else region_code.removesuffix("00")


def pack_of_region(region_code: str | None, packs: Iterable[Pack]) -> Pack:
    """Return the pack of the smallest region that holds the place."""
    place = region_code or _ROOT
    holding = [pack for pack in packs if place.startswith(region_prefix(pack.region))]
    return max(holding, key=lambda pack: len(region_prefix(pack.region)))


@lru_cache(maxsize=64)
def rulebook_of(pack_id: str, on: date) -> Rulebook:
    """Return a shipped pack's rules on a day; a bulk of posts asks for the same few."""
    return rulebook(pack_id, on)


def rulebook_at(region_code: str | None, on: date) -> Rulebook:
    """Return the rules that hold in a place on a day."""
    return rulebook_of(pack_of_region(region_code, list_packs()).id, on)
