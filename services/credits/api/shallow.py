"""Routes that take trees: a body that nests too deeply is refused before anything parses it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response
from typing_extensions import override

from services.credits.domain.rule_tree import refuse_deep_json
from shared.http.route import Route
from shared.http.service import new_router


class ShallowRoute(Route):
    """A route whose JSON body nests no deeper than a rulebook may."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_shallow(request: Request) -> Response:
            if request.method in {"POST", "PUT", "PATCH"}:
                refuse_deep_json(await request.body())
            return await handle(request)

        return handle_shallow


def shallow_router(tag: str) -> APIRouter:
    """Return a router of the house whose routes refuse deep bodies."""
    return new_router(tag, route_class=ShallowRoute)
