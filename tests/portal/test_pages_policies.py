from __future__ import annotations

import re

import pytest
from portal_platform import People

from gateway.portal.policy_values import say_value
from gateway.portal.translation import texts_in
from shared.policies.library import list_keys, list_packs


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_list_names_every_pack_and_every_parameter(people: People, language: str):
    async with people.browser() as browser:
        page = (await browser.open(f"/policies?lang={language}")).text
    for pack in list_packs():
        assert f'href="/policies/{pack.id}"' in page
        assert pack.name.in_language(language) in page  # type: ignore[arg-type]
    for key in list_keys():
        assert f'href="/policies/parameters/{key}"' in page


async def test_every_value_of_a_pack_stands_beside_its_clause_and_wording(people: People):
    async with people.browser() as browser:
        page = (await browser.open("/policies/cn-zj-hz")).text
    assert "杭政办函〔2020〕4号" in page
    assert "不低于职工教育经费的70%" in page
    assert re.search(r'id="training.frontline_min"', page)


async def test_a_value_taken_over_leads_to_the_row_of_the_pack_that_says_it(people: People):
    async with people.browser() as browser:
        page = (await browser.open("/policies/cn-zj-hz")).text
        assert 'href="/policies/cn-zj#practice.vocational_share"' in page
        parent = (await browser.open("/policies/cn-zj")).text
    assert 'id="practice.vocational_share"' in parent


async def test_what_no_document_answers_is_said_to_be_silent(people: People):
    async with people.browser() as browser:
        page = (await browser.open("/policies/cn-zj?lang=en")).text
    silent = page.partition("<h2>Silent</h2>")[2].partition("<h2>")[0]
    assert "/policies/parameters/training.accrual" in silent
    assert "/policies/parameters/training.frontline_min" not in silent


async def test_the_rules_tell_their_level_and_how_well_their_text_is_known(people: People):
    async with people.browser() as browser:
        page = (await browser.open("/policies/cn?lang=en")).text
    rules = page.partition("Rules that posts and placements are checked against")[2]
    (root,) = [pack for pack in list_packs() if pack.parent is None]
    assert rules.count("<tr") >= len(root.rules)
    for words in ("Blocks", "Warning", "From memory, to be checked", "Wording read"):
        assert words in rules


async def test_targets_are_shown_where_they_were_promised_and_nowhere_else(people: People):
    async with people.browser() as browser:
        assert "TGT-HZ-01" in (await browser.open("/policies/cn-zj-hz")).text
        assert "TGT-ZJ-01" not in (await browser.open("/policies/cn-zj-hz")).text


_ROMAN = re.compile(r"\b(III|IV)\b")


@pytest.mark.parametrize("pack", [each.id for each in list_packs()])
async def test_no_value_speaks_english_on_a_chinese_page(people: People, pack: str):
    async with people.browser() as browser:
        page = (await browser.open(f"/policies/{pack}?lang=zh")).text
    shown = re.findall(r'data-label="(?:数值|值|指标)"><div[^>]*>(.*?)</div></t[dh]>', page, re.S)
    assert shown
    words = [_ROMAN.sub("", re.sub(r"<[^>]+>", " ", each)) for each in shown]
    assert [each for each in words if re.search(r"[A-Za-z]{2}|\b\d+ y\b", each)] == []


async def test_one_parameter_is_compared_place_by_place(people: People):
    async with people.browser() as browser:
        page = (await browser.open("/policies/parameters/training.frontline_min?lang=en")).text
    rows = page.partition("<tbody")[2].split("<tr")[1:]
    assert len(rows) == len(list_packs())
    (jilin,) = [row for row in rows if 'href="/policies/cn-jl"' in row]
    (hangzhou,) = [row for row in rows if 'href="/policies/cn-zj-hz"' in row]
    (china,) = [row for row in rows if 'href="/policies/cn"' in row]
    assert "60%" in jilin
    assert "Its own document" in jilin
    assert "70%" in hangzhou
    assert "Silent" in china


async def test_a_quotation_on_an_english_page_is_marked_as_chinese(people: People):
    async with people.browser() as browser:
        page = (await browser.open("/policies/parameters/training.frontline_min?lang=en")).text
    assert re.search(r'<div lang="zh-CN">[^<]*十五', page)


@pytest.mark.parametrize("path", ["/policies/nowhere", "/policies/parameters/no.such"])
async def test_an_unknown_pack_or_parameter_is_not_found(people: People, path: str):
    async with people.browser() as browser:
        assert (await browser.open(path)).status_code == 404


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("share", 0.02, "2%"),
        ("share", 0.015, "1.5%"),
        ("money_fen_range", {"low": 100000, "high": 200000}, "¥1,000–¥2,000"),
        ("years", 0.5, "0.5 years"),
        ("years", 1, "1 year"),
        ("codes", ["III", "IV"], "III, IV"),
        ("flag", False, "No"),
        ("clock", "22:00", "22:00"),
    ],
)
def test_a_value_is_said_as_people_read_it(kind: str, value: object, words: str):
    assert say_value(kind, value, texts_in("en")) == words
