"""Addresses of lists: the present query with one thing changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import URL

from gateway.portal.api_client import Answer
from gateway.portal.components import Column, FacetValue, Pager

# These belong to one look at a list, not to the list that a link means.
_MOMENTARY = frozenset({"cursor", "lang"})


def with_query(address: URL, **changes: str | Sequence[str] | None) -> str:
    """Return the path and query with some names replaced; None takes a name away."""
    kept = [
        (name, value)
        for name, value in parse_qsl(address.query)
        if name not in changes and name not in _MOMENTARY
    ]
    for name, value in changes.items():
        if value is None:
            continue
        kept.extend((name, one) for one in ([value] if isinstance(value, str) else value))
    return f"{address.path}?{urlencode(kept)}" if kept else address.path


def toggled(address: URL, name: str, value: str) -> tuple[str, bool]:
    """Return the address with one value of a facet added or removed, and whether it is chosen."""
    chosen = [told for key, told in parse_qsl(address.query) if key == name]
    if value in chosen:
        return with_query(address, **{name: [one for one in chosen if one != value]}), True
    return with_query(address, **{name: [*chosen, value]}), False


def facet_value(address: URL, name: str, *, value: str, text: str, count: int | None) -> FacetValue:
    """Return one value of a facet whose link adds or removes it."""
    href, chosen = toggled(address, name, value)
    return FacetValue(text, count, href, chosen)


def sortable(address: URL, label: str, *, by: str, numeric: bool = False) -> Column:
    """Return a column whose heading sorts by `by`, and the other way round when it does already."""
    present = dict(parse_qsl(address.query)).get("sort", "")
    state: Literal["ascending", "descending", "none"] = "none"
    if present.removeprefix("-") == by:
        state = "descending" if present.startswith("-") else "ascending"
    href = with_query(address, sort=f"-{by}" if state == "ascending" else by)
    return Column(label, numeric=numeric, sort=by, sorted=state, sort_href=href)


def pager(address: URL, answer: Answer, *, shown: int, total: int | None = None) -> Pager:
    """Return the ways on from one page of a list."""
    following = answer.next_cursor
    return Pager(
        shown,
        total,
        next_href=with_query(address, cursor=following) if following else None,
        first_href=with_query(address) if "cursor" in dict(parse_qsl(address.query)) else None,
    )
