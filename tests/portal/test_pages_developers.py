from __future__ import annotations

import ast
import re

import pytest
from portal_platform import People

from gateway.api.problems import known_errors
from gateway.portal.reference import read_groups
from gateway.portal.snippets import SCHOOL_STEPS, SNIPPETS
from shared.kernel.errors import DomainError


async def test_every_call_of_the_quick_start_exists(people: People):
    document = (await people.http.get("/openapi.json")).json()
    known = [re.sub(r"{\w+}", "[^/]+", path) for path in document["paths"]]
    for snippet in SNIPPETS:
        for path in re.findall(r"\$CHANJIAO(/[^\"\s]+)", snippet.curl.replace("$POST_ID", "id")):
            assert any(re.fullmatch(one, path) for one in known), path
    for step in SCHOOL_STEPS:
        assert step.method.lower() in document["paths"].get(step.path, {}), step


def test_the_python_of_the_quick_start_is_python():
    program = "\n".join(snippet.python.format(url="http://here") for snippet in SNIPPETS)
    assert ast.parse(program)
    assert "{{" not in program


async def test_the_quick_start_names_the_address_that_the_reader_sees(people: People):
    async with people.browser() as browser:
        page = (await browser.open("/developers")).text
    assert "export CHANJIAO=http://127.0.0.1:8000" in page


async def test_the_reference_shows_every_operation_with_its_parameters(people: People):
    document = (await people.http.get("/openapi.json")).json()
    async with people.browser() as browser:
        start = (await browser.open("/developers/reference")).text
        for name, operations in read_groups(document).items():
            page = (await browser.open(f"/developers/reference/{name}")).text
            for operation in operations:
                assert f'href="/developers/reference/{name}#{operation.id}"' in start
                section = page.partition(f'<h2 id="{operation.id}">')[2].partition("</section>")[0]
                assert operation.path in section
                for parameter in operation.parameters:
                    assert f"<code>{parameter.name}</code>" in section


async def test_every_link_to_a_shape_leads_to_it(people: People):
    document = (await people.http.get("/openapi.json")).json()
    async with people.browser() as browser:
        for name in read_groups(document):
            page = (await browser.open(f"/developers/reference/{name}")).text
            wanted = set(re.findall(r'href="#(shape-[^"]+)"', page))
            assert wanted <= set(re.findall(r'id="(shape-[^"]+)"', page))


async def test_the_scope_of_an_operation_is_told(people: People):
    async with people.browser() as browser:
        page = (await browser.open("/developers/reference/people")).text
    section = page.partition('<h2 id="get-v1-people">')[2].partition("</section>")[0]
    assert "<code>people:write</code>" in section


async def test_an_unknown_group_is_not_found(people: People):
    async with people.browser() as browser:
        assert (await browser.open("/developers/reference/nothing")).status_code == 404


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_every_error_has_a_page_that_says_how_to_mend_it(people: People, language: str):
    async with people.browser() as browser:
        catalogue = (await browser.open(f"/problems?lang={language}")).text
        for code, error in known_errors().items():
            assert f'href="/problems/{code}"' in catalogue
            page = await browser.open(f"/problems/{code}?lang={language}")
            assert page.status_code == 200
            title = error.title_zh if language == "zh" else error.title_en()
            assert title.replace("'", "&#39;") in page.text


def test_no_two_errors_share_a_code_and_none_of_the_house_is_forgotten():
    def walk(error: type[DomainError]) -> set[type[DomainError]]:
        return {error}.union(*(walk(inner) for inner in error.__subclasses__()))

    known = set(known_errors())
    house = {
        one
        for one in walk(DomainError)
        if one.__module__.split(".")[0] in {"shared", "services", "matching", "gateway"}
    }
    assert len(house) > 40
    assert {one.code for one in house} == known


async def test_the_address_in_a_problem_leads_to_its_page(people: People):
    refused = await people.http.get("/v1/policy-packs/nowhere")
    async with people.browser() as browser:
        page = await browser.open(refused.json()["type"])
    assert page.status_code == 200
    assert "policy_pack_not_found" in page.text


async def test_an_unknown_error_is_not_found(people: People):
    async with people.browser() as browser:
        assert (await browser.open("/problems/no_such_code")).status_code == 404
