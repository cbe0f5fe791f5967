"""Common standards of alliances: terms in words, signatures of members, versions compared."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.components import Cell, Column, Link, Table, Tag, Tone
from gateway.portal.credit_words import (
    CREDIT_ALLIANCE,
    CREDIT_OFFICE,
    OUTCOME_KINDS,
    STANDARD_READERS,
)
from gateway.portal.labour_words import named
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.translation import Texts, marked
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_REFUSED = frozenset({403, 409, 412, 422})
STANDARD_STATES: Mapping[str, tuple[str, Tone]] = {
    "draft": (marked("Draft"), "neutral"),
    "signing": (marked("Waits for signatures"), "info"),
    "in_force": (marked("In force"), "good"),
    "superseded": (marked("Superseded"), "neutral"),
}
USE_SCOPES: Mapping[str, str] = {
    "level": marked("Once within one stage of education"),
    "enrolment_level": marked("Once within one enrolment and stage"),
}
_UNITS: Mapping[str, str] = {"hours": marked("in hours"), "weeks": marked("in weeks")}
_DONE: Mapping[str, str] = {
    "signatures": marked("Signed for your school."),
    "proposal": marked("Laid before the members: its text stands from now on."),
    "entry-into-force": marked("In force."),
}


async def list_standards(visit: Visit) -> Response:
    texts, say = visit.texts, visit.texts.gettext
    items = (await visit.api.get("/v1/credit-standards", {"limit": 200})).body["items"]
    rows = [
        [
            Cell(
                one[f"title_{visit.language}"],
                href=f"/credits/standards/{one['id']}",
                sub=one["code"],
            ),
            Cell(one["alliance_name"]),
            Cell(texts.number(one["number"])),
            Cell(tag=state_tag(texts, one["state"])),
            Cell(texts.date(one["valid_from"])),
        ]
        for one in items
    ]
    columns = [
        Column(say("Standard")),
        Column(say("Alliance")),
        Column(say("Version"), numeric=True),
        Column(say("State")),
        Column(say("Valid from")),
    ]
    title = say("Common standards of alliances")
    context = {
        "table": Table(title, columns, rows, caption_hidden=True) if rows else None,
        "may_write": CREDIT_ALLIANCE.allows(visit.caller),
    }
    return visit.render("credits/standards.html", context, title=title)


async def show_standard(visit: Visit) -> Response:
    return await _standard_page(visit)


async def act_on_standard(visit: Visit) -> Response:
    standard_id = str(visit.request.path_params["standard_id"])
    act = str(visit.form.get("act") or "")
    told = {"digest": str(visit.form.get("digest") or "")} if act == "signatures" else None
    etag = str(visit.form.get("seen") or "") or None
    if act not in _DONE:
        return await _standard_page(visit)
    path = f"/v1/credit-standards/{standard_id}/{act}"
    try:
        await visit.api.post_seen(path, told, key=visit.key, etag=etag)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        said = f"{refusal.problem.title} {refusal.problem.detail}".strip()
        return await _standard_page(visit, wrong=said)
    done = visit.texts.gettext(_DONE[act])
    return visit.redirect(f"/credits/standards/{standard_id}", notice=done)


async def download_signatures(visit: Visit) -> Response:
    standard = await _read(visit, str(visit.request.path_params["standard_id"]))
    content = json.dumps(standard[0], ensure_ascii=False, indent=2).encode()
    name = f"{standard[0]['code']}-{standard[0]['number']}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="application/json", headers=headers)


def standards_link(visit: Visit) -> Link:
    """Return the way back to the standards."""
    return Link(visit.texts.gettext("Common standards of alliances"), "/credits/standards")


def state_tag(texts: Texts, state: str) -> Tag:
    """Return the state of a standard in a word."""
    text, tone = STANDARD_STATES[state]
    return Tag(texts.gettext(text), tone)


def term_lines(texts: Texts, standard: Body) -> list[tuple[str, str]]:
    """Return what a version of a standard settles, term by term."""
    say, content = texts.gettext, standard["content"]
    between = say("; ")
    units: Mapping[str, str] = content.get("units", {})
    return [
        (say("Title"), standard[f"title_{texts.language}"]),
        (say("Outcomes covered"), between.join(_kind(texts, one) for one in content["kinds"])),
        (
            say("Counted"),
            between.join(f"{_kind(texts, kind)} {say(_UNITS[by])}" for kind, by in units.items())
            or "—",
        ),
        (say("Hours of theory that make one credit"), _span(content["hours_per_credit"])),
        (say("Weeks of practice that make one credit"), _span(content["weeks_per_credit"])),
        (say("How often one outcome counts"), named(texts, USE_SCOPES, content["use_scope"])),
        (say("Text"), content.get("text", "") or "—"),
        (say("Valid from"), texts.date(standard["valid_from"])),
        (
            say("Valid until"),
            texts.date(standard["valid_to"]) if standard["valid_to"] else "—",
        ),
    ]


def _kind(texts: Texts, kind: str) -> str:
    return named(texts, OUTCOME_KINDS, kind)


def _span(ends: Sequence[int]) -> str:
    low, high = ends
    return str(low) if low == high else f"{low}–{high}"


async def _read(visit: Visit, standard_id: str) -> tuple[Body, str]:
    answer = await visit.api.get(f"/v1/credit-standards/{standard_id}")
    return answer.body, answer.etag or ""


async def _standard_page(visit: Visit, *, wrong: str = "") -> Response:
    texts = visit.texts
    told, seen = await _read(visit, str(visit.request.path_params["standard_id"]))
    changes, versions = await _compared(visit, told)
    acting = visit.caller.acting if visit.caller else None
    own = acting.org_id if acting else None
    signed = {one["member_id"] for one in told["signatures"]}
    signing = told["state"] == "signing"
    keeper = CREDIT_ALLIANCE.allows(visit.caller) and told["alliance_id"] == own
    may_sign = signing and CREDIT_OFFICE.allows(visit.caller) and own not in signed
    context = {
        "told": told,
        "seen": seen,
        "wrong": wrong,
        "state": state_tag(texts, told["state"]),
        "terms": term_lines(texts, told),
        "signatures": _signature_table(texts, told["signatures"]),
        "missing": told["missing"],
        "changes": changes,
        "versions": versions,
        "may_sign": may_sign and acting is not None and acting.org_name in told["missing"],
        "may_edit": keeper and told["state"] == "draft",
        "may_force": keeper and signing and not told["missing"],
    }
    return visit.render(
        "credits/standard.html",
        context,
        title=told[f"title_{visit.language}"],
        breadcrumb=[standards_link(visit)],
        status=422 if wrong else 200,
    )


def _signature_table(texts: Texts, items: Sequence[Body]) -> Table | None:
    if not items:
        return None
    say = texts.gettext
    rows = [
        [
            Cell(one["member_name"]),
            Cell(one["signed_by_name"], sub=texts.moment(one["signed_at"])),
            Cell(one["digest"], sub=one["verification_method"]),
        ]
        for one in items
    ]
    heads = (say("Member"), say("Ordered by"), say("Digest and key"))
    return Table(say("Signatures"), [Column(head) for head in heads], rows)


async def _compared(visit: Visit, told: Body) -> tuple[Table | None, list[Link]]:
    """Return the terms that differ from another version, the one before at first."""
    texts, say = visit.texts, visit.texts.gettext
    asked = {"alliance_id": told["alliance_id"], "limit": 200}
    items = (await visit.api.get("/v1/credit-standards", asked)).body["items"]
    others = [one for one in items if one["code"] == told["code"] and one["id"] != told["id"]]
    wanted = visit.request.query_params.get("against")
    known = [
        one for one in others if (one["id"] == wanted if wanted else one["number"] < told["number"])
    ]
    if not known:
        return None, []
    before = max(known, key=lambda one: one["number"])
    pairs = zip(term_lines(texts, before), term_lines(texts, told), strict=True)
    rows = [
        [Cell(name), Cell(earlier), Cell(now)]
        for (name, earlier), (_, now) in pairs
        if earlier != now
    ]
    ways = [
        Link(
            say("Version %(number)s") % {"number": one["number"]},
            f"{visit.request.url.path}?against={one['id']}",
            current=one["id"] == before["id"],
        )
        for one in others
    ]
    heads = (
        say("Provision"),
        say("Version %(number)s") % {"number": before["number"]},
        say("Version %(number)s") % {"number": told["number"]},
    )
    caption = say("What differs from version %(number)s") % {"number": before["number"]}
    return (Table(caption, [Column(head) for head in heads], rows) if rows else None), ways


PAGES = (
    Page("/credits/standards", list_standards, "credit_standards", STANDARD_READERS),
    Page("/credits/standards/{standard_id}", show_standard, "credit_standard", STANDARD_READERS),
    Page(
        "/credits/standards/{standard_id}",
        act_on_standard,
        "credit_standard_act",
        STANDARD_READERS,
        ("POST",),
    ),
    Page(
        "/credits/standards/{standard_id}/signed.json",
        download_signatures,
        "credit_standard_signed",
        STANDARD_READERS,
    ),
)
