"""One entry of each catalogue; every entry says which version of its list it stands in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shared.catalogues.major_codes import MajorLevel, group_of

RegionLevel = Literal["province", "city", "district"]
IndustryLevel = Literal["section", "division", "group", "class"]


@dataclass(frozen=True, slots=True)
class Region:
    """A province, city or district of GB/T 2260; six digits at every level."""

    code: str
    name: str
    level: RegionLevel
    parent: str
    version: str
    pinyin: str
    initials: str


@dataclass(frozen=True, slots=True)
class Major:
    """A major of one year's catalogue; `moved_to` is its code in the next year's, if renumbered."""

    code: str
    name: str
    level: MajorLevel
    class_code: str
    class_name: str
    group_code: str
    group_name: str
    version: str
    moved_to: str
    pinyin: str
    initials: str

    @property
    def catalogue_year(self) -> int:
        """The year of the catalogue that this entry stands in."""
        return int(self.version)

    @property
    def aligned_group(self) -> str | None:
        """The number of the group aligned across vocational levels; None for undergraduates."""
        return group_of(self.code)


@dataclass(frozen=True, slots=True)
class Occupation:
    """An entry of 职业分类大典: level 1 (major group) to 4 (occupation)."""

    code: str
    name: str
    level: str
    parent: str
    green: bool
    digital: bool
    version: str
    pinyin: str
    initials: str


@dataclass(frozen=True, slots=True)
class Industry:
    """An entry of GB/T 4754; `added` marks what our source lacked and the standard has."""

    code: str
    name: str
    level: IndustryLevel
    parent: str
    added: bool
    version: str
    pinyin: str
    initials: str


@dataclass(frozen=True, slots=True)
class College:
    """A college of the Ministry's list with its ten-digit code."""

    code: str
    name: str
    region: str
    city: str
    level: Literal["bachelor", "higher_vocational"]
    nature: Literal["public", "private", "joint"]
    affiliation: str
    version: str
    pinyin: str
    initials: str
