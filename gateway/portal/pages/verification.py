"""Verification of organisations: what they show, and the reviewers' work list."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from mimetypes import guess_extension
from typing import Any

from starlette.responses import Response

from gateway.portal.access import Access
from gateway.portal.addresses import pager
from gateway.portal.components import Cell, Column, Link, Table, Tag, Tone
from gateway.portal.forms import FormState, Option, form_state, sent_file
from gateway.portal.naming import kind_title, organisation_names
from gateway.portal.pages.organisation import (
    ADMINISTRATORS,
    own_path,
    refused_form,
    trail,
    verified_tag,
)
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.translation import Texts, marked
from gateway.portal.visits import Visit
from shared.http.downloads import as_file

REVIEWERS = Access(roles=frozenset({"operator", "authority_admin", "reviewer"}))

_EVIDENCE = ("uscc", "evidence", "web_domain", "staff_total", "staff_total_on", "licence")
_DECISION = ("decision", "reason")
_STATES: Mapping[str, tuple[str, Tone]] = {
    "submitted": (marked("Waits for review"), "info"),
    "approved": (marked("Approved"), "good"),
    "rejected": (marked("Rejected"), "bad"),
}


async def show_verification(visit: Visit) -> Response:
    path = own_path(visit)
    own, told = await asyncio.gather(visit.api.get(path), visit.api.get(f"{path}/verifications"))
    history = told.body["items"]
    waits = any(one["status"] == "submitted" for one in history)
    context = {
        "own": own.body,
        "verified": verified_tag(own.body, visit.texts),
        "waits": waits,
        "latest": history[0] if history else None,
        "history": _history(visit, history) if history else None,
    }
    title = visit.texts.gettext("Verification")
    return visit.render("verification/state.html", context, title=title, breadcrumb=trail(visit))


async def show_evidence(visit: Visit) -> Response:
    own = await visit.api.get(own_path(visit))
    return _evidence_form(visit, FormState(_EVIDENCE, {"uscc": own.body["uscc"] or ""}))


async def submit_evidence(visit: Visit) -> Response:
    form = form_state(_EVIDENCE, visit.form)
    count = form.value("staff_total").replace(",", "")
    if count and not (count.isascii() and count.isdigit()):
        text = visit.texts.gettext("Enter a whole number, such as 230")
        return _evidence_form(visit, form.with_error(text, "staff_total"), status=422)
    sent = {
        "uscc": form.value("uscc"),
        "evidence": form.value("evidence"),
        "web_domain": form.value("web_domain").lower() or None,
        "staff_total": int(count) if count else None,
        "staff_total_on": form.value("staff_total_on") or None,
    }
    try:
        upload = await sent_file(visit.form, "licence")
        if upload is not None:
            kept = await visit.api.upload(f"{own_path(visit)}/evidence", upload)
            sent["evidence_sha256"] = kept.body["sha256"]
        await visit.api.post(f"{own_path(visit)}/verifications", sent, key=visit.key)
    except ApiProblemError as refusal:
        return _evidence_form(visit, refused_form(form, refusal), status=422)
    notice = visit.texts.gettext("Sent. A reviewer decides; you will see the reason here.")
    return visit.redirect("/organisation/verification", notice=notice)


async def show_reviews(visit: Visit) -> Response:
    status = visit.request.query_params.get("status", "submitted")
    cursor = visit.request.query_params.get("cursor")
    answer = await visit.api.get("/v1/verifications", {"status": status, "cursor": cursor})
    items = answer.body["items"]
    names = await organisation_names(visit, [one["org_id"] for one in items])
    context = {
        "tabs": [
            Link(
                visit.texts.gettext(text),
                f"/reviews?status={name}",
                current=name == status,
            )
            for name, (text, _) in _STATES.items()
        ],
        "reviews": _review_table(visit, items, names) if items else None,
        "pager": pager(visit.request.url, answer, shown=len(items)),
    }
    title = visit.texts.gettext("Verifications to review")
    return visit.render("verification/reviews.html", context, title=title)


async def show_review(visit: Visit) -> Response:
    return await _review_page(visit, form_state(_DECISION))


async def decide_review(visit: Visit) -> Response:
    form, gettext = form_state(_DECISION, visit.form), visit.texts.gettext
    if form.value("decision") not in {"approve", "reject"}:
        form = form.with_error(gettext("Choose what you decide"), "decision")
    if not form.value("reason"):
        form = form.with_error(gettext("Say why: the organisation reads it"), "reason")
    if form.errors:
        return await _review_page(visit, form, status=422)
    sent = {"decision": form.value("decision"), "reason": form.value("reason")}
    try:
        await visit.api.post(f"{_review_path(visit)}/decision", sent, key=visit.key)
    except ApiProblemError as refusal:
        return await _review_page(visit, refused_form(form, refusal), status=422)
    return visit.redirect("/reviews", notice=gettext("Your decision is recorded."))


async def download_licence(visit: Visit) -> Response:
    answer = await visit.api.get(f"{_review_path(visit)}/evidence")
    kind = answer.headers.get("content-type", "application/octet-stream")
    name = f"licence{guess_extension(kind) or ''}"
    return as_file(answer.content, media_type=kind, name=name)


def _review_path(visit: Visit) -> str:
    return f"/v1/verifications/{visit.request.path_params['verification_id']}"


async def _review_page(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    found = (await visit.api.get(_review_path(visit))).body
    own = (await visit.api.get(f"/v1/organisations/{found['org_id']}")).body
    gettext = visit.texts.gettext
    context = {
        "form": form,
        "found": found,
        "own": own,
        "kind": kind_title(own["kind"], visit.texts),
        "state": state_tag(found["status"], visit.texts),
        "options": [
            Option("approve", gettext("Approve"), gettext("The organisation is who it says it is")),
            Option("reject", gettext("Reject"), gettext("It may send new evidence afterwards")),
        ],
        "action": visit.request.url.path,
    }
    way = [Link(gettext("Verifications to review"), "/reviews")]
    return visit.render(
        "verification/review.html", context, title=own["name"], breadcrumb=way, status=status
    )


def state_tag(status: str, texts: Texts) -> Tag:
    """Return the state of a verification."""
    text, tone = _STATES[status]
    return Tag(texts.gettext(text), tone)


def _evidence_form(visit: Visit, form: FormState, *, status: int = 200) -> Response:
    title = visit.texts.gettext("Show who you are")
    way = trail(visit, Link(visit.texts.gettext("Verification"), "/organisation/verification"))
    return visit.render(
        "verification/evidence.html", {"form": form}, title=title, breadcrumb=way, status=status
    )


def _history(visit: Visit, history: Sequence[Mapping[str, Any]]) -> Table:
    gettext, texts = visit.texts.gettext, visit.texts
    rows = [
        [
            Cell(texts.moment(one["submitted_at"]), sub=one["uscc"]),
            Cell(one["evidence"]),
            Cell(tag=state_tag(one["status"], texts)),
            Cell(
                one["reason"] or "—",
                sub=texts.moment(one["decided_at"]) if one["decided_at"] else "",
            ),
        ]
        for one in history
    ]
    heads = (gettext("Sent"), gettext("Evidence"), gettext("State"), gettext("Reason"))
    return Table(gettext("What was sent and decided"), [Column(head) for head in heads], rows)


def _review_table(
    visit: Visit, items: Sequence[Mapping[str, Any]], names: Mapping[str, str]
) -> Table:
    gettext, texts = visit.texts.gettext, visit.texts
    rows = [
        [
            Cell(names.get(one["org_id"], one["org_id"]), href=f"/reviews/{one['id']}"),
            Cell(one["uscc"]),
            Cell(one["region_code"] or "—"),
            Cell(texts.moment(one["submitted_at"])),
            Cell(tag=state_tag(one["status"], texts)),
        ]
        for one in items
    ]
    heads = (
        gettext("Organisation"),
        gettext("Unified social credit code"),
        gettext("Region code"),
        gettext("Sent"),
        gettext("State"),
    )
    caption = gettext("Verifications, oldest first")
    return Table(caption, [Column(head) for head in heads], rows, caption_hidden=True)


PAGES = (
    Page("/organisation/verification", show_verification, "verification", ADMINISTRATORS),
    Page("/organisation/verification/new", show_evidence, "evidence", ADMINISTRATORS),
    Page(
        "/organisation/verification/new",
        submit_evidence,
        "evidence_sent",
        ADMINISTRATORS,
        ("POST",),
    ),
    Page("/reviews", show_reviews, "reviews", REVIEWERS),
    Page("/reviews/{verification_id}", show_review, "review", REVIEWERS),
    Page("/reviews/{verification_id}/licence", download_licence, "licence", REVIEWERS),
    Page("/reviews/{verification_id}", decide_review, "review_sent", REVIEWERS, ("POST",)),
)
