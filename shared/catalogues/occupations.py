"""Occupations of 职业分类大典 2022, and the majors that lead to them."""

from __future__ import annotations

from functools import cache

from shared.catalogues.catalogue import Catalogue, load, read_rows
from shared.catalogues.entries import Occupation
from shared.catalogues.major_codes import group_of


@cache
def occupations() -> Catalogue[Occupation]:
    """Return the occupations; read on first use."""
    return load("occupations", _make)


def _make(row: list[str]) -> Occupation:
    code, name, level, parent, marks, version, pinyin, initials = row
    return Occupation(
        code=code,
        name=name,
        level=level,
        parent=parent,
        green="L" in marks,
        digital="S" in marks,
        version=version,
        pinyin=pinyin,
        initials=initials,
    )


def find_occupation(code: str) -> Occupation | None:
    """Return an occupation by its code, or None.

    >>> find_occupation("4-04-05-01").name
    '计算机程序设计员'
    """
    return occupations().find(code)


@cache
def _pairs() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    forward: dict[str, list[str]] = {}
    backward: dict[str, list[str]] = {}
    for major, occupation in read_rows("major_occupations"):
        forward.setdefault(major, []).append(occupation)
        backward.setdefault(occupation, []).append(major)
    return (
        {major: tuple(codes) for major, codes in forward.items()},
        {occupation: tuple(codes) for occupation, codes in backward.items()},
    )


def occupations_of(major_code: str) -> tuple[str, ...]:
    """Return the occupations that the standards lead a major to; empty if none is known."""
    return _pairs()[0].get(major_code, ())


def majors_of(occupation_code: str) -> tuple[str, ...]:
    """Return the majors whose standards name an occupation; empty if none is known."""
    return _pairs()[1].get(occupation_code, ())


def major_groups_of(occupation_code: str) -> frozenset[str]:
    """Return the aligned major groups that lead to an occupation; empty if none is known."""
    groups = (group_of(code) for code in majors_of(occupation_code))
    return frozenset(group for group in groups if group is not None)
