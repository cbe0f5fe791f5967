"""Relevance of a student to a post: values, reasons, and the alignment of the real catalogues."""

from __future__ import annotations

import csv
import doctest
import importlib
import string
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.errors import NumberOutOfRangeError
from matching.scores import (
    REASON_TEXTS,
    MalformedCodeError,
    PostProfile,
    StudentProfile,
    Weights,
    major_term,
    occupation_term,
    parse_major,
    region_term,
    relevance,
    skills_term,
)

CATALOGUE = Path(__file__).parents[3] / "shared/data/catalogues/majors_moe.csv"

majors = st.builds(
    lambda start, group, tail: f"{start + group}{tail}",
    st.sampled_from([21, 41, 61]),
    st.integers(0, 18),
    st.sampled_from(["", "01", "0101", "0102", "0201"]),
)
occupations = st.from_regex(r"[1-8]-0[1-3]-0[1-3](-0[0-2])?", fullmatch=True)
skills = st.frozensets(st.sampled_from(["PLC", "钳工", "焊接", "护理", "python"]))
regions = st.sampled_from(["", "33", "330100", "330106", "330200", "310115", "110101", "430100"])
students = st.builds(
    StudentProfile,
    major=majors,
    occupations=st.lists(occupations, max_size=3).map(tuple),
    skills=skills,
    region=regions,
)
posts = st.builds(
    PostProfile,
    majors=st.lists(majors, max_size=3).map(tuple),
    occupation=st.one_of(st.just(""), occupations),
    skills=skills,
    region=regions,
)


@pytest.mark.parametrize(
    ("student", "asked", "value", "reason"),
    [
        ("610105", ["610105"], 1.0, "major.same"),
        ("610105", ["6101"], 1.0, "major.covered"),
        ("610105", ["41"], 1.0, "major.covered"),
        ("610105", ["410104"], 0.8, "major.class"),
        ("210101", ["610105"], 0.8, "major.class"),
        ("610105", ["610201"], 0.4, "major.group"),
        ("610105", ["620105"], 0.0, "major.other"),
        ("610105", ["620105", "2101"], 1.0, "major.covered"),
        ("080901", ["080902T"], 0.8, "major.class"),
        ("080910TK", ["080910TK"], 1.0, "major.same"),
        ("0101-4", ["0101-3"], 1.0, "major.same"),
        ("0101-4", ["0102-4"], 0.4, "major.group"),
    ],
)
def test_a_major_is_as_near_as_the_tree_says(student, asked, value, reason):
    found, why = major_term(student, asked)
    assert (found, why.code) == (value, reason)


def test_majors_of_different_catalogues_are_not_compared():
    assert major_term("080901", ["510201"])[0] is None
    assert major_term("080901", ["510201"])[1].code == "major.not_comparable"
    assert major_term("080901", ["510201", "080901"])[0] == 1.0


@pytest.mark.parametrize("code", ["", "6", "800101", "150101", "400101", "601", "61010", "机械"])
def test_a_code_of_no_catalogue_is_refused_with_its_value(code):
    with pytest.raises(MalformedCodeError) as caught:
        parse_major(code)
    assert caught.value.facts["value"] == code
    assert repr("61-79")[1:-1] in caught.value.detail("zh")


@pytest.mark.parametrize(
    ("leads_to", "post", "value"),
    [
        (["6-06-01-02"], "6-06-01-02", 1.0),
        (["6-06-01"], "6-06-01-02", 1.0),
        (["6-06-01-00"], "6-06-01-02", 1.0),
        (["6-06-01-02"], "6-06-01-03", 0.8),
        (["6-06-01-02"], "6-06-02-02", 0.4),
        (["6-06-01-02"], "6-07-02-02", 0.1),
        (["6-06-01-02"], "4-07-02-02", 0.0),
        (["4-07-02-02", "6-06-01-02"], "6-06-01-03", 0.8),
    ],
)
def test_occupations_are_as_near_as_their_codes_share(leads_to, post, value):
    assert occupation_term(leads_to, post)[0] == value


@pytest.mark.parametrize(
    ("student", "post", "value"),
    [
        ("330106", "330106", 1.0),
        ("330106", "330110", 0.8),
        ("330106", "330200", 0.4),
        ("310115", "310101", 0.8),
        ("330106", "310115", 0.0),
    ],
)
def test_regions_are_as_near_as_district_city_and_province(student, post, value):
    assert region_term(student, post)[0] == value


