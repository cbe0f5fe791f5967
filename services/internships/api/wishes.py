"""Wishes over HTTP: what a student may choose from, their own list, the school's files."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response

from services.internships.api.batch_uploads import IMPORT, import_into_batch
from services.internships.api.batches import visible_batch
from services.internships.api.callers import (
    AsStudent,
    BatchKeeper,
    Wisher,
    WishImporter,
    student_if_one,
)
from services.internships.contract.batches import OfferedPostOut, OwnEligibilityOut
from services.internships.contract.wishes import WishesIn, WishesOut, WishOut
from services.internships.domain.eligibility import Place, blocks, check_for_post, finding_values
from services.internships.domain.relevance_view import relevance_of, term_values
from services.internships.domain.wish import NotInBatchError
from services.internships.flows.keep_batches import place_of
from services.internships.flows.make_wishes import put_own_wishes, why_not_eligible
from services.internships.store import batch_posts, batches, wishes
from services.internships.store.rows import Row
from shared.db.session import Tx
from shared.http.caller import SignedIn
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx
from shared.http.service import new_router
from shared.jobs.queue import JobAccepted
from shared.kernel.errors import Text

router = new_router("wishes")

_YES = Text("您可以参加本批次。", "You may take part.")


@router.get("/batches/{batch_id}/posts")
async def list_offered_posts(
    batch_id: UUID,
    caller: SignedIn,
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
    q: Annotated[str | None, Query(max_length=100)] = None,
    region: Annotated[str | None, Query(pattern=r"^\d{2,6}$", description="code or prefix")] = None,
) -> Page[OfferedPostOut]:
    """Return the posts of a batch; a student sees eligibility, relevance and distance of each."""
    batch = await visible_batch(tx, caller, batch_id)
    student = await student_if_one(caller, tx)
    own = caller.org_id if caller.org_kind == "enterprise" else None
    sought = batch_posts.Sought(q, region, own)
    rows = await batch_posts.list_posts(
        tx, batch_id, sought, after=paging.after, limit=paging.limit
    )
    shown, following = cut_page(
        rows,
        asked=paging,
        key=lambda row: (row["region_code"], row["id"]),
        request=request,
        response=response,
    )
    place = place_of(batch)
    return Page(items=[_offered(row, student, place) for row in shown], next=following)


def _offered(post: Row, student: Row | None, place: Place) -> OfferedPostOut:
    told: dict[str, Any] = {
        **post,
        "post_id": post["id"],
        "enterprise_id": post["org_id"],
        "seats": post["seats_batch"],
        "eligible": None,
        "findings": [],
        "relevance": None,
        "terms": [],
    }
    if student is not None:
        found = check_for_post(student, post, place)
        judged = relevance_of(student, post)
        told["eligible"] = not blocks(found)
        told["findings"] = [finding_values(finding) for finding in found]
        told["relevance"] = round(judged.score, 6)
        told["terms"] = [term_values(t.name, t.value, t.reason) for t in judged.terms]
    return OfferedPostOut.model_validate(told)


@router.get("/batches/{batch_id}/eligibility/me")
async def read_own_eligibility(
    batch_id: UUID, caller: Wisher, student: AsStudent, tx: InTx
) -> OwnEligibilityOut:
    """Say whether the caller may take part in a batch, and what speaks against it."""
    await visible_batch(tx, caller, batch_id)
    entry = await batches.find_entry(tx, batch_id, student["id"])
    if entry is None:
        raise NotInBatchError
    text = _YES if entry["eligible"] else why_not_eligible(entry["findings"])
    return OwnEligibilityOut(
        eligible=entry["eligible"], findings=entry["findings"], zh=text.zh, en=text.en
    )


@router.get("/batches/{batch_id}/wishes/me")
async def read_own_wishes(
    batch_id: UUID, caller: Wisher, student: AsStudent, tx: InTx
) -> WishesOut:
    """Return the caller's wishes in a batch."""
    batch = await visible_batch(tx, caller, batch_id)
    return await _own_wishes(tx, batch, student)


@router.put("/batches/{batch_id}/wishes/me")
async def put_wishes(
    batch_id: UUID, body: WishesIn, caller: Wisher, student: AsStudent, tx: InTx, request: Request
) -> WishesOut:
    """Replace the caller's wishes; the whole list counts, best first."""
    await visible_batch(tx, caller, batch_id)
    batch = await batches.find_batch(tx, batch_id, share=True)
    assert batch is not None, "it was visible a moment ago"
    await put_own_wishes(
        tx,
        caller,
        batch,
        student=student,
        post_ids=body.post_ids,
        now=request.app.state.clock(),
    )
    return await _own_wishes(tx, batch, student)


async def _own_wishes(tx: Tx, batch: Row, student: Row) -> WishesOut:
    rows = await wishes.list_own_wishes(tx, batch["id"], student["id"])
    return WishesOut(
        batch_id=batch["id"],
        wishes_max=batch["wishes_max"],
        items=[WishOut.model_validate(row) for row in rows],
    )


@router.post("/batches/{batch_id}/wishes/imports", **IMPORT)
async def import_wishes(
    batch_id: UUID, request: Request, response: Response, caller: WishImporter, tx: InTx
) -> JobAccepted:
    """Import wishes (学籍号, 志愿序号, 岗位编号); the students named get exactly these."""
    return await import_into_batch(
        request, response, tx=tx, caller=caller, batch_id=batch_id, table="wishes"
    )


@router.post("/batches/{batch_id}/grades/imports", **IMPORT)
async def import_grades(
    batch_id: UUID, request: Request, response: Response, caller: BatchKeeper, tx: InTx
) -> JobAccepted:
    """Import grades (学籍号, 成绩) for batches that rank by them."""
    return await import_into_batch(
        request, response, tx=tx, caller=caller, batch_id=batch_id, table="grades"
    )


@router.post("/batches/{batch_id}/interviews/imports", **IMPORT)
async def import_interviews(
    batch_id: UUID, request: Request, response: Response, caller: BatchKeeper, tx: InTx
) -> JobAccepted:
    """Import interview scores (学籍号, 岗位编号, 面试分) for batches that rank by them."""
    return await import_into_batch(
        request, response, tx=tx, caller=caller, batch_id=batch_id, table="interviews"
    )
