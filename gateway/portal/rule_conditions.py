"""A rule's condition as a form: the typed tree as named fields, and read back from them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, TypeAlias

Field = Mapping[str, Any]
Fields = Mapping[str, Field]
Values = Mapping[str, str | list[str]]

ROOT = "when"
_PARTS_MAX = 200
_DEPTH_MAX = 16
# No longer than a number can be that a rulebook takes: what is longer is told as it was written.
_WHOLE = re.compile(r"-?[0-9]{1,12}")
_AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
# What a list of values is written with in one box.
_IN_LINES = frozenset({"text", "list"})
_BETWEEN_VALUES = ("\n", ",", "，", "、", ";", "；")


@dataclass(frozen=True, slots=True)
class Question:
    """One question about one field, with its values as a person writes them."""

    field: str
    op: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions of which all, at least one, or none has to hold."""

    kind: str = "all"
    parts: tuple[Question | Group, ...] = ()


Node: TypeAlias = Question | Group


def node_of(raw: Any, fields: Fields) -> Node | None:
    """Return what a form shows of a condition; None for one that is no condition."""
    if not isinstance(raw, Mapping) or len(raw) != 1:
        return None
    ((op, told),) = raw.items()
    if op == "not":
        part = node_of(told, fields)
        if isinstance(part, Group) and part.kind == "any":
            return replace(part, kind="none")
        return None if part is None else Group("none", (part,))
    if op in {"all", "any"}:
        read = [node_of(one, fields) for one in told]
        return Group(op, tuple(one for one in read if one is not None))
    field = fields.get(told[0])
    if field is None:
        return None
    values = told[1] if op == "in" else told[1:]
    return Question(told[0], op, tuple(_written(field, value) for value in values))


def root_of(raw: Any, fields: Fields) -> Group:
    """Return a rule's condition as the group that its form begins with."""
    node = node_of(raw, fields)
    if isinstance(node, Group):
        return node
    return Group("all", () if node is None else (node,))


def content_of(node: Node, fields: Fields) -> Any:
    """Return the condition as the rulebook holds it; what cannot be read stays as written."""
    if isinstance(node, Group):
        parts = [content_of(part, fields) for part in node.parts]
        if node.kind != "none":
            return {node.kind: parts}
        return {"not": parts[0] if len(parts) == 1 else {"any": parts}}
    field = fields[node.field]
    values = [_value(field, value) for value in node.values]
    op = _operator(field, node)
    return {op: [node.field, values] if op == "in" else [node.field, *values]}


def places_of(node: Node, *, pointer: str, path: str = ROOT) -> dict[str, str]:
    """Return the field of the form for each place of the condition, by its JSON pointer."""
    if isinstance(node, Question):
        return {pointer: f"{path}.value"}
    places = {pointer: f"{path}.kind"}
    for index, part in enumerate(node.parts):
        at = f"{pointer}/{node.kind}/{index}"
        if node.kind == "none":
            at = f"{pointer}/not" if len(node.parts) == 1 else f"{pointer}/not/any/{index}"
        places |= places_of(part, pointer=at, path=f"{path}.{index}")
    return places


def read_node(sent: Values, path: str = ROOT, depth: int = 1) -> Node | None:
    """Return the condition that a form tells at `path`; None where it tells nothing."""
    field = _one(sent, f"{path}.field")
    if field:
        op = _one(sent, f"{path}.op")
        return Question(field, op, _values_sent(sent, path, op))
    kind = _one(sent, f"{path}.kind")
    if kind not in {"all", "any", "none"} or depth > _DEPTH_MAX:
        return None
    count = whole(_one(sent, f"{path}.count"))
    count = min(count, _PARTS_MAX) if isinstance(count, int) else 0
    parts = (read_node(sent, f"{path}.{index}", depth + 1) for index in range(count))
    return Group(kind, tuple(part for part in parts if part is not None))


def values_of(node: Node, fields: Fields, path: str = ROOT) -> dict[str, str]:
    """Return the values of the form's fields for a condition; ticks are told by the tree."""
    if isinstance(node, Question):
        between = node.op == "between"
        apart = "\n" if fields[node.field]["type"] in _IN_LINES else ", "
        return {
            f"{path}.op": node.op,
            f"{path}.value": apart.join(node.values[:1] if between else node.values),
            f"{path}.to": "".join(node.values[1:2]) if between else "",
        }
    found = {f"{path}.kind": node.kind}
    for index, part in enumerate(node.parts):
        found |= values_of(part, fields, f"{path}.{index}")
    return found


