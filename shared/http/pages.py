"""Lists in pages: signed keyset cursors, a page cap, `Link: rel="next"`."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import orjson
from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel

from shared.kernel.errors import DomainError, Text

PAGE_MAX = 200

T = TypeVar("T")


class CursorError(DomainError):
    """This page cursor is not one of ours."""

    code = "cursor_invalid"
    status = 422
    title_zh = "分页游标无效"
    mend = Text("请从第一页重新开始。", "Start again from the first page.")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page: after which key, how many rows."""

    limit: int
    after: tuple[Any, ...] | None


class Page(BaseModel, Generic[T]):
    """One page of a list; `next` is null on the last."""

    items: list[T]
    next: str | None


def encode_cursor(key: Sequence[Any], secret: bytes, *, of: str) -> str:
    """Return `key` as an opaque text that is signed for the list at the address `of`."""
    body = orjson.dumps([str(part) for part in key])
    return base64.urlsafe_b64encode(_tag(body, secret, of) + body).decode().rstrip("=")


def decode_cursor(cursor: str, secret: bytes, *, of: str) -> tuple[Any, ...]:
    """Return the key of a cursor that `encode_cursor` made for the same list and secret.

    Another list's cursor is refused: its key has other parts, of other types.
    """
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (binascii.Error, ValueError) as error:
        raise CursorError from error
    tag, body = raw[:12], raw[12:]
    if not hmac.compare_digest(tag, _tag(body, secret, of)):
        raise CursorError
    return tuple(orjson.loads(body))


def _tag(body: bytes, secret: bytes, of: str) -> bytes:
    return hmac.new(secret, of.encode() + b"\n" + body, hashlib.sha256).digest()[:12]


async def page_request(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> PageRequest:
    """Read `limit` and `cursor` of a list request."""
    secret: bytes = request.app.state.cursor_secret
    if not cursor:
        return PageRequest(limit=limit, after=None)
    return PageRequest(limit=limit, after=decode_cursor(cursor, secret, of=request.url.path))


Paging = Annotated[PageRequest, Depends(page_request)]


def cut_page(
    rows: Sequence[T],
    *,
    asked: PageRequest,
    key: Callable[[T], Sequence[Any]],
    request: Request,
    response: Response,
) -> tuple[Sequence[T], str | None]:
    """Cut `rows` (fetched with one row more than the limit) to a page and name the next one."""
    if len(rows) <= asked.limit:
        return rows, None
    shown = rows[: asked.limit]
    secret: bytes = request.app.state.cursor_secret
    cursor = encode_cursor(key(shown[-1]), secret, of=request.url.path)
    target = request.url.include_query_params(cursor=cursor)
    response.headers["Link"] = f'<{target.path}?{target.query}>; rel="next"'
    return shown, cursor
