"""The address that the platform is to listen on, tried before anything is started."""

from __future__ import annotations

import socket

from shared.kernel.errors import DomainError, Text


class ListeningAddressError(DomainError):
    """The platform cannot listen on this address."""

    code = "listening_address"
    title_zh = "无法使用该地址"
    mend = Text(
        "{host}:{port}（{reason}）。请停止占用它的程序，或以 --host、--port 换一个地址。",
        "{host}:{port} ({reason}). Stop the program that uses it, or choose another address by"
        " --host and --port.",
    )


def expect_free(host: str, port: int) -> None:
    """Raise ListeningAddressError where another program listens, or this host is not ours.

    Tried first, because whoever listens there would be taken for the platform when it answers.
    """
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        for family, kind, protocol, _, address in places:
            with socket.socket(family, kind, protocol) as probe:
                # As the server does: what an ended program left behind is not in the way.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ListeningAddressError(host=host, port=port, reason=reason) from error
