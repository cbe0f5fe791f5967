"""The best answers to a notice, to an organisation's notices, or to an organisation itself."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from services.accounts.contract.client import Accounts
from services.exchange.domain.connection import NoticeNotOpenError
from services.exchange.domain.notice import (
    Notice,
    NoticeNotFoundError,
    NoticeState,
)
from services.exchange.domain.notice_match import (
    Match,
    Matches,
    every_group,
    groups_answering,
    profile_of_place,
)
from services.exchange.engine.likeness import Likeness, NoticeProfile, compare, compare_place
from services.exchange.engine.market import Best
from services.exchange.flows.read_notices import is_own
from services.exchange.store import notices
from services.exchange.store.notice_market import (
    Choice,
    KnownNotices,
    list_newest,
    list_own_open,
    read_profiles,
)
from shared.db.session import Tx
from shared.http.caller import Caller

# Of an organisation with more open notices, the newest count: each is compared with the market.
OWN_NOTICES_MAX: Final = 10
_ID_BYTES: Final = 16


async def match_notice(
    tx: Tx,
    caller: Caller | None,
    known: KnownNotices,
    *,
    notice_id: UUID,
    today: date,
    limit: int,
) -> Matches:
    """Return the best open notices of the other side and of another organisation."""
    own = await _find_asking(tx, caller, notice_id)
    groups = groups_answering(own.terms.side, own.terms.kind)
    choice = Choice(today, own.org_id, groups)
    standing = await known.stand(tx, choice)
    (profile,) = await read_profiles(tx, [own.id])
    keys = standing.keys_of(groups)
    # The rest of the requests go on meanwhile: numpy lets them.
    best = await asyncio.to_thread(standing.market.best_for, profile, keys, limit=limit)
    items = await _compared(tx, choice, [(None, profile, best)], limit=limit)
    return Matches(len(keys), personalised=True, items=tuple(items))


async def _find_asking(tx: Tx, caller: Caller | None, notice_id: UUID) -> Notice:
    """Return a notice that everyone may read, or one of the caller's own."""
    found = await notices.find(tx, notice_id)
    if found is None or not (found.told or is_own(caller, found)):
        raise NoticeNotFoundError(notice_id=str(notice_id))
    if found.state is NoticeState.CLOSED:
        raise NoticeNotOpenError(state=found.state.value, closes_on=None)
    return found


async def recommend_notices(
    tx: Tx, accounts: Accounts, known: KnownNotices, *, org_id: UUID, today: date, limit: int
) -> Matches:
    """Return the best answers to an organisation's open notices, or else to what it is."""
    asking = await list_own_open(tx, org_id, today, limit=OWN_NOTICES_MAX)
    answers = await _recommend_answers(tx, known, asking, org_id=org_id, today=today, limit=limit)
    if answers is not None and answers.items:
        return answers
    return await _recommend_by_place(tx, accounts, known, org_id=org_id, today=today, limit=limit)


async def _recommend_answers(
    tx: Tx,
    known: KnownNotices,
    asking: Sequence[Notice],
    *,
    org_id: UUID,
    today: date,
    limit: int,
) -> Matches | None:
    """Return the best answers to some notices of an organisation; None where it has none."""
    if not asking:
        return None
    choice = Choice(today, org_id, every_group(asking))
    standing = await known.stand(tx, choice)
    profiles = {each.key[:_ID_BYTES]: each for each in await read_profiles(tx, _ids(asking))}
    found: list[tuple[UUID, NoticeProfile, Best]] = []
    for own in asking:
        profile = profiles[own.id.bytes]
        keys = standing.keys_of(groups_answering(own.terms.side, own.terms.kind))
        best = await asyncio.to_thread(standing.market.best_for, profile, keys, limit=limit)
        found.append((own.id, profile, best))
    items = await _compared(tx, choice, found, limit=limit)
    considered = sum(len(keys) for keys in standing.keys.values())
    return Matches(considered, personalised=True, items=tuple(items))


async def list_newest_notices(tx: Tx, *, today: date, limit: int) -> Matches:
    """Return the newest open notices, the same to everybody: nothing about the caller is used."""
    newest = await list_newest(tx, today, limit=limit)
    return Matches(0, personalised=False, items=tuple(Match(each, None) for each in newest))


async def _recommend_by_place(
    tx: Tx, accounts: Accounts, known: KnownNotices, *, org_id: UUID, today: date, limit: int
) -> Matches:
    told = (await accounts.lookup_organisations([org_id])).get(org_id)
    if told is None or not (told.region_code or told.industry_code):
        return await list_newest_notices(tx, today=today, limit=limit)
    own = profile_of_place(told.region_code, told.industry_code)
    choice = Choice(today, org_id)
    standing = await known.stand(tx, choice)
    keys = standing.keys_of(standing.keys)
    best = await asyncio.to_thread(standing.market.best_for_place, own, keys, limit=limit)
    items = await _compared(tx, choice, [(None, own, best)], limit=limit)
    return Matches(len(keys), personalised=True, items=tuple(items))


Found = tuple[UUID | None, NoticeProfile, Best]


async def _compared(tx: Tx, choice: Choice, found: Sequence[Found], *, limit: int) -> list[Match]:
    """Return the best of what was found with the reasons, each notice once."""
    ids = {UUID(bytes=key[:_ID_BYTES]) for _, _, best in found for key in best.keys}
    others = {each.key[:_ID_BYTES]: each for each in await read_profiles(tx, sorted(ids), choice)}
    shown = await notices.find_many(tx, ids)
    matches: dict[UUID, tuple[Match, NoticeProfile]] = {}
    for own_id, own, best in found:
        for key in best.keys:
            notice, other = shown.get(UUID(bytes=key[:_ID_BYTES])), others.get(key[:_ID_BYTES])
            if notice is None or other is None:
                continue  # closed since it was chosen
            match = Match(notice, _likeness(own, other, best), own_id)
            if notice.id not in matches or _score(match) > _score(matches[notice.id][0]):
                matches[notice.id] = (match, other)
    ordered = sorted(matches.values(), key=_order)
    return [match for match, _ in ordered[:limit]]


def _likeness(own: NoticeProfile, other: NoticeProfile, best: Best) -> Likeness:
    if not own.kind:
        return compare_place(own, other)
    return compare(own, other, best.weight_of)


def _score(match: Match) -> float:
    return match.likeness.score if match.likeness else 0.0


def _order(found: tuple[Match, NoticeProfile]) -> tuple[float, int, bytes]:
    match, other = found
    return (-_score(match), -other.published, other.key)


def _ids(asking: Sequence[Notice]) -> list[UUID]:
    return [each.id for each in asking]
