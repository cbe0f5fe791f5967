"""Who calls: a school's office, a student of the school, or an enterprise."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Security

from services.internships.domain.student import StudentNotListedError
from services.internships.store.rows import Row
from services.internships.store.students import find_by_number
from shared.db.session import Tx
from shared.http.caller import Caller, SignedIn, caller_with_scopes
from shared.http.language import language_of
from shared.http.route import InTx
from shared.kernel.errors import ForbiddenError, Language


def _with(*scopes: str) -> object:
    return Security(caller_with_scopes, scopes=list(scopes))


RosterKeeper = Annotated[Caller, _with("rosters:write")]
BatchKeeper = Annotated[Caller, _with("batches:write")]
WishImporter = Annotated[Caller, _with("wishes:import")]
PlacementReader = Annotated[Caller, _with("placements:read")]
PlacementHost = Annotated[Caller, _with("placements:host")]
AppealDecider = Annotated[Caller, _with("appeals:decide")]
Wisher = Annotated[Caller, _with("wishes:write")]
Decider = Annotated[Caller, _with("placements:decide")]
Appellant = Annotated[Caller, _with("appeals:write")]


# Of these the student must have allowed an app at least one, before it reads what is theirs.
PERSONAL = frozenset({"wishes:write", "placements:decide", "appeals:write"})


def school_of(caller: Caller) -> UUID:
    """Return the school that the caller acts for."""
    if caller.org_id is None or caller.org_kind != "school":
        raise ForbiddenError(needs="a school (学校)")
    return caller.org_id


async def student_of(caller: SignedIn, tx: InTx) -> Row:
    """Return the caller's own entry of the roster."""
    if caller.org_id is None or not caller.member_no:
        raise StudentNotListedError
    if caller.app and not caller.scopes & PERSONAL:
        raise ForbiddenError(needs=" | ".join(sorted(PERSONAL)))
    student = await find_by_number(tx, caller.org_id, caller.member_no)
    if student is None:
        raise StudentNotListedError
    return student


async def student_if_one(caller: Caller, tx: Tx) -> Row | None:
    """Return the caller's entry where the caller is a student, None for anybody else.

    A student shares the school's organisation with its office: what the office may see of the
    school, a student may see only of themselves.
    """
    return await student_of(caller, tx) if is_student(caller) else None


def is_student(caller: Caller) -> bool:
    """Whether the caller acts as a student and not for the school."""
    return "student" in caller.roles


AsStudent = Annotated[Row, Depends(student_of, scope="function")]


async def language_asked(accept_language: Annotated[str | None, Header()] = None) -> Language:
    """Return the language that the caller reads."""
    return language_of(accept_language)


InLanguage = Annotated[Language, Depends(language_asked)]
