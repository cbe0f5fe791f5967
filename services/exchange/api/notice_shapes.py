"""Notices between the wire and the room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.exchange.contract.notices import (
    NoticeBrief,
    NoticeOut,
    NoticeStepOut,
    NoticeTerms,
    OrganisationBrief,
    RegistrationOut,
)
from services.exchange.domain import notice as domain

_TERMS = tuple(NoticeTerms.model_fields)


def terms_of(body: NoticeTerms) -> domain.NoticeTerms:
    """Return the terms of a body."""
    return domain.NoticeTerms.from_values(body.model_dump())


def _publisher(notice: domain.Notice) -> OrganisationBrief:
    return OrganisationBrief(id=notice.org_id, kind=notice.org_kind, name=notice.org_name)


def _values(notice: domain.Notice) -> dict[str, Any]:
    names = ("id", "version", "created_at", "submitted_at", "published_at", "closed_at")
    return {
        **notice.terms.to_values(),
        **{name: getattr(notice, name) for name in names},
        "state": notice.state.value,
        "organisation": _publisher(notice),
    }


def brief_of(notice: domain.Notice) -> NoticeBrief:
    """Return a notice as lists show it."""
    values = _values(notice)
    return NoticeBrief.model_validate({name: values[name] for name in NoticeBrief.model_fields})


def notice_out(notice: domain.Notice, *, own: bool) -> NoticeOut:
    """Return a notice in full; why it was returned is told to its own organisation only."""
    return NoticeOut.model_validate(
        {
            **_values(notice),
            "registration": _registration(notice),
            "partner_rule": _partner_rule(notice),
            "returned_reason": notice.returned_reason if own else None,
        }
    )


def _registration(notice: domain.Notice) -> RegistrationOut:
    registrar = None
    if notice.registrar_id is not None:
        registrar = OrganisationBrief(
            id=notice.registrar_id, kind="authority", name=notice.registrar_name or ""
        )
    return RegistrationOut.model_validate(
        {
            **_cited(notice.rule["registration"]),
            "registrar": registrar,
            "level": notice.registrar_level,
            "registered_at": notice.registered_at,
        }
    )


def _partner_rule(notice: domain.Notice) -> dict[str, Any] | None:
    asked: Mapping[str, Any] | None = notice.rule.get("partner")
    return None if asked is None else {**_cited(asked), "met_by": asked["met_by"]}


def _cited(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "required": asked["required"],
        "pack_id": asked["pack"],
        "pack_version": asked["version"],
        "document": asked.get("document"),
        "clause": asked.get("clause"),
    }


def step_out(row: Mapping[str, Any]) -> NoticeStepOut:
    """Return a stored step."""
    return NoticeStepOut.model_validate(
        {
            **{name: row[name] for name in ("number", "step", "reason", "terms", "at")},
            "organisation": OrganisationBrief(
                id=row["org_id"], kind=row["org_kind"], name=row["org_name"]
            ),
            "person": row["person_id"],
        }
    )
