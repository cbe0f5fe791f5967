"""People and their roles: who may make whom, and what becomes of an account."""

from __future__ import annotations

from uuid import uuid4

import httpx
import pytest

from tests.accounts.conftest import PASSWORD, Found, SignIn, Visitor


def student(number: int, **told: object) -> dict[str, object]:
    return {
        "login": f"stu-{uuid4().hex[:12]}",
        "name": "学生",
        "roles": ["student"],
        "member_no": f"G{number:05d}",
        **told,
    }


async def test_a_school_makes_a_year_of_students_at_once(
    found: Found, client: httpx.AsyncClient
) -> None:
    school = await found("school")
    rows = [student(number) for number in range(300)]
    made = await school.admin.post("/v1/people/bulk", {"rows": rows})
    assert made.status_code == 201, made.text
    items = made.json()["items"]
    assert [each["member_no"] for each in items] == [row["member_no"] for row in rows]
    first = items[0]
    opened = await client.post(
        "/v1/sign-in/activation",
        json={"login": first["login"], "code": first["activation_code"], "password": PASSWORD},
    )
    assert opened.status_code == 201, opened.text


async def test_an_activation_code_opens_once(found: Found, client: httpx.AsyncClient) -> None:
    school = await found("school")
    made = (await school.admin.post("/v1/people", student(1))).json()
    told = {"login": made["login"], "code": made["activation_code"]}
    assert (await client.post("/v1/sign-in/activation", json=told)).status_code == 201
    assert (await client.post("/v1/sign-in/activation", json=told)).status_code == 401


async def test_a_student_gets_the_number_into_the_token(
    found: Found, client: httpx.AsyncClient
) -> None:
    school = await found("school")
    made = (await school.admin.post("/v1/people", student(7))).json()
    opened = await client.post(
        "/v1/sign-in/activation",
        json={"login": made["login"], "code": made["activation_code"]},
    )
    token = await client.post(
        "/v1/sessions/token", headers={"authorization": f"Session {opened.json()['session']}"}
    )
    headers = {"authorization": f"Bearer {token.json()['access_token']}"}
    me = (await client.get("/v1/me", headers=headers)).json()
    assert me["member_no"] == "G00007"
    assert "wishes:write" in me["scopes"]
    assert "people:write" not in me["scopes"]


async def test_one_wrong_row_writes_nothing_and_every_fault_is_named(found: Found) -> None:
    school = await found("school")
    known = (await school.admin.post("/v1/people", student(1))).json()
    rows = [
        student(2),
        student(3, roles=["hr"]),
        student(4, login="the-same-twice"),
        student(5, login="The-Same-Twice"),
    ]
    refused = await school.admin.post("/v1/people/bulk", {"rows": rows})
    assert refused.status_code == 422
    places = {each["pointer"] for each in refused.json()["errors"]}
    assert places == {"/rows/1/roles/0", "/rows/2/login", "/rows/3/login"}
    rows = [student(6), student(7, login=known["login"]), student(1)]
    refused = await school.admin.post("/v1/people/bulk", {"rows": rows})
    assert [(each["code"], each["pointer"]) for each in refused.json()["errors"]] == [
        ("login_taken", "/rows/1/login")
    ]
    refused = await school.admin.post("/v1/people/bulk", {"rows": [student(8), student(1)]})
    assert [each["code"] for each in refused.json()["errors"]] == ["member_no_taken"]
    people = (await school.admin.get("/v1/people", params={"role": "student"})).json()["items"]
    assert [each["member_no"] for each in people] == ["G00001"]


async def test_a_list_masks_telephone_and_mail(found: Found) -> None:
    school = await found("school")
    made = await school.admin.post(
        "/v1/people", student(1, phone="13812345678", email="alice@example.cn")
    )
    listed = (await school.admin.get("/v1/people", params={"role": "student"})).json()["items"][0]
    assert listed["phone"] == "138****5678"
    assert listed["email"] == "a***@example.cn"
    full = (await school.admin.get(f"/v1/people/{made.json()['id']}")).json()
    assert full["phone"] == "13812345678"


async def test_people_of_another_organisation_are_not_found(found: Found) -> None:
    mine, theirs = await found("school"), await found("school")
    person = (await theirs.admin.post("/v1/people", student(1))).json()["id"]
    assert (await mine.admin.get(f"/v1/people/{person}")).status_code == 404
    path = f"/v1/people/{person}/membership"
    put = await mine.admin.call("PUT", path, json={"roles": ["student"]})
    assert put.status_code == 404
    assert (await mine.admin.post(f"/v1/people/{person}/activation")).status_code == 404
    listed = await mine.admin.get("/v1/people", params={"org_id": theirs.id})
    assert listed.status_code == 404
    made = await mine.admin.post("/v1/people", {**student(2), "org_id": theirs.id})
    assert made.status_code == 404


