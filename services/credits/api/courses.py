"""Learners, courses, programmes, grades and equivalences over HTTP."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.credits.adapters.organisations import find_organisation
from services.credits.api.callers import (
    InLanguage,
    Office,
    OwnOrSchool,
    RuleKeeper,
    school_of,
)
from services.credits.api.shallow import shallow_router
from services.credits.contract.courses import (
    CreditCourseIn,
    CreditCourseOut,
    CreditProgrammeOut,
    EquivalenceIn,
    EquivalenceOut,
    GradedCourseOut,
    LearnerOut,
    PracticeCheckOut,
    PracticeFindingOut,
)
from services.credits.contract.rulebooks import WordsOut
from services.credits.domain.catalogue_files import FILES, FileKind
from services.credits.domain.course import (
    COURSE_FIELDS,
    CourseNotFoundError,
    ProgrammeNotFoundError,
    check_practice,
    with_digest,
)
from services.credits.domain.equivalence import declare
from services.credits.store import equivalences as precedents
from services.credits.store.courses import (
    find_current,
    list_current,
    list_learners,
    save_versions,
)
from services.credits.store.rows import Row, find_row, page_rows
from services.credits.store.tables_outcomes import graded_courses
from services.credits.store.tables_rules import courses, equivalences, programmes
from shared.events.audit import record
from shared.http.caller import SignedIn
from shared.http.downloads import as_file
from shared.http.pages import Page, Paging, cut_page
from shared.http.route import InTx, Keyed
from shared.http.service import new_router
from shared.jobs.queue import JobAccepted
from shared.jobs.uploads import UPLOAD, import_upload
from shared.kernel.clock import china_day
from shared.policies.library import list_packs, rulebook
from shared.sheets import XLSX, write_template

router = shallow_router("courses")

_IMPORTS: dict[FileKind, str] = {
    "learners": "/credit-learners",
    "courses": "/courses",
    "programmes": "/programmes",
    "outcomes": "/outcomes",
    "grades": "/graded-courses",
}


def _add_imports(to: APIRouter, kind: FileKind, path: str) -> None:
    """Add the import of one kind of file and its template."""

    async def take_file(
        request: Request, response: Response, caller: Office, tx: InTx
    ) -> JobAccepted:
        """Import a file (CSV in UTF-8 or GBK, XLSX, JSON): all of it, or each fault by its row."""
        school_of(caller)
        job = f"credit_{kind}.import"
        return await import_upload(request, response, tx=tx, caller=caller, kind=job)

    async def give_template(_caller: Office, language: InLanguage) -> Response:
        """Return an empty file with its headers."""
        content = write_template(FILES[kind], language, sheet=kind)
        return as_file(content, media_type=XLSX, name=f"{kind}.xlsx")

    to.post(
        f"{path}/imports",
        status_code=202,
        dependencies=[Keyed],
        openapi_extra=UPLOAD,
        name=f"import_credit_{kind}",
    )(take_file)
    to.get(f"{path}/template", name=f"read_credit_{kind}_template", response_class=Response)(
        give_template
    )


imports_router = new_router("courses")
for _kind, _path in _IMPORTS.items():
    _add_imports(imports_router, _kind, _path)


@router.get("/credit-learners")
async def list_credit_learners(
    caller: Office,
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
    class_name: Annotated[str | None, Query(max_length=80)] = None,
) -> Page[LearnerOut]:
    """Return the school's learners by class and number."""
    rows = await list_learners(
        tx, school_of(caller), class_name=class_name, after=paging.after, limit=paging.limit
    )
    shown, following = cut_page(
        rows,
        asked=paging,
        key=lambda row: (row["class_name"], row["enrolment_no"]),
        request=request,
        response=response,
    )
    return Page(items=[LearnerOut.model_validate(row) for row in shown], next=following)


@router.get("/courses")
async def list_courses(
    caller: SignedIn,
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
    q: Annotated[str | None, Query(max_length=80, description="title or code")] = None,
) -> Page[CreditCourseOut]:
    """Return the school's current courses by code."""
    rows = await list_current(
        tx, courses, school_of(caller), q=q, after=paging.after, limit=paging.limit
    )
    shown, following = cut_page(
        rows, asked=paging, key=lambda row: (row["code"],), request=request, response=response
    )
    return Page(items=[CreditCourseOut.model_validate(row) for row in shown], next=following)


@router.post("/courses", status_code=201, dependencies=[Keyed])
async def save_course(body: CreditCourseIn, caller: Office, tx: InTx) -> CreditCourseOut:
    """Write a course; one that is known by its code gets a new version where it changed."""
    school_id = school_of(caller)
    row = with_digest(body.model_dump(), COURSE_FIELDS)
    await save_versions(tx, courses, school_id, [row])
    saved = await find_current(tx, courses, school_id, body.code)
    assert saved is not None, "it has just been written"
    await record(tx, caller, "course.saved", subject_id=saved["id"])
    return CreditCourseOut.model_validate(saved)


