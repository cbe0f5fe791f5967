"""What a transcript shows to people: whose it is, line by line what was recognised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.credits.domain.recognition import credits_text
from shared.kernel.clock import china_day


@dataclass(frozen=True, slots=True)
class TranscriptCourse:
    """A course that an outcome counts for."""

    title: str
    credits_hundredths: int


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """One decision."""

    id: str
    title: str
    kind: str
    issuer: str
    completed_on: date | None
    decided_on: date
    credits_hundredths: int
    grade: str | None
    courses: tuple[TranscriptCourse, ...]

    @property
    def courses_text(self) -> str:
        """The courses with their credits, in one text."""
        parts = [f"{each.title} {credits_text(each.credits_hundredths)}" for each in self.courses]
        return "；".join(parts)


@dataclass(frozen=True, slots=True)
class Transcript:
    """Everything on the pages of a transcript."""

    id: str
    school: str
    holder_name: str
    holder_number: str
    issued_on: date
    issued_at: datetime
    lines: Sequence[TranscriptLine]

    @property
    def credits_hundredths(self) -> int:
        """The sum of the lines."""
        return sum(line.credits_hundredths for line in self.lines)


# Kinds of outcomes as people call them; another kind is shown by its own word.
KINDS = {
    "certificate": "职业技能等级证书",
    "competition": "竞赛",
    "course": "课程",
    "enterprise_course": "企业课程",
    "internship": "实习",
    "military": "服役经历",
    "online_course": "在线课程",
    "qualification": "职业资格",
    "skill_level": "职业技能等级",
    "work": "工作经历",
}


def read_transcript(row: Mapping[str, Any], school: str) -> Transcript:
    """Return the transcript of a stored credential: its lines, or the one of a badge."""
    facts: Mapping[str, Any] = row["facts"]
    told = facts.get("lines")
    if told is None:
        told = [{**facts, "id": str(row["id"]), "title": row["title"]}]
    return Transcript(
        id=str(row["id"]),
        school=school,
        holder_name=row["holder_name"],
        holder_number=row["holder_number"],
        issued_on=china_day(row["issued_at"]),
        issued_at=row["issued_at"],
        lines=[_line(each) for each in told],
    )


def _line(told: Mapping[str, Any]) -> TranscriptLine:
    completed = told["completed_on"]
    return TranscriptLine(
        id=told["id"],
        title=told["title"],
        kind=told["kind"],
        issuer=told["issuer"],
        completed_on=date.fromisoformat(completed) if completed else None,
        decided_on=date.fromisoformat(told["decided_on"]),
        credits_hundredths=told["credits_hundredths"],
        grade=told["grade"],
        courses=tuple(
            TranscriptCourse(each["title"], each["credits_hundredths"]) for each in told["courses"]
        ),
    )


HEADERS = ("成果", "类型", "颁发单位", "完成日期", "认定课程", "学分", "成绩", "认定日期", "凭证")


def table_of(transcript: Transcript) -> list[list[Any]]:
    """Return the transcript as rows under `HEADERS`."""
    return [
        [
            line.title,
            KINDS.get(line.kind, line.kind),
            line.issuer,
            line.completed_on,
            line.courses_text,
            credits_text(line.credits_hundredths),
            line.grade,
            line.decided_on,
            line.id,
        ]
        for line in transcript.lines
    ]
