"""Equivalences: what counts as which course here, declared or accepted; the alliance's memory."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from services.credits.domain.outcome_kind import KINDS
from services.credits.domain.rule_errors import RuleTreeTooDeepError
from services.credits.domain.rulebook import digest_of
from shared.kernel.errors import Fault, InvalidInputError, Text

DEPTH_MAX = 4
LEAVES_MAX = 20


class EquivalenceInvalidError(InvalidInputError):
    """The equivalence is no tree of outcomes and courses."""

    code = "equivalence_invalid"
    title_zh = "等效关系无法识别"


def check_tree(node: object, pointer: str, *, depth: int = 1) -> list[Mapping[str, Any]]:
    """Return the leaves of an and/or tree (`{"all": […]}`, `{"any": […]}`, `{"title": …}`).

    Raises EquivalenceInvalidError, RuleTreeTooDeepError.

    >>> len(check_tree({"any": [{"title": "a"}, {"all": [{"title": "b"}, {"title": "c"}]}]}, ""))
    3
    """
    if depth > DEPTH_MAX:
        raise RuleTreeTooDeepError(depth=depth, depth_max=DEPTH_MAX)
    if isinstance(node, Mapping):
        tree: Mapping[str, Any] = {str(key): value for key, value in node.items()}  # pyright: ignore[reportUnknownArgumentType]
        name = next(iter(tree), "")
        parts = tree.get(name)
        if name in {"all", "any"} and len(tree) == 1 and isinstance(parts, list):
            each: list[Any] = parts
            found = [
                leaf
                for index, part in enumerate(each[: LEAVES_MAX + 1])
                for leaf in check_tree(part, f"{pointer}/{name}/{index}", depth=depth + 1)
            ]
            if 1 <= len(found) <= LEAVES_MAX:
                return found
        if isinstance(tree.get("title"), str) and tree["title"]:
            return [tree]
    said = Text("应为 all、any 或带 title 的一项", "all, any, or one thing with a title")
    raise EquivalenceInvalidError(faults=[Fault("equivalence_tree", said, pointer=pointer)])


def remember(
    school_id: UUID, outcome: Mapping[str, Any], item: Mapping[str, Any], *, on: date
) -> dict[str, Any]:
    """Return what an accepted application teaches the alliance: no person is in it."""
    outcomes = {"title": outcome["title"], "kind": outcome["kind"], "level": outcome["level"]}
    courses = {"title": item["title"], "credits_hundredths": item["granted"]}
    return _row(school_id, outcomes, courses, source="decision", on=on)


def declare(school_id: UUID, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a declared equivalence of n outcomes and m courses as a row."""
    outcomes = check_tree(values["outcomes"], "/outcomes")
    courses = check_tree(values["courses"], "/courses")
    kind = str(outcomes[0].get("kind") or "school_course")
    if kind not in KINDS:
        said = Text("成果类型不存在", "there is no such kind of outcome")
        fault = Fault("equivalence_kind", said, pointer="/outcomes")
        raise EquivalenceInvalidError(faults=[fault])
    row = _row(school_id, {**outcomes[0], "kind": kind}, courses[0], source="declared", on=None)
    content = {"outcomes": values["outcomes"], "courses": values["courses"]}
    return {
        **row,
        **content,
        "valid_from": values["valid_from"],
        "valid_to": values["valid_to"],
        "digest": digest_of({**content, "valid_from": values["valid_from"].isoformat()}),
    }


def _row(
    school_id: UUID,
    outcome: Mapping[str, Any],
    course: Mapping[str, Any],
    *,
    source: str,
    on: date | None,
) -> dict[str, Any]:
    return {
        "school_id": school_id,
        "outcome_kind": outcome["kind"],
        "outcome_title": str(outcome["title"])[:300],
        "outcome_level": outcome.get("level"),
        "outcomes": dict(outcome),
        "courses": dict(course),
        "course_title": str(course["title"])[:200],
        "credits_hundredths": int(course.get("credits_hundredths") or 0),
        "source": source,
        "valid_from": on,
        "valid_to": None,
        "digest": digest_of({"outcomes": dict(outcome), "courses": dict(course)}),
    }
