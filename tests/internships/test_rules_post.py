"""What the internship rules say about a post and its host."""

from dataclasses import replace
from datetime import date, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.internships.domain.facts import (
    EnterpriseFacts,
    Hazard,
    HeadCount,
    HostInspection,
    HostKind,
    InspectionItem,
    Intensity,
    InternshipKind,
    OrganiserKind,
    Payee,
    PayMethod,
    PostFacts,
    SchoolKind,
)
from services.internships.domain.findings import Audience, Finding, Level, Report
from services.internships.domain.rules import check_post
from services.internships.domain.rules_quota import quota_on
from services.internships.domain.rules_work import overlaps
from shared.kernel.errors import Text
from shared.policies.library import rulebook
from shared.policies.pack import Rulebook

TODAY = date(2026, 11, 22)
BOOK = rulebook("cn-zj-hz", TODAY)
COUNTED = date(2026, 10, 1)
POST = PostFacts(
    kind=InternshipKind.ON_POST,
    seats=5,
    start_on=date(2027, 3, 1),
    end_on=date(2027, 8, 29),
    occupation_code="6-18-01-01",
    major_codes=("460301",),
    industry_code="3421",
    organiser=OrganiserKind.SCHOOL,
    pay_fen_month=300_000,
    pay_cycle_days=30,
    pay_method=PayMethod.MONEY,
    payee=Payee.STUDENT,
    wage_reference_fen_month=350_000,
    wage_lowest_grade_fen_month=320_000,
    hours_day=Decimal(8),
    days_week=Decimal(5),
    shift_start=time(8),
    shift_end=time(17),
    works_night=False,
    works_rest_days=False,
    works_overtime=False,
    hazards=(),
    intensity=Intensity.II,
    typical_tasks=("数控车床操作",),
    texts=("包吃住，双休。",),
)
HOST = EnterpriseFacts(
    kind=HostKind.ENTERPRISE,
    legal_form="有限责任公司",
    industry_code="3421",
    above_designated_size=True,
    staff_total=HeadCount(200, COUNTED),
    staff_on_duty=HeadCount(120, COUNTED),
    staff_same_post=HeadCount(30, COUNTED),
    new_host=False,
)


def report(book: Rulebook = BOOK, **changes: object) -> Report:
    host = {k: v for k, v in changes.items() if hasattr(HOST, k) and not hasattr(POST, k)}
    post = {k: v for k, v in changes.items() if hasattr(POST, k)}
    return check_post(replace(POST, **post), replace(HOST, **host), book)


def said(rule: str, found: Report) -> str:
    """How a report states a rule: passed, or the level of its finding."""
    if rule in {p.rule for p in found.passed}:
        return "passed"
    return finding(rule, found).level.value


def finding(rule: str, found: Report) -> Finding:
    return next(f for f in (*found.findings, *found.skipped) if f.rule == rule)


def test_a_report_states_every_rule_once_and_a_sound_post_has_no_findings():
    found = report()
    assert set(found.rules) == set(BOOK.rules)
    assert len(found.rules) == len(BOOK.rules)
    assert found.findings == ()
    assert {"REG-9", "REG-14", "REG-35", "REG-29"} <= {s.rule for s in found.skipped}
    assert "REG-17.3" in {p.rule for p in found.passed}


def test_every_finding_and_skip_speaks_both_languages_and_cites():
    bare = PostFacts(kind=InternshipKind.ON_POST, seats=1)
    found = check_post(bare, EnterpriseFacts(kind=HostKind.LABOUR_DISPATCH), BOOK)
    stated = (*found.findings, *found.skipped)
    assert len(stated) > 20
    for item in stated:
        assert item.message(zh=True).endswith("。")
        assert item.message(zh=False).endswith(".")
        assert all((item.clause, item.document, item.pack, item.version))
    for passed in found.passed:
        assert all((passed.clause, passed.document, passed.pack, passed.version))


