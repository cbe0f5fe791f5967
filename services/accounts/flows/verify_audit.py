"""Following the audit chain from its beginning to its end."""

from __future__ import annotations

from dataclasses import dataclass

from services.accounts.domain.audit import GENESIS, Break, Head, first_break
from services.accounts.store import audits
from shared.db.session import Tx

_CHUNK = 2000


@dataclass(frozen=True, slots=True)
class ChainReport:
    """How far the chain holds, and where it breaks first."""

    entries: int
    head: Head
    broken: Break | None


async def verify_audit(tx: Tx) -> ChainReport:
    """Recompute every entry's hash; a chain cut off at its end shows against the kept head.

    The head is read first: entries that others append meanwhile lie behind it.
    """
    kept = await audits.read_head(tx)
    reached = Head(0, GENESIS)
    while reached.seq < kept.seq:
        entries = await audits.read_between(tx, after=reached.seq, last=kept.seq, limit=_CHUNK)
        if not entries:
            return ChainReport(reached.seq, reached, Break(reached.seq + 1, "missing"))
        reached, broken = first_break(entries, reached)
        if broken is not None:
            return ChainReport(reached.seq, reached, broken)
    broken = None if reached == kept else Break(kept.seq, "changed")
    return ChainReport(reached.seq, reached, broken)
