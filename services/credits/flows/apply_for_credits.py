"""An application drafted, priced by the rules, submitted, withdrawn: the outcome is held for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.credits.domain.application import (
    HOLDING,
    ITEMS_MAX,
    ApplicationNotFoundError,
    ApplicationState,
    ItemsInvalidError,
    content_digest,
    due_at,
    hold_until,
    refuse_late,
    require_state,
)
from services.credits.domain.articulation import find_step
from services.credits.domain.learner import LearnerNotFoundError, ProgrammeMissingError
from services.credits.domain.ledger import Holder, Reserve
from services.credits.domain.outcome import (
    OutcomeInUseError,
    check_units,
    course_facts,
    outcome_facts,
    overlap_of,
)
from services.credits.domain.rule_engine import Converted
from services.credits.domain.rule_words import explain_decision
from services.credits.domain.standard import OWN_TERMS, read_terms, use_scope
from services.credits.flows import keep_ledger, read_ledger
from services.credits.flows.credit_desk import CreditDesk
from services.credits.flows.keep_articulations import articulations_into
from services.credits.flows.keep_rulebooks import compile_row, rulebook_on
from services.credits.flows.keep_standards import is_member, load_standard
from services.credits.flows.register_outcomes import list_evidence, load_outcome
from services.credits.store import applications
from services.credits.store.courses import find_courses, find_learners, find_programmes
from services.credits.store.rows import Row, add_row, change_row, fetch_one
from services.credits.store.tables_applications import credit_applications
from services.credits.store.tables_rules import programmes
from shared.http.versions import expect_version
from shared.kernel.ids import new_id


async def load_application(
    desk: CreditDesk, application_id: UUID, *, learner: Row | None, lock: bool = False
) -> Row:
    """Return an application of the school, or of the learner where one asks."""
    found = await applications.find_application(desk.tx, desk.school_id, application_id, lock=lock)
    if found is None or (learner is not None and found["learner_id"] != learner["id"]):
        raise ApplicationNotFoundError(application_id=str(application_id))
    return found


async def draft_application(
    desk: CreditDesk, learner: Row, values: Mapping[str, Any], *, source: str = "api"
) -> Row:
    """Write a draft about one outcome and the courses that it shall cover."""
    outcome = await load_outcome(
        desk.tx, desk.school_id, values["outcome_id"], learner=learner, lock=True
    )
    if outcome["state"] != "registered" or await _is_live(desk, outcome["id"]):
        raise OutcomeInUseError
    programme = await _programme_of(desk, learner)
    items = await _items(desk, outcome, values["course_ids"])
    row = {
        "id": new_id(),
        "school_id": desk.school_id,
        "learner_id": learner["id"],
        "outcome_id": outcome["id"],
        "programme_id": programme["id"],
        "purpose": values["purpose"],
        "note": values.get("note", ""),
        "items": items,
        "state": ApplicationState.DRAFT.value,
        "source": source,
        "created_by": desk.actor,
    }
    made = await add_row(desk.tx, credit_applications, row)
    return await load_application(desk, made["id"], learner=None)


async def _is_live(desk: CreditDesk, outcome_id: UUID) -> bool:
    table = credit_applications.c
    live = (*HOLDING, ApplicationState.DRAFT, ApplicationState.POSTED)
    query = select(table.id).where(table.outcome_id == outcome_id, table.state.in_(live))
    return (await desk.tx.execute(query)).first() is not None


async def _programme_of(desk: CreditDesk, learner: Row) -> Row:
    code = learner["programme_code"]
    found = await find_programmes(desk.tx, desk.school_id, [code])
    if code not in found:
        raise ProgrammeMissingError(code=code)
    return found[code]


async def _items(
    desk: CreditDesk, outcome: Row, course_ids: Sequence[UUID]
) -> list[dict[str, Any]]:
    found = await find_courses(desk.tx, desk.school_id, course_ids)
    current = [found[each] for each in course_ids if each in found and found[each]["current"]]
    if not 1 <= len(current) <= ITEMS_MAX or len(set(course_ids)) != len(current):
        raise ItemsInvalidError
    return [
        {
            "course_id": str(course["id"]),
            "code": course["code"],
            "title": course["title"],
            "course_hundredths": course["credits_hundredths"],
            "overlap_percent": overlap_of(outcome, course),
            "overlap_from": "competencies",
            "amount": 0,
            "rule_ids": [],
            "explanation": [],
        }
        for course in current
    ]


async def submit_application(desk: CreditDesk, application: Row, *, seen: int) -> Row:
    """Submit a draft, or send what was missing: the outcome is held, the rules are asked."""
    expect_version(seen=seen, current=application["version"])
    require_state(application, ApplicationState.DRAFT, ApplicationState.NEEDS_MORE)
    refuse_late(application, desk.now)
    again = application["state"] == ApplicationState.NEEDS_MORE
    state = ApplicationState.EVIDENCE_CHECK if again else ApplicationState.SUBMITTED
    days = await desk.days()
    priced = await price(desk, application)
    held = await hold_outcome(desk, {**application, **priced})
    return await desk.move(
        application,
        state,
        **priced,
        reservation_id=held,
        missing=[],
        submitted_at=application["submitted_at"] or desk.now,
        due_at=due_at(state, days, desk.now),
    )


async def price(desk: CreditDesk, application: Row) -> dict[str, Any]:
    """Return what the rules of today give, with the facts they were given and the digest.

    What the learner has converted before counts, and so does each item for the next one.
    """
    tx, school_id = desk.tx, desk.school_id
    book = await rulebook_on(tx, school_id, desk.today)
    outcome = await load_outcome(tx, school_id, application["outcome_id"], learner=None)
    programme = await fetch_one(
        tx, select(programmes).where(programmes.c.id == application["programme_id"])
    )
    learner = (await find_learners(tx, school_id, [application["learner_id"]])).get(
        application["learner_id"]
    )
    if programme is None or learner is None:
        raise LearnerNotFoundError
    standard = await load_standard(tx, book["standard_id"]) if book["standard_id"] else None
    check_units(outcome, read_terms(standard["content"]) if standard else OWN_TERMS)
    member = bool(
        standard
        and outcome["issuer_id"]
        and await is_member(tx, standard["alliance_id"], outcome["issuer_id"], on=desk.today)
    )
    facts = {
        **outcome_facts(outcome, on=desk.today, issuer_is_member=member),
        "application.purpose": application["purpose"],
    }
    matched, told = await _match(desk, application["items"], outcome, programme)
    told = [facts | each for each in told]
    earlier = await _earlier(desk, application)
    items = decide_items(book, matched, told, earlier=earlier)
    evidence = [row["sha256"] for row in await list_evidence(tx, outcome["id"])]
    scope = use_scope(
        standard["content"]["use_scope"] if standard else "level",
        stage=programme["stage"],
        enrolment_no=learner["enrolment_no"],
    )
    return {
        "rulebook_id": book["id"],
        "items": items,
        "facts": told,
        "earlier": [_as_json(each) for each in earlier],
        "scope": scope,
        "content_sha256": content_digest(
            outcome=outcome,
            evidence=evidence,
            items=items,
            application={**application, "rulebook_id": book["id"]},
        ),
    }


async def _match(
    desk: CreditDesk, items: Sequence[Mapping[str, Any]], outcome: Row, programme: Row
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the items with their overlaps of today, and what rules may read of each match.

    A reviewer's overlap stays; a step of an agreed course sequence brings its own.
    """
    ids = [UUID(item["course_id"]) for item in items]
    courses = await find_courses(desk.tx, desk.school_id, ids)
    sequences = await articulations_into(desk.tx, desk.school_id, programme["code"], on=desk.today)
    matched: list[dict[str, Any]] = []
    told: list[dict[str, Any]] = []
    for item in items:
        course = courses[UUID(item["course_id"])]
        step = find_step(sequences, outcome, item["code"])
        overlap, by = item["overlap_percent"], item["overlap_from"]
        if by != "reviewer":
            overlap, by = overlap_of(outcome, course), "competencies"
            if step is not None:
                overlap, by = step["overlap_percent"], "articulation"
        matched.append({**item, "overlap_percent": overlap, "overlap_from": by})
        found = course_facts(
            outcome, course, programme, overlap_percent=overlap, articulated=step is not None
        )
        told.append(found)
    return matched, told


