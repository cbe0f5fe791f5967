"""What the internship rules say about a student, a placement's start and its assessment."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.internships.domain.facts import (
    AgreementFacts,
    AgreementItem,
    AssessmentFacts,
    EnterpriseFacts,
    Hazard,
    HostKind,
    InsuranceCover,
    InsuranceKind,
    InternshipKind,
    Payer,
    PlacementFacts,
    PostFacts,
    SchoolKind,
    Sex,
    StudentFacts,
)
from services.internships.domain.findings import Finding, Level, Report
from services.internships.domain.rules import (
    check_assessment,
    check_placement_start,
    check_student_eligibility,
)
from services.internships.domain.rules_people import age_on
from services.internships.domain.rules_placement import first_day_uncovered
from shared.policies.library import rulebook

BOOK = rulebook("cn-jl", date(2026, 11, 22))
ZHEJIANG = rulebook("cn-zj-sx", date(2026, 11, 22))
START, END = date(2027, 3, 1), date(2027, 8, 29)
POST = PostFacts(
    kind=InternshipKind.ON_POST, seats=5, major_codes=("660102",), hazards=(), suits_minors=True
)
HOST = EnterpriseFacts(kind=HostKind.ENTERPRISE, industry_code="3421")
STUDENT = StudentFacts(
    school_kind=SchoolKind.SECONDARY_VOCATIONAL,
    grade_year=3,
    birth_on=date(2009, 5, 1),
    major_code="660301",
)
SIGNED = date(2027, 2, 20)
LIABILITY = InsuranceCover(
    kind=InsuranceKind.LIABILITY, from_on=START, until_on=END, payer=Payer.SCHOOL
)
PLACEMENT = PlacementFacts(
    start_on=START,
    end_on=END,
    consent_student_on=SIGNED,
    consent_guardian_on=SIGNED,
    student_accepted_on=SIGNED,
    agreement=AgreementFacts(
        template_official=True,
        school_signed_on=SIGNED,
        enterprise_signed_on=SIGNED,
        student_signed_on=SIGNED,
        items=frozenset(AgreementItem),
    ),
    insurance=(LIABILITY,),
    mentor_named=True,
    teacher_named=True,
    safety_training_passed_on=SIGNED,
    filed_with_authority_on=SIGNED,
)
PAPERS = ("REG-9", "REG-10c", "REG-12", "REG-13b", "REG-14", "REG-15", "REG-30", "REG-35")


def start(placement: PlacementFacts = PLACEMENT, **changes: object) -> Report:
    student = replace(STUDENT, **{k: v for k, v in changes.items() if hasattr(STUDENT, k)})
    post = replace(POST, **{k: v for k, v in changes.items() if hasattr(POST, k)})
    return check_placement_start(placement, student, post=post, enterprise=HOST, book=BOOK)


def said(rule: str, found: Report) -> str:
    if rule in {p.rule for p in found.passed}:
        return "passed"
    return finding(rule, found).level.value


def finding(rule: str, found: Report) -> Finding:
    return next(f for f in (*found.findings, *found.skipped) if f.rule == rule)


def test_complete_papers_pass_every_rule_of_the_start():
    found = start()
    assert set(found.rules) == set(BOOK.rules)
    assert found.blocks == ()
    assert [rule for rule in PAPERS if said(rule, found) != "passed"] == []


def test_consent_is_signed_by_student_and_guardian_at_any_age():
    adult = {"birth_on": date(2000, 1, 1)}
    for missing in ("consent_student_on", "consent_guardian_on"):
        found = start(replace(PLACEMENT, **{missing: None}), **adult)
        assert said("REG-9", found) == "block"
    late = start(replace(PLACEMENT, consent_guardian_on=START + timedelta(days=1)), **adult)
    assert "监护人" in finding("REG-9", late).message_zh


def test_nothing_starts_without_the_agreement_of_three_on_the_model_text():
    agreement = PLACEMENT.agreement
    assert agreement is not None
    broken = [
        None,
        replace(agreement, template_official=False),
        replace(agreement, school_signed_on=None),
        replace(agreement, enterprise_signed_on=None),
        replace(agreement, student_signed_on=START + timedelta(days=1)),
    ]
    for case in broken:
        found = start(replace(PLACEMENT, agreement=case))
        assert said("REG-14", found) == "block"
        assert not finding("REG-14", found).releasable


def test_fees_in_the_agreement_are_found_like_those_in_the_post():
    agreement = replace(PLACEMENT.agreement, texts=("学生应缴纳实习押金500元。",))
    assert said("REG-19", start(replace(PLACEMENT, agreement=agreement))) == "review"


def test_an_orientation_asks_for_insurance_and_training_but_not_for_the_papers_of_a_post():
    bare = PlacementFacts(start_on=START, end_on=END)
    found = start(bare, kind=InternshipKind.ORIENTATION)
    for rule in ("REG-9", "REG-10c", "REG-13b", "REG-14", "REG-15"):
        assert said(rule, found) == "skipped"
    assert [f.rule for f in found.blocks] == ["REG-35"]
    assert said("REG-30", found) == "info"


def test_open_items_of_the_agreement_inform():
    agreement = replace(PLACEMENT.agreement, items=frozenset({AgreementItem.PAY}))
    shown = finding("REG-15", start(replace(PLACEMENT, agreement=agreement)))
    assert (shown.level, shown.confirmation) == (Level.INFO, "MEMORY")
    assert "考核" in shown.message_zh


@pytest.mark.parametrize(
    "covers",
    [
        (),
        (replace(LIABILITY, until_on=END - timedelta(days=1)),),
        (replace(LIABILITY, from_on=START + timedelta(days=1)),),
        (replace(LIABILITY, payer=Payer.STUDENT),),
        (replace(LIABILITY, kind=InsuranceKind.ACCIDENT),),
    ],
)
def test_insurance_covers_every_day_and_never_costs_the_student(covers):
    assert said("REG-35", start(replace(PLACEMENT, insurance=covers))) == "block"


def test_two_policies_in_a_row_cover_the_whole_period():
    middle = START + timedelta(days=60)
    covers = (
        replace(LIABILITY, from_on=middle + timedelta(days=1)),
        replace(LIABILITY, until_on=middle),
    )
    assert said("REG-35", start(replace(PLACEMENT, insurance=covers))) == "passed"


def test_work_injury_insurance_counts_only_where_the_pack_says_so():
    covered = replace(PLACEMENT, insurance=(replace(LIABILITY, kind=InsuranceKind.WORK_INJURY),))
    assert said("REG-35", start(covered)) == "block"
    zhejiang = check_placement_start(covered, STUDENT, post=POST, enterprise=HOST, book=ZHEJIANG)
    assert said("REG-35", zhejiang) == "passed"


def test_across_provinces_the_filing_asks_for_more():
    abroad = replace(PLACEMENT, crosses_province_or_border=True)
    shown = finding("REG-13b", start(abroad))
    assert shown.level is Level.INFO
    assert len(shown.facts["missing"]) == 2
    whole = replace(abroad, authority_consent_on=SIGNED, provincial_filing_no="吉教备1")
    assert said("REG-13b", start(whole)) == "passed"


@pytest.mark.parametrize(
    ("rule", "missing", "level"),
    [
        ("REG-10c", {"student_accepted_on": None}, "warn"),
        ("REG-12", {"mentor_named": False}, "info"),
        ("REG-30", {"safety_training_passed_on": None}, "info"),
        ("REG-30", {"safety_training_passed_on": START + timedelta(days=1)}, "info"),
    ],
)
def test_what_is_missing_before_the_start_is_said(rule: str, missing: dict, level: str):
    assert said(rule, start(replace(PLACEMENT, **missing))) == level


def test_the_start_uses_the_inspection_date_of_the_host():
    host = replace(HOST, new_host=True)
    found = check_placement_start(PLACEMENT, STUDENT, post=POST, enterprise=host, book=BOOK)
    assert said("REG-6", found) == "warn"


def eligible(book=BOOK, enterprise=HOST, start_on=START, **changes: object) -> Report:
    student = replace(STUDENT, **{k: v for k, v in changes.items() if hasattr(STUDENT, k)})
    post = replace(POST, **{k: v for k, v in changes.items() if hasattr(POST, k)})
    return check_student_eligibility(student, post, enterprise, book=book, start_on=start_on)


def test_first_year_students_wait_for_the_second_year():
    assert said("REG-16.1", eligible(grade_year=1)) == "block"
    assert said("REG-16.1", eligible(grade_year=2)) == "passed"
    assert said("REG-16.1", eligible(grade_year=None)) == "skipped"


def test_sixteen_counts_on_the_first_day():
    birthday = date(START.year - 16, START.month, START.day)
    assert said("REG-16.2", eligible(birth_on=birthday)) == "passed"
    assert said("REG-16.2", eligible(birth_on=birthday + timedelta(days=1))) == "block"


def test_an_orientation_is_open_to_first_years_and_fifteen_year_olds():
    found = eligible(kind=InternshipKind.ORIENTATION, grade_year=1, birth_on=date(2012, 1, 1))
    assert found.blocks == ()
    assert said("REG-16.1", found) == said("REG-16.2", found) == "skipped"


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({"hazards": (Hazard.RADIOACTIVE,)}, "block"),
        ({"hazards": (Hazard.UNDERGROUND,)}, "block"),
        ({"hazards": (Hazard.FLAMMABLE_EXPLOSIVE,)}, "block"),
        ({"suits_minors": False}, "block"),
        ({"hazards": (Hazard.TOXIC,), "suits_minors": None}, "review"),
        ({"suits_minors": None}, "review"),
        ({}, "passed"),
        ({"birth_on": date(2000, 1, 1), "hazards": (Hazard.RADIOACTIVE,)}, "passed"),
        ({"birth_on": None}, "skipped"),
    ],
)
def test_minors_are_kept_from_work_that_the_list_names(changes: dict[str, object], level: str):
    assert said("REG-16.3", eligible(**changes)) == level


def test_a_filing_of_article_17_does_not_open_the_work_to_minors():
    found = start(hazards=(Hazard.RADIOACTIVE,), special_filing_no="吉教备1")
    assert said("REG-17.1", found) == "info"
    assert said("REG-16.3", found) == "block"


def test_sex_is_not_looked_at_where_the_post_has_no_listed_hazard():
    for sex in (None, Sex.FEMALE, Sex.MALE):
        assert said("REG-16.4", eligible(sex=sex, hazards=(Hazard.TOXIC,))) == "passed"


def test_underground_work_in_mines_is_refused_for_women_and_other_cases_go_to_a_person():
    mine = replace(HOST, industry_code="B0610")
    underground = {"hazards": (Hazard.UNDERGROUND,), "birth_on": date(2000, 1, 1)}
    assert said("REG-16.4", eligible(enterprise=mine, sex=Sex.FEMALE, **underground)) == "block"
    assert said("REG-16.4", eligible(enterprise=mine, sex=Sex.MALE, **underground)) == "passed"
    unknown = eligible(enterprise=mine, sex=None, **underground)
    assert said("REG-16.4", unknown) == "review"
    assert said("REG-16.4", eligible(sex=Sex.FEMALE, **underground)) == "review"


def test_the_rule_for_women_never_asks_about_pregnancy_or_period():
    shown = finding("REG-16.4", eligible(hazards=(Hazard.OTHER_HIGH_RISK,), sex=Sex.FEMALE))
    assert "不得询问孕期、经期" in shown.message_zh


def test_majors_are_compared_by_the_aligned_group_across_levels():
    # 66, 46 and 26 are the group of equipment manufacturing at three levels.
    for code in ("660101", "460301", "260101"):
        assert said("REG-8", eligible(major_code=code)) == "passed"
    assert said("REG-8", eligible(major_code="710201")) == "warn"
    assert said("REG-8", eligible(major_code="080901")) == "skipped"


def test_another_major_group_needs_a_recorded_reason():
    warned = finding("REG-8", start(major_code="710201"))
    assert warned.releasable
    reasoned = start(replace(PLACEMENT, relevance_reason="辅修机械"), major_code="710201")
    assert said("REG-8", reasoned) == "info"


def test_for_ordinary_universities_the_papers_are_advice():
    found = start(PlacementFacts(start_on=START, end_on=END), school_kind=SchoolKind.BACHELOR)
    assert found.blocks == ()
    assert said("REG-14", found) == "warn"


def test_a_joint_assessment_is_made_by_both_and_not_by_employee_standards():
    whole = AssessmentFacts(assessed_by_school=True, assessed_by_enterprise=True)
    assert said("REG-29", check_assessment(whole, BOOK)) == "passed"
    for broken in (
        replace(whole, assessed_by_school=False),
        replace(whole, assessed_by_enterprise=False),
        replace(whole, uses_employee_standards=True),
    ):
        assert said("REG-29", check_assessment(broken, BOOK)) == "warn"


days = st.integers(min_value=0, max_value=40).map(lambda n: date(2027, 1, 1) + timedelta(days=n))


@given(st.lists(st.tuples(days, days)), days, days)
def test_the_first_day_uncovered_is_the_first_day_in_no_span(spans, start_on, end_on):
    period = [start_on + timedelta(days=n) for n in range((end_on - start_on).days + 1)]
    bare = [day for day in period if not any(a <= day <= b for a, b in spans)]
    found = first_day_uncovered(spans, start_on, end_on)
    assert found == (bare[0] if bare else None)


@given(st.dates(date(1990, 1, 1), date(2015, 12, 31)), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_age_grows_by_one_each_birthday(birth_on: date, day: date):
    age = age_on(birth_on, day)
    turned = [
        y
        for y in range(birth_on.year + 1, day.year + 1)
        if (y, birth_on.month, birth_on.day) <= (day.year, day.month, day.day)
    ]
    assert age == len(turned)
