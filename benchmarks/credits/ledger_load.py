"""Clients that post, race, repeat, misuse keys, reserve and reverse, and remember every answer."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import asyncpg

from benchmarks.credits.ledger_ground import connect, scope_of
from services.credits.domain.ledger import (
    Holder,
    Limit,
    Posted,
    Posting,
    Reserve,
    TransactionKind,
    negate,
    plan_holds,
    plan_posting,
)
from services.credits.domain.ledger_errors import LedgerKeyReusedError
from services.credits.domain.ledger_record import Record, digest_request, digest_reserve
from services.credits.flows.keep_ledger import to_record
from services.credits.store.ledger_writing import Batch, write
from shared.db.cluster import RoomDatabase
from shared.kernel.errors import DomainError, UnavailableError
from shared.kernel.ids import new_id

CAP = Limit("2026:online", 4_000)
AMOUNT = 100
_RACED = 400  # outcomes that several clients ask for
# Postings that a client may repeat, misuse or reverse: a million of them would fill the memory.
_REMEMBERED = 2_000
# What a server says while it goes down or comes up again.
_LOST = (
    OSError,
    TimeoutError,
    UnavailableError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
)


@dataclass(slots=True)
class Told:
    """What clients were told: acknowledged transactions by key, refusals and what is wrong."""

    acknowledged: dict[str, UUID] = field(default_factory=dict[str, UUID])
    outcomes: Counter[str] = field(default_factory=Counter[str])
    wrong: list[str] = field(default_factory=list[str])
    operations: int = 0

    def acknowledge(self, posted: Posted) -> None:
        """Note an answer; a key that is answered by two transactions is wrong."""
        known = self.acknowledged.setdefault(posted.key, posted.id)
        if known != posted.id:
            self.wrong.append(f"{posted.key} was posted twice")


class Client:
    """One client with one connection; an answer that was lost is asked for again."""

    def __init__(
        self,
        number: int,
        database: RoomDatabase,
        holders: list[Holder],
        told: Told,
        *,
        run: str = "",
        reversals: int = 5,
    ) -> None:
        self._number = f"{run}{number}"
        self._database = database
        self._holders = holders
        self._told = told
        self._rng = Random(self._number)  # noqa: S311 - the same load every time
        self._counter = itertools.count()
        self._connection: asyncpg.Connection | None = None
        self._posted: list[tuple[Holder, Posting, UUID]] = []
        self._acts: tuple[tuple[Callable[[], Awaitable[object]], int], ...] = (
            (self._post, 60),
            (self._race, 15),
            (self._repeat, 8),
            (self._misuse, 7),
            (self._reverse, reversals),
            (self._reserve, 5),
        )

    async def run(self, remaining: Callable[[], bool]) -> None:
        """Act until told that it is enough."""
        acts = [act for act, _ in self._acts]
        weights = [weight for _, weight in self._acts]
        try:
            while remaining():
                await self._rng.choices(acts, weights)[0]()
                self._told.operations += 1
        finally:
            if self._connection is not None:
                self._connection.terminate()

    async def _post(self) -> None:
        holder = self._rng.choice(self._holders)
        await self._write(self._posting(holder, f"outcome:{self._number}:{next(self._counter)}"))

    async def _race(self) -> None:
        """Ask for an outcome that others ask for at the same time, in the same scope."""
        number = self._rng.randrange(_RACED)
        holder = self._holders[number % len(self._holders)]
        await self._write(self._posting(holder, f"outcome:raced:{number}"))

    async def _repeat(self) -> None:
        if self._posted:
            _, posting, known = self._rng.choice(self._posted)
            again = await self._write(posting)
            if again is not None and again.id != known:
                self._told.wrong.append(f"{posting.key} was posted twice")

    async def _misuse(self) -> None:
        """Send another body under a key that stands: it must be refused, in these words."""
        if not self._posted:
            return
        holder, posting, _ = self._rng.choice(self._posted)
        other = self._posting(holder, posting.claims[0], key=posting.key, amount=AMOUNT + 1)
        refused = await self._attempt(to_record(other, plan_posting(other), _now()))
        if not isinstance(refused, LedgerKeyReusedError):
            self._told.wrong.append(f"{posting.key} took another body")

    async def _reverse(self) -> None:
        if not self._posted:
            return
        holder, posting, made = self._posted.pop(self._rng.randrange(len(self._posted)))
        record = Record(
            id=new_id(),
            kind=TransactionKind.REVERSE,
            at=_now(),
            school_id=holder.school_id,
            holder=holder.number,
            subject=None,
            scope=posting.scope,
            key=f"reverse:{made}",
            request_sha256=digest_request("reverse", made),
            facts={},
            reverses=made,
            entries=negate(plan_posting(posting).entries),
        )
        answer = await self._attempt(record)
        if not isinstance(answer, Posted):
            self._told.wrong.append(f"a reversal was refused: {answer}")

    async def _reserve(self) -> None:
        """Reserve an outcome and post it, or let it go."""
        holder = self._rng.choice(self._holders)
        claim = f"outcome:kept:{self._number}:{next(self._counter)}"
        until = _now() + timedelta(days=30)
        request = Reserve(f"hold:{claim}", holder, scope_of(holder), [claim], until)
        kept = await self._attempt(_reservation(request), until=until)
        if isinstance(kept, Posted):
            posting = self._posting(holder, f"course:{claim}", reservation=kept.id)
            await self._write(posting)

    def _posting(
        self,
        holder: Holder,
        claim: str,
        *,
        key: str = "",
        amount: int = AMOUNT,
        reservation: UUID | None = None,
    ) -> Posting:
        return Posting(
            key or f"post:{self._number}:{next(self._counter)}",
            holder,
            scope_of(holder),
            "online",
            amount,
            claims=(claim,),
            limits=(CAP,),
            reservation_id=reservation,
        )

    async def _write(self, posting: Posting) -> Posted | None:
        answer = await self._attempt(to_record(posting, plan_posting(posting), _now()))
        if not isinstance(answer, Posted):
            return None
        if not answer.replayed:
            if len(self._posted) >= _REMEMBERED:
                self._posted.pop(self._rng.randrange(_REMEMBERED))
            self._posted.append((posting.holder, posting, answer.id))
        return answer

    async def _attempt(
        self, record: Record, *, until: datetime | None = None
    ) -> Posted | DomainError:
        """Return the answer; where it was lost with the server, ask again under the same key."""
        while True:
            try:
                if self._connection is None or self._connection.is_closed():
                    self._connection = await connect(self._database)
                posted = (await write(self._connection, Batch([record], until=until)))[0]
            except _LOST:
                await self._drop()
            except DomainError as error:
                self._told.outcomes[error.code] += 1
                return error
            except asyncpg.DeadlockDetectedError:
                self._told.wrong.append("a deadlock")
            else:
                self._told.outcomes["replayed" if posted.replayed else record.kind.value] += 1
                self._told.acknowledge(posted)
                return posted

    async def _drop(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None
        await asyncio.sleep(0.05)  # the server is on its way up


def _reservation(request: Reserve) -> Record:
    return Record(
        id=new_id(),
        kind=TransactionKind.RESERVE,
        at=_now(),
        school_id=request.holder.school_id,
        holder=request.holder.number,
        subject=None,
        scope=request.scope,
        key=request.key,
        request_sha256=digest_reserve(request),
        facts={},
        claims=tuple(request.claims),
        holds=plan_holds(request).entries,
        until=request.expires_at,
    )


def _now() -> datetime:
    return datetime.now(UTC)


# Computed from what was appended, not from the totals and indexes that should prevent it.
_VIOLATIONS = {
    "outcomes in double use": """
        WITH freed AS (
          SELECT p.id FROM ledger_transactions r JOIN ledger_transactions p ON p.id = r.reverses
          UNION ALL
          SELECT p.reservation_id FROM ledger_transactions r
          JOIN ledger_transactions p ON p.id = r.reverses)
        SELECT count(*) FROM (SELECT u.scope, u.claim FROM ledger_uses u
          LEFT JOIN freed ON freed.id = u.taken_by WHERE freed.id IS NULL
          GROUP BY u.scope, u.claim HAVING count(*) > 1) d
    """,
    "accounts over their cap": """
        SELECT count(*) FROM (SELECT a.id FROM ledger_accounts a
          JOIN ledger_entries e ON e.account_id = a.id
          GROUP BY a.id HAVING -sum(e.amount) > a.balance_max OR -sum(e.amount) < a.balance_min) c
    """,
    "unbalanced transactions": """
        SELECT count(*) FROM (SELECT transaction_id FROM ledger_entries
          GROUP BY transaction_id HAVING sum(amount) <> 0) b
    """,
    "keys with two transactions": """
        SELECT count(*) FROM (SELECT school_id, key FROM ledger_transactions
          GROUP BY school_id, key HAVING count(*) > 1) k
    """,
}


async def count_violations(
    connection: asyncpg.Connection, acknowledged: Iterable[UUID], wrong: Sequence[str]
) -> dict[str, int]:
    """Return how often each promise was broken: by the rows, and by what clients were told."""
    found: dict[str, int] = {}
    await connection.execute("SET enable_nestloop = off")  # as in `compare_rows`
    for name, query in _VIOLATIONS.items():
        found[name] = int(await connection.fetchval(query) or 0)
    ids = set(acknowledged)
    kept = await connection.fetchval(
        "SELECT count(*) FROM ledger_transactions WHERE id = ANY ($1)", list(ids)
    )
    found["acknowledged and lost"] = len(ids) - int(kept or 0)
    found["wrong answers"] = len(wrong)
    return found
