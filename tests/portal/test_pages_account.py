from __future__ import annotations

import re

from portal_platform import PASSWORD, People, new_number


async def _invited(people: People) -> tuple[str, str]:
    """Return the account name and the activation code of a new person."""
    firm = await people.found()
    admin = await people.api(firm.login)
    login = f"invited-{new_number()}"
    body = {"login": login, "name": "李工", "roles": ["mentor"]}
    return login, (await admin.post("/v1/people", body)).body["activation_code"]


async def test_a_code_opens_the_account_once_and_sets_the_password(people: People):
    login, code = await _invited(people)
    async with people.browser() as browser:
        told = {"login": login, "code": code, "password": PASSWORD}
        sent = await browser.send("/activate", "/activate", **told)
        assert sent.status_code == 303
        assert "李工" in (await browser.open("/")).text
    async with people.browser(login) as browser:
        assert "李工" in (await browser.open("/account")).text
    async with people.browser() as browser:
        again = await browser.send("/activate", "/activate", **told)
    assert again.status_code == 422


async def test_a_short_password_is_refused_before_the_code_is_used(people: People):
    login, code = await _invited(people)
    async with people.browser() as browser:
        told = {"login": login, "code": code}
        sent = await browser.send("/activate", "/activate", **told, password="short")
        assert sent.status_code == 422
        assert 'href="#field-password"' in sent.text
        sent = await browser.send("/activate", "/activate", **told, password=PASSWORD)
        assert sent.status_code == 303


async def test_the_account_shows_what_is_kept_and_the_roles_in_words(people: People):
    firm = await people.found()
    async with people.browser(firm.login) as browser:
        page = (await browser.open("/account?lang=en")).text
    for words in (firm.login, firm.name, "Administrator of the enterprise"):
        assert words in page


async def test_a_changed_password_ends_the_session_and_lets_in_anew(people: People):
    firm = await people.found()
    path = "/account/password"
    async with people.browser(firm.login) as browser:
        wrong = await browser.send(path, path, current="not it at all", new="another sentence 1")
        assert wrong.status_code == 422
        assert 'href="#field-current"' in wrong.text
        sent = await browser.send(path, path, current=PASSWORD, new="another sentence 1")
        assert sent.headers["location"] == "/sign-in"
        assert (await browser.open("/account")).status_code == 303
        told = {"login": firm.login, "password": "another sentence 1"}
        assert (await browser.send("/sign-in", "/sign-in", **told)).status_code == 303
        assert (await browser.open("/account")).status_code == 200


async def test_a_consent_is_listed_by_the_name_of_its_recipient_and_withdrawn(people: People):
    school, firm = await people.found("school"), await people.found()
    login = f"student-{new_number()}"
    await people.join(school.id, login, "student")
    student = await people.api(login)
    given = {"purpose": "share_with_host", "to_org_id": firm.id, "text_version": "2026-1"}
    await student.post("/v1/consents", given)
    async with people.browser(login) as browser:
        page = (await browser.open("/account?lang=en")).text
        assert firm.name in page
        (action,) = re.findall(r'action="(/account/consents/[^"]+/withdrawal)"', page)
        assert (await browser.send(action, "/account")).status_code == 303
        page = (await browser.open("/account")).text
        assert "Withdrawn" in page
        assert action not in page
    (kept,) = (await student.get("/v1/consents")).body["items"]
    assert kept["withdrawn_at"] is not None


async def test_nobody_withdraws_the_consent_of_another(people: People):
    school = await people.found("school")
    logins = [f"student-{new_number()}" for _ in range(2)]
    for login in logins:
        await people.join(school.id, login, "student")
    owner = await people.api(logins[0])
    told = {"purpose": "sensitive_data", "text_version": "2026-1"}
    made = (await owner.post("/v1/consents", told)).body
    async with people.browser(logins[1]) as browser:
        action = f"/account/consents/{made['id']}/withdrawal"
        assert (await browser.send(action, "/account/password")).status_code == 404


async def test_who_has_left_every_organisation_still_sees_their_account(people: People):
    firm = await people.found()
    login = f"leaver-{new_number()}"
    person_id = await people.join(firm.id, login, "mentor")
    admin = await people.api(firm.login)
    await admin.delete(f"/v1/people/{person_id}/membership")
    async with people.browser(login) as browser:
        page = await browser.open("/account?lang=en")
    assert page.status_code == 200
    assert "You have given no consent" in page.text
