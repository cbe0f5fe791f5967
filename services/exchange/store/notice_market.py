"""Published notices as the engine's columns: kept by id and version, chosen as the caller.

What stands for choice is asked of the database at every request, under the caller's row-level
security; only notices whose id and version are not known yet are read in full.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, LargeBinary, cast, func, select, tuple_

from services.exchange.domain.notice import Notice
from services.exchange.domain.notice_match import Group, profile_of
from services.exchange.engine.likeness import NoticeProfile
from services.exchange.engine.market import KEY_BYTES, Market
from services.exchange.store.notice_search import is_open
from services.exchange.store.notices import COLUMNS, notice_of
from services.exchange.store.tables import notices
from shared.db.session import Tx

# Half a kilobyte each: the columns stay below some sixty megabytes.
_KNOWN_MAX: Final = 100_000
# Read so many at once that other requests come in between.
_CHUNK: Final = 500
_ID_BYTES: Final = 16
_N = notices.c
_PROFILE: tuple[ColumnElement[Any], ...] = tuple(
    _N[name]
    for name in (
        "id",
        "version",
        "kind",
        "major_codes",
        "occupation_code",
        "skills",
        "search_terms",
        "region_code",
        "industry_code",
        "published_at",
    )
)
_KEY: ColumnElement[bytes] = func.uuid_send(_N.id, type_=LargeBinary).op(
    "||", return_type=LargeBinary()
)(func.int4send(_N.version, type_=LargeBinary))


@dataclass(frozen=True, slots=True)
class Choice:
    """Which notices may be an answer: open ones, of some groups (None: all), of other owners."""

    today: date
    but_of: UUID
    groups: Collection[Group] | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the choice as SQL."""
        asked = [*is_open(self.today), _N.org_id != self.but_of]
        if self.groups is not None:
            asked.append(tuple_(_N.side, _N.kind).in_(sorted(self.groups)))
        return asked


@dataclass(frozen=True, slots=True)
class Standing:
    """What may be chosen now: the columns, and the keys per side and kind."""

    market: Market
    keys: Mapping[Group, Sequence[bytes]]

    def keys_of(self, groups: Iterable[Group]) -> list[bytes]:
        """Return the keys of some groups."""
        return list(chain.from_iterable(self.keys.get(group, ()) for group in groups))


@dataclass(slots=True)
class KnownNotices:
    """The columns of one process, which grow by what requests meet."""

    market: Market = field(default_factory=Market)

    async def stand(self, tx: Tx, choice: Choice) -> Standing:
        """Return what the caller may be shown, with every column of it known."""
        keys = await _read_keys(tx, choice)
        market, missing = self._known(keys)
        newer: dict[bytes, bytes] = {}
        for start in range(0, len(missing), _CHUNK):
            ids = [UUID(bytes=key[:_ID_BYTES]) for key in missing[start : start + _CHUNK]]
            profiles = await read_profiles(tx, ids, choice)
            newer.update((each.key[:_ID_BYTES], each.key) for each in profiles)
            market = market.join(profiles)
        self.market = market  # of two that read at once one is kept: the other reads again
        return Standing(market, {group: _held(market, each, newer) for group, each in keys.items()})

    def _known(self, keys: Mapping[Group, Sequence[bytes]]) -> tuple[Market, list[bytes]]:
        """Return the columns to go on with, and what they lack; full ones are begun anew."""
        asked = list(chain.from_iterable(keys.values()))
        missing = [key for key in asked if key not in self.market.rows]
        if len(self.market.rows) + len(missing) <= _KNOWN_MAX or not missing:
            return self.market, missing
        return Market(), asked


async def _read_keys(tx: Tx, choice: Choice) -> dict[Group, list[bytes]]:
    """Return the keys of what may be chosen: one text of bytes per group, and no row apiece."""
    query = (
        select(_N.side, _N.kind, func.string_agg(_KEY, cast(b"", LargeBinary)))
        .where(*choice.conditions())
        .group_by(_N.side, _N.kind)
    )
    found: dict[Group, list[bytes]] = {}
    for side, kind, packed in await tx.execute(query):
        text = bytes(packed)
        found[side, kind] = [text[at : at + KEY_BYTES] for at in range(0, len(text), KEY_BYTES)]
    return found


def _held(market: Market, keys: Sequence[bytes], newer: Mapping[bytes, bytes]) -> list[bytes]:
    """Return the keys that can be ranked: of a notice changed meanwhile its newer version."""
    if not newer:
        return list(keys)
    now = (key if key in market.rows else newer.get(key[:_ID_BYTES]) for key in keys)
    return [key for key in now if key is not None]


async def read_profiles(
    tx: Tx, ids: Sequence[UUID], choice: Choice | None = None
) -> list[NoticeProfile]:
    """Return what matching may know of these notices, as far as they are a choice still."""
    query = select(*_PROFILE).where(_N.id.in_(ids))
    if choice is not None:
        query = query.where(*choice.conditions())
    return [profile_of(dict(row)) for row in (await tx.execute(query)).mappings()]


async def list_own_open(tx: Tx, org_id: UUID, today: date, *, limit: int) -> list[Notice]:
    """Return an organisation's open notices, the newest first."""
    query = (
        select(*COLUMNS)
        .where(_N.org_id == org_id, *is_open(today))
        .order_by(_N.published_at.desc(), _N.id.desc())
        .limit(limit)
    )
    return [notice_of(row) for row in (await tx.execute(query)).mappings()]


async def list_newest(tx: Tx, today: date, *, limit: int) -> list[Notice]:
    """Return open notices, the newest first, whoever asks."""
    query = (
        select(*COLUMNS)
        .where(*is_open(today))
        .order_by(_N.published_at.desc(), _N.id.desc())
        .limit(limit)
    )
    return [notice_of(row) for row in (await tx.execute(query)).mappings()]
