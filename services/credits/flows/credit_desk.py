"""What every step of an application works with: transaction, caller, sources, time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.credits.adapters.organisations import OrganisationSource
from services.credits.domain.application import DAY_KEYS, Days
from services.credits.flows.keep_keys import Issuing
from services.credits.store.rows import Row, add_row, change_row, find_row
from services.credits.store.tables_applications import credit_applications, credit_steps
from services.credits.store.tables_rules import credit_settings
from shared.db.session import Tx
from shared.events.audit import record
from shared.http.caller import Caller
from shared.kernel.clock import china_day
from shared.kernel.ids import new_id
from shared.policies.library import resolve
from shared.policies.pack import Skipped

_ROOT_PACK = "cn"


@dataclass(frozen=True, slots=True)
class CreditDesk:
    """One request's means; `caller` is None where a deadline acts and not a person."""

    tx: Tx
    caller: Caller | None
    school_id: UUID
    organisations: OrganisationSource
    issuing: Issuing
    now: datetime

    @property
    def today(self) -> date:
        """The day in China."""
        return china_day(self.now)

    @property
    def actor(self) -> UUID | None:
        """Who acts, where a person does."""
        return self.caller.subject if self.caller else None

    async def days(self) -> Days:
        """Return how long each step may take: the school's own days, else the policy pack's."""
        table = credit_settings.c
        own = await find_row(self.tx, credit_settings, table.school_id == self.school_id)
        return days_on(self.today, own["days"] if own else {})

    async def move(self, application: Row, state: str, *, note: str = "", **changes: Any) -> Row:
        """Write an application's next state, its step in the history and the audit event."""
        values = {"state": state, **changes}
        moved = await change_row(self.tx, credit_applications, application["id"], values)
        step = {
            "id": new_id(),
            "school_id": self.school_id,
            "application_id": application["id"],
            "state": state,
            "actor": self.actor,
            "note": note,
            "at": self.now,
        }
        await add_row(self.tx, credit_steps, step)
        if self.caller is not None:
            await record(
                self.tx,
                self.caller,
                f"credit_application.{state}",
                subject_id=application["id"],
            )
        return {**application, **moved}


def days_on(on: date, own: dict[str, int]) -> Days:
    """Return the days of each step: the school's own where it set them, else the pack's."""
    found: dict[str, int] = {}
    for name, key in DAY_KEYS.items():
        said = resolve(_ROOT_PACK, key, on)
        assert not isinstance(said, Skipped), "the root pack states every rule's number"
        found[name] = int(str(said.value))
    return {**found, **own}
