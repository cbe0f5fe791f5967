"""What can be found, in which room's list, and which filters that list knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlencode


class FoundType(StrEnum):
    """What kind of thing a search finds."""

    POSTS = "posts"
    NOTICES = "notices"
    ORGANISATIONS = "organisations"
    COMPETENCY_STANDARDS = "competency_standards"
    POLICIES = "policies"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a search asks for: words and filters; a filter that is not given is not among them."""

    words: str
    filters: Mapping[str, str]

    def query(self) -> dict[str, str]:
        """Return the search as a query that every list understands."""
        return {**({"q": self.words} if self.words else {}), **self.filters}


@dataclass(frozen=True, slots=True)
class Source:
    """A room's own public list of one type; its order and its counts are the room's."""

    type: FoundType
    room: str
    path: str
    filters: frozenset[str]
    counts: str | None = None
    always: Mapping[str, str] = field(default_factory=dict[str, str])

    def address(self, wanted: Wanted) -> str:
        """Return where the whole list is read, with the room's own finer filters."""
        asked = {**wanted.query(), **self.always}
        return f"{self.path}?{urlencode(asked)}" if asked else self.path


_EVERY = frozenset({"region", "industry", "occupation", "major"})
SOURCES: Mapping[FoundType, Source] = {
    source.type: source
    for source in (
        Source(FoundType.POSTS, "internships", "/v1/posts", _EVERY, "/v1/posts/facets"),
        Source(FoundType.NOTICES, "exchange", "/v1/notices", _EVERY, "/v1/notices/facets"),
        Source(
            FoundType.ORGANISATIONS,
            "accounts",
            "/v1/organisations",
            frozenset({"region"}),
            always={"verified": "true"},
        ),
        Source(
            FoundType.COMPETENCY_STANDARDS,
            "forecasting",
            "/v1/competency-standards",
            frozenset({"industry", "occupation"}),
        ),
    )
}
POLICY_FILTERS = frozenset({"region"})


def unknown_filters(kind: FoundType, wanted: Wanted) -> list[str]:
    """Return the filters of a search that a type does not know: such a type is left out."""
    source = SOURCES.get(kind)
    known = source.filters if source else POLICY_FILTERS
    return sorted(set(wanted.filters) - known)
