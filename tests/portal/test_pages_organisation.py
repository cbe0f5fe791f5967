from __future__ import annotations

from portal_hands import hidden_fields
from portal_platform import People


async def test_the_page_names_the_organisation_and_what_it_keeps(people: People):
    firm = await people.found()
    async with people.browser(firm.login) as browser:
        page = (await browser.open("/organisation?lang=en")).text
    assert f"<h1>{firm.name}</h1>" in page
    for path in ("verification", "sites", "people", "clients"):
        assert f'href="/organisation/{path}"' in page


async def test_a_site_is_added_and_changed(people: People):
    firm = await people.found()
    path = "/organisation/sites/new"
    async with people.browser(firm.login) as browser:
        told = {"name": "滨江厂区", "address": "杭州市滨江区江南大道 100 号"}
        assert (await browser.send(path, path, **told)).status_code == 303
        page = (await browser.open("/organisation/sites")).text
        assert "滨江厂区" in page
        one = page.partition('href="/organisation/sites/')[2].partition('"')[0]
        here = f"/organisation/sites/{one}"
        changed = {**told, "name": "滨江二厂", "region_code": "330108"}
        assert (await browser.send(here, here, **changed)).status_code == 303
        assert "滨江二厂" in (await browser.open("/organisation/sites")).text


async def test_a_wrong_region_is_said_at_its_field(people: People):
    firm = await people.found()
    path = "/organisation/sites/new"
    async with people.browser(firm.login) as browser:
        sent = await browser.send(path, path, name="厂区", address="某地", region_code="33")
    assert sent.status_code == 422
    assert 'href="#field-region-code"' in sent.text
    assert 'value="某地"' in sent.text


async def test_two_who_change_the_same_site_do_not_overwrite_each_other(people: People):
    firm = await people.found()
    admin = await people.api(firm.login)
    told = {"name": "一厂", "address": "某路 1 号", "region_code": None}
    made = (await admin.post(f"/v1/organisations/{firm.id}/sites", told)).body
    here = f"/organisation/sites/{made['id']}"
    async with people.browser(firm.login) as browser:
        page = (await browser.open(here)).text
        other = {**told, "name": "别人改的"}
        seen = hidden_fields(page)
        path = f"/v1/organisations/{firm.id}/sites/{made['id']}"
        await admin.put(path, other, etag=seen["_etag"])
        stale = {**seen, "name": "我改的", "address": "某路 1 号"}
        sent = await browser.http.post(here, data=stale)
    assert sent.status_code == 422
    (kept,) = (await admin.get(f"/v1/organisations/{firm.id}/sites")).body["items"]
    assert kept["name"] == "别人改的"


async def test_the_data_of_the_organisation_is_changed(people: People):
    firm = await people.found()
    path = "/organisation/details"
    async with people.browser(firm.login) as browser:
        sent = await browser.send(path, path, name="杭州新名有限公司", region_code="330106")
        assert sent.status_code == 303, sent.text
        assert "杭州新名有限公司" in (await browser.open("/organisation")).text


async def test_who_does_not_administer_finds_no_way_in(people: People):
    firm = await people.found()
    await people.join(firm.id, f"{firm.login}-hr", "hr")
    async with people.browser(f"{firm.login}-hr") as browser:
        assert 'href="/organisation"' not in (await browser.open("/")).text
        for path in ("", "/people", "/clients", "/verification", "/sites"):
            assert (await browser.open(f"/organisation{path}")).status_code == 403
