"""What a pack says for a place on a day: inheritance, citation, silence, strict files."""

from datetime import date
from decimal import Decimal

import pytest

from shared.policies.library import Library, get_pack, list_keys, resolve, rulebook
from shared.policies.pack import (
    PackNotFoundError,
    ParameterNotFoundError,
    Resolved,
    Skipped,
)
from shared.policies.reader import PackFormatError

TODAY = date(2026, 11, 22)
REGISTER = """
[keys]
"quota" = { zh = "比例", en = "Quota", kinds = ["share"], origin = "matrix" }
"""
ROOT = """
[pack]
id = "aa"
version = "1"
compiled_on = 2026-01-01
name_zh = "甲"
name_en = "A"
short = "A"
region = "000000"
silent = ["quota"]

[[document]]
id = "d"
title_zh = "文件"
title_en = "Document"
number = "1号"
issuer_zh = "甲"
issuer_en = "A"
issued_on = 2020-01-01
status = "not_stated"

[[rule]]
id = "R1"
title_zh = "规则"
title_en = "Rule"
check_zh = "检查"
check_en = "check"
document = "d"
article = "第一条"
level = "warn"
stages = ["post"]
"""
CHILD = """
[pack]
id = "aa-b"
version = "1"
compiled_on = 2026-01-01
name_zh = "乙"
name_en = "B"
short = "B"
region = "000001"
parent = "aa"

[[document]]
id = "e"
title_zh = "乙文件"
title_en = "Document of B"
number = "2号"
issuer_zh = "乙"
issuer_en = "B"
issued_on = 2021-05-01
in_force_from = 2021-06-01
in_force_until = 2024-12-31
status = "not_stated"
note_zh = "须核对"
note_en = "to be checked"

[parameters."quota"]
kind = "share"
value = 0.05
document = "e"
clause = "三"

[[override]]
rule = "R1"
level = "block"
reason_zh = "乙地更严"
reason_en = "B is stricter"
document = "e"
clause = "四"
"""


def library(child: str = CHILD, root: str = ROOT, register: str = REGISTER) -> Library:
    return Library(register, {"aa.toml": root, "aa-b.toml": child})


def resolved(pack: str, key: str, on: date = TODAY) -> Resolved:
    found = resolve(pack, key, on)
    assert isinstance(found, Resolved)
    return found


def test_shaoxing_inherits_the_quota_of_zhejiang_and_cites_its_clause():
    low = resolved("cn-zj-sx", "intern_quota.low")
    assert low.value == Decimal("0.02")
    assert (low.cited.pack, low.cited.clause) == ("cn-zj", "十六")
    assert low.cited.number == "浙政办发〔2018〕106号"
    assert low.inherited


def test_hangzhou_cites_its_own_clause():
    low = resolved("cn-zj-hz", "intern_quota.low")
    assert (low.cited.pack, low.cited.clause, low.inherited) == ("cn-zj-hz", "七", False)


@pytest.mark.parametrize("pack", ["cn", "cn-jl", "cn-ha"])
def test_where_no_document_speaks_the_check_is_skipped_and_said_so(pack: str):
    found = resolve(pack, "intern_quota.low", TODAY)
    assert isinstance(found, Skipped)
    assert "实习接纳比例下限" in found.reason.zh
    assert "skipped" in found.reason.en


def test_jilin_asks_less_for_the_front_line_than_zhejiang():
    assert resolved("cn-jl", "training.frontline_min").value == Decimal("0.60")
    assert resolved("cn-zj-sx", "training.frontline_min").value == Decimal("0.70")


def test_the_caps_of_the_nation_reach_every_city():
    for pack in ("cn", "cn-zj-hz", "cn-zj-sx", "cn-jl", "cn-ha"):
        cap = resolved(pack, "internship.staff_share_max")
        assert (cap.value, cap.cited.pack, cap.cited.clause) == (Decimal("0.10"), "cn", "第十条")


def test_work_injury_insurance_counts_in_zhejiang_only():
    assert resolved("cn-zj-hz", "internship.work_injury_counts").cited.clause == "二十"
    assert isinstance(resolve("cn-jl", "internship.work_injury_counts", TODAY), Skipped)


def test_departments_register_notices_in_jilin_only():
    asked = resolved("cn-jl", "notice.registration")
    assert (asked.value, asked.cited.clause) == (True, "十二")
    for pack in ("cn", "cn-ha", "cn-zj", "cn-zj-hz", "cn-zj-sx"):
        assert isinstance(resolve(pack, "notice.registration", TODAY), Skipped), pack


def test_applied_research_has_a_partner_in_zhejiang_and_its_cities_only():
    for pack in ("cn-zj", "cn-zj-hz", "cn-zj-sx"):
        asked = resolved(pack, "notice.research_partner")
        assert (asked.value, asked.cited.pack, asked.cited.clause) == (True, "cn-zj", "七")
    for pack in ("cn", "cn-ha", "cn-jl"):
        assert isinstance(resolve(pack, "notice.research_partner", TODAY), Skipped), pack


def test_a_plan_whose_term_is_over_answers_with_a_caution():
    share = resolved("cn-zj-sx", "teacher.dual_share")
    assert share.value == Decimal("0.90")
    assert share.caution is not None
    assert "人工核对" in share.caution.zh
    assert resolved("cn-zj-sx", "teacher.dual_share", date(2023, 1, 1)).caution is None


