"""Posts between the wire and the room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.internships.contract.posts import (
    PostBrief,
    PostOut,
    PostTermsIn,
    ReleaseOut,
    ReportOut,
    WagesIn,
)
from services.internships.domain.post import Post, PostTerms, Wages
from services.internships.domain.post_report import Release


def terms_of(body: PostTermsIn) -> PostTerms:
    """Return the declared terms of a body."""
    return PostTerms.from_values(body.model_dump())


def wages_of(body: WagesIn | None) -> Wages:
    """Return the private wages of a body."""
    return Wages() if body is None else Wages(**body.model_dump())


def _values(post: Post) -> dict[str, Any]:
    own = {
        name: getattr(post, name)
        for name in (
            "id",
            "org_id",
            "enterprise_name",
            "source",
            "cloned_from",
            "report_level",
            "created_at",
            "updated_at",
            "published_at",
            "closed_at",
            "version",
            "seats_left",
        )
    }
    return {**post.terms.to_values(), **own, "state": post.state.value}


def brief_of(post: Post) -> PostBrief:
    """Return a post as lists show it."""
    values = _values(post)
    return PostBrief.model_validate({name: values[name] for name in PostBrief.model_fields})


def post_out(post: Post, wages: Wages | None) -> PostOut:
    """Return a post in full; `wages` is None for everyone but its enterprise."""
    values = _values(post)
    known = {name: values[name] for name in PostOut.model_fields if name in values}
    return PostOut.model_validate(
        {
            **known,
            "wages": None if wages is None else _wages_out(wages),
            "report": None if post.report is None else report_out(post.report),
        }
    )


def _wages_out(wages: Wages) -> WagesIn:
    return WagesIn(
        reference_fen_month=wages.reference_fen_month,
        lowest_grade_fen_month=wages.lowest_grade_fen_month,
    )


def report_out(report: Mapping[str, Any]) -> ReportOut:
    """Return a stored report."""
    return ReportOut.model_validate(report)


def release_out(release: Release) -> ReleaseOut:
    """Return a release with the name of who decided."""
    return ReleaseOut(
        id=release.id,
        rule=release.rule,
        reason=release.reason,
        released_by=release.released_by,
        released_by_name=release.released_by_name,
        released_at=release.released_at,
    )