def test_what_is_not_declared_is_skipped_and_never_blocks():
    bare = PostFacts(kind=InternshipKind.ON_POST, seats=1)
    found = check_post(bare, EnterpriseFacts(kind=HostKind.ENTERPRISE), BOOK)
    assert found.blocks == ()
    assert {"REG-16.5", "REG-16.7", "REG-17.1", "REG-17.2", "REG-17.3", "REG-18a", "REG-18b"} <= {
        s.rule for s in found.skipped
    }


@pytest.mark.parametrize(
    ("rule", "changes", "level"),
    [
        ("REG-2", {"legal_form": None}, "info"),
        ("REG-6", {"new_host": True}, "warn"),
        ("REG-6", {"new_host": None}, "skipped"),
        ("REG-10a", {"interns_active": 8}, "warn"),
        ("REG-10a", {"interns_active": 4, "interns_elsewhere": 4}, "warn"),
        ("REG-10a", {"interns_active": 7}, "passed"),
        ("REG-10a", {"staff_on_duty": None}, "skipped"),
        ("REG-10b", {"interns_same_post": 2}, "warn"),
        ("REG-10b", {"interns_same_post": 1}, "passed"),
        ("REG-11", {"typical_tasks": ()}, "warn"),
        ("REG-11", {"end_on": date(2027, 5, 30)}, "info"),
        ("REG-16.5", {"industry_code": "9013"}, "block"),
        ("REG-16.5", {"industry_code": "R9013"}, "block"),
        ("REG-16.5", {"industry_code": "90"}, "review"),
        ("REG-16.5", {"industry_code": "9019"}, "review"),
        ("REG-16.5", {"texts": ("在KTV前台服务",)}, "review"),
        ("REG-16.6", {"kind_of_host": HostKind.LABOUR_DISPATCH}, "block"),
        ("REG-16.6", {"organiser": OrganiserKind.BROKER}, "block"),
        ("REG-16.6", {"organiser": None}, "skipped"),
        ("REG-16.7", {"intensity": Intensity.III}, "block"),
        ("REG-16.7", {"intensity": Intensity.IV}, "block"),
        ("REG-17.1", {"hazards": (Hazard.TOXIC,)}, "block"),
        ("REG-17.2", {"works_rest_days": True}, "block"),
        ("REG-17.2", {"days_week": Decimal(6), "works_rest_days": None}, "block"),
        ("REG-17.2", {"works_rest_days": None}, "skipped"),
        ("REG-17.3", {"works_night": True}, "block"),
        ("REG-17.3", {"works_overtime": True}, "block"),
        ("REG-17.3", {"hours_day": Decimal("8.5")}, "block"),
        ("REG-17.3", {"days_week": Decimal("5.5")}, "block"),
        ("REG-17.3", {"shift_start": time(14), "shift_end": time(22, 30)}, "block"),
        ("REG-17.3", {"shift_start": time(14), "shift_end": time(22)}, "passed"),
        ("REG-18a", {"pay_fen_month": 279_999}, "warn"),
        ("REG-18a", {"pay_fen_month": 280_000}, "passed"),
        ("REG-18a", {"pay_fen_month": 250_000, "wage_lowest_grade_fen_month": 240_000}, "info"),
        (
            "REG-18a",
            {"wage_reference_fen_month": None, "wage_lowest_grade_fen_month": None},
            "skipped",
        ),
        ("REG-18b", {"pay_cycle_days": 32}, "warn"),
        ("REG-18b", {"pay_method": PayMethod.VOUCHER}, "warn"),
        ("REG-18b", {"payee": Payee.THIRD_PARTY}, "warn"),
        ("REG-18b", {"payee": None}, "skipped"),
        ("REG-19", {"texts": ("入职需缴纳押金500元",)}, "review"),
        ("REG-19", {"texts": ("不收取任何押金、培训费",)}, "passed"),
        ("REG-19", {"texts": ()}, "skipped"),
        ("SCAN-FAIR", {"texts": ("限女生，身高160以上",)}, "review"),
        ("SCAN-FAIR", {"texts": ("已婚已育优先",)}, "review"),
        ("SCAN-FAIR", {"texts": ("男女不限",)}, "passed"),
        ("REG-41", {}, "skipped"),
    ],
)
def test_each_rule_weighs_its_facts(rule: str, changes: dict[str, object], level: str):
    kind = changes.pop("kind_of_host", HOST.kind) if "kind_of_host" in changes else HOST.kind
    post = {k: v for k, v in changes.items() if hasattr(POST, k)}
    host = {k: v for k, v in changes.items() if hasattr(HOST, k) and not hasattr(POST, k)}
    found = check_post(replace(POST, **post), replace(HOST, kind=kind, **host), BOOK)
    assert said(rule, found) == level


