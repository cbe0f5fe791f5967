"""Draft, change, clone and close posts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.internships.contract.events import POST_CHANGED, POST_CLOSED
from services.internships.domain.post import (
    Post,
    PostClosedError,
    PostNotFoundError,
    PostNotPublishedError,
    PostState,
    PostTerms,
    SeatsTakenError,
    Wages,
)
from services.internships.domain.post_report import lapsed, refuse_blocks, with_releases
from services.internships.flows.check_post import declared_by, report_on, settle_terms
from services.internships.flows.post_desk import Desk
from services.internships.flows.tell_rooms import tell_post
from services.internships.store import posts, releases
from shared.events.audit import record
from shared.http.versions import expect_version
from shared.kernel.ids import new_id
from shared.search_terms import index_terms, pinyin_of


def content_values(terms: PostTerms, enterprise_name: str) -> dict[str, Any]:
    """Return the columns that follow from the terms, with the words that find the post."""
    close = (terms.title, *terms.skills, *terms.typical_tasks, terms.post_class or "")
    return {
        **terms.to_values(),
        "search_terms": index_terms((*close, enterprise_name), wide=terms.description),
        "title_pinyin": pinyin_of(terms.title),
    }


def report_values(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a report: pack and version stand beside what they decided."""
    return {
        "report": report,
        "report_level": report["level"],
        "pack_id": report["pack"],
        "pack_version": report["version"],
    }


def new_row(
    desk: Desk,
    terms: PostTerms,
    report: Mapping[str, Any],
    *,
    enterprise_name: str,
    source: str,
    cloned_from: UUID | None = None,
) -> dict[str, Any]:
    """Return a new draft as a row."""
    return {
        "id": new_id(),
        "org_id": desk.org_id,
        "enterprise_name": enterprise_name,
        "state": PostState.DRAFT.value,
        "source": source,
        "cloned_from": cloned_from,
        "created_by": desk.caller.subject,
        "created_at": desk.now,
        "updated_at": desk.now,
        "published_at": None,
        "version": 1,
        **content_values(terms, enterprise_name),
        **report_values(report),
    }


async def draft_post(
    desk: Desk,
    terms: PostTerms,
    wages: Wages,
    *,
    source: str = "api",
    cloned_from: UUID | None = None,
) -> Post:
    """Keep a new draft with its report."""
    settled = await settle_terms(desk, terms)
    organisation = await desk.own_organisation()
    declared = await declared_by(desk.tx, organisation, desk.today)
    report = report_on(settled, wages, declared, on=desk.today)
    row = new_row(
        desk,
        settled,
        report,
        enterprise_name=organisation.name,
        source=source,
        cloned_from=cloned_from,
    )
    await posts.add(desk.tx, [row])
    await posts.keep_wages(desk.tx, desk.org_id, {row["id"]: wages})
    await record(desk.tx, desk.caller, "post.drafted", subject_id=row["id"])
    return await find_post(desk, row["id"])


async def find_post(desk: Desk, post_id: UUID) -> Post:
    """Return a post that the caller may see."""
    found = await posts.find(desk.tx, post_id)
    if found is None:
        raise PostNotFoundError(post_id=str(post_id))
    return found


async def find_own_post(desk: Desk, post_id: UUID) -> Post:
    """Return a post of the caller's organisation, held for a change."""
    found = await posts.find(desk.tx, post_id, lock=True)
    if found is None or found.org_id != desk.org_id:
        raise PostNotFoundError(post_id=str(post_id))
    return found


async def change_post(
    desk: Desk,
    post_id: UUID,
    changes: Mapping[str, Any],
    *,
    wages: Wages | None,
    seen: int,
) -> Post:
    """Change a draft or a published post; what is published stays free of open blocks."""
    post = await find_own_post(desk, post_id)
    expect_version(seen=seen, current=post.version)
    if post.state is PostState.CLOSED:
        raise PostClosedError
    values = {**post.terms.to_values(), **changes}
    terms = await settle_terms(desk, PostTerms.from_values(values))
    taken = await posts.count_taken(desk.tx, post_id)
    if terms.seats < taken:
        raise SeatsTakenError(taken=taken)
    known = wages if wages is not None else await posts.find_wages(desk.tx, post_id)
    report = await _renewed_report(desk, post, terms, wages=known)
    if post.state is PostState.PUBLISHED:
        refuse_blocks(report)
    await posts.keep_wages(desk.tx, desk.org_id, {post_id: known})
    await posts.change(
        desk.tx,
        post_id,
        {
            **content_values(terms, post.enterprise_name),
            **report_values(report),
            "updated_at": desk.now,
        },
    )
    await record(desk.tx, desk.caller, "post.changed", subject_id=post_id)
    changed = await find_post(desk, post_id)
    if changed.state is PostState.PUBLISHED:
        await tell_post(desk.tx, POST_CHANGED, changed)
    return changed


async def _renewed_report(
    desk: Desk, post: Post, terms: PostTerms, *, wages: Wages
) -> Mapping[str, Any]:
    """Check anew; a release holds only as long as its finding rests on the same facts."""
    organisation = await desk.own_organisation()
    declared = await declared_by(desk.tx, organisation, desk.today)
    report = report_on(terms, wages, declared, on=desk.today)
    kept = await releases.list_releases(desk.tx, post.id)
    gone = {release.id for release in lapsed(kept, post.report, report)}
    await releases.remove_releases(desk.tx, gone)
    return with_releases(report, [release for release in kept if release.id not in gone])


async def clone_post(desk: Desk, post_id: UUID) -> Post:
    """Copy a post of one's own to a new draft, with its private wages and without releases."""
    post = await find_own_post(desk, post_id)
    wages = await posts.find_wages(desk.tx, post_id)
    terms = replace(post.terms)
    return await draft_post(desk, terms, wages, source="clone", cloned_from=post_id)


async def close_post(desk: Desk, post_id: UUID) -> Post:
    """Close a published post: it takes no more wishes and stays readable."""
    post = await find_own_post(desk, post_id)
    if post.state is not PostState.PUBLISHED:
        raise PostNotPublishedError(state=post.state.value)
    await posts.change(desk.tx, post_id, closed_values(desk.now))
    await record(desk.tx, desk.caller, "post.closed", subject_id=post_id)
    closed = await find_post(desk, post_id)
    await tell_post(desk.tx, POST_CLOSED, closed)
    return closed


def closed_values(now: datetime) -> dict[str, Any]:
    """Return the columns of a post that closes."""
    return {"state": PostState.CLOSED.value, "closed_at": now, "updated_at": now}
