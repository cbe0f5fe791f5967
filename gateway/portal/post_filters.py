"""The filters of the search for posts: from the page's address to the API's, facets and chips."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.datastructures import URL, QueryParams

from gateway.portal.addresses import facet_value, with_query
from gateway.portal.catalogue_names import NAMES
from gateway.portal.components import Facet, FacetValue
from gateway.portal.post_words import KINDS, LEVELS
from gateway.portal.translation import Texts, marked

Body = Mapping[str, Any]

# Filters of the page that the API knows by the same name.
FILTERS = (
    "q",
    "region",
    "industry",
    "occupation",
    "major",
    "kind",
    "level",
    "enterprise_id",
    "pay_fen_month_min",
    "days_week_max",
    "seats_left_min",
    "start_from",
    "start_until",
    "end_until",
)
DATES = ("start_from", "start_until", "end_until")

_TITLES: Sequence[tuple[str, str, str]] = (
    ("region", "region", marked("Region")),
    ("major", "major", marked("Major")),
    ("pay", "pay_fen_month_min", marked("Pay")),
    ("kind", "kind", marked("Kind of internship")),
    ("industry", "industry", marked("Industry")),
    ("occupation", "occupation", marked("Occupation")),
    ("days", "days_week_max", marked("Days a week")),
    ("seats", "seats_left_min", marked("Seats left")),
    ("level", "level", marked("Compliance")),
)
_CLOSED = frozenset({"industry", "occupation", "days", "seats", "level"})
_SHOWN = 12


def asked_of(query: QueryParams) -> dict[str, str]:
    """Return the filters that the address names, blanks left out."""
    return {name: query[name].strip() for name in FILTERS if query.get(name, "").strip()}


def facets_of(address: URL, counted: Body, texts: Texts) -> list[Facet]:
    """Return the ways to narrow the posts found; codes lead to their next finer level."""
    chosen = asked_of(QueryParams(address.query))
    facets = [
        Facet(
            texts.gettext(title),
            _values(address, counted[facet], (facet, param), texts),
            open=facet not in _CLOSED or param in chosen,
        )
        for facet, param, title in _TITLES
    ]
    return [facet for facet in facets if facet.values]


def chips_of(address: URL, texts: Texts) -> list[FacetValue]:
    """Return the chosen filters, each with the address without it."""
    chosen = asked_of(QueryParams(address.query))
    return [
        FacetValue(_said(name, value, texts), None, with_query(address, **{name: None}), True)
        for name, value in chosen.items()
        if name not in {"q", "enterprise_id"}
    ]


def _values(
    address: URL, counted: Sequence[Body], names: tuple[str, str], texts: Texts
) -> list[FacetValue]:
    facet, param = names
    known = [(one["value"], one["count"]) for one in counted if one["value"] != "none"]
    if facet in {"pay", "seats"}:
        known = _summed(known[::-1])[::-1]
    if facet == "days":
        known = _summed(known)
    known = [(value, count) for value, count in known if value != "0"]
    return [
        _one(address, param, value=value, text=_said(param, value, texts), count=count)
        for value, count in known[:_SHOWN]
    ]


def _summed(values: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return the running sums: "from 2,000 yuan" counts what is above it, too."""
    total, summed = 0, list[tuple[str, int]]()
    for value, count in values:
        total += count
        summed.append((value, total))
    return summed


def _one(address: URL, param: str, *, value: str, text: str, count: int) -> FacetValue:
    """Return a link that chooses this value only: the API takes one value of each filter."""
    if QueryParams(address.query).get(param) == value:
        return facet_value(address, param, value=value, text=text, count=count)
    return FacetValue(text, count, with_query(address, **{param: value}))


def _said(param: str, value: str, texts: Texts) -> str:
    if param in NAMES:
        return NAMES[param](value)
    told = _WAYS.get(param)
    return told(value, texts) if told else value


def _word(words: Mapping[str, str]) -> Callable[[str, Texts], str]:
    return lambda value, texts: texts.gettext(words[value]) if value in words else value


def _pay(value: str, texts: Texts) -> str:
    if not value.isdecimal():
        return value
    return texts.gettext("From %(pay)s a month") % {"pay": texts.money(int(value))}


def _days(value: str, texts: Texts) -> str:
    plural = 1 if value == "1" else 2
    said = texts.ngettext("At most %(count)s day", "At most %(count)s days", plural)
    return said % {"count": value}


def _seats(value: str, texts: Texts) -> str:
    return texts.gettext("At least %(count)s left") % {"count": value}


def _date(text: str) -> Callable[[str, Texts], str]:
    return lambda value, texts: f"{texts.gettext(text)} {value}"


_WAYS: Mapping[str, Callable[[str, Texts], str]] = {
    "kind": _word(KINDS),
    "level": _word({name: text for name, (text, _tone) in LEVELS.items()}),
    "pay_fen_month_min": _pay,
    "days_week_max": _days,
    "seats_left_min": _seats,
    "start_from": _date(marked("Starts from")),
    "start_until": _date(marked("Starts until")),
    "end_until": _date(marked("Ends until")),
}
