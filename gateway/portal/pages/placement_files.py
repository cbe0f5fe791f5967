"""The papers of a placement, one a page: who signed what, who is insured by whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from gateway.portal.access import OFFICE
from gateway.portal.api_client import Answer
from gateway.portal.components import Cell, CellForm, Column, Table
from gateway.portal.forms import FormState, Option, form_state, form_state_of
from gateway.portal.pages.placement import api_path, here, placement_trail
from gateway.portal.placement_papers import PAPERS
from gateway.portal.post_words import word
from gateway.portal.problems import ApiProblemError
from gateway.portal.routing import Page
from gateway.portal.translation import Texts, marked
from gateway.portal.visits import Visit
from shared.kernel.errors import NotFoundError

Body = Mapping[str, Any]

_REFUSED = frozenset({409, 412, 422})
ITEMS: Mapping[str, str] = {
    "time_place_content": marked("Time, place and content"),
    "board_hours_leave": marked("Board and lodging, hours, leave"),
    "pay": marked("Pay"),
    "labour_protection": marked("Labour protection"),
    "liability_and_injury": marked("Liability and injury"),
    "assessment": marked("Assessment"),
    "breach": marked("Breach"),
}
COVERS: Mapping[str, str] = {
    "liability": marked("Liability of the internship"),
    "accident": marked("Accident"),
    "work_injury": marked("Work injury"),
}
PAYERS: Mapping[str, str] = {
    "school": marked("The school"),
    "enterprise": marked("The enterprise"),
    "government": marked("The government"),
    "student": marked("The student"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a paper."""

    name: str
    label: str
    form: str = "date"
    hint: str = ""
    options: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper: its fields, and how they travel."""

    lead: str
    fields: Sequence[Field]
    read: Callable[[FormState, Body], Body]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the fields."""
        return tuple(field.name for field in self.fields)


def _people(form: FormState, _held: Body) -> Body:
    return {"teacher": form.value("teacher") or None, "mentor": form.value("mentor") or None}


def _consent(form: FormState, _held: Body) -> Body:
    names = ("student_on", "guardian_on")
    return {"consent": {name: form.value(name) or None for name in names}}


def _agreement(form: FormState, held: Body) -> Body:
    parties = ("school_signed_on", "enterprise_signed_on", "student_signed_on")
    kept = held["agreement"] or {}
    return {
        "agreement": {
            "template_official": form.value("template_official") == "true",
            **{name: form.value(name) or None for name in parties},
            "items": [one for one in form.chosen("items") if one],
            "texts": [one for one in form.value("texts").splitlines() if one.strip()]
            if "texts" in form.values
            else kept.get("texts", []),
        }
    }


def _insurance(form: FormState, held: Body) -> Body:
    cover = {
        "kind": form.value("cover"),
        "payer": form.value("payer"),
        "from_on": form.value("from_on") or None,
        "until_on": form.value("until_on") or None,
        "policy_no": form.value("policy_no") or None,
        "insurer": form.value("insurer") or None,
    }
    return {"insurance": [*(held["insurance"] or ()), cover]}


def _safety(form: FormState, _held: Body) -> Body:
    return {"safety_trained_on": form.value("safety_trained_on") or None}


def _filing(form: FormState, _held: Body) -> Body:
    crosses = {"true": True, "false": False}.get(form.value("crosses_province_or_border"))
    names = ("filed_on", "filing_no", "authority_consent_on", "provincial_filing_no")
    told: dict[str, Any] = {name: form.value(name) or None for name in names}
    return {"filing": {**told, "crosses_province_or_border": crosses}}


_PAGES: Mapping[str, Paper] = {
    "people": Paper(
        marked("Both accompany the student by name (article 8 of the regulation)."),
        (
            Field("teacher", marked("Teacher of the school"), "text"),
            Field("mentor", marked("Mentor of the enterprise"), "text"),
        ),
        _people,
    ),
    "consent": Paper(
        marked("Student and guardian sign the informed consent, whatever the student's age."),
        (
            Field("student_on", marked("The student signed on")),
            Field("guardian_on", marked("The guardian signed on")),
        ),
        _consent,
    ),
    "agreement": Paper(
        marked("School, enterprise and student sign before the first day."),
        (
            Field("template_official", marked("The official model text was used"), "check"),
            Field("school_signed_on", marked("The school signed on")),
            Field("enterprise_signed_on", marked("The enterprise signed on")),
            Field("student_signed_on", marked("The student signed on")),
            Field("items", marked("What the agreement says"), "checks", options=ITEMS),
            Field(
                "texts",
                marked("Clauses added to the model text"),
                "area",
                marked("One a line; they are read for fees and deposits"),
            ),
        ),
        _agreement,
    ),
    "insurance": Paper(
        marked("The student never pays for it."),
        (
            Field("cover", marked("Kind of insurance"), "radios", options=COVERS),
            Field("payer", marked("Who pays"), "radios", options=PAYERS),
            Field("from_on", marked("Covers from")),
            Field("until_on", marked("Covers until")),
            Field("policy_no", marked("Number of the policy"), "text"),
            Field("insurer", marked("Insurer"), "text"),
        ),
        _insurance,
    ),
    "safety": Paper(
        marked("Nobody begins work before the training is passed."),
        (Field("safety_trained_on", marked("Passed on")),),
        _safety,
    ),
    "filing": Paper(
        marked("Filed with the authority in charge; across a province or border it must agree."),
        (
            Field("filed_on", marked("Filed on")),
            Field("filing_no", marked("Filing number"), "text"),
            Field(
                "crosses_province_or_border",
                marked("Does it cross a province or the border?"),
                "radios",
                options={"true": marked("Yes"), "false": marked("No")},
            ),
            Field("authority_consent_on", marked("The authority agreed on")),
            Field("provincial_filing_no", marked("Filing number of the province"), "text"),
        ),
        _filing,
    ),
}


