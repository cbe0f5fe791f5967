"""Access tokens for people who hold a session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.accounts.adapters.secrets import csrf_of
from services.accounts.domain.organisation import Organisation
from services.accounts.domain.person import Membership, Person
from services.accounts.domain.session import SessionEndedError
from services.accounts.domain.token import Grant, grant_of_person
from services.accounts.flows.desk import Desk
from services.accounts.flows.sign_in import find_session
from services.accounts.store import organisations, people
from shared.db.session import Tx
from shared.kernel.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class PersonToken:
    """A person's access token, with what it was made from."""

    access_token: str
    grant: Grant
    person: Person
    memberships: Sequence[Membership]
    organisations: Mapping[UUID, Organisation]
    csrf: str


async def issue_person_token(
    desk: Desk, tx: Tx, *, session_token: str, org_id: UUID | None
) -> PersonToken:
    """Return a token for the session's person, acting for `org_id` or their first organisation."""
    session = await find_session(desk, tx, session_token)
    person = await people.find(tx, session.person_id)
    if person is None or person.status != "active":
        raise SessionEndedError
    memberships = await people.memberships_of(tx, person.id)
    known = await organisations.find_many(tx, [each.org_id for each in memberships])
    acting = choose_membership(memberships, org_id)
    grant = grant_of_person(person.id, acting, known[acting.org_id] if acting else None)
    return PersonToken(
        access_token=await desk.signer.sign(grant),
        grant=grant,
        person=person,
        memberships=memberships,
        organisations=known,
        csrf=csrf_of(desk.secret, session_token),
    )


def choose_membership(memberships: Sequence[Membership], org_id: UUID | None) -> Membership | None:
    """Return the membership to act by; a foreign organisation is not found."""
    if org_id is None:
        return memberships[0] if memberships else None
    for membership in memberships:
        if membership.org_id == org_id:
            return membership
    raise NotFoundError(org_id=str(org_id))
