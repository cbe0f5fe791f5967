"""API clients and what they may ask for: OAuth 2 with exact redirects, S256 and one-time codes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Literal
from urllib.parse import urlsplit
from uuid import UUID

from services.accounts.domain.roles import OrganisationKind, scopes_of_apps, scopes_of_machines
from shared.kernel.errors import ConflictError, DomainError, Fault, Text

ClientKind = Literal["machine", "app"]
CODE_LIFE = timedelta(seconds=60)
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # RFC 7636, 4.1


class ClientNameTakenError(ConflictError):
    """A client of this name is in use."""

    code = "client_name_taken"
    title_zh = "已有同名客户端在用"
    mend = Text(
        "请换一个名称，或先撤销客户端 {client_id}。",
        "Choose another name, or revoke the client {client_id} first.",
    )


class OAuthError(DomainError):
    """The request for a token cannot be granted."""

    code = "oauth"
    status = 400
    title_zh = "无法签发令牌"
    error: ClassVar[str] = "invalid_request"
    mend = Text("请检查参数 {parameter}。", "Check the parameter {parameter}.")


class ClientUnknownError(OAuthError):
    """The client or its secret is not known."""

    code = "invalid_client"
    error = "invalid_client"
    status = 401
    title_zh = "客户端或密钥无效"
    mend = Text("请检查 client_id 与密钥。", "Check the client id and its secret.")


class GrantInvalidError(OAuthError):
    """The code does not hold, or not for this client, redirect or verifier."""

    code = "invalid_grant"
    error = "invalid_grant"
    title_zh = "授权码无效"
    mend = Text("请重新发起授权。", "Start the authorization again.")


class GrantTypeError(OAuthError):
    """This kind of grant is not offered to this client."""

    code = "unsupported_grant_type"
    error = "unsupported_grant_type"
    title_zh = "不支持该授权类型"


class ScopeNotGrantedError(OAuthError):
    """The client was not granted this scope."""

    code = "invalid_scope"
    error = "invalid_scope"
    title_zh = "客户端未获此权限范围"
    mend = Text("未授予：{scopes}。", "Not granted: {scopes}.")


class RedirectUnknownError(OAuthError):
    """This redirect address is not registered for the client."""

    code = "redirect_unknown"
    title_zh = "回调地址未登记"
    mend = Text("须与登记的地址逐字相同。", "It must equal a registered one, letter by letter.")


class AuthorizationRefusedError(OAuthError):
    """This person cannot lend their rights to an app."""

    code = "access_denied"
    error = "access_denied"
    status = 403
    title_zh = "该身份不能授权第三方应用"
    mend = Text("平台运营人员请使用平台自身功能。", "Operators use the platform itself.")


@dataclass(frozen=True, slots=True)
class Client:
    """A program of an organisation."""

    id: UUID
    org_id: UUID
    kind: ClientKind
    name: str
    scopes: tuple[str, ...]
    redirect_uris: tuple[str, ...]
    secret_sha256: bytes | None
    last_four: str | None
    created_by: UUID
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class CodeGrant:
    """A person's permission for an app, redeemable once and soon."""

    client_id: UUID
    person_id: UUID
    org_id: UUID
    redirect_uri: str
    scopes: tuple[str, ...]
    code_challenge: str
    expires_at: datetime
    used_at: datetime | None


def client_faults(
    *,
    kind: ClientKind,
    organisation_kind: OrganisationKind,
    scopes: Sequence[str],
    redirect_uris: Sequence[str],
) -> list[Fault]:
    """Return what is wrong with a client that is to be registered."""
    machine = kind == "machine"
    allowed = (
        scopes_of_machines(organisation_kind) if machine else scopes_of_apps(organisation_kind)
    )
    names = " ".join(sorted(allowed))
    faults = [
        Fault(
            "scope_not_allowed",
            Text(f"本单位的客户端不可获此权限；可选：{names}", f"Not for this client; of: {names}"),
            pointer=f"/scopes/{index}",
        )
        for index, scope in enumerate(scopes)
        if scope not in allowed
    ]
    if machine == bool(redirect_uris):
        text = Text(
            "应用须登记回调地址，机器客户端不得登记",
            "An app needs a redirect address, a machine has none",
        )
        faults.append(Fault("redirects", text, pointer="/redirect_uris"))
    faults.extend(
        Fault(
            "redirect_unsafe",
            Text(
                "须为 https 地址（本机可用 http://127.0.0.1），不含片段",
                "Must be https (http://127.0.0.1 on one's own machine), without a fragment",
            ),
            pointer=f"/redirect_uris/{index}",
        )
        for index, address in enumerate(redirect_uris)
        if not _is_safe(address)
    )
    return faults


def _is_safe(address: str) -> bool:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.fragment or "#" in address or parts.username or port == 0:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in {"127.0.0.1", "::1"})


def granted_scopes(asked: str, granted: Collection[str]) -> frozenset[str]:
    """Return the scopes that a request gets: what it asks for, or everything granted.

    >>> sorted(granted_scopes("", ["posts:write", "policies:read"]))
    ['policies:read', 'posts:write']
    """
    wanted = frozenset(asked.split())
    beyond = wanted - frozenset(granted)
    if beyond:
        raise ScopeNotGrantedError(scopes=" ".join(sorted(beyond)))
    return wanted or frozenset(granted)


def verifier_holds(verifier: str, challenge: str) -> bool:
    """Return whether `verifier` is what the S256 challenge was made from (RFC 7636, 4.6).

    >>> verifier_holds("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    ...                "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
    True
    """
    if not _VERIFIER.fullmatch(verifier):
        return False
    digest = hashlib.sha256(verifier.encode()).digest()
    made = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return hmac.compare_digest(made, challenge)
