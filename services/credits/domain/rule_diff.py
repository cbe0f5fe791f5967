"""What changed between two versions of a rulebook, rule by rule, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from services.credits.domain.rule_words import (
    describe_condition,
    describe_grant,
    describe_limit,
)
from services.credits.domain.rulebook import Limit, Rule, Rulebook
from shared.kernel.errors import Text

Change: TypeAlias = Literal["added", "removed", "changed", "moved"]


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One difference: what, where, and both sides in words."""

    change: Change
    part: Literal["rule", "limit", "ratio"]
    id: str
    fields: tuple[str, ...]
    before: Text | None
    after: Text | None


def diff_rulebooks(before: Rulebook, after: Rulebook) -> list[RuleChange]:
    """Return the differences: ratios first, then rules and limits in the order of the later one."""
    return [*_ratios(before, after), *_rules(before, after), *_limits(before, after)]


def _ratios(before: Rulebook, after: Rulebook) -> Iterator[RuleChange]:
    for name, zh, en in (
        ("hours_per_credit", "学时/学分", "hours a credit"),
        ("weeks_per_credit", "周/学分", "weeks a credit"),
        ("step", "取整步长（1/100 学分）", "step of rounding (credit/100)"),
    ):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield RuleChange(
                "changed",
                "ratio",
                name,
                (name,),
                Text(f"{zh}：{old}", f"{en}: {old}"),
                Text(f"{zh}：{new}", f"{en}: {new}"),
            )


def describe_rule(rule: Rule, book: Rulebook) -> Text:
    """Return a whole rule in one sentence."""
    when, grant = describe_condition(rule.when), describe_grant(rule.grant, book)
    return Text(
        f"“{rule.title.zh}”：{when.zh}；{grant.zh}", f"“{rule.title.en}”: {when.en}; {grant.en}"
    )


def _rules(before: Rulebook, after: Rulebook) -> Iterator[RuleChange]:
    old = {rule.id: rule for rule in before.rules}
    new = {rule.id: rule for rule in after.rules}
    for name, rule in new.items():
        said = describe_rule(rule, after)
        if name not in old:
            yield RuleChange("added", "rule", name, (), None, said)
            continue
        fields = tuple(
            each
            for each in ("title", "when", "grant")
            if getattr(rule, each) != getattr(old[name], each)
        )
        was = describe_rule(old[name], before)
        if fields:
            yield RuleChange("changed", "rule", name, fields, was, said)
        elif _place(old, name, new) != _place(new, name, old):
            # The first rule that holds counts, so an order is a meaning.
            yield RuleChange("moved", "rule", name, ("order",), was, said)
    for name, rule in old.items():
        if name not in new:
            yield RuleChange("removed", "rule", name, (), describe_rule(rule, before), None)


def _place(rules: Mapping[str, Rule], name: str, other: Mapping[str, Rule]) -> int:
    """Return the rule's place among those that both versions have."""
    return [each for each in rules if each in other].index(name)


def _limits(before: Rulebook, after: Rulebook) -> Iterator[RuleChange]:
    old: dict[str, Limit] = {limit.id: limit for limit in before.limits}
    new: dict[str, Limit] = {limit.id: limit for limit in after.limits}
    for name, limit in new.items():
        if name not in old:
            yield RuleChange("added", "limit", name, (), None, describe_limit(limit))
        elif limit != old[name]:
            was, now = describe_limit(old[name]), describe_limit(limit)
            yield RuleChange("changed", "limit", name, ("limit",), was, now)
    for name, limit in old.items():
        if name not in new:
            yield RuleChange("removed", "limit", name, (), describe_limit(limit), None)
