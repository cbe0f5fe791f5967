"""Majors and occupations as texts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from matching.scores.codes import parse_occupation


@dataclass(frozen=True, slots=True)
class MajorText:
    """A major as its code, its name and the names of its courses."""

    code: str
    name: str
    courses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OccupationText:
    """A minor group (小类) of occupations: its members.

    Attributes:
        code: such as 6-06-01.
        name: empty where the classification names only the members.
        members: name, definition and tasks of each; definition and tasks may be empty.
    """

    code: str
    name: str
    members: tuple[tuple[str, str, str], ...]


def gather_minor_groups(
    rows: Iterable[tuple[str, str, str, str, str]],
) -> tuple[OccupationText, ...]:
    """Gather the rows of 职业分类大典 into minor groups, in the order of their codes.

    Args:
        rows: (code, level, name, definition, tasks) with level 1-4; 1 and 2 are left out.

    Raises:
        MalformedCodeError: a code of no known form.

    Cost: O(rows).

    >>> group = ("6-06-01-00", "3", "木材加工人员", "", "")
    >>> rows = [group, ("6-06-01-01", "4", "制材工", "锯木", "1.锯 2.量")]
    >>> gather_minor_groups(rows)[0].members
    (('制材工', '锯木', '1.锯 2.量'),)
    """
    names: dict[str, str] = {}
    members: dict[str, list[tuple[str, str, str]]] = {}
    for code, level, name, definition, tasks in rows:
        if level not in {"3", "4"}:
            continue
        minor = "-".join(parse_occupation(code)[:3])
        members.setdefault(minor, [])
        if level == "3":
            names[minor] = name
        else:
            members[minor].append((name, definition, tasks))
    return tuple(
        OccupationText(code, names.get(code, ""), tuple(members[code])) for code in sorted(members)
    )
