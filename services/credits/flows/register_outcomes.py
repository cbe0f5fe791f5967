"""Outcomes registered with their evidence, once each; foreign credentials verified on the way."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from services.credits.domain.application import LIVE
from services.credits.domain.credential_errors import CredentialRefusedError
from services.credits.domain.outcome import (
    UNIQUE_KEY_PURPOSE,
    OutcomeInUseError,
    OutcomeNotFoundError,
    OutcomeRepeatedError,
    check_outcome,
    content_key,
    number_of,
    unique_key,
)
from services.credits.flows.keep_keys import Issuing
from services.credits.flows.keep_trust import load_trust
from services.credits.flows.verify_credential import accept_foreign
from services.credits.store.courses import find_learners
from services.credits.store.rows import (
    Row,
    add_row,
    change_row,
    fetch_all,
    fetch_one,
    find_row,
    list_rows,
)
from services.credits.store.tables_applications import credit_applications
from services.credits.store.tables_outcomes import evidence_files, outcomes
from shared.db.session import Tx
from shared.events.audit import record
from shared.files import KeptFile
from shared.http.caller import Caller
from shared.http.versions import expect_version
from shared.kernel.clock import china_day
from shared.kernel.errors import Text
from shared.kernel.ids import new_id
from shared.kernel.secrets import derive


@dataclass(frozen=True, slots=True)
class Registering:
    """What registering needs: who does it, how it came, the platform's secret, the day."""

    caller: Caller
    source: str
    secret: str
    today: date


def prepare(learner: Row, values: Mapping[str, Any], registering: Registering) -> dict[str, Any]:
    """Return an outcome as a row, checked against what its kind enumerates."""
    check_outcome(values, today=registering.today)
    salt = derive(registering.secret, UNIQUE_KEY_PURPOSE)
    kept = {name: value for name, value in values.items() if name != "content"}
    return {
        "credential": None,
        "verified": False,
        **kept,
        "id": new_id(),
        "school_id": learner["school_id"],
        "learner_id": learner["id"],
        "unique_key": unique_key(
            salt, issuer=values["issuer_name"], number=number_of(values), holder=learner["name"]
        ),
        "content_key": content_key(values),
        "source": registering.source,
        "state": "registered",
        "recorded_by": registering.caller.subject,
    }


async def register_outcome(
    tx: Tx, learner: Row, values: Mapping[str, Any], registering: Registering
) -> Row:
    """Register one outcome; the same certificate of the same holder only once."""
    row = prepare(learner, values, registering)
    query = insert(outcomes).values(**row).on_conflict_do_nothing().returning(outcomes)
    made = await fetch_one(tx, query)
    if made is None:
        table = outcomes.c
        known = await find_row(
            tx,
            outcomes,
            table.school_id == row["school_id"],
            table.unique_key == row["unique_key"],
        )
        own = known is not None and known["learner_id"] == learner["id"]
        raise OutcomeRepeatedError(outcome_id=str(known["id"]) if own and known else "—")
    facts = {"kind": row["kind"], "source": row["source"]}
    await record(tx, registering.caller, "outcome.registered", subject_id=row["id"], facts=facts)
    return made


async def register_many(
    tx: Tx, rows: Sequence[tuple[Row, Mapping[str, Any]]], registering: Registering
) -> tuple[int, int]:
    """Register a file's outcomes; return how many are new and how many were there already."""
    prepared = [prepare(learner, values, registering) for learner, values in rows]
    query = insert(outcomes).on_conflict_do_nothing().returning(outcomes.c.id)
    made = len(await fetch_all(tx, query.values(prepared))) if prepared else 0
    return made, len(prepared) - made


async def load_outcome(
    tx: Tx, school_id: UUID, outcome_id: UUID, *, learner: Row | None, lock: bool = False
) -> Row:
    """Return an outcome of the school, or of the learner where one asks."""
    found = await find_row(
        tx, outcomes, outcomes.c.id == outcome_id, outcomes.c.school_id == school_id, lock=lock
    )
    if found is None or (learner is not None and found["learner_id"] != learner["id"]):
        raise OutcomeNotFoundError(outcome_id=str(outcome_id))
    return found