async def test_a_student_never_lists_the_people_of_their_school(
    found: Found, client: httpx.AsyncClient
) -> None:
    school = await found("school")
    made = (await school.admin.post("/v1/people", {**student(1), "password": PASSWORD})).json()
    opened = await client.post("/v1/sessions", json={"login": made["login"], "password": PASSWORD})
    token = await client.post(
        "/v1/sessions/token", headers={"authorization": f"Session {opened.json()['session']}"}
    )
    headers = {"authorization": f"Bearer {token.json()['access_token']}"}
    assert (await client.get("/v1/people", headers=headers)).status_code == 403


async def test_a_blocked_person_is_out_at_once(
    found: Found, client: httpx.AsyncClient, sign_in: SignIn
) -> None:
    school = await found("school")
    row = {**student(1), "password": PASSWORD}
    made = (await school.admin.post("/v1/people", row)).json()
    person = await sign_in(made["login"])
    read = await school.admin.get(f"/v1/people/{made['id']}")
    blocked = await school.admin.call(
        "PATCH",
        f"/v1/people/{made['id']}",
        json={"status": "blocked"},
        headers={"if-match": read.headers["etag"]},
    )
    assert blocked.status_code == 200, blocked.text
    headers = {"authorization": f"Session {person.session}"}
    assert (await client.post("/v1/sessions/token", headers=headers)).status_code == 401
    again = {"login": made["login"], "password": PASSWORD}
    assert (await client.post("/v1/sessions", json=again)).status_code == 401


async def test_only_the_organisation_that_made_an_account_changes_it(
    operator: Visitor, found: Found
) -> None:
    home, other = await found(), await found()
    person = home.admin.body["person"]["id"]
    await operator.call(
        "PUT",
        f"/v1/people/{person}/membership",
        params={"org_id": other.id},
        json={"roles": ["mentor"]},
    )
    refused = await other.admin.post(f"/v1/people/{person}/activation")
    assert refused.status_code == 409
    assert refused.json()["code"] == "not_home_organisation"


async def test_an_organisation_keeps_its_last_administrator(found: Found) -> None:
    company = await found()
    person = company.admin.body["person"]["id"]
    gone = await company.admin.call("DELETE", f"/v1/people/{person}/membership")
    assert gone.status_code == 409
    lesser = await company.admin.call(
        "PUT", f"/v1/people/{person}/membership", json={"roles": ["hr"]}
    )
    assert lesser.json()["code"] == "last_admin"


async def test_a_writer_who_saw_an_older_version_is_refused(found: Found) -> None:
    school = await found("school")
    made = (await school.admin.post("/v1/people", student(1))).json()
    path = f"/v1/people/{made['id']}"
    assert (await school.admin.call("PATCH", path, json={"name": "甲"})).status_code == 428
    etag = (await school.admin.get(path)).headers["etag"]
    first = await school.admin.call("PATCH", path, json={"name": "乙"}, headers={"if-match": etag})
    assert first.status_code == 200
    second = await school.admin.call("PATCH", path, json={"name": "丙"}, headers={"if-match": etag})
    assert second.status_code == 412


async def test_a_new_password_needs_the_old_one_and_ends_every_session(
    found: Found, sign_in: SignIn, client: httpx.AsyncClient
) -> None:
    company = await found()
    path = "/v1/me/password"
    wrong = await company.admin.call(
        "PUT", path, json={"current": "not this one", "new": "a new long one"}
    )
    assert wrong.status_code == 401
    right = await company.admin.call(
        "PUT", path, json={"current": PASSWORD, "new": "a new long one"}
    )
    assert right.status_code == 204
    headers = {"authorization": f"Session {company.admin.session}"}
    assert (await client.post("/v1/sessions/token", headers=headers)).status_code == 401
    login = (await company.admin.get("/v1/me")).json()["login"]
    assert (await sign_in(login, "a new long one")).body["org_id"] == company.id


@pytest.mark.parametrize("role", ["operator", "authority_admin", "nobody"])
async def test_no_organisation_gives_roles_beyond_its_kind(found: Found, role: str) -> None:
    company = await found()
    row = student(1, roles=[role])
    refused = await company.admin.post("/v1/people", row)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/roles/0"


async def test_a_person_corrects_and_removes_their_own_data(found: Found) -> None:
    company = await found()
    corrected = await company.admin.call("PATCH", "/v1/me", json={"phone": "13900001111"})
    assert corrected.json()["phone"] == "13900001111"
    removed = await company.admin.call("PATCH", "/v1/me", json={"phone": None})
    assert removed.json()["phone"] is None
    assert (await company.admin.call("PATCH", "/v1/me", json={"name": "X"})).status_code == 422


async def test_a_look_from_outside_is_in_the_log_of_who_was_looked_at(
    found: Found, operator: Visitor
) -> None:
    company = await found()
    person = company.admin.body["person"]["id"]
    params = {"org_id": company.id}
    assert (await operator.get(f"/v1/people/{person}", params=params)).status_code == 200
    assert (await operator.get("/v1/people", params=params)).status_code == 200
    await company.admin.get(f"/v1/people/{person}")
    log = await company.admin.get("/v1/audit", params={"action": "person.read"})
    assert [(each["object_id"], each["facts"]) for each in log.json()["items"]] == [
        (company.id, {"listed": True}),
        (person, {"listed": False}),
    ]
