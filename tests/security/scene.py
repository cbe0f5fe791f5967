"""Who and what the attackers meet: persons, two sides, and what the merged document offers."""

from __future__ import annotations

import json
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import uuid4

import httpx
import structlog

from gateway.assembly import House
from shared.db.cluster import RoomDatabase
from shared.http.observe import ASGIApp

URL = "http://127.0.0.1:8000"
BACK = "https://app.example.cn/back"


@dataclass(slots=True)
class Person:
    """Somebody who calls: their token, who they are, and what they may do."""

    name: str
    http: httpx.AsyncClient
    headers: dict[str, str] = field(default_factory=dict)
    org_id: str = ""
    org_kind: str = ""
    role: str = ""
    scopes: frozenset[str] = frozenset()
    session: str = ""
    csrf: str = ""
    person_id: str = ""
    number: str | None = None
    own_name: str = ""

    async def call(self, method: str, path: str, **what: Any) -> httpx.Response:
        headers = {**self.headers, **what.pop("headers", {})}
        if method == "POST":
            headers.setdefault("idempotency-key", str(uuid4()))
        return await self.http.request(method, path, headers=headers, **what)


@dataclass(slots=True)
class Side:
    """One school and one enterprise that host its students, with an id of every kind."""

    school: str
    enterprise: str
    people: dict[str, Person]
    ids: dict[str, str]
    neighbour: dict[str, str]
    numbers: frozenset[str]
    names: frozenset[str]
    hosted: frozenset[str]


@dataclass(slots=True)
class Scene:
    """Everything that the attackers meet."""

    house: House
    door: ASGIApp
    databases: dict[str, RoomDatabase]
    http: httpx.AsyncClient
    transport: httpx.ASGITransport
    a: Side
    b: Side
    authority: dict[str, Person]
    alliance: Person
    operator: Person
    phones: frozenset[str]
    logs: list[str]
    document: dict[str, Any]

    def anyone(self) -> Person:
        return Person("nobody", self.http)

    def browser(self, **cookies: str) -> httpx.AsyncClient:
        """Return a client of the same door with cookies of its own."""
        told = {f"chanjiao_{name}": value for name, value in cookies.items()}
        return httpx.AsyncClient(transport=self.transport, base_url=URL, cookies=told)

    def callers(self) -> list[Person]:
        """Return every person but the operator, those of the first side's organisations."""
        return [*self.a.people.values(), *self.authority.values(), self.alliance]


def record_logs() -> list[str]:
    """Keep every log line of this process from here on, as it is written."""
    lines: list[str] = []

    def keep(_logger: object, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
        lines.append(json.dumps(event, ensure_ascii=False, default=str))
        return event

    # Loggers in use hold this very list: only a change in place reaches them.
    processors = structlog.get_config()["processors"]
    processors.insert(len(processors) - 1, keep)
    return lines


def at(ids: Mapping[str, str], name: str) -> str:
    """Return the id of a path's parameter, a fresh one where there is none."""
    return ids.get(name, str(uuid4()))


def operations(document: Mapping[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Return every operation of the merged document as (method, path, what it says)."""
    return [
        (method.upper(), path, cast("dict[str, Any]", told))
        for path, item in document["paths"].items()
        for method, told in item.items()
    ]
