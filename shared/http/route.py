"""One request, one transaction, committed before the response; one key, one answer."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from fastapi import Depends, Header, Request
from fastapi.routing import APIRoute
from pydantic import BaseModel
from sqlalchemy import text
from starlette.responses import Response
from starlette.routing import compile_path, get_name
from typing_extensions import override

from shared.db.session import Tx
from shared.http.caller import Caller, caller_or_anyone, scope_of
from shared.kernel.errors import ConflictError, DomainError, Text, UnauthenticatedError


class KeyMissingError(DomainError):
    """This request needs an Idempotency-Key."""

    code = "idempotency_key_missing"
    status = 400
    title_zh = "缺少 Idempotency-Key"
    mend = Text(
        "请为每次提交生成一个新的 Idempotency-Key（如 UUID）；重试时使用同一个。",
        "Make a new Idempotency-Key (a UUID, say) for each submission; reuse it when you retry.",
    )


class KeyReusedError(DomainError):
    """This Idempotency-Key was used for another request."""

    code = "idempotency_key_reused"
    status = 422
    title_zh = "该 Idempotency-Key 已用于另一个请求"
    mend = Text("请换用新的键。", "Use a new key.")


class KeyInFlightError(ConflictError):
    """The first request under this Idempotency-Key is still running."""

    code = "idempotency_key_in_flight"
    title_zh = "同一 Idempotency-Key 的请求仍在处理"
    mend = Text("请稍候再以同一键重试。", "Wait a moment and retry with the same key.")


class _AnswerKnown(Exception):  # noqa: N818 - not an error: the stored answer, on its way out
    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


async def transaction(
    request: Request, caller: Annotated[Caller | None, Depends(caller_or_anyone)]
) -> AsyncIterator[Tx]:
    """Open the request's transaction; it commits after serialising and before responding."""
    async with request.app.state.database.begin(scope_of(caller)) as tx:
        request.state.tx = tx
        yield tx


# scope="function" makes FastAPI run handler, serialise, commit, respond (stack.md, trap 1).
InTx = Annotated[Tx, Depends(transaction, scope="function")]


@dataclass(frozen=True, slots=True)
class _Key:
    subject: str
    key: str
    request_sha256: bytes


async def keyed(
    request: Request,
    tx: InTx,
    caller: Annotated[Caller | None, Depends(caller_or_anyone)],
    idempotency_key: Annotated[str | None, Header(max_length=255)] = None,
) -> None:
    """Answer a repeated POST with its first answer; hold the key while the first runs."""
    if caller is None:
        raise UnauthenticatedError
    if not idempotency_key:
        raise KeyMissingError
    # With the organisation: a person of two does not get the one's answer in the other's name.
    asked = f"{request.method} {request.url.path}?{request.url.query}\n{caller.org_id}\n"
    digest = hashlib.sha256(asked.encode())
    digest.update(await request.body())
    key = _Key(str(caller.subject), idempotency_key, digest.digest())
    await _hold(tx, key)
    stored = (await tx.execute(_READ, {"subject": key.subject, "key": key.key})).one_or_none()
    if stored is None:
        request.state.idempotency = key
        return
    if bytes(stored.request_sha256) != key.request_sha256:
        raise KeyReusedError
    headers = {**stored.headers, "Idempotent-Replayed": "true"}
    raise _AnswerKnown(Response(stored.body, status_code=stored.status, headers=headers))


Keyed = Depends(keyed, scope="function")

_HOLD = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 7))")
_READ = text(
    "SELECT request_sha256, status, headers, body FROM answers"
    " WHERE subject = CAST(:subject AS uuid) AND key = :key"
)
_WRITE = text(
    "INSERT INTO answers (subject, key, request_sha256, status, headers, body)"
    " VALUES (CAST(:subject AS uuid), :key, :sha, :status, CAST(:headers AS jsonb), :body)"
)


async def _hold(tx: Tx, key: _Key) -> None:
    held = (await tx.execute(_HOLD, {"name": f"{key.subject} {key.key}"})).scalar_one()
    if not held:
        raise KeyInFlightError(retry_after_s=1)


async def _remember(tx: Tx, key: _Key, response: Response, *, body: bytes) -> None:
    kept = {"content-type", "location", "etag"}
    headers = {name: value for name, value in response.headers.items() if name.lower() in kept}
    await tx.execute(
        _WRITE,
        {
            "subject": key.subject,
            "key": key.key,
            "sha": key.request_sha256,
            "status": response.status_code,
            "headers": orjson.dumps(headers).decode(),
            "body": body,
        },
    )


def remember_instead(request: Request, answer: BaseModel) -> None:
    """Store `answer` under the request's key in place of what is sent.

    For answers that show a secret once: a repeated request finds what was made, without it.
    """
    request.state.idempotency_body = answer.model_dump_json().encode()


class Route(APIRoute):
    """A route that stores its answer under the request's key, in the request's transaction.

    It knows its address at once and reads its handler's signature when somebody first asks: with
    some four hundred routes that is a second of the platform's start.
    """

    @override
    def __init__(self, path: str, endpoint: Callable[..., Any], **stated: Any) -> None:
        self._stated = (path, endpoint, stated)
        self.path, self.endpoint = path, endpoint
        self.name = stated.get("name") or get_name(endpoint)
        self.methods = {method.upper() for method in stated.get("methods") or ("GET",)}
        self.path_regex, self.path_format, self.param_convertors = compile_path(path)

    def __getattr__(self, name: str) -> Any:
        stated = self.__dict__.pop("_stated", None)
        if stated is None:
            raise AttributeError(name)
        path, endpoint, rest = stated
        super().__init__(path, endpoint, **rest)
        return getattr(self, name)

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_once(request: Request) -> Response:
            try:
                response = await handle(request)
            except _AnswerKnown as known:
                return known.response
            key: _Key | None = getattr(request.state, "idempotency", None)
            if key is not None:
                body = getattr(request.state, "idempotency_body", bytes(response.body))
                await _remember(request.state.tx, key, response, body=body)
            return response

        return handle_once
