"""Whether a server answers on its socket: the first words of PostgreSQL's protocol, no driver."""

from __future__ import annotations

import socket
import struct
from pathlib import Path

_PROTOCOL_3 = 196608
_TIMEOUT_S = 5.0


def answers(folder: Path, port: int, *, user: str = "postgres", database: str = "postgres") -> bool:
    """Return whether the server at `folder` opens a session now (not only its port)."""
    words = f"user\0{user}\0database\0{database}\0\0".encode()
    hello = struct.pack("!ii", len(words) + 8, _PROTOCOL_3) + words
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(_TIMEOUT_S)
            line.connect(str(folder / f".s.PGSQL.{port}"))
            line.sendall(hello)
            return _ready_for_query(line)
    except (OSError, EOFError):
        return False


def _ready_for_query(line: socket.socket) -> bool:
    """Read messages until the server is ready (`Z`) or refuses (`E`: it is still starting)."""
    while True:
        kind, length = struct.unpack("!ci", _read(line, 5))
        _read(line, length - 4)
        if kind == b"Z":
            line.sendall(b"X" + struct.pack("!i", 4))
            return True
        if kind == b"E":
            return False


def _read(line: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = line.recv(size - len(data))
        if not part:
            raise EOFError
        data += part
    return data