def test_pay_by_the_day_is_compared_by_the_month():
    # 130 yuan x 5 days x 52 / 12 weeks = 2,816.66 yuan, against 80 % of 3,500 = 2,800 yuan.
    assert said("REG-18a", report(pay_fen_month=None, pay_fen_day=13_000)) == "passed"
    assert said("REG-18a", report(pay_fen_month=None, pay_fen_day=12_900)) == "warn"
    assert said("REG-18a", report(pay_fen_month=None, pay_fen_day=12_900, days_week=None)) == (
        "skipped"
    )


def test_a_finding_about_pay_never_tells_the_private_wages():
    shown = finding("REG-18a", report(pay_fen_month=100_000))
    text = f"{shown.message_zh}{shown.message_en}{shown.facts}"
    assert not any(secret in text for secret in ("350", "280", "320"))


def test_a_filed_special_requirement_exempts_from_article_17_and_stays_visible():
    found = report(
        hazards=(Hazard.FLAMMABLE_EXPLOSIVE,),
        works_night=True,
        works_rest_days=True,
        intensity=Intensity.III,
        special_filing_no="浙教备2026-17",
    )
    for rule in ("REG-17.1", "REG-17.2", "REG-17.3"):
        shown = finding(rule, found)
        assert shown.level is Level.INFO
        assert "浙教备2026-17" in shown.message_zh
    # Article 16 knows no such exemption.
    assert [f.rule for f in found.blocks] == ["REG-16.7"]


def test_a_small_host_is_warned_with_a_reason_and_never_refused():
    found = report(staff_on_duty=HeadCount(6, COUNTED), staff_same_post=HeadCount(2, COUNTED))
    for rule in ("REG-10a", "REG-10b"):
        shown = finding(rule, found)
        assert (shown.level, shown.releasable, shown.facts["cap"]) == (Level.WARN, True, 0)
        assert COUNTED.isoformat() in shown.message_zh
    assert found.blocks == ()


def test_prohibitions_and_papers_are_never_released_by_hand():
    found = report(intensity=Intensity.IV, industry_code="9011")
    assert {f.rule for f in found.blocks} == {"REG-16.5", "REG-16.7"}
    assert not any(f.releasable for f in found.blocks)


def test_text_scans_go_to_a_person_and_never_block():
    found = report(texts=("收取培训费、押金，限男，形象好，身高175，酒吧驻场",))
    assert {f.rule for f in found.for_a_person} == {"REG-16.5", "REG-19", "SCAN-FAIR"}
    assert found.blocks == ()


def test_a_new_host_needs_a_report_with_eight_items_before_the_start():
    whole = HostInspection(reported_on=date(2027, 2, 1), items=frozenset(InspectionItem))
    assert said("REG-6", report(new_host=True, inspection=whole)) == "passed"
    partial = replace(whole, items=frozenset(InspectionItem) - {InspectionItem.SAFETY})
    assert "安全防护" in finding("REG-6", report(new_host=True, inspection=partial)).message_zh
    late = replace(whole, reported_on=date(2027, 3, 2))
    assert said("REG-6", report(new_host=True, inspection=late)) == "warn"


def test_an_orientation_is_free_of_the_rules_for_on_post_internships():
    found = report(kind=InternshipKind.ORIENTATION, pay_fen_month=None, hours_day=Decimal(4))
    for rule in ("REG-8", "REG-10a", "REG-10b", "REG-11", "REG-18a"):
        assert said(rule, found) == "skipped"
    assert said("REG-40", found) == "passed"


@pytest.mark.parametrize("changes", [{"hours_day": Decimal(4)}, {"pay_fen_month": None}])
def test_an_orientation_with_pay_or_full_shifts_goes_to_a_person(changes: dict[str, object]):
    assert said("REG-40", report(kind=InternshipKind.ORIENTATION, **changes)) == "review"


