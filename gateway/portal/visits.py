"""One request of one person: what every page handler is given, and how it answers."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from gateway.portal.api_client import ApiClient
from gateway.portal.components import Link
from gateway.portal.cookies import CookieJar, Notice
from gateway.portal.drawing import Drawer
from gateway.portal.forms import FormState
from gateway.portal.navigation import entries_for, section_for
from gateway.portal.protection import check_form_token, new_form_token, refuse_cross_site
from gateway.portal.rendering import Renderer
from gateway.portal.sessions import Caller, SessionBook
from gateway.portal.settings import PortalSettings
from gateway.portal.shortage_badges import ShortageBook
from gateway.portal.translation import HTML_LANGUAGE, Texts, language_of, texts_in
from shared.kernel.errors import Language
from shared.kernel.ids import new_id

TOKEN_FIELD = "_token"  # noqa: S105 - the name of a form field
KEY_FIELD = "_key"

_REQUEST_ID_CHARS_MAX = 64


@dataclass(frozen=True, slots=True)
class Frame:
    """What the layout shows around a page."""

    title: str
    has_errors: bool
    breadcrumb: Sequence[Link]
    navigation: Sequence[Link]
    section: Sequence[Link]
    caller: Caller | None
    notice: Notice | None
    switch_href: str
    path: str
    development: bool
    form_token: Callable[[], str]
    form_key: Callable[[], str]


@dataclass(slots=True)
class Visit:
    """The typed caller of a page: language, person, API, form, and the answer's cookies."""

    request: Request
    portal: Portal
    language: Language
    api: ApiClient
    caller: Caller | None = None
    session: str | None = None
    form: FormData = field(default_factory=FormData)
    _cookies: list[Callable[[Response], None]] = field(
        default_factory=list[Callable[[Response], None]]
    )
    _form_token: str | None = None

    @property
    def texts(self) -> Texts:
        """Messages, dates and numbers in the reader's language."""
        return texts_in(self.language)

    @property
    def key(self) -> str | None:
        """The idempotency key that the form carried: sent twice, done once."""
        told = self.form.get(KEY_FIELD)
        return told if isinstance(told, str) and told else None

    def render(
        self,
        template: str,
        context: Mapping[str, Any],
        *,
        title: str,
        breadcrumb: Sequence[Link] = (),
        status: int = 200,
    ) -> Response:
        """Return a page; one whose form has errors says so first in its title."""
        states = (value for value in context.values() if isinstance(value, FormState))
        frame = self._frame(title, breadcrumb, has_errors=any(state.errors for state in states))
        told = {**context, "frame": frame}
        html = self.portal.renderer.render(template, self.language, told)
        return HTMLResponse(html, status, {"Content-Language": HTML_LANGUAGE[self.language]})

    def redirect(self, path: str, *, notice: str | None = None, tone: str = "success") -> Response:
        """Return the way to the next page after a form; `notice` is shown there once."""
        if notice is not None:
            self._cookies.append(
                lambda response: self.portal.jar.write_notice(response, Notice(notice, tone))
            )
        return RedirectResponse(path, status_code=httpx.codes.SEE_OTHER)

    def keep_session(self, session: str) -> None:
        """Sign this browser in."""
        self._cookies.append(lambda response: self.portal.jar.write(response, "session", session))
        self._cookies.append(lambda response: self.portal.jar.drop(response, "form"))

    def drop_session(self) -> None:
        """Sign this browser out."""
        if self.session is not None:
            self.portal.book.forget(self.session)
        for noun in ("session", "acting"):
            self._cookies.append(lambda response, noun=noun: self.portal.jar.drop(response, noun))

    def act_for(self, org_id: str) -> None:
        """Remember which organisation the person acts for."""
        self._cookies.append(lambda response: self.portal.jar.write(response, "acting", org_id))

    def remember_language(self) -> None:
        """Keep the language that the address asked for."""
        jar = self.portal.jar
        self._cookies.append(lambda response: jar.write_language(response, self.language))

    def check_form(self) -> None:
        """Raise unless the form was sent from one of our pages to this person."""
        refuse_cross_site(self.request.headers, self.portal.settings.origin)
        expected = self.caller.csrf if self.caller else self.portal.jar.read(self.request, "form")
        check_form_token(self.form.get(TOKEN_FIELD), expected)

    def finish(self, response: Response) -> Response:
        """Return the response with its cookies; pages of a person are never stored."""
        for write in self._cookies:
            write(response)
        kept = "no-cache" if self.caller is None else "no-store"
        response.headers.setdefault("Cache-Control", kept)
        response.headers.setdefault("Vary", "Cookie")
        return response

    def _token(self) -> str:
        """Return the token that this page's forms carry; a visitor is given one when needed."""
        if self.caller is not None:
            return self.caller.csrf
        if self._form_token is None:
            kept = self.portal.jar.read(self.request, "form")
            self._form_token = kept or new_form_token()
            token, jar = self._form_token, self.portal.jar
            self._cookies.append(lambda response: jar.write(response, "form", token))
        return self._form_token

    def _frame(self, title: str, breadcrumb: Sequence[Link], *, has_errors: bool) -> Frame:
        path = self.request.url.path
        notice = self.portal.jar.read_notice(self.request)
        if notice is not None:
            self._cookies.append(lambda response: self.portal.jar.drop(response, "notice"))
        return Frame(
            title=title,
            has_errors=has_errors,
            breadcrumb=breadcrumb,
            navigation=entries_for(self.caller, path, self.texts),
            section=section_for(self.caller, path, self.texts),
            caller=self.caller,
            notice=notice,
            switch_href=_switch_href(self.request, self.language),
            path=path,
            development=self.portal.settings.development,
            form_token=self._token,
            form_key=lambda: secrets.token_urlsafe(18),
        )


@dataclass(frozen=True, slots=True)
class Portal:
    """The parts that live as long as the process."""

    settings: PortalSettings
    http: httpx.AsyncClient
    book: SessionBook
    jar: CookieJar
    renderer: Renderer
    drawer: Drawer
    shortages: ShortageBook

    def visitor(self, request: Request) -> Visit:
        """Return a visit that asks the API nothing: the reader is not known yet."""
        asked = request.query_params.get("lang")
        language = language_of(asked, self.jar.read(request, "language"))
        address = request.client.host if request.client else None
        api = ApiClient(self.http, language, _request_id(request), address=address)
        visit = Visit(request, self, language, api)
        if asked is not None:
            visit.remember_language()
        return visit

    async def visit(self, request: Request) -> Visit:
        """Return the visit of whoever the session cookie stands for."""
        visit = self.visitor(request)
        session = self.jar.read(request, "session")
        if session is None:
            return visit
        visit.session = session
        chosen = self.jar.read(request, "acting")
        caller = await self.book.caller(session, visit.api, org_id=chosen)
        if caller is None:
            visit.drop_session()
            return visit
        visit.caller = caller
        visit.api = replace(visit.api, authorization=f"Bearer {caller.access_token}")
        return visit


def _request_id(request: Request) -> str:
    """Return the id that the gateway gave this request, so that one id leads through all logs."""
    told = getattr(request.state, "request_id", None) or request.headers.get("x-request-id", "")
    return told if 0 < len(told) <= _REQUEST_ID_CHARS_MAX and told.isascii() else str(new_id())


def _switch_href(request: Request, language: Language) -> str:
    """Return this page's address in the other language; a refused form is read again by GET."""
    other = "en" if language == "zh" else "zh"
    address = request.url.include_query_params(lang=other)
    return f"{address.path}?{address.query}"
