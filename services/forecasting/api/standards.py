"""Competency standards over HTTP: read by all, written by industry bodies and their like."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from services.forecasting.api.labour_desks import AtStandardDesk
from services.forecasting.contract.standards import (
    CoverageOut,
    CoveredUnitOut,
    EditionIn,
    EditionLineOut,
    EditionOut,
    LinkIn,
    LinkKind,
    LinkOut,
    LinksOut,
    StandardDiffOut,
    StandardIn,
    StandardOut,
    UnitChangeOut,
    WithdrawalIn,
)
from services.forecasting.domain.standard import (
    StandardNotFoundError,
    diff_units,
    edition_order,
)
from services.forecasting.flows import keep_standards
from services.forecasting.store import standards
from services.forecasting.store.rows import Row
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.http.versions import SeenVersion, set_etag

router = new_router("competency standards")

Edition = Annotated[str, Query(pattern=r"^\d{1,3}\.\d{1,3}$")]
ONE = "/competency-standards/{standard_id}@{edition}"


def _whole(row: Row, response: Response) -> EditionOut:
    set_etag(response, row["version"])
    return EditionOut.model_validate(row)


def _line(row: Row) -> EditionLineOut:
    return EditionLineOut.model_validate({**row, "units_total": len(row["units"])})


@router.post("/competency-standards", status_code=201, dependencies=[Keyed])
async def found_standard(body: StandardIn, desk: AtStandardDesk, response: Response) -> EditionOut:
    """Begin a standard with a draft of its first edition."""
    row = await keep_standards.found_standard(desk, body.model_dump())
    path = f"/v1/competency-standards/{row['standard_id']}@{row['edition']}"
    response.headers["Location"] = path
    return _whole(row, response)


@router.get("/competency-standards")
async def list_standards(
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
    occupation: Annotated[str | None, Query(max_length=12)] = None,
    industry: Annotated[str | None, Query(max_length=5)] = None,
    q: Annotated[str | None, Query(max_length=100, description="words of the name")] = None,
) -> Page[EditionLineOut]:
    """Return the newest published edition of each standard."""
    rows = await standards.list_published(
        tx,
        occupation=occupation,
        industry=industry,
        words=q,
        after=UUID(paging.after[0]) if paging.after else None,
        limit=paging.limit,
    )
    shown, following = cut_page(
        rows,
        asked=paging,
        key=lambda row: (row["standard_id"],),
        request=request,
        response=response,
    )
    return Page(items=[_line(row) for row in shown], next=following)


@router.get("/competency-standards/mine")
async def list_own_standards(
    desk: AtStandardDesk, paging: Paging, request: Request, response: Response
) -> Page[EditionLineOut]:
    """Return every edition that the caller's organisation wrote, drafts too."""
    after = UUID(paging.after[0]) if paging.after else None
    rows = await standards.list_own(desk.tx, desk.org_id, after=after, limit=paging.limit)
    shown, following = cut_page(
        rows, asked=paging, key=lambda row: (row["id"],), request=request, response=response
    )
    return Page(items=[_line(row) for row in shown], next=following)


@router.get(ONE)
async def read_edition(standard_id: UUID, edition: str, tx: InTx, response: Response) -> EditionOut:
    """Return one edition, whole."""
    return _whole(await keep_standards.find_edition(tx, standard_id, edition), response)


@router.put(ONE)
async def put_edition(
    standard_id: UUID,
    edition: str,
    body: EditionIn,
    desk: AtStandardDesk,
    seen: SeenVersion,
    response: Response,
) -> EditionOut:
    """Write a draft anew."""
    row = await keep_standards.change_edition(
        desk, standard_id, edition=edition, told=body.model_dump(), seen=seen
    )
    return _whole(row, response)


@router.post(ONE + "/publish", dependencies=[Keyed])
async def publish_edition(
    standard_id: UUID, edition: str, desk: AtStandardDesk, seen: SeenVersion, response: Response
) -> EditionOut:
    """Publish a draft; it is not changed any more."""
    row = await keep_standards.publish_edition(desk, standard_id, edition, seen=seen)
    return _whole(row, response)


@router.post(ONE + "/withdraw", dependencies=[Keyed])
async def withdraw_edition(
    standard_id: UUID,
    edition: str,
    body: WithdrawalIn,
    desk: AtStandardDesk,
    seen: SeenVersion,
    response: Response,
) -> EditionOut:
    """Say that a published edition no longer holds."""
    row = await keep_standards.withdraw_edition(
        desk, standard_id, edition, reason=body.reason, seen=seen
    )
    return _whole(row, response)


