"""The credits room alone on its real database, with people in their roles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx

from tests.lone_room import LoneRoom

OFFICE = "credits:office rulebooks:write"
REVIEW = "credits:review"
STUDENT = "credits:apply"


@dataclass(slots=True)
class CreditsRoom(LoneRoom):
    """The room, and people in their roles."""

    name = "credits"
    level = "higher_vocational"

    def office(self, school_id: UUID, **more: Any) -> httpx.AsyncClient:
        return self.client(
            org_id=str(school_id),
            org_kind="school",
            roles=["academic_office"],
            scope=OFFICE,
            **more,
        )

    def reviewer(self, school_id: UUID, name: str = "审核甲") -> httpx.AsyncClient:
        return self.client(
            name=name,
            org_id=str(school_id),
            org_kind="school",
            roles=["credit_reviewer"],
            scope=REVIEW,
        )

    def student(self, school_id: UUID, number: str) -> httpx.AsyncClient:
        return self.client(
            org_id=str(school_id),
            org_kind="school",
            roles=["student"],
            scope=STUDENT,
            member_no=number,
        )

    def alliance(self, alliance_id: UUID) -> httpx.AsyncClient:
        return self.client(
            org_id=str(alliance_id),
            org_kind="alliance",
            roles=["organisation_admin"],
            scope="alliances:write",
        )

    def later(self, days: float) -> None:
        """Let the room's clock run ahead."""
        self.now = self.moment() + timedelta(days=days)
