"""Shortage catalogues: what is listed and why, what changed, and the desk that reviews drafts."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from gateway.portal.access import PUBLIC, Access
from gateway.portal.api_client import Answer
from gateway.portal.catalogue_names import region_path
from gateway.portal.components import Cell, Column, Link, Table, Tag
from gateway.portal.forms import FormState, form_state, form_state_of
from gateway.portal.labour_words import named, odds_words, read_if_there
from gateway.portal.pages.jobs import job_address
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.translation import Texts, marked
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

REVIEWERS = Access(roles=frozenset({"authority_admin", "reviewer", "analyst", "operator"}))

_REFUSED = frozenset({HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED, 422})
_INDICATORS: Mapping[str, str] = {
    "posts_per_seeker": marked("Posts per registered seeker"),
    "unfilled_share": marked("Share of posts open for a whole quarter"),
    "posts_growth": marked("Growth of posts on the year before"),
    "pay_lead": marked("Growth of pay above the median"),
    "gap_probability": marked("Probability that openings exceed 1.2 times the entrants"),
}
_SHARES = frozenset({"unfilled_share", "posts_growth", "pay_lead"})
_ORIGINS: Mapping[str, str] = {
    "computed": marked("Computed"),
    "kept": marked("Kept from the edition before"),
    "added": marked("Added by a person"),
    "removed": marked("Struck by a person"),
}
_STATES: Mapping[str, str] = {
    "draft": marked("Draft"),
    "reviewed": marked("Reviewed"),
    "published": marked("Published"),
}


async def list_catalogues(visit: Visit) -> Response:
    texts, say = visit.texts, visit.texts.gettext
    answer = await visit.api.get("/v1/shortage-catalogues")
    rows = [
        [
            Cell(one["name"], href=_page(one["region_code"]), sub=one["org_name"]),
            Cell(one["region_name"]),
            Cell(texts.number(one["edition"])),
            Cell(texts.date(one["in_force_from"])),
            Cell(texts.number(one["entries_total"])),
        ]
        for one in answer.body["items"]
    ]
    columns = [
        Column(say("Catalogue")),
        Column(say("Region")),
        Column(say("Edition"), numeric=True),
        Column(say("In force from")),
        Column(say("Occupations"), numeric=True),
    ]
    table = Table(say("Catalogues published here"), columns, rows) if rows else None
    title = say("Shortage catalogues")
    return visit.render(
        "labour/catalogues.html", {"table": table}, title=title, breadcrumb=[_market(visit)]
    )


async def show_catalogue(visit: Visit) -> Response:
    region, texts = str(visit.request.path_params["region"]), visit.texts
    asked = visit.request.query_params.get("as_of") or None
    path = f"/v1/shortage-catalogues/{region}"
    told = (await visit.api.get(path, {"as_of": asked})).body
    editions = (await visit.api.get("/v1/shortage-catalogues", {"region": region})).body["items"]
    diff: Body | None = None
    if told["edition"] and told["edition"] > 1:
        pair = {"before": told["edition"] - 1, "after": told["edition"]}
        diff = await read_if_there(visit, f"{path}/diff", pair)
    context = {
        "told": told,
        "form": form_state_of(("as_of",), {"as_of": asked or ""}),
        "entries": _entry_table(texts, told["entries"]),
        "diff": diff,
        "editions": [
            Link(
                texts.gettext("Edition %(edition)s, in force from %(day)s")
                % {"edition": one["edition"], "day": texts.date(one["in_force_from"])},
                f"{_page(region)}?as_of={one['in_force_from']}",
                current=one["edition"] == told["edition"],
            )
            for one in editions
        ],
        "may_review": REVIEWERS.allows(visit.caller),
    }
    trail = [_market(visit), Link(texts.gettext("Shortage catalogues"), "/labour/catalogues")]
    return visit.render("labour/catalogue.html", context, title=told["name"], breadcrumb=trail)


async def show_draft(visit: Visit) -> Response:
    return await _draft_page(visit, FormState(("note", "in_force_from", "reason")))


async def start_draft(visit: Visit) -> Response:
    region = str(visit.request.path_params["region"])
    answer = await visit.api.post(f"/v1/shortage-catalogues/{region}/drafts", {}, key=visit.key)
    return visit.redirect(job_address(answer, then=f"{_page(region)}/draft"))


async def decide_entry(visit: Visit) -> Response:
    region = str(visit.request.path_params["region"])
    form = form_state(("occupation", "listed", "reason", "seen"), visit.form)
    path = f"/v1/shortage-catalogues/{region}/draft/entries/{form.value('occupation')}"
    told = {"listed": form.value("listed") == "true", "reason": form.value("reason")}
    return await _done(
        visit,
        form,
        visit.api.put(path, told, etag=form.value("seen")),
        notice=visit.texts.gettext("The decision and its reason are kept."),
    )


async def review_draft(visit: Visit) -> Response:
    region = str(visit.request.path_params["region"])
    form = form_state(("note", "seen"), visit.form)
    path = f"/v1/shortage-catalogues/{region}/draft/review"
    return await _done(
        visit,
        form,
        visit.api.post_seen(
            path, {"note": form.value("note")}, key=visit.key, etag=form.value("seen")
        ),
        notice=visit.texts.gettext("The draft is reviewed; it can be published now."),
    )


async def publish_draft(visit: Visit) -> Response:
    region = str(visit.request.path_params["region"])
    form = form_state(("in_force_from", "seen"), visit.form)
    path = f"/v1/shortage-catalogues/{region}/draft/publish"
    told = {"in_force_from": form.value("in_force_from")}
    try:
        await visit.api.post_seen(path, told, key=visit.key, etag=form.value("seen"))
    except ApiProblemError as refusal:
        return await _refused(visit, form, refusal)
    return visit.redirect(_page(region), notice=visit.texts.gettext("Published."))


async def _done(visit: Visit, form: FormState, act: Awaitable[Answer], *, notice: str) -> Response:
    try:
        await act
    except ApiProblemError as refusal:
        return await _refused(visit, form, refusal)
    region = str(visit.request.path_params["region"])
    return visit.redirect(f"{_page(region)}/draft", notice=notice)


async def _refused(visit: Visit, form: FormState, refusal: ApiProblemError) -> Response:
    if refusal.problem.status not in _REFUSED:
        raise refusal
    return await _draft_page(visit, form.refused(refusal.problem))


async def _draft_page(visit: Visit, form: FormState) -> Response:
    region, texts = str(visit.request.path_params["region"]), visit.texts
    try:
        answer = await visit.api.get(f"/v1/shortage-catalogues/{region}/draft")
    except ApiProblemError as refusal:
        if refusal.problem.status != HTTPStatus.NOT_FOUND:
            raise
        answer = None
    told = None if answer is None else answer.body
    context = {
        "form": form,
        "told": told,
        "seen": answer.etag if answer else "",
        "state": _tag(texts, told["state"]) if told else None,
        "entries": _draft_table(texts, told["entries"]) if told else None,
        "options": [
            (one["occupation_code"], f"{one['occupation_code']} {one['occupation_name']}")
            for one in (told["entries"] if told else ())
        ],
        "action": f"{_page(region)}/draft",
    }
    trail = [
        _market(visit),
        Link(texts.gettext("Shortage catalogues"), "/labour/catalogues"),
        Link(region_path(region), _page(region)),
    ]
    title = texts.gettext("Draft of the shortage catalogue")
    status = 422 if form.errors else 200
    return visit.render("labour/draft.html", context, title=title, breadcrumb=trail, status=status)


def _market(visit: Visit) -> Link:
    return Link(visit.texts.gettext("Labour market"), "/labour")


def _page(region: str) -> str:
    return f"/labour/catalogues/{region}"


def _tag(texts: Texts, state: str) -> Tag:
    return Tag(named(texts, _STATES, state), "good" if state == "published" else "info")


def _entry_table(texts: Texts, entries: Sequence[Body]) -> Table:
    say = texts.gettext
    rows = [
        [
            Cell(
                one["occupation_name"],
                href=f"/labour/forecast?occupation={one['occupation_code']}",
                sub=one["occupation_code"],
            ),
            Cell(
                say("%(met)s of %(known)s indicators") % {"met": one["met"], "known": one["known"]},
                sub=_evidence(texts, one["indicators"]),
            ),
            Cell(named(texts, _ORIGINS, one["origin"]), sub=one["reason"] or ""),
        ]
        for one in entries
    ]
    heads = (say("Occupation"), say("What speaks for it"), say("How it came in"))
    return Table(say("Occupations listed"), [Column(head) for head in heads], rows)


def _draft_table(texts: Texts, entries: Sequence[Body]) -> Table:
    say = texts.gettext
    whole = _entry_table(texts, entries)
    rows = [
        [*row, Cell(tag=Tag(say("Listed"), "good") if one["listed"] else Tag(say("Not listed")))]
        for row, one in zip(whole.rows, entries, strict=True)
    ]
    return Table(say("Occupations of the draft"), [*whole.columns, Column(say("State"))], rows)


def _figure(texts: Texts, indicator: Body, part: str) -> str:
    value = indicator[part]
    if indicator["name"] == "gap_probability":
        return odds_words(texts, value)
    if indicator["name"] in _SHARES:
        return texts.percent(value)
    return texts.number(round(value, 2))


def _evidence(texts: Texts, indicators: Sequence[Body]) -> str:
    """Return the indicators with their figures; what is not known is left out."""
    told = [
        f"{named(texts, _INDICATORS, one['name'])} {_figure(texts, one, 'value')}"
        f" ({'≥' if one['met'] else '<'} {_figure(texts, one, 'threshold')})"
        for one in indicators
        if one["value"] is not None
    ]
    return texts.gettext("; ").join(told)


PAGES = (
    Page("/labour/catalogues", list_catalogues, "labour_catalogues", PUBLIC),
    Page("/labour/catalogues/{region}", show_catalogue, "labour_catalogue", PUBLIC),
    Page("/labour/catalogues/{region}/draft", show_draft, "labour_draft", REVIEWERS),
    Page(
        "/labour/catalogues/{region}/draft/start",
        start_draft,
        "labour_draft_start",
        REVIEWERS,
        ("POST",),
    ),
    Page(
        "/labour/catalogues/{region}/draft/entry",
        decide_entry,
        "labour_draft_entry",
        REVIEWERS,
        ("POST",),
    ),
    Page(
        "/labour/catalogues/{region}/draft/review",
        review_draft,
        "labour_draft_review",
        REVIEWERS,
        ("POST",),
    ),
    Page(
        "/labour/catalogues/{region}/draft/publish",
        publish_draft,
        "labour_draft_publish",
        REVIEWERS,
        ("POST",),
    ),
)
