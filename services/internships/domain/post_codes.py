"""Codes that a post names, in their catalogues' form."""

from __future__ import annotations

from dataclasses import replace

from services.internships.domain.post import PostTerms, TermFault
from shared.catalogues.told import CODE_FIELDS, with_catalogue_codes


def with_known_codes(terms: PostTerms) -> tuple[PostTerms, list[TermFault]]:
    """Return the terms with codes in their catalogues' form, and a fault for each unknown one."""
    known, wrong = with_catalogue_codes({name: getattr(terms, name) for name in CODE_FIELDS})
    return replace(terms, **known), [
        TermFault(field, "code_unknown", text) for field, text in wrong.items()
    ]
