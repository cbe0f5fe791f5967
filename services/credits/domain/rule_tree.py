"""Conditions of rules as typed trees: read from JSON with every wrong place named."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, TypeAlias, cast

from services.credits.domain.rule_errors import RuleTreeTooDeepError
from services.credits.domain.rule_fields import FIELDS, RuleField
from shared.kernel.errors import Fault, Text

DEPTH_MAX: Final = 16
NODES_MAX: Final = 200  # of one rule
VALUES_MAX: Final = 200  # of one list
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
# A body of some levels more than its deepest tree: envelope, rules, rule, when.
BODY_DEPTH_MAX: Final = 2 * DEPTH_MAX + 8

Value: TypeAlias = str | int | bool
Op = Literal["eq", "in", "ge", "le", "between", "has"]


@dataclass(frozen=True, slots=True)
class Question:
    """One question about one field; `values` are its right side."""

    op: Op
    field: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; without parts it always holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part is known not to hold."""

    part: Condition


Condition: TypeAlias = Question | All | AnyOf | Not

OPS_BY_TYPE: Mapping[str, frozenset[str]] = {
    "choice": frozenset({"eq", "in"}),
    "text": frozenset({"eq", "in"}),
    "flag": frozenset({"eq"}),
    "integer": frozenset({"eq", "in", "ge", "le", "between"}),
    "day": frozenset({"eq", "ge", "le", "between"}),
    "list": frozenset({"has"}),
}
_ARITY = {"eq": 1, "ge": 1, "le": 1, "has": 1, "between": 2}


def refuse_deep_json(body: bytes, *, depth_max: int = BODY_DEPTH_MAX) -> None:
    """Raise RuleTreeTooDeepError for JSON that nests deeper than any tree may.

    Reads brackets outside strings, so that no parser has to survive what is refused here.
    Cost: one pass in C over the body, then one step a bracket.
    """
    depth = deepest = 0
    for sign in _STRINGS.sub(b"", body).translate(None, delete=_NO_BRACKETS):
        depth += 1 if sign in b"[{" else -1
        deepest = max(deepest, depth)
    if deepest > depth_max:
        raise RuleTreeTooDeepError(depth=deepest, depth_max=DEPTH_MAX)


_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class TreeReader:
    """Reads one rule's condition; faults gather in `faults`."""

    def __init__(self, faults: list[Fault]) -> None:
        self._faults = faults
        self._nodes = 0

    def read(self, node: object, pointer: str, depth: int = 1) -> Condition:
        """Return the condition at `pointer`; an unreadable part becomes one that always holds.

        Raises RuleTreeTooDeepError beyond DEPTH_MAX levels.
        """
        if depth > DEPTH_MAX:
            raise RuleTreeTooDeepError(depth=depth, depth_max=DEPTH_MAX)
        self._nodes += 1
        if self._nodes == NODES_MAX + 1:
            self._fault(
                "too_many_conditions",
                pointer,
                f"一条规则最多 {NODES_MAX} 个条件",
                f"a rule holds at most {NODES_MAX} conditions",
            )
        if not isinstance(node, Mapping) or len(cast("Mapping[Any, Any]", node)) != 1:
            return self._unknown(pointer)
        ((op, arguments),) = cast("Mapping[Any, Any]", node).items()
        if op in {"all", "any"} and isinstance(arguments, Sequence):
            parts = cast("Sequence[object]", arguments)
            if isinstance(parts, str) or len(parts) > NODES_MAX:
                return self._unknown(pointer)
            read = tuple(
                self.read(part, f"{pointer}/{op}/{index}", depth + 1)
                for index, part in enumerate(parts)
            )
            return All(read) if op == "all" else AnyOf(read)
        if op == "not":
            return Not(self.read(arguments, f"{pointer}/not", depth + 1))
        return self._read_test(op, arguments, pointer)

    def _read_test(self, op: object, arguments: object, pointer: str) -> Condition:
        if op not in {*_ARITY, "in"} or not isinstance(arguments, list):
            return self._unknown(pointer)
        name, *values = cast("list[Any]", arguments) or [None]
        found = FIELDS.get(name) if isinstance(name, str) else None
        where = f"{pointer}/{op}"
        if found is None:
            said = f"没有字段“{str(name)[:60]}”", f"there is no field “{str(name)[:60]}”"
            self._fault("field_unknown", f"{where}/0", *said)
            return All(())
        if op not in OPS_BY_TYPE[found.type]:
            said = f"“{found.title.zh}”不能用 {op}", f"{op} does not fit “{found.title.en}”"
            self._fault("operator_unfit", where, *said)
            return All(())
        if op == "in":
            listed = values[0] if len(values) == 1 else None
            values = cast("list[Any]", listed) if isinstance(listed, list) else []
        if not 1 <= len(values) <= VALUES_MAX or len(values) != _ARITY.get(str(op), len(values)):
            said = f"{op} 的值的个数不对", f"{op} has a wrong number of values"
            self._fault("values_count", where, *said)
            return All(())
        read = tuple(self._read_value(found, value, where) for value in values)
        return Question(cast("Op", op), found.name, read)

    def _read_value(self, found: RuleField, value: object, pointer: str) -> Value:
        if not value_fits(found, value):
            said = (
                f"“{found.title.zh}”的值“{str(value)[:40]}”不对",
                f"“{str(value)[:40]}” is no value of “{found.title.en}”",
            )
            self._fault("value_unfit", pointer, *said)
        return cast("Value", value)

    def _unknown(self, pointer: str) -> Condition:
        known = "all, any, not, eq, in, ge, le, between, has"
        said = f"应为单个条件：{known}", f"one condition is needed here: {known}"
        self._fault("condition_unknown", pointer, *said)
        return All(())

    def _fault(self, code: str, pointer: str, zh: str, en: str) -> None:
        self._faults.append(Fault(code, Text(zh, en), pointer=pointer))


def value_fits(found: RuleField, value: object) -> bool:
    """Whether `value` may stand beside the field.

    >>> value_fits(FIELDS["outcome.hours"], 32), value_fits(FIELDS["outcome.kind"], "party")
    (True, False)
    """
    match found.type:
        case "choice":
            return isinstance(value, str) and value in found.values
        case "flag":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**9
        case "day":
            return isinstance(value, str) and _is_day(value)
        case "text" | "list":
            return isinstance(value, str) and 0 < len(value) <= 200


def _is_day(words: str) -> bool:
    try:
        # The canonical form only: days are compared as texts.
        return date.fromisoformat(words).isoformat() == words
    except ValueError:
        return False
