"""Catalogues: regions, majors, occupations, industries, colleges; by code, name or pinyin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Any, cast

from fastapi import APIRouter, Query
from pydantic import BaseModel

from shared.catalogues.catalogue import Catalogue
from shared.catalogues.colleges import colleges
from shared.catalogues.industries import industries
from shared.catalogues.majors import find_major, majors
from shared.catalogues.occupations import (
    find_occupation,
    majors_of,
    occupations,
    occupations_of,
)
from shared.catalogues.regions import regions
from shared.http.problems import PROBLEM_RESPONSES
from shared.kernel.errors import NotFoundError

router = APIRouter(prefix="/v1/catalogues", tags=["reference"], responses=PROBLEM_RESPONSES)


class CatalogueName(StrEnum):
    """The catalogues that the platform holds."""

    REGIONS = "regions"
    MAJORS = "majors"
    OCCUPATIONS = "occupations"
    INDUSTRIES = "industries"
    COLLEGES = "colleges"


_LOAD: dict[CatalogueName, Callable[[], Catalogue[Any]]] = {
    CatalogueName.REGIONS: regions,
    CatalogueName.MAJORS: majors,
    CatalogueName.OCCUPATIONS: occupations,
    CatalogueName.INDUSTRIES: industries,
    CatalogueName.COLLEGES: colleges,
}


class CatalogueLine(BaseModel):
    """One catalogue: how many entries, of which versions of their lists."""

    name: str
    entries: int
    versions: list[str]


class CatalogueList(BaseModel):
    """Every catalogue."""

    items: list[CatalogueLine]


class CatalogueEntryOut(BaseModel):
    """One entry; `more` holds what only this catalogue has."""

    code: str
    name: str
    version: str
    more: dict[str, Any]


class CatalogueEntries(BaseModel):
    """Entries that fit, best first."""

    items: list[CatalogueEntryOut]


class MajorOut(CatalogueEntryOut):
    """A major with the occupations it leads to, by the Ministry's teaching standards."""

    occupations: list[CatalogueEntryOut]


class OccupationOut(CatalogueEntryOut):
    """An occupation with the majors that lead to it."""

    majors: list[CatalogueEntryOut]


_HIDDEN = {"code", "name", "version", "pinyin", "initials"}


def _entry(entry: Any) -> CatalogueEntryOut:
    fields = asdict(entry)
    more = {name: value for name, value in fields.items() if name not in _HIDDEN}
    return CatalogueEntryOut(code=entry.code, name=entry.name, version=entry.version, more=more)


@router.get("")
async def list_catalogues() -> CatalogueList:
    """List the catalogues with their sizes and versions."""
    lines = [
        CatalogueLine(
            name=name.value,
            entries=len(load()),
            versions=sorted({cast("str", entry.version) for entry in load()}),
        )
        for name, load in _LOAD.items()
    ]
    return CatalogueList(items=lines)


@router.get("/{name}")
async def search_catalogue(
    name: CatalogueName,
    q: Annotated[str, Query(max_length=100)] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> CatalogueEntries:
    """Search one catalogue by code, name or pinyin."""
    return CatalogueEntries(items=[_entry(each) for each in _LOAD[name]().search(q, limit=limit)])


@router.get("/majors/{code}/occupations")
async def read_major(code: str, year: int | None = None) -> MajorOut:
    """Return a major and the occupations that it leads to."""
    major = find_major(code, year)
    if major is None:
        raise NotFoundError(code=code)
    found = [find_occupation(each) for each in occupations_of(major.code)]
    return MajorOut(
        **_entry(major).model_dump(), occupations=[_entry(each) for each in found if each]
    )


@router.get("/occupations/{code}/majors")
async def read_occupation(code: str) -> OccupationOut:
    """Return an occupation and the majors that lead to it."""
    occupation = find_occupation(code)
    if occupation is None:
        raise NotFoundError(code=code)
    found = [find_major(each) for each in majors_of(code)]
    return OccupationOut(
        **_entry(occupation).model_dump(), majors=[_entry(each) for each in found if each]
    )


@router.get("/{name}/{code}")
async def read_entry(name: CatalogueName, code: str) -> CatalogueEntryOut:
    """Return one entry, the newest version of its list."""
    entry = _LOAD[name]().find(code)
    if entry is None:
        raise NotFoundError(code=code)
    return _entry(entry)
