"""A placement from its papers to its end: kept by the school, checked before its first day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.internships.adapters.organisations import OrganisationSource
from services.internships.contract.events import (
    PLACEMENT_ASSESSED,
    PLACEMENT_ENDED,
    PLACEMENT_STARTED,
)
from services.internships.domain.eligibility import Place, student_facts
from services.internships.domain.enterprise import Declared
from services.internships.domain.facts import (
    AssessmentFacts,
    EnterpriseFacts,
    HostInspection,
    HostKind,
    InspectionItem,
    InternshipKind,
    OrganiserKind,
    PostFacts,
)
from services.internships.domain.placement import (
    AssessorsMissingError,
    PlacementBlockedError,
    PlacementNotFoundError,
    PlacementState,
    block_faults,
    require_placement,
    start_facts,
)
from services.internships.domain.post import Wages, facts_of
from services.internships.domain.post_report import (
    Release,
    expect_releasable,
    report_body,
    with_releases,
)
from services.internships.domain.rules import check_assessment, check_placement_start
from services.internships.flows.check_post import declared_by
from services.internships.flows.tell_rooms import tell_placements
from services.internships.store import batches, hosts, placements, posts, releases, students
from services.internships.store.rows import Row
from shared.db.session import Tx
from shared.events.audit import record
from shared.http.caller import Caller
from shared.http.versions import expect_version
from shared.kernel.clock import china_day
from shared.kernel.errors import ForbiddenError
from shared.kernel.ids import new_id
from shared.policies.jurisdiction import rulebook_at


async def load_placement(tx: Tx, school_id: UUID, placement_id: UUID) -> Row:
    """Return and hold a placement of this school; another school's is not found."""
    owner = placements.of_school(school_id)
    found = await placements.find_placement(tx, owner, placement_id, lock=True)
    if found is None:
        raise PlacementNotFoundError(placement_id=str(placement_id))
    return found


async def keep_papers(
    tx: Tx, caller: Caller, placement: Row, *, changes: Mapping[str, Any], seen: int
) -> Row:
    """Write mentor, teacher, consent, agreement, insurance, training and filing."""
    expect_version(seen=seen, current=placement["version"])
    states = (PlacementState.PROPOSED, PlacementState.ACCEPTED, PlacementState.STARTED)
    require_placement(placement, *states)
    facts = {"fields": ",".join(sorted(changes))}
    await record(tx, caller, "placement.papers_kept", subject_id=placement["id"], facts=facts)
    return await placements.change_placement(tx, placement["id"], changes)


async def check_start(
    tx: Tx, placement: Row, *, organisations: OrganisationSource, now: datetime
) -> dict[str, Any]:
    """Return the report on everything that must hold on the first day, with its releases."""
    batch = await batches.find_batch(tx, placement["batch_id"])
    student = await students.find_student(tx, placement["school_id"], placement["student_id"])
    assert batch is not None, "a placement belongs to a batch"
    assert student is not None, "a student with a placement stays on the roster"
    start_on = placement["start_on"]
    place = Place(batch["school_level"], batch["school_region_code"], batch["kind"], start_on)
    post, host, region = await _host_facts(
        tx, placement, batch, organisations=organisations, now=now
    )
    report = check_placement_start(
        start_facts(placement),
        student_facts(student, place),
        post=post,
        enterprise=host,
        book=rulebook_at(region or batch["school_region_code"], china_day(now)),
    )
    return with_releases(report_body(report), await releases.list_releases(tx, placement["id"]))


async def _host_facts(
    tx: Tx, placement: Row, batch: Row, *, organisations: OrganisationSource, now: datetime
) -> tuple[PostFacts, EnterpriseFacts, str | None]:
    """Return what the rules know of the place: the platform's post, or what the student told."""
    if placement["post_id"] is None or placement["enterprise_id"] is None:
        kind = InternshipKind(batch["kind"])
        post = PostFacts(kind=kind, seats=1, organiser=OrganiserKind.SELF_ARRANGED)
        return post, EnterpriseFacts(kind=HostKind.ENTERPRISE), None
    enterprise_id: UUID = placement["enterprise_id"]
    organisation = (await organisations.find_many([enterprise_id])).get(enterprise_id)
    found = await posts.find(tx, placement["post_id"])
    assert found is not None, "a published post stays readable"
    if organisation is None:
        host = EnterpriseFacts(kind=HostKind.ENTERPRISE)
        return facts_of(found.terms, Wages()), host, found.terms.region_code
    async with placements.beyond_walls(tx):
        declared = await declared_by(tx, organisation, china_day(now))
    interns = max(0, declared.interns_in(found.terms.post_class) - 1)
    post = facts_of(found.terms, Wages(), interns_same_post=interns)
    inspected = await _inspection(tx, placement["school_id"], enterprise_id)
    host = _inspected(declared, found.terms.post_class, inspected)
    return post, host, found.terms.region_code


def _inspected(
    declared: Declared, post_class: str | None, inspection: HostInspection | None
) -> EnterpriseFacts:
    known = declared.facts_for(post_class)
    # The accepted placement itself is among the active ones: it is not counted twice.
    active = max(0, known.interns_active - 1)
    return replace(known, interns_active=active, new_host=True, inspection=inspection)


