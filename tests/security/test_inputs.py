"""What callers send: keys, cursors, fields, bodies, versions, searches, names."""

from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

import pytest

from shared.http.pages import encode_cursor
from shared.kernel.secrets import derive
from tests.conftest import SECRET
from tests.security.scene import Scene

_ORGANISATION = "/v1/organisations/{enterprise_id}"
_PLACEMENT = "/v1/placements/{placement_id}"


async def test_a_key_belongs_to_one_caller_and_one_request(scene: Scene) -> None:
    key = {"idempotency-key": str(uuid4())}
    a, b = scene.a.people["enterprise_admin"], scene.b.people["enterprise_admin"]
    site = {"name": "二厂区", "address": "某路 9 号"}
    first = await a.call("POST", f"/v1/organisations/{a.org_id}/sites", json=site, headers=key)
    again = await a.call("POST", f"/v1/organisations/{a.org_id}/sites", json=site, headers=key)
    assert first.json() == again.json()
    other = await b.call("POST", f"/v1/organisations/{b.org_id}/sites", json=site, headers=key)
    assert other.json()["org_id"] == scene.b.enterprise
    crossed = await b.call("POST", f"/v1/organisations/{a.org_id}/sites", json=site, headers=key)
    assert crossed.status_code in {404, 422}
    assert a.org_id not in crossed.text or crossed.status_code == 404
    changed = await a.call(
        "POST", f"/v1/organisations/{a.org_id}/sites?x=1", json=site, headers=key
    )
    assert changed.json()["code"] == "idempotency_key_reused"


async def test_a_cursor_is_taken_by_its_own_list_only(scene: Scene) -> None:
    office, admin = scene.a.people["internship_office"], scene.a.people["school_admin"]
    students = (await office.call("GET", "/v1/students?limit=1")).json()["next"]
    organisations = (await scene.http.get("/v1/organisations?limit=1")).json()["next"]
    posts = (await scene.http.get("/v1/posts?limit=1")).json()["next"]
    for person, path, cursor in (
        (office, "/v1/placements", students),
        (office, "/v1/batches", students),
        (office, "/v1/students", posts),
        (office, f"/v1/batches/{scene.a.ids['batch_id']}/posts", posts),
        (admin, "/v1/people", organisations),
        (admin, "/v1/audit", organisations),
        (office, "/v1/students", students[:-1] + ("A" if students[-1] != "A" else "B")),
        (office, "/v1/students", "é"),
    ):
        answer = await person.call("GET", path, params={"cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (422, "cursor_invalid"), path
    forged = encode_cursor(["", ""], b"guessed", of="/v1/students")
    answer = await office.call("GET", "/v1/students", params={"cursor": forged})
    assert answer.status_code == 422
    right = encode_cursor(["", ""], derive(SECRET, "cursor internships"), of="/v1/students")
    answer = await office.call("GET", "/v1/students", params={"cursor": right})
    assert answer.status_code == 200, "the forger above lacks nothing but the secret"


@pytest.mark.parametrize(
    ("who", "method", "path", "body"),
    [
        ("student", "PATCH", "/v1/me", {"name": "别人"}),
        ("student", "PATCH", "/v1/me", {"home_org_id": str(uuid4())}),
        ("enterprise_admin", "PATCH", _ORGANISATION, {"verified_at": "2026-01-01"}),
        ("enterprise_admin", "PATCH", _ORGANISATION, {"kind": "authority"}),
        ("enterprise_admin", "PATCH", _ORGANISATION, {"status": "active"}),
        ("hr", "PATCH", "/v1/posts/{draft_id}", {"state": "published"}),
        ("hr", "PATCH", "/v1/posts/{draft_id}", {"report_level": "clear", "org_id": str(uuid4())}),
        ("internship_office", "PATCH", "/v1/batches/{batch_id}", {"state": "open"}),
        ("internship_office", "PATCH", "/v1/batches/{batch_id}", {"school_id": str(uuid4())}),
        ("internship_office", "PATCH", _PLACEMENT, {"state": "started"}),
        ("internship_office", "PATCH", _PLACEMENT, {"share_consented_at": "2026-01-01T00:00:00Z"}),
        ("student", "POST", f"{_PLACEMENT}/accept", {"share_consent": True, "state": "started"}),
        ("school_admin", "POST", "/v1/people", {"login": "x12", "name": "x", "roles": ["hr"]}),
        ("school_admin", "PUT", "/v1/people/{person_id}/membership", {"roles": ["reviewer"]}),
    ],
)  # fmt: skip
async def test_fields_that_nobody_asked_for_are_refused(
    scene: Scene, who: str, method: str, path: str, body: dict[str, Any]
) -> None:
    person = scene.a.people[who]
    answer = await person.call(
        method, path.format(**scene.a.ids), json=body, headers={"if-match": '"v1"'}
    )
    assert answer.status_code in {403, 422}, answer.text


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"9" * 10_000,
        b'{"name": "\\ud800", "scopes": ["x"]}',
        b'{"name": "a\\u0000b", "scopes": ["placements:read"]}',
        b'{"name": NaN}',
        b"\xff\xfe\x00",
        b"null",
        b'"text"',
        b'{"name": 1e999, "scopes": {}}',
        b'{"name":"x","name":"y","scopes":[],"scopes":[1]}',
    ],
    ids=lambda content: repr(content[:24]),
)
async def test_a_strange_body_is_the_callers_error(scene: Scene, content: bytes) -> None:
    admin = scene.a.people["school_admin"]
    answer = await admin.call(
        "POST", "/v1/clients", content=content, headers={"content-type": "application/json"}
    )
    assert answer.status_code in {400, 422}, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "tag", ['"v²"', '"v99999999999999999999999"', '"v' + "9" * 5000 + '"', "*", 'W/"v1"']
)
async def test_a_strange_version_is_stale(scene: Scene, tag: str) -> None:
    admin = scene.a.people["enterprise_admin"]
    answer = await admin.call(
        "PATCH",
        f"/v1/organisations/{admin.org_id}",
        json={"name": "新的名称"},
        headers={b"if-match": tag.encode("latin-1")},
    )
    assert answer.status_code == 412, answer.text


