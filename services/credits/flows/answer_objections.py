"""Objections to public notices (公示异议): raised inside the school, answered before posting."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.credits.domain.application import ApplicationState, due_at, require_state
from services.credits.flows.apply_for_credits import hold_outcome, load_application
from services.credits.flows.credit_desk import CreditDesk
from services.credits.flows.publish_notices import withdraw_notice
from services.credits.flows.review_applications import person_of
from services.credits.store.rows import Row, add_row, change_row, find_row
from services.credits.store.tables_applications import credit_notices
from services.credits.store.tables_objections import credit_objections
from shared.events.audit import record
from shared.http.versions import expect_version
from shared.kernel.errors import ConflictError, ForbiddenError, NotFoundError, Text
from shared.kernel.ids import new_id

_TABLE = credit_objections.c


class NoticeClosedError(NotFoundError):
    """There is no such notice, or its days are over."""

    code = "credit_notice_closed"
    title_zh = "没有该公示，或公示已结束"


class ObjectionRepeatedError(ConflictError):
    """You have objected to this notice already."""

    code = "objection_repeated"
    title_zh = "您已对该公示提出过异议"
    mend = Text("请等待答复。", "Wait for the answer.")


class ObjectionOwnError(ForbiddenError):
    """You cannot object to, or decide, what is your own."""

    code = "objection_own"
    title_zh = "不能对本人的公示提出异议，也不能答复本人的异议"
    mend = Text(
        "对本人的认定结果请提出申诉。", "Appeal against a decision on your own application."
    )


class ObjectionNotFoundError(NotFoundError):
    """There is no such objection at this school."""

    code = "objection_not_found"
    title_zh = "没有该异议"


class ObjectionDecidedError(ConflictError):
    """This objection has been answered."""

    code = "objection_decided"
    title_zh = "该异议已答复"


async def raise_objection(
    desk: CreditDesk, notice_id: UUID, *, grounds: str, own: Row | None, name: str
) -> Row:
    """Object to an open notice, once a person: nothing is posted until it is answered.

    `own` is the entry of a student who calls: against their own decision they appeal.
    """
    objector = person_of(desk)
    table = credit_notices.c
    notice = await find_row(
        desk.tx,
        credit_notices,
        table.id == notice_id,
        table.school_id == desk.school_id,
        table.withdrawn_at.is_(None),
        table.ends_at > desk.now,
    )
    if notice is None:
        raise NoticeClosedError(notice_id=str(notice_id))
    application = await load_application(desk, notice["application_id"], learner=None, lock=True)
    require_state(application, ApplicationState.PUBLIC_NOTICE)
    if own is not None and own["id"] == application["learner_id"]:
        raise ObjectionOwnError
    same = _TABLE.notice_id == notice_id, _TABLE.objector == objector.subject
    if await find_row(desk.tx, credit_objections, *same) is not None:
        raise ObjectionRepeatedError
    # The outcome stays held for as long as an answer may take.
    await _keep_held(desk, application, note="objection")
    values: dict[str, Any] = {
        "id": new_id(),
        "school_id": desk.school_id,
        "notice_id": notice_id,
        "application_id": application["id"],
        "objector": objector.subject,
        "objector_name": name,
        "grounds": grounds,
    }
    await record(desk.tx, objector, "objection.raised", subject_id=values["id"])
    return await add_row(desk.tx, credit_objections, values)


async def answer_objection(
    desk: CreditDesk, objection_id: UUID, *, upheld: bool, answer: str, seen: int
) -> Row:
    """Answer an objection: upheld, the application is reviewed again by others; else it goes on."""
    decider = person_of(desk)
    where = _TABLE.id == objection_id, _TABLE.school_id == desk.school_id
    objection = await find_row(desk.tx, credit_objections, *where, lock=True)
    if objection is None:
        raise ObjectionNotFoundError(objection_id=str(objection_id))
    expect_version(seen=seen, current=objection["version"])
    if objection["state"] != "open":
        raise ObjectionDecidedError
    application = await load_application(desk, objection["application_id"], learner=None, lock=True)
    if decider.subject in {objection["objector"], application["created_by"]}:
        raise ObjectionOwnError
    if application["state"] == ApplicationState.PUBLIC_NOTICE:
        if upheld:
            await _review_again(desk, application)
        else:
            await _keep_held(desk, application, note="objection dismissed")
    await record(desk.tx, decider, "objection.answered", subject_id=objection_id)
    changes = {
        "state": "upheld" if upheld else "dismissed",
        "answer": answer,
        "decided_by": decider.subject,
        "decided_at": desk.now,
    }
    return await change_row(desk.tx, credit_objections, objection_id, changes)


async def _keep_held(desk: CreditDesk, application: Row, *, note: str) -> None:
    held = await hold_outcome(desk, application)
    await desk.move(application, application["state"], note=note, reservation_id=held)


async def _review_again(desk: CreditDesk, application: Row) -> None:
    """Bring an application before other reviewers; its notice is taken down."""
    await withdraw_notice(desk, application["id"])
    held = await hold_outcome(desk, application)
    state = ApplicationState.REVIEW
    await desk.move(
        application,
        state,
        note="objection upheld",
        round=application["round"] + 1,
        reservation_id=held,
        due_at=due_at(state, await desk.days(), desk.now),
    )
