"""Who may read a notice and its history: everyone what was published, few what was not."""

from __future__ import annotations

from uuid import UUID

from services.accounts.contract.client import Accounts
from services.exchange.domain.notice import Notice, NoticeNotFoundError
from services.exchange.domain.organisation import holds_place
from services.exchange.flows.desk import find_organisation
from services.exchange.store import notices
from shared.db.session import Tx
from shared.http.caller import Caller


def is_own(caller: Caller | None, notice: Notice) -> bool:
    """Return whether the caller writes notices for the organisation whose notice this is."""
    return (
        caller is not None and caller.org_id == notice.org_id and "notices:write" in caller.scopes
    )


async def find_notice(
    tx: Tx, caller: Caller | None, accounts: Accounts, *, notice_id: UUID
) -> Notice:
    """Return a notice that the caller may read."""
    found = await notices.find(tx, notice_id)
    if found is not None and (found.told or await _sees_inside(caller, found, accounts)):
        return found
    raise NoticeNotFoundError(notice_id=str(notice_id))


async def find_inside(tx: Tx, caller: Caller, accounts: Accounts, *, notice_id: UUID) -> Notice:
    """Return a notice whose history the caller may read."""
    found = await notices.find(tx, notice_id)
    if found is not None and await _sees_inside(caller, found, accounts):
        return found
    raise NoticeNotFoundError(notice_id=str(notice_id))


async def _sees_inside(caller: Caller | None, notice: Notice, accounts: Accounts) -> bool:
    """Return whether it is the caller's own notice, or lies in the region that it registers for."""
    if caller is None:
        return False
    if is_own(caller, notice) or caller.is_platform:
        return True
    if caller.org_kind != "authority" or "notices:register" not in caller.scopes:
        return False
    assert caller.org_id is not None, "an authority's token names it"
    department = await find_organisation(accounts, caller.org_id)
    return holds_place(department.region_code, notice.terms.region_code)
