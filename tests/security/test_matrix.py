"""Role x tenant x route x object over the merged OpenAPI: who gets what, and what nobody gets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.laws.test_routes import PUBLIC
from tests.security.bodies import request_of
from tests.security.scene import BACK, Person, Scene, at, operations

_PARAMETER = re.compile(r"\{(\w+)\}")
# Parameters that name what is the same for everyone.
_SHARED = {
    "code": "330106",
    "name": "regions",
    "pack_id": "cn",
    "key": "internship.staff_share_max",
    "number": "1",
}
# What is open to every caller by decision: published posts, organisations, their sites.
OPEN = (
    r"GET /v1/posts/\{post_id\}(/report)?",
    r"GET /v1/organisations/\{organisation_id\}(/sites(/\{site_id\})?)?",
    r"GET /oauth/apps/\{client_id\}",
)
# An authority reviews and watches the organisations of its region: no personal data is there.
WATCHED = (
    r"GET /v1/verifications/\{verification_id\}",
    r"POST /v1/verifications/\{verification_id\}/decision",
    r"GET /v1/enterprises/\{enterprise_id\}/quota",
    r"GET /v1/notices/\{notice_id\}/steps",
    r"POST /v1/notices/\{notice_id\}/registrations",
)
# Public addresses whose own credential is what is missing or wrong here.
ANSWERS_401 = (
    r"(GET|POST|DELETE) /oauth/.*",
    r"POST /v1/sign-in/.*",
    r"(POST|DELETE) /v1/sessions.*",
)


def matches(line: str, patterns: Iterable[str]) -> bool:
    return any(re.fullmatch(pattern, line) for pattern in patterns)


def is_public(method: str, path: str) -> bool:
    for line in PUBLIC:
        methods, _, pattern = line.partition(" ")
        if method in methods.split("|") and re.fullmatch(pattern, path):
            return True
    return matches(f"{method} {path}", (r"GET /v1/problems.*", r"GET /v1/catalogues"))


def scopes_of(operation: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(
        scope
        for each in operation.get("security", ())
        for scopes in each.values()
        for scope in scopes
    )


def filled(path: str, ids: Mapping[str, str]) -> str:
    known = {**_SHARED, **ids}
    if path.startswith("/v1/credit-"):
        # Two rooms have standards, appeals and notices, each of their own.
        own = {name.removeprefix("credit_"): ids[name] for name in ids if "credit_" in name}
        known |= own
    return _PARAMETER.sub(lambda found: at(known, found.group(1)), path)


def query_of(operation: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, str]:
    known = {
        "student": at(ids, "student_id"),
        "redirect_uri": BACK,
        "client_id": at(ids, "client_id"),
        "year": "2021",
    }
    return {
        each["name"]: known.get(each["name"]) or _sample(each["schema"])
        for each in operation.get("parameters", ())
        if each["in"] == "query" and each.get("required")
    }


def _sample(schema: Mapping[str, Any]) -> str:
    """Return a value that a schema takes, for questions that name no object of the scene."""
    if "enum" in schema:
        return str(schema["enum"][0])
    if schema.get("format") == "uuid":
        return str(uuid4())
    if schema.get("type") == "integer":
        return str(schema.get("minimum", 1))
    return "330600" if "pattern" in schema else "x"


async def send(
    scene: Scene, person: Person, operation: tuple[str, str, dict[str, Any]], ids: Mapping[str, str]
) -> httpx.Response:
    method, path, told = operation
    what = request_of(told, scene.document)
    return await person.call(method, filled(path, ids), params=query_of(told, ids), **what)


def check_shape(answer: httpx.Response, line: str) -> None:
    """Hold every answer to what holds for all: no 5xx, errors are problems, nothing is cached."""
    assert answer.status_code < 500, f"{line}: {answer.status_code} {answer.text[:300]}"
    if answer.status_code >= 400 and not line.startswith(("POST /oauth/token",)):
        assert answer.headers["content-type"] == "application/problem+json", line


def foreign_persons(scene: Scene, person: Person) -> frozenset[str]:
    """Return names, numbers and telephones that must never be shown to this person."""
    a, b = scene.a, scene.b
    everyone = a.names | b.names | a.numbers | b.numbers
    if person.role == "student":
        return everyone - {person.number, person.own_name}
    if person.org_kind == "school":
        return b.names | b.numbers
    if person.org_kind == "enterprise":
        return everyone - a.hosted
    return everyone


async def test_without_a_caller_only_the_public_list_answers(scene: Scene) -> None:
    nobody = scene.anyone()
    wrong: list[str] = []
    for method, path, told in operations(scene.document):
        line = f"{method} {path}"
        answer = await send(scene, nobody, (method, path, told), scene.a.ids)
        check_shape(answer, line)
        if is_public(method, path):
            wrong += [line] if answer.status_code == 401 and not matches(line, ANSWERS_401) else []
        elif answer.status_code != 401:
            wrong.append(f"{line}: {answer.status_code}")
        _no_person_in(answer, scene.a.names | scene.b.names | scene.phones, line)
    assert "\n".join(wrong) == ""


def _no_person_in(answer: httpx.Response, persons: Iterable[str], line: str) -> None:
    shown = [each for each in persons if each in answer.text]
    assert not shown, f"{line} tells {shown[:3]}"


async def test_without_the_scope_nobody_gets_further(scene: Scene) -> None:
    wrong: list[str] = []
    asked = 0
    for method, path, told in operations(scene.document):
        needed = scopes_of(told)
        for person in scene.callers():
            if needed <= person.scopes:
                continue
            asked += 1
            answer = await send(scene, person, (method, path, told), scene.a.ids)
            check_shape(answer, f"{method} {path}")
            if answer.status_code != 403:
                wrong.append(f"{person.name}: {method} {path}: {answer.status_code}")
    assert asked > 500
    assert "\n".join(wrong) == ""


def same_answer(one: httpx.Response, other: httpx.Response) -> bool:
    """Whether two refusals cannot be told apart but by the ids that they quote."""
    return (one.status_code, one.json().get("code")) == (
        other.status_code,
        other.json().get("code"),
    )


def _with_objects(scene: Scene) -> list[tuple[str, str, dict[str, Any]]]:
    """Return the operations on one object that is not open to everyone."""
    return [
        (method, path, told)
        for method, path, told in operations(scene.document)
        if any(name not in _SHARED for name in _PARAMETER.findall(path))
        and not matches(f"{method} {path}", OPEN)
        and not is_public(method, path)
    ]


async def test_an_object_of_another_organisation_cannot_be_told_from_none(scene: Scene) -> None:
    wrong: list[str] = []
    asked = 0
    for operation in _with_objects(scene):
        method, path, told = operation
        for person in scene.callers():
            if not scopes_of(told) <= person.scopes:
                continue
            asked += 1
            none = await send(scene, person, operation, {})
            for ids in _foreign(scene, path):
                foreign = await send(scene, person, operation, ids)
                line = f"{person.name}: {method} {path}"
                check_shape(foreign, line)
                _no_person_in(foreign, foreign_persons(scene, person), line)
                wrong += _told_apart(foreign, none, line)
    assert asked > 200
    assert "\n".join(wrong) == ""


def _told_apart(foreign: httpx.Response, none: httpx.Response, line: str) -> list[str]:
    watched = line.startswith("authority ") and matches(line.partition(": ")[2], WATCHED)
    if watched:
        return []
    if foreign.is_success:
        return [f"{line}: {foreign.status_code}"]
    return [] if same_answer(foreign, none) else [f"{line}: {foreign.text} {none.text}"]


def _foreign(scene: Scene, path: str) -> list[dict[str, str]]:
    ids = scene.b.ids
    variants = [ids]
    if "{post_id}" in path:
        variants.append({**ids, "post_id": ids["draft_id"]})
    if "{notice_id}" in path:
        variants.append({**ids, "notice_id": ids["waiting_id"]})
    if "/choices" in path:
        variants.append({**ids, "batch_id": ids["mutual_id"]})
    if "faults.xlsx" in path:
        variants.append({**ids, "job_id": ids["post_job_id"]})
    return variants


async def test_a_student_never_meets_what_is_another_students(scene: Scene) -> None:
    student = scene.a.people["student"]
    batches = {name: scene.a.ids[name] for name in ("batch_id", "round_id")}
    wrong: list[str] = []
    asked = 0
    for method, path, told in operations(scene.document):
        names = set(_PARAMETER.findall(path)) & scene.a.neighbour.keys()
        if "explain" in path and "/me" not in path:
            names.add("student_id")
        if not names:
            continue
        shared = {**batches, **({"batch_id": scene.a.ids["mutual_id"]} if "choice" in path else {})}
        ids = {**shared, **scene.a.neighbour}
        answer = await send(scene, student, (method, path, told), ids)
        none = await send(scene, student, (method, path, told), shared)
        line = f"{method} {path}"
        check_shape(answer, line)
        asked += 1
        if answer.is_success or not same_answer(answer, none):
            wrong.append(f"{line}: {answer.text} {none.text}")
    assert asked > 15
    assert "\n".join(wrong) == ""


async def test_no_list_and_no_own_object_shows_persons_of_others(scene: Scene) -> None:
    """Ask everyone for everything that can be read, with ids of their own side."""
    for method, path, told in operations(scene.document):
        if method != "GET" or path.startswith("/oauth/authorize"):
            continue
        variants = [scene.a.ids]
        if "batch" in path:
            variants += [{**scene.a.ids, "batch_id": scene.a.ids["mutual_id"]}]
        for person in scene.callers():
            for ids in variants:
                answer = await send(scene, person, (method, path, told), ids)
                line = f"{person.name}: {method} {path}"
                check_shape(answer, line)
                if not answer.headers.get("content-type", "").startswith("application/zip"):
                    _no_person_in(answer, foreign_persons(scene, person), line)


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("school_admin", "/v1/people?org_id={school_id}"),
        ("school_admin", "/v1/clients?org_id={school_id}"),
        ("school_admin", "/v1/audit?org_id={school_id}"),
        ("enterprise_admin", "/v1/people?org_id={enterprise_id}"),
        ("school_admin", "/v1/people/{person_id}?org_id={school_id}"),
    ],
)
async def test_naming_another_organisation_in_the_query_finds_nothing(
    scene: Scene, who: str, path: str
) -> None:
    answer = await scene.a.people[who].call("GET", path.format(**scene.b.ids))
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/v1/placements?batch={batch_id}",
        "/v1/placements?enterprise={enterprise_id}",
        "/v1/placements/export?format=csv&batch={batch_id}",
        "/v1/batches/{own_batch}/choices?post={post_id}",
        "/v1/rounds/{own_round}/explain?student={student_id}",
    ],
)
async def test_filters_with_foreign_ids_bring_no_row(scene: Scene, path: str) -> None:
    office = scene.a.people["internship_office"]
    own = {"own_batch": scene.a.ids["mutual_id"], "own_round": scene.a.ids["round_id"]}
    answer = await office.call("GET", path.format(**scene.b.ids, **own))
    check_shape(answer, path)
    _no_person_in(answer, scene.b.names | scene.b.numbers, path)
    if answer.headers["content-type"] == "application/json":
        assert answer.json()["items"] == []


async def test_foreign_ids_in_a_body_write_nothing(scene: Scene) -> None:
    a, b = scene.a, scene.b
    new = {"name": "某人", "roles": ["school_admin"], "login": f"intruder-{uuid4()}"}
    site = {"name": "一厂区", "address": "某路 2 号", "site_id": b.ids["site_id"]}
    cases: list[tuple[str, str, str, dict[str, Any]]] = [
        ("school_admin", "POST", "/v1/people", {**new, "org_id": b.school}),
        ("school_admin", "POST", "/v1/people/bulk", {"rows": [new], "org_id": b.school}),
        (
            "school_admin",
            "POST",
            "/v1/clients",
            {"name": "x", "scopes": ["rosters:write"], "org_id": b.school},
        ),
        (
            "student",
            "POST",
            "/v1/appeals",
            {"round_id": b.ids["round_id"], "grounds": "名次与成绩不符"},
        ),
        (
            "student",
            "POST",
            "/v1/appeals",
            {"placement_id": a.neighbour["placement_id"], "grounds": "名次与成绩不符"},
        ),
        (
            "internship_office",
            "POST",
            f"/v1/batches/{a.ids['batch_id']}/acceptances",
            {
                "items": [
                    {
                        "placement_id": b.ids["placement_id"],
                        "signed_on": "2026-11-22",
                        "share_consent_signed_on": "2026-11-22",
                    }
                ]
            },
        ),
        ("enterprise_admin", "POST", f"/v1/organisations/{a.enterprise}/sites", site),
    ]
    for who, method, path, body in cases:
        answer = await a.people[who].call(method, path, json=body)
        assert answer.status_code in {404, 409, 422}, f"{who} {path}: {answer.text}"


async def test_an_authority_counts_and_never_reads_a_person(scene: Scene) -> None:
    persons = scene.a.names | scene.b.names | scene.a.numbers | scene.b.numbers
    for person in scene.authority.values():
        for path in ("/v1/placements", "/v1/students", "/v1/appeals", "/v1/placements/hosted"):
            answer = await person.call("GET", path)
            assert answer.status_code == 403, f"{person.name} {path}"
            _no_person_in(answer, persons, path)


async def test_head_counts_are_read_by_their_enterprise_only(scene: Scene) -> None:
    hr = scene.a.people["hr"]
    described = {"post_class": "安检", "seats": 900}
    mine = (await hr.call("GET", "/v1/posts?mine=true&limit=1")).json()["items"][0]["id"]
    draft = (await hr.call("POST", f"/v1/posts/{mine}/clone")).json()
    version = {"if-match": f'"v{draft["version"]}"'}
    path = f"/v1/posts/{draft['id']}"
    changed = await hr.call("PATCH", path, json=described, headers=version)
    assert changed.status_code == 200, changed.text
    published = await hr.call("POST", f"{path}/publish")
    assert published.status_code == 200, published.text
    own = _counted((await hr.call("GET", f"{path}/report")).json())
    assert own["facts"]["staff"] > 0
    readers = (scene.anyone(), scene.b.people["hr"], scene.a.people["internship_office"])
    for reader in readers:
        whole = (await reader.call("GET", path)).json()["report"]
        for report in (whole, (await reader.call("GET", f"{path}/report")).json()):
            shown = _counted(report)
            assert shown["facts"] == {}
            assert str(own["facts"]["staff"]) not in shown["message_zh"] + shown["message_en"]


def _counted(report: Mapping[str, Any]) -> Any:
    (found,) = [each for each in report["findings"] if each["rule"] == "REG-10a"]
    return found