def test_skills_count_the_share_asked_for_and_name_what_is_missing():
    value, why = skills_term(frozenset({"ｐｌｃ", "焊接"}), frozenset({"PLC", "钳工", "焊接"}))
    assert value == pytest.approx(2 / 3)
    assert why.facts["missing"] == ("钳工",)
    assert why.in_language("zh") == "具备 PLC、焊接，尚缺 钳工"


def test_a_term_on_which_a_side_is_silent_has_no_say():
    student = StudentProfile(major="610105", region="330106")
    found = relevance(student, PostProfile(majors=("610105",)))
    assert (found.score, found.evidence) == (1.0, 0.5)
    assert relevance(StudentProfile(), PostProfile()).score == 0.0
    assert relevance(StudentProfile(), PostProfile()).evidence == 0.0


def test_weights_count_by_their_ratio_only():
    student, post = StudentProfile("610105", region="330106"), PostProfile(("61",), region="430100")
    once = relevance(student, post, Weights(major=1, occupation=0, skills=0, region=1))
    twice = relevance(student, post, Weights(major=2, occupation=0, skills=0, region=2))
    assert once.score == twice.score == 0.5


@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf"), 1e-308, 1e101])
def test_a_weight_that_is_no_weight_is_refused_by_its_name(bad):
    with pytest.raises(NumberOutOfRangeError, match="outside") as refused:
        Weights(major=bad)
    assert refused.value.facts["name"] == "major"
    assert "0, 1e-100..1e+100" in refused.value.detail("zh")


def test_weights_that_are_all_nothing_are_refused():
    with pytest.raises(NumberOutOfRangeError, match="outside"):
        Weights(major=0, occupation=0, skills=0, region=0)
    student, post = StudentProfile("610105"), PostProfile(("61",))
    assert relevance(student, post, Weights(1e-100, 0, 0, 1e-100)).score == 1.0


@given(students, posts)
def test_every_score_lies_in_the_unit_interval_and_every_term_explains_itself(student, post):
    found = relevance(student, post)
    assert 0.0 <= found.score <= 1.0
    assert 0.0 <= found.evidence <= 1.0 + 1e-12
    assert [term.name for term in found.terms] == ["major", "occupation", "skills", "region"]
    for term in found.terms:
        assert term.value is None or 0.0 <= term.value <= 1.0
        assert term.reason.in_language("zh")
        assert "{" not in term.reason.in_language("en")


@given(students, posts, majors)
def test_asking_for_one_more_major_never_lowers_the_major_term(student, post, extra):
    before = major_term(student.major, post.majors)[0]
    after = major_term(student.major, (*post.majors, extra))[0]
    assert before is None or (after is not None and after >= before)


@given(students, posts)
def test_a_post_that_asks_for_what_the_student_is_scores_one(student, post):
    same = PostProfile((student.major,), (*student.occupations, "")[0], student.skills, "")
    assert relevance(student, same).score == 1.0
    assert relevance(student, post).score <= 1.0


def test_every_reason_has_texts_whose_facts_agree_in_both_languages():
    for text in REASON_TEXTS.values():
        fields = [
            {name for _, name, _, _ in string.Formatter().parse(one) if name}
            for one in (text.zh, text.en)
        ]
        assert fields[0] == fields[1]


def test_groups_and_classes_are_aligned_across_the_levels_of_the_real_catalogue():
    if not CATALOGUE.exists():
        pytest.skip("the shared data folder is absent")
    names = defaultdict(set)
    with CATALOGUE.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            major = parse_major(row["code"])
            names[major.tree, major.group].add(row["category"])
            names[major.tree, major.major_class].add(row["class"])
    vocational = {key: value for key, value in names.items() if key[0] == "vocational"}
    assert sum(len(key[1]) == 2 for key in vocational) == 19
    assert all(len(found) == 1 for found in names.values())


@pytest.mark.parametrize("name", ["codes", "terms", "weighted"])
def test_the_examples_in_the_docstrings_hold(name):
    result = doctest.testmod(importlib.import_module(f"matching.scores.{name}"))
    assert (result.failed, result.attempted > 0) == (0, True)


def test_scores_are_importable_without_numba_and_scikit_learn():
    code = (
        "import sys, matching.scores; print(sorted({'numba', 'sklearn', 'scipy'} & {*sys.modules}))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
