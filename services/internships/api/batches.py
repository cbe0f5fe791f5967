"""Batches over HTTP: drafted, filled with posts, opened, closed, finished."""

from __future__ import annotations

import os
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Request, Response

from services.internships.api.callers import BatchKeeper, school_of, student_if_one
from services.internships.contract.batches import (
    BatchIn,
    BatchNumbersOut,
    BatchOut,
    BatchPatch,
    BatchPostsIn,
    BatchPostsOut,
    EntryOut,
    Mode,
    State,
)
from services.internships.domain.batch import BatchNotFoundError
from services.internships.flows import keep_batches
from services.internships.flows.offer_posts import offer_all_that_fit, offer_posts, withdraw_post
from services.internships.store import batches
from services.internships.store.rows import Row
from shared.db.session import Tx
from shared.http.caller import Caller, SignedIn
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.http.versions import SeenVersion, set_etag

router = new_router("batches")


@router.post("/batches", status_code=201, dependencies=[Keyed])
async def create_batch(
    body: BatchIn, caller: BatchKeeper, tx: InTx, request: Request, response: Response
) -> BatchOut:
    """Draft a batch of one's school."""
    batch = await keep_batches.create_batch(
        tx,
        caller,
        school_of(caller),
        told=body.model_dump(),
        organisations=request.app.state.organisations,
    )
    response.headers["Location"] = f"/v1/batches/{batch['id']}"
    return _shown(batch, response)


@router.get("/batches")
async def list_batches(
    caller: SignedIn,
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
    state: State | None = None,
    mode: Mode | None = None,
) -> Page[BatchOut]:
    """Return batches: a school's own, a student's, or those that offer an enterprise's posts."""
    student = await student_if_one(caller, tx)
    rows = await batches.list_batches(
        tx,
        student_id=student["id"] if student else None,
        state=state,
        mode=mode,
        after=paging.after,
        limit=paging.limit,
    )
    shown, following = cut_page(
        rows, asked=paging, key=lambda row: (row["id"],), request=request, response=response
    )
    return Page(items=[BatchOut.model_validate(dict(row)) for row in shown], next=following)


@router.get("/batches/{batch_id}")
async def read_batch(
    batch_id: UUID, caller: SignedIn, tx: InTx, response: Response
) -> BatchNumbersOut:
    """Return one batch with its numbers."""
    batch = await visible_batch(tx, caller, batch_id)
    set_etag(response, batch["version"])
    return BatchNumbersOut.model_validate({**batch, **await batches.count_entries(tx, batch_id)})


@router.patch("/batches/{batch_id}")
async def patch_batch(
    batch_id: UUID,
    body: BatchPatch,
    caller: BatchKeeper,
    seen: SeenVersion,
    tx: InTx,
    response: Response,
) -> BatchOut:
    """Change a draft."""
    batch = await keep_batches.load_batch(tx, school_of(caller), batch_id, lock=True)
    changes = body.model_dump(exclude_unset=True)
    changed = await keep_batches.change_terms(tx, caller, batch, changes=changes, seen=seen)
    return _shown(changed, response)


@router.post("/batches/{batch_id}/posts", dependencies=[Keyed])
async def add_posts(
    batch_id: UUID, body: BatchPostsIn, caller: BatchKeeper, tx: InTx
) -> BatchPostsOut:
    """Offer published posts of approved hosts in a batch."""
    batch = await keep_batches.load_batch(tx, school_of(caller), batch_id, lock=True)
    if body.all_that_fit:
        posts, seats = await offer_all_that_fit(tx, caller, batch)
    else:
        wanted = [(each.post_id, each.seats) for each in body.posts]
        posts, seats = await offer_posts(tx, caller, batch, wanted=wanted)
    return BatchPostsOut(posts=posts, seats=seats)


@router.delete("/batches/{batch_id}/posts/{post_id}", status_code=204)
async def remove_post(batch_id: UUID, post_id: UUID, caller: BatchKeeper, tx: InTx) -> None:
    """Take a post out of a draft."""
    batch = await keep_batches.load_batch(tx, school_of(caller), batch_id, lock=True)
    await withdraw_post(tx, caller, batch, post_id=post_id)


@router.post("/batches/{batch_id}/open", dependencies=[Keyed])
async def open_batch(batch_id: UUID, caller: BatchKeeper, tx: InTx, response: Response) -> BatchOut:
    """Open a draft: enter its students and commit to the lottery's seed."""
    batch = await keep_batches.load_batch(tx, school_of(caller), batch_id, lock=True)
    opened = await keep_batches.open_batch(tx, caller, batch, entropy=os.urandom(32))
    return _shown(opened, response)


@router.post("/batches/{batch_id}/close", dependencies=[Keyed])
async def close_batch(
    batch_id: UUID, caller: BatchKeeper, tx: InTx, response: Response
) -> BatchOut:
    """Take no further wishes."""
    batch = await keep_batches.load_batch(tx, school_of(caller), batch_id, lock=True)
    return _shown(await keep_batches.close_batch(tx, caller, batch), response)


@router.post("/batches/{batch_id}/finish", dependencies=[Keyed])
async def finish_batch(
    batch_id: UUID, caller: BatchKeeper, tx: InTx, response: Response
) -> BatchOut:
    """End a batch and free the seats that nobody took."""
    batch = await keep_batches.load_batch(tx, school_of(caller), batch_id, lock=True)
    return _shown(await keep_batches.finish_batch(tx, caller, batch), response)


@router.get("/batches/{batch_id}/students")
async def list_entries(
    batch_id: UUID,
    caller: BatchKeeper,
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
    eligible: Annotated[Literal["true", "false"] | None, Query()] = None,
) -> Page[EntryOut]:
    """Return the students of a batch, each with what speaks against taking part."""
    await keep_batches.load_batch(tx, school_of(caller), batch_id)
    rows = await batches.list_entries(
        tx,
        batch_id,
        eligible=None if eligible is None else eligible == "true",
        after=paging.after,
        limit=paging.limit,
    )
    shown, following = cut_page(
        rows,
        asked=paging,
        key=lambda row: (row["class_name"], row["enrolment_no"]),
        request=request,
        response=response,
    )
    return Page(items=[EntryOut.model_validate(dict(row)) for row in shown], next=following)


async def visible_batch(tx: Tx, caller: Caller, batch_id: UUID) -> Row:
    """Return a batch that the caller may see; a student's are those that they are in."""
    batch = await batches.find_batch(tx, batch_id)
    if batch is None:
        raise BatchNotFoundError(batch_id=str(batch_id))
    student = await student_if_one(caller, tx)
    if student is not None:
        entry = await batches.find_entry(tx, batch_id, student["id"])
        if entry is None or batch["state"] == "draft":
            raise BatchNotFoundError(batch_id=str(batch_id))
    return batch


def _shown(batch: Row, response: Response) -> BatchOut:
    set_etag(response, batch["version"])
    return BatchOut.model_validate(dict(batch))
