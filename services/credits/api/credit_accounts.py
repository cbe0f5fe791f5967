"""Credit accounts over HTTP: a student's own, the school's students', as of any moment."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.credits.api.callers import APPLY, OFFICE, REVIEW, is_student, school_of
from services.credits.contract.ledger import (
    CreditAccountOut,
    CreditAccountsOut,
    StatementLineOut,
    StatementOut,
)
from services.credits.flows import read_ledger
from services.credits.flows.read_ledger import Balance
from services.credits.store.ledger_reading import find_account
from shared.http.caller import Caller, SignedIn
from shared.http.route import InTx
from shared.http.service import new_router
from shared.kernel.errors import ForbiddenError, NotFoundError

router = new_router("credit accounts")

AsOf = Annotated[datetime | None, Query(description="RFC 3339; default now")]


@router.get("/credit-accounts")
async def list_credit_accounts(
    caller: SignedIn,
    tx: InTx,
    number: Annotated[
        str | None, Query(max_length=80, description="the student's; a student has only the own")
    ] = None,
    as_of: AsOf = None,
) -> CreditAccountsOut:
    """Return the accounts of a student: one's own, or one of the school's."""
    school_id, asked = school_of(caller), _number_for(caller, number)
    found = await read_ledger.balances(tx, school_id, asked, as_of=_moment(as_of))
    items = [_show(each) for each in found]
    return CreditAccountsOut(school_id=school_id, number=asked, as_of=as_of, items=items)


@router.get("/credit-accounts/{account_id}")
async def read_credit_account(
    account_id: UUID, caller: SignedIn, tx: InTx, as_of: AsOf = None
) -> StatementOut:
    """Return one account with its statement up to a moment."""
    account = await find_account(tx, account_id)
    if account is None or not _may_read(caller, account["school_id"], account["holder"]):
        raise NotFoundError(account_id=str(account_id))
    whose = (account["school_id"], account["holder"])
    held = await read_ledger.balances(tx, *whose, as_of=_moment(as_of))
    lines = await read_ledger.statement(tx, *whose, as_of=_moment(as_of))
    shown = next((each for each in held if each.account_id == account_id), None)
    return StatementOut(
        account=_show(shown or read_ledger.empty_balance(account)),
        as_of=as_of,
        lines=[
            StatementLineOut.model_validate(asdict(line))
            for line in lines
            if line.account_id == account_id
        ],
    )


def _moment(as_of: datetime | None) -> datetime | None:
    """Return a moment with its zone: one without is taken as local to the server."""
    return as_of.astimezone() if as_of else None


def _number_for(caller: Caller, number: str | None) -> str:
    """Return whose accounts the caller asks for; raises where they are not theirs to see."""
    asked = number or caller.member_no or ""
    if not asked or not _may_read(caller, school_of(caller), asked):
        raise ForbiddenError(needs=f"{OFFICE} | {REVIEW}")
    return asked


def _may_read(caller: Caller, school_id: UUID, number: str) -> bool:
    if caller.kind == "service":
        return True
    if caller.org_id != school_id:
        return False
    if is_student(caller):
        return number == caller.member_no and (not caller.app or APPLY in caller.scopes)
    return bool(caller.scopes & {OFFICE, REVIEW})


def _show(balance: Balance) -> CreditAccountOut:
    values = asdict(balance)
    return CreditAccountOut(id=values.pop("account_id"), **values)
