"""Keep the rules of a batch's rounds, and turn them into what the engine takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np

from matching.reserves import Reserve
from services.internships.domain.batch import BatchMode, require_mode
from services.internships.domain.clearing_rules import (
    ClearingRules,
    check_rules,
    require_changeable,
    rules_of,
)
from services.internships.engine.settling import RoundRules
from services.internships.store import batch_posts, batches, students
from services.internships.store.rows import Row
from shared.db.session import Tx
from shared.events.audit import record
from shared.http.caller import Caller
from shared.http.versions import expect_version
from shared.kernel.errors import Fault, InvalidInputError, Text

_NO_POST = Text("本批次中没有该岗位。", "The batch does not offer this post.")
_NO_STUDENT = Text("本校没有学籍号“{0}”。", "The school has no student “{0}”.")
_NO_CLASS = Text("本批次没有班级“{0}”的学生。", "The school has no class “{0}”.")
_TWICE = Text("同一岗位、同一班级出现了两次。", "This post and class are named twice.")
_TOO_MANY = Text("该岗位在本批次只有 {0} 个名额。", "This post has {0} seats in the batch only.")


async def keep_rules(
    tx: Tx, caller: Caller, batch: Row, *, told: Mapping[str, Any], seen: int
) -> Row:
    """Replace the rules of a batch that is cleared; each thing that they name must be there."""
    expect_version(seen=seen, current=batch["version"])
    require_mode(batch["mode"], BatchMode.CLEARED)
    require_changeable(batch["state"], batch["clearing"], told)
    rules = rules_of(told)
    check_rules(rules, batch["caps"])
    faults = [
        *await _post_faults(tx, batch, rules),
        *await _class_faults(tx, batch, rules),
        *await _student_faults(tx, batch, rules),
    ]
    if faults:
        raise InvalidInputError(faults=faults)
    facts = {"proposes": rules.proposes, "rounds": rules.rounds, "special": ",".join(rules.special)}
    await record(tx, caller, "batch.rules_kept", subject_id=batch["id"], facts=facts)
    return await batches.change_batch(tx, batch["id"], {"clearing": dict(told)})


async def _post_faults(tx: Tx, batch: Row, rules: ClearingRules) -> list[Fault]:
    asked = {each.post_id for each in rules.reserves} | {each.post_id for each in rules.least}
    offered = await batch_posts.find_posts(tx, batch["id"], sorted(asked)) if asked else {}
    faults: list[Fault] = []
    for name, rows in (("reserves", rules.reserves), ("least", rules.least)):
        faults += [
            Fault("post_unknown", _NO_POST, pointer=f"/{name}/{place}/post_id")
            for place, each in enumerate(rows)
            if each.post_id not in offered
        ]
    reserved: Counter[UUID] = Counter()
    for place, each in enumerate(rules.reserves):
        reserved[each.post_id] += each.seats
        if each.post_id in offered and reserved[each.post_id] > _seats(offered, each.post_id):
            text = _filled(_TOO_MANY, _seats(offered, each.post_id))
            faults.append(Fault("seats_short", text, pointer=f"/reserves/{place}/seats"))
    faults += [
        Fault(
            "seats_short",
            _filled(_TOO_MANY, _seats(offered, each.post_id)),
            pointer=f"/least/{place}/least",
        )
        for place, each in enumerate(rules.least)
        if each.post_id in offered and each.least > _seats(offered, each.post_id)
    ]
    return faults


def _seats(offered: Mapping[UUID, Row], post_id: UUID) -> int:
    return offered[post_id]["seats_batch"]


async def _class_faults(tx: Tx, batch: Row, rules: ClearingRules) -> list[Fault]:
    if not rules.reserves:
        return []
    known = await students.list_classes(tx, batch["school_id"])
    pairs = Counter((each.post_id, each.class_name) for each in rules.reserves)
    faults = [
        Fault("reserve_repeated", _TWICE, pointer=f"/reserves/{place}/class_name")
        for place, each in enumerate(rules.reserves)
        if pairs[each.post_id, each.class_name] > 1
    ]
    faults += [
        Fault(
            "class_unknown",
            _filled(_NO_CLASS, each.class_name),
            pointer=f"/reserves/{place}/class_name",
        )
        for place, each in enumerate(rules.reserves)
        if each.class_name not in known
    ]
    return faults


async def _student_faults(tx: Tx, batch: Row, rules: ClearingRules) -> list[Fault]:
    numbers = [number for group in rules.together for number in group]
    known = await students.find_ids(tx, batch["school_id"], numbers) if numbers else {}
    return [
        Fault("student_unknown", _filled(_NO_STUDENT, number), pointer=f"/together/{place}")
        for place, group in enumerate(rules.together)
        for number in group
        if number not in known
    ]


def _filled(text: Text, *facts: object) -> Text:
    return Text(text.zh.format(*facts), text.en.format(*facts))


@dataclass(frozen=True, slots=True)
class Kept:
    """What a student did with the place of the round before (`matching.rounds.Choice`)."""

    post_id: UUID | None
    choice: int


def engine_rules(
    rules: ClearingRules,
    entrants: Sequence[Row],
    offered: Sequence[Row],
    *,
    kept: Mapping[UUID, Kept] | None = None,
) -> RoundRules:
    """Return the rules over the rows of a round; a group that is not whole competes apart."""
    post_at = {post["id"]: place for place, post in enumerate(offered)}
    student_at = {student["enrolment_no"]: place for place, student in enumerate(entrants)}
    names = list(dict.fromkeys(each.class_name for each in rules.reserves))
    classes = [
        names.index(student["class_name"]) if student["class_name"] in names else -1
        for student in entrants
    ]
    least = np.zeros(len(offered), dtype=np.int64)
    for each in rules.least:
        if each.post_id in post_at:
            least[post_at[each.post_id]] = each.least
    places = [kept.get(student["id"], _OPEN) for student in entrants] if kept is not None else []
    return RoundRules(
        posts_propose=rules.proposes == "posts",
        improve=rules.improve,
        reserves=[
            Reserve(post_at[each.post_id], names.index(each.class_name), each.seats, each.hard)
            for each in rules.reserves
            if each.post_id in post_at
        ],
        class_names=names,
        classes=np.array(classes, dtype=np.int32) if names else None,
        groups=[
            [student_at[number] for number in group]
            for group in rules.together
            if all(number in student_at for number in group)
        ],
        least=least if rules.least else None,
        repair=rules.repair,
        kept=None
        if kept is None
        else np.array(
            [-1 if each.post_id is None else post_at[each.post_id] for each in places],
            dtype=np.int32,
        ),
        choices=None if kept is None else np.array([e.choice for e in places], dtype=np.int8),
    )


_OPEN = Kept(None, 0)