@pytest.mark.parametrize(
    "words",
    [
        "%",
        "_",
        "\\",
        "%%%",
        "' OR 1=1 --",
        "a" * 100,
        "(a+)+$",
        ".*",
        "[",
        "\x00",
        "﷽" * 33,
        "🙂",
        "ﬀ",
    ],
)
async def test_search_takes_signs_for_signs(scene: Scene, words: str) -> None:
    office, admin = scene.a.people["internship_office"], scene.a.people["school_admin"]
    began = time.perf_counter()
    for person, path in (
        (office, "/v1/students"),
        (admin, "/v1/people"),
        (scene.anyone(), "/v1/organisations"),
        (scene.anyone(), "/v1/posts"),
        (scene.anyone(), "/v1/posts/facets"),
        (scene.anyone(), "/v1/catalogues/regions"),
        (scene.anyone(), "/v1/competency-standards"),
        (office, f"/v1/batches/{scene.a.ids['batch_id']}/posts"),
        (office, "/v1/search"),
    ):
        answer = await person.call("GET", path, params={"q": words})
        assert answer.status_code in {200, 422}, f"{path}: {answer.text}"
        if path == "/v1/search" and answer.is_success:
            assert answer.json()["unavailable"] == []
        if words in {"%", "_", "\\", "%%%", ".*"} and path in {"/v1/students", "/v1/people"}:
            assert answer.json()["items"] == []
    assert time.perf_counter() - began < 20


@pytest.mark.parametrize(
    "login", ["ＳＥＣＵＲＩＴＹ-operator", "security\u200b-operator", "sеcurity-operator"]
)
async def test_a_login_that_looks_alike_is_the_same_or_nobody(scene: Scene, login: str) -> None:
    admin = scene.a.people["school_admin"]
    told = {"login": login, "name": "某人", "roles": ["class_teacher"]}
    answer = await admin.call("POST", "/v1/people", json=told)
    assert answer.status_code == 422, "an account that reads like the operator's"


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("hr", "/v1/enterprises/{enterprise_id}/quota?on=9999-12-31"),
        ("hr", "/v1/enterprises/{enterprise_id}/quota?on=0001-01-01"),
        ("hr", "/v1/policy-packs/cn/parameters?on=0001-01-01"),
        ("hr", "/v1/policy-packs/cn/parameters?on=9999-12-31"),
        ("hr", "/v1/posts?start_from=0001-01-01&end_until=9999-12-31"),
        ("internship_office", "/v1/students?grade_year=999999999999"),
        ("internship_office", "/v1/students?grade_year=-1"),
        ("internship_office", "/v1/students?q=%00"),
        ("internship_office", "/v1/placements?class_name=%00"),
        ("internship_office", "/v1/self-arrangements?state=%00"),
        ("school_admin", "/v1/audit?action=%00"),
        ("school_admin", "/v1/people?role=%00"),
        ("school_admin", "/v1/organisations?code=%00"),
    ],
)
async def test_days_and_numbers_at_the_end_of_the_world_are_answered(
    scene: Scene, who: str, path: str
) -> None:
    answer = await scene.a.people[who].call("GET", path.format(**scene.a.ids))
    assert answer.status_code in {200, 404, 422}, answer.text


@pytest.mark.parametrize(
    ("start_on", "end_on"), [("0001-01-01", "9999-12-31"), ("9999-12-31", "9999-12-31")]
)
async def test_terms_at_the_end_of_the_world_are_answered(
    scene: Scene, start_on: str, end_on: str
) -> None:
    batch = {
        "name": "x",
        "term": "9999-9999-1",
        "kind": "on_post",
        "mode": "cleared",
        "start_on": start_on,
        "end_on": end_on,
        "priority_weights": {"relevance": 1e308, "grade": 1e308},
    }
    office, hr = scene.a.people["internship_office"], scene.a.people["hr"]
    made = await office.call("POST", "/v1/batches", json=batch)
    assert made.status_code in {201, 422}, made.text
    post = {"title": "x", "kind": "on_post", "start_on": start_on, "end_on": end_on, "seats": 1}
    terms = {**post, "region_code": "330106", "major_codes": [], "pay_fen_month": 2**62}
    for body in (terms, {**terms, "seats": 2**40}, {**terms, "title": "\x00"}):
        kept = await hr.call("POST", "/v1/posts", json=body)
        assert kept.status_code in {201, 422}, kept.text
