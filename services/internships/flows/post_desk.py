"""What every use case about posts and hosts works with: transaction, caller, sources, time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.internships.adapters.organisations import OrganisationSource
from services.internships.domain.organisation import Organisation
from shared.db.session import Tx
from shared.http.caller import Caller
from shared.kernel.clock import china_day
from shared.kernel.errors import ForbiddenError, NotFoundError


@dataclass(frozen=True, slots=True)
class Desk:
    """One request's means."""

    tx: Tx
    caller: Caller
    organisations: OrganisationSource
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
        found = await self.organisations.find_many([self.org_id])
        if self.org_id not in found:
            raise NotFoundError(organisation_id=str(self.org_id))
        return found[self.org_id]
