"""Accounts in memory, for the tests of other rooms: the same answers, no database."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from typing_extensions import override

from services.accounts.contract.client import Accounts
from services.accounts.contract.consents import ConsentAnswer, ConsentPurpose, ConsentQuestion
from services.accounts.contract.organisations import OrganisationKindName, OrganisationOut
from services.accounts.contract.sessions import (
    MembershipBrief,
    PersonBrief,
    PersonTokenOut,
    SessionOut,
)
from shared.kernel.errors import NotFoundError, UnauthenticatedError
from shared.kernel.ids import new_id

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class FakePerson:
    """A person of the fake: their password and their roles by organisation."""

    id: UUID
    name: str
    password: str
    roles: dict[UUID, list[str]]


@dataclass(slots=True)
class FakeAccounts(Accounts):
    """Organisations, people, sessions and consents that a test puts in.

    Its tokens are opaque texts: a test that needs signed ones uses the room itself.
    """

    organisations: dict[UUID, OrganisationOut] = field(default_factory=dict[UUID, OrganisationOut])
    people: dict[str, FakePerson] = field(default_factory=dict[str, FakePerson])
    sessions: dict[str, FakePerson] = field(default_factory=dict[str, FakePerson])
    consents: dict[tuple[UUID, ConsentPurpose, UUID | None], str] = field(
        default_factory=dict[tuple[UUID, ConsentPurpose, UUID | None], str]
    )

    def add_organisation(
        self, kind: OrganisationKindName, name: str, *, region_code: str | None = None
    ) -> OrganisationOut:
        """Put an organisation in and return it."""
        made = OrganisationOut(
            id=new_id(),
            kind=kind,
            name=name,
            uscc=None,
            region_code=region_code,
            industry_code=None,
            moe_code=None,
            level=None,
            status="active",
            verified=False,
            verified_at=None,
            version=1,
        )
        self.organisations[made.id] = made
        return made

    def add_person(self, login: str, password: str, roles: dict[UUID, list[str]]) -> FakePerson:
        """Put a person in and return them."""
        made = FakePerson(new_id(), login, password, roles)
        self.people[login] = made
        return made

    def give_consent(
        self, person_id: UUID, purpose: ConsentPurpose, to_org_id: UUID | None
    ) -> None:
        """Let a person consent."""
        self.consents[person_id, purpose, to_org_id] = "fake-1"

    @override
    async def lookup_organisations(self, ids: Sequence[UUID]) -> dict[UUID, OrganisationOut]:
        """Return the organisations with these ids, as far as they exist."""
        return {each: self.organisations[each] for each in ids if each in self.organisations}

    @override
    async def read_organisation(self, org_id: UUID) -> OrganisationOut:
        """Return one organisation; raises NotFoundError."""
        if org_id not in self.organisations:
            raise NotFoundError(part="accounts")
        return self.organisations[org_id]

    @override
    async def check_consents(self, questions: Sequence[ConsentQuestion]) -> list[ConsentAnswer]:
        """Return an answer for each question, in their order."""
        return [self._answer(each) for each in questions]

    @override
    async def create_session(self, login: str, password: str) -> SessionOut:
        """Sign a person in; raises UnauthenticatedError."""
        person = self.people.get(login)
        if person is None or person.password != password:
            raise UnauthenticatedError(reason="sign_in_refused")
        session = secrets.token_urlsafe(16)
        self.sessions[session] = person
        expires_at = datetime.now(UTC) + timedelta(hours=12)
        return SessionOut(session=session, expires_at=expires_at, csrf=f"csrf of {session}")

    @override
    async def create_token(self, session: str, org_id: UUID | None = None) -> PersonTokenOut:
        """Return a token of the session's person; raises UnauthenticatedError, NotFoundError."""
        person = self._holder(session)
        acting = org_id or next(iter(person.roles), None)
        if acting is not None and acting not in person.roles:
            raise NotFoundError(part="accounts")
        return PersonTokenOut(
            access_token=f"token of {person.id}",
            token_type="Bearer",  # noqa: S106 - RFC 6750's name of the scheme, no secret
            expires_in=900,
            person=PersonBrief(id=person.id, name=person.name),
            memberships=[self._brief(each, roles) for each, roles in person.roles.items()],
            org_id=acting,
            roles=sorted(person.roles[acting]) if acting else [],
            scope="",
            csrf=f"csrf of {session}",
        )

    @override
    async def end_session(self, session: str) -> None:
        """End a session; raises UnauthenticatedError where it does not hold any more."""
        self._holder(session)
        del self.sessions[session]

    def _holder(self, session: str) -> FakePerson:
        if session not in self.sessions:
            raise UnauthenticatedError(reason="session_ended")
        return self.sessions[session]

    def _brief(self, org_id: UUID, roles: list[str]) -> MembershipBrief:
        organisation = self.organisations[org_id]
        return MembershipBrief(
            org_id=org_id, org_name=organisation.name, org_kind=organisation.kind, roles=roles
        )

    def _answer(self, question: ConsentQuestion) -> ConsentAnswer:
        version = self.consents.get((question.person_id, question.purpose, question.to_org_id))
        return ConsentAnswer(
            person_id=question.person_id,
            purpose=question.purpose,
            to_org_id=question.to_org_id,
            given=version is not None,
            text_version=version,
            given_at=_EPOCH if version else None,
        )
