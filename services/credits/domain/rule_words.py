"""Decisions and conditions in words: why this rule, why not that one, what a limit took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.credits.domain.rule_engine import (
    COURSE_CEILING,
    CompiledRulebook,
    Decision,
    Facts,
    compile_condition,
)
from services.credits.domain.rule_fields import FIELDS, RuleField
from services.credits.domain.rule_tree import All, AnyOf, Condition, Not, Question, Value
from services.credits.domain.rulebook import Grant, Limit, Rule, Rulebook
from shared.kernel.errors import Text

_OPS: Mapping[str, Text] = {
    "eq": Text("为", "is"),
    "in": Text("为以下之一：", "is one of"),
    "ge": Text("不低于", "is at least"),
    "le": Text("不高于", "is at most"),
    "between": Text("介于", "lies between"),
    "has": Text("包含", "contains"),
}
_UNMET_SHOWN_MAX = 3


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision in sentences; `rule_ids` say which rules and limits made it."""

    sentences: tuple[Text, ...]
    rule_ids: tuple[str, ...]
    digest: str


def credits_text(amount: int) -> str:
    """Return hundredths of a credit as people write them.

    >>> credits_text(250), credits_text(400)
    ('2.5', '4')
    """
    whole, rest = divmod(amount, 100)
    return f"{whole}.{rest:02d}".rstrip("0") if rest else str(whole)


def describe_condition(condition: Condition) -> Text:
    """Return a condition as one sentence in both languages.

    >>> describe_condition(Question("ge", "match.overlap_percent", (80,))).en
    'content overlap is at least 80 %'
    """
    match condition:
        case Question():
            return _describe_test(condition)
        case Not(part):
            inner = describe_condition(part)
            return Text(f"并非（{inner.zh}）", f"not ({inner.en})")
        case All(()):
            return Text("任何情况", "always")
        case AnyOf(()):
            return Text("从不", "never")
        case All(parts):
            return _joined(parts, "，且", " and ")
        case AnyOf(parts):
            return _joined(parts, "，或", " or ")


def _joined(parts: tuple[Condition, ...], zh: str, en: str) -> Text:
    texts = [describe_condition(part) for part in parts]
    if len(texts) == 1:
        return texts[0]
    compound = [not isinstance(part, Question) for part in parts]
    pairs = list(zip(texts, compound, strict=True))
    return Text(
        zh.join(f"（{each.zh}）" if wrap else each.zh for each, wrap in pairs),
        en.join(f"({each.en})" if wrap else each.en for each, wrap in pairs),
    )


def _describe_test(test: Question) -> Text:
    found = FIELDS[test.field]
    values = [_value_text(found, value) for value in test.values]
    zh = "、".join(value.zh for value in values)
    en = ", ".join(value.en for value in values)
    if test.op == "between":
        zh, en = f"{values[0].zh}与{values[-1].zh}之间", f"{values[0].en} and {values[-1].en}"
    said = _OPS[test.op]
    return Text(f"{found.title.zh}{said.zh}{zh}", f"{found.title.en} {said.en} {en}")


_UNITS: Mapping[str, Text] = {
    "h": Text("学时", " h"),
    "week": Text("周", " weeks"),
    "%": Text("%", " %"),
    "day": Text("天", " days"),
    "step": Text("级", " steps"),
}


def _value_text(found: RuleField, value: Value) -> Text:
    if isinstance(value, bool):
        return Text("是", "true") if value else Text("否", "false")
    if found.unit == "credit/100":
        words = credits_text(int(value))
        return Text(f"{words} 学分", f"{words} credits")
    unit = _UNITS.get(found.unit, Text("", ""))
    plain = found.values.get(str(value), Text(str(value), str(value)))
    return Text(plain.zh + unit.zh, plain.en + unit.en)


_GRANTS: Mapping[str, Text] = {
    "fixed": Text("认定 {amount} 学分", "grants {amount} credits"),
    "table": Text("按{zh}查表认定", "grants by the table of {en}"),
    "by_hours": Text("每 {hours} 学时认定 1 学分", "grants one credit per {hours} hours"),
    "by_weeks": Text("每 {weeks} 周认定 1 学分", "grants one credit per {weeks} weeks"),
    "course_credits": Text("按课程学分认定", "grants the credits of the course"),
    "outcome_credits": Text("按成果自身学分认定", "grants the credits of the outcome itself"),
    "course_percent": Text(
        "按课程学分的 {percent}% 认定", "grants {percent} % of the course's credits"
    ),
}
_LIMITS: Mapping[str, Text] = {
    "max_each": Text("每项最多 {amount} 学分", "at most {amount} credits each"),
    "max_total": Text("累计最多 {amount} 学分", "at most {amount} credits in all"),
    "annual_max": Text("每年最多 {amount} 学分", "at most {amount} credits a year"),
    "max_percent_of_programme": Text(
        "转换学分不超过方案总学分的 {percent}%",
        "conversion is at most {percent} % of the programme",
    ),
    "max_percent_online": Text(
        "在线学习转换不超过方案总学分的 {percent}%",
        "online learning is at most {percent} % of the programme",
    ),
    "content_once_highest": Text(
        "同一内容只计一次，取最高者", "one content counts once and the highest wins"
    ),
    "courses_per_outcome": Text(
        "一项成果最多对应 {count} 门课程", "one outcome covers at most {count} courses"
    ),
}