def with_part(node: Node, path: Sequence[int], part: Node) -> Node:
    """Return the condition with one more part in the group at `path`."""
    if not isinstance(node, Group):
        return node
    if not path:
        return replace(node, parts=(*node.parts, part))
    parts = [
        with_part(one, path[1:], part) if index == path[0] else one
        for index, one in enumerate(node.parts)
    ]
    return replace(node, parts=tuple(parts))


def without_part(node: Node, path: Sequence[int]) -> Node:
    """Return the condition without the part at `path`; the root itself stays."""
    if not isinstance(node, Group) or not path:
        return node
    kept: list[Node] = []
    for index, one in enumerate(node.parts):
        if index != path[0]:
            kept.append(one)
        elif len(path) > 1:
            kept.append(without_part(one, path[1:]))
    return replace(node, parts=tuple(kept))


def path_of(name: str) -> tuple[int, ...]:
    """Return the way to a part that a form names.

    >>> path_of("when.0.12")
    (0, 12)
    """
    steps = [whole(step) for step in name.split(".")[1:]]
    return tuple(step for step in steps if isinstance(step, int))


def changed_fields(node: Node, sent: Values, path: str = ROOT) -> bool:
    """Whether a question was given another field than the one its values were written for."""
    if isinstance(node, Question):
        return _one(sent, f"{path}.was") not in {"", node.field}
    return any(
        changed_fields(part, sent, f"{path}.{index}") for index, part in enumerate(node.parts)
    )


def _values_sent(sent: Values, path: str, op: str) -> tuple[str, ...]:
    """Return the values of a question; those of another field are not kept."""
    if _one(sent, f"{path}.was") not in {"", _one(sent, f"{path}.field")}:
        return ()
    if f"{path}.values" in sent:
        return tuple(_many(sent, f"{path}.values"))
    first, last = _one(sent, f"{path}.value"), _one(sent, f"{path}.to")
    if not op:  # texts: a line each
        return _parted(first, ("\n",))
    if op == "in":
        return _parted(first, _BETWEEN_VALUES)
    told = (first, last) if op == "between" else (first,)
    return tuple(one for one in told if one)


def _parted(told: str, marks: Sequence[str]) -> tuple[str, ...]:
    for mark in marks[1:]:
        told = told.replace(mark, marks[0])
    return tuple(one.strip() for one in told.split(marks[0]) if one.strip())


def _operator(field: Field, node: Question) -> str:
    """Return the comparison: choices and texts are one value, or one of several."""
    match field["type"]:
        case "choice" | "text":
            return "in" if len(node.values) > 1 else "eq"
        case "flag":
            return "eq"
        case "list":
            return "has"
        case _:
            return node.op or "eq"


def _written(field: Field, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if field["unit"] == "credit/100" and isinstance(value, int):
        return credits_written(value)
    return str(value)


def _value(field: Field, written: str) -> Any:
    if field["type"] == "flag":
        return {"true": True, "false": False}.get(written, written)
    if field["type"] == "integer":
        return hundredths(written) if field["unit"] == "credit/100" else whole(written)
    return written


def whole(written: str) -> int | str:
    """Return a whole number, or what was written where it is none."""
    return int(written) if _WHOLE.fullmatch(written) else written


def hundredths(written: str) -> int | str:
    """Return credits as hundredths of a credit, or what was written where it is no amount.

    >>> hundredths("2.5"), hundredths("two")
    (250, 'two')
    """
    if not _AMOUNT.fullmatch(written):
        return written
    amount = Decimal(written) * 100
    return int(amount) if amount == amount.to_integral_value() else written


def credits_written(amount: int) -> str:
    """Return hundredths of a credit as people write credits.

    >>> credits_written(250), credits_written(400)
    ('2.5', '4')
    """
    return f"{Decimal(amount) / 100:f}"


def _one(sent: Values, name: str) -> str:
    told = sent.get(name, "")
    return told if isinstance(told, str) else next(iter(told), "")


def _many(sent: Values, name: str) -> list[str]:
    told = sent.get(name, [])
    return [one for one in ([told] if isinstance(told, str) else told) if one]
