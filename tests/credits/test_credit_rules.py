"""The rule language: read, decided, explained, checked, compared."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.credits.domain.rule_check import StandardTerms, check_rulebook
from services.credits.domain.rule_diff import diff_rulebooks
from services.credits.domain.rule_engine import (
    CompiledRulebook,
    Converted,
    compile_condition,
    narrow_to_kind,
)
from services.credits.domain.rule_errors import RulebookInvalidError, RuleTreeTooDeepError
from services.credits.domain.rule_fields import FIELDS
from services.credits.domain.rule_regions import Box, Span, date_ordinal, regions
from services.credits.domain.rule_tree import TreeReader, refuse_deep_json
from services.credits.domain.rule_words import describe_condition, explain_decision
from services.credits.domain.rulebook import digest_of, read_rulebook
from tests.credits.rulebooks import SCHOOL_BOOK, book, kind_is, limit, rule

COURSE = {
    "outcome.kind": "school_course",
    "match.overlap_percent": 85,
    "match.stage_gap": 0,
    "outcome.age_days": 100,
    "outcome.hours": 48,
    "course.credits": 400,
    "course.code": "C1",
    "programme.credits": 14_000,
    "application.on": "2026-09-01",
    "outcome.key": "k1",
}


def compiled(content: Any = SCHOOL_BOOK) -> CompiledRulebook:
    return CompiledRulebook(read_rulebook(content))


def earlier(amount: int, **more: Any) -> Converted:
    facts: dict[str, Any] = {
        "outcome": "k0",
        "course": "C0",
        "kind": "school_course",
        "content": "c0",
        "year": 2026,
    }
    return Converted(amount=amount, **{**facts, **more})


def test_hours_become_credits_at_the_schools_ratio_rounded_down():
    assert compiled().decide(COURSE).amount == 300
    assert compiled().decide({**COURSE, "outcome.hours": 63}).amount == 350


def test_a_course_is_never_worth_more_than_its_own_credits():
    decision = compiled().decide({**COURSE, "course.credits": 200})
    assert (decision.amount, decision.rule_ids) == (200, ("course", "course.credits"))


def test_a_decision_names_its_rules_and_is_the_same_for_the_same_input():
    first, again = compiled().decide(COURSE), compiled().decide(dict(reversed(COURSE.items())))
    assert first == again
    assert first.digest == digest_of(SCHOOL_BOOK)
    assert first.rule_ids == ("course",)


def test_an_unknown_field_fires_no_rule_and_no_negation_of_it():
    when = {"not": {"ge": ["outcome.hours", 10]}}
    asks = compiled(book(rule("R", when, {"fixed": 100})))
    assert asks.decide({}).amount == 0
    assert asks.decide({"outcome.hours": 9}).amount == 100


@pytest.mark.parametrize(
    ("limits", "before", "amount"),
    [
        ([limit("L", "max_each", amount=250)], [], 250),
        ([limit("L", "max_total", amount=1000)], [earlier(900)], 100),
        ([limit("L", "max_total", amount=1000)], [earlier(1200)], 0),
        ([limit("L", "annual_max", amount=500)], [earlier(400)], 100),
        ([limit("L", "annual_max", amount=500)], [earlier(400, year=2025)], 300),
        ([limit("L", "max_percent_of_programme", percent=50)], [earlier(6900)], 100),
        ([limit("L", "max_percent_online", percent=1)], [earlier(100, online=True)], 40),
        ([limit("L", "content_once_highest")], [earlier(200, content="same")], 100),
        ([limit("L", "content_once_highest")], [earlier(400, content="same")], 0),
        ([limit("L", "courses_per_outcome", count=1)], [earlier(1, outcome="k1")], 0),
        ([limit("L", "courses_per_outcome", count=2)], [earlier(1, outcome="k1")], 300),
        (
            [limit("L", "max_total", amount=100, outcome_kinds=["competition"])],
            [earlier(900, kind="competition")],
            300,
        ),
    ],
)
def test_each_limit_takes_what_it_says(limits: Any, before: Any, amount: int):
    asks = compiled({**SCHOOL_BOOK, "limits": limits})
    facts = {**COURSE, "outcome.content": "same", "outcome.online": True}
    decision = asks.decide(facts, before)
    assert decision.amount == amount
    assert decision.limit_ids == (("L",) if amount != 300 else ())


def test_a_table_gives_by_level_and_award_and_nothing_where_it_has_no_entry():
    won = {"outcome.kind": "competition", "outcome.level": "national", "outcome.award": "first"}
    assert compiled().decide(won).amount == 700
    assert compiled().decide({**won, "outcome.level": "school"}).rule_id is None


def test_an_explanation_says_why_and_why_not_in_both_languages():
    asks = compiled()
    good = explain_decision(asks, COURSE, asks.decide(COURSE))
    assert "适用规则 course" in good.sentences[0].zh
    assert good.sentences[-1].en == "Result: 3 credits."
    low = {**COURSE, "match.overlap_percent": 70}
    refused = explain_decision(asks, low, asks.decide(low))
    assert "内容重合度不低于80%（现为70%）" in refused.sentences[1].zh
    assert "content overlap is at least 80 % (here 70 %)" in refused.sentences[1].en
    assert refused.rule_ids == ()


def test_a_rulebook_names_every_wrong_place():
    wrong = book(
        rule("a", {"ge": ["outcome.kind", "work"]}, {"fixed": 100}),
        rule("a", {"eq": ["outcome.colour", "red"]}, {"fixed": -1}),
        rule("b", {"between": ["outcome.hours", 1]}, {"grow": True}),
        rule("c", {"eq": ["outcome.completed_on", "2026-2-30"]}, {"fixed": 100}),
        limits=[limit("x", "max_each"), limit("y", "no_such")],
    )
    with pytest.raises(RulebookInvalidError) as raised:
        read_rulebook(wrong)
    found = {(fault.code, fault.pointer) for fault in raised.value.faults}
    assert found >= {
        ("operator_unfit", "/rules/0/when/ge"),
        ("field_unknown", "/rules/1/when/eq/0"),
        ("rule_id_repeated", "/rules/1/id"),
        ("out_of_range", "/rules/1/grant/fixed"),
        ("values_count", "/rules/2/when/between"),
        ("rule_grant", "/rules/2/grant"),
        ("value_unfit", "/rules/3/when/eq"),
        ("out_of_range", "/limits/0/amount"),
        ("rule_limit_kind", "/limits/1/kind"),
    }


def test_a_tree_ten_thousand_levels_deep_is_refused_before_anything_reads_it():
    deep = b'{"all":[' * 10_000 + b"]}" * 10_000
    with pytest.raises(RuleTreeTooDeepError) as raised:
        refuse_deep_json(deep)
    assert raised.value.facts["depth_max"] == 16
    refuse_deep_json(orjson.dumps(SCHOOL_BOOK))
    refuse_deep_json(b'{"words": "' + b"[" * 10_000 + b'"}')
    node: Any = {"eq": ["outcome.online", True]}
    for _ in range(17):
        node = {"all": [node]}
    with pytest.raises(RuleTreeTooDeepError):
        TreeReader([]).read(node, "")


def codes(content: Any, terms: StandardTerms | None = None) -> set[tuple[str, tuple[str, ...]]]:
    found = check_rulebook(read_rulebook(content), terms or StandardTerms())
    return {(each.code, each.rule_ids) for each in found}


def test_the_checker_finds_rules_that_can_never_fire():
    many, few = {"ge": ["outcome.hours", 16]}, {"ge": ["outcome.hours", 32]}
    never = {"all": [few, {"le": ["outcome.hours", 8]}]}
    flags = {"all": [{"not": {"eq": ["outcome.online", v]}} for v in (True, False)]}
    found = codes(
        book(
            rule("many", many, {"fixed": 100}),
            rule("few", few, {"fixed": 200}),
            rule("never", never, {"fixed": 300}),
            rule("flags", flags, {"fixed": 300}),
        )
    )
    assert ("rule_never_fires", ("few", "many")) in found
    assert ("rule_never_fires", ("never",)) in found
    assert ("rule_never_fires", ("flags",)) in found
    assert ("rules_overlap", ("many", "few")) in found


def test_the_checker_finds_rules_that_only_several_earlier_ones_cover():
    halves = [{"le": ["outcome.score", 59]}, {"ge": ["outcome.score", 60]}]
    whole = {"between": ["outcome.score", 10, 90]}
    grant = {"fixed": 100}
    found = codes(
        book(rule("a", halves[0], grant), rule("b", halves[1], grant), rule("c", whole, grant))
    )
    assert ("rule_never_fires", ("c", "a", "b")) in found


def test_the_checker_finds_gaps_tables_with_holes_and_wrong_units():
    terms = StandardTerms(
        kinds=frozenset({"competition", "military", "internship"}),
        units={"internship": "weeks"},
        hours_per_credit=(16, 18),
    )
    wrong = book(rule("internship", kind_is("internship"), {"by_hours": True}), hours_per_credit=20)
    found = {code for code, _ in codes(wrong, terms)}
    assert found == {"unit_mismatch", "hours_ratio", "gap"}
    assert ("table_gap", ("competition",)) in codes(SCHOOL_BOOK, terms)


def test_a_difference_between_versions_is_told_rule_by_rule():
    later = {
        **SCHOOL_BOOK,
        "hours_per_credit": 18,
        "rules": [SCHOOL_BOOK["rules"][3], *SCHOOL_BOOK["rules"][1:3]],
        "limits": SCHOOL_BOOK["limits"][1:],
    }
    later["rules"][1] = {**later["rules"][1], "grant": {"course_percent": 50}}
    changes = diff_rulebooks(read_rulebook(SCHOOL_BOOK), read_rulebook(later))
    told = {(each.change, each.part, each.id) for each in changes}
    assert told == {
        ("changed", "ratio", "hours_per_credit"),
        ("moved", "rule", "internship"),
        ("changed", "rule", "certificate"),
        ("moved", "rule", "course"),
        ("removed", "rule", "competition"),
        ("removed", "limit", "each"),
    }
    grant = next(each for each in changes if each.id == "certificate")
    assert grant.fields == ("grant",)
    assert grant.after is not None
    assert "50%" in grant.after.zh


def _tests() -> st.SearchStrategy[Any]:
    numbers = st.integers(0, 6)
    days = st.dates(date(2026, 1, 1), date(2026, 1, 5)).map(date.isoformat)
    return st.one_of(
        st.tuples(st.sampled_from(["ge", "le", "eq"]), numbers).map(
            lambda t: {t[0]: ["outcome.hours", t[1]]}
        ),
        st.tuples(numbers, numbers).map(lambda t: {"between": ["outcome.score", *t]}),
        st.tuples(st.sampled_from(["ge", "le"]), days).map(
            lambda t: {t[0]: ["outcome.completed_on", t[1]]}
        ),
        st.booleans().map(lambda v: {"eq": ["outcome.online", v]}),
        st.lists(st.sampled_from(["first", "second", "third"]), min_size=1, max_size=2).map(
            lambda v: {"in": ["outcome.award", v]}
        ),
        st.sampled_from(["competition", "work"]).map(lambda v: {"eq": ["outcome.kind", v]}),
        st.sampled_from(["a", "b"]).map(lambda v: {"has": ["outcome.competencies", v]}),
        st.sampled_from(["甲", "乙"]).map(lambda v: {"eq": ["outcome.issuer", v]}),
    )


TREES = st.recursive(
    _tests(),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=8,
)
FACTS = st.fixed_dictionaries(
    {},
    optional={
        "outcome.hours": st.integers(-1, 7),
        "outcome.score": st.integers(-1, 7),
        "outcome.completed_on": st.dates(date(2025, 12, 31), date(2026, 1, 6)).map(date.isoformat),
        "outcome.online": st.booleans(),
        "outcome.award": st.sampled_from(["special", "first", "second", "third"]),
        "outcome.kind": st.sampled_from(["competition", "work", "military"]),
        "outcome.competencies": st.lists(st.sampled_from(["a", "b", "c"])),
        "outcome.issuer": st.sampled_from(["甲", "乙", "丙"]),
    },
)


def inside(box: Box, facts: dict[str, Any]) -> bool:
    for name, cells in box.items():
        field, _, item = name.partition(" ∋ ")
        value = facts.get(field)
        if value is None:
            held = cells.unknown
        elif item:
            held = (item in value) in cells.listed
        elif isinstance(cells, Span):
            whole = date_ordinal(value) if FIELDS[field].type == "day" else value
            held = any(low <= whole <= high for low, high in cells.parts)
        else:
            held = (value in cells.listed) != cells.all_but
        if not held:
            return False
    return True


@settings(max_examples=300, deadline=None)
@given(tree=TREES, facts=FACTS)
def test_the_checkers_cases_are_exactly_those_in_which_a_condition_holds(tree: Any, facts: Any):
    condition = TreeReader([]).read(tree, "")
    held = compile_condition(condition)(facts)
    assert any(inside(box, facts) for box in regions(condition)) == (held is True)
    assert any(inside(box, facts) for box in regions(condition, holds=False)) == (held is False)


@settings(max_examples=200, deadline=None)
@given(tree=TREES, facts=FACTS)
def test_narrowing_to_a_kind_changes_no_answer(tree: Any, facts: Any):
    condition = TreeReader([]).read(tree, "")
    kind = facts.get("outcome.kind")
    asked = compile_condition(narrow_to_kind(condition, kind))(facts)
    assert asked is compile_condition(condition)(facts)
    assert describe_condition(condition).zh


@settings(max_examples=100, deadline=None)
@given(trees=st.lists(TREES, min_size=1, max_size=4), facts=FACTS)
def test_a_rule_that_the_checker_calls_dead_never_fires(trees: Any, facts: Any):
    content = book(*[rule(f"R{i}", tree, {"fixed": 100 + i}) for i, tree in enumerate(trees)])
    dead = {
        each.rule_ids[0]
        for each in check_rulebook(read_rulebook(content), StandardTerms())
        if each.code == "rule_never_fires"
    }
    assert CompiledRulebook(read_rulebook({**content, "step": 1})).decide(facts).rule_id not in dead


def test_a_decision_takes_less_than_a_tenth_of_a_millisecond():
    rules = [
        rule(f"R{i}", kind_is("work", {"ge": ["outcome.hours", 900 - i]}), {"fixed": 100})
        for i in range(50)
    ]
    asks = compiled(book(*rules, limits=SCHOOL_BOOK["limits"]))
    facts = {**COURSE, "outcome.kind": "work", "outcome.hours": 851}
    before = [earlier(10) for _ in range(20)]
    best = 1.0
    for _ in range(20):
        began = time.process_time()
        for _ in range(50):
            asks.decide(facts, before)
        best = min(best, (time.process_time() - began) / 50)
    assert asks.decide(facts, before).rule_id == "R49"
    assert best < 100e-6
