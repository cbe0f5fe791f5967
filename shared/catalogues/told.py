"""Codes as people tell them: by code or name; an unknown one is answered with the nearest."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, Protocol

from shared.catalogues.catalogue import Catalogue
from shared.catalogues.industries import find_industry, industries
from shared.catalogues.majors import find_major, majors
from shared.catalogues.occupations import find_occupation, occupations
from shared.catalogues.regions import find_region, regions
from shared.kernel.errors import Text

MAJORS_MAX = 200
_NEAREST = 3


class _Named(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a code stands for, and the list that it is looked up in."""

    name: Text
    listed: Text


_REGION = _Kind(Text("行政区划", "region"), Text("GB/T 2260", "GB/T 2260"))
_INDUSTRY = _Kind(Text("行业", "industry"), Text("GB/T 4754-2017", "GB/T 4754-2017"))
_OCCUPATION = _Kind(
    Text("职业", "occupation"),
    Text("职业分类大典（2022）", "the classification of occupations (2022)"),
)
_MAJOR = _Kind(Text("专业", "major"), Text("专业目录", "the catalogue of majors"))


class CodeUnknownError(Exception):
    """A catalogue has neither this code nor this name."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def with_catalogue_codes(told: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Text]]:
    """Return the codes among `told` in their catalogues' form, and what is wrong with the others.

    >>> with_catalogue_codes({"region_code": "杭州", "industry_code": None, "title": "后端"})
    ({'region_code': '330100'}, {})
    """
    known: dict[str, Any] = {}
    wrong: dict[str, Text] = {}
    for field, find in _FINDERS.items():
        if not told.get(field):
            continue
        one = told[field]
        try:
            known[field] = find(one if isinstance(one, str) else tuple(one))
        except CodeUnknownError as error:
            wrong[field] = error.text
    return known, wrong


@lru_cache(maxsize=4096)
def region_of(told: str) -> str:
    """Return the six digits of a region told by code or by name (杭州 for 杭州市)."""
    if told.isdecimal() and (found := find_region(told)):
        return found.code
    for ending in ("市", "省"):
        # 杭州, 浙江: people leave the last sign out; of equal names the larger place is meant.
        if found := next((each for each in regions() if each.name == told + ending), None):
            return found.code
    return _only(regions(), told, _REGION)


@lru_cache(maxsize=4096)
def occupation_of(told: str) -> str:
    """Return the code of an occupation told by code or by name."""
    if found := find_occupation(told):
        return found.code
    return _only(occupations(), told, _OCCUPATION)


@lru_cache(maxsize=4096)
def industry_of(told: str) -> str:
    """Return the code of an industry told by code or by name."""
    if found := find_industry(told):
        return found.code
    return _only(industries(), told, _INDUSTRY)


@lru_cache(maxsize=4096)
def majors_of(told: tuple[str, ...]) -> tuple[str, ...]:
    """Return major codes for codes, names, and class codes or names (every major of the class)."""
    codes: dict[str, None] = {}
    for each in told:
        codes.update(dict.fromkeys(_majors_told(each)))
    if len(codes) > MAJORS_MAX:
        raise CodeUnknownError(
            Text(
                f"共 {len(codes)} 个专业，最多 {MAJORS_MAX} 个；请写到专业或专业类",
                f"these are {len(codes)} majors, at most {MAJORS_MAX}: name majors or classes",
            )
        )
    return tuple(codes)


@lru_cache(maxsize=4096)
def _majors_told(told: str) -> tuple[str, ...]:
    if found := find_major(told):
        return (found.code,)
    same = tuple(
        dict.fromkeys(m.code for m in majors() if told in {m.name, m.class_code, m.class_name})
    )
    if same:
        # One name may stand at several levels: the major is meant at each of them.
        return same
    raise _unknown(majors(), told, _MAJOR)


def _only(catalogue: Catalogue[Any], told: str, kind: _Kind) -> str:
    same = list(dict.fromkeys(entry.code for entry in catalogue if entry.name == told))
    if len(same) == 1:
        return same[0]
    if same:
        raise CodeUnknownError(
            Text(
                f"“{told}”有多个：{'、'.join(same[:8])}，请写代码",
                f"“{told}” is the name of several: {', '.join(same[:8])}; write the code",
            )
        )
    raise _unknown(catalogue, told, kind)


def _unknown(catalogue: Catalogue[Any], told: str, kind: _Kind) -> CodeUnknownError:
    entries = [f"{entry.code} {entry.name}" for entry in nearest(catalogue, told)]
    zh, en, shown = "、".join(entries), ", ".join(entries), told[:40]
    return CodeUnknownError(
        Text(
            f"{kind.listed.zh}中没有{kind.name.zh}“{shown}”"
            + (f"，相近的有：{zh}" if zh else "，请核对代码"),
            f"{kind.listed.en} has no {kind.name.en} “{shown}”"
            + (f"; near it: {en}" if en else ": check it"),
        )
    )


def nearest(catalogue: Catalogue[Any], told: str) -> list[_Named]:
    """Return the entries nearest to an unknown code or name.

    1. Entries whose name holds the words, or whose code begins alike.
    2. Otherwise names that are spelled alike.
    """
    for query in _shorter(told.strip()):
        found = catalogue.search(query, limit=_NEAREST)
        if query != told.strip():
            # The beginning of a code says nothing about names that are spelled with its letters.
            found = tuple(e for e in found if e.code.lower().startswith(query.lower()))
        if found:
            return list(found)
    names: dict[str, _Named] = {entry.name: entry for entry in catalogue}
    return [names[name] for name in difflib.get_close_matches(told, names, _NEAREST, 0.4)]


def _shorter(told: str) -> Iterable[str]:
    """Yield the words, then for a code its beginnings down to the half."""
    yield told
    if told and told[0].isascii():
        for end in range(len(told) - 1, max(1, len(told) // 2) - 1, -1):
            yield told[:end]


_FINDERS: Final[Mapping[str, Callable[[Any], str | tuple[str, ...]]]] = MappingProxyType(
    {
        "region_code": region_of,
        "occupation_code": occupation_of,
        "industry_code": industry_of,
        "major_codes": majors_of,
    }
)
CODE_FIELDS: Final[tuple[str, ...]] = tuple(_FINDERS)
