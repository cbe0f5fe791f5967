"""What every use case of the exchange works with: transaction, caller, the accounts room, time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.accounts.contract.client import Accounts
from services.exchange.domain.organisation import Organisation
from shared.db.session import Tx
from shared.http.caller import Caller
from shared.kernel.clock import china_day
from shared.kernel.errors import ForbiddenError, NotFoundError


@dataclass(frozen=True, slots=True)
class Desk:
    """One request's means."""

    tx: Tx
    caller: Caller
    accounts: Accounts
    now: datetime

    @property
    def today(self) -> date:
        """The day in China."""
        return china_day(self.now)

    @property
    def org_id(self) -> UUID:
        """The organisation that the caller acts for."""
        if self.caller.org_id is None:
            raise ForbiddenError(needs="an organisation (单位)")
        return self.caller.org_id

    async def own_organisation(self) -> Organisation:
        """Return the caller's organisation as the accounts room knows it."""
        return await find_organisation(self.accounts, self.org_id)


async def find_organisation(accounts: Accounts, org_id: UUID) -> Organisation:
    """Return an organisation as the accounts room knows it; raises NotFoundError."""
    found = (await accounts.lookup_organisations([org_id])).get(org_id)
    if found is None:
        raise NotFoundError(organisation_id=str(org_id))
    return Organisation(
        id=found.id,
        kind=found.kind,
        name=found.name,
        region_code=found.region_code,
        level=found.level,
        status=found.status,
        verified=found.verified,
    )