@router.get("/courses/{course_id}")
async def read_course(course_id: UUID, caller: SignedIn, tx: InTx) -> CreditCourseOut:
    """Return one version of a course of the school."""
    table = courses.c
    where = table.id == course_id, table.school_id == school_of(caller)
    found = await find_row(tx, courses, *where)
    if found is None:
        raise CourseNotFoundError(course_id=str(course_id))
    return CreditCourseOut.model_validate(found)


@router.get("/programmes")
async def list_programmes(
    caller: SignedIn, tx: InTx, paging: Paging, request: Request, response: Response
) -> Page[CreditProgrammeOut]:
    """Return the school's current programmes by code."""
    rows = await list_current(
        tx, programmes, school_of(caller), after=paging.after, limit=paging.limit
    )
    shown, following = cut_page(
        rows, asked=paging, key=lambda row: (row["code"],), request=request, response=response
    )
    return Page(items=[CreditProgrammeOut.model_validate(row) for row in shown], next=following)


@router.get("/programmes/{programme_id}/practice-time")
async def check_practice_time(
    programme_id: UUID, caller: SignedIn, tx: InTx, request: Request
) -> PracticeCheckOut:
    """Hold a programme's practice against the policy pack of the school's place."""
    school_id = school_of(caller)
    table = programmes.c
    found = await find_row(tx, programmes, table.id == programme_id, table.school_id == school_id)
    if found is None:
        raise ProgrammeNotFoundError(programme_id=str(programme_id))
    school = await find_organisation(request.app.state.organisations, school_id)
    today = china_day(request.app.state.clock())
    rules = rulebook(_pack_of(school.region_code), today)
    return PracticeCheckOut(
        pack=rules.pack,
        version=rules.version,
        on=today,
        findings=[
            PracticeFindingOut(
                key=each.key,
                passed=each.passed,
                asked=each.asked,
                found=each.found,
                clause=each.clause,
                words=WordsOut(zh=each.text.zh, en=each.text.en),
            )
            for each in check_practice(found, rules)
        ],
    )


def _pack_of(region_code: str | None) -> str:
    """Return the pack of the smallest region that holds the place."""
    place = region_code or ""
    prefixes = {
        pack.id: "" if pack.region == "000000" else pack.region.rstrip("0") for pack in list_packs()
    }
    holding = [name for name, prefix in prefixes.items() if place.startswith(prefix)]
    return max(holding, key=lambda name: len(prefixes[name]))


@router.get("/graded-courses")
async def list_graded_courses(
    learner: OwnOrSchool,
    caller: SignedIn,
    tx: InTx,
    paging: Paging,
    request: Request,
    response: Response,
) -> Page[GradedCourseOut]:
    """Return graded internships: a student's own, or the school's, the newest first."""
    table = graded_courses.c
    own = [table.learner_id == learner["id"]] if learner else []
    rows = await page_rows(
        tx,
        graded_courses,
        table.school_id == school_of(caller),
        *own,
        after=paging.after,
        limit=paging.limit,
    )
    shown, following = cut_page(
        rows, asked=paging, key=lambda row: (row["id"],), request=request, response=response
    )
    return Page(items=[GradedCourseOut.model_validate(row) for row in shown], next=following)


@router.post("/credit-equivalences", status_code=201, dependencies=[Keyed])
async def declare_equivalence(body: EquivalenceIn, caller: RuleKeeper, tx: InTx) -> EquivalenceOut:
    """Declare what counts as which course at the school; peers' suggestions learn from it."""
    school_id = school_of(caller)
    row: dict[str, Any] = declare(school_id, body.model_dump())
    await precedents.remember_many(tx, [row])
    table = equivalences.c
    made: Row | None = await find_row(
        tx, equivalences, table.school_id == school_id, table.digest == row["digest"]
    )
    assert made is not None, "it has just been written"
    await record(tx, caller, "equivalence.declared", subject_id=made["id"])
    return EquivalenceOut.model_validate(made)


@router.get("/credit-equivalences")
async def list_equivalences(
    caller: SignedIn, tx: InTx, paging: Paging, request: Request, response: Response
) -> Page[EquivalenceOut]:
    """Return what the school and its peers accept, the newest first."""
    school_of(caller)
    rows = await page_rows(tx, equivalences, after=paging.after, limit=paging.limit)
    shown, following = cut_page(
        rows, asked=paging, key=lambda row: (row["id"],), request=request, response=response
    )
    return Page(items=[EquivalenceOut.model_validate(row) for row in shown], next=following)
