"""Draft, change, submit and close notices; where no clause asks for registration, publish them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from services.exchange.domain.notice import (
    Notice,
    NoticeNotFoundError,
    NoticeState,
    NoticeTerms,
    Step,
    expect_step,
)
from services.exchange.domain.notice_rules import asks_for_registration, find_faults, rule_of
from services.exchange.domain.notice_search import terms_that_find
from services.exchange.domain.organisation import (
    Organisation,
    expect_in_good_order,
    expect_publisher,
)
from services.exchange.flows.desk import Desk
from services.exchange.store import notice_steps, notices
from shared.catalogues.told import CODE_FIELDS, with_catalogue_codes
from shared.events.audit import record
from shared.http.versions import expect_version
from shared.kernel.errors import Fact, Fault, InvalidInputError
from shared.kernel.ids import new_id
from shared.policies.jurisdiction import rulebook_at

_NOT_REGISTERED = {
    "registrar_id": None,
    "registrar_name": None,
    "registrar_level": None,
    "registered_at": None,
}


async def draft_notice(desk: Desk, told: NoticeTerms, *, submit: bool) -> Notice:
    """Keep a new notice as a draft; submit it at once where asked."""
    organisation = await desk.own_organisation()
    expect_publisher(organisation.kind)
    if submit:
        expect_in_good_order(organisation)
    terms = settle_terms(desk, told, organisation, submitting=submit)
    content = _content(desk, terms, organisation)
    notice_id = new_id()
    row = {
        "id": notice_id,
        "org_id": organisation.id,
        "state": NoticeState.DRAFT.value,
        "created_at": desk.now,
        **content,
        **(_moved(desk, content["rule"]) if submit else {}),
    }
    await notices.add(desk.tx, row)
    kept = await find_own_notice(desk, notice_id)
    await take_step(desk, kept, Step.DRAFTED, by=organisation)
    await _tell_moves(desk, kept, organisation, before=NoticeState.DRAFT)
    return kept


async def find_own_notice(desk: Desk, notice_id: UUID) -> Notice:
    """Return a notice of the caller's organisation, held for a change."""
    found = await notices.find(desk.tx, notice_id, lock=True)
    if found is None or found.org_id != desk.org_id:
        raise NoticeNotFoundError(notice_id=str(notice_id))
    return found


async def change_notice(
    desk: Desk, notice_id: UUID, changes: Mapping[str, Any], *, seen: int
) -> Notice:
    """Change a notice; what was published is registered again where the place asks for it."""
    notice = await find_own_notice(desk, notice_id)
    expect_version(seen=seen, current=notice.version)
    expect_step(notice, Step.CHANGED)
    organisation = await desk.own_organisation()
    submitted = notice.state is not NoticeState.DRAFT
    told = NoticeTerms.from_values({**notice.terms.to_values(), **changes})
    terms = settle_terms(desk, told, organisation, submitting=submitted)
    if terms == notice.terms:
        return notice
    if submitted:
        expect_in_good_order(organisation)
    values: dict[str, Any] = {**_content(desk, terms, organisation), **_NOT_REGISTERED}
    if submitted:
        values |= _moved(desk, values["rule"], notice)
    changed = await notices.change(desk.tx, notice_id, values)
    await take_step(desk, changed, Step.CHANGED, by=organisation)
    await _tell_moves(desk, changed, organisation, before=notice.state)
    return changed


async def submit_notice(desk: Desk, notice_id: UUID) -> Notice:
    """Submit a draft: to the departments of its place, or where none is asked, to everyone."""
    notice = await find_own_notice(desk, notice_id)
    expect_step(notice, Step.SUBMITTED)
    organisation = await desk.own_organisation()
    expect_publisher(organisation.kind)
    expect_in_good_order(organisation)
    terms = settle_terms(desk, notice.terms, organisation, submitting=True)
    values: dict[str, Any] = {**_content(desk, terms, organisation), **_NOT_REGISTERED}
    values |= _moved(desk, values["rule"])
    submitted = await notices.change(desk.tx, notice_id, values)
    await _tell_moves(desk, submitted, organisation, before=notice.state)
    return submitted


