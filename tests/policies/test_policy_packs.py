"""The shipped packs against the requirement matrix and the policy texts, where present."""

import csv
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from shared.policies.library import get_pack, list_keys, list_packs
from shared.policies.pack import Kind, Span

SHARED = Path(__file__).parents[2].parent / "shared"
needs_sources = pytest.mark.skipif(
    not (SHARED / "requirements" / "params.csv").exists(),
    reason="the requirement matrix and the policy texts are not beside this checkout",
)
PACK_OF = {"HZ": "cn-zj-hz", "SX": "cn-zj-sx", "ZJ": "cn-zj", "JL": "cn-jl", "HN": "cn-ha"}


def rows(name: str) -> list[dict[str, str]]:
    with (SHARED / "requirements" / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_six_packs_ship_with_written_ids_and_parents():
    parents = {pack.id: pack.parent for pack in list_packs()}
    assert parents == {
        "cn": None,
        "cn-ha": "cn",
        "cn-jl": "cn",
        "cn-zj": "cn",
        "cn-zj-hz": "cn-zj",
        "cn-zj-sx": "cn-zj",
    }
    # HN and SX are working names: Henan and Shaoxing, not Hunan and Shanxi.
    assert (get_pack("cn-ha").short, get_pack("cn-ha").region) == ("HN", "410000")
    assert (get_pack("cn-zj-sx").short, get_pack("cn-zj-sx").region) == ("SX", "330600")


@needs_sources
def test_every_parameter_of_the_matrix_is_set_or_silent_as_the_matrix_says():
    matrix = rows("params.csv")
    assert {r["key"] for r in matrix} == {
        k.key for k in list_keys().values() if k.origin == "matrix"
    }
    for row in matrix:
        assert list_keys()[row["key"]].name.zh == row["parameter"]
        assert get_pack("cn").parameters[row["key"]].silent
        for short, pack_id in PACK_OF.items():
            parameter = get_pack(pack_id).parameters[row["key"]]
            assert parameter.silent == (row[short] == "—"), (pack_id, row["key"])
            assert parameter.words == row[short].replace("—", "")


def figures(words: str) -> list[Decimal]:
    """The figures of a cell in the pack's units: shares, fen, years."""
    scale = Decimal("0.01") if "%" in words else Decimal(100) if "CNY" in words else Decimal(1)
    head = re.split(r"/|by|,", words, maxsplit=1)[0]
    return [Decimal(n) * scale for n in re.findall(r"\d+(?:\.\d+)?", head)]


@needs_sources
@pytest.mark.parametrize(("short", "pack_id"), PACK_OF.items())
def test_every_figure_of_the_matrix_is_the_typed_value_of_the_pack(short: str, pack_id: str):
    compared = 0
    for row in rows("params.csv"):
        parameter = get_pack(pack_id).parameters[row["key"]]
        value = parameter.value
        wanted = figures(row[short])
        if isinstance(value, bool):
            assert (value, row[short]) == (True, "yes")
        elif isinstance(value, Span):
            assert wanted == [value.low, value.high], row["key"]
        elif isinstance(value, (int, Decimal)):
            assert wanted == [value] or (value == 0 and row[short] == "free"), row["key"]
        else:
            assert wanted == []
        compared += value is not None
    assert compared == sum(row[short] != "—" for row in rows("params.csv"))


@needs_sources
def test_every_target_of_the_matrix_is_in_its_own_pack_and_nothing_is_invented():
    matrix = {row["id"]: row for row in rows("targets.csv")}
    packed = {t.id: (pack, t) for pack in list_packs() for t in pack.targets}
    assert matrix.keys() == packed.keys()
    assert len(packed) == 56
    for target_id, row in matrix.items():
        pack, target = packed[target_id]
        assert pack.short == row["jurisdiction"]
        assert (target.clause, target.due, target.op) == (row["clause"], row["due"], row["op"])
        assert (target.metric.zh, target.metric.en) == (row["metric_zh"], row["metric_en"])
        assert (target.unit, target.note) == (row["unit"], row["note"])
        assert written(target.value) == row["value"]
        if len(row["due"]) == 4:
            assert target.due_on == date(int(row["due"]), 12, 31)


def written(value: Decimal | Span | str | None) -> str:
    if isinstance(value, Span):
        return f"{value.low}–{value.high}"
    return "" if value is None else str(value)


@needs_sources
def test_every_rule_of_the_matrix_is_in_the_national_pack_with_its_level_and_confirmation():
    matrix = {row["id"]: row for row in rows("rules.csv")}
    rules = get_pack("cn").rules
    # REG-13b comes from the matrix's corrections; SCAN-FAIR is a check of our own and says so.
    assert rules.keys() - matrix.keys() == {"REG-13b", "SCAN-FAIR"}
    assert not matrix.keys() - rules.keys()
    assert rules["SCAN-FAIR"].origin == "platform"
    for rule_id, row in matrix.items():
        rule = rules[rule_id]
        assert (rule.title.zh, rule.level) == (row["rule_zh"], row["level"])
        assert rule.confirmation is not None
        assert set(rule.confirmation.split(" + ")) == set(
            row["confirmed"].removesuffix(" (holidays)").split(" + ")
        )
        for numeral in re.findall(r"第([一二三四五六七八九十]+)条", rule.article):
            assert numeral in row["article_2021"], rule_id


def test_rules_known_from_memory_only_inform():
    remembered = [r for r in get_pack("cn").rules.values() if r.confirmation == "MEMORY"]
    assert {r.id for r in remembered} == {"REG-12", "REG-13b", "REG-15", "REG-30"}
    assert {r.level for r in remembered} == {"info"}


def test_the_corrections_of_the_matrix_are_in_the_checks():
    rules = get_pack("cn").rules
    assert "any age" in rules["REG-9"].check.en
    assert "guardian" in rules["REG-9"].check.en
    assert "专业大类" in rules["REG-8"].check.zh
    assert "典型工作任务清单" in rules["REG-11"].check.zh
    assert "孕期" in rules["REG-16.4"].check.zh
    assert {r.id for r in rules.values() if r.filing_exempts} == {
        "REG-17.1",
        "REG-17.2",
        "REG-17.3",
    }
    assert not any(r.releasable for r in rules.values() if r.level == "block")


def test_only_jilin_grounds_a_gate_on_standing():
    gates = {
        p.id
        for p in list_packs()
        if p.parameters.get("standing.gate") is not None
        and not p.parameters["standing.gate"].silent
    }
    assert gates == {"cn-jl"}


def squeezed(text: str) -> str:
    """Without white space and with one set of punctuation, as the stored texts vary in both."""
    return re.sub(r"\s+", "", text).translate(str.maketrans(",:;()", "，：；（）"))


def numeral(number: int) -> str:
    """12 is 十二, 20 is 二十, 35 is 三十五."""
    tens, ones = divmod(number, 10)
    digits = " 一二三四五六七八九"
    head = "" if tens == 0 else "十" if tens == 1 else digits[tens] + "十"
    return head + digits[ones].strip()


NUMBER_OF = {numeral(n): n for n in range(1, 40)}


def between(text: str, start: str, end: str) -> str:
    """From the first `start` to the next `end`, or to the end of the text."""
    assert start in text, start
    return text.split(start, 1)[1].split(end, 1)[0]


def passage(text: str, clause: str) -> str:
    """The part of a policy text that one clause covers, squeezed."""
    if clause.startswith("附"):
        number = int(clause.removeprefix("附"))
        annex = "\n" + text.split("责任单位\n", 2)[-1]
        return squeezed(between(annex, f"\n{number}\n", f"\n{number + 1}\n"))
    flat = squeezed(text)
    if clause == "总":
        return flat.split("（一）", 1)[0]
    if "." in clause:  # Henan's third and fourth section; the latter lost its numeral
        ends = {"三": ("三、申报条件", "、试点任务"), "四": ("、试点任务", "五、申报程序")}
        section, _, part = clause.partition(".")
        inside = between(flat, *ends[section])
        return between(inside, f"（{numeral(int(part))}）", f"（{numeral(int(part) + 1)}）")
    following = numeral(NUMBER_OF[clause] + 1)
    if "豫发改社会" in flat:
        return between(flat, f"{clause}、", f"{following}、")
    return between(flat, f"（{clause}）", f"（{following}）")


@needs_sources
@pytest.mark.parametrize("pack_id", PACK_OF.values())
def test_every_quote_stands_in_the_clause_that_it_is_cited_from(pack_id: str):
    pack = get_pack(pack_id)
    texts = {
        document.id: (SHARED / "policies" / document.source_file).read_text("utf-8")
        for document in pack.documents.values()
        if document.source_file
    }
    cited = [
        *((p.key, p.document, p.clause, p.quote) for p in pack.parameters.values() if not p.silent),
        *((t.id, t.document, t.clause, t.quote) for t in pack.targets),
    ]
    assert cited
    for thing, document, clause, quote in cited:
        if thing == "TGT-HN-05":  # the stored text has nothing under its heading
            assert not quote
            continue
        assert quote, thing
        assert squeezed(quote) in passage(texts[document], clause), (thing, clause)


@needs_sources
def test_what_the_stored_text_does_not_hold_is_marked_for_a_person():
    henan = squeezed((SHARED / "policies" / "henan-2022.txt").read_text("utf-8"))
    assert "五、申报程序六、其他要求" in henan
    target = {t.id: t for t in get_pack("cn-ha").targets}["TGT-HN-05"]
    assert target.to_check is not None
    jilin = {t.id: t for t in get_pack("cn-jl").targets}["TGT-JL-04"]
    assert jilin.value == Span(Decimal(2), Decimal(3))
    assert jilin.to_check is not None


def test_every_value_of_a_rule_says_how_well_it_is_known():
    national = get_pack("cn").parameters
    known = {k: p for k, p in national.items() if not p.silent}
    assert known["internship.hours_day_max"].confirmation == "MEMORY"
    assert known["internship.pay_share_min"].confirmation == "TEXT"
    assert known["internship.staff_share_max"].value == Decimal("0.10")
    assert known["internship.same_post_share_max"].value == Decimal("0.20")
    assert known["internship.weeks_usual"].kind is Kind.WEEKS


def test_the_page_about_policies_lists_every_rule_as_the_pack_has_it():
    page = (Path(__file__).parents[2] / "docs" / "policies.md").read_text("utf-8")
    for pack in list_packs():
        assert f"| `{pack.id}` {pack.name.zh}" in page
    for rule in get_pack("cn").rules.values():
        known = rule.confirmation or "our own"
        row = f"| {rule.id} | {rule.check.en} | {rule.article} | {rule.level} | {known} |"
        assert row in page
