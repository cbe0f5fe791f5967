"""Rulebooks as schools write them, for tests."""

from __future__ import annotations

from typing import Any


def title(zh: str = "规则", en: str = "rule") -> dict[str, str]:
    return {"zh": zh, "en": en}


def rule(name: str, when: Any, grant: Any) -> dict[str, Any]:
    return {"id": name, "title": title(), "when": when, "grant": grant}


def limit(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "kind": kind, "title": title("限制", "limit"), **more}


def kind_is(name: str, *more: Any) -> dict[str, Any]:
    return {"all": [{"eq": ["outcome.kind", name]}, *more]}


def book(*rules: Any, limits: Any = (), **more: Any) -> dict[str, Any]:
    return {
        "rules": list(rules),
        "limits": list(limits),
        "hours_per_credit": 16,
        "weeks_per_credit": 1,
        **more,
    }


TABLE = {
    f"{level}/{award}": 100 * (8 - 2 * i - j)
    for i, level in enumerate(("national", "provincial", "municipal"))
    for j, award in enumerate(("special", "first", "second", "third"))
    if 8 - 2 * i - j > 0
}

SCHOOL_BOOK = book(
    rule(
        "competition",
        kind_is("competition"),
        {"by": ["outcome.level", "outcome.award"], "table": TABLE},
    ),
    rule(
        "certificate",
        kind_is("skill_certificate", {"ge": ["match.overlap_percent", 60]}),
        {"course_credits": True},
    ),
    rule(
        "course",
        kind_is(
            "school_course",
            {"ge": ["match.overlap_percent", 80]},
            {"ge": ["match.stage_gap", 0]},
            {"le": ["outcome.age_days", 1825]},
        ),
        {"by_hours": True},
    ),
    rule("internship", kind_is("internship"), {"by_weeks": True}),
    limits=[
        limit("each", "max_each", amount=800),
        limit("once", "content_once_highest"),
        limit("one-course", "courses_per_outcome", count=1),
        limit("half", "max_percent_of_programme", percent=50),
        limit("online", "max_percent_online", percent=30),
        limit("year", "annual_max", amount=1500),
    ],
)
