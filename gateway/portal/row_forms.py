"""Forms with a list of like rows: read from what was sent, shown again, a few empty ones to fill.

A row's field is named by its group, its place and its own name: `units.0.code`. Rows in which
nothing is written are left out before the API sees them, so that its places are the form's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData

from gateway.portal.forms import FormState

Row = Mapping[str, str | list[str]]
EMPTY_ROWS = 3
_ROWS_MAX = 200


@dataclass(frozen=True, slots=True)
class Group:
    """One list of a form: its name, the fields of a row, and those that hold several values."""

    name: str
    fields: tuple[str, ...]
    several: frozenset[str] = frozenset()

    def place(self, row: int, field: str) -> str:
        """Return the name of a row's field."""
        return f"{self.name}.{row}.{field}"


def sent_rows(group: Group, sent: FormData) -> list[dict[str, str | list[str]]]:
    """Return the rows in which something was written, in their order."""
    found: list[dict[str, str | list[str]]] = []
    for row in range(_ROWS_MAX + EMPTY_ROWS):
        names = {field: group.place(row, field) for field in group.fields}
        told: dict[str, str | list[str]] = {}
        for field, name in names.items():
            words = [one.strip() for one in sent.getlist(name) if isinstance(one, str)]
            told[field] = words if field in group.several else next(iter(words), "")
        if any(told.values()):
            found.append(told)
    return found


def with_rows(form: FormState, group: Group, rows: Sequence[Mapping[str, Any]]) -> FormState:
    """Return a form with the rows of a group, and with the names of a few empty ones."""
    names = [
        group.place(row, field) for row in range(len(rows) + EMPTY_ROWS) for field in group.fields
    ]
    values = {
        group.place(place, field): _words(row.get(field))
        for place, row in enumerate(rows)
        for field in group.fields
    }
    return FormState((*form.fields, *names), {**form.values, **values}, form.errors)


def row_count(form: FormState, group: Group) -> int:
    """Return how many rows of a group a form shows."""
    return sum(name.startswith(f"{group.name}.") for name in form.fields) // len(group.fields)


def _words(value: Any) -> str | list[str]:
    if isinstance(value, list):
        return [str(one) for one in value]
    return "" if value is None else str(value)