def _paper(visit: Visit) -> Paper:
    found = _PAGES.get(str(visit.request.path_params["paper"]))
    if found is None:
        raise NotFoundError
    return found


async def ask_paper(visit: Visit) -> Response:
    paper, answer = _paper(visit), await visit.api.get(api_path(visit))
    return _page(visit, answer, _shown(visit, paper, answer.body))


async def send_paper(visit: Visit) -> Response:
    paper = _paper(visit)
    form, answer = form_state(paper.names, visit.form), await visit.api.get(api_path(visit))
    form = _complete(visit, paper, form)
    if form.errors:
        return _page(visit, answer, form, status=422)
    return await _keep(visit, paper.read(form, answer.body), form=form, answer=answer)


async def remove_cover(visit: Visit) -> Response:
    answer = await visit.api.get(api_path(visit))
    held = list(answer.body["insurance"] or ())
    place = str(visit.form.get("place", ""))
    if not place.isdecimal() or int(place) >= len(held):
        raise NotFoundError
    del held[int(place)]
    return await _keep(visit, {"insurance": held}, form=FormState(), answer=answer)


def _complete(visit: Visit, paper: Paper, form: FormState) -> FormState:
    for field in paper.fields:
        if field.name in {"cover", "payer"} and not form.value(field.name):
            form = form.with_error(visit.texts.gettext("Choose one"), field.name)
    return form


async def _keep(visit: Visit, told: Body, *, form: FormState, answer: Answer) -> Response:
    seen = str(visit.form.get("_seen", "")) or answer.etag
    try:
        await visit.api.patch(api_path(visit), told, etag=seen)
    except ApiProblemError as refusal:
        if refusal.problem.status not in _REFUSED:
            raise
        return _page(visit, answer, _with_faults(form, refusal), status=refusal.problem.status)
    return visit.redirect(here(visit), notice=visit.texts.gettext("Saved."))


def _with_faults(form: FormState, refusal: ApiProblemError) -> FormState:
    for fault in refusal.problem.faults:
        name = (fault.pointer or "").rpartition("/")[2]
        form = form.with_error(fault.text, name if name in form.fields else None)
    return form if form.errors else form.refused(refusal.problem)


def _shown(visit: Visit, paper: Paper, placement: Body) -> FormState:
    name = str(visit.request.path_params["paper"])
    if name == "insurance":
        days = {"from_on": placement["start_on"], "until_on": placement["end_on"]}
        return form_state_of(paper.names, days)
    held: dict[str, Any] = dict(placement[name] or {}) if name in placement else dict(placement)
    held["texts"] = "\n".join(held.get("texts") or ())
    return form_state_of(paper.names, held)


def _page(visit: Visit, answer: Answer, form: FormState, *, status: int = 200) -> Response:
    paper, name = _paper(visit), str(visit.request.path_params["paper"])
    say = visit.texts.gettext
    context = {
        "form": form,
        "lead": say(paper.lead),
        "fields": [(field, _options(field, visit.texts)) for field in paper.fields],
        "seen": answer.etag or "",
        "path": visit.request.url.path.removesuffix("/remove"),
        "covers": _covers(visit, answer.body) if name == "insurance" else None,
    }
    return visit.render(
        "placements/paper.html",
        context,
        title=say(PAPERS[name]),
        breadcrumb=placement_trail(visit, answer.body),
        status=status,
    )


def _options(field: Field, texts: Texts) -> list[Option]:
    return [Option(name, texts.gettext(label)) for name, label in (field.options or {}).items()]


def _covers(visit: Visit, placement: Body) -> Table | None:
    held: Sequence[Body] = placement["insurance"] or ()
    if not held:
        return None
    say, texts = visit.texts.gettext, visit.texts
    rows = [
        [
            Cell(word(COVERS, one["kind"], visit.texts), sub=one.get("insurer") or ""),
            Cell(f"{texts.date(one['from_on'])} – {texts.date(one['until_on'])}"),
            Cell(word(PAYERS, one["payer"], visit.texts)),
            Cell(one.get("policy_no") or "—"),
            Cell(
                form=CellForm(
                    f"{here(visit)}/papers/insurance/remove",
                    say("Remove"),
                    word(COVERS, one["kind"], visit.texts),
                    (("place", str(place)),),
                )
            ),
        ]
        for place, one in enumerate(held)
    ]
    heads = (say("Insurance"), say("Days"), say("Who pays"), say("Number"), say("Action"))
    return Table(say("Policies so far"), [Column(head) for head in heads], rows)


_ONE = "/school/placements/{placement_id}/papers/{paper}"

PAGES = (
    Page(_ONE, ask_paper, "paper", OFFICE),
    Page(_ONE, send_paper, "paper_sent", OFFICE, ("POST",)),
    Page(f"{_ONE}/remove", remove_cover, "cover_gone", OFFICE, ("POST",)),
)
