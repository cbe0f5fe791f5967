"""What a policy pack is made of: documents, parameters, targets and rules, each with its clause.

Pack
├── Document*    one official text: number, dates, what is known about its being in force
├── Parameter*   one typed value (or silence) per key of the register
├── Target*      one promise with a number and a year; targets never inherit
├── Rule*        one checkable rule of the national internship regulation
└── Override*    a rule whose level this jurisdiction raises or lowers, with its reason
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from shared.kernel.errors import NotFoundError, Text

Confirmation = Literal["TEXT", "CONTENT", "2016 TEXT", "CONTENT + 2016 TEXT", "MEMORY"]
RuleLevel = Literal["block", "warn", "info"]
TargetOp = Literal["=", ">=", "<=", "~", "or", ""]


@dataclass(frozen=True, slots=True)
class Span:
    """A closed range of one quantity: both ends belong to it."""

    low: Decimal
    high: Decimal


Value = bool | int | Decimal | str | tuple[str, ...] | Span


class Kind(StrEnum):
    """The type of a parameter's value; the unit follows from it or is written beside it."""

    SHARE = "share"  # 0.02 is 2 %
    SHARE_RANGE = "share_range"
    MONEY_FEN = "money_fen"
    MONEY_FEN_RANGE = "money_fen_range"
    YEARS = "years"
    MONTHS_RANGE = "months_range"
    WEEKS = "weeks"
    DAYS = "days"
    HOURS = "hours"
    COUNT = "count"
    CLOCK = "clock"  # "22:00"
    FLAG = "flag"
    TEXT = "text"
    CODES = "codes"


class DocumentStatus(StrEnum):
    """What the sources say about a document being in force; a person confirms the rest."""

    PRINTED_VALID = "printed_valid"  # the source page says so; as of when it was read
    NOT_STATED = "not_stated"
    TO_CHECK = "to_check"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One official text, by its own number; dates that it does not print are None."""

    id: str
    title: Text
    number: str
    issuer: Text
    issued_on: date | None
    in_force_from: date | None
    in_force_until: date | None
    status: DocumentStatus
    status_note: Text | None
    source_file: str | None
    url: str | None

    def starts_on(self) -> date:
        """Return the first day on which this text can be cited."""
        return self.in_force_from or self.issued_on or date.min

    def needs_check(self, on: date) -> bool:
        """Return whether a person must find out if this text still holds on that day."""
        ended = self.in_force_until is not None and on > self.in_force_until
        return ended or self.status is DocumentStatus.TO_CHECK


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One entry of the register of parameters: what may be set, and as what kind."""

    key: str
    name: Text
    kinds: tuple[Kind, ...]
    origin: Literal["matrix", "rule"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One value of one document; `value` is None where the document is silent."""

    key: str
    kind: Kind | None = None
    value: Value | None = None
    unit: str = ""
    words: str = ""
    document: str = ""
    clause: str = ""
    quote: str = ""
    confirmation: Confirmation = "TEXT"
    note: Text | None = None
    detail: Mapping[str, str | int | Decimal | bool] = field(default_factory=dict)

    @property
    def silent(self) -> bool:
        """Whether the document says nothing about this key."""
        return self.value is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One promise of one document; a qualitative one has neither op nor value."""

    id: str
    document: str
    clause: str
    due: str
    due_on: date | None
    metric: Text
    op: TargetOp
    value: Decimal | Span | str | None
    unit: str
    note: str
    quote: str
    to_check: Text | None

    def is_past_due(self, on: date) -> bool:
        """Return whether the year (or day) of this promise is over on `on`."""
        return self.due_on is not None and on > self.due_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of the internship regulation, with how well its text is known."""

    id: str
    title: Text
    check: Text
    document: str
    article: str
    level: RuleLevel
    confirmation: Confirmation | None
    stages: tuple[str, ...]
    parameters: tuple[str, ...]
    releasable: bool
    filing_exempts: bool
    local: bool
    origin: Literal["regulation", "platform"]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A rule whose level this jurisdiction changes; the reason is shown with every finding."""

    rule: str
    level: RuleLevel
    reason: Text
    document: str
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """Everything that one jurisdiction's documents say, in one version."""

    id: str
    version: str
    compiled_on: date
    name: Text
    short: str
    region: str
    parent: str | None
    documents: Mapping[str, Document]
    parameters: Mapping[str, Parameter]
    targets: tuple[Target, ...]
    rules: Mapping[str, Rule]
    overrides: Mapping[str, Override]


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """Where a value or rule was read: pack, version, document and clause."""

    pack: str
    version: str
    document: str
    number: str
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A parameter as it holds for a pack on a day, with the clause that it comes from.

    `caution` is set where a person must check whether the document is still in force.
    """

    key: str
    kind: Kind
    value: Value
    unit: str
    words: str
    detail: Mapping[str, str | int | Decimal | bool]
    confirmation: Confirmation
    cited: Citation
    inherited: bool
    note: Text | None
    caution: Text | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """No document of the chain says anything: the check is skipped, never guessed."""

    key: str
    reason: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedRule:
    """A rule at the level that holds for a pack, with the reason where the pack changed it."""

    rule: Rule
    level: RuleLevel
    level_reason: Text | None
    cited: Citation


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """All rules and parameters of one pack on one day: what the domain's predicates take."""

    pack: str
    version: str
    on: date
    rules: Mapping[str, ResolvedRule]
    parameters: Mapping[str, Resolved | Skipped]

    def number(self, key: str) -> Decimal | None:
        """Return a numeric parameter, or None where every document is silent."""
        found = self.parameters[key]
        if isinstance(found, Skipped):
            return None
        assert isinstance(found.value, (int, Decimal)), f"{key} is no number"
        return Decimal(found.value)

    def codes(self, key: str) -> tuple[str, ...]:
        """Return a list of codes; empty where every document is silent."""
        found = self.parameters[key]
        if isinstance(found, Skipped):
            return ()
        assert isinstance(found.value, tuple), f"{key} is no list of codes"
        return found.value


class PackNotFoundError(NotFoundError):
    """There is no policy pack with this id and version."""

    code = "policy_pack_not_found"
    title_zh = "没有该编号和版本的政策包"
    mend = Text(
        "现有政策包：{known}。请核对编号 {pack} 与版本 {version}。",
        "The packs are: {known}. Check the id {pack} and the version {version}.",
    )


class ParameterNotFoundError(NotFoundError):
    """The register of policy parameters has no such key."""

    code = "policy_parameter_not_found"
    title_zh = "没有该政策参数"
    mend = Text("请核对参数名 {key}。", "Check the key {key}.")
