"""Names of codes, as answers show them beside the code."""

from __future__ import annotations

from shared.catalogues.majors import find_major
from shared.catalogues.occupations import find_occupation
from shared.catalogues.regions import find_region


def region_name(code: str) -> str:
    """Return a region's name; the nation has no entry in the list."""
    found = find_region(code)
    return found.name if found else "全国"


def occupation_name(code: str) -> str:
    """Return an occupation's name, or its code where the list has changed."""
    found = find_occupation(code)
    return found.name if found else code


def major_name(code: str) -> str:
    """Return a major's name, or its code where the list has changed."""
    found = find_major(code)
    return found.name if found else code
