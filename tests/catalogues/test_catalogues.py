"""The shipped catalogues: what stands in them, how they are found, and where they come from."""

import csv
import gzip
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from shared.catalogues.colleges import colleges, find_college
from shared.catalogues.compile import COMPILERS, as_csv, main
from shared.catalogues.industries import find_industry, industries
from shared.catalogues.major_codes import GROUPS, class_of, group_of, level_of
from shared.catalogues.majors import find_major, majors
from shared.catalogues.occupations import (
    find_occupation,
    major_groups_of,
    majors_of,
    occupations,
    occupations_of,
)
from shared.catalogues.regions import find_region, lineage_of, regions

SOURCE = Path(__file__).parents[2].parent / "shared" / "data"
DATA = Path(__file__).parents[2] / "shared" / "catalogues" / "data"
needs_source = pytest.mark.skipif(
    not (SOURCE / "catalogues" / "csco_2022.csv").exists(),
    reason="the source tables of the catalogues are not beside this checkout",
)
ALL = (regions, majors, occupations, industries, colleges)


def source(name: str) -> list[dict[str, str]]:
    with (SOURCE / name).open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


@needs_source
@pytest.mark.parametrize("name", COMPILERS)
def test_the_committed_file_is_what_its_source_compiles_to(name: str):
    header, rows = COMPILERS[name](SOURCE)
    assert gzip.decompress((DATA / f"{name}.csv.gz").read_bytes()) == as_csv(header, rows)


@needs_source
def test_compiling_twice_gives_the_same_bytes(tmp_path: Path):
    for run in ("one", "two"):
        assert main(["--source", str(SOURCE), "--out", str(tmp_path / run)]) == 0
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()


@needs_source
def test_nothing_of_the_sources_is_lost_on_the_way():
    assert {r["code"] for r in source("catalogues/regions/areas.csv")} <= {
        region.code for region in regions()
    }
    listed = {(r["code"], r["name"]) for r in source("catalogues/majors_moe.csv")}
    assert listed <= {(major.code, major.name) for major in majors()}
    assert {r["moe_code"] for r in source("institutions/colleges_moe_2025.csv")} == {
        college.code for college in colleges()
    }
    marked = {(r["code"], r["name"].rstrip("LS/")) for r in source("catalogues/csco_2022.csv")}
    assert marked == {(occupation.code, occupation.name) for occupation in occupations()}


def test_regions_are_a_tree_of_six_digit_codes():
    assert Counter(region.level for region in regions()) == {
        "province": 31,
        "city": 342,
        "district": 2978,
    }
    for region in regions():
        assert len(region.code) == 6
        assert (region.parent == "") == (region.level == "province")
        assert not region.parent or find_region(region.parent) is not None
    assert [r.name for r in lineage_of("330106")] == ["浙江省", "杭州市", "西湖区"]
    assert find_region("999999") is None
    assert lineage_of("999999") == ()
    assert find_region("33010") is None


def test_the_jurisdictions_of_the_packs_are_regions():
    from shared.policies.library import list_packs

    for pack in list_packs():
        region = find_region(pack.region)
        assert pack.id == "cn" or (region is not None and region.name == pack.name.zh)


def test_industries_have_the_counts_of_the_standard_and_say_what_was_added():
    counts = Counter(industry.level for industry in industries())
    assert counts == {"section": 20, "division": 97, "group": 473, "class": 1380}
    for industry in industries():
        assert not industry.parent or find_industry(industry.parent) is not None
    added = find_industry("3670")
    assert added is not None
    assert added.added
    assert find_industry("0390") is None


def test_every_group_of_industries_has_classes():
    parents = {i.parent for i in industries() if i.level == "class"}
    assert parents == {i.code for i in industries() if i.level == "group"}


def test_the_nineteen_groups_are_aligned_across_the_vocational_levels():
    vocational = [m for m in majors() if m.level != "bachelor"]
    assert len(vocational) == 358 + 744 + 247
    for major in vocational:
        assert major.aligned_group is not None
        assert GROUPS[major.aligned_group].zh == major.group_name
        assert level_of(major.code) == major.level
        assert class_of(major.code) == major.class_code
    assert {m.aligned_group for m in vocational} == set(GROUPS)
    assert {m.aligned_group for m in majors() if m.level == "bachelor"} == {None}
    for odd in ("", "710", "99", "abcdef", "159999", "409999"):
        assert level_of(odd) is None
        assert group_of(odd) is None


