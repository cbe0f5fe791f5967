"""What a search for notices asks for, and how its facets' values are called."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from services.exchange.domain.notice import SIDE_WORDS, NoticeTerms
from services.exchange.domain.notice_kind import KINDS
from shared.catalogues.industries import find_industry
from shared.catalogues.majors import find_major
from shared.catalogues.occupations import find_occupation
from shared.catalogues.parts import part_name
from shared.kernel.errors import Text
from shared.search_terms import index_terms

# No word begins with it (shared/search_terms.py): it marks those of names.
_NAMED: Final = "~"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Filters of a search; None where one does not matter. Codes are those of the catalogues.

    `open_on`: only published notices whose closing day is not past on it.
    """

    words: str = ""
    side: str | None = None
    kind: str | None = None
    region: str | None = None
    industry: str | None = None
    occupation: str | None = None
    major: str | None = None
    org_id: UUID | None = None
    state: str | None = None
    open_on: date | None = None


def terms_that_find(terms: NoticeTerms, org_name: str) -> list[str]:
    """Return the words that find a notice: its text's, and those of what it only names.

    Names of its kind, codes and organisation find it, and are not what its text says: they stand
    once more with a mark, because matching compares the text (`words_of_text`).
    """
    text = set(index_terms((terms.title, *terms.skills), wide=terms.summary))
    named = set(index_terms((*_names(terms), org_name), wide="")) - text
    return sorted(text | named | {_NAMED + word for word in named})


def words_of_text(search_terms: Iterable[str]) -> frozenset[str]:
    """Return what a notice's own text says, of the words that find it.

    >>> words_of_text(["数控", "制造", "~制造"])
    frozenset({'数控'})
    """
    words = frozenset(search_terms)
    marks = {word for word in words if word.startswith(_NAMED)}
    return words - marks - {word.removeprefix(_NAMED) for word in marks}


def _names(terms: NoticeTerms) -> Iterable[str]:
    kind = KINDS[terms.kind].name
    yield from (kind.zh, kind.en)
    if terms.occupation_code and (occupation := find_occupation(terms.occupation_code)):
        yield occupation.name
    if terms.industry_code and (industry := find_industry(terms.industry_code)):
        yield industry.name
    for code in terms.major_codes:
        if major := find_major(code):
            yield major.name


def name_of(facet: str, value: str) -> Text:
    """Return what a value of a facet is called; catalogues have Chinese names only."""
    if facet == "side":
        return SIDE_WORDS[value]
    if facet == "kind":
        return KINDS[value].name
    name = part_name(facet, value)
    return Text(name, name)
