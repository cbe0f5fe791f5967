"""The four terms of relevance, each a value in [0, 1] with its reason."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Final

from matching.scores.codes import (
    MUNICIPALITIES,
    Major,
    parse_major,
    parse_occupation,
    parse_region,
    shared_depth,
)
from matching.scores.reasons import Reason

# Values by depth of agreement. They are a stated convention, not a measurement: a class (专业类)
# shares most of its courses, a group (专业大类) only its foundation.
MAJOR_VALUES: Final = {"same": 1.0, "covered": 1.0, "class": 0.8, "group": 0.4, "other": 0.0}
OCCUPATION_VALUES: Final = (0.0, 0.1, 0.4, 0.8, 1.0)
REGION_VALUES: Final = (0.0, 0.4, 0.8, 1.0)


def major_term(student: str, asked: Iterable[str]) -> tuple[float | None, Reason]:
    """How near a major is to the nearest of the majors, classes or groups asked for.

    Returns:
        (value in [0, 1], reason); value None where a side is silent or of another catalogue.

    Raises:
        MalformedCodeError: a code of no known form.

    Cost: O(number asked).

    >>> major_term("610105", ["4101"])[0]
    1.0
    """
    wanted = [parse_major(code) for code in asked]
    if not student or not wanted:
        return None, Reason("major.not_stated")
    own = parse_major(student)
    comparable = [other for other in wanted if other.tree == own.tree]
    if not comparable:
        return None, Reason("major.not_comparable", {"student": student})
    relations = [(_major_relation(own, other), other.code) for other in comparable]
    relation, code = max(relations, key=lambda pair: MAJOR_VALUES[pair[0]])
    return MAJOR_VALUES[relation], Reason(f"major.{relation}", {"student": student, "post": code})


def _major_relation(own: Major, other: Major) -> str:
    if own.major and own.major == other.major:
        return "same"
    if own.group != other.group:
        return "other"
    if not other.major and other.major_class in {"", own.major_class}:
        return "covered"
    if own.major_class and own.major_class == other.major_class:
        return "class"
    return "group"


def occupation_term(leads_to: Iterable[str], post: str) -> tuple[float | None, Reason]:
    """How near the post's occupation is to the nearest occupation that the major leads to.

    Returns:
        (value in [0, 1] by depth of the shared code, reason); None where a side is silent. A
        code that states a whole minor group agrees with everything inside it.

    Raises:
        MalformedCodeError: a code of no known form.

    Cost: O(number of occupations).

    >>> occupation_term(["6-06-01-02"], "6-06-01-03")[0]
    0.8
    """
    candidates = [(parse_occupation(code), code) for code in leads_to]
    if not post or not candidates:
        return None, Reason("occupation.not_stated")
    wanted = parse_occupation(post)
    depth, code = max(
        ((_occupation_depth(parts, wanted), code) for parts, code in candidates),
        key=lambda pair: pair[0],
    )
    relation = ("other", "major", "middle", "minor", "same")[depth]
    return OCCUPATION_VALUES[depth], Reason(
        f"occupation.{relation}", {"student": code, "post": post}
    )


def _occupation_depth(own: tuple[str, ...], other: tuple[str, ...]) -> int:
    depth = shared_depth(own, other)
    # Silence below the minor group is not a difference: 6-06-01 and 6-06-01-02 agree.
    return 4 if depth == 3 and 3 in {len(own), len(other)} else depth


def skills_term(own: frozenset[str], asked: frozenset[str]) -> tuple[float | None, Reason]:
    """Share of the skills asked for that the student has, after NFKC and case folding.

    Returns:
        (value in [0, 1], reason with the matched and missing skills); None where none is asked.

    Cost: O(skills).

    >>> skills_term(frozenset({"PLC"}), frozenset({"plc", "钳工"}))[0]
    0.5
    """
    wanted = {_folded(skill): skill for skill in sorted(asked)}
    if not wanted:
        return None, Reason("skills.not_stated")
    has = {_folded(skill) for skill in own}
    matched = tuple(skill for key, skill in wanted.items() if key in has)
    missing = tuple(skill for key, skill in wanted.items() if key not in has)
    relation = ("some" if matched else "none") if missing else "all"
    facts = {"matched": matched, "missing": missing}
    return len(matched) / len(wanted), Reason(f"skills.{relation}", facts)


def region_term(student: str, post: str) -> tuple[float | None, Reason]:
    """How near two regions are by their codes: district, city, province.

    Returns:
        (value in [0, 1], reason); None where a side is silent.

    Raises:
        MalformedCodeError: not 2, 4 or 6 digits.

    Source: GB/T 2260.
    Cost: O(1).

    >>> region_term("330106", "330110")[0]
    0.8
    """
    if not student or not post:
        return None, Reason("region.not_stated")
    own, other = parse_region(student), parse_region(post)
    depth = shared_depth(own, other)
    if depth == 1 and own[0] in MUNICIPALITIES:
        depth = 2
    relation = ("other", "same_province", "same_city", "same_district")[depth]
    return REGION_VALUES[depth], Reason(f"region.{relation}", {"student": student, "post": post})


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()
