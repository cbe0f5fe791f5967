"""What the environment says: one frozen object, read only where an application is built."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class PlatformSettings(BaseSettings):
    """Settings that every process of the platform shares."""

    model_config = SettingsConfigDict(env_prefix="CHANJIAO_", frozen=True, extra="ignore")

    name: str = Field(default="chanjiao", pattern=r"^[a-z][a-z0-9_]{0,30}$")
    data: Path = Path(".chanjiao")
    secret: str = Field(default="", description="root of derived keys; made at first start")
    database_url: str | None = Field(default=None, validation_alias="DATABASE_URL")
    public_url: str = "http://127.0.0.1:8000"
    log_format: str = Field(default="json", pattern=r"^(json|console)$")
    log_level: str = "INFO"
    body_bytes_max: int = 32 * 1024 * 1024
    pool_size: int = 10
    connections_max: int = 2000
    demo: bool = False

    @property
    def secure_cookies(self) -> bool:
        """Whether browsers reach the platform over TLS."""
        return self.public_url.startswith("https://")
