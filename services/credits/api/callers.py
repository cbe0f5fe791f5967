"""Who calls: a school's office or reviewer, a student of the school, or an alliance."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Security

from services.credits.domain.learner import LearnerNotListedError
from services.credits.store.courses import find_learner_by_number
from services.credits.store.rows import Row
from shared.http.caller import Caller, SignedIn, caller_with_scopes
from shared.http.language import language_of
from shared.http.route import InTx
from shared.kernel.errors import ForbiddenError, Language

APPLY = "credits:apply"
OFFICE = "credits:office"
REVIEW = "credits:review"
RULES = "rulebooks:write"


def _with(*scopes: str) -> object:
    return Security(caller_with_scopes, scopes=list(scopes))


Applicant = Annotated[Caller, _with(APPLY)]
Office = Annotated[Caller, _with(OFFICE)]
Reviewer = Annotated[Caller, _with(REVIEW)]
RuleKeeper = Annotated[Caller, _with(RULES)]
AllianceKeeper = Annotated[Caller, _with("alliances:write")]


def school_of(caller: Caller) -> UUID:
    """Return the school that the caller acts for."""
    if caller.org_id is None or caller.org_kind != "school":
        raise ForbiddenError(needs="a school (学校)")
    return caller.org_id


def alliance_of(caller: Caller) -> UUID:
    """Return the alliance that the caller acts for."""
    if caller.org_id is None or caller.org_kind != "alliance":
        raise ForbiddenError(needs="an alliance (联盟)")
    return caller.org_id


def is_student(caller: Caller) -> bool:
    """Whether the caller acts as a student and not for the school."""
    return "student" in caller.roles


async def learner_of(caller: SignedIn, tx: InTx) -> Row:
    """Return the caller's own entry of the school's learners."""
    if caller.org_id is None or not caller.member_no:
        raise LearnerNotListedError
    if caller.app and APPLY not in caller.scopes:
        raise ForbiddenError(needs=APPLY)
    found = await find_learner_by_number(tx, caller.org_id, caller.member_no)
    if found is None:
        raise LearnerNotListedError
    return found


async def learner_if_student(caller: SignedIn, tx: InTx) -> Row | None:
    """Return the caller's entry where the caller is a student; else who may see the school's.

    A student shares the school's organisation with its office: what the office may see of the
    school, a student may see only of themselves.
    """
    if is_student(caller):
        return await learner_of(caller, tx)
    school_of(caller)
    if caller.kind != "service" and not caller.scopes & {OFFICE, REVIEW}:
        raise ForbiddenError(needs=f"{OFFICE} | {REVIEW}")
    return None


AsLearner = Annotated[Row, Depends(learner_of, scope="function")]
OwnOrSchool = Annotated[Row | None, Depends(learner_if_student, scope="function")]


async def language_asked(accept_language: Annotated[str | None, Header()] = None) -> Language:
    """Return the language that the caller reads."""
    return language_of(accept_language)


InLanguage = Annotated[Language, Depends(language_asked)]