async def _earlier(desk: CreditDesk, application: Row) -> list[Converted]:
    rows = await applications.list_converted(desk.tx, application["learner_id"], application["id"])
    return [
        Converted(
            outcome=row["unique_key"],
            course=item["code"],
            kind=row["kind"],
            content=row["content_key"],
            amount=item.get("granted", item["amount"]),
            year=row["year"],
            online=row["online"],
        )
        for row in rows
        for item in row["items"]
    ]


def decide_items(
    book: Mapping[str, Any],
    items: Sequence[Mapping[str, Any]],
    facts: Sequence[Mapping[str, Any]],
    *,
    earlier: Sequence[Converted],
) -> list[dict[str, Any]]:
    """Return the items with what the rulebook gives each, each one counting for the next."""
    compiled = compile_row(book)
    before = list(earlier)
    decided: list[dict[str, Any]] = []
    for item, told in zip(items, facts, strict=True):
        decision = compiled.decide(told, before)
        explanation = explain_decision(compiled, told, decision)
        decided.append(
            {
                **item,
                "amount": decision.amount,
                "rule_ids": list(decision.rule_ids),
                "explanation": [{"zh": each.zh, "en": each.en} for each in explanation.sentences],
            }
        )
        if decision.amount:
            before.append(
                Converted(
                    outcome=told["outcome.key"],
                    course=item["code"],
                    kind=told["outcome.kind"],
                    # Courses of one application share one outcome: its content is not counted
                    # against itself.
                    content=f"{told['outcome.content']}:{item['code']}",
                    amount=decision.amount,
                    year=int(told["application.on"][:4]),
                    online=bool(told["outcome.online"]),
                )
            )
    return decided


