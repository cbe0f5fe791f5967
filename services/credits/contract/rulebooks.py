"""Schools' rulebooks as they travel: versions, findings, differences, trials."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

RulebookState = Literal["draft", "in_force", "superseded"]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class WordsOut(BaseModel):
    """One sentence in both languages."""

    zh: str
    en: str


class RulebookIn(_In):
    """A version of the school's rulebook as a draft.

    `content`: `rules` (`id`, `title`, `when`, `grant`; the first that holds counts), `limits`
    (`id`, `title`, `kind` and its number), `hours_per_credit`, `weeks_per_credit`, `step`.
    """

    title: str = Field(min_length=1, max_length=200)
    standard_id: UUID | None = None
    content: dict[str, Any]
    valid_from: date
    valid_to: date | None = None


class RulebookOut(BaseModel):
    """A version of a rulebook; `digest` is what decisions carry."""

    id: UUID
    school_id: UUID
    standard_id: UUID | None
    number: int
    title: str
    content: dict[str, Any]
    digest: str
    state: RulebookState
    valid_from: date
    valid_to: date | None
    in_force_at: datetime | None
    created_at: datetime
    version: int


class RuleWordsOut(BaseModel):
    """A rule or limit in words."""

    id: str
    part: Literal["rule", "limit"]
    words: WordsOut


class CreditRulesOut(BaseModel):
    """The rules that hold at a school on a day, in words and as data."""

    rulebook: RulebookOut
    words: list[RuleWordsOut]


class RuleFindingOut(BaseModel):
    """What the checker found."""

    code: str
    level: Literal["block", "warn"]
    rule_ids: list[str]
    words: WordsOut


class RuleFindingsOut(BaseModel):
    """Everything that the checker found; `may_take_effect`: nothing of it blocks."""

    digest: str
    may_take_effect: bool
    findings: list[RuleFindingOut]
    words: list[RuleWordsOut]


class RulebookCheckIn(_In):
    """Content to be checked; nothing is written."""

    content: dict[str, Any]
    standard_id: UUID | None = None


class RuleChangeOut(BaseModel):
    """One difference between two versions."""

    change: Literal["added", "removed", "changed", "moved"]
    part: Literal["rule", "limit", "ratio"]
    id: str
    fields: list[str]
    before: WordsOut | None
    after: WordsOut | None


class RuleDiffOut(BaseModel):
    """The differences from an earlier version to this one."""

    before_id: UUID
    after_id: UUID
    changes: list[RuleChangeOut]


class RuleTrialIn(_In):
    """Facts by field name, as a rule reads them."""

    facts: dict[str, str | int | bool | list[str] | None]


class RuleDecisionOut(BaseModel):
    """What a rulebook says of facts: the same facts give the same decision."""

    amount_hundredths: int
    rule_ids: list[str]
    explanation: list[WordsOut]
    digest: str


class RuleFieldOut(BaseModel):
    """A field that rules may ask about."""

    name: str
    type: str
    title: WordsOut
    unit: str
    values: dict[str, WordsOut]


class RuleFieldsOut(BaseModel):
    """Everything that a rule editor offers."""

    fields: list[RuleFieldOut]
    operators: dict[str, list[str]]
    grants: list[str]
    limits: list[str]
    depth_max: int


class SimulationIn(_In):
    """How far back applications are tried."""

    days: int = Field(default=365, ge=1, le=3660)
