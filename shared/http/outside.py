"""Requests to addresses that others registered: to public hosts alone, at the address checked."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from ipaddress import ip_address

import httpx

from shared.kernel.errors import Fault, InvalidInputError, Text

_TIMEOUT_S = 5.0
_WHOLE_S = 15.0
_RESOLVE_S = 3.0
# Of an address that is none, or of a name that nobody knows: IDNA's errors are ValueErrors, a
# timeout and an unknown name are OSErrors, a port beyond the last one overflows.
_NO_ADDRESS = (httpx.InvalidURL, OSError, ValueError, OverflowError)

_PRIVATE = Text(
    "该地址指向内部网络或保留地址（{host}），平台不会访问；请填写互联网可达的 https 地址",
    "{host} lies in a private or reserved network, which the platform never asks: give an https "
    "address that the internet reaches",
)
_UNKNOWN = Text(
    "无法解析该地址（{host}）：请核对拼写，并确认域名已生效后重试",
    "{host} cannot be resolved: check its spelling, and that its name is known, then try again",
)

Resolve = Callable[[str, int], Awaitable[list[str]]]


async def resolve_host(host: str, port: int) -> list[str]:
    """Return every address that `host` has."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


async def expect_public(url: str, *, pointer: str, resolve: Resolve = resolve_host) -> None:
    """Raise InvalidInputError at `pointer` for an address that `post_outside` would never ask."""
    host = url
    try:
        asked = httpx.URL(url)
        host = asked.host or url
        async with asyncio.timeout(_RESOLVE_S):
            address = await _public_address(asked, resolve)
    except _NO_ADDRESS as error:
        raise _refused("address_unknown", _UNKNOWN, host, pointer) from error
    if address is None:
        raise _refused("address_not_public", _PRIVATE, host, pointer)


def _refused(code: str, said: Text, host: str, pointer: str) -> InvalidInputError:
    text = Text(said.zh.format(host=host), said.en.format(host=host))
    return InvalidInputError(faults=[Fault(code, text, pointer=pointer)])


async def post_outside(
    url: str,
    body: bytes,
    *,
    answer_bytes_max: int,
    resolve: Resolve = resolve_host,
    transport: httpx.AsyncBaseTransport | None = None,
) -> tuple[int, bytes] | None:
    """Post `body` to a registered https address; return status and body of the answer.

    None where there is no answer, where it is longer than `answer_bytes_max`, or where any address
    of the host is not a public one: nobody reaches our own network by registering a name for it.
    The connection goes to the address that was checked (the name may mean another one a moment
    later), TLS asks for the name, no redirect is followed and no proxy of the environment is asked.
    """
    try:
        asked = httpx.URL(url)
        async with asyncio.timeout(_WHOLE_S):
            address = await _public_address(asked, resolve)
            if address is None:
                return None
            return await _post(
                asked, address, body, answer_bytes_max=answer_bytes_max, transport=transport
            )
    except (httpx.HTTPError, *_NO_ADDRESS):
        return None


async def _public_address(url: httpx.URL, resolve: Resolve) -> str | None:
    if not url.host:
        raise httpx.InvalidURL(str(url))
    if url.scheme != "https":
        return None
    addresses = await resolve(url.host, url.port or 443)
    found = [ip_address(one) for one in addresses]
    whole = [getattr(one, "ipv4_mapped", None) or one for one in found]
    if not whole or not all(one.is_global and not one.is_multicast for one in whole):
        return None
    return str(found[0])


async def _post(
    url: httpx.URL,
    address: str,
    body: bytes,
    *,
    answer_bytes_max: int,
    transport: httpx.AsyncBaseTransport | None,
) -> tuple[int, bytes] | None:
    async with (
        httpx.AsyncClient(timeout=_TIMEOUT_S, trust_env=False, transport=transport) as client,
        client.stream(
            "POST",
            url.copy_with(host=address),
            content=body,
            headers={"host": url.netloc.decode(), "accept-encoding": "identity"},
            extensions={"sni_hostname": url.host},
        ) as answer,
    ):
        told = bytearray()
        async for piece in answer.aiter_raw():
            told += piece
            if len(told) > answer_bytes_max:
                return None
        return answer.status_code, bytes(told)
