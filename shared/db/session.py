"""Transactions that carry their caller into PostgreSQL's row-level security."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from shared.kernel.errors import InvalidInputError, Text, UnavailableError

Reach = Literal["own", "authority", "all"]

Tx = AsyncConnection
"""One open transaction; nobody but `Database.begin` commits it."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose rows a transaction may see: its own organisation's, or further where a rule says so."""

    org_id: UUID | None = None
    subject: UUID | None = None
    reach: Reach = "own"


ANYONE = Scope()
PLATFORM = Scope(reach="all")

# One round trip; `true` makes each setting end with the transaction (stack.md, trap 15).
_ENTER = text(
    "SELECT set_config('app.org', :org, true), set_config('app.subject', :subject, true),"
    " set_config('app.reach', :reach, true)"
)


# SQLSTATEs of a value that no column can hold: a NUL in a text, a number or a day out of range.
# What else may be wrong with a statement is our own mistake and stays a 500.
_VALUE_REFUSED = frozenset({"22000", "22001", "22003", "22007", "22008", "22021", "22P05"})


# SQLSTATEs of a transaction that lost a race against another one: it may be tried again.
_RACE_LOST = frozenset({"40001", "40P01", "55P03"})


class ValueRefusedError(InvalidInputError):
    """A value of the input cannot be kept."""

    code = "value_refused"
    title_zh = "输入中有无法存储的值"
    mend = Text(
        "请去掉文字中的空字符（U+0000），并检查数字和日期是否超出范围；本次未写入任何内容。",
        "Take the NUL sign (U+0000) out of texts and look for numbers and days out of range; "
        "nothing has been written.",
    )


class Database:
    """One room's database as its app role sees it."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=5,
            hide_parameters=True,  # a statement's values may be a person's: not into a log
        )

    @asynccontextmanager
    async def begin(self, scope: Scope) -> AsyncGenerator[Tx]:
        """Open one transaction as `scope`; commit when the block ends well, else roll back.

        Raises UnavailableError when the server went away, every connection is taken or another
        transaction won a race (nothing is written: try again), and
        ValueRefusedError when a value is none that it can hold.
        """
        entering = {
            "org": str(scope.org_id or ""),
            "subject": str(scope.subject or ""),
            "reach": scope.reach,
        }
        try:
            async with self.engine.begin() as connection:
                await connection.execute(_ENTER, entering)
                yield connection
        except PoolTimeoutError as error:
            raise UnavailableError(part="database", retry_after_s=1) from error
        except DBAPIError as error:
            state = getattr(error.orig, "sqlstate", None)
            if state in _VALUE_REFUSED:
                raise ValueRefusedError from error
            if not error.connection_invalidated and state not in _RACE_LOST:
                raise
            raise UnavailableError(part="database", retry_after_s=1) from error

    async def ping(self) -> None:
        """Ask the server for one row; raises what the driver raises when it does not answer."""
        async with self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Give every connection back."""
        await self.engine.dispose()
