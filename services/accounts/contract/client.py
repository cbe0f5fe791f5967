"""How other rooms, the portal and the demo speak to accounts: typed calls over one HTTP client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Protocol, TypeVar
from uuid import UUID, uuid4

import httpx
from pydantic import BaseModel
from typing_extensions import override

from services.accounts.contract.consents import (
    ConsentAnswer,
    ConsentQuestion,
    ConsentsCheckIn,
    ConsentsCheckOut,
)
from services.accounts.contract.organisations import LookupIn, LookupOut, OrganisationOut
from services.accounts.contract.sessions import PersonTokenOut, SessionOut, SignInIn, TokenIn
from shared.kernel.errors import (
    DomainError,
    NotFoundError,
    Text,
    UnauthenticatedError,
    UnavailableError,
)

T = TypeVar("T", bound=BaseModel)
LOOKUP_MAX = 1000
CHECK_MAX = 5000


class AccountsRefusedError(DomainError):
    """The accounts room refused the request."""

    code = "accounts_refused"
    status = 502
    title_zh = "身份服务拒绝了请求"
    mend = Text("{status}：{problem}", "{status}: {problem}")


class Accounts(Protocol):
    """What other rooms ask of accounts; the client and the fake both do it."""

    async def lookup_organisations(self, ids: Sequence[UUID]) -> dict[UUID, OrganisationOut]:
        """Return the organisations with these ids, as far as they exist."""
        ...

    async def read_organisation(self, org_id: UUID) -> OrganisationOut:
        """Return one organisation; raises NotFoundError."""
        ...

    async def check_consents(self, questions: Sequence[ConsentQuestion]) -> list[ConsentAnswer]:
        """Return an answer for each question, in their order."""
        ...

    async def create_session(self, login: str, password: str) -> SessionOut:
        """Sign a person in; raises UnauthenticatedError."""
        ...

    async def create_token(self, session: str, org_id: UUID | None = None) -> PersonTokenOut:
        """Return a token of the session's person; raises UnauthenticatedError, NotFoundError."""
        ...

    async def end_session(self, session: str) -> None:
        """End a session; raises UnauthenticatedError where it does not hold any more."""
        ...


class AccountsClient(Accounts):
    """Accounts over HTTP: in one process or across, as the given client reaches it.

    The client's own authentication (a room's service token) is used where a call does not carry
    a session.
    """

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    @override
    async def lookup_organisations(self, ids: Sequence[UUID]) -> dict[UUID, OrganisationOut]:
        """Return the organisations with these ids; asks in parts of the largest size allowed."""
        found: dict[UUID, OrganisationOut] = {}
        wanted = list(dict.fromkeys(ids))
        for start in range(0, len(wanted), LOOKUP_MAX):
            asked = LookupIn(ids=wanted[start : start + LOOKUP_MAX])
            answer = await self._post("/v1/organisations/lookup", asked, LookupOut)
            found.update({each.id: each for each in answer.items})
        return found

    @override
    async def read_organisation(self, org_id: UUID) -> OrganisationOut:
        """Return one organisation."""
        answer = await self._ask("GET", f"/v1/organisations/{org_id}")
        return _read(answer, OrganisationOut)

    @override
    async def check_consents(self, questions: Sequence[ConsentQuestion]) -> list[ConsentAnswer]:
        """Return an answer for each question; asks in parts of the largest size allowed."""
        answers: list[ConsentAnswer] = []
        for start in range(0, len(questions), CHECK_MAX):
            asked = ConsentsCheckIn(items=list(questions[start : start + CHECK_MAX]))
            answers += (await self._post("/v1/consents/check", asked, ConsentsCheckOut)).items
        return answers

    @override
    async def create_session(self, login: str, password: str) -> SessionOut:
        """Sign a person in."""
        body = SignInIn(login=login, password=password)
        # Signing in carries no token, not even the room's own.
        told = body.model_dump(mode="json")
        answer = await self._ask("POST", "/v1/sessions", json=told, auth=httpx.Auth())
        return _read(answer, SessionOut)

    @override
    async def create_token(self, session: str, org_id: UUID | None = None) -> PersonTokenOut:
        """Return a token of the session's person."""
        headers = {"authorization": f"Session {session}"}
        body = TokenIn(org_id=org_id)
        return await self._post("/v1/sessions/token", body, PersonTokenOut, headers=headers)

    @override
    async def end_session(self, session: str) -> None:
        """End a session."""
        headers = {"authorization": f"Session {session}"}
        _refuse(await self._ask("DELETE", "/v1/sessions/current", headers=headers))

    async def _post(
        self,
        path: str,
        body: BaseModel,
        kind: type[T],
        *,
        headers: Mapping[str, str] | None = None,
    ) -> T:
        sent = {"idempotency-key": str(uuid4()), **(headers or {})}
        told = body.model_dump(mode="json")
        return _read(await self._ask("POST", path, json=told, headers=sent), kind)

    async def _ask(self, method: str, path: str, **sent: Any) -> httpx.Response:
        """Return the answer; raises UnavailableError where the room cannot be reached."""
        try:
            return await self._http.request(method, path, **sent)
        except httpx.TransportError as error:
            raise UnavailableError(part="accounts", retry_after_s=1) from error


def _read(answer: httpx.Response, kind: type[T]) -> T:
    _refuse(answer)
    return kind.model_validate_json(answer.content)


def _refuse(answer: httpx.Response) -> None:
    """Raise what the room's refusal means to its caller."""
    if answer.is_success:
        return
    problem = _code(answer)
    if answer.status_code == HTTPStatus.UNAUTHORIZED:
        raise UnauthenticatedError(reason=problem)
    if answer.status_code == HTTPStatus.NOT_FOUND:
        raise NotFoundError(part="accounts")
    if answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        raise UnavailableError(part="accounts", retry_after_s=1)
    raise AccountsRefusedError(status=answer.status_code, problem=problem)


def _code(answer: httpx.Response) -> str:
    try:
        body: Any = answer.json()
    except ValueError:
        return "unreadable"
    return str(body.get("code", "unknown")) if isinstance(body, dict) else "unknown"