async def _inspection(tx: Tx, school_id: UUID, enterprise_id: UUID) -> HostInspection | None:
    host = await hosts.find_by_enterprise(tx, school_id, enterprise_id)
    if host is None or host.inspected_on is None:
        return None
    known = {item.value for item in InspectionItem}
    items = frozenset(InspectionItem(item) for item in (host.inspection or {}) if item in known)
    return HostInspection(reported_on=host.inspected_on, items=items, decided_on=host.decided_on)


async def start_placement(
    tx: Tx, caller: Caller, placement: Row, *, organisations: OrganisationSource, now: datetime
) -> Row:
    """Start a placement whose papers are complete; what stops it is named, rule by rule."""
    require_placement(placement, PlacementState.ACCEPTED)
    report = await check_start(tx, placement, organisations=organisations, now=now)
    faults = block_faults(report["findings"])
    if faults:
        raise PlacementBlockedError(faults=faults)
    changes = {
        "state": PlacementState.STARTED,
        "started_on": china_day(now),
        "findings": report["findings"],
    }
    started = await placements.change_placement(tx, placement["id"], changes)
    await record(tx, caller, "placement.started", subject_id=placement["id"])
    await tell_placements(tx, PLACEMENT_STARTED, [placement["id"]], now=now)
    return started


async def release_finding(
    tx: Tx,
    caller: Caller,
    placement: Row,
    *,
    rule: str,
    reason: str,
    organisations: OrganisationSource,
    now: datetime,
) -> dict[str, Any]:
    """Keep a named person's decision that one finding does not stop the start."""
    if caller.kind != "person":
        raise ForbiddenError(needs="a named person, not a program (具名负责人)")
    report = await check_start(tx, placement, organisations=organisations, now=now)
    expect_releasable(report, rule)
    release = Release(
        id=new_id(),
        rule=rule,
        reason=reason,
        released_by=caller.subject,
        released_by_name=await organisations.name_of(caller),
        released_at=now,
    )
    await releases.add_release(
        tx,
        release,
        subject_kind="placement",
        subject_id=placement["id"],
        org_id=placement["school_id"],
    )
    await record(tx, caller, "placement.released", subject_id=placement["id"], facts={"rule": rule})
    return await check_start(tx, placement, organisations=organisations, now=now)


async def assess_placement(
    tx: Tx, caller: Caller, placement: Row, *, told: Mapping[str, Any], now: datetime
) -> Row:
    """Write the joint assessment; the credits of the student are counted from it."""
    require_placement(placement, PlacementState.STARTED)
    if not (told["school_assessor"] and told["enterprise_assessor"]):
        raise AssessorsMissingError
    batch = await batches.find_batch(tx, placement["batch_id"])
    assert batch is not None, "a placement belongs to a batch"
    report = check_assessment(
        AssessmentFacts(
            assessed_by_school=True,
            assessed_by_enterprise=True,
            uses_employee_standards=told["uses_employee_standards"],
        ),
        rulebook_at(batch["school_region_code"], china_day(now)),
    )
    body = report_body(report)
    assessment = {**told, "assessed_at": now.isoformat(), "findings": body["findings"]}
    changes = {"state": PlacementState.ASSESSED, "assessment": assessment}
    assessed = await placements.change_placement(tx, placement["id"], changes)
    await record(tx, caller, "placement.assessed", subject_id=placement["id"])
    await tell_placements(tx, PLACEMENT_ASSESSED, [placement["id"]], now=now)
    return assessed


async def end_placement(
    tx: Tx, caller: Caller, placement: Row, *, reason: str | None, now: datetime
) -> Row:
    """End a placement that ran."""
    require_placement(placement, PlacementState.STARTED, PlacementState.ASSESSED)
    changes = {
        "state": PlacementState.ENDED,
        "ended_on": china_day(now),
        "end_reason": reason,
    }
    await record(tx, caller, "placement.ended", subject_id=placement["id"])
    ended = await placements.change_placement(tx, placement["id"], changes)
    await tell_placements(tx, PLACEMENT_ENDED, [placement["id"]], now=now)
    return ended


async def cancel_placement(
    tx: Tx, caller: Caller, placement: Row, *, reason: str, now: datetime
) -> Row:
    """Take a placement back before or while it runs; the reason is kept."""
    states = (PlacementState.PROPOSED, PlacementState.ACCEPTED, PlacementState.STARTED)
    require_placement(placement, *states)
    changes: dict[str, Any] = {"state": PlacementState.CANCELLED, "end_reason": reason}
    if placement["state"] == PlacementState.STARTED:  # what ran has a last day: its pay ends there
        changes["ended_on"] = china_day(now)
    await record(tx, caller, "placement.cancelled", subject_id=placement["id"])
    cancelled = await placements.change_placement(tx, placement["id"], changes)
    if placement["state"] != PlacementState.PROPOSED:
        await tell_placements(tx, PLACEMENT_ENDED, [placement["id"]], now=now)
    return cancelled
