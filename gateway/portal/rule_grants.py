"""What a rule grants and what a limit allows as forms: credits, shares, tables, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.portal.rule_conditions import credits_written, hundredths, whole
from gateway.portal.rule_names import LIMIT_NUMBERS

Content = Mapping[str, Any]
Values = Mapping[str, str | list[str]]

COLUMNS = 3  # of a table: so many fields may choose its row
ROWS_MAX = 200
_ROWS_SPARE = 3
_KIND_FIRST = "course_credits"


def grant_values(grant: Content) -> dict[str, str | list[str]]:
    """Return the values of the form's fields for a grant."""
    if "table" in grant:
        found: dict[str, str | list[str]] = {"grant.kind": "table"}
        by: Sequence[str] = grant.get("by", [])
        found |= {f"grant.by.{place}": name for place, name in enumerate(by)}
        for index, (key, amount) in enumerate(grant["table"].items()):
            found |= {f"row.{index}.{place}": part for place, part in enumerate(key.split("/"))}
            found[f"row.{index}.credits"] = _amount_written(amount)
        return found
    kind = next(iter(grant), _KIND_FIRST)
    told = grant.get(kind)
    return {
        "grant.kind": kind,
        "grant.amount": _amount_written(told) if kind == "fixed" else "",
        "grant.percent": str(told) if kind == "course_percent" else "",
    }


def read_grant(sent: Values) -> dict[str, Any]:
    """Return the grant that a form tells; an amount that is none stays as written."""
    kind = _one(sent, "grant.kind") or _KIND_FIRST
    if kind == "fixed":
        return {"fixed": hundredths(_one(sent, "grant.amount"))}
    if kind == "course_percent":
        return {"course_percent": whole(_one(sent, "grant.percent"))}
    if kind != "table":
        return {kind: True}
    by = [_one(sent, f"grant.by.{place}") for place in range(COLUMNS)]
    by = [name for name in dict.fromkeys(by) if name]
    table: dict[str, Any] = {}
    for index in range(row_count(sent)):
        amount = _one(sent, f"row.{index}.credits")
        parts = [_one(sent, f"row.{index}.{place}") for place in range(len(by))]
        # A row without credits is taken out.
        if amount:
            table["/".join(parts)] = hundredths(amount)
    return {"by": by, "table": table}


def row_count(sent: Values) -> int:
    """Return how many rows a table in a form has."""
    told = whole(_one(sent, "rows"))
    return min(told, ROWS_MAX) if isinstance(told, int) else 0


def rows_shown(grant: Content) -> int:
    """Return how many rows the form shows for a grant: some of them spare."""
    return min(len(grant.get("table", {})) + _ROWS_SPARE, ROWS_MAX)


def grant_changed(sent: Values) -> bool:
    """Whether the form shows other fields now: another kind, or a table by other fields."""
    names = ["grant.kind", *(f"grant.by.{place}" for place in range(COLUMNS))]
    return any(
        _one(sent, f"was.{name}") != _one(sent, name) for name in names if f"was.{name}" in sent
    )


def limit_values(limit: Content) -> dict[str, str | list[str]]:
    """Return the values of the form's fields for a limit."""
    kind = str(limit.get("kind", ""))
    number = limit.get(LIMIT_NUMBERS.get(kind, ""), "")
    title = limit.get("title", {})
    return {
        "id": str(limit.get("id", "")),
        "title_zh": str(title.get("zh", "")),
        "title_en": str(title.get("en", "")),
        "kind": kind,
        "number": _amount_written(number) if _in_credits(kind) else str(number),
        "outcome_kinds": list(limit.get("outcome_kinds", [])),
    }


def read_limit(sent: Values) -> dict[str, Any]:
    """Return the limit that a form tells."""
    kind, number = _one(sent, "kind"), _one(sent, "number")
    told: dict[str, Any] = {
        "id": _one(sent, "id"),
        "title": {"zh": _one(sent, "title_zh"), "en": _one(sent, "title_en")},
        "kind": kind,
    }
    if kind in LIMIT_NUMBERS:
        told[LIMIT_NUMBERS[kind]] = hundredths(number) if _in_credits(kind) else whole(number)
    kinds = sent.get("outcome_kinds", [])
    chosen = [kinds] if isinstance(kinds, str) else list(kinds)
    return {**told, "outcome_kinds": chosen} if any(chosen) else told


def _in_credits(kind: str) -> bool:
    return LIMIT_NUMBERS.get(kind) == "amount"


def _amount_written(amount: Any) -> str:
    return credits_written(amount) if isinstance(amount, int) else str(amount)


def _one(sent: Values, name: str) -> str:
    told = sent.get(name, "")
    return told if isinstance(told, str) else next(iter(told), "")
