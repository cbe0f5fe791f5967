"""What the environment says to the accounts room; read only where the room is built."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class AccountsSettings(BaseSettings):
    """A foreign identity provider, where people may sign in by one (OpenID Connect)."""

    model_config = SettingsConfigDict(env_prefix="CHANJIAO_", frozen=True, extra="ignore")

    oidc_issuer: str | None = Field(
        default=None,
        pattern=r"^(https://|http://(127\.0\.0\.1|\[::1\]|localhost)[:/])",
        description="https://… of the provider",
    )
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_login_claim: str = Field(
        default="", description="claim that names our account name; empty: only linked people"
    )
    trusted_proxies: str = Field(
        default="127.0.0.1,::1",
        description="addresses whose X-Forwarded-For names the visitor, comma separated",
    )
