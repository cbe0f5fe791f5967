"""The portal's walls: response headers, cross-site requests, form tokens, safe return addresses."""

from __future__ import annotations

import hmac
import secrets
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http.observe import BodyTooLargeError
from shared.kernel.errors import ForbiddenError, Text

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class CrossSiteFormError(ForbiddenError):
    """This form was not sent from our own pages."""

    code = "cross_site_form"
    title_zh = "该表单并非由本站页面提交"
    mend = Text(
        "请返回上一页，刷新后重新提交；未写入任何内容。",
        "Go back, reload the page and send the form again; nothing has been written.",
    )


class SecurityHeaders:
    """ASGI middleware that puts the security headers on every answer, errors included."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._headers = dict(SECURITY_HEADERS)
        if secure:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; add the headers to the start of its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def limit_body(receive: Receive, headers: Headers, limit_bytes: int) -> Receive:
    """Return a `receive` that raises as soon as more than `limit_bytes` have come.

    Starlette's own limit answers in plain text; a person gets a page.
    """
    error = BodyTooLargeError(bytes_max=limit_bytes)
    if int(headers.get("content-length", "0")) > limit_bytes:
        raise error
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit_bytes:
            raise error
        return message

    return limited


def refuse_cross_site(headers: Headers, own_origin: str) -> None:
    """Raise unless the browser says that the request comes from our own pages.

    Fetch metadata is asked first: a page cannot forge it. `none` is a person who typed or reloaded.
    Without either header the form token alone decides.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        if site not in {"same-origin", "none"}:
            raise CrossSiteFormError
        return
    origin = headers.get("origin")
    if origin is not None and origin != own_origin:
        raise CrossSiteFormError


def check_form_token(sent: object, expected: str | None) -> None:
    """Raise unless the form carries the token that its session was given."""
    if not isinstance(sent, str) or not expected:
        raise CrossSiteFormError
    if not hmac.compare_digest(sent.encode(), expected.encode()):
        raise CrossSiteFormError


def new_form_token() -> str:
    """Return a token for the forms of a visitor who has no session yet."""
    return secrets.token_urlsafe(32)


def safe_return(address: str | None, *, default: str = "/") -> str:
    """Return `address` if it stays on this site, else `default`.

    >>> safe_return("/posts?sort=pay")
    '/posts?sort=pay'
    >>> safe_return("//evil.example/")
    '/'
    """
    if not address or not address.startswith("/") or address[1:2] in {"/", "\\"}:
        return default
    # Browsers drop tabs and newlines inside addresses: "/\t/evil" would leave the site.
    if any(char < " " or char == "\x7f" for char in address) or "\\" in address:
        return default
    parts = urlsplit(address)
    return address if not parts.scheme and not parts.netloc else default
