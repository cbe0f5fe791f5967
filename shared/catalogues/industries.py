"""Industries of GB/T 4754-2017: sections, divisions, groups and classes."""

from __future__ import annotations

from functools import cache

from shared.catalogues.catalogue import Catalogue, load
from shared.catalogues.entries import Industry, IndustryLevel

_LEVELS: dict[int, IndustryLevel] = {1: "section", 2: "division", 3: "group", 4: "class"}


@cache
def industries() -> Catalogue[Industry]:
    """Return the industries; read on first use."""
    return load("industries", _make)


def _make(row: list[str]) -> Industry:
    code, name, parent, added, version, pinyin, initials = row
    level = _LEVELS[1 if code.isalpha() else len(code)]
    return Industry(
        code=code,
        name=name,
        level=level,
        parent=parent,
        added=added == "1",
        version=version,
        pinyin=pinyin,
        initials=initials,
    )


def find_industry(code: str) -> Industry | None:
    """Return an industry by its code; the section's letter may stand before the digits.

    >>> find_industry("3670").name, find_industry("C3670").code, find_industry("C").name
    ('汽车零部件及配件制造', '3670', '制造业')
    """
    bare = code.upper()
    return industries().find(bare[1:] if len(bare) > 1 and bare[0].isalpha() else bare)
