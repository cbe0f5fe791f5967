"""Files of the academic office from a kept upload to the tables: all of a file, or nothing."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Table

from services.credits.domain.catalogue_files import (
    CatalogueRows,
    FileKind,
    read_catalogue,
    refuse_rows,
    row_fault,
)
from services.credits.domain.course import COURSE_FIELDS, PROGRAMME_FIELDS, with_digest
from services.credits.domain.outcome import OutcomeInvalidError, check_outcome
from services.credits.flows.grade_internships import Grade, record_grades, retry_waiting
from services.credits.flows.register_outcomes import Registering, register_many
from services.credits.store.courses import (
    find_learners_by_number,
    find_programmes,
    list_current,
    save_versions,
    upsert_learners,
)
from services.credits.store.rows import Row
from services.credits.store.tables_rules import courses, programmes
from services.internships.contract.events import student_ref
from shared.db.session import Tx
from shared.events.audit import record
from shared.files import FileStore
from shared.jobs.worker import Work
from shared.kernel.clock import Clock, china_day
from shared.kernel.errors import Fault, Text
from shared.kernel.ids import new_id

READING = Text("正在读取并检查文件", "Reading and checking the file")


def _school(work: Work) -> UUID:
    assert work.caller.org_id is not None, "an import is asked for by a school"
    return work.caller.org_id


async def _read(work: Work, files: FileStore, kind: FileKind) -> CatalogueRows:
    await work.report(0.1, READING)
    body = await files.read(work.input["sha256"])
    return await work.cpu.compute(read_catalogue, body, kind, work.input["content_type"])


async def import_learners(work: Work, *, files: FileStore, clock: Clock) -> None:
    """Write learners; placements that waited for one of them are recorded."""
    school_id = _school(work)
    read = await _read(work, files, "learners")
    rows = [
        {**row, "id": str(new_id()), "ref": student_ref(school_id, row["enrolment_no"])}
        for row in read.rows
    ]
    async with work.finishing() as tx:
        saved = await upsert_learners(tx, school_id, rows, orjson.dumps(rows).decode())
        graded = await retry_waiting(tx, school_id, now=clock())
        work.result.update(rows=len(rows), placements_recorded=graded, **asdict(saved))
        await record(tx, work.caller, "learners.imported", subject_id=work.id, facts=asdict(saved))


async def import_courses(work: Work, *, files: FileStore, clock: Clock) -> None:
    """Write courses as new versions where they changed."""
    read = await _read(work, files, "courses")
    await _versions(work, courses, [with_digest(r, COURSE_FIELDS) for r in read.rows], clock)


async def import_programmes(work: Work, *, files: FileStore, clock: Clock) -> None:
    """Write programmes as new versions where they changed."""
    read = await _read(work, files, "programmes")
    rows = [with_digest(row, PROGRAMME_FIELDS) for row in read.rows]
    await _versions(work, programmes, rows, clock)


async def _versions(work: Work, table: Table, rows: list[dict[str, Any]], clock: Clock) -> None:
    school_id = _school(work)
    async with work.finishing() as tx:
        saved = await save_versions(tx, table, school_id, rows)
        graded = await retry_waiting(tx, school_id, now=clock())
        work.result.update(rows=len(rows), placements_recorded=graded, **asdict(saved))
        action = f"{table.name}.imported"
        await record(tx, work.caller, action, subject_id=work.id, facts=asdict(saved))


async def _learners(
    tx: Tx, school_id: UUID, read: CatalogueRows, faults: list[Fault]
) -> dict[str, Row]:
    found = await find_learners_by_number(tx, school_id, [r["enrolment_no"] for r in read.rows])
    faults += [
        row_fault(number, "学籍号", zh="学籍名单中没有该学籍号", en="no learner has this number")
        for number, row in zip(read.numbers, read.rows, strict=True)
        if row["enrolment_no"] not in found
    ]
    return found


async def import_outcomes(work: Work, *, files: FileStore, clock: Clock, secret: str) -> None:
    """Register a file's outcomes; those that are registered already stay as they are."""
    read = await _read(work, files, "outcomes")
    school_id, today = _school(work), china_day(clock())
    async with work.finishing() as tx:
        faults: list[Fault] = []
        learners = await _learners(tx, school_id, read, faults)
        prepared: list[tuple[Row, dict[str, Any]]] = []
        for number, row in zip(read.numbers, read.rows, strict=True):
            values = _outcome_values(row)
            try:
                check_outcome(values, today=today)
            except OutcomeInvalidError as error:
                faults += [
                    Fault(each.code, each.text, row=number, column=(each.pointer or "")[1:])
                    for each in error.faults
                ]
            if row["enrolment_no"] in learners:
                prepared.append((learners[row["enrolment_no"]], values))
        refuse_rows(faults)
        registering = Registering(work.caller, "import", secret, today)
        created, known = await register_many(tx, prepared, registering)
        work.result.update(rows=len(prepared), created=created, known=known)
        facts = {"created": created, "known": known}
        await record(tx, work.caller, "outcomes.imported", subject_id=work.id, facts=facts)


def _outcome_values(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: value for name, value in row.items() if name != "enrolment_no"},
        "issuer_id": None,
        "grade": None,
        "competencies": list(row["competencies"] or ()),
        "online": bool(row["online"]),
        "description": "",
        "supervisors": [],
    }


async def import_grades(work: Work, *, files: FileStore, clock: Clock) -> None:
    """Record graded internships of the academic office's file and post their credits."""
    read = await _read(work, files, "grades")
    school_id = _school(work)
    async with work.finishing() as tx:
        faults: list[Fault] = []
        learners = await _learners(tx, school_id, read, faults)
        known = {row["code"]: row for row in await list_current(tx, courses, school_id)}
        codes = [learner["programme_code"] for learner in learners.values()]
        stages = await find_programmes(tx, school_id, codes)
        grades: list[Grade] = []
        for number, row in zip(read.numbers, read.rows, strict=True):
            learner, course = learners.get(row["enrolment_no"]), known.get(row["course_code"])
            if course is None or course["kind"] != "internship":
                zh, en = "没有该实习课程", "there is no such internship course"
                faults.append(row_fault(number, "课程代码", zh=zh, en=en))
                continue
            if learner is None:
                continue
            if learner["programme_code"] not in stages:
                zh, en = "该生的培养方案未导入", "the learner's programme is missing"
                faults.append(row_fault(number, "学籍号", zh=zh, en=en))
                continue
            stage = stages[learner["programme_code"]]["stage"]
            grades.append(_grade(row, learner, course, stage=stage))
        refuse_rows(faults)
        recorded = await record_grades(tx, grades, now=clock())
        work.result.update(rows=len(grades), **asdict(recorded))
        facts = asdict(recorded)
        await record(tx, work.caller, "grades.imported", subject_id=work.id, facts=facts)


def _grade(row: dict[str, Any], learner: Row, course: Row, *, stage: str) -> Grade:
    return Grade(
        learner=learner,
        course=course,
        stage=stage,
        grade=row["grade"],
        credits_hundredths=row["credits_hundredths"],
        term=row["term"],
        completed_on=row["completed_on"],
        source="import",
        hours=row["hours"],
        weeks=row["weeks"],
    )
