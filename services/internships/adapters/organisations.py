"""Organisations, their sites and people's names, read from the accounts room."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Protocol
from uuid import UUID

import httpx
from pydantic import BaseModel
from typing_extensions import override

from services.accounts.contract.organisations import LookupOut, OrganisationOut, SitesOut
from services.internships.domain.organisation import Organisation
from shared.http.caller import Caller
from shared.kernel.errors import NotFoundError, UnavailableError

_LOOKUP_MAX = 1000


class _Me(BaseModel):
    """Of what accounts keeps of a person, only the name."""

    name: str


class OrganisationSource(Protocol):
    """Where the room learns who organisations and people are."""

    async def find_many(self, ids: Collection[UUID]) -> dict[UUID, Organisation]:
        """Return the organisations that exist among `ids`."""
        ...

    async def list_site_ids(self, org_id: UUID) -> frozenset[UUID]:
        """Return the ids of an organisation's sites (厂区)."""
        ...

    async def name_of(self, caller: Caller) -> str:
        """Return the name of the person who calls."""
        ...


class AccountsRoom(OrganisationSource):
    """Asks the accounts room over HTTP, as this room or as the person who calls."""

    def __init__(self, peers: Mapping[str, httpx.AsyncClient]) -> None:
        self._peers = peers

    @override
    async def find_many(self, ids: Collection[UUID]) -> dict[UUID, Organisation]:
        """Return the organisations that exist among `ids`."""
        wanted = [str(each) for each in dict.fromkeys(ids)]
        found: dict[UUID, Organisation] = {}
        for start in range(0, len(wanted), _LOOKUP_MAX):
            body = {"ids": wanted[start : start + _LOOKUP_MAX]}
            answer = await self._ask("POST", "/v1/organisations/lookup", json=body)
            for each in LookupOut.model_validate_json(answer).items:
                found[each.id] = _organisation(each)
        return found

    @override
    async def list_site_ids(self, org_id: UUID) -> frozenset[UUID]:
        """Return the ids of an organisation's sites (厂区)."""
        answer = await self._ask("GET", f"/v1/organisations/{org_id}/sites")
        return frozenset(site.id for site in SitesOut.model_validate_json(answer).items)

    @override
    async def name_of(self, caller: Caller) -> str:
        """Return the name of the person who calls."""
        headers = {"authorization": f"Bearer {caller.token}"}
        return _Me.model_validate_json(await self._ask("GET", "/v1/me", headers=headers)).name

    async def _ask(self, method: str, path: str, **sent: Any) -> bytes:
        try:
            answer = await self._peers["accounts"].request(method, path, **sent)
        except httpx.TransportError as error:
            raise UnavailableError(part="accounts", retry_after_s=1) from error
        if answer.status_code == 404:
            raise NotFoundError
        if not answer.is_success:
            raise UnavailableError(part="accounts", retry_after_s=1)
        return answer.content


def _organisation(told: OrganisationOut) -> Organisation:
    return Organisation(
        id=told.id,
        kind=told.kind,
        name=told.name,
        uscc=told.uscc,
        region_code=told.region_code,
        industry_code=told.industry_code,
        level=told.level,
        status=told.status,
        verified=told.verified,
    )