def test_a_major_is_found_in_the_catalogue_of_its_year():
    computing = find_major("080901")
    assert computing is not None
    assert (computing.name, computing.catalogue_year) == ("计算机科学与技术", 2026)
    older = find_major("080901", 2025)
    assert older is not None
    assert older.catalogue_year == 2025
    assert find_major("080901", 2020) is None
    moved = find_major("083201TK")
    assert moved is not None
    assert (moved.catalogue_year, moved.moved_to) == (2025, "140001TK")
    assert find_major("083201TK", 2026) is None
    assert find_major("710201", 2026) is not None
    assert find_major("710201", 2020) is None
    assert find_major("000000") is None


def test_interdisciplinary_majors_carry_no_borrowed_class():
    borrowed = [m for m in majors() if m.code.startswith("14") and m.class_name]
    assert borrowed == []


def test_occupations_keep_their_marks_as_fields():
    assert not [o.name for o in occupations() if o.name[-1:] in {"L", "S"}]
    programmer = find_occupation("2-02-10-03")
    assert programmer is not None
    assert programmer.digital
    assert not programmer.green
    assert sum(o.green for o in occupations()) > 100
    assert find_occupation("4-04-05-01") is not None


@needs_source
def test_the_majors_of_an_occupation_are_those_of_the_teaching_standards():
    rows = source("catalogues/major_occupation_dev.csv")
    assert rows
    for row in rows:
        assert row["csco_code"] in occupations_of(row["major_code"])
        assert row["major_code"] in majors_of(row["csco_code"])
    assert "11" in major_groups_of("4-04-05-01")
    assert occupations_of("000000") == ()
    assert major_groups_of("9-99-99-99") == frozenset()


def test_a_college_knows_its_region():
    zju = next(c for c in colleges() if c.name == "浙江大学")
    assert (zju.region, zju.level) == ("330100", "bachelor")
    assert find_college(zju.code) is zju
    assert find_college("0") is None
    located = [c for c in colleges() if find_region(c.region) is not None]
    assert len(located) == len(colleges())


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("杭州市", "330100"),
        ("杭州", "330100"),
        ("hangzhoushi", "330100"),
        ("hang zhou shi", "330100"),
        ("HangZhou", "330100"),
        ("330106", "330106"),
        ("cqs", "500000"),
    ],
)
def test_a_region_is_found_by_name_code_pinyin_and_initials(query: str, first: str):
    assert regions().search(query)[0].code == first


def test_a_code_s_beginning_finds_what_lies_below():
    codes = [i.code for i in industries().search("342", limit=50)]
    assert codes[0] == "342"
    assert {"3421", "3429"} <= set(codes)
    assert all(code.startswith("342") for code in codes)


def test_equal_hits_stand_in_chinese_order():
    names = [r.pinyin for r in regions().search("西", limit=200) if r.name.startswith("西")]
    assert len(names) > 10
    assert names == sorted(names)


def test_a_search_is_bounded_and_empty_for_nothing():
    assert regions().search("  ") == ()
    assert len(regions().search("a", limit=3)) <= 3
    assert regions().search("没有这样的地方") == ()
    for limit in (0, 201):
        with pytest.raises(ValueError, match="limit"):
            regions().search("杭州", limit=limit)


@pytest.mark.parametrize("catalogue", ALL)
def test_every_entry_can_be_found_by_its_own_name_and_carries_its_version(catalogue):
    for entry in list(catalogue())[::97]:
        hits = catalogue().search(entry.name, limit=200)
        assert entry in hits
        assert entry.version
        assert entry.pinyin
        assert len(entry.initials) == len(entry.pinyin.split())


def test_catalogues_load_without_pinyin_numba_or_scikit_learn():
    script = (
        "import sys\n"
        "from shared.catalogues import colleges, industries, majors, occupations, regions\n"
        "before = {'pypinyin', 'numba', 'sklearn', 'numpy'} & set(sys.modules)\n"
        "regions.regions(); majors.majors(); occupations.occupations()\n"
        "industries.industries(); colleges.colleges(); occupations.majors_of('x')\n"
        "after = {'pypinyin', 'numba', 'sklearn', 'numpy'} & set(sys.modules)\n"
        "sys.exit(bool(before | after))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False)
    assert done.returncode == 0