async def close_notice(desk: Desk, notice_id: UUID) -> Notice:
    """Close a notice: it is found and answered no more; what was published stays readable."""
    notice = await find_own_notice(desk, notice_id)
    expect_step(notice, Step.CLOSED)
    organisation = await desk.own_organisation()
    values = {"state": NoticeState.CLOSED.value, "closed_at": desk.now}
    closed = await notices.change(desk.tx, notice_id, values)
    await take_step(desk, closed, Step.CLOSED, by=organisation)
    return closed


def settle_terms(
    desk: Desk, told: NoticeTerms, organisation: Organisation, *, submitting: bool
) -> NoticeTerms:
    """Return the terms with known codes; raise InvalidInputError naming every wrong field."""
    known, unknown = with_catalogue_codes({name: getattr(told, name) for name in CODE_FIELDS})
    terms = replace(told, **known)
    faults = [Fault("code_unknown", text, pointer=f"/{field}") for field, text in unknown.items()]
    book = rulebook_at(terms.region_code, desk.today)
    faults += find_faults(terms, organisation, book, submitting=submitting)
    if faults:
        raise InvalidInputError(faults=faults)
    return terms


async def take_step(
    desk: Desk,
    notice: Notice,
    step: Step,
    *,
    by: Organisation,
    reason: str | None = None,
    facts: Mapping[str, Fact] | None = None,
) -> None:
    """Keep a step of a notice's history with its terms, and tell the audit trail of it."""
    values = {
        "step": step.value,
        "org_id": by.id,
        "org_kind": by.kind,
        "org_name": by.name,
        "person_id": desk.caller.subject,
        "reason": reason,
        "terms": notice.terms.to_json(),
        "at": desk.now,
    }
    await notice_steps.add(desk.tx, notice.id, values)
    await record(desk.tx, desk.caller, f"notice.{step}", subject_id=notice.id, facts=facts)


def pack_facts(notice: Notice) -> dict[str, Fact]:
    """Return which pack said whether the notice is registered, for the audit trail."""
    asked = notice.rule["registration"]
    return {"pack": asked["pack"], "pack_version": asked["version"]}


def _content(desk: Desk, terms: NoticeTerms, organisation: Organisation) -> dict[str, Any]:
    """Return the columns that follow from the terms, whose they are, and the pack of the place."""
    book = rulebook_at(terms.region_code, desk.today)
    return {
        **terms.to_values(),
        "org_kind": organisation.kind,
        "org_name": organisation.name,
        "search_terms": terms_that_find(terms, organisation.name),
        "rule": rule_of(terms, organisation, book),
    }


def _moved(desk: Desk, rule: Mapping[str, Any], before: Notice | None = None) -> dict[str, Any]:
    """Return the columns of a submitted notice: before its department, or before everyone.

    `before`: the notice as it was, where it was submitted already. Who mends what waits does not
    lose the place in the queue, and what stays published keeps its day.
    """
    asked = asks_for_registration(rule)
    state = NoticeState.SUBMITTED if asked else NoticeState.PUBLISHED
    stays = before is not None and before.state in {state, NoticeState.SUBMITTED}
    return {
        "state": state.value,
        "submitted_at": before.submitted_at if before and stays else desk.now,
        "published_at": None if asked else (before and before.published_at) or desk.now,
        "returned_reason": None,
    }


async def _tell_moves(
    desk: Desk, notice: Notice, organisation: Organisation, *, before: NoticeState
) -> None:
    """Keep the steps that brought a notice from a state to its present one."""
    if notice.state is before:
        return
    facts = pack_facts(notice)
    if before is not NoticeState.SUBMITTED:
        await take_step(desk, notice, Step.SUBMITTED, by=organisation, facts=facts)
    if notice.state is NoticeState.PUBLISHED:
        await take_step(desk, notice, Step.PUBLISHED, by=organisation, facts=facts)