def test_before_a_city_s_opinion_is_in_force_the_province_answers():
    before, after = date(2020, 3, 15), date(2020, 3, 16)
    assert resolved("cn-zj-hz", "park.level", before).value == "省级以上"
    assert resolved("cn-zj-hz", "park.level", after).value == "县级以上"


def test_before_every_document_there_is_only_silence():
    assert isinstance(resolve("cn-zj-hz", "park.level", date(2010, 1, 1)), Skipped)


def test_targets_never_inherit():
    zhejiang = {t.id for t in get_pack("cn-zj").targets}
    assert zhejiang
    assert not zhejiang & {t.id for t in get_pack("cn-zj-hz").targets}


def test_a_target_is_past_due_after_its_year():
    target = {t.id: t for t in get_pack("cn-zj-sx").targets}["TGT-SX-01"]
    assert not target.is_past_due(date(2024, 12, 31))
    assert target.is_past_due(date(2025, 1, 1))


def test_unknown_packs_versions_and_keys_are_named():
    with pytest.raises(PackNotFoundError) as wrong:
        get_pack("cn-hn")
    assert "cn-ha" in wrong.value.detail("en")
    with pytest.raises(PackNotFoundError):
        get_pack("cn", "1999.1")
    assert get_pack("cn", get_pack("cn").version) is get_pack("cn")
    with pytest.raises(ParameterNotFoundError):
        resolve("cn", "intern_quota.middle", TODAY)


def test_a_rulebook_holds_every_rule_and_every_key():
    book = rulebook("cn-zj-sx", TODAY)
    assert book.rules.keys() == get_pack("cn").rules.keys()
    assert book.parameters.keys() == list_keys().keys()
    assert book.number("internship.hours_week_max") == 40
    assert book.number("internship.students_per_mentor_max") is None
    assert "9013" in book.codes("internship.venue_industries")
    assert book.codes("internship.medical_months") == ()


def test_a_pack_changes_the_level_of_a_rule_with_its_reason_and_clause():
    rule = library().rulebook("aa-b", TODAY).rules["R1"]
    assert (rule.level, rule.cited.pack, rule.cited.clause) == ("block", "aa-b", "四")
    assert rule.level_reason is not None
    plain = library().rulebook("aa", TODAY).rules["R1"]
    assert (plain.level, plain.level_reason, plain.cited.clause) == ("warn", None, "第一条")


def test_an_older_version_stays_readable_beside_the_newest():
    older = ROOT.replace('version = "1"', 'version = "0"').replace("2026-01-01", "2025-01-01")
    shelf = Library(REGISTER, {"aa.toml": ROOT, "aa@0.toml": older})
    assert shelf.get_pack("aa").version == "1"
    assert shelf.get_pack("aa", "0").version == "0"
    assert [pack.version for pack in shelf.list_packs()] == ["1"]


@pytest.mark.parametrize(
    ("find", "put", "said"),
    [
        ("value = 0.05", "value = 1.5", "aa-b.toml.parameters.quota: a share lies in 0..1"),
        ("value = 0.05", "value = -0.5", "negative"),
        ("value = 0.05", 'value = "5%"', "must be a number"),
        ("value = 0.05", "value = true", "must be a number"),
        ('kind = "share"', 'kind = "years"', "`kind` is 'years'"),
        ('clause = "三"', "", "`clause` is missing"),
        ('clause = "三"', 'clause = "三"\nclasue = "x"', "unknown key ['clasue']"),
        ('parameters."quota"', 'parameters."quote"', "not in the register"),
        ('document = "e"\nclause = "三"', 'document = "f"\nclause = "三"', "cites 'f'"),
        ('level = "block"', 'level = "ban"', "`level` is 'ban'"),
        ('parent = "aa"', 'parent = "zz"', "no parent pack 'zz'"),
        ('parent = "aa"', 'parent = "aa-b"', "circle"),
        ('rule = "R1"', 'rule = "R9"', "unknown rules ['R9']"),
        ("issued_on = 2021-05-01", "issued_on = 2021-05-01T00:00:00", "no day"),
        ('short = "B"', 'short = "B"\nsilent = ["quota"]', "both silent and set"),
        ("[pack]", "[pack", "aa-b.toml"),
    ],
)
def test_a_broken_pack_does_not_load_and_the_message_names_the_place(
    find: str, put: str, said: str
):
    assert find in CHILD
    with pytest.raises(PackFormatError) as wrong:
        library(CHILD.replace(find, put, 1))
    assert said in str(wrong.value)
    assert "aa-b" in str(wrong.value)


def test_a_pack_that_forgets_a_parameter_does_not_load():
    with pytest.raises(PackFormatError, match="neither set nor silent"):
        library(root=ROOT.replace('silent = ["quota"]', ""))


def test_rules_outside_the_root_pack_do_not_load():
    rule = ROOT[ROOT.index("[[rule]]") :].replace('document = "d"', 'document = "e"')
    with pytest.raises(PackFormatError, match="rules live in the root"):
        library(CHILD + rule)


def test_two_files_with_one_version_of_a_pack_do_not_load():
    with pytest.raises(PackFormatError, match="same version"):
        Library(REGISTER, {"aa.toml": ROOT, "copy.toml": ROOT})
