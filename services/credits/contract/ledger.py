"""Credit accounts, proofs and witnesses as they travel."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class CreditAccountOut(BaseModel):
    """One account of a student; amounts are hundredths of a credit."""

    id: UUID
    scope: str
    kind: str = Field(description="credit: what is held; source: what it came from; limit: a cap")
    label: str
    balance_centi: int
    pending_centi: int
    min_centi: int | None
    max_centi: int | None


class CreditAccountsOut(BaseModel):
    """Every account of a student, as it is or as it was."""

    school_id: UUID
    number: str
    as_of: datetime | None
    items: list[CreditAccountOut]


class StatementLineOut(BaseModel):
    """One entry with the balance after it; `leaf` is its place in the public log."""

    transaction_id: UUID
    at: datetime
    transaction_kind: str
    reverses: UUID | None
    amount_centi: int
    balance_centi: int
    leaf: int | None
    facts: dict[str, Any]


class StatementOut(BaseModel):
    """The statement of one account up to a moment."""

    account: CreditAccountOut
    as_of: datetime | None
    lines: list[StatementLineOut]


class InclusionOut(BaseModel):
    """The proof that a transaction is in the log; record and nonce open its commitment."""

    index: int
    commitment: str = Field(description="hexadecimal: SHA-256 over nonce and record")
    record: str = Field(description="the canonical record: what the transaction says")
    nonce: str = Field(description="hexadecimal: 16 bytes")
    proof: list[str] = Field(description="base64, from the leaf up (RFC 6962)")
    checkpoint: str
    tlog_proof: str = Field(description="the same as c2sp.org/tlog-proof")


class GrowthOut(BaseModel):
    """The proof that one tree continues another."""

    old: int
    size: int
    proof: list[str]


class WitnessIn(BaseModel):
    """The key by which a member cosigns checkpoints."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    vkey: str = Field(max_length=300)
    url: str | None = Field(default=None, max_length=300, pattern=r"^https://")


class WitnessOut(BaseModel):
    """A member that cosigns, and up to which size it has."""

    id: UUID
    org_id: UUID
    vkey: str
    size: int


class WitnessesOut(BaseModel):
    """Members that cosign, and the key by which this platform is itself a witness."""

    items: list[WitnessOut]
    own_vkey: str


class LogIn(BaseModel):
    """Another platform's log."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    vkey: str = Field(max_length=300)


class LogOut(BaseModel):
    """A log that this platform is a witness of."""

    origin: str


class CosignatureIn(BaseModel):
    """A member's cosignature of a checkpoint."""

    model_config = ConfigDict(extra="forbid")

    size: int = Field(ge=1, le=2**62)
    line: str = Field(max_length=400, pattern="^\u2014 [^\n]+\n$")


class CosignatureOut(BaseModel):
    """A cosignature that was kept."""

    size: int
