"""Majors of the Ministry's catalogues: vocational 2021, undergraduate 2025 and 2026."""

from __future__ import annotations

from functools import cache

from shared.catalogues.catalogue import Catalogue, load
from shared.catalogues.entries import Major
from shared.catalogues.major_codes import MajorLevel


@cache
def majors() -> Catalogue[Major]:
    """Return the majors of every catalogue year; read on first use."""
    return load("majors", lambda row: Major(*row))  # pyright: ignore[reportArgumentType]


@cache
def _by_digits() -> dict[str, str]:
    """The full code behind six digits: T and K are marks that people leave out."""
    return {major.code[:6]: major.code for major in majors()}


def find_major(code: str, year: int | None = None) -> Major | None:
    """Return a major by its code, with or without the marks T and K.

    Without a year: the newest list that has it. With a year: the entry of the list that held in
    that year, or None where no such list had the code.

    >>> find_major("710201").name, find_major("010103").code
    ('计算机应用', '010103K')
    >>> find_major("083201TK", 2025).moved_to, find_major("083201TK", 2026)
    ('140001TK', None)
    """
    asked = code.upper()
    found = majors().versions_of(_by_digits().get(asked, asked))
    if not found or year is None:
        return found[0] if found else None
    newest = _newest_year(found[0].level, year)
    return next((major for major in found if major.catalogue_year == newest), None)


@cache
def _newest_year(level: MajorLevel, year: int) -> int | None:
    """The year of the list of a level that held in some year."""
    years = {m.catalogue_year for m in majors() if m.level == level}
    return max((known for known in years if known <= year), default=None)
