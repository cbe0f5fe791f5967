"""Matches (校企需求对接): what is compared with what, and what was found; nothing is decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from services.exchange.domain.notice import Notice
from services.exchange.domain.notice_kind import answering
from services.exchange.domain.notice_search import words_of_text
from services.exchange.engine.likeness import Likeness, NoticeProfile
from shared.catalogues.industries import find_industry

MATCHES_MAX: Final = 50
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_OTHER_SIDE: Final = {"offer": "need", "need": "offer"}

Group = tuple[str, str]
"""A side and a kind."""


@dataclass(frozen=True, slots=True)
class Match:
    """A notice that fits, why, and which of one's own it answers."""

    notice: Notice
    likeness: Likeness | None
    for_notice: UUID | None = None


@dataclass(frozen=True, slots=True)
class Matches:
    """The best that was found, the best first."""

    considered: int
    personalised: bool
    items: tuple[Match, ...]


def groups_answering(side: str, kind: str) -> tuple[Group, ...]:
    """Return the side and kinds that answer a notice.

    >>> groups_answering("need", "mentor")
    (('offer', 'mentor'),)
    """
    return tuple((_OTHER_SIDE[side], each) for each in answering(kind))


def every_group(asked: Iterable[Notice]) -> frozenset[Group]:
    """Return every side and kind that answers one of several notices."""
    return frozenset(
        group for each in asked for group in groups_answering(each.terms.side, each.terms.kind)
    )


def key_of(notice_id: UUID, version: int) -> bytes:
    """Return the key under which a version of a notice is known; it sorts as ids do."""
    return notice_id.bytes + version.to_bytes(4)


def profile_of(row: Mapping[str, Any]) -> NoticeProfile:
    """Return what matching may know of a stored notice."""
    published: datetime | None = row["published_at"]
    return NoticeProfile(
        key=key_of(row["id"], row["version"]),
        kind=row["kind"],
        majors=tuple(row["major_codes"]),
        occupation=row["occupation_code"] or "",
        skills=tuple(row["skills"]),
        words=words_of_text(row["search_terms"]),
        region=row["region_code"],
        industry=industry_path(row["industry_code"] or ""),
        published=(published - _EPOCH) // timedelta(microseconds=1) if published else 0,
    )


def profile_of_place(region_code: str | None, industry_code: str | None) -> NoticeProfile:
    """Return what matching may know of an organisation without notices: what it does, and where."""
    path = industry_path(industry_code or "")
    return NoticeProfile(key=b"", kind="", region=region_code or "", industry=path)


@lru_cache(maxsize=4096)
def industry_path(code: str) -> tuple[str, ...]:
    """Return an industry's codes from the section down to it; empty for an unknown one.

    >>> industry_path("3670"), industry_path("")
    (('C', '36', '367', '3670'), ())
    """
    path: list[str] = []
    found = find_industry(code) if code else None
    while found is not None:
        path.insert(0, found.code)
        found = find_industry(found.parent) if found.parent else None
    return tuple(path)
