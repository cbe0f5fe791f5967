"""Rosters, plans and the students on them over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from services.internships.api.callers import AsStudent, InLanguage, RosterKeeper, school_of
from services.internships.contract.students import (
    OwnEntryOut,
    PlanOut,
    StudentOut,
    StudentPatch,
    StudentState,
)
from services.internships.domain.roster import PLAN, ROSTER
from services.internships.domain.student import mask_birth
from services.internships.flows.change_students import change_entry
from services.internships.store import plans, students
from services.internships.store.rows import Row
from shared.http.downloads import as_file
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.http.versions import SeenVersion, set_etag
from shared.jobs.queue import JobAccepted
from shared.jobs.uploads import UPLOAD, import_upload
from shared.kernel.errors import NotFoundError
from shared.sheets import XLSX, write_template

router = new_router("students")


@router.post("/rosters/imports", status_code=202, dependencies=[Keyed], openapi_extra=UPLOAD)
async def import_roster(
    request: Request, response: Response, caller: RosterKeeper, tx: InTx
) -> JobAccepted:
    """Import a roster (CSV in UTF-8 or GBK, XLSX, JSON); students are known by 学籍号."""
    school_of(caller)
    return await import_upload(request, response, tx=tx, caller=caller, kind="roster.import")


@router.get("/rosters/template")
async def read_roster_template(_caller: RosterKeeper, language: InLanguage) -> Response:
    """Return an empty roster with its headers explained."""
    content = write_template(ROSTER, language, sheet="roster")
    return as_file(content, media_type=XLSX, name="roster.xlsx")


@router.post("/plans/imports", status_code=202, dependencies=[Keyed], openapi_extra=UPLOAD)
async def import_plans(
    request: Request, response: Response, caller: RosterKeeper, tx: InTx
) -> JobAccepted:
    """Import training plans (CSV in UTF-8 or GBK, XLSX, JSON); plans are known by 方案编号."""
    school_of(caller)
    return await import_upload(request, response, tx=tx, caller=caller, kind="plans.import")


@router.get("/plans/template")
async def read_plans_template(_caller: RosterKeeper, language: InLanguage) -> Response:
    """Return an empty table of plans with its headers explained."""
    content = write_template(PLAN, language, sheet="plans")
    return as_file(content, media_type=XLSX, name="plans.xlsx")


@router.get("/plans")
async def list_plans(
    caller: RosterKeeper, tx: InTx, paging: Paging, request: Request, response: Response
) -> Page[PlanOut]:
    """Return the school's training plans."""
    rows = await plans.list_plans(tx, school_of(caller), after=paging.after, limit=paging.limit)
    shown, following = cut_page(
        rows,
        asked=paging,
        key=lambda row: (row["term"], row["code"]),
        request=request,
        response=response,
    )
    return Page(items=[PlanOut.model_validate(dict(row)) for row in shown], next=following)


@router.get("/students")
async def list_students(
    caller: RosterKeeper,
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
    q: Annotated[str | None, Query(max_length=80, description="name or enrolment number")] = None,
    major: Annotated[str | None, Query(max_length=16, description="code or its prefix")] = None,
    grade_year: int | None = None,
    class_name: Annotated[str | None, Query(max_length=80)] = None,
    state: StudentState | None = None,
) -> Page[StudentOut]:
    """Return the school's roster by class and enrolment number; dates of birth are masked."""
    rows = await students.list_students(
        tx,
        school_of(caller),
        students.Sought(q, major, grade_year, class_name, state),
        after=paging.after,
        limit=paging.limit,
    )
    shown, following = cut_page(
        rows,
        asked=paging,
        key=lambda row: (row["class_name"], row["enrolment_no"]),
        request=request,
        response=response,
    )
    return Page(items=[_shown(row) for row in shown], next=following)


@router.get("/students/me")
async def read_own_entry(student: AsStudent) -> OwnEntryOut:
    """Return the caller's own entry of the roster."""
    return OwnEntryOut.model_validate(dict(student))


@router.get("/students/{student_id}")
async def read_student(
    student_id: UUID, caller: RosterKeeper, tx: InTx, response: Response
) -> StudentOut:
    """Return one student of the school."""
    student = await students.find_student(tx, school_of(caller), student_id)
    if student is None:
        raise NotFoundError(student_id=str(student_id))
    set_etag(response, student["version"])
    return _shown(student)


@router.patch("/students/{student_id}")
async def patch_student(
    student_id: UUID,
    body: StudentPatch,
    caller: RosterKeeper,
    seen: SeenVersion,
    tx: InTx,
    response: Response,
) -> StudentOut:
    """Correct one entry of the roster."""
    changes = body.model_dump(exclude_unset=True)
    student = await change_entry(
        tx, caller, school_of(caller), student_id=student_id, changes=changes, seen=seen
    )
    set_etag(response, student["version"])
    return _shown(student)


def _shown(row: Row) -> StudentOut:
    return StudentOut.model_validate({**row, "birth_masked": mask_birth(row["birth_on"])})