@router.get(ONE + "/links")
async def list_standard_links(
    standard_id: UUID,
    edition: str,
    tx: InTx,
    kind: Annotated[LinkKind | None, Query()] = None,
) -> LinksOut:
    """Return the posts and courses that are linked to an edition."""
    found = await keep_standards.find_edition(tx, standard_id, edition)
    rows = await standards.list_links(tx, found["id"], kind=kind)
    return LinksOut(items=[LinkOut.model_validate(row) for row in rows])


@router.put(ONE + "/links/{kind}/{key}", status_code=204)
async def put_standard_link(
    standard_id: UUID, edition: str, kind: LinkKind, key: str, body: LinkIn, desk: AtStandardDesk
) -> None:
    """Link a course of one's school or a post of one's enterprise to units."""
    await keep_standards.put_link(
        desk,
        standard_id,
        edition,
        kind=kind,
        key=key[:64],
        name=body.name,
        units=[unit.model_dump() for unit in body.units],
    )


@router.delete(ONE + "/links/{kind}/{key}", status_code=204)
async def remove_standard_link(
    standard_id: UUID, edition: str, kind: LinkKind, key: str, desk: AtStandardDesk
) -> None:
    """Take one's own link away."""
    await keep_standards.remove_link(desk, standard_id, edition, kind=kind, key=key[:64])


@router.get(ONE + "/coverage")
async def read_coverage(
    standard_id: UUID,
    edition: str,
    tx: InTx,
    course: Annotated[list[str] | None, Query(max_length=200)] = None,
    school_id: Annotated[UUID | None, Query()] = None,
) -> CoverageOut:
    """Return what a set of courses (default: all that are linked) covers of an edition."""
    found = await keep_standards.find_edition(tx, standard_id, edition)
    units, unknown = await keep_standards.cover_courses(
        tx, found, school_id=school_id, courses=course or []
    )
    counts = {word: sum(unit.covered == word for unit in units) for word in ("whole", "part")}
    return CoverageOut(
        standard_id=standard_id,
        edition=edition,
        courses=sorted({code for unit in units for code in unit.courses}),
        courses_unknown=unknown,
        units=[CoveredUnitOut.model_validate(unit, from_attributes=True) for unit in units],
        units_whole=counts["whole"],
        units_part=counts["part"],
        units_none=len(units) - counts["whole"] - counts["part"],
        share_whole=round(counts["whole"] / len(units), 4),
    )


@router.get("/competency-standards/{standard_id}")
async def read_standard(standard_id: UUID, tx: InTx) -> StandardOut:
    """Return a standard's newest published edition, and the names of all editions."""
    rows = await standards.list_editions(tx, standard_id)
    if not rows:
        raise StandardNotFoundError(standard=str(standard_id))
    rows.sort(key=lambda row: edition_order(row["edition"]), reverse=True)
    current = next((row for row in rows if row["state"] == "published"), None)
    return StandardOut(
        current=None if current is None else EditionOut.model_validate(current),
        editions=[_line(row) for row in rows],
    )


@router.post("/competency-standards/{standard_id}/editions", status_code=201, dependencies=[Keyed])
async def draft_edition(
    standard_id: UUID, body: EditionIn, desk: AtStandardDesk, response: Response
) -> EditionOut:
    """Begin another edition of one's own standard."""
    row = await keep_standards.draft_edition(desk, standard_id, body.model_dump())
    response.headers["Location"] = f"/v1/competency-standards/{standard_id}@{row['edition']}"
    return _whole(row, response)


@router.get("/competency-standards/{standard_id}/diff")
async def diff_editions(
    standard_id: UUID, before: Edition, after: Edition, tx: InTx
) -> StandardDiffOut:
    """Return what changed from one edition to another."""
    old = await keep_standards.find_edition(tx, standard_id, before)
    new = await keep_standards.find_edition(tx, standard_id, after)
    was, now = set(old["occupation_codes"]), set(new["occupation_codes"])
    return StandardDiffOut(
        standard_id=standard_id,
        before=before,
        after=after,
        units=[
            UnitChangeOut.model_validate(change, from_attributes=True)
            for change in diff_units(old["units"], new["units"])
        ],
        occupations_added=sorted(now - was),
        occupations_removed=sorted(was - now),
    )
