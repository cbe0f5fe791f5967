"""The audit log: entries chained by hash, so that a changed, added or lost one shows."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

FactValue = str | int | bool | None
GENESIS = bytes(32)

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_CODE = re.compile(r"[A-Za-z0-9_.:/ -]{0,120}")
# A telephone number, an identity card, a bank card: digits in a row that name a person.
_PERSONAL = re.compile(r"(?<![0-9a-fA-F-])\d{10,}[Xx]?(?![0-9a-fA-F-])")
WITHHELD = "(withheld)"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it, without a name."""

    id: UUID | None
    kind: str
    org_id: UUID | None


PLATFORM_ACTOR = Actor(None, "platform", None)


@dataclass(frozen=True, slots=True)
class Note:
    """Something to be written into the log."""

    id: UUID
    at: datetime
    actor: Actor
    action: str
    object_kind: str
    object_id: UUID
    object_org_id: UUID | None
    facts: Mapping[str, FactValue]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the log, bound to the one before it."""

    seq: int
    id: UUID
    at: datetime
    actor_id: UUID | None
    actor_kind: str
    org_id: UUID | None
    action: str
    object_kind: str
    object_id: UUID
    object_org_id: UUID | None
    facts: Mapping[str, FactValue]
    prev_hash: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain."""

    seq: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain does not hold, and how."""

    seq: int
    reason: str


def clean_facts(facts: Mapping[str, Any]) -> dict[str, FactValue]:
    """Return `facts` with everything withheld that may name a person.

    Numbers, switches, ids and codes pass; free text and long rows of digits do not.

    >>> clean_facts({"rows": 3, "purpose": "share_with_host", "name": "张三", "id": "13812345678"})
    {'rows': 3, 'purpose': 'share_with_host', 'name': '(withheld)', 'id': '(withheld)'}
    """
    return {name: _clean(value) for name, value in facts.items() if _NAME.fullmatch(name)}


def _clean(value: Any) -> FactValue:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 10**10 else WITHHELD
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, str) and _CODE.fullmatch(value) and not _PERSONAL.search(value):
        return value
    return WITHHELD


def chain(notes: Sequence[Note], head: Head) -> list[Entry]:
    """Return the entries that carry `notes` on from `head`."""
    entries: list[Entry] = []
    for note in notes:
        entry = _bind(note, head)
        entries.append(entry)
        head = Head(entry.seq, entry.hash)
    return entries


def _bind(note: Note, head: Head) -> Entry:
    unsealed = Entry(
        seq=head.seq + 1,
        id=note.id,
        at=note.at,
        actor_id=note.actor.id,
        actor_kind=note.actor.kind,
        org_id=note.actor.org_id,
        action=note.action,
        object_kind=note.object_kind,
        object_id=note.object_id,
        object_org_id=note.object_org_id,
        facts=clean_facts(note.facts),
        prev_hash=head.hash,
        hash=b"",
    )
    return replace(unsealed, hash=entry_hash(unsealed))


def entry_hash(entry: Entry) -> bytes:
    """Return SHA-256 over the entry's fields (sorted, compact JSON) and the hash before it."""
    told = {
        field.name: _told(getattr(entry, field.name))
        for field in fields(entry)
        if field.name not in {"hash", "prev_hash"}
    }
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(entry.prev_hash + text.encode()).digest()


def _told(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value) if isinstance(value, UUID) else value


def first_break(entries: Iterable[Entry], start: Head) -> tuple[Head, Break | None]:
    """Follow the chain from `start`; return where it got to, and the first break on the way."""
    head = start
    for entry in entries:
        if entry.seq != head.seq + 1:
            return head, Break(head.seq + 1, "missing")
        if entry.prev_hash != head.hash:
            return head, Break(entry.seq, "unlinked")
        if entry_hash(entry) != entry.hash:
            return head, Break(entry.seq, "changed")
        head = Head(entry.seq, entry.hash)
    return head, None
