"""Pages for what went wrong: not found, not allowed, refused by the API, broken."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from gateway.portal.problems import ApiProblemError, Problem
from gateway.portal.routing import open_visit, sign_in_address
from gateway.portal.translation import Texts, marked
from gateway.portal.visits import Portal, Visit
from shared.kernel.errors import DomainError

_TITLES: Mapping[int, str] = {
    403: marked("You cannot open this page"),
    404: marked("This page is not here"),
    405: marked("This page cannot be used that way"),
    429: marked("Too many requests in a short time"),
    500: marked("Something broke on our side"),
    503: marked("This part of the service does not answer now"),
}
_FALLBACK = marked("The request could not be carried out")
# An unknown address and a broken page have one wording, whichever room found them.
_OWN_WORDS = frozenset({404, 500})


async def show_http_problem(request: Request, error: HTTPException) -> Response:
    visit = await _visit(request)
    problem = Problem(error.status_code, f"http_{error.status_code}", "")
    response = problem_page(visit, problem)
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


async def show_domain_problem(request: Request, error: DomainError) -> Response:
    visit = await _visit(request)
    return problem_page(visit, Problem.from_error(error, visit.language))


async def show_api_problem(request: Request, error: ApiProblemError) -> Response:
    """A token that the API refuses ends the session here; the person signs in again."""
    visit = await _visit(request)
    if error.problem.status == HTTPStatus.UNAUTHORIZED:
        visit.drop_session()
        return visit.finish(visit.redirect(sign_in_address(request)))
    return problem_page(visit, error.problem)


async def show_broken(request: Request, _error: Exception) -> Response:
    """The error itself goes to the log (Starlette raises it again), never to the page."""
    visit = getattr(request.state, "visit", None) or _portal(request).visitor(request)
    return problem_page(visit, Problem(500, "internal", "", request_id=visit.api.request_id))


def problem_page(visit: Visit, problem: Problem) -> Response:
    """Return the page of a problem, with its status."""
    page = visit.render(
        "problem/problem.html",
        {"problem": problem},
        title=_title(problem, visit.texts),
        status=problem.status,
    )
    return visit.finish(page)


def _title(problem: Problem, texts: Texts) -> str:
    if problem.title and problem.status not in _OWN_WORDS:
        return problem.title
    return texts.gettext(_TITLES.get(problem.status, _FALLBACK))


async def _visit(request: Request) -> Visit:
    opened: Visit | None = getattr(request.state, "visit", None)
    if opened is not None:
        return opened
    try:
        return await open_visit(request)
    except ApiProblemError:
        # The accounts room does not answer: the page is shown as to a visitor.
        return _portal(request).visitor(request)


def _portal(request: Request) -> Portal:
    return request.app.state.portal


HANDLERS: Mapping[type[Exception], Callable[[Request, Any], Awaitable[Response]]] = {
    HTTPException: show_http_problem,
    DomainError: show_domain_problem,
    ApiProblemError: show_api_problem,
    Exception: show_broken,
}