async def change_outcome(
    tx: Tx, outcome: Row, changes: Mapping[str, Any], registering: Registering, *, seen: int
) -> Row:
    """Correct an outcome that no live application is about; its key follows."""
    expect_version(seen=seen, current=outcome["version"])
    await _refuse_in_use(tx, outcome)
    holder = await _holder_of(tx, outcome)
    named = (
        "kind",
        "title",
        "issuer_name",
        "issuer_id",
        "certificate_no",
        "level",
        "award",
        "form",
        "stage",
        "hours",
        "weeks",
        "credits_hundredths",
        "score",
        "grade",
        "completed_on",
        "competencies",
        "online",
        "description",
        "supervisors",
    )
    row = prepare(holder, {**{n: outcome[n] for n in named}, **changes}, registering)
    kept = {"id", "source", "recorded_by", "state", "credential", "verified"}
    values = {name: value for name, value in row.items() if name not in kept}
    await record(tx, registering.caller, "outcome.changed", subject_id=outcome["id"])
    return await change_row(tx, outcomes, outcome["id"], values)


async def withdraw_outcome(tx: Tx, caller: Caller, outcome: Row, *, seen: int) -> Row:
    """Take an outcome back that no live application is about."""
    expect_version(seen=seen, current=outcome["version"])
    await _refuse_in_use(tx, outcome)
    await record(tx, caller, "outcome.withdrawn", subject_id=outcome["id"])
    # Its key is free again: the same certificate may be registered anew, rightly this time.
    freed = hashlib.sha256(outcome["id"].bytes).hexdigest()
    changes = {"state": "withdrawn", "unique_key": freed}
    return await change_row(tx, outcomes, outcome["id"], changes)


async def _refuse_in_use(tx: Tx, outcome: Row) -> None:
    table = credit_applications.c
    query = select(table.id).where(table.outcome_id == outcome["id"], table.state.in_(LIVE))
    if outcome["state"] != "registered" or (await tx.execute(query)).first() is not None:
        raise OutcomeInUseError


async def _holder_of(tx: Tx, outcome: Row) -> Row:
    return (await find_learners(tx, outcome["school_id"], [outcome["learner_id"]]))[
        outcome["learner_id"]
    ]


async def keep_evidence(
    tx: Tx, caller: Caller, outcome: Row, *, kept: KeptFile, name: str, media_type: str
) -> Row:
    """Attach a stored file to an outcome; the same content is attached once."""
    table = evidence_files.c
    known = await find_row(
        tx, evidence_files, table.outcome_id == outcome["id"], table.sha256 == kept.sha256
    )
    if known is not None:
        return known
    values = {
        "id": new_id(),
        "school_id": outcome["school_id"],
        "outcome_id": outcome["id"],
        "sha256": kept.sha256,
        "name": name,
        "media_type": media_type,
        "size_bytes": kept.size_bytes,
        "uploaded_by": caller.subject,
    }
    await record(tx, caller, "evidence.kept", subject_id=outcome["id"])
    return await add_row(tx, evidence_files, values)


async def list_evidence(tx: Tx, outcome_id: UUID) -> list[Row]:
    """Return the evidence of an outcome, oldest first."""
    table = evidence_files.c
    return await list_rows(tx, evidence_files, table.outcome_id == outcome_id, order=[table.id])


async def take_over_credential(
    tx: Tx,
    learner: Row,
    data: bytes,
    registering: Registering,
    *,
    values: Mapping[str, Any],
    issuing: Issuing,
    now: datetime,
) -> Row:
    """Register what a foreign credential certifies, after it has been verified.

    Raises CredentialRefusedError with the reason: tampered, expired, revoked, unknown issuer, or
    another holder's.
    """
    trust = await load_trust(tx, issuing)
    # Canonical graphs of a stranger's document take their time: not on the event loop.
    foreign = await asyncio.to_thread(accept_foreign, data, trust, now)
    claims = foreign.claims
    # Two schools may number their students alike: only the name tells whose it is.
    about = claims.is_about(learner["name"])
    if about is False:
        said = Text("凭证的持有人不是本人", "it is about another person")
        raise CredentialRefusedError(reason="holder", zh=said.zh, en=said.en)
    outcome = {
        **values,
        "title": claims.title[:300],
        "issuer_name": (foreign.verified.issuer.name or claims.issuer_name)[:200],
        "certificate_no": claims.id,
        "completed_on": claims.completed_on or china_day(now),
        "credits_hundredths": claims.credits_hundredths,
        # A credential that names nobody proves the learning, not the learner: reviewers look.
        "verified": about is True,
        "credential": {"id": claims.id, "digest": claims.digest, "issuer": claims.issuer_id},
    }
    return await register_outcome(tx, learner, outcome, registering)
