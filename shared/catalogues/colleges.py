"""Colleges of the Ministry of Education's list of 2025."""

from __future__ import annotations

from functools import cache

from shared.catalogues.catalogue import Catalogue, load
from shared.catalogues.entries import College


@cache
def colleges() -> Catalogue[College]:
    """Return the colleges; read on first use."""
    return load("colleges", lambda row: College(*row))  # pyright: ignore[reportArgumentType]


def find_college(code: str) -> College | None:
    """Return a college by the Ministry's code, or None.

    >>> find_college("4111010001").name
    '北京大学'
    """
    return colleges().find(code)
