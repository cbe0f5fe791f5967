"""Check posts: their own terms, their codes, and every rule of the place where they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.internships.domain.enterprise import Declared
from services.internships.domain.organisation import Organisation
from services.internships.domain.post import PostTerms, TermFault, Wages, check_terms, facts_of
from services.internships.domain.post_codes import with_known_codes
from services.internships.domain.post_report import Release, report_body, with_releases
from services.internships.domain.rules import check_post
from services.internships.flows.post_desk import Desk
from services.internships.store import enterprises
from shared.catalogues.occupations import major_groups_of
from shared.db.session import Tx
from shared.kernel.errors import Fault, InvalidInputError, Text
from shared.policies.jurisdiction import rulebook_at


async def declared_by(tx: Tx, organisation: Organisation, on: date) -> Declared:
    """Return what is known of an enterprise on a day: counts, interns, seats, size."""
    return Declared(
        organisation=organisation,
        above_designated_size=await enterprises.find_size(tx, organisation.id),
        counts=await enterprises.latest_counts(tx, organisation.id, on),
        active=await enterprises.count_active(tx, organisation.id, on),
        elsewhere=await enterprises.count_elsewhere(tx, organisation.id, on),
        seats_offered=await enterprises.count_offered(tx, organisation.id, on),
    )


def report_on(
    terms: PostTerms,
    wages: Wages,
    declared: Declared,
    *,
    on: date,
    releases: Sequence[Release] = (),
) -> dict[str, Any]:
    """Return the compliance report of a post as it is stored."""
    report = check_post(
        facts_of(terms, wages, interns_same_post=declared.interns_in(terms.post_class)),
        declared.facts_for(terms.post_class),
        rulebook_at(terms.region_code, on),
        occupation_groups=major_groups_of(terms.occupation_code or ""),
    )
    return with_releases(report_body(report), releases)


async def settle_terms(desk: Desk, terms: PostTerms) -> PostTerms:
    """Return the terms with known codes; raise InvalidInputError naming every wrong field."""
    settled, faults = with_known_codes(terms)
    faults += check_terms(settled)
    if terms.site_id is not None:
        faults += await _check_site(desk, terms.site_id)
    if faults:
        raise InvalidInputError(
            faults=[Fault(each.code, each.text, pointer=f"/{each.field}") for each in faults]
        )
    return settled


async def _check_site(desk: Desk, site_id: UUID) -> list[TermFault]:
    if site_id in await desk.organisations.list_site_ids(desk.org_id):
        return []
    said = Text("本单位没有该厂区", "your organisation has no such site")
    return [TermFault("site_id", "site_unknown", said)]
