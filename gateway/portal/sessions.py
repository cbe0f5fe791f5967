"""Who looks at a page: people, their roles, and the access tokens that their sessions stand for."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gateway.portal.api_client import ApiClient
from gateway.portal.problems import ApiProblemError
from shared.kernel.clock import Clock

# A token is given back to the accounts room this long before it expires, so that no page
# sends one that dies on the way.
_MARGIN = timedelta(seconds=30)
_SESSIONS_MAX = 20_000


@dataclass(frozen=True, slots=True)
class Membership:
    """The roles of a person in one organisation."""

    org_id: str
    org_name: str
    org_kind: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Caller:
    """A signed-in person: who, for which organisation they act now, and what proves it."""

    person_id: str
    name: str
    memberships: tuple[Membership, ...]
    csrf: str
    access_token: str
    expires_at: datetime
    acting_org_id: str | None = None

    @property
    def acting(self) -> Membership | None:
        """The organisation that the token is for; some people belong to none."""
        for membership in self.memberships:
            if membership.org_id == self.acting_org_id:
                return membership
        return None


class SessionBook:
    """Turns opaque sessions into callers; keeps each access token until shortly before it expires.

    A session that is ended elsewhere is honoured here until its token expires: that is the price
    of not asking the accounts room for every page. Sessions are kept as hashes only.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._callers: OrderedDict[str, dict[str | None, Caller]] = OrderedDict()

    async def caller(
        self, session: str, api: ApiClient, *, org_id: str | None = None
    ) -> Caller | None:
        """Return who the session belongs to, acting for `org_id`; None if it does not hold."""
        kept = self._callers.get(_digest(session), {}).get(org_id)
        if kept is not None and kept.expires_at - _MARGIN > self._clock():
            self._callers.move_to_end(_digest(session))
            return kept
        try:
            caller = await self._exchange(session, api, org_id)
        except ApiProblemError as refusal:
            if refusal.problem.status not in {401, 403}:
                raise
            self.forget(session)
            return None
        self._callers.setdefault(_digest(session), {})[org_id] = caller
        while len(self._callers) > _SESSIONS_MAX:
            self._callers.popitem(last=False)
        return caller

    def forget(self, session: str) -> None:
        """Drop the tokens of a session: it was ended, or the API refused it."""
        self._callers.pop(_digest(session), None)

    async def _exchange(self, session: str, api: ApiClient, org_id: str | None) -> Caller:
        path, proof = "/v1/sessions/token", f"Session {session}"
        wanted = None if org_id is None else {"org_id": org_id}
        try:
            answer = await api.post(path, wanted, authorization=proof)
        except ApiProblemError as refusal:
            # The person has left the organisation that this browser still remembers.
            if org_id is None or refusal.problem.status not in {404, 422}:
                raise
            answer = await api.post(path, authorization=proof)
        return _caller(answer.body, self._clock())


def _digest(session: str) -> str:
    return hashlib.sha256(session.encode()).hexdigest()


def _caller(body: Mapping[str, Any], now: datetime) -> Caller:
    memberships: Sequence[Mapping[str, Any]] = body["memberships"]
    return Caller(
        person_id=body["person"]["id"],
        name=body["person"]["name"],
        memberships=tuple(
            Membership(
                org_id=one["org_id"],
                org_name=one["org_name"],
                org_kind=one["org_kind"],
                roles=frozenset(one["roles"]),
            )
            for one in memberships
        ),
        csrf=body["csrf"],
        access_token=body["access_token"],
        expires_at=now + timedelta(seconds=body["expires_in"]),
        acting_org_id=body["org_id"],
    )
