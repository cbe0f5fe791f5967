"""Courses and programmes: what a version of one says, and the share of practice in a programme."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.credits.domain.rulebook import digest_of
from shared.kernel.errors import NotFoundError, Text
from shared.policies.pack import Resolved, Rulebook, Skipped

COURSE_FIELDS = (
    "code",
    "title",
    "kind",
    "credits_hundredths",
    "hours",
    "weeks",
    "online",
    "description",
    "competencies",
)
PROGRAMME_FIELDS = (
    "code",
    "title",
    "major_code",
    "stage",
    "credits_hundredths",
    "hours_total",
    "hours_practice",
    "weeks_practice",
    "weeks_enterprise",
    "course_codes",
)
_WEEKS_YEAR = 52


class CourseNotFoundError(NotFoundError):
    """There is no such course at this school."""

    code = "course_not_found"
    title_zh = "本校没有该课程"


class ProgrammeNotFoundError(NotFoundError):
    """There is no such programme at this school."""

    code = "programme_not_found"
    title_zh = "本校没有该培养方案"


def with_digest(row: Mapping[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    """Return the fields of a version with the digest over them."""
    kept = {name: row.get(name) for name in fields}
    for name in ("competencies", "course_codes"):
        if name in kept:
            kept[name] = list(kept[name] or ())
    for name, plain in (("description", ""), ("online", False)):
        if name in kept and kept[name] is None:
            kept[name] = plain
    return {**kept, "digest": digest_of(kept)}


@dataclass(frozen=True, slots=True)
class PracticeFinding:
    """One demand on practice: what is asked, what the programme has, by which clause."""

    key: str
    passed: bool | None
    asked: float | None
    found: float | None
    text: Text
    clause: str | None


def check_practice(programme: Mapping[str, Any], rules: Rulebook) -> list[PracticeFinding]:
    """Hold a programme's practice against what the policy pack says (INT-06).

    Vocational schools: the share of practical hours; applied bachelors: a year of practice in
    all, of it half a year at an enterprise. What the pack or the programme does not say is skipped.
    """
    if programme["stage"] == "applied_bachelor":
        return [
            _years(rules, "practice.applied_ug_total", programme["weeks_practice"]),
            _years(rules, "practice.applied_ug_enterprise", programme["weeks_enterprise"]),
        ]
    total, practice = programme["hours_total"], programme["hours_practice"]
    share = practice / total if total and practice is not None else None
    return [_finding(rules, "practice.vocational_share", share)]


def _years(rules: Rulebook, key: str, weeks: int | None) -> PracticeFinding:
    return _finding(rules, key, None if weeks is None else weeks / _WEEKS_YEAR)


def _finding(rules: Rulebook, key: str, found: float | None) -> PracticeFinding:
    said: Resolved | Skipped = rules.parameters[key]
    if isinstance(said, Skipped):
        return PracticeFinding(key, None, None, found, said.reason, None)
    asked = float(str(said.value))
    clause = f"{said.cited.document} {said.cited.clause}"
    if found is None:
        text = Text("培养方案未填写该项，未检查。", "The programme does not say: not checked.")
        return PracticeFinding(key, None, asked, None, text, clause)
    passed = found >= asked - 1e-9
    text = Text(
        f"要求不低于 {asked:g}，方案为 {found:.2f}。",
        f"At least {asked:g} is asked; the programme has {found:.2f}.",
    )
    return PracticeFinding(key, passed, asked, round(found, 4), text, clause)
