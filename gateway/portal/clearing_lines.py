"""The rules of a round as lines that a person types: one reserve, quota or group a line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_PARTS = re.compile(r"[\s|,，、;；]+")
_MUST = frozenset({"必须", "硬", "hard", "must"})

Body = Mapping[str, Any]


class LineError(ValueError):
    """A line that cannot be read; `str()` is the line."""


def lines_of(text: str) -> list[list[str]]:
    """Return the parts of each line that holds something.

    >>> lines_of("1 | 数控1 | 3 必须")
    [['1', '数控1', '3', '必须']]
    """
    parts = ([one for one in _PARTS.split(line.strip()) if one] for line in text.splitlines())
    return [one for one in parts if one]


def read_reserves(text: str, posts: Sequence[Body]) -> list[dict[str, Any]]:
    """Return reserves from lines `post class seats [must]`; posts are numbered from 1."""
    found: list[dict[str, Any]] = []
    for line in lines_of(text):
        hard, told = _split_must(line)
        if len(told) != 3 or not told[2].isdecimal():
            raise LineError(" ".join(line))
        post, class_name, seats = told
        found.append(
            {
                "post_id": _post(post, posts, line),
                "class_name": class_name,
                "seats": int(seats),
                "hard": hard,
            }
        )
    return found


def read_least(text: str, posts: Sequence[Body]) -> list[dict[str, Any]]:
    """Return lower quotas from lines `post number`."""
    found: list[dict[str, Any]] = []
    for line in lines_of(text):
        if len(line) != 2 or not line[1].isdecimal():
            raise LineError(" ".join(line))
        found.append({"post_id": _post(line[0], posts, line), "least": int(line[1])})
    return found


def read_regions(text: str) -> list[dict[str, Any]]:
    """Return quotas by region from lines `code number [must]`.

    >>> read_regions("330100 40 必须")
    [{'region_code': '330100', 'most': 40, 'hard': True}]
    """
    found: list[dict[str, Any]] = []
    for line in lines_of(text):
        hard, told = _split_must(line)
        if len(told) != 2 or not told[1].isdecimal():
            raise LineError(" ".join(line))
        found.append({"region_code": told[0], "most": int(told[1]), "hard": hard})
    return found


def show_reserves(rules: Body, posts: Sequence[Body]) -> str:
    """Return reserves as the lines that `read_reserves` reads."""
    return "\n".join(
        f"{_number(one['post_id'], posts)} | {one['class_name']} | {one['seats']}{_must(one)}"
        for one in rules["reserves"]
    )


def show_least(rules: Body, posts: Sequence[Body]) -> str:
    """Return lower quotas as the lines that `read_least` reads."""
    return "\n".join(f"{_number(one['post_id'], posts)} | {one['least']}" for one in rules["least"])


def show_regions(rules: Body) -> str:
    """Return quotas as the lines that `read_regions` reads."""
    return "\n".join(
        f"{one['region_code']} | {one['most']}{_must(one)}" for one in rules["regions"]
    )


def _split_must(line: list[str]) -> tuple[bool, list[str]]:
    return (True, line[:-1]) if line[-1].lower() in _MUST else (False, line)


def _must(one: Body) -> str:
    return " | 必须" if one["hard"] else ""


def _post(told: str, posts: Sequence[Body], line: list[str]) -> str:
    if told.isdecimal() and 1 <= int(told) <= len(posts):
        return str(posts[int(told) - 1]["post_id"])
    if len(told) == 36:  # an id, for a post beyond the numbered ones
        return told
    raise LineError(" ".join(line))


def _number(post_id: str, posts: Sequence[Body]) -> str:
    found = [at for at, post in enumerate(posts, start=1) if post["post_id"] == post_id]
    return str(found[0]) if found else post_id
