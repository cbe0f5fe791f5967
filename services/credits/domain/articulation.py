"""Course sequences from a lower stage into a programme (衔接课程), and which step an outcome is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from services.credits.domain.outcome import fold_name, overlap_of
from services.credits.domain.outcome_kind import STAGE_RANK, STAGES
from services.credits.domain.rulebook import digest_of
from shared.kernel.errors import Fault, InvalidInputError, NotFoundError, Text


class ArticulationInvalidError(InvalidInputError):
    """The course sequence does not lead from the one programme into the other."""

    code = "articulation_invalid"
    title_zh = "衔接课程不成立"


class ArticulationNotFoundError(NotFoundError):
    """There is no such course sequence of this school."""

    code = "articulation_not_found"
    title_zh = "本校没有该衔接课程方案"


def plan_articulation(
    school_id: UUID,
    values: Mapping[str, Any],
    *,
    programme: Mapping[str, Any],
    courses: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """Return a sequence as a row; each step has its overlap.

    Args:
        school_id: whose programme it leads into.
        values: what the school says, as `ArticulationIn`.
        programme: the school's own, current one.
        courses: its current courses by code.

    Raises:
        ArticulationInvalidError: the level falls, a step leads to no course of the programme or
            to one twice, or its contents overlap less than the sequence's own threshold.
    """
    faults: list[Fault] = []
    if STAGE_RANK[values["from_stage"]] > STAGE_RANK[programme["stage"]]:
        before, after = STAGES[values["from_stage"]], STAGES[programme["stage"]]
        zh = f"层次不得降低：从{before.zh}到{after.zh}"
        en = f"the level must not fall: from {before.en} to {after.en}"
        faults.append(_fault("level_falls", "/from_stage", zh, en))
    if values["valid_to"] is not None and values["valid_to"] < values["valid_from"]:
        zh, en = "结束日期早于开始日期", "it ends before it begins"
        faults.append(_fault("period", "/valid_to", zh, en))
    steps = [
        _step(each, f"/steps/{n}", programme=programme, courses=courses, faults=faults)
        for n, each in enumerate(values["steps"])
    ]
    faults += _low(steps, values["overlap_min"])
    faults += _repeated(steps, "course_code")
    faults += _repeated(steps, "from_title")
    if faults:
        raise ArticulationInvalidError(faults=faults)
    content = {**values, "steps": steps}
    dated = {name: str(content[name]) for name in ("valid_from", "valid_to", "from_school_id")}
    return {**content, "school_id": school_id, "digest": digest_of({**content, **dated})}


def _step(
    said: Mapping[str, Any],
    pointer: str,
    *,
    programme: Mapping[str, Any],
    courses: Mapping[str, Mapping[str, Any]],
    faults: list[Fault],
) -> dict[str, Any]:
    code = said["course_code"]
    course = courses.get(code)
    if course is None or code not in programme["course_codes"]:
        zh, en = f"方案中没有课程 {code}", f"the programme has no course {code}"
        faults.append(_fault("course_unknown", f"{pointer}/course_code", zh, en))
    # What both sides list is counted; where a side lists nothing, the school says it.
    counted = overlap_of(said, course) if course else None
    overlap = said["overlap_percent"] if counted is None else counted
    return {
        "from_title": said["from_title"],
        "competencies": list(said["competencies"]),
        "course_code": code,
        "course_title": course["title"] if course else "",
        "overlap_percent": overlap,
    }


def _low(steps: Sequence[Mapping[str, Any]], overlap_min: int) -> Iterable[Fault]:
    for n, step in enumerate(steps):
        overlap = step["overlap_percent"]
        if overlap is None:
            zh, en = "未给出内容重合度或能力点", "neither an overlap nor competencies are given"
        elif overlap < overlap_min:
            zh = f"内容重合度 {overlap} % 低于要求的 {overlap_min} %"
            en = f"the contents overlap by {overlap} %, below the threshold of {overlap_min} %"
        else:
            continue
        yield _fault("overlap_low", f"/steps/{n}/overlap_percent", zh, en)


def _repeated(steps: Sequence[Mapping[str, Any]], name: str) -> Iterable[Fault]:
    seen: set[str] = set()
    for n, step in enumerate(steps):
        folded = fold_name(step[name])
        if folded in seen:
            zh, en = f"“{step[name]}”出现两次", f"“{step[name]}” stands twice"
            yield _fault("repeated", f"/steps/{n}/{name}", zh, en)
        seen.add(folded)


def _fault(code: str, pointer: str, zh: str, en: str) -> Fault:
    return Fault(f"articulation_{code}", Text(zh, en), pointer=pointer)


def find_step(
    sequences: Iterable[Mapping[str, Any]], outcome: Mapping[str, Any], course_code: str
) -> Mapping[str, Any] | None:
    """Return the step of a sequence that leads from an outcome to a course; None where none does.

    The outcome is a course of the sequence's other school at the sequence's stage, by its title.
    """
    if outcome["kind"] != "school_course":
        return None
    title = fold_name(outcome["title"])
    for sequence in sequences:
        if outcome["stage"] != sequence["from_stage"] or not _is_of(sequence, outcome):
            continue
        for step in sequence["steps"]:
            if step["course_code"] == course_code and fold_name(step["from_title"]) == title:
                return step
    return None


def _is_of(sequence: Mapping[str, Any], outcome: Mapping[str, Any]) -> bool:
    if sequence["from_school_id"] is not None and outcome["issuer_id"] is not None:
        return sequence["from_school_id"] == outcome["issuer_id"]
    return fold_name(sequence["from_school_name"]) == fold_name(outcome["issuer_name"])