def _as_json(each: Converted) -> dict[str, Any]:
    return {name: getattr(each, name) for name in each.__slots__}


async def hold_outcome(desk: CreditDesk, application: Row) -> UUID:
    """Reserve the outcome and the courses in the ledger; an earlier hold of it is given back.

    Raises OutcomeUsedError where another application of the same scope was quicker.
    """
    if application["reservation_id"] is not None:
        await release_outcome(desk, application, reason="extended")
    learner = (await find_learners(desk.tx, desk.school_id, [application["learner_id"]]))[
        application["learner_id"]
    ]
    outcome = await load_outcome(desk.tx, desk.school_id, application["outcome_id"], learner=None)
    claims = [
        f"outcome:{outcome['unique_key']}",
        *(f"course:{learner['id']}:{item['code']}" for item in application["items"]),
    ]
    request = Reserve(
        key=f"application:{application['id']}:reserve:{application['version']}",
        holder=Holder(desk.school_id, learner["enrolment_no"]),
        scope=application["scope"],
        claims=claims,
        expires_at=hold_until(await desk.days(), desk.now),
        facts={"application_id": str(application["id"])},
    )
    (posted,) = await keep_ledger.reserve(desk.tx, [request], now=desk.now)
    return posted.id


async def release_outcome(desk: CreditDesk, application: Row, *, reason: str) -> None:
    """Give the outcome free again; the ledger's own deadline may have been quicker."""
    if application["reservation_id"] is None:
        return
    held = await read_ledger.reservation(desk.tx, application["reservation_id"])
    if held is None or held.settled_by is not None:
        return
    await keep_ledger.release(
        desk.tx,
        desk.school_id,
        application["reservation_id"],
        key=f"application:{application['id']}:release:{application['version']}",
        reason=reason,
        now=desk.now,
    )


async def withdraw_application(desk: CreditDesk, application: Row, *, seen: int) -> Row:
    """Take an application back before it is decided; the outcome is free again."""
    expect_version(seen=seen, current=application["version"])
    require_state(
        application,
        ApplicationState.DRAFT,
        ApplicationState.SUBMITTED,
        ApplicationState.EVIDENCE_CHECK,
        ApplicationState.NEEDS_MORE,
        ApplicationState.REVIEW,
    )
    await release_outcome(desk, application, reason="withdrawn")
    return await desk.move(
        application, ApplicationState.WITHDRAWN, reservation_id=None, due_at=None
    )


async def change_draft(
    desk: CreditDesk, application: Row, values: Mapping[str, Any], *, seen: int
) -> Row:
    """Change the courses, purpose or note of a draft."""
    expect_version(seen=seen, current=application["version"])
    require_state(application, ApplicationState.DRAFT)
    outcome = await load_outcome(desk.tx, desk.school_id, application["outcome_id"], learner=None)
    changes = {name: values[name] for name in ("purpose", "note") if name in values}
    if "course_ids" in values:
        changes["items"] = await _items(desk, outcome, values["course_ids"])
    changed = await change_row(desk.tx, credit_applications, application["id"], changes)
    return {**application, **changed}
