"""Public notices: masked, inside the school, until their term is over."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import update

from services.credits.domain.learner import mask_name
from services.credits.flows.credit_desk import CreditDesk
from services.credits.store.rows import Row, add_row
from services.credits.store.tables_applications import credit_notices
from shared.kernel.clock import china_day
from shared.kernel.ids import new_id


async def open_notice(desk: CreditDesk, application: Row, *, until: datetime) -> None:
    """Show a decision to the school: no number of a certificate, no whole name."""
    granted = [item for item in application["items"] if item["granted"]]
    values = {
        "id": new_id(),
        "school_id": desk.school_id,
        "application_id": application["id"],
        "name_masked": mask_name(application["student_name"]),
        "class_name": application["class_name"],
        "outcome_kind": application["outcome_kind"],
        "outcome_title": application["outcome_title"],
        "courses": [{"title": each["title"], "amount": each["granted"]} for each in granted],
        "credits_hundredths": sum(each["granted"] for each in granted),
        "completed_on": china_day(desk.now),
        "starts_at": desk.now,
        "ends_at": until,
    }
    await add_row(desk.tx, credit_notices, values)


async def withdraw_notice(desk: CreditDesk, application_id: UUID) -> None:
    """Take down the notice of an application that is under review again."""
    table = credit_notices.c
    query = update(credit_notices).where(
        table.application_id == application_id, table.withdrawn_at.is_(None)
    )
    await desk.tx.execute(query.values(withdrawn_at=desk.now))
