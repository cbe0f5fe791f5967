"""A rulebook tried before it takes effect: on one outcome, and on last year's applications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from gateway.portal.components import Cell, Column, Stat, Table
from gateway.portal.credit_words import CREDIT_OFFICE, CREDIT_REVIEWERS, credits_of
from gateway.portal.forms import FormState, Option, form_state
from gateway.portal.job_view import fault_table, progress_of, read_job
from gateway.portal.pages.credit_rule_editor import REFUSED, editor_trail, read_book
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.rule_conditions import hundredths, whole
from gateway.portal.rule_names import SUBJECTS, field_title
from gateway.portal.translation import Texts
from gateway.portal.visits import Visit

Body = Mapping[str, Any]


async def show_trial(visit: Visit) -> Response:
    fields = await _fields(visit)
    asked = visit.request.query_params
    told = {one["name"]: asked.get(one["name"], "") for one in fields}
    return await _trial_page(visit, fields, FormState(tuple(told), told), None)


async def send_trial(visit: Visit) -> Response:
    fields = await _fields(visit)
    form = form_state([one["name"] for one in fields], visit.form)
    facts = {one["name"]: _fact(one, form.value(one["name"])) for one in fields}
    told = {name: value for name, value in facts.items() if value is not None}
    path = f"/v1/credit-rulebooks/{visit.request.path_params['book_id']}/trial"
    try:
        decision = (await visit.api.post(path, {"facts": told})).body
    except ApiProblemError as refusal:
        if refusal.problem.status not in REFUSED:
            raise
        return await _trial_page(visit, fields, _refused(form, refusal), None)
    return await _trial_page(visit, fields, form, decision)


async def show_simulation(visit: Visit) -> Response:
    say = visit.texts.gettext
    book, _seen = await read_book(visit)
    job = await read_job(visit, str(visit.request.path_params["job_id"]), room="credits")
    result: Body | None = job["result"] if job["state"] == "done" else None
    context = {
        "job": progress_of(visit, job, say("The draft is tried on last year's applications")),
        "faults": fault_table(visit, job),
        "figures": _figures(visit.texts, result) if result else [],
        "unused": result["unused_rules"] if result else [],
        "fired": _fired_table(visit.texts, result) if result else None,
        "changed": _changed_table(visit, result) if result else None,
        "back": f"/credits/rules/{book['id']}",
    }
    return visit.render(
        "credits/simulation.html",
        context,
        title=_finding(visit.texts, result),
        breadcrumb=editor_trail(visit, book),
    )


async def _fields(visit: Visit) -> Sequence[Body]:
    return (await visit.api.get("/v1/credit-rulebooks/fields")).body["fields"]


def _fact(field: Body, written: str) -> Any:
    """Return a fact as a rule reads it, None where nothing was written."""
    if not written:
        return None
    match field["type"]:
        case "integer":
            return hundredths(written) if field["unit"] == "credit/100" else whole(written)
        case "flag":
            return written == "true"
        case "list":
            return [line.strip() for line in written.splitlines() if line.strip()]
        case _:
            return written


def _refused(form: FormState, refusal: ApiProblemError) -> FormState:
    """Return the form with its faults: the API names a fact by its whole name."""
    for fault in refusal.problem.faults:
        name = (fault.field_name or "").removeprefix("facts.")
        form = form.with_error(fault.text, name if name in form.fields else None)
    return form if form.errors else form.refused(refusal.problem)


async def _trial_page(
    visit: Visit, fields: Sequence[Body], form: FormState, decision: Body | None
) -> Response:
    texts, say = visit.texts, visit.texts.gettext
    book, _seen = await read_book(visit)
    title = say("Try the rules on one outcome")
    if decision:
        amount = credits_of(texts, decision["amount_hundredths"])
        title = say("The rules grant %(amount)s credits") % {"amount": amount}
    context = {
        "form": form,
        "groups": [
            (said, [_input(visit, one) for one in fields if one["name"].startswith(f"{subject}.")])
            for subject, said in ((key, say(words)) for key, words in SUBJECTS.items())
        ],
        "sentences": [one[visit.language] for one in decision["explanation"]] if decision else [],
        "rules": decision["rule_ids"] if decision else [],
    }
    return visit.render(
        "credits/trial.html",
        context,
        title=title,
        breadcrumb=editor_trail(visit, book),
        status=422 if form.errors else 200,
    )


def _input(visit: Visit, field: Body) -> dict[str, Any]:
    """Return how a fact is asked for."""
    say = visit.texts.gettext
    kind, values = field["type"], field["values"].items()
    choices = [Option(value, words[visit.language]) for value, words in values]
    if kind == "flag":
        choices = [Option("true", say("Yes")), Option("false", say("No"))]
    return {
        "name": field["name"],
        "title": field_title(visit.texts, field),
        "kind": "choice" if choices else kind,
        "choices": choices,
    }


def _finding(texts: Texts, result: Body | None) -> str:
    """Return what a simulation says in one line."""
    say = texts.gettext
    if result is None:
        return say("Trial on last year's applications")
    if not result["applications"]:
        return say("No application of last year to try the draft on")
    if not result["more"] and not result["less"]:
        return say("The draft decides every application of last year as before")
    told = {"more": result["more"], "less": result["less"]}
    return say("Under the draft %(more)s would get more, %(less)s less") % told


def _figures(texts: Texts, result: Body) -> list[Stat]:
    say = texts.gettext
    return [
        Stat(texts.number(result["applications"]), say("Applications tried")),
        Stat(texts.number(result["same"]), say("Decided as before")),
        Stat(texts.number(result["more"]), say("Would get more")),
        Stat(texts.number(result["less"]), say("Would get less")),
        Stat(credits_of(texts, result["before_hundredths"]), say("Credits then")),
        Stat(credits_of(texts, result["after_hundredths"]), say("Credits under the draft")),
    ]


def _fired_table(texts: Texts, result: Body) -> Table | None:
    if not result["fired"]:
        return None
    say = texts.gettext
    rows = [[Cell(name), Cell(texts.number(times))] for name, times in result["fired"].items()]
    columns = [Column(say("Rule")), Column(say("How often it decided"), numeric=True)]
    return Table(say("Rules that decided"), columns, rows)


def _changed_table(visit: Visit, result: Body) -> Table | None:
    if not result["changed"]:
        return None
    texts, say = visit.texts, visit.texts.gettext
    reviewer = CREDIT_REVIEWERS.allows(visit.caller)
    rows = [
        [
            Cell(
                one["application_id"][-8:],
                href=f"/credits/cases/{one['application_id']}" if reviewer else None,
            ),
            Cell(credits_of(texts, one["before"])),
            Cell(credits_of(texts, one["after"])),
        ]
        for one in result["changed"]
    ]
    columns = [
        Column(say("Application")),
        Column(say("Credits then"), numeric=True),
        Column(say("Credits under the draft"), numeric=True),
    ]
    return Table(say("Applications that would be decided otherwise"), columns, rows)


_TRIAL = "/credits/rules/{book_id}/trial"

PAGES = (
    Page(_TRIAL, show_trial, "credit_rulebook_trial", CREDIT_OFFICE),
    Page(_TRIAL, send_trial, "credit_rulebook_tried", CREDIT_OFFICE, ("POST",)),
    Page(
        "/credits/rules/{book_id}/simulations/{job_id}",
        show_simulation,
        "credit_rulebook_simulation",
        CREDIT_OFFICE,
    ),
)
