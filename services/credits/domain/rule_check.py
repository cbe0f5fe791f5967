"""The checker of rulebooks: rules that never fire, conflicts, gaps, units against the standard."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import Literal

from services.credits.domain.outcome_kind import AWARDS, KINDS, OutcomeKind
from services.credits.domain.rule_fields import FIELDS
from services.credits.domain.rule_regions import (
    Box,
    Cells,
    Span,
    TooManyCasesError,
    Words,
    meet,
    regions,
    subtract,
)
from services.credits.domain.rulebook import Rule, Rulebook
from shared.kernel.errors import Text

Level = Literal["block", "warn"]
Unit = Literal["hours", "weeks"]
_PAIRS_MAX = 100  # findings of one kind that are shown


@dataclass(frozen=True, slots=True)
class StandardTerms:
    """What the alliance's standard demands of its members' rulebooks."""

    kinds: frozenset[str] = frozenset()
    units: Mapping[str, Unit] = field(default_factory=dict[str, Unit])
    hours_per_credit: tuple[int, int] = (16, 18)
    weeks_per_credit: tuple[int, int] = (1, 2)


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """One thing that the checker found, with the rules that it is about."""

    code: str
    level: Level
    rule_ids: tuple[str, ...]
    text: Text


@dataclass(slots=True)
class _Covered:
    boxes: dict[str, list[Box]] = field(default_factory=dict[str, list[Box]])


def check_rulebook(book: Rulebook, terms: StandardTerms) -> list[CheckFinding]:
    """Return everything that is wrong or doubtful in a rulebook, the worst first.

    1. A rule never fires when its condition covers no case, or only cases of earlier rules.
    2. Two rules conflict when one case fires both and they grant differently; the first counts.
    3. A gap is a kind, level and award of the standard for which no rule can fire.
    4. Ratios and units are held against the standard.

    Cost: some 10 ms for 50 rules; what has too many cases is said to be unchecked, not guessed.
    """
    findings: list[CheckFinding] = []
    covered = _Covered()
    for rule in book.rules:
        findings += _check_rule(rule, covered)
    findings += _conflicts(book, covered)
    findings += _gaps(book, terms, covered)
    findings += _table_gaps(book, covered)
    findings += _units(book, terms, covered)
    return sorted(findings, key=lambda each: each.level)


def _check_rule(rule: Rule, covered: _Covered) -> Iterator[CheckFinding]:
    try:
        boxes = regions(rule.when)
        left = boxes
        for earlier in covered.boxes.values():
            for box in earlier:
                left = subtract(left, box)
    except TooManyCasesError:
        said = Text(
            f"规则 {rule.id} 的情形过多，未能检查。",
            f"Rule {rule.id} has too many cases to check.",
        )
        yield CheckFinding("rule_unchecked", "warn", (rule.id,), said)
        return
    if not boxes:
        said = Text(
            f"规则 {rule.id} 的条件自相矛盾，永远不会触发。",
            f"Rule {rule.id} contradicts itself: it can never fire.",
        )
        yield CheckFinding("rule_never_fires", "block", (rule.id,), said)
    elif not left:
        names = tuple(
            name for name, earlier in covered.boxes.items() if _meeting(earlier, boxes) is not None
        )
        zh, en = "、".join(names), ", ".join(names)
        said = Text(
            f"规则 {rule.id} 的全部情形已被前面的规则（{zh}）覆盖，永远不会触发。",
            f"Every case of rule {rule.id} is taken by earlier rules ({en}): it can never fire.",
        )
        yield CheckFinding("rule_never_fires", "block", (rule.id, *names), said)
    covered.boxes[rule.id] = boxes


def _meeting(some: list[Box], others: list[Box]) -> Box | None:
    for one, other in product(some, others):
        met = meet(one, other)
        if met is not None:
            return met
    return None


def _conflicts(book: Rulebook, covered: _Covered) -> list[CheckFinding]:
    found: list[CheckFinding] = []
    for index, rule in enumerate(book.rules):
        for other in book.rules[index + 1 :]:
            if rule.grant == other.grant or len(found) >= _PAIRS_MAX:
                continue
            met = _meeting(covered.boxes.get(rule.id, []), covered.boxes.get(other.id, []))
            if met is None:
                continue
            case = describe_case(met)
            said = Text(
                f"规则 {rule.id} 与 {other.id} 有重叠且授予不同，以在前者为准；例如：{case.zh}。",
                f"Rules {rule.id} and {other.id} overlap and grant differently; the earlier "
                f"counts. For example: {case.en}.",
            )
            found.append(CheckFinding("rules_overlap", "warn", (rule.id, other.id), said))
    return found


def _gaps(book: Rulebook, terms: StandardTerms, covered: _Covered) -> list[CheckFinding]:
    boxes = [box for each in covered.boxes.values() for box in each]
    found: list[CheckFinding] = []
    for name in sorted(terms.kinds):
        kind = KINDS[name]
        missing = [case for case in _cases(kind) if not _reached(boxes, case)]
        if not missing or len(covered.boxes) < len(book.rules):
            continue
        if len(missing) == sum(1 for _ in _cases(kind)):
            said = Text(
                f"没有规则涉及“{kind.title.zh}”。",
                f"No rule is about “{kind.title.en}”.",
            )
        else:
            cases = [describe_case(_box(case)) for case in missing]
            said = Text(
                f"“{kind.title.zh}”有情形没有规则：" + "；".join(each.zh for each in cases) + "。",
                f"“{kind.title.en}” has cases without a rule: "
                + "; ".join(each.en for each in cases)
                + ".",
            )
        found.append(CheckFinding("gap", "warn", (), said))
    return found


def _cases(kind: OutcomeKind) -> Iterator[dict[str, str]]:
    awards = list(AWARDS) if kind.awarded else [""]
    for level, award in product(kind.levels or [""], awards):
        case = {"outcome.kind": kind.name, "outcome.level": level, "outcome.award": award}
        yield {name: value for name, value in case.items() if value}


def _box(case: Mapping[str, str]) -> Box:
    return {
        name: Words(frozenset({value}), domain=frozenset(FIELDS[name].values))
        for name, value in case.items()
    }


def _reached(boxes: list[Box], case: Mapping[str, str]) -> bool:
    return any(meet(box, _box(case)) is not None for box in boxes)


def _table_gaps(book: Rulebook, covered: _Covered) -> Iterator[CheckFinding]:
    """Yield tables without an entry for a case that reaches them."""
    for rule in book.rules:
        if rule.grant.kind != "table":
            continue
        boxes = covered.boxes.get(rule.id, [])
        absent: list[Text] = []
        for kind in KINDS.values():
            for case in _cases(kind):
                values = tuple(case.get(name, "") for name in rule.grant.by)
                if "" in values or values in rule.grant.table or not _reached(boxes, case):
                    continue
                absent.append(describe_case(_box(case)))
        if absent:
            shown = absent[:10]
            said = Text(
                f"规则 {rule.id} 的表格缺少：" + "；".join(each.zh for each in shown) + "。",
                f"The table of rule {rule.id} lacks: " + "; ".join(each.en for each in shown) + ".",
            )
            yield CheckFinding("table_gap", "warn", (rule.id,), said)


def _units(book: Rulebook, terms: StandardTerms, covered: _Covered) -> Iterator[CheckFinding]:
    low, high = terms.hours_per_credit
    if not low <= book.hours_per_credit <= high:
        said = Text(
            f"联盟标准规定理论课 {low}—{high} 学时计 1 学分，此处为 {book.hours_per_credit}。",
            f"The standard counts {low}-{high} hours of theory a credit, not "
            f"{book.hours_per_credit}.",
        )
        yield CheckFinding("hours_ratio", "block", (), said)
    low, high = terms.weeks_per_credit
    if not low <= book.weeks_per_credit <= high:
        said = Text(
            f"联盟标准规定实践课 {low}—{high} 周计 1 学分，此处为 {book.weeks_per_credit}。",
            f"The standard counts {low}-{high} weeks of practice a credit, not "
            f"{book.weeks_per_credit}.",
        )
        yield CheckFinding("weeks_ratio", "block", (), said)
    for rule in book.rules:
        unit = {"by_hours": "hours", "by_weeks": "weeks"}.get(rule.grant.kind)
        wrong = [
            kind
            for kind, counted in terms.units.items()
            if unit and counted != unit
            if _reached(covered.boxes.get(rule.id, []), {"outcome.kind": kind})
        ]
        for kind in wrong:
            title = KINDS[kind].title
            counts = Text("周", "weeks") if unit == "hours" else Text("学时", "hours")
            said = Text(
                f"规则 {rule.id} 的单位与联盟标准不符：“{title.zh}”按{counts.zh}计。",
                f"Rule {rule.id} counts another unit than the standard: “{title.en}” is in "
                f"{counts.en}.",
            )
            yield CheckFinding("unit_mismatch", "block", (rule.id,), said)


def blocking(findings: Collection[CheckFinding]) -> list[CheckFinding]:
    """Return the findings that stop a rulebook from taking effect."""
    return [each for each in findings if each.level == "block"]


def describe_case(box: Box) -> Text:
    """Return one case of a box in words."""
    named = [_describe(name, cells) for name, cells in box.items()]
    said = [each for each in named if each is not None]
    if not said:
        return Text("任何情况", "any case")
    return Text("，".join(each.zh for each in said), ", ".join(each.en for each in said))


def _describe(name: str, cells: Cells) -> Text | None:
    plain, _, item = name.partition(" ∋ ")
    found = FIELDS[plain]
    if item:
        return Text(f"{found.title.zh}“{item}”", f"{found.title.en} “{item}”")
    if isinstance(cells, Span):
        if not cells.parts:
            return None
        shown = min(abs(cells.parts[0][0]), abs(cells.parts[0][1]), key=abs)
        at = date.fromordinal(shown).isoformat() if found.type == "day" else str(shown)
        return Text(f"{found.title.zh} {at}", f"{found.title.en} {at}")
    values = sorted(str(value) for value in cells.listed)
    if cells.all_but or not values:
        return None
    title = found.values.get(values[0], Text(values[0], values[0]))
    return Text(f"{found.title.zh}{title.zh}", f"{found.title.en} {title.en}")
