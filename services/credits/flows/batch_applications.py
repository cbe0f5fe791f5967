"""Work for a whole class at once: applications made, evidence passed, decisions taken."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.credits.adapters.organisations import AccountsRoom
from services.credits.domain.application import LIVE
from services.credits.flows.apply_for_credits import (
    draft_application,
    load_application,
    submit_application,
)
from services.credits.flows.credit_desk import CreditDesk
from services.credits.flows.keep_keys import Issuing
from services.credits.flows.review_applications import (
    EvidenceCheck,
    Opinion,
    check_evidence,
    decide,
)
from services.credits.store.courses import find_learners
from services.credits.store.rows import Row, fetch_all
from services.credits.store.tables_applications import credit_applications
from services.credits.store.tables_outcomes import outcomes
from services.credits.store.tables_rules import learners
from shared.events.audit import record
from shared.jobs.worker import Work
from shared.kernel.clock import Clock
from shared.kernel.errors import DomainError, Text

BATCH_MAX = 500
_Step = Callable[[CreditDesk, Mapping[str, Any]], Awaitable[UUID]]


async def run_batch(work: Work, *, clock: Clock, issuing: Issuing) -> None:
    """Do one step for many; what is refused is named with its reason and stops no other."""
    school_id = work.caller.org_id
    assert school_id is not None, "a batch is asked for by a school"
    told = work.input
    steps: Mapping[str, _Step] = {"create": _create, "check": _check, "decide": _decide}
    step = steps[told["op"]]
    done: list[str] = []
    refused: list[dict[str, Any]] = []
    # Told before: the end of the job holds its row until all of it is written.
    await work.report(0.1, Text("正在逐份处理", "Working through them"))
    async with work.finishing() as tx:
        desk = CreditDesk(tx, work.caller, school_id, AccountsRoom(work.peers), issuing, clock())
        for one in await _each(desk, told):
            try:
                async with tx.begin_nested():
                    done.append(str(await step(desk, one)))
            except DomainError as error:
                refused.append(_refusal(one, error))
        work.result.update(done=len(done), ids=done, refused=refused)
        facts = {"done": len(done), "refused": len(refused)}
        action = f"credit_applications.batch_{told['op']}"
        await record(tx, work.caller, action, subject_id=work.id, facts=facts)


def _refusal(one: Mapping[str, Any], error: DomainError) -> dict[str, Any]:
    return {
        "id": str(one.get("id") or one.get("outcome_id")),
        "code": error.code,
        "zh": f"{error.title_zh}。{error.detail('zh')}",
        "en": f"{error.title_en()}. {error.detail('en')}",
    }


async def _each(desk: CreditDesk, told: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if told["op"] != "create":
        return [{**told, **one} for one in told["items"]]
    rows = await _open_outcomes(desk, told)
    return [
        {**told, "outcome_id": row["id"], "learner_id": row["learner_id"], "id": row["id"]}
        for row in rows
    ]


async def _open_outcomes(desk: CreditDesk, told: Mapping[str, Any]) -> list[Row]:
    """Return the outcomes of a class that no live application is about."""
    live = select(credit_applications.c.outcome_id).where(
        credit_applications.c.school_id == desk.school_id, credit_applications.c.state.in_(LIVE)
    )
    table = outcomes.c
    query = (
        select(table.id, table.learner_id)
        .join(learners, learners.c.id == table.learner_id)
        .where(
            table.school_id == desk.school_id,
            table.state == "registered",
            table.kind == told["outcome_kind"],
            learners.c.class_name == told["class_name"],
            table.id.not_in(live),
        )
    )
    if told.get("outcome_title"):
        query = query.where(table.title == told["outcome_title"])
    order = learners.c.enrolment_no, table.id
    return await fetch_all(desk.tx, query.order_by(*order).limit(BATCH_MAX))


async def _create(desk: CreditDesk, one: Mapping[str, Any]) -> UUID:
    learner_id = one["learner_id"]
    learner = (await find_learners(desk.tx, desk.school_id, [learner_id]))[learner_id]
    values = {
        "outcome_id": one["outcome_id"],
        "course_ids": [UUID(each) for each in one["course_ids"]],
        "purpose": one["purpose"],
    }
    drafted = await draft_application(desk, learner, values, source="batch")
    submitted = await submit_application(desk, drafted, seen=drafted["version"])
    return submitted["id"]


async def _check(desk: CreditDesk, one: Mapping[str, Any]) -> UUID:
    found = await load_application(desk, UUID(one["id"]), learner=None, lock=True)
    overlaps = {UUID(key): value for key, value in one.get("overlaps", {}).items()}
    check = EvidenceCheck(complete=True, note=one["note"], overlaps=overlaps)
    return (await check_evidence(desk, found, check, seen=found["version"]))["id"]


async def _decide(desk: CreditDesk, one: Mapping[str, Any]) -> UUID:
    found = await load_application(desk, UUID(one["id"]), learner=None, lock=True)
    opinion = Opinion(
        verdict=one["verdict"],
        content_sha256=one["content_sha256"],
        reason=one["reason"],
        reason_code=one.get("reason_code"),
    )
    return (await decide(desk, found, opinion, name=one["reviewer_name"]))["id"]
