"""A request line as it is written, which a polite client would clean up."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from tests.security.scene import Scene


async def send_raw(
    scene: Scene,
    method: str,
    target: str,
    *,
    headers: dict[str, str] | None = None,
    body: bytes = b"",
) -> tuple[int, bytes]:
    """Send a request line as it is written, which a polite client would clean up."""
    raw, _, query = target.partition("?")
    told = {"content-type": "application/json", **(headers or {})}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(raw),
        "raw_path": raw.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in told.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
    }
    status, parts = 0, b""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        nonlocal status, parts
        status = message.get("status", status)
        parts += message.get("body", b"")

    await scene.door(scope, receive, send)
    return status, parts
