"""Who asks for credentials: the school's office, a student for their own, an alliance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Security

from shared.http.caller import Caller, SignedIn, caller_with_scopes
from shared.kernel.errors import ForbiddenError

_READING = frozenset({"credits:office", "credits:review"})


@dataclass(frozen=True, slots=True)
class CredentialView:
    """Which credentials a caller may see: a school's, or of those one student's."""

    school_id: UUID
    holder_number: str | None


async def view_of(caller: SignedIn) -> CredentialView:
    """Return what the caller may see; refuse who is neither of a school's office nor a student."""
    if caller.org_id is None or caller.org_kind != "school":
        raise ForbiddenError(needs="a school (学校)")
    if "student" in caller.roles:
        if not caller.member_no or (caller.app and "credits:apply" not in caller.scopes):
            raise ForbiddenError(needs="credits:apply")
        return CredentialView(caller.org_id, caller.member_no)
    if not caller.scopes & _READING:
        raise ForbiddenError(needs=" | ".join(sorted(_READING)))
    return CredentialView(caller.org_id, None)


Viewer = Annotated[CredentialView, Depends(view_of)]
CredentialOffice = Annotated[Caller, Security(caller_with_scopes, scopes=["credits:office"])]
AllianceKeeper = Annotated[Caller, Security(caller_with_scopes, scopes=["alliances:write"])]


def organisation_of(caller: Caller) -> UUID:
    """Return the organisation that the caller acts for."""
    if caller.org_id is None:
        raise ForbiddenError(needs="an organisation (单位)")
    return caller.org_id
