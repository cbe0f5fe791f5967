"""The accounts room as its contract describes it, behind the only seam: the transport."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

TEACHER = {
    "person": {"id": "01890000-0000-7000-8000-000000000001", "name": "王敏"},
    "memberships": [
        {
            "org_id": "school-1",
            "org_name": "绍兴职业技术学院",
            "org_kind": "school",
            "roles": ["internship_office"],
        },
        {"org_id": "firm-1", "org_name": "云桥软件", "org_kind": "enterprise", "roles": ["hr"]},
    ],
}


@dataclass
class Rooms:
    """Answers sign-in by the contract, keeps every request, and answers other paths as told."""

    seen: list[Request] = field(default_factory=list)
    sessions: dict[str, str] = field(default_factory=dict)
    told: dict[str, Response] = field(default_factory=dict)
    expires_in: int = 600

    def app(self) -> Starlette:
        routes = [
            Route("/v1/sessions", self.sign_in, methods=["POST"]),
            Route("/v1/sessions/token", self.token, methods=["POST"]),
            Route("/v1/sessions/current", self.sign_out, methods=["DELETE"]),
            Route("/{path:path}", self.other, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        ]
        return Starlette(routes=routes)

    def calls(self, path: str) -> list[Request]:
        return [request for request in self.seen if request.url.path == path]

    async def sign_in(self, request: Request) -> Response:
        self.seen.append(request)
        body = await request.json()
        if body["password"] != "correct horse 电池":
            return problem(401, "unauthenticated", "账号或密码不正确", detail="请核对后重试。")
        session = f"session-{len(self.sessions)}"
        self.sessions[session] = f"csrf-of-{session}"
        answer = {
            "session": session,
            "expires_at": "2026-11-23T00:00:00Z",
            "csrf": self.sessions[session],
        }
        return JSONResponse(answer, 201)

    async def token(self, request: Request) -> Response:
        self.seen.append(request)
        session = request.headers["authorization"].removeprefix("Session ")
        if session not in self.sessions:
            return problem(401, "unauthenticated", "请先登录")
        asked = (await request.json() or {}) if await request.body() else {}
        org_id = asked.get("org_id", "school-1")
        if org_id not in {"school-1", "firm-1"}:
            return problem(404, "not_found", "找不到该资源")
        proof = {
            "org_id": org_id,
            "access_token": f"token-{len(self.calls('/v1/sessions/token'))}",
            "expires_in": self.expires_in,
            "csrf": self.sessions[session],
        }
        return JSONResponse({**TEACHER, **proof})

    async def sign_out(self, request: Request) -> Response:
        self.seen.append(request)
        self.sessions.pop(request.headers["authorization"].removeprefix("Session "), None)
        return Response(status_code=204)

    async def other(self, request: Request) -> Response:
        self.seen.append(request)
        await asyncio.sleep(0)
        told = self.told.get(request.url.path)
        return told if told is not None else problem(404, "not_found", "找不到该资源")


def problem(status: int, code: str, title: str, **more: Any) -> Response:
    body = {"type": f"/problems/{code}", "status": status, "code": code, "title": title, **more}
    return JSONResponse(body, status, media_type="application/problem+json")
