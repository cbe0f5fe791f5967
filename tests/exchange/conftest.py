"""The exchange room alone on its real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.accounts.domain.roles import ROLES
from services.exchange.app import build
from shared.db.cluster import RoomDatabase
from shared.settings import PlatformSettings
from tests.lone_room import LoneRoom

_ROLE = {
    "enterprise": "hr",
    "school": "internship_office",
    "authority": "reviewer",
    "industry_body": "organisation_admin",
    "service_organisation": "organisation_admin",
    "alliance": "organisation_admin",
    "evaluator": "organisation_admin",
}


@dataclass(slots=True)
class ExchangeRoom(LoneRoom):
    """The room, and people in their roles."""

    name = "exchange"

    def member(self, org_id: UUID, role: str = "") -> httpx.AsyncClient:
        """Return a client of somebody with a role in an organisation that accounts knows."""
        kind = self.accounts.organisations[str(org_id)]["kind"]
        played = role or _ROLE[kind]
        return self.client(
            org_id=str(org_id),
            org_kind=kind,
            roles=[played],
            scope=" ".join(ROLES[played].scopes),
        )

    def someone(self, kind: str, name: str, **facts: Any) -> httpx.AsyncClient:
        """Return a client of a new organisation."""
        return self.member(self.organisation(kind, name, **facts))


@pytest.fixture(scope="session")
async def lone_exchange(
    databases: dict[str, RoomDatabase], settings: PlatformSettings
) -> AsyncIterator[ExchangeRoom]:
    """The exchange room on its own database, for the whole run."""
    async with ExchangeRoom.open(build, databases, settings) as room:
        yield room


@pytest.fixture
async def room(lone_exchange: ExchangeRoom) -> AsyncIterator[ExchangeRoom]:
    """The exchange room; its clock goes right again after each test."""
    yield lone_exchange
    await lone_exchange.rest()
