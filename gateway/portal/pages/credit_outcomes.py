"""Outcomes of a student: registered with evidence, seen beside courses, applied for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.access import STUDENT
from gateway.portal.components import Cell, Column, Link, Table
from gateway.portal.credit_words import (
    OUTCOME_KINDS,
    PURPOSES,
    STAGES,
    VERDICTS,
    credits_of,
    state_tag,
)
from gateway.portal.forms import FormState, Option, form_state, sent_file
from gateway.portal.labour_words import named
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.translation import Texts
from gateway.portal.visits import Visit

Body = Mapping[str, Any]

_FIELDS = (
    "kind",
    "title",
    "issuer_name",
    "certificate_no",
    "stage",
    "level",
    "award",
    "form",
    "hours",
    "weeks",
    "completed_on",
    "description",
)
_NUMBERS = ("hours", "weeks")
_SIGNED_FIELDS = ("kind", "stage", "hours")
# What a signed credential of another school may certify.
_SIGNED_KINDS = ("school_course", "enterprise_course", "online_course")
_REFUSED = frozenset({409, 413, 415, 422})


async def ask_outcome(visit: Visit) -> Response:
    return await _form_page(visit, form_state(_FIELDS))


async def send_outcome(visit: Visit) -> Response:
    form = form_state(_FIELDS, visit.form)
    told: dict[str, Any] = {name: form.value(name) for name in _FIELDS if form.value(name)}
    for name in _NUMBERS:
        if name in told and str(told[name]).isdigit():
            told[name] = int(str(told[name]))
    try:
        made = await visit.api.post("/v1/outcomes", told, key=visit.key)
        upload = await sent_file(visit.form, "file")
        if upload is not None:
            path = f"/v1/outcomes/{made.body['id']}/evidence"
            await visit.api.upload(path, upload)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        return await _form_page(visit, form.refused(refusal.problem))
    return visit.redirect(f"/credits/outcomes/{made.body['id']}")


async def ask_credential(visit: Visit) -> Response:
    return _credential_page(visit, form_state(_SIGNED_FIELDS))


async def send_credential(visit: Visit) -> Response:
    form, say = form_state(_SIGNED_FIELDS, visit.form), visit.texts.gettext
    upload = await sent_file(visit.form, "file")
    if upload is None:
        return _credential_page(visit, form.with_error(say("Choose a file."), "file"))
    told = {name: form.value(name) or None for name in _SIGNED_FIELDS}
    try:
        made = await visit.api.upload("/v1/outcomes/credentials", upload, params=told)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        return _credential_page(visit, form.refused(refusal.problem))
    notice = say("The signature holds, and its issuer is trusted.")
    return visit.redirect(f"/credits/outcomes/{made.body['id']}", notice=notice)


async def show_outcome(visit: Visit) -> Response:
    return await _outcome_page(visit, FormState(("course_ids", "purpose", "note")))


async def send_application(visit: Visit) -> Response:
    outcome_id = str(visit.request.path_params["outcome_id"])
    form = form_state(("course_ids", "purpose", "note"), visit.form)
    told = {
        "outcome_id": outcome_id,
        "course_ids": form.chosen("course_ids"),
        "purpose": form.value("purpose") or "substitute",
        "note": form.value("note"),
    }
    try:
        made = await visit.api.post("/v1/credit-applications", told, key=visit.key)
        path = f"/v1/credit-applications/{made.body['id']}/submission"
        await visit.api.post_seen(path, None, key=None, etag=made.etag)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        return await _outcome_page(visit, form.refused(refusal.problem))
    notice = visit.texts.gettext("Submitted: the outcome is reserved for this application.")
    return visit.redirect(f"/credits/applications/{made.body['id']}", notice=notice)


async def show_application(visit: Visit) -> Response:
    return await _application_page(visit, FormState(("grounds",)))


async def send_appeal(visit: Visit) -> Response:
    path = f"/v1/credit-applications/{visit.request.path_params['application_id']}/appeals"
    form = form_state(("grounds",), visit.form)
    try:
        await visit.api.post(path, {"grounds": form.value("grounds")}, key=visit.key)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        return await _application_page(visit, form.refused(refusal.problem))
    notice = visit.texts.gettext("Other reviewers will decide the appeal.")
    return visit.redirect(f"/credits/applications/{path.split('/')[3]}", notice=notice)


def account_link(visit: Visit) -> Link:
    """Return the way back to the account."""
    return Link(visit.texts.gettext("My credits"), "/credits")


async def _form_page(visit: Visit, form: FormState) -> Response:
    kinds = (await visit.api.get("/v1/outcomes/kinds")).body["items"]
    texts = visit.texts
    context = {
        "form": form,
        "kinds": [Option(one["kind"], named(texts, OUTCOME_KINDS, one["kind"])) for one in kinds],
        "stages": _stages(texts),
        "levels": _options(visit, kinds, "levels"),
        "awards": _options(visit, kinds, "awards"),
        "forms_of": _options(visit, kinds, "forms"),
    }
    title = texts.gettext("Register an outcome")
    return visit.render(
        "credits/outcome_form.html",
        context,
        title=title,
        breadcrumb=[account_link(visit)],
        status=422 if form.errors else 200,
    )


def _credential_page(visit: Visit, form: FormState) -> Response:
    texts = visit.texts
    context = {
        "form": form,
        "kinds": [Option(kind, named(texts, OUTCOME_KINDS, kind)) for kind in _SIGNED_KINDS],
        "stages": _stages(texts),
    }
    return visit.render(
        "credits/credential_form.html",
        context,
        title=texts.gettext("Bring a signed credential"),
        breadcrumb=[account_link(visit)],
        status=422 if form.errors else 200,
    )


def _stages(texts: Texts) -> list[Option]:
    return [Option("", "—"), *(Option(key, texts.gettext(said)) for key, said in STAGES.items())]


def _options(visit: Visit, kinds: Sequence[Body], part: str) -> list[Option]:
    """Return every enumerated value of a part over all kinds, each once."""
    found = {each["value"]: each[visit.language] for one in kinds for each in one.get(part) or ()}
    return [Option("", "—"), *(Option(value, words) for value, words in found.items())]


async def _outcome_page(visit: Visit, form: FormState) -> Response:
    outcome_id = visit.request.path_params["outcome_id"]
    texts, say = visit.texts, visit.texts.gettext
    told = (await visit.api.get(f"/v1/outcomes/{outcome_id}")).body
    suggested: Sequence[Body] = ()
    try:
        found = await visit.api.get(f"/v1/outcomes/{outcome_id}/suggestions")
        suggested = found.body["items"]
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
    context = {
        "form": form,
        "told": told,
        "kind": named(texts, OUTCOME_KINDS, told["kind"]),
        "suggested": _suggestion_table(texts, suggested),
        "courses": [Option(one["course_id"], f"{one['code']} {one['title']}") for one in suggested],
        "purposes": [Option(key, say(words)) for key, words in PURPOSES.items()],
        "evidence": [(one["name"], one["sha256"]) for one in told["evidence"]],
    }
    return visit.render(
        "credits/outcome.html",
        context,
        title=told["title"],
        breadcrumb=[account_link(visit)],
        status=422 if form.errors else 200,
    )


def _suggestion_table(texts: Texts, items: Sequence[Body]) -> Table | None:
    if not items:
        return None
    say = texts.gettext
    rows = [
        [
            Cell(one["title"], sub=one["code"]),
            Cell(credits_of(texts, one["credits_hundredths"])),
            Cell(texts.number(round(one["score"], 2))),
            Cell(
                say("; ").join(one["shared_words"][:6]) or "—",
                sub=""
                if one["precedent_outcome"] is None
                else say("A peer accepted: %(outcome)s → %(course)s")
                % {"outcome": one["precedent_outcome"], "course": one["precedent_course"]},
            ),
        ]
        for one in items
    ]
    columns = [
        Column(say("Course")),
        Column(say("Credits"), numeric=True),
        Column(say("Likeness"), numeric=True),
        Column(say("Why")),
    ]
    return Table(say("Courses that it may cover: suggestions, a person decides"), columns, rows)


async def _application_page(visit: Visit, form: FormState) -> Response:
    texts, say = visit.texts, visit.texts.gettext
    application_id = visit.request.path_params["application_id"]
    told = (await visit.api.get(f"/v1/credit-applications/{application_id}")).body
    context = {
        "form": form,
        "told": told,
        "state": state_tag(texts, told["state"]),
        "verdict": named(texts, VERDICTS, told["verdict"]) if told["verdict"] else "",
        "items": item_table(texts, visit.language, told["items"]),
        "may_appeal": told["state"] in {"refused", "public_notice", "posted"} and told["verdict"],
    }
    title = say("Application: %(outcome)s") % {"outcome": told["outcome_title"]}
    return visit.render(
        "credits/application.html",
        context,
        title=title,
        breadcrumb=[account_link(visit)],
        status=422 if form.errors else 200,
    )


def item_table(texts: Texts, language: str, items: Sequence[Body]) -> Table:
    """Return the courses of an application with what the rules give, and why."""
    say = texts.gettext
    rows = [
        [
            Cell(one["title"], sub=one["code"]),
            Cell(credits_of(texts, one["course_hundredths"])),
            Cell("—" if one["overlap_percent"] is None else f"{one['overlap_percent']} %"),
            Cell(credits_of(texts, one["amount"])),
            Cell(credits_of(texts, one["granted"])),
            Cell(
                " ".join(each[language] for each in one["explanation"]) or "—",
                sub=", ".join(one["rule_ids"]),
            ),
        ]
        for one in items
    ]
    columns = [
        Column(say("Course")),
        Column(say("Its credits"), numeric=True),
        Column(say("Overlap"), numeric=True),
        Column(say("By the rules"), numeric=True),
        Column(say("Granted"), numeric=True),
        Column(say("Why")),
    ]
    return Table(say("Courses"), columns, rows, narrow="scroll")


PAGES = (
    Page("/credits/outcomes/new", ask_outcome, "credit_outcome_new", STUDENT),
    Page("/credits/outcomes/new", send_outcome, "credit_outcome_send", STUDENT, ("POST",)),
    # Before the ids that stand at the same place of the address.
    Page("/credits/outcomes/credential", ask_credential, "credit_credential_new", STUDENT),
    Page(
        "/credits/outcomes/credential",
        send_credential,
        "credit_credential_send",
        STUDENT,
        ("POST",),
    ),
    Page("/credits/outcomes/{outcome_id}", show_outcome, "credit_outcome", STUDENT),
    Page("/credits/outcomes/{outcome_id}", send_application, "credit_apply", STUDENT, ("POST",)),
    Page("/credits/applications/{application_id}", show_application, "credit_application", STUDENT),
    Page(
        "/credits/applications/{application_id}", send_appeal, "credit_appeal", STUDENT, ("POST",)
    ),
)
