from __future__ import annotations

from portal_platform import People, new_number


async def _of_two(people: People) -> tuple[str, str, str]:
    """Return a person of a school and an enterprise: account name and both names."""
    school, firm = await people.found("school"), await people.found()
    login = f"both-{new_number()}"
    person_id = await people.join(school.id, login, "class_teacher")
    await people.also(firm.id, person_id, "mentor")
    return login, school.name, firm.name


async def test_people_of_two_organisations_are_offered_the_choice(people: People):
    login, school, firm = await _of_two(people)
    async with people.browser(login) as browser:
        assert 'href="/acting"' in (await browser.open("/?lang=en")).text
        page = (await browser.open("/acting")).text
    assert school in page
    assert firm in page


async def test_people_of_one_organisation_are_not_bothered(people: People):
    firm = await people.found()
    async with people.browser(firm.login) as browser:
        assert 'href="/acting"' not in (await browser.open("/")).text


async def test_the_choice_holds_and_leads_back(people: People):
    login, _, firm = await _of_two(people)
    async with people.browser(login) as browser:
        caller = (await browser.open("/acting?next=/account")).text
        wanted = caller.partition(f">{firm}<")[0].rpartition('value="')[2].partition('"')[0]
        sent = await browser.send("/acting", "/acting?next=/account", org_id=wanted)
        assert sent.headers["location"] == "/account"
        assert f"<dd>{firm}</dd>" in (await browser.open("/account")).text


async def test_the_choice_never_leads_to_another_site(people: People):
    login, _, _ = await _of_two(people)
    async with people.browser(login) as browser:
        sent = await browser.send("/acting", "/acting?next=https://evil.example/", org_id="")
        assert sent.headers["location"] == "/"
