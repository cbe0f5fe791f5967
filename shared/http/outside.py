"""Requests to addresses that others registered: to public hosts alone, at the address checked."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from ipaddress import ip_address

import httpx

_TIMEOUT_S = 5.0
_WHOLE_S = 15.0

Resolve = Callable[[str, int], Awaitable[list[str]]]


async def resolve_host(host: str, port: int) -> list[str]:
    """Return every address that `host` has."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


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
    asked = httpx.URL(url)
    try:
        async with asyncio.timeout(_WHOLE_S):
            address = await _public_address(asked, resolve)
            if address is None:
                return None
            return await _post(
                asked, address, body, answer_bytes_max=answer_bytes_max, transport=transport
            )
    except (httpx.HTTPError, OSError):  # a timeout and an unknown name are OSErrors
        return None


async def _public_address(url: httpx.URL, resolve: Resolve) -> str | None:
    if url.scheme != "https" or not url.host:
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
