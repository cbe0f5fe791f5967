"""A short fuzz of every operation with what its own schema allows: no answer is a 5xx."""

from __future__ import annotations

import os
import re
import time
from random import Random
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from tests.security.scene import Person, Scene

pytestmark = pytest.mark.slow

# Longer where the machine is busy, until so many were asked; `make fuzz` asks every operation.
SECONDS = float(os.environ.get("CHANJIAO_FUZZ_S", "8"))
_AT_LEAST = 150
EXAMPLES = 3
# The people and programs who call stay as they are.
_KEPT = {"person_id", "client_id"}
_PARAMETER = re.compile(r"\{(\w+)\}")
# What changes the account that the other tests stand on, and what goes outside.
_LEFT_OUT = ("/v1/sessions/current", "/v1/me", "/v1/sign-in/provider")


def _drawn(operation: Any) -> list[Any]:
    """Return a few cases of one operation."""
    cases: list[Any] = []

    @settings(
        max_examples=EXAMPLES,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(case=operation.as_strategy())
    def draw(case: Any) -> None:
        cases.append(case)

    draw()
    return cases


def _who(scene: Scene, rng: Random, path: str) -> Person:
    people = scene.a.people
    if path.startswith(("/v1/posts", "/v1/enterprises")):
        return people["enterprise_admin"]
    if path.endswith("/me") or path.startswith("/v1/appeals"):
        return people["student"]
    if path.startswith(("/v1/verifications",)):
        return scene.authority["authority_admin"]
    if path.startswith(("/v1/people", "/v1/clients", "/v1/organisations", "/v1/audit")):
        return rng.choice([people["school_admin"], people["enterprise_admin"]])
    return rng.choice([people["school_admin"], people["student"], people["enterprise_admin"]])


async def _send(scene: Scene, person: Person, case: Any, rng: Random) -> httpx.Response:
    """Send a case with real ids in half of its places: behind an unknown id lies no logic."""
    for name in _PARAMETER.findall(case.path):
        if name in scene.a.ids.keys() - _KEPT and rng.random() < 0.7:
            case.path_parameters[name] = scene.a.ids[name]
    told = case.as_transport_kwargs(base_url="http://127.0.0.1:8000")
    headers = {
        name: value.encode("utf-8", "replace") if isinstance(value, str) else value
        for name, value in told["headers"].items()
        if name.lower() not in {"authorization", "connection", "accept-encoding"}
    }
    if told["method"] in {"PUT", "PATCH"} or "if-match" in {name.lower() for name in headers}:
        headers["if-match"] = b'"v1"'
    what = {name: told[name] for name in ("params", "json", "data", "files") if told.get(name)}
    if isinstance(what.get("data"), bytes | str):
        what["content"] = what.pop("data")
    return await person.call(told["method"], told["url"], headers=headers, **what)


async def test_no_operation_breaks_on_what_its_schema_allows(scene: Scene) -> None:
    rng = Random(20261122)
    until = time.monotonic() + SECONDS
    schema = schemathesis.openapi.from_dict(scene.document)
    found: list[Any] = list(schema.get_all_operations())
    operations = [each.ok() for each in found if not each.ok().path.startswith(_LEFT_OUT)]
    asked, broken = 0, []
    rng.shuffle(operations)
    for operation in operations:
        if asked >= _AT_LEAST and time.monotonic() > until:
            break
        for case in _drawn(operation):
            answer = await _send(scene, _who(scene, rng, operation.path), case, rng)
            asked += 1
            if answer.status_code >= 500:
                broken.append(f"{operation.label}: {case.as_curl_command()}")
    assert "\n".join(broken) == ""
    assert asked >= _AT_LEAST
