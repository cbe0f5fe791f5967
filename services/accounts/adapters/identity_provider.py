"""A foreign identity provider (OpenID Connect Core 1.0): code flow with PKCE, state and nonce."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.accounts.domain.identity import ProviderAnswerError, ProviderSilentError

# Signatures only by the provider's private key: `none` and shared secrets are refused.
_ALGORITHMS = ["RS256", "PS256", "ES256"]
_KEPT_S = 600.0
_CLOCK_SKEW_S = 60
_MEMBERS = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")

OpenHttp = Callable[[], httpx.AsyncClient]


@dataclass(frozen=True, slots=True)
class ProviderAccount:
    """How the platform is known to the provider."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str


class IdentityProvider:
    """The provider of one deployment; what it publishes is kept for ten minutes."""

    def __init__(self, account: ProviderAccount, open_http: OpenHttp) -> None:
        self.account = account
        self._open_http = open_http
        self._published: Mapping[str, Any] = {}
        self._keys: KeySet | None = None
        self._until = 0.0

    async def authorization_url(self, *, state: str, nonce: str, verifier: str) -> str:
        """Return where a person signs in at the provider."""
        async with self._open_http() as http:
            await self._discover(http)
        query = {
            "response_type": "code",
            "client_id": self.account.client_id,
            "redirect_uri": self.account.redirect_uri,
            "scope": "openid profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
        }
        return f"{self._published['authorization_endpoint']}?{urlencode(query)}"

    async def redeem(self, code: str, *, nonce: str, verifier: str) -> Mapping[str, Any]:
        """Return the claims of the person who came back with `code`, all checked."""
        async with self._open_http() as http:
            await self._discover(http)
            body = await _ask(
                http.post(
                    self._published["token_endpoint"],
                    data={
                        "grant_type": "authorization_code",
                        "code": code,
                        "redirect_uri": self.account.redirect_uri,
                        "code_verifier": verifier,
                    },
                    auth=(self.account.client_id, self.account.client_secret),
                )
            )
            id_token = body.get("id_token")
            if not isinstance(id_token, str):
                raise ProviderAnswerError(reason="id_token_missing")
            claims = await self._verified(http, id_token)
        self._check(claims, nonce)
        return claims

    async def _discover(self, http: httpx.AsyncClient) -> None:
        if time.monotonic() < self._until:
            return
        issuer = self.account.issuer.rstrip("/")
        published = await _ask(http.get(f"{issuer}/.well-known/openid-configuration"))
        if not all(isinstance(published.get(name), str) for name in _MEMBERS):
            raise ProviderAnswerError(reason="discovery")
        if published["issuer"] != self.account.issuer:
            raise ProviderAnswerError(reason="issuer")
        self._published = published
        self._keys = None
        self._until = time.monotonic() + _KEPT_S

    async def _verified(self, http: httpx.AsyncClient, id_token: str) -> Mapping[str, Any]:
        """Return the claims of a token whose signature holds; new keys are fetched once."""
        for _ in range(2):
            fresh = self._keys is None
            if self._keys is None:
                body = await _ask(http.get(self._published["jwks_uri"]))
                self._keys = KeySet.import_key_set(cast("Any", body))
            try:
                return jwt.decode(id_token, self._keys, algorithms=_ALGORITHMS).claims
            except (JoseError, ValueError) as error:
                if fresh:
                    raise ProviderAnswerError(reason="signature") from error
                self._keys = None
        raise AssertionError("the second round has fresh keys")

    def _check(self, claims: Mapping[str, Any], nonce: str) -> None:
        registry = jwt.JWTClaimsRegistry(
            leeway=_CLOCK_SKEW_S,
            iss={"essential": True, "value": self.account.issuer},
            aud={"essential": True, "value": self.account.client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            registry.validate(dict(claims))
        except JoseError as error:
            raise ProviderAnswerError(reason=str(error.error)) from error
        audience = claims["aud"]
        several = isinstance(audience, Sequence) and not isinstance(audience, str)
        # OpenID Connect Core 3.1.3.7: of several audiences we must be the one it was issued to.
        if several and len(audience) > 1 and claims.get("azp") != self.account.client_id:
            raise ProviderAnswerError(reason="azp")


async def _ask(answering: Any) -> dict[str, Any]:
    try:
        answer: httpx.Response = await answering
        answer.raise_for_status()
        body = answer.json()
    except httpx.HTTPStatusError as error:
        raise ProviderAnswerError(reason=f"http_{error.response.status_code}") from error
    except httpx.HTTPError as error:
        raise ProviderSilentError(reason=type(error).__name__) from error
    except ValueError as error:
        raise ProviderAnswerError(reason="json") from error
    if not isinstance(body, dict):
        raise ProviderAnswerError(reason="json")
    return cast("dict[str, Any]", body)


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
