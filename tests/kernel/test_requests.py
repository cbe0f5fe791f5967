"""One request, one transaction; one key, one answer; callers and problems at the edge of a room."""

from __future__ import annotations

import asyncio
import json
import time
from uuid import uuid4

import httpx
import pytest
from joserfc.jwk import ECKey
from sqlalchemy import text

from shared.db.session import ANYONE, PLATFORM, Scope
from tests.kernel.conftest import Bench


def keyed(key: str | None = None) -> dict[str, str]:
    return {"idempotency-key": key or str(uuid4())}


async def _words(bench: Bench) -> list[str]:
    async with bench.database.begin(PLATFORM) as tx:
        rows = (await tx.execute(text("SELECT payload->>'words' AS w FROM outbox"))).all()
    return [row.w for row in rows]


async def test_what_is_answered_201_is_committed(bench: Bench) -> None:
    words = str(uuid4())
    async with bench.client() as client:
        answer = await client.post("/v1/notes", json={"words": words}, headers=keyed())
    assert answer.status_code == 201
    assert words in await _words(bench)


async def test_a_failed_commit_is_never_answered_201(bench: Bench) -> None:
    async with bench.client() as client:
        answer = await client.post("/v1/notes", json={"words": "commit fails"}, headers=keyed())
    assert answer.status_code == 500
    assert answer.json()["code"] == "unexpected"
    assert "commit fails" not in await _words(bench)


async def test_a_refused_request_leaves_nothing(bench: Bench) -> None:
    async with bench.client() as client:
        answer = await client.post("/v1/notes", json={"words": "conflict"}, headers=keyed())
    assert answer.status_code == 409
    assert "conflict" not in await _words(bench)


async def test_an_unexpected_error_keeps_its_words_inside(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    async with bench.client() as client:
        answer = await client.post("/v1/notes", json={"words": "breaks"}, headers=keyed())
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


async def test_a_repeated_key_gets_the_first_answer_and_does_nothing_again(bench: Bench) -> None:
    words, key = str(uuid4()), str(uuid4())
    subject = str(uuid4())
    async with bench.client(sub=subject) as client:
        first = await client.post("/v1/notes", json={"words": words}, headers=keyed(key))
        again = await client.post("/v1/notes", json={"words": words}, headers=keyed(key))
        other = await client.post("/v1/notes", json={"words": "other"}, headers=keyed(key))
        query = await client.post("/v1/notes?x=1", json={"words": words}, headers=keyed(key))
    assert again.status_code == first.status_code == 201
    assert again.content == first.content
    assert again.headers["idempotent-replayed"] == "true"
    assert other.status_code == query.status_code == 422
    assert other.json()["code"] == "idempotency_key_reused"
    assert (await _words(bench)).count(words) == 1


async def test_a_key_belongs_to_its_caller(bench: Bench) -> None:
    key = str(uuid4())
    async with bench.client() as one, bench.client() as another:
        first = await one.post("/v1/notes", json={"words": "one"}, headers=keyed(key))
        second = await another.post("/v1/notes", json={"words": "two"}, headers=keyed(key))
    assert (first.status_code, second.status_code) == (201, 201)


async def test_the_same_key_at_the_same_time_works_once(bench: Bench) -> None:
    words, key, subject = str(uuid4()), str(uuid4()), str(uuid4())
    async with bench.client(sub=subject) as client:
        answers = await asyncio.gather(
            *(client.post("/v1/notes", json={"words": words}, headers=keyed(key)) for _ in range(6))
        )
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert (await _words(bench)).count(words) == 1


async def test_a_missing_key_is_asked_for(bench: Bench) -> None:
    async with bench.client() as client:
        answer = await client.post("/v1/notes", json={"words": "x"})
    assert answer.status_code == 400
    assert answer.json()["code"] == "idempotency_key_missing"


async def test_wrong_fields_are_named_by_pointer_in_both_languages(bench: Bench) -> None:
    async with bench.client() as client:
        body = {"seats": -1}
        zh = await client.post("/v1/notes", json=body, headers=keyed())
        en = await client.post("/v1/notes", json=body, headers={**keyed(), "accept-language": "en"})
    pointers = {error["pointer"] for error in zh.json()["errors"]}
    assert pointers == {"/words", "/seats"}
    assert zh.status_code == 422
    assert {e["message"] for e in zh.json()["errors"]} == {"必填", "不得小于 0"}
    assert "greater than or equal to 0" in json.dumps(en.json()["errors"])


async def test_a_broken_body_is_a_400_problem(bench: Bench) -> None:
    async with bench.client() as client:
        headers = {**keyed(), "content-type": "application/json"}
        answer = await client.post("/v1/notes", content=b'{"words": ', headers=headers)
    assert answer.status_code == 400
    assert answer.json()["code"] == "malformed_body"


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_over_the_cap_is_refused(bench: Bench, announced: bool) -> None:
    async def chunks() -> object:
        for _ in range(20):
            yield b"x" * 10_000

    async with bench.client() as client:
        content = b"x" * 200_000 if announced else chunks()
        answer = await client.post("/v1/notes", content=content, headers=keyed())
    assert answer.status_code == 413
    assert answer.json()["code"] == "body_too_large"


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": int(time.time()) - 5},
        {"iss": "https://elsewhere.example"},
        {"aud": "another"},
        {"typ": "JWT"},
        {"key": ECKey.generate_key("P-256", auto_kid=True)},
    ],
    ids=["expired", "issuer", "audience", "type", "foreign key"],
)
async def test_a_token_that_does_not_hold_is_refused(
    bench: Bench, changes: dict[str, object]
) -> None:
    async with bench.client(**changes) as client:
        answer = await client.get("/v1/notes")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_no_token_and_a_broken_one_are_refused(bench: Bench) -> None:
    transport = httpx.ASGITransport(app=bench.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://room") as client:
        for header in ({}, {"authorization": "Bearer x.y.z"}, {"authorization": "Basic abc"}):
            assert (await client.get("/v1/notes", headers=header)).status_code == 401


async def test_a_missing_scope_is_named(bench: Bench) -> None:
    async with bench.client(scope="notes:read") as client:
        answer = await client.get("/v1/notes")
    assert answer.status_code == 403
    assert "notes:write" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("tag", "status"), [('"v3"', 200), ('"v2"', 412), ("nonsense", 412), (None, 428)]
)
async def test_a_writer_names_the_version_it_saw(
    bench: Bench, tag: str | None, status: int
) -> None:
    headers = {"if-match": tag} if tag else {}
    async with bench.client() as client:
        answer = await client.put(f"/v1/notes/{uuid4()}", headers=headers)
    assert answer.status_code == status


async def test_rows_of_another_organisation_are_invisible_to_the_app_role(bench: Bench) -> None:
    mine, theirs = uuid4(), uuid4()
    async with bench.client(org_id=str(mine)) as client:
        await client.post("/v1/notes", json={"words": "mine"}, headers=keyed())
    count = text("SELECT count(*) FROM outbox WHERE org_id = :org")
    for scope, seen in ((Scope(org_id=mine), 1), (Scope(org_id=theirs), 0), (ANYONE, 0)):
        async with bench.database.begin(scope) as tx:
            assert await tx.scalar(count, {"org": mine}) == seen


async def test_a_page_cursor_that_was_changed_is_refused(bench: Bench) -> None:
    async with bench.client() as client:
        answer = await client.get("/v1/notes", params={"cursor": "AAAA" * 10})
    assert answer.status_code == 422
    assert answer.json()["code"] == "cursor_invalid"
