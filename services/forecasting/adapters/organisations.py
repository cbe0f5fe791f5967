"""Organisations, read from the accounts room: who they are and where they sit."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol
from uuid import UUID

import httpx
from typing_extensions import override

from services.accounts.contract.organisations import LookupOut
from services.forecasting.domain.organisation import Organisation
from shared.kernel.errors import UnavailableError

_LOOKUP_MAX = 1000


class OrganisationSource(Protocol):
    """Where the room learns who organisations are."""

    async def find_many(self, ids: Collection[UUID]) -> dict[UUID, Organisation]:
        """Return the organisations that exist among `ids`."""
        ...


class AccountsRoom(OrganisationSource):
    """Asks the accounts room over HTTP, as this room."""

    def __init__(self, peers: Mapping[str, httpx.AsyncClient]) -> None:
        self._peers = peers

    @override
    async def find_many(self, ids: Collection[UUID]) -> dict[UUID, Organisation]:
        """Return the organisations that exist among `ids`."""
        wanted = [str(each) for each in dict.fromkeys(ids)]
        found: dict[UUID, Organisation] = {}
        for start in range(0, len(wanted), _LOOKUP_MAX):
            answer = await self._ask({"ids": wanted[start : start + _LOOKUP_MAX]})
            for each in LookupOut.model_validate_json(answer).items:
                found[each.id] = Organisation(
                    id=each.id,
                    kind=each.kind,
                    name=each.name,
                    region_code=each.region_code,
                    industry_code=each.industry_code,
                    verified=each.verified,
                )
        return found

    async def _ask(self, body: Mapping[str, list[str]]) -> bytes:
        try:
            answer = await self._peers["accounts"].post("/v1/organisations/lookup", json=body)
        except httpx.TransportError as error:
            raise UnavailableError(part="accounts", retry_after_s=1) from error
        if not answer.is_success:
            raise UnavailableError(part="accounts", retry_after_s=1)
        return answer.content
