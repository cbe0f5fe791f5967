"""One conformance suite for the client of accounts and for its fake: they answer alike."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest

from services.accounts.contract.client import Accounts, AccountsClient
from services.accounts.contract.consents import ConsentQuestion
from services.accounts.contract.fake import FakeAccounts
from shared.http.peers import Peers
from shared.kernel.errors import NotFoundError, UnauthenticatedError
from shared.settings import PlatformSettings
from tests.accounts.conftest import PASSWORD, Found
from tests.conftest import Platform


@dataclass(frozen=True, slots=True)
class World:
    """Two organisations, a person of the first who consents towards the second."""

    accounts: Accounts
    home: UUID
    other: UUID
    person: UUID
    login: str
    role: str


async def _fake() -> World:
    fake = FakeAccounts()
    home = fake.add_organisation("enterprise", "甲厂")
    other = fake.add_organisation("enterprise", "乙厂")
    person = fake.add_person("somebody", PASSWORD, {home.id: ["enterprise_admin"]})
    fake.give_consent(person.id, "share_with_host", other.id)
    return World(fake, home.id, other.id, person.id, "somebody", "enterprise_admin")


async def _real(accounts: Accounts, found: Found) -> World:
    home, other = await found(), await found()
    body = {"purpose": "share_with_host", "to_org_id": other.id, "text_version": "1"}
    assert (await home.admin.post("/v1/consents", body)).status_code == 201
    me = (await home.admin.get("/v1/me")).json()
    return World(
        accounts,
        UUID(home.id),
        UUID(other.id),
        UUID(me["id"]),
        me["login"],
        "enterprise_admin",
    )


@pytest.fixture(params=["client", "fake"])
async def world(
    request: pytest.FixtureRequest,
    found: Found,
    platform: Platform,
    settings: PlatformSettings,
) -> AsyncIterator[World]:
    """The same world behind the client and in the fake."""
    if request.param == "fake":
        yield await _fake()
        return
    peers = Peers(room="internships", secret=settings.secret, urls={})
    peers.apps.update({name: each.served for name, each in platform.house.rooms.items()})
    yield await _real(AccountsClient(peers["accounts"]), found)
    await peers.close()


async def test_organisations_are_looked_up_and_the_unknown_left_out(world: World) -> None:
    found = await world.accounts.lookup_organisations([world.other, uuid4(), world.home])
    assert set(found) == {world.home, world.other}
    assert found[world.home].kind == "enterprise"
    assert await world.accounts.lookup_organisations([]) == {}


async def test_an_unknown_organisation_is_not_found(world: World) -> None:
    assert (await world.accounts.read_organisation(world.home)).id == world.home
    with pytest.raises(NotFoundError):
        await world.accounts.read_organisation(uuid4())


async def test_consents_are_answered_in_the_order_asked(world: World) -> None:
    def asks(person: UUID, org_id: UUID) -> ConsentQuestion:
        return ConsentQuestion(person_id=person, purpose="share_with_host", to_org_id=org_id)

    answers = await world.accounts.check_consents(
        [
            asks(world.person, world.home),
            asks(world.person, world.other),
            asks(uuid4(), world.other),
        ]
    )
    assert [each.given for each in answers] == [False, True, False]
    assert answers[1].text_version
    assert answers[1].given_at


async def test_a_person_signs_in_acts_and_signs_out(world: World) -> None:
    opened = await world.accounts.create_session(world.login, PASSWORD)
    token = await world.accounts.create_token(opened.session)
    assert token.person.id == world.person
    assert token.org_id == world.home
    assert token.roles == [world.role]
    assert [each.org_id for each in token.memberships] == [world.home]
    assert token.csrf == opened.csrf
    await world.accounts.end_session(opened.session)
    with pytest.raises(UnauthenticatedError):
        await world.accounts.create_token(opened.session)
    with pytest.raises(UnauthenticatedError):
        await world.accounts.end_session(opened.session)


async def test_a_wrong_password_is_refused(world: World) -> None:
    with pytest.raises(UnauthenticatedError):
        await world.accounts.create_session(world.login, "not the password")


async def test_nobody_acts_for_a_foreign_organisation(world: World) -> None:
    opened = await world.accounts.create_session(world.login, PASSWORD)
    with pytest.raises(NotFoundError):
        await world.accounts.create_token(opened.session, world.other)
