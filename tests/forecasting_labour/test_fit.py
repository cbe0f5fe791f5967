"""The fit of majors with the industries that documents name, and 求人倍率 as its own series."""

from __future__ import annotations

import pytest

from services.forecasting.domain.fit import WHOLE, release_fit
from services.forecasting.domain.named_industries import NAMED, NamedIndustry, named_industries
from shared.catalogues.industries import find_industry
from shared.catalogues.majors import majors
from shared.kernel.errors import Text
from shared.policies.library import get_pack
from tests.forecasting_labour.conftest import LabourRoom
from tests.forecasting_labour.labour_tables import (
    CNC,
    COHORT,
    INDUSTRY,
    LATHE,
    MARKET,
    NURSE,
    NURSING,
    report,
    table,
)
from tests.forecasting_labour.test_releases import release


@pytest.mark.parametrize("pack", sorted(NAMED))
def test_every_class_and_code_of_a_named_industry_exists_and_its_pack_is_shipped(
    pack: str,
) -> None:
    known = {major.class_name for major in majors()}
    for each in NAMED[pack]:
        assert set(each.classes) <= known, each.key
        missing = [code for code in each.industries if find_industry(code) is None]
        assert missing == [], each.key
    assert get_pack(pack).id == pack
    assert len({each.key[:12] for each in NAMED[pack]}) == len(NAMED[pack])


def _named(key: str, classes: tuple[str, ...], codes: tuple[str, ...]) -> NamedIndustry:
    return NamedIndustry(key, Text(key, key), "三", classes, codes)


def _cohort(major: str, enrolled: int, year: int = 2025) -> dict[str, object]:
    return {"major_code": major, "enrolled": enrolled, "entry_year": year}


def test_the_score_is_one_where_enrolment_follows_employment_and_falls_where_it_does_not() -> None:
    named = [_named("a", ("机械设计制造类",), ("34",)), _named("b", ("护理类",), ("84",))]
    industries = [
        {"industry_code": "34", "headcount": 300},
        {"industry_code": "84", "headcount": 100},
    ]

    def score(lathes: int, nurses: int) -> float | None:
        cohorts = [_cohort(CNC, lathes), _cohort(NURSING, nurses), _cohort(CNC, 9999, 2024)]
        cells = {cell.code: cell.body for cell in release_fit(cohorts, industries, named)}
        return cells[WHOLE]["score"]

    assert score(30, 10) == 1.0
    assert score(10, 30) == 0.5
    assert score(0, 40) == 0.25


def test_a_division_and_its_groups_are_not_added_up_and_a_missing_part_is_not_guessed() -> None:
    named = [
        _named("a", ("机械设计制造类",), ("34",)),
        _named("b", ("护理类",), ("3973",)),
    ]
    industries = [
        {"industry_code": "34", "headcount": 300},
        {"industry_code": "341", "headcount": 100},
        {"industry_code": "39", "headcount": 50},
    ]
    cells = {
        cell.code: cell.body
        for cell in release_fit([_cohort(CNC, 1), _cohort(NURSING, 1)], industries, named)
    }
    assert cells["a"]["employed"] == 300
    assert cells["b"]["employed"] is None
    assert cells[WHOLE]["score"] is None


async def test_the_fit_of_a_city_is_public_with_the_clause_that_names_each_industry(
    labouring: LabourRoom,
) -> None:
    authority, anyone = labouring.authority(), labouring.anyone()
    rows = [("330600", "甲学院", CNC, 2025, 3, 100), ("330600", "甲学院", NURSING, 2025, 3, 100)]
    await report(labouring, authority, "cohorts", table(COHORT, rows))
    status = [
        ("330600", code, "2025Q4", 50, people, 10, 5)
        for code, people in (("C34", 600), ("C35", 400), ("C27", 500))
    ]
    await report(labouring, authority, "industries", table(INDUSTRY, status))
    empty = (await anyone.get("/v1/regions/330600/fit")).json()
    assert (empty["score"], empty["named"], empty["industries"]) == (None, 12, [])
    assert (await release(labouring, authority, "fit", "2025"))["state"] == "done"
    told = (await anyone.get("/v1/regions/330600/fit")).json()
    by_key = {each["key"]: each for each in told["industries"]}
    assert (by_key["equipment"]["clause"], by_key["equipment"]["enrolled"]) == ("三", 100)
    assert by_key["equipment"]["employed"] == 1000
    assert by_key["pearls"]["enrolled"] is None  # no class of majors without guessing
    assert told["document"] == "绍政办发〔2020〕16号"
    assert (told["compared"], told["coverage"]) == (2, 0.5)
    assert told["score"] == pytest.approx(2 / 3, abs=1e-4)


async def test_where_no_document_names_industries_no_fit_is_computed(labour: LabourRoom) -> None:
    assert named_industries("330000") == ("cn-zj", ())
    told = {"kind": "fit", "region": "330000", "period": "2025"}
    answer = await labour.authority("330000").post("/v1/labour-releases", json=told)
    assert answer.json()["code"] == "fit_without_industries"


async def test_posts_per_seeker_comes_from_its_own_series_and_hides_few_seekers(
    labouring: LabourRoom,
) -> None:
    authority, anyone = labouring.authority(), labouring.anyone()
    rows = [("330600", LATHE, "2026Q1", 300, 100), ("330600", NURSE, "2026Q1", 9, 3)]
    await report(labouring, authority, "market", table(MARKET, rows))
    assert (await anyone.get("/v1/posts-per-seeker")).json()["items"] == []
    assert (await release(labouring, authority, "market", "2026Q1"))["state"] == "done"
    told = (await anyone.get("/v1/posts-per-seeker", params={"region": "330600"})).json()
    by_code = {each["occupation_code"]: each for each in told["items"]}
    assert (by_code[LATHE]["value"], by_code[LATHE]["quarter"]) == (3.0, "2026Q1")
    assert (by_code[NURSE]["posts"], by_code[NURSE]["value"]) == (None, None)
    assert by_code[NURSE]["suppressed"]
