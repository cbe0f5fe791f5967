"""Relevance of one post to one student, with the reason of each term in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matching.scores import PostProfile, Reason, Relevance, StudentProfile, relevance
from shared.catalogues.occupations import occupations_of


def profile_of_student(student: Mapping[str, Any]) -> StudentProfile:
    """Return what relevance may know of a student: never a personal trait."""
    return StudentProfile(
        major=student["major_code"],
        occupations=occupations_of(student["major_code"]),
        skills=frozenset(student["skills"]),
        region=student["region_code"] or "",
    )


def profile_of_post(post: Mapping[str, Any]) -> PostProfile:
    """Return what a post asks."""
    return PostProfile(
        majors=tuple(post["major_codes"]),
        occupation=post["occupation_code"] or "",
        skills=frozenset(post["skills"]),
        region=post["region_code"] or "",
    )


def relevance_of(student: Mapping[str, Any], post: Mapping[str, Any]) -> Relevance:
    """Return the relevance of a post to a student."""
    return relevance(profile_of_student(student), profile_of_post(post))


def term_values(term: str, value: float | None, reason: Reason) -> dict[str, Any]:
    """Return a term as it is shown."""
    return {
        "term": term,
        "value": value,
        "zh": reason.in_language("zh"),
        "en": reason.in_language("en"),
    }
