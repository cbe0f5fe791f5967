"""The unified social credit code: checked, explained, made."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.catalogues.uscc import (
    ALPHABET,
    UsccFault,
    check_character,
    find_fault,
    is_valid,
    make_code,
    normalise,
)

REAL = Path(__file__).parents[2].parent / "shared/data/institutions/a_share_companies_uscc.csv"
GOOD = "91350100M000100Y43"  # the example of GB 32100-2015
codes = st.builds(
    make_code,
    st.integers(min_value=110_000, max_value=659_999).map(str),
    st.integers(min_value=0, max_value=99_999),
)


@pytest.mark.skipif(
    not REAL.exists(), reason="the list of real companies is not beside this checkout"
)
def test_every_registered_company_s_code_holds():
    with REAL.open(encoding="utf-8-sig") as file:
        real = [row["uscc"] for row in csv.DictReader(file) if row["uscc"]]
    assert len(real) > 5_000
    assert [code for code in real if not is_valid(code)] == []


@given(codes, st.integers(min_value=0, max_value=17), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_noticed(code: str, place: int, other: str):
    changed = code[:place] + other + code[place + 1 :]
    assert is_valid(changed) == (other == code[place])


@given(codes, st.integers(min_value=0, max_value=16))
def test_two_neighbours_swapped_are_always_noticed(code: str, place: int):
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert is_valid(swapped) == (code[place] == code[place + 1])


@given(codes)
def test_a_generated_code_holds_and_shows_that_it_is_generated(code: str):
    assert is_valid(code)
    assert code[8:11] == "DEM"


@given(codes, st.integers(min_value=11, max_value=16), st.sampled_from("0123456789"))
def test_a_wrong_digit_inside_the_organisation_code_is_located_there(
    code: str, place: int, other: str
):
    changed = code[:place] + other + code[place + 1 :]
    fault = find_fault(changed)
    if fault is not None and fault.fault is UsccFault.CHECK:
        assert fault.places == (9, 17)


@pytest.mark.parametrize(
    ("code", "fault", "places", "said"),
    [
        (GOOD[:-1], UsccFault.LENGTH, (1, 18), "17"),
        ("", UsccFault.LENGTH, (1, 18), "0"),
        ("9135O100M000100Y43", UsccFault.CHARACTER, (5, 5), "“0”"),
        ("91350100M0001I0Y43", UsccFault.CHARACTER, (14, 14), "“1”"),
        ("91350100M0001中0Y43", UsccFault.CHARACTER, (14, 14), "中"),
        ("91A50100M000100Y43", UsccFault.REGION, (3, 3), "A"),
        (GOOD[:-1] + "4", UsccFault.CHECK, (1, 18), "“3”"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(
    code: str, fault: UsccFault, places: tuple[int, int], said: str
):
    found = find_fault(code)
    assert found is not None
    assert (found.fault, found.places) == (fault, places)
    assert said in found.text.zh
    assert said in found.text.en


def test_blanks_hyphens_small_and_wide_letters_are_forgiven():
    assert is_valid(" 9135 0100-m000100y43 ")
    assert normalise("９１３５０１００Ｍ０００１００Ｙ４３") == GOOD
    assert check_character(GOOD[:17]) == GOOD[17]


@pytest.mark.parametrize(("region", "serial"), [("3301", 1), ("33010A", 1), ("330100", 100_000)])
def test_codes_are_made_only_for_regions_and_small_serials(region: str, serial: int):
    with pytest.raises(ValueError, match=r"region|serial"):
        make_code(region, serial)
