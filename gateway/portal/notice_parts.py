"""The questions of a notice, in the parts in which its one page asks them."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.portal.exchange_words import PRICES, SIDES
from gateway.portal.post_steps import Question, Step
from gateway.portal.translation import marked

_NO_RULES: frozenset[str] = frozenset()

# What a notice is stays as it was first written; these two are asked of new ones only.
FIRST = Step(
    "first",
    marked("Offer or need, and of what kind"),
    "",
    (
        Question(
            "side",
            "radios",
            marked("Do you offer it or need it?"),
            marked("An offer is compared with needs, a need with offers"),
            required=True,
            choices=SIDES,
        ),
        Question("kind", "select", marked("Kind of notice"), required=True),
    ),
    _NO_RULES,
)
PARTS: Sequence[Step] = (
    Step(
        "words",
        marked("In your words"),
        "",
        (
            Question(
                "title",
                "text",
                marked("Title"),
                marked("One line that the other side understands, as it stands on the board"),
                required=True,
            ),
            Question(
                "summary",
                "area",
                marked("In detail"),
                marked("What, for whom, under which conditions; its words are searched"),
                required=True,
            ),
        ),
        _NO_RULES,
    ),
    Step(
        "codes",
        marked("Where and in which field"),
        marked("The codes decide who is found to fit; what you leave open has no say."),
        (
            Question(
                "region_code",
                "code",
                marked("Place"),
                marked("Code of the province, city or district, as in 330106"),
                required=True,
                catalogue="regions",
            ),
            Question(
                "industry_code",
                "code",
                marked("Industry"),
                marked("Code or name of GB/T 4754"),
                catalogue="industries",
            ),
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
            Question("skills", "lines", marked("Skills"), marked("One a line")),
        ),
        _NO_RULES,
    ),
    Step(
        "terms",
        marked("How many, when, at what price"),
        "",
        (
            Question(
                "places", "number", marked("How many"), marked("People, seats, slots or items")
            ),
            Question("price_fen", "yuan", marked("Price"), suffix=marked("yuan")),
            Question("price_per", "select", marked("The price is"), choices=PRICES),
            Question("start_on", "date", marked("First day")),
            Question("end_on", "date", marked("Last day")),
            Question(
                "closes_on",
                "date",
                marked("Answer until"),
                marked("After this day the notice is not found any more"),
            ),
        ),
        _NO_RULES,
    ),
    Step(
        "partner",
        marked("Enterprise that takes part"),
        marked("Where the rules ask for one in applied research: its name, or why there is none."),
        (
            Question("partner_name", "text", marked("Its name")),
            Question("partner_waiver", "area", marked("Why no enterprise takes part")),
        ),
        _NO_RULES,
    ),
)
