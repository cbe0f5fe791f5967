from __future__ import annotations

import io
import re

import httpx
from portal_hands import Browser, hidden_fields
from portal_platform import PASSWORD, People, new_number

LIST = "/organisation/people"


async def _sent(browser: Browser, **fields: str | list[str]) -> httpx.Response:
    page = await browser.open(f"{LIST}/new")
    return await browser.http.post(f"{LIST}/new", data={**hidden_fields(page.text), **fields})


async def _sent_file(browser: Browser, body: str) -> httpx.Response:
    page = await browser.open(f"{LIST}/import")
    table = {"file": ("人员.csv", io.BytesIO(body.encode()), "text/csv")}
    fields = hidden_fields(page.text)
    return await browser.http.post(f"{LIST}/import", data=fields, files=table)


def _code(page: str) -> str:
    (code,) = re.findall(r'<code class="once">([^<]+)</code>', page)
    return code


async def test_a_new_persons_code_is_shown_once_and_works(people: People):
    firm, login = await people.found(), f"new-{new_number()}"
    async with people.browser(firm.login) as browser:
        made = await _sent(browser, name="赵强", login=login, roles=["hr", "mentor"])
        assert made.status_code == 201, made.text
        assert made.headers["cache-control"] == "no-store"
        code = _code(made.text)
        listed = (await browser.open(LIST)).text
        assert "赵强" in listed
        assert code not in listed
    async with people.browser() as browser:
        told = {"login": login, "code": code, "password": PASSWORD}
        assert (await browser.send("/activate", "/activate", **told)).status_code == 303


async def test_the_list_masks_what_the_page_of_one_person_shows(people: People):
    firm = await people.found()
    admin = await people.api(firm.login)
    body = {"login": f"m-{new_number()}", "name": "钱芳", "roles": ["hr"], "phone": "13812345678"}
    made = (await admin.post("/v1/people", body)).body
    async with people.browser(firm.login) as browser:
        assert "138****5678" in (await browser.open(LIST)).text
        assert "13812345678" not in (await browser.open(LIST)).text
        assert "13812345678" in (await browser.open(f"{LIST}/{made['id']}")).text


async def test_the_list_is_searched_and_narrowed_by_role(people: People):
    firm = await people.found()
    await people.join(firm.id, f"s-{new_number()}", "mentor", name="孙师傅")
    async with people.browser(firm.login) as browser:
        assert "孙师傅" in (await browser.open(f"{LIST}?role=mentor")).text
        assert "孙师傅" not in (await browser.open(f"{LIST}?role=hr")).text
        assert "孙师傅" in (await browser.open(f"{LIST}?q=孙师")).text
        assert firm.login not in (await browser.open(f"{LIST}?q=孙师")).text


async def test_a_taken_login_is_said_at_its_field_and_nothing_typed_is_lost(people: People):
    firm = await people.found()
    async with people.browser(firm.login) as browser:
        sent = await _sent(browser, name="赵强", login=firm.login, roles="hr")
    assert sent.status_code == 422
    assert 'href="#field-login"' in sent.text
    assert re.search(r'value="hr" checked', sent.text)


async def test_roles_are_changed_but_the_last_administrator_stays(people: People):
    firm = await people.found()
    person_id = await people.join(firm.id, f"r-{new_number()}", "mentor", name="周工")
    admin = await people.api(firm.login)
    own = (await admin.get("/v1/me")).body["id"]
    async with people.browser(firm.login) as browser:
        here = f"{LIST}/{person_id}"
        assert (await browser.send(here, here, roles="hr")).status_code == 303
        assert (await admin.get(f"/v1/people/{person_id}")).body["roles"] == ["hr"]
        here = f"{LIST}/{own}"
        assert (await browser.send(here, here, roles="hr")).status_code == 422


