"""What other rooms ask of the shortage catalogues: the badge of a post; with a fake for tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

import httpx
from typing_extensions import override

from services.forecasting.contract.shortages import BadgeOut, BadgesOut
from shared.kernel.errors import UnavailableError


class ShortageSource(Protocol):
    """Where a room learns whether an occupation is in short supply in a place."""

    async def badge_of(self, region: str, occupation: str, on: date) -> BadgeOut | None:
        """Return the nearest catalogue that lists the occupation there on that day, or None."""
        ...


class ForecastingRoom(ShortageSource):
    """Asks the forecasting room over HTTP."""

    def __init__(self, peers: Mapping[str, httpx.AsyncClient]) -> None:
        self._peers = peers

    @override
    async def badge_of(self, region: str, occupation: str, on: date) -> BadgeOut | None:
        """Return the nearest catalogue that lists the occupation there on that day, or None."""
        asked = {"region": region, "occupation": occupation, "as_of": on.isoformat()}
        try:
            answer = await self._peers["forecasting"].get(
                "/v1/shortage-catalogues/badges", params=asked
            )
        except httpx.TransportError as error:
            raise UnavailableError(part="forecasting", retry_after_s=1) from error
        if not answer.is_success:
            raise UnavailableError(part="forecasting", retry_after_s=1)
        items = BadgesOut.model_validate_json(answer.content).items
        return items[0] if items else None


@dataclass(slots=True)
class ShortagesInMemory(ShortageSource):
    """Badges by place and occupation, for the tests of other rooms."""

    badges: dict[tuple[str, str], BadgeOut] = field(default_factory=dict)

    @override
    async def badge_of(self, region: str, occupation: str, on: date) -> BadgeOut | None:
        """Return the badge that was put here, from its day on."""
        found = self.badges.get((region, occupation))
        return found if found is not None and found.in_force_from <= on else None
