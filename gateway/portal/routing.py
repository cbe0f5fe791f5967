"""How an address becomes a page: opens the visit, checks access and form, answers, closes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.portal.access import Access
from gateway.portal.protection import SAFE_METHODS, limit_body
from gateway.portal.visits import Portal, Visit
from shared.kernel.errors import ForbiddenError, Text

Handler = Callable[[Visit], Awaitable[Response]]

_FILES_MAX = 20


class PageForbiddenError(ForbiddenError):
    """This page is not for your role."""

    code = "page_forbidden"
    title_zh = "此页面不对您的角色开放"
    mend = Text(
        "请从页首导航进入您可用的页面；如需权限，请联系本单位管理员。",
        "Use the links at the top; ask the administrator of your organisation for access.",
    )


@dataclass(frozen=True, slots=True)
class Page:
    """One page group's address: where, what, and for whom."""

    path: str
    handler: Handler
    name: str
    access: Access
    methods: Sequence[str] = ("GET",)

    def route(self) -> Route:
        """Return the route that Starlette serves."""

        async def endpoint(request: Request) -> Response:
            visit = await open_visit(request)
            refused = _refusal(visit, self.access)
            if refused is not None:
                return visit.finish(refused)
            if request.method in SAFE_METHODS:
                return visit.finish(await self.handler(visit))
            limits = visit.portal.settings
            limited = limit_body(request.receive, request.headers, limits.body_bytes_max)
            sent = Request(request.scope, limited)
            async with sent.form(max_files=_FILES_MAX, max_fields=limits.fields_max) as form:
                visit.form = form
                visit.check_form()
                return visit.finish(await self.handler(visit))

        return Route(self.path, endpoint, name=self.name, methods=list(self.methods))


async def open_visit(request: Request) -> Visit:
    """Return the visit of this request, opened once."""
    portal: Portal = request.app.state.portal
    visit = await portal.visit(request)
    request.state.visit = visit
    return visit


def sign_in_address(request: Request) -> str:
    """Return the sign-in page that leads back here; a form that was sent cannot be led back to."""
    if request.method not in SAFE_METHODS:
        return "/sign-in"
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"/sign-in?{urlencode({'next': here})}"


def _refusal(visit: Visit, access: Access) -> Response | None:
    if access.allows(visit.caller):
        return None
    if visit.caller is None:
        return visit.redirect(sign_in_address(visit.request))
    raise PageForbiddenError
