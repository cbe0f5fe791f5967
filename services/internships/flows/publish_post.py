"""Publish posts that nothing stops, and release what a named person may let pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.internships.contract.events import POST_PUBLISHED
from services.internships.domain.organisation import expect_may_publish
from services.internships.domain.post import (
    Post,
    PostClosedError,
    PostNotDraftError,
    PostState,
    expect_not_over,
)
from services.internships.domain.post_report import (
    Release,
    expect_releasable,
    lapsed,
    refuse_blocks,
    with_releases,
)
from services.internships.flows.check_post import declared_by, report_on
from services.internships.flows.draft_post import find_own_post, find_post, report_values
from services.internships.flows.post_desk import Desk
from services.internships.flows.tell_rooms import tell_post
from services.internships.store import posts, releases
from shared.events.audit import record
from shared.kernel.errors import ForbiddenError
from shared.kernel.ids import new_id


async def publish_post(desk: Desk, post_id: UUID) -> Post:
    """Publish a draft: checked on today's facts, by the pack of its place."""
    post = await find_own_post(desk, post_id)
    if post.state is not PostState.DRAFT:
        raise PostNotDraftError(state=post.state.value)
    expect_not_over(post.terms, desk.today)
    expect_may_publish(await desk.own_organisation())
    report = await check_again(desk, post)
    refuse_blocks(report)
    values = {
        **report_values(report),
        "state": PostState.PUBLISHED.value,
        "published_at": desk.now,
        "updated_at": desk.now,
    }
    await posts.change(desk.tx, post_id, values)
    facts = {"pack": report["pack"], "pack_version": report["version"], "level": report["level"]}
    await record(desk.tx, desk.caller, "post.published", subject_id=post_id, facts=facts)
    published = await find_post(desk, post_id)
    await tell_post(desk.tx, POST_PUBLISHED, published)
    return published


async def check_again(desk: Desk, post: Post) -> dict[str, Any]:
    """Return the report of a post of one's own on today's facts.

    A release counts only while its finding rests on the facts on which it was given.
    """
    declared = await declared_by(desk.tx, await desk.own_organisation(), desk.today)
    wages = await posts.find_wages(desk.tx, post.id)
    kept = await releases.list_releases(desk.tx, post.id)
    report = report_on(post.terms, wages, declared, on=desk.today)
    gone = {release.id for release in lapsed(kept, post.report, report)}
    return with_releases(report, [release for release in kept if release.id not in gone])


async def release_finding(desk: Desk, post_id: UUID, *, rule: str, reason: str) -> Release:
    """Keep a named person's decision that one finding does not stop the post."""
    if desk.caller.kind != "person":
        raise ForbiddenError(needs="a named person, not a program (具名负责人)")
    post = await find_own_post(desk, post_id)
    if post.state is PostState.CLOSED:
        raise PostClosedError
    report = await check_again(desk, post)
    expect_releasable(report, rule)
    standing = await _drop_lapsed(desk, post_id, report)
    release = Release(
        id=new_id(),
        rule=rule,
        reason=reason,
        released_by=desk.caller.subject,
        released_by_name=await desk.organisations.name_of(desk.caller),
        released_at=desk.now,
    )
    await releases.add_release(
        desk.tx, release, subject_kind="post", subject_id=post_id, org_id=post.org_id
    )
    released = with_releases(report, [*standing, release])
    await posts.change(desk.tx, post_id, report_values(released))
    await record(desk.tx, desk.caller, "post.released", subject_id=post_id, facts={"rule": rule})
    return release


async def _drop_lapsed(desk: Desk, post_id: UUID, report: Mapping[str, Any]) -> list[Release]:
    """Remove the releases that the fresh report does not show any more; return the others."""
    shown = {finding["rule"] for finding in report["findings"] if finding["released"]}
    earlier = await releases.list_releases(desk.tx, post_id)
    await releases.remove_releases(desk.tx, [r.id for r in earlier if r.rule not in shown])
    return [release for release in earlier if release.rule in shown]
