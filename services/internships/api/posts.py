"""Posts over HTTP: draft, check, change, publish, release, close, clone, read."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from fastapi import Response

from services.internships.api.desks import AtPostDesk
from services.internships.api.post_shapes import (
    post_out,
    release_out,
    report_out,
    terms_of,
    wages_of,
)
from services.internships.contract.posts import (
    PostIn,
    PostOut,
    PostPatch,
    PostTermsIn,
    ReleaseIn,
    ReleaseOut,
    ReleasesOut,
    ReportOut,
)
from services.internships.domain.post import Post, PostNotFoundError
from services.internships.domain.post_report import without_counts
from services.internships.flows.check_post import declared_by, report_on, settle_terms
from services.internships.flows.draft_post import (
    change_post,
    clone_post,
    close_post,
    draft_post,
    find_own_post,
)
from services.internships.flows.publish_post import check_again, publish_post, release_finding
from services.internships.store import posts, releases
from shared.db.session import Tx
from shared.http.caller import AnyCaller, Caller
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.http.versions import SeenVersion, set_etag

router = new_router("posts")


async def _answer(tx: Tx, caller: Caller | None, post: Post, response: Response) -> PostOut:
    set_etag(response, post.version)
    if not _is_own(caller, post):
        return post_out(_as_read_by_all(post), None)
    return post_out(post, await posts.find_wages(tx, post.id))


def _is_own(caller: Caller | None, post: Post) -> bool:
    return caller is not None and caller.org_id == post.org_id


def _as_read_by_all(post: Post) -> Post:
    return replace(post, report=without_counts(post.report)) if post.report else post


@router.post("/posts", status_code=201, dependencies=[Keyed])
async def create_post(body: PostIn, desk: AtPostDesk, response: Response) -> PostOut:
    """Keep a new post as a draft, with its compliance report; publish it where asked."""
    post = await draft_post(desk, terms_of(body), wages_of(body.wages))
    if body.publish:
        post = await publish_post(desk, post.id)
    response.headers["Location"] = f"/v1/posts/{post.id}"
    return await _answer(desk.tx, desk.caller, post, response)


@router.post("/posts/check")
async def check_terms_of_post(body: PostTermsIn, desk: AtPostDesk) -> ReportOut:
    """Check terms that are not kept: what the report would say of such a post."""
    terms = await settle_terms(desk, terms_of(body))
    declared = await declared_by(desk.tx, await desk.own_organisation(), desk.today)
    return report_out(report_on(terms, wages_of(body.wages), declared, on=desk.today))


@router.get("/posts/{post_id}")
async def read_post(post_id: UUID, caller: AnyCaller, tx: InTx, response: Response) -> PostOut:
    """Return one post: published and closed ones to anyone, drafts to their enterprise."""
    post = await posts.find(tx, post_id)
    if post is None:
        raise PostNotFoundError(post_id=str(post_id))
    return await _answer(tx, caller, post, response)


@router.patch("/posts/{post_id}")
async def patch_post(
    post_id: UUID, body: PostPatch, desk: AtPostDesk, seen: SeenVersion, response: Response
) -> PostOut:
    """Change a draft or a published post; its report is made anew."""
    told = body.model_dump(exclude_unset=True)
    wages = wages_of(body.wages) if "wages" in told else None
    told.pop("wages", None)
    post = await change_post(desk, post_id, told, wages=wages, seen=seen)
    return await _answer(desk.tx, desk.caller, post, response)


@router.post("/posts/{post_id}/check")
async def check_post_again(post_id: UUID, desk: AtPostDesk) -> ReportOut:
    """Check a post of one's own on today's facts, without keeping the report."""
    return report_out(await check_again(desk, await find_own_post(desk, post_id)))


@router.get("/posts/{post_id}/report")
async def read_post_report(post_id: UUID, caller: AnyCaller, tx: InTx) -> ReportOut:
    """Return the report kept with the post; head counts are shown to its enterprise only."""
    post = await posts.find(tx, post_id)
    if post is None or post.report is None:
        raise PostNotFoundError(post_id=str(post_id))
    return report_out(post.report if _is_own(caller, post) else without_counts(post.report))


@router.post("/posts/{post_id}/publish", dependencies=[Keyed])
async def publish_draft(post_id: UUID, desk: AtPostDesk, response: Response) -> PostOut:
    """Publish a draft that no rule stops."""
    post = await publish_post(desk, post_id)
    return await _answer(desk.tx, desk.caller, post, response)


@router.post("/posts/{post_id}/close", dependencies=[Keyed])
async def close_own_post(post_id: UUID, desk: AtPostDesk, response: Response) -> PostOut:
    """Close a published post."""
    post = await close_post(desk, post_id)
    return await _answer(desk.tx, desk.caller, post, response)


@router.post("/posts/{post_id}/clone", status_code=201, dependencies=[Keyed])
async def clone_own_post(post_id: UUID, desk: AtPostDesk, response: Response) -> PostOut:
    """Copy a post of one's own to a new draft."""
    post = await clone_post(desk, post_id)
    response.headers["Location"] = f"/v1/posts/{post.id}"
    return await _answer(desk.tx, desk.caller, post, response)


@router.post("/posts/{post_id}/releases", status_code=201, dependencies=[Keyed])
async def release_post_finding(post_id: UUID, body: ReleaseIn, desk: AtPostDesk) -> ReleaseOut:
    """Let a finding pass, as a named person with a reason; only where the text allows it."""
    kept = await release_finding(desk, post_id, rule=body.rule, reason=body.reason)
    return release_out(kept)


@router.get("/posts/{post_id}/releases")
async def list_post_releases(post_id: UUID, desk: AtPostDesk) -> ReleasesOut:
    """Return who let which finding of a post pass, for its enterprise."""
    await find_own_post(desk, post_id)
    kept = await releases.list_releases(desk.tx, post_id)
    return ReleasesOut(items=[release_out(each) for each in kept])
