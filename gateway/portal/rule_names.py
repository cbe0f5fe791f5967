"""Words of the rule editor: comparisons, grants, limits, what a rule may ask about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.portal.forms import Option
from gateway.portal.translation import Texts, marked

Field = Mapping[str, Any]

OPERATORS: Mapping[str, str] = {
    "ge": marked("is at least"),
    "le": marked("is at most"),
    "between": marked("lies between"),
    "eq": marked("is exactly"),
    "in": marked("is one of"),
    "has": marked("contains"),
}
GROUPS: Mapping[str, str] = {
    "all": marked("All of these hold"),
    "any": marked("At least one of these holds"),
    "none": marked("None of these holds"),
}
GRANTS: Mapping[str, str] = {
    "course_credits": marked("The credits of the course"),
    "course_percent": marked("A share of the course's credits"),
    "outcome_credits": marked("The credits of the outcome itself"),
    "fixed": marked("A fixed number of credits"),
    "by_hours": marked("By hours, at the school's ratio"),
    "by_weeks": marked("By weeks, at the school's ratio"),
    "table": marked("By a table"),
}
LIMITS: Mapping[str, str] = {
    "max_each": marked("At most so many credits each"),
    "max_total": marked("At most so many credits in all"),
    "annual_max": marked("At most so many credits a year"),
    "max_percent_of_programme": marked("At most this share of the programme"),
    "max_percent_online": marked("At most this share by online learning"),
    "content_once_highest": marked("One content counts once, the highest wins"),
    "courses_per_outcome": marked("At most so many courses for one outcome"),
}
# What the number of a limit counts: the name that it has in the rulebook.
LIMIT_NUMBERS: Mapping[str, str] = {
    "max_each": "amount",
    "max_total": "amount",
    "annual_max": "amount",
    "max_percent_of_programme": "percent",
    "max_percent_online": "percent",
    "courses_per_outcome": "count",
}
SUBJECTS: Mapping[str, str] = {
    "outcome": marked("Learning outcome"),
    "course": marked("Course"),
    "programme": marked("Programme"),
    "match": marked("Outcome against course"),
    "application": marked("Application"),
}
# Hours, weeks and days are in the names of their fields.
UNITS: Mapping[str, str] = {
    "credit/100": marked("credits"),
    "step": marked("steps"),
    "%": "%",
    "0-100": "0–100",
}


def options_of(texts: Texts, words: Mapping[str, str], keys: Sequence[str]) -> list[Option]:
    """Return the choices among `keys`, in the order in which their words stand."""
    return [Option(key, texts.gettext(said)) for key, said in words.items() if key in keys]


def field_title(texts: Texts, field: Field) -> str:
    """Return what a field is, with its unit."""
    counted = UNITS.get(field["unit"], "")
    unit = texts.gettext(counted) if counted else ""
    title = field["title"][texts.language]
    return f"{title} ({unit})" if unit else title


def field_groups(texts: Texts, fields: Sequence[Field]) -> list[tuple[str, list[Option]]]:
    """Return the fields that a condition may ask about, by their subject."""
    return [
        (
            texts.gettext(said),
            [
                Option(one["name"], field_title(texts, one))
                for one in fields
                if one["name"].startswith(f"{subject}.")
            ],
        )
        for subject, said in SUBJECTS.items()
    ]
