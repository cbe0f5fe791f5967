"""Competency standards: what an edition must hold, how two differ, what courses cover of one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from shared.catalogues.industries import find_industry
from shared.catalogues.occupations import find_occupation
from shared.kernel.errors import ConflictError, Fault, NotFoundError, Text


class StandardNotFoundError(NotFoundError):
    """There is no such competency standard or edition."""

    code = "competency_standard_not_found"
    title_zh = "没有该岗位职业能力标准或版本"
    mend = Text(
        "请核对编号与版本；他人的草案不对外显示。",
        "Check the id and the edition; another body's draft is not shown.",
    )


class EditionTakenError(ConflictError):
    """This standard already has an edition of that name."""

    code = "standard_edition_taken"
    title_zh = "该标准已有同名版本"
    mend = Text("请使用新的版本号，如 1.1。", "Name the edition anew, 1.1 for instance.")


class EditionNotDraftError(ConflictError):
    """A published edition is not changed."""

    code = "standard_edition_not_draft"
    title_zh = "已发布的版本不可修改"
    mend = Text("请新建一个版本。", "Make a new edition.")


class EditionNotPublishedError(ConflictError):
    """Only a published edition can be linked, covered or withdrawn."""

    code = "standard_edition_not_published"
    title_zh = "该版本尚未发布或已废止"
    mend = Text("请选择一个已发布的版本。", "Choose a published edition.")


@dataclass(frozen=True, slots=True)
class UnitChange:
    """What became of one unit between two editions."""

    code: str
    change: Literal["added", "removed", "changed"]
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class CoveredUnit:
    """How far a set of courses leads in one unit."""

    code: str
    name: str
    level_needed: int
    level_reached: int
    hours: float
    courses: tuple[str, ...]

    @property
    def covered(self) -> Literal["whole", "part", "none"]:
        """Whether the level is reached, begun or not touched."""
        if not self.courses:
            return "none"
        return "whole" if self.level_reached >= self.level_needed else "part"


def edition_order(edition: str) -> tuple[int, int]:
    """Return what editions are sorted by.

    >>> edition_order("1.10") > edition_order("1.9")
    True
    """
    major, _, minor = edition.partition(".")
    return int(major), int(minor)


def check_codes(
    occupation_codes: Sequence[str],
    industry_code: str | None,
    units: Sequence[Mapping[str, Any]],
) -> list[Fault]:
    """Return what is wrong in the codes of an edition: unknown ones and repeated units."""
    faults: list[Fault] = []
    for place, code in enumerate(occupation_codes):
        if find_occupation(code) is None:
            said = Text(f"职业分类大典中没有 {code}", f"there is no occupation {code}")
            faults.append(Fault("occupation_unknown", said, f"/occupation_codes/{place}"))
    if industry_code is not None and find_industry(industry_code) is None:
        said = Text(
            f"国民经济行业分类中没有 {industry_code}", f"there is no industry {industry_code}"
        )
        faults.append(Fault("industry_unknown", said, "/industry_code"))
    seen: set[str] = set()
    for place, unit in enumerate(units):
        if unit["code"] in seen:
            said = Text("单元代码重复", "this unit's code has stood before")
            faults.append(Fault("unit_repeated", said, f"/units/{place}/code"))
        seen.add(unit["code"])
    return faults


def check_linked(linked: Sequence[Mapping[str, Any]], units: Collection[str]) -> list[Fault]:
    """Return what is wrong in a link: units that the edition lacks, or that stand twice."""
    faults: list[Fault] = []
    seen: set[str] = set()
    for place, each in enumerate(linked):
        pointer = f"/units/{place}/unit"
        if each["unit"] not in units:
            said = Text("该版本没有这个单元", "the edition has no such unit")
            faults.append(Fault("unit_unknown", said, pointer))
        elif each["unit"] in seen:
            said = Text("单元重复", "this unit has stood before")
            faults.append(Fault("unit_repeated", said, pointer))
        seen.add(each["unit"])
    return faults


def diff_units(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> list[UnitChange]:
    """Return the units that were added, removed or changed, in the order of the later edition."""
    old = {unit["code"]: unit for unit in before}
    new = {unit["code"]: unit for unit in after}
    changes = [
        UnitChange(code, "added" if code not in old else "changed", old.get(code), unit)
        for code, unit in new.items()
        if old.get(code) != unit
    ]
    gone = [UnitChange(code, "removed", unit, None) for code, unit in old.items()]
    return changes + [change for change in gone if change.code not in new]


def cover(
    units: Sequence[Mapping[str, Any]], links: Sequence[Mapping[str, Any]]
) -> list[CoveredUnit]:
    """Return how far courses lead in each unit: the highest level that any of them reaches."""
    found: list[CoveredUnit] = []
    for unit in units:
        taught = [
            (link["key"], each)
            for link in links
            for each in link["units"]
            if each["unit"] == unit["code"]
        ]
        found.append(
            CoveredUnit(
                code=unit["code"],
                name=unit["name"],
                level_needed=unit["level"],
                level_reached=max((each["level"] for _, each in taught), default=0),
                hours=sum(each["hours"] or 0.0 for _, each in taught),
                courses=tuple(sorted({key for key, _ in taught})),
            )
        )
    return found
