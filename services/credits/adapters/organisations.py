"""Organisations and people's names, read from the accounts room."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Protocol
from uuid import UUID

import httpx
from pydantic import BaseModel
from typing_extensions import override

from services.accounts.contract.organisations import LookupOut, OrganisationOut
from shared.http.caller import Caller
from shared.kernel.errors import NotFoundError, UnavailableError


class _Me(BaseModel):
    """Of what accounts keeps of a person, only the name."""

    name: str


class OrganisationSource(Protocol):
    """Where the room learns who organisations and people are."""

    async def find_many(self, ids: Collection[UUID]) -> dict[UUID, OrganisationOut]:
        """Return the organisations that exist among `ids`."""
        ...

    async def name_of(self, caller: Caller) -> str:
        """Return the name of the person who calls."""
        ...


async def find_organisation(source: OrganisationSource, org_id: UUID) -> OrganisationOut:
    """Return one organisation; raises NotFoundError."""
    found = await source.find_many([org_id])
    if org_id not in found:
        raise NotFoundError(organisation_id=str(org_id))
    return found[org_id]


class AccountsRoom(OrganisationSource):
    """Asks the accounts room over HTTP, as this room or as the person who calls."""

    def __init__(self, peers: Mapping[str, httpx.AsyncClient]) -> None:
        self._peers = peers

    @override
    async def find_many(self, ids: Collection[UUID]) -> dict[UUID, OrganisationOut]:
        """Return the organisations that exist among `ids`."""
        body = {"ids": [str(each) for each in dict.fromkeys(ids)]}
        answer = await self._ask("POST", "/v1/organisations/lookup", json=body)
        return {each.id: each for each in LookupOut.model_validate_json(answer).items}

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
        if not answer.is_success:
            raise UnavailableError(part="accounts", retry_after_s=1)
        return answer.content
