"""The steps of writing a post and their questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from gateway.portal.forms import Option
from gateway.portal.post_words import (
    HAZARDS,
    INTENSITIES,
    KINDS,
    ORGANISERS,
    PAY_METHODS,
    PAYEES,
)
from gateway.portal.translation import Texts, marked

Form = Literal[
    "text",
    "area",
    "number",
    "decimal",
    "yuan",
    "date",
    "time",
    "select",
    "radios",
    "flag",
    "lines",
    "code",
    "codes",
    "hazards",
    "site",
]

NO_HAZARDS = "none"


@dataclass(frozen=True, slots=True)
class Question:
    """One field of a step; `catalogue` is where its codes are looked up."""

    name: str
    form: Form
    label: str
    hint: str = ""
    required: bool = False
    suffix: str = ""
    choices: Mapping[str, str] | None = None
    catalogue: str = ""

    def options(self, texts: Texts) -> list[Option]:
        """Return the choices in the reader's language."""
        if self.form == "flag":
            flags = {"true": marked("Yes"), "false": marked("No"), "": marked("Not declared yet")}
            return [Option(value, texts.gettext(text)) for value, text in flags.items()]
        choices = dict(self.choices or {})
        if self.form == "hazards":
            choices[NO_HAZARDS] = marked("None of these")
        return [Option(value, texts.gettext(text)) for value, text in choices.items()]


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the wizard; `rules` are those that speak of its answers."""

    key: str
    title: str
    lead: str
    questions: Sequence[Question]
    rules: frozenset[str]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the step's fields."""
        return tuple(question.name for question in self.questions)


STEPS: Sequence[Step] = (
    Step(
        "basics",
        marked("The post"),
        marked("What it is, where, when, and for how many. With this the draft is kept."),
        (
            Question(
                "title",
                "text",
                marked("Title"),
                marked("The name that students see"),
                required=True,
            ),
            Question("kind", "radios", marked("Kind of internship"), required=True, choices=KINDS),
            Question(
                "region_code",
                "code",
                marked("Place of work"),
                marked("Code or whole name of the district, as in 330106 or 西湖区"),
                required=True,
                catalogue="regions",
            ),
            Question("seats", "number", marked("Seats"), required=True, suffix=marked("people")),
            Question("start_on", "date", marked("First day"), required=True),
            Question("end_on", "date", marked("Last day"), required=True),
            Question(
                "description",
                "area",
                marked("Description"),
                marked("What is learnt and done, in whole sentences"),
                required=True,
            ),
        ),
        frozenset({"REG-2", "REG-10a", "REG-10b", "REG-19", "REG-40", "REG-41"}),
    ),
    Step(
        "work",
        marked("Work and majors"),
        marked("The codes decide which students see the post as near to what they learn."),
        (
            Question(
                "occupation_code",
                "code",
                marked("Occupation"),
                marked("Code or name of the occupation classification (2022)"),
                catalogue="occupations",
            ),
            Question(
                "major_codes",
                "codes",
                marked("Majors"),
                marked("Codes or names, one a line; a whole class of majors is possible"),
                catalogue="majors",
            ),
            Question(
                "industry_code",
                "code",
                marked("Industry"),
                marked("Code or name of GB/T 4754"),
                catalogue="industries",
            ),
            Question("typical_tasks", "lines", marked("Typical tasks"), marked("One a line")),
            Question("skills", "lines", marked("Skills"), marked("One a line")),
            Question(
                "post_class",
                "text",
                marked("Kind of work (same post)"),
                marked("The 20 % is counted over your staff in this kind of work"),
            ),
        ),
        frozenset({"REG-8", "REG-10b", "REG-11", "REG-16.5", "REG-40"}),
    ),
    Step(
        "pay",
        marked("Pay"),
        marked("Give the pay of a day or of a month, in yuan."),
        (
            Question("pay_fen_month", "yuan", marked("Pay a month"), suffix=marked("yuan")),
            Question("pay_fen_day", "yuan", marked("Pay a day"), suffix=marked("yuan")),
            Question(
                "pay_cycle_days", "number", marked("Days between payments"), suffix=marked("days")
            ),
            Question("pay_method", "radios", marked("Paid in"), choices=PAY_METHODS),
            Question("payee", "radios", marked("Paid to"), choices=PAYEES),
            Question(
                "wages.reference_fen_month",
                "yuan",
                marked("What your own staff earn in this post"),
                marked("Private: used for the check of article 18 only and shown to nobody"),
                suffix=marked("yuan a month"),
            ),
            Question(
                "wages.lowest_grade_fen_month",
                "yuan",
                marked("Your lowest wage grade"),
                marked("Private, as above"),
                suffix=marked("yuan a month"),
            ),
        ),
        frozenset({"REG-18a", "REG-18b", "REG-19"}),
    ),
    Step(
        "hours",
        marked("Working time"),
        marked("Interns work neither at night nor on rest days, unless a filing allows it."),
        (
            Question("hours_day", "decimal", marked("Hours a day"), suffix=marked("hours")),
            Question("days_week", "decimal", marked("Days a week"), suffix=marked("days")),
            Question("shift_start", "time", marked("Work begins at")),
            Question("shift_end", "time", marked("Work ends at")),
            Question("works_night", "flag", marked("Night work")),
            Question("works_rest_days", "flag", marked("Work on rest days or public holidays")),
            Question("works_overtime", "flag", marked("Overtime")),
        ),
        frozenset({"REG-17.2", "REG-17.3", "REG-40"}),
    ),
    Step(
        "safety",
        marked("Safety and guidance"),
        marked("Declare the hazards, also when there are none."),
        (
            Question("hazards", "hazards", marked("Hazards"), choices=HAZARDS),
            Question("intensity", "radios", marked("Physical work"), choices=INTENSITIES),
            Question(
                "venue", "text", marked("Venue"), marked("Such as workshop, office, hotel, bar")
            ),
            Question(
                "special_filing_no",
                "text",
                marked("Filing number of a special requirement"),
                marked("Only where the authority has filed one; it exempts from article 17"),
            ),
            Question("organiser_kind", "radios", marked("Organised by"), choices=ORGANISERS),
            Question("mentor_ratio", "decimal", marked("Interns per mentor")),
        ),
        frozenset({"REG-10c", "REG-12", "REG-16.3", "REG-16.4", "REG-16.5", "REG-16.6"})
        | {"REG-16.7", "REG-17.1", "REG-17.2", "REG-17.3"},
    ),
    Step(
        "living",
        marked("Address and living"),
        marked("What students want to know before they wish."),
        (
            Question("site_id", "site", marked("Site")),
            Question("address", "text", marked("Address")),
            Question("lodging", "flag", marked("Lodging")),
            Question("meals", "flag", marked("Meals")),
            Question("apply_until", "date", marked("Apply until")),
        ),
        frozenset(),
    ),
)
BY_KEY: Mapping[str, Step] = {step.key: step for step in STEPS}
TERMS = tuple(name for step in STEPS for name in step.names)


def step_after(step: Step) -> Step | None:
    """Return the step that follows, None after the last."""
    place = STEPS.index(step) + 1
    return STEPS[place] if place < len(STEPS) else None
