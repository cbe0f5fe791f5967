"""What every use case of the labour market works with: transaction, caller, sources, time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.forecasting.adapters.organisations import OrganisationSource
from services.forecasting.domain.organisation import (
    Organisation,
    PublisherUnverifiedError,
    expect_in_reach,
)
from shared.db.session import Tx
from shared.http.caller import Caller
from shared.kernel.clock import china_day
from shared.kernel.errors import ForbiddenError, NotFoundError


@dataclass(frozen=True, slots=True)
class LabourDesk:
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

    async def organisation(self, *kinds: str) -> Organisation:
        """Return the caller's organisation; refuse a kind that is not among `kinds`."""
        if kinds and self.caller.org_kind not in kinds:
            raise ForbiddenError(needs=" | ".join(kinds))
        found = await self.organisations.find_many([self.org_id])
        if self.org_id not in found:
            raise NotFoundError(organisation_id=str(self.org_id))
        return found[self.org_id]

    async def publisher(self, *kinds: str) -> Organisation:
        """Return the caller's organisation where it may speak to the public."""
        found = await self.organisation(*kinds)
        if not found.verified:
            raise PublisherUnverifiedError
        return found

    async def authority_for(self, region: str) -> Organisation:
        """Return the caller's authority; refuse a region outside its own."""
        found = await self.organisation("authority")
        expect_in_reach(found.region_code, region)
        return found
