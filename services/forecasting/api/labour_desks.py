"""How a request comes to its desk: transaction, caller with the scope, accounts room, clock."""

from __future__ import annotations

from typing import Annotated, Any, cast

from fastapi import Depends, Header, Request, Security

from services.forecasting.adapters.organisations import AccountsRoom, OrganisationSource
from services.forecasting.flows.labour_desk import LabourDesk
from shared.db.session import Tx
from shared.http.caller import Caller, SignedIn, caller_with_scopes
from shared.http.language import language_of
from shared.http.route import InTx
from shared.kernel.errors import Language

LabourWriter = Annotated[Caller, Security(caller_with_scopes, scopes=["labour:write"])]
ShortageKeeper = Annotated[Caller, Security(caller_with_scopes, scopes=["shortages:write"])]
StandardWriter = Annotated[Caller, Security(caller_with_scopes, scopes=["standards:write"])]
MajorDecider = Annotated[Caller, Security(caller_with_scopes, scopes=["majors:decide"])]


def desk_of(request: Request, tx: Tx, caller: Caller) -> LabourDesk:
    """Return the desk of one request."""
    state: Any = request.app.state
    known = cast("OrganisationSource | None", getattr(state, "organisations", None))
    source = known or AccountsRoom(state.peers)
    return LabourDesk(tx=tx, caller=caller, organisations=source, now=state.clock())


async def _labour_desk(request: Request, tx: InTx, caller: LabourWriter) -> LabourDesk:
    return desk_of(request, tx, caller)


async def _shortage_desk(request: Request, tx: InTx, caller: ShortageKeeper) -> LabourDesk:
    return desk_of(request, tx, caller)


async def _standard_desk(request: Request, tx: InTx, caller: StandardWriter) -> LabourDesk:
    return desk_of(request, tx, caller)


async def _major_desk(request: Request, tx: InTx, caller: MajorDecider) -> LabourDesk:
    return desk_of(request, tx, caller)


async def _reader_desk(request: Request, tx: InTx, caller: SignedIn) -> LabourDesk:
    return desk_of(request, tx, caller)


AtLabourDesk = Annotated[LabourDesk, Depends(_labour_desk, scope="function")]
AtShortageDesk = Annotated[LabourDesk, Depends(_shortage_desk, scope="function")]
AtStandardDesk = Annotated[LabourDesk, Depends(_standard_desk, scope="function")]
AtMajorDesk = Annotated[LabourDesk, Depends(_major_desk, scope="function")]
AtReaderDesk = Annotated[LabourDesk, Depends(_reader_desk, scope="function")]


async def language_asked(accept_language: Annotated[str | None, Header()] = None) -> Language:
    """Return the language that the caller reads."""
    return language_of(accept_language)


InLanguage = Annotated[Language, Depends(language_asked)]
