"""What a decision recognised: what was learnt where, and which courses it counts for here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

# What the parts of a credential may be long: beyond it, a text belongs into the evidence.
TITLE_LENGTH_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation by its name; without an id where it is not on this platform."""

    org_id: UUID | None
    name: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """The student: a lasting pseudonym, and what identifies them at their school."""

    id: UUID
    name: str
    number: str


@dataclass(frozen=True, slots=True)
class Learning:
    """The outcome that was recognised."""

    title: str
    kind: str
    issuer_name: str
    completed_on: date | None = None
    level: str | None = None
    hours: int | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """A course that it counts for, and for how much of it (hundredths of a credit)."""

    course_id: UUID
    course: str
    credits_hundredths: int


@dataclass(frozen=True, slots=True)
class Recognition:
    """One decision as it is certified."""

    decision_id: UUID
    transaction_id: UUID | None
    school: Party
    holder: Holder
    learning: Learning
    grants: tuple[Grant, ...]
    decided_on: date
    rule_ids: tuple[str, ...]
    rulebook_sha256: str
    standard: str
    grade: str | None = None
    commitment: bytes | None = None  # of the posting in the ledger

    @property
    def credits_hundredths(self) -> int:
        """Everything that it grants together."""
        return sum(grant.credits_hundredths for grant in self.grants)


def credits_text(hundredths: int) -> str:
    """Return hundredths of a credit as people write them.

    >>> credits_text(450), credits_text(5)
    ('4.50', '0.05')
    """
    return f"{hundredths // 100}.{hundredths % 100:02d}"
