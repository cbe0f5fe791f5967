"""What an address that somebody registered may reach: public hosts, and nothing of our own."""

from __future__ import annotations

import asyncio
import socket

import httpx
import pytest

from shared.http import outside
from shared.http.outside import expect_public, post_outside, resolve_host
from shared.kernel.errors import InvalidInputError

_PUBLIC = "93.184.216.34"


class _Net:
    """A network that writes down who was asked, and answers the same to all."""

    def __init__(self, answer: httpx.Response, *addresses: str) -> None:
        self.answer = answer
        self.addresses = list(addresses)
        self.asked: list[httpx.Request] = []

    async def resolve(self, _host: str, _port: int) -> list[str]:
        return self.addresses

    def _take(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self.answer

    async def post(self, url: str) -> tuple[int, bytes] | None:
        transport = httpx.MockTransport(self._take)
        return await post_outside(
            url, b"told", answer_bytes_max=10, resolve=self.resolve, transport=transport
        )


_OF_OUR_OWN = [
    ["127.0.0.1"],
    ["10.1.2.3"],
    ["192.168.0.1"],
    ["169.254.169.254"],
    ["100.64.0.1"],
    ["0.0.0.0"],
    ["224.0.0.1"],
    ["::1"],
    ["fd00::1"],
    ["::ffff:10.0.0.1"],
    [_PUBLIC, "10.0.0.1"],
]


@pytest.mark.parametrize("addresses", [*_OF_OUR_OWN, []])
async def test_a_host_with_an_address_of_our_own_network_is_not_asked(addresses: list[str]) -> None:
    net = _Net(httpx.Response(200), *addresses)
    assert await net.post("https://witness.example/add") is None
    assert net.asked == []


async def test_the_address_checked_is_the_one_asked_under_the_hosts_name() -> None:
    net = _Net(httpx.Response(200, stream=httpx.ByteStream(b"signed")), _PUBLIC)
    assert await net.post("https://witness.example:8443/a/add") == (200, b"signed")
    (request,) = net.asked
    assert str(request.url) == f"https://{_PUBLIC}:8443/a/add"
    assert request.headers["host"] == "witness.example:8443"
    assert request.extensions["sni_hostname"] == "witness.example"
    assert request.content == b"told"


async def test_plain_http_is_not_asked() -> None:
    net = _Net(httpx.Response(200), _PUBLIC)
    assert await net.post("http://witness.example/add") is None
    assert net.asked == []


async def test_an_endless_answer_is_none() -> None:
    net = _Net(httpx.Response(200, stream=httpx.ByteStream(b"x" * 11)), _PUBLIC)
    assert await net.post("https://witness.example/add") is None


async def test_a_redirect_leads_nowhere() -> None:
    away = httpx.Response(
        302, headers={"location": "https://10.0.0.1/"}, stream=httpx.ByteStream(b"")
    )
    net = _Net(away, _PUBLIC)
    assert await net.post("https://witness.example/add") == (302, b"")
    assert len(net.asked) == 1


async def test_our_own_machine_is_none() -> None:
    assert "127.0.0.1" in await resolve_host("127.0.0.1", 443)
    assert await post_outside("https://127.0.0.1:9/", b"", answer_bytes_max=1) is None


@pytest.mark.parametrize("addresses", _OF_OUR_OWN)
async def test_an_address_that_would_never_be_asked_is_refused_beforehand(
    addresses: list[str],
) -> None:
    net = _Net(httpx.Response(200), *addresses)
    with pytest.raises(InvalidInputError) as refused:
        await expect_public("https://witness.example/add", pointer="/url", resolve=net.resolve)
    (fault,) = refused.value.faults
    assert (fault.code, fault.pointer) == ("address_not_public", "/url")
    assert "witness.example" in fault.text.zh
    assert "witness.example" in fault.text.en


async def test_an_address_on_the_internet_is_taken() -> None:
    net = _Net(httpx.Response(200), _PUBLIC, "2606:2800:220:1::1")
    await expect_public("https://witness.example/add", pointer="/url", resolve=net.resolve)


async def _unknown(_host: str, _port: int) -> list[str]:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@pytest.mark.parametrize(
    "url",
    ["https://nobody.example/", "https://[::1", "https://", "https://\x00/", "https://xn--/"],
)
async def test_an_address_that_nobody_knows_is_refused_and_never_asked(url: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        await expect_public(url, pointer="/url", resolve=_unknown)
    (fault,) = refused.value.faults
    assert (fault.code, fault.pointer) == ("address_unknown", "/url")
    assert await post_outside(url, b"", answer_bytes_max=1, resolve=_unknown) is None


async def test_a_name_server_that_does_not_answer_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def never(_host: str, _port: int) -> list[str]:
        await asyncio.Event().wait()
        return []

    monkeypatch.setattr(outside, "_RESOLVE_S", 0.01)
    with pytest.raises(InvalidInputError) as refused:
        await expect_public("https://slow.example/", pointer="/url", resolve=never)
    assert refused.value.faults[0].code == "address_unknown"