def _filled(said: Text, **facts: object) -> Text:
    return Text(said.zh.format_map(facts), said.en.format_map(facts))


def describe_grant(grant: Grant, book: Rulebook) -> Text:
    """Return what a rule grants, in words."""
    return _filled(
        _GRANTS[grant.kind],
        amount=credits_text(grant.amount),
        percent=grant.percent,
        hours=book.hours_per_credit,
        weeks=book.weeks_per_credit,
        zh="、".join(FIELDS[name].title.zh for name in grant.by),
        en=", ".join(FIELDS[name].title.en for name in grant.by),
    )


def describe_limit(limit: Limit) -> Text:
    """Return what a limit demands, in words."""
    amount = credits_text(limit.amount)
    return _filled(_LIMITS[limit.kind], amount=amount, percent=limit.percent, count=limit.count)


_CEILING: Final = Text("不超过课程自身学分", "never more than the course's own credits")


def explain_decision(compiled: CompiledRulebook, facts: Facts, decision: Decision) -> Explanation:
    """Return why the decision is what it is: the rule that held or what each one missed."""
    book = compiled.book
    sentences: list[Text] = []
    rule = next((each for each in book.rules if each.id == decision.rule_id), None)
    if rule is None:
        sentences += _why_none(book, facts)
    else:
        why, granted = describe_condition(rule.when), describe_grant(rule.grant, book)
        words = credits_text(decision.granted)
        sentences.append(
            Text(
                f"适用规则 {rule.id}“{rule.title.zh}”：{why.zh}；{granted.zh}，得 {words} 学分。",
                f"Rule {rule.id} “{rule.title.en}” applies: {why.en}; it {granted.en}: {words}.",
            )
        )
    limits = {each.id: each for each in book.limits}
    for name in decision.limit_ids:
        taken = _CEILING if name == COURSE_CEILING else describe_limit(limits[name])
        sentences.append(
            Text(f"限制 {name} 生效：{taken.zh}。", f"Limit {name} took effect: {taken.en}.")
        )
    words = credits_text(decision.amount)
    sentences.append(Text(f"结果：认定 {words} 学分。", f"Result: {words} credits."))
    return Explanation(tuple(sentences), decision.rule_ids, decision.digest)


def _why_none(book: Rulebook, facts: Facts) -> list[Text]:
    """Say which rules for this kind of outcome came nearest, and what each one missed."""
    missed = sorted(
        ((len(unmet), index, rule, unmet) for index, (rule, unmet) in _near(book, facts)),
        key=lambda each: each[:2],
    )
    if not missed:
        return [Text("没有规则适用于此类成果。", "No rule is about this kind of outcome.")]
    sentences = [Text("没有规则的条件全部满足。", "No rule's conditions all hold.")]
    for _, _, rule, unmet in missed[:_UNMET_SHOWN_MAX]:
        zh = "；".join(each.zh for each in unmet)
        en = "; ".join(each.en for each in unmet)
        sentences.append(
            Text(
                f"规则 {rule.id}“{rule.title.zh}”不满足：{zh}。",
                f"Rule {rule.id} “{rule.title.en}” asks for more: {en}.",
            )
        )
    return sentences


def _near(book: Rulebook, facts: Facts) -> list[tuple[int, tuple[Rule, list[Text]]]]:
    found: list[tuple[int, tuple[Rule, list[Text]]]] = []
    for index, rule in enumerate(book.rules):
        unmet = unmet_tests(rule.when, facts)
        about_kind = all(test.field != "outcome.kind" for test in _tests(unmet))
        if about_kind:
            found.append((index, (rule, [_unmet_text(part, facts) for part in unmet])))
    return found


def unmet_tests(condition: Condition, facts: Facts) -> list[Condition]:
    """Return the parts of a condition that do not hold, each as small as it can be named."""
    if compile_condition(condition)(facts):
        return []
    if isinstance(condition, All):
        return [unmet for part in condition.parts for unmet in unmet_tests(part, facts)]
    return [condition]


def _tests(conditions: list[Condition]) -> list[Question]:
    return [each for each in conditions if isinstance(each, Question)]


def _unmet_text(condition: Condition, facts: Facts) -> Text:
    said = describe_condition(condition)
    if not isinstance(condition, Question):
        return said
    value = facts.get(condition.field)
    if value is None:
        return Text(f"{said.zh}（未提供）", f"{said.en} (not given)")
    if isinstance(value, str | int):
        now = _value_text(FIELDS[condition.field], value)
        return Text(f"{said.zh}（现为{now.zh}）", f"{said.en} (here {now.en})")
    return said