def test_majors_of_another_group_than_the_occupation_are_a_warning():
    near = check_post(POST, HOST, BOOK, occupation_groups=frozenset({"06"}))
    far = check_post(POST, HOST, BOOK, occupation_groups=frozenset({"12"}))
    assert (said("REG-8", near), said("REG-8", far)) == ("passed", "warn")
    assert "装备制造大类" in finding("REG-8", far).message_zh


def test_for_ordinary_universities_blocks_become_advice():
    rough = replace(POST, intensity=Intensity.IV)
    bound = check_post(rough, HOST, BOOK, school_kind=SchoolKind.HIGHER_VOCATIONAL)
    free = check_post(rough, HOST, BOOK, school_kind=SchoolKind.BACHELOR)
    assert said("REG-16.7", bound) == "block"
    shown = finding("REG-16.7", free)
    assert (shown.level, shown.releasable) == (Level.WARN, True)
    assert shown.level_reason is not None
    assert "普通高校" in shown.level_reason.zh


def test_a_pack_may_change_a_level_and_its_reason_is_shown():
    reason = Text("本地按备案管理", "Local filing")
    known = replace(BOOK.rules["REG-10a"], level="info", level_reason=reason)
    book = replace(BOOK, rules={**BOOK.rules, "REG-10a": known})
    shown = finding("REG-10a", report(book, interns_active=50))
    assert (shown.level, shown.level_reason) == (Level.INFO, reason)


def minutes_of(start: time, end: time) -> set[int]:
    begin, until = start.hour * 60 + start.minute, end.hour * 60 + end.minute
    length = (until - begin) % 1440 or 1440
    return {(begin + step) % 1440 for step in range(length)}


clock = st.times().map(lambda t: t.replace(second=0, microsecond=0))


@given(clock, clock, clock, clock)
def test_overlap_of_daily_spans_is_sharing_a_minute(a: time, b: time, c: time, d: time):
    assert overlaps((a, b), (c, d)) == bool(minutes_of(a, b) & minutes_of(c, d))


def test_the_quota_shows_the_band_with_its_clause_and_both_caps_with_dates():
    quota = quota_on(replace(HOST, seats_offered=9, interns_active=4), TODAY, BOOK)
    assert (quota.low, quota.high) == (4, 6)
    assert (quota.cap10, quota.cap20) == (12, 6)
    assert (quota.offered, quota.active) == (9, 4)
    assert quota.dates["staff_total"] == COUNTED
    assert quota.clauses["intern_quota.low"].clause == "七"
    assert quota.band_audience is Audience.ENTERPRISE_AND_AUTHORITY


def test_shaoxing_shows_the_band_of_zhejiang_and_jilin_says_that_it_is_skipped():
    shaoxing = quota_on(HOST, TODAY, rulebook("cn-zj-sx", TODAY))
    assert shaoxing.clauses["intern_quota.high"].pack == "cn-zj"
    jilin = quota_on(HOST, TODAY, rulebook("cn-jl", TODAY))
    assert (jilin.low, jilin.high) == (None, None)
    assert "跳过" in jilin.missing["intern_quota.low"].zh
    assert jilin.cap10 == 12


def test_the_band_is_for_enterprises_above_designated_size_only():
    for size in (False, None):
        quota = quota_on(replace(HOST, above_designated_size=size), TODAY, BOOK)
        assert quota.low is None
        assert "band" in quota.missing


@given(st.integers(min_value=0, max_value=100_000))
def test_the_band_never_runs_backwards_and_caps_never_exceed_their_share(staff: int):
    count = HeadCount(staff, COUNTED)
    host = replace(HOST, staff_total=count, staff_on_duty=count, staff_same_post=count)
    quota = quota_on(host, TODAY, BOOK)
    assert quota.low is not None
    assert quota.high is not None
    assert quota.cap10 is not None
    assert quota.low <= quota.high
    assert 50 * quota.low >= staff
    assert 10 * quota.cap10 <= staff < 10 * (quota.cap10 + 1)
