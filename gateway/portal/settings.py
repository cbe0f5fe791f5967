"""What the portal must know about the place where it runs."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class PortalSettings:
    """Settings of the portal; the assembly of the gateway fills them."""

    public_url: str = "http://127.0.0.1:8000"
    development: bool = False
    body_bytes_max: int = 32 * 1024 * 1024
    fields_max: int = 2_000

    @property
    def secure(self) -> bool:
        """Whether people reach the portal over TLS."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def origin(self) -> str:
        """The origin that a form of ours is sent from."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"
