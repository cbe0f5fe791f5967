"""A body writes a competency standard, publishes its editions, and others link to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.forecasting.contract.labour_events import STANDARD_PUBLISHED
from services.forecasting.domain.standard import (
    CoveredUnit,
    EditionNotDraftError,
    EditionNotPublishedError,
    EditionTakenError,
    StandardNotFoundError,
    check_codes,
    check_linked,
    cover,
)
from services.forecasting.flows.labour_desk import LabourDesk
from services.forecasting.store import standards
from services.forecasting.store.rows import Row
from shared.db.session import Tx
from shared.events.audit import record
from shared.events.outbox import Event, emit
from shared.http.versions import expect_version
from shared.kernel.errors import InvalidInputError
from shared.kernel.ids import new_id

WRITERS = ("industry_body", "enterprise", "school")
LINKERS = {"course": ("school",), "post": ("enterprise",)}


async def find_edition(tx: Tx, standard_id: UUID, edition: str) -> Row:
    """Return an edition that the caller may see."""
    found = await standards.find_edition(tx, standard_id, edition)
    if found is None:
        raise StandardNotFoundError(standard=str(standard_id), edition=edition)
    return found


async def found_standard(desk: LabourDesk, told: Mapping[str, Any]) -> Row:
    """Begin a standard with a draft of its first edition."""
    own = await desk.organisation(*WRITERS)
    _expect_codes(told, told["industry_code"])
    standard_id = new_id()
    values = {
        "id": standard_id,
        "org_id": own.id,
        "org_name": own.name,
        "name": told["name"],
        "industry_code": told["industry_code"],
    }
    await standards.add_standard(desk.tx, values)
    return await _add_edition(desk, standard_id, told)


async def draft_edition(desk: LabourDesk, standard_id: UUID, told: Mapping[str, Any]) -> Row:
    """Begin another edition of one's own standard."""
    own = await desk.organisation(*WRITERS)
    standard = await standards.find_standard(desk.tx, standard_id)
    if standard is None or standard["org_id"] != own.id:
        raise StandardNotFoundError(standard=str(standard_id))
    _expect_codes(told, None)
    return await _add_edition(desk, standard_id, told)


async def _add_edition(desk: LabourDesk, standard_id: UUID, told: Mapping[str, Any]) -> Row:
    edition_id = new_id()
    values = {
        **_content(told),
        "id": edition_id,
        "standard_id": standard_id,
        "org_id": desk.org_id,
        "edition": told["edition"],
        "state": "draft",
    }
    if not await standards.add_edition(desk.tx, values):
        raise EditionTakenError(edition=told["edition"])
    await record(desk.tx, desk.caller, "standard.drafted", subject_id=edition_id)
    return await find_edition(desk.tx, standard_id, told["edition"])


def _content(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: told[name] for name in ("occupation_codes", "units", "note")}


def _expect_codes(told: Mapping[str, Any], industry_code: str | None) -> None:
    faults = check_codes(told["occupation_codes"], industry_code, told["units"])
    if faults:
        raise InvalidInputError(faults=faults)


async def _own_edition(desk: LabourDesk, standard_id: UUID, edition: str, *, seen: int) -> Row:
    found = await standards.find_edition(desk.tx, standard_id, edition, lock=True)
    if found is None or found["org_id"] != desk.org_id:
        raise StandardNotFoundError(standard=str(standard_id), edition=edition)
    expect_version(seen=seen, current=found["version"])
    return found


async def change_edition(
    desk: LabourDesk, standard_id: UUID, *, edition: str, told: Mapping[str, Any], seen: int
) -> Row:
    """Write a draft anew."""
    found = await _own_edition(desk, standard_id, edition, seen=seen)
    if found["state"] != "draft":
        raise EditionNotDraftError
    _expect_codes(told, None)
    values = {**_content(told), "edition": told["edition"], "updated_at": desk.now}
    if told["edition"] != edition and await standards.find_edition(
        desk.tx, standard_id, told["edition"]
    ):
        raise EditionTakenError(edition=told["edition"])
    await standards.change_edition(desk.tx, found["id"], values)
    return await find_edition(desk.tx, standard_id, told["edition"])


async def publish_edition(desk: LabourDesk, standard_id: UUID, edition: str, *, seen: int) -> Row:
    """Publish a draft: from now on it is read, linked and never changed."""
    await desk.publisher(*WRITERS)
    found = await _own_edition(desk, standard_id, edition, seen=seen)
    if found["state"] != "draft":
        raise EditionNotDraftError
    values = {"state": "published", "published_at": desk.now, "updated_at": desk.now}
    await standards.change_edition(desk.tx, found["id"], values)
    await record(desk.tx, desk.caller, "standard.published", subject_id=found["id"])
    payload = {
        "standard_id": str(standard_id),
        "edition": edition,
        "name": found["name"],
        "occupation_codes": found["occupation_codes"],
    }
    await emit(desk.tx, [Event(STANDARD_PUBLISHED, standard_id, None, payload)], to=[])
    return await find_edition(desk.tx, standard_id, edition)


async def withdraw_edition(
    desk: LabourDesk, standard_id: UUID, edition: str, *, reason: str, seen: int
) -> Row:
    """Say that a published edition no longer holds; it stays readable with the reason."""
    found = await _own_edition(desk, standard_id, edition, seen=seen)
    if found["state"] != "published":
        raise EditionNotPublishedError
    values = {"state": "withdrawn", "note": reason, "updated_at": desk.now}
    await standards.change_edition(desk.tx, found["id"], values)
    facts = {"reason_length": len(reason)}
    await record(desk.tx, desk.caller, "standard.withdrawn", subject_id=found["id"], facts=facts)
    return await find_edition(desk.tx, standard_id, edition)


async def put_link(
    desk: LabourDesk,
    standard_id: UUID,
    edition: str,
    *,
    kind: str,
    key: str,
    name: str,
    units: Sequence[Mapping[str, Any]],
) -> None:
    """Say which units a course of one's school teaches, or a post of one's enterprise asks for."""
    own = await desk.organisation(*LINKERS[kind])
    found = await find_edition(desk.tx, standard_id, edition)
    if found["state"] != "published":
        raise EditionNotPublishedError
    faults = check_linked(units, {unit["code"] for unit in found["units"]})
    if faults:
        raise InvalidInputError(faults=faults)
    values = {
        "id": new_id(),
        "edition_id": found["id"],
        "org_id": own.id,
        "org_name": own.name,
        "kind": kind,
        "key": key,
        "name": name,
        "units": list(units),
        "recorded_at": desk.now,
    }
    await standards.put_link(desk.tx, values)


async def remove_link(
    desk: LabourDesk, standard_id: UUID, edition: str, *, kind: str, key: str
) -> None:
    """Take one's own link away."""
    found = await find_edition(desk.tx, standard_id, edition)
    if not await standards.remove_link(desk.tx, found["id"], desk.org_id, kind=kind, key=key):
        raise StandardNotFoundError(standard=str(standard_id), edition=edition)


async def cover_courses(
    tx: Tx, edition: Row, *, school_id: UUID | None, courses: Sequence[str]
) -> tuple[list[CoveredUnit], list[str]]:
    """Return what courses cover of an edition, and those among them that nobody has linked."""
    links = await standards.list_links(
        tx, edition["id"], kind="course", org_id=school_id, keys=courses or None
    )
    known = {link["key"] for link in links}
    return cover(edition["units"], links), [code for code in courses if code not in known]