async def test_a_new_code_voids_the_password(people: People):
    firm, login = await people.found(), f"f-{new_number()}"
    person_id = await people.join(firm.id, login, "mentor")
    async with people.browser(firm.login) as browser:
        here = f"{LIST}/{person_id}"
        made = await browser.send(f"{here}/activation", here)
    assert _code(made.text)
    async with people.browser() as browser:
        told = {"login": login, "password": PASSWORD}
        assert (await browser.send("/sign-in", "/sign-in", **told)).status_code == 422


async def test_a_blocked_account_does_not_sign_in(people: People):
    firm, login = await people.found(), f"b-{new_number()}"
    person_id = await people.join(firm.id, login, "mentor")
    async with people.browser(firm.login) as browser:
        here = f"{LIST}/{person_id}/data"
        page = (await browser.open(here)).text
        fields = {**hidden_fields(page), "name": "王敏", "status": "blocked"}
        sent = await browser.http.post(here, data=fields)
        assert sent.status_code == 303, sent.text
    async with people.browser() as browser:
        told = {"login": login, "password": PASSWORD}
        assert (await browser.send("/sign-in", "/sign-in", **told)).status_code == 422


async def test_leaving_is_asked_first_and_takes_the_roles(people: People):
    firm = await people.found()
    person_id = await people.join(firm.id, f"l-{new_number()}", "mentor", name="吴老师")
    async with people.browser(firm.login) as browser:
        path = f"{LIST}/{person_id}/leaving"
        assert "吴老师" in (await browser.open(path)).text
        assert (await browser.send(path, path)).status_code == 303
        assert "吴老师" not in (await browser.open(LIST)).text


async def test_a_table_of_people_makes_accounts_with_their_codes(people: People):
    school, start = await people.found("school"), new_number()
    rows = [f"bulk-{start}-{n},学生{n},学生,{start}0{n}" for n in range(3)]
    async with people.browser(school.login) as browser:
        made = await _sent_file(browser, "账号,姓名,角色,编号\n" + "\n".join(rows))
        assert made.status_code == 201, made.text
        for n in range(3):
            assert f"bulk-{start}-{n}" in made.text
        assert "学生2" in (await browser.open(f"{LIST}?role=student")).text


async def test_one_wrong_cell_stops_the_table_and_is_named_by_row_and_column(people: People):
    school, start = await people.found("school"), new_number()
    body = f"账号,姓名,角色\nx-{start}-1,甲,学生\nx-{start}-2,乙,校长\n"
    async with people.browser(school.login) as browser:
        sent = await _sent_file(browser, body)
        assert sent.status_code == 422
        assert "第 3 行 角色" in sent.text
        assert (
            f"x-{start}-1"
            not in (await browser.open(f"{LIST}?q=x-{start}-1")).text.partition("<table")[2]
        )


async def test_what_the_api_refuses_of_a_table_is_named_by_its_row(people: People):
    school, start = await people.found("school"), new_number()
    body = f"账号,姓名,角色\ny-{start},甲,学生\n{school.login},乙,学生\n"
    async with people.browser(school.login) as browser:
        sent = await _sent_file(browser, body)
    assert sent.status_code == 422
    assert "第 3 行 账号" in sent.text


async def test_no_file_a_broken_file_and_unknown_headers_are_told(people: People):
    school = await people.found("school")
    async with people.browser(school.login) as browser:
        path = f"{LIST}/import"
        assert 'href="#field-file"' in (await browser.send(path, path)).text
        for body in ("", "甲,乙\n1,2\n"):
            sent = await _sent_file(browser, body)
            assert sent.status_code == 422
            assert 'href="#field-file"' in sent.text


async def test_the_template_can_be_fetched(people: People):
    school = await people.found("school")
    async with people.browser(school.login) as browser:
        answer = await browser.open(f"{LIST}/template.xlsx")
    assert answer.content[:2] == b"PK"


async def test_a_person_of_another_organisation_is_not_found(people: People):
    firm, other = await people.found(), await people.found()
    person_id = await people.join(other.id, f"o-{new_number()}", "mentor")
    async with people.browser(firm.login) as browser:
        assert (await browser.open(f"{LIST}/{person_id}")).status_code == 404
