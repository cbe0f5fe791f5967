"""The filters of the board: from the page's address to the API's, facets and chips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.datastructures import URL, QueryParams

from gateway.portal.addresses import facet_value, with_query
from gateway.portal.catalogue_names import NAMES
from gateway.portal.components import Facet, FacetValue
from gateway.portal.exchange_words import SIDES, Kinds, kind_name
from gateway.portal.translation import Texts, marked

Body = Mapping[str, Any]

# Filters of the page that the API knows by the same name.
FILTERS = ("q", "side", "kind", "region", "industry", "occupation", "major")
_TITLES: Sequence[tuple[str, str]] = (
    ("side", marked("Offer or need")),
    ("kind", marked("Kind of notice")),
    ("region", marked("Region")),
    ("industry", marked("Industry")),
    ("occupation", marked("Occupation")),
    ("major", marked("Major")),
)
_CLOSED = frozenset({"occupation", "major"})
_SHOWN = 15


def asked_of(query: QueryParams) -> dict[str, str]:
    """Return the filters that the address names, blanks left out."""
    return {name: query[name].strip() for name in FILTERS if query.get(name, "").strip()}


def facets_of(address: URL, counted: Body, texts: Texts) -> list[Facet]:
    """Return the ways to narrow the notices found; codes lead to their next finer level."""
    chosen = asked_of(QueryParams(address.query))
    return [
        Facet(
            texts.gettext(title),
            [_value(address, name, one, texts) for one in counted[name][:_SHOWN]],
            open=name not in _CLOSED or name in chosen,
        )
        for name, title in _TITLES
        if counted[name]
    ]


def chips_of(address: URL, kinds: Kinds, texts: Texts) -> list[FacetValue]:
    """Return the chosen filters, each with the address without it."""
    chosen = asked_of(QueryParams(address.query))
    return [
        FacetValue(
            _said(name, value, kinds, texts), None, with_query(address, **{name: None}), True
        )
        for name, value in chosen.items()
        if name != "q"
    ]


def _value(address: URL, name: str, one: Body, texts: Texts) -> FacetValue:
    """Return a link that chooses this value only: the API takes one value of each filter."""
    value, text = one["value"], one["name_en" if texts.language == "en" else "name_zh"]
    if QueryParams(address.query).get(name) == value:
        return facet_value(address, name, value=value, text=text, count=one["count"])
    return FacetValue(text, one["count"], with_query(address, **{name: value}))


def _said(name: str, value: str, kinds: Kinds, texts: Texts) -> str:
    if name == "side":
        return texts.gettext(SIDES.get(value, value))
    if name == "kind":
        return kind_name(kinds, value, texts) if value in kinds else value
    return NAMES[name](value)
