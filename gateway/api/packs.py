"""Policy packs on the wire: every number with its document and clause."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from shared.kernel.errors import Language, Text
from shared.policies.pack import (
    Document,
    Override,
    Pack,
    Parameter,
    Resolved,
    Rule,
    Skipped,
    Span,
    Target,
)

JsonValue = Any


class PackLine(BaseModel):
    """One pack in the list."""

    id: str
    version: str
    name_zh: str
    name_en: str
    region_code: str
    parent: str | None
    compiled_on: date
    parameters: int
    targets: int
    rules: int


class PackListOut(BaseModel):
    """Every pack."""

    items: list[PackLine]

    @staticmethod
    def line(pack: Pack) -> PackLine:
        """Return the pack's line."""
        return PackLine(
            id=pack.id,
            version=pack.version,
            name_zh=pack.name.zh,
            name_en=pack.name.en,
            region_code=pack.region,
            parent=pack.parent,
            compiled_on=pack.compiled_on,
            parameters=sum(not each.silent for each in pack.parameters.values()),
            targets=len(pack.targets),
            rules=len(pack.rules),
        )


class DocumentOut(BaseModel):
    """One official text that the pack carries."""

    id: str
    title: str
    number: str
    issuer: str
    issued_on: date | None
    in_force_from: date | None
    in_force_until: date | None
    status: str
    status_note: str | None
    url: str | None


class ParameterOut(BaseModel):
    """One value of one document; `silent` where the document says nothing."""

    key: str
    silent: bool
    kind: str | None
    value: JsonValue
    unit: str
    words: str
    document: str
    clause: str
    quote: str
    confirmation: str
    note: str | None


class TargetOut(BaseModel):
    """One promise of one document."""

    id: str
    document: str
    clause: str
    due: str
    metric: str
    op: str
    value: JsonValue
    unit: str
    note: str
    quote: str
    to_check: str | None


class RuleOut(BaseModel):
    """One rule of the internship regulation and how well its text is known."""

    id: str
    title: str
    check: str
    document: str
    article: str
    level: str
    confirmation: str | None
    releasable: bool
    filing_exempts: bool
    local: bool


class OverrideOut(BaseModel):
    """A rule whose level this jurisdiction changes."""

    rule: str
    level: str
    reason: str
    document: str
    clause: str


class PackOut(BaseModel):
    """One pack, whole."""

    id: str
    version: str
    name: str
    region_code: str
    parent: str | None
    compiled_on: date
    documents: list[DocumentOut]
    parameters: list[ParameterOut]
    targets: list[TargetOut]
    rules: list[RuleOut]
    overrides: list[OverrideOut]


class CitationOut(BaseModel):
    """Where a value was read."""

    pack: str
    version: str
    document: str
    number: str
    clause: str


class ResolvedOut(BaseModel):
    """A value as it holds for a pack on a day."""

    key: str
    skipped: bool = False
    kind: str
    value: JsonValue
    unit: str
    words: str
    inherited: bool
    confirmation: str
    cited: CitationOut
    note: str | None
    caution: str | None


class SkippedOut(BaseModel):
    """Every document of the chain is silent: nothing is guessed."""

    key: str
    skipped: bool = True
    reason: str


class ResolvedListOut(BaseModel):
    """Every key of the register as it holds for a pack on a day."""

    items: list[ResolvedOut | SkippedOut]


def _json(value: object) -> JsonValue:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Span):
        return {"low": _json(value.low), "high": _json(value.high)}
    if isinstance(value, tuple):
        return list(value)  # pyright: ignore[reportUnknownArgumentType] - codes
    return value


def _said(text: Text | None, language: Language) -> str | None:
    return text.in_language(language) if text else None


def pack_out(pack: Pack, language: Language) -> PackOut:
    """Return the pack in one language."""
    return PackOut(
        id=pack.id,
        version=pack.version,
        name=pack.name.in_language(language),
        region_code=pack.region,
        parent=pack.parent,
        compiled_on=pack.compiled_on,
        documents=[_document(each, language) for each in pack.documents.values()],
        parameters=[_parameter(each, language) for each in pack.parameters.values()],
        targets=[_target(each, language) for each in pack.targets],
        rules=[_rule(each, language) for each in pack.rules.values()],
        overrides=[_override(each, language) for each in pack.overrides.values()],
    )


def _document(document: Document, language: Language) -> DocumentOut:
    return DocumentOut(
        id=document.id,
        title=document.title.in_language(language),
        number=document.number,
        issuer=document.issuer.in_language(language),
        issued_on=document.issued_on,
        in_force_from=document.in_force_from,
        in_force_until=document.in_force_until,
        status=document.status.value,
        status_note=_said(document.status_note, language),
        url=document.url,
    )


def _parameter(parameter: Parameter, language: Language) -> ParameterOut:
    return ParameterOut(
        key=parameter.key,
        silent=parameter.silent,
        kind=parameter.kind.value if parameter.kind else None,
        value=_json(parameter.value),
        unit=parameter.unit,
        words=parameter.words,
        document=parameter.document,
        clause=parameter.clause,
        quote=parameter.quote,
        confirmation=parameter.confirmation,
        note=_said(parameter.note, language),
    )


def _target(target: Target, language: Language) -> TargetOut:
    return TargetOut(
        id=target.id,
        document=target.document,
        clause=target.clause,
        due=target.due,
        metric=target.metric.in_language(language),
        op=target.op,
        value=_json(target.value),
        unit=target.unit,
        note=target.note,
        quote=target.quote,
        to_check=_said(target.to_check, language),
    )


def _rule(rule: Rule, language: Language) -> RuleOut:
    return RuleOut(
        id=rule.id,
        title=rule.title.in_language(language),
        check=rule.check.in_language(language),
        document=rule.document,
        article=rule.article,
        level=rule.level,
        confirmation=rule.confirmation,
        releasable=rule.releasable,
        filing_exempts=rule.filing_exempts,
        local=rule.local,
    )


def _override(override: Override, language: Language) -> OverrideOut:
    return OverrideOut(
        rule=override.rule,
        level=override.level,
        reason=override.reason.in_language(language),
        document=override.document,
        clause=override.clause,
    )


def resolved_out(found: Resolved | Skipped, language: Language) -> ResolvedOut | SkippedOut:
    """Return what holds, or why nothing does."""
    if isinstance(found, Skipped):
        return SkippedOut(key=found.key, reason=found.reason.in_language(language))
    facts: Mapping[str, str] = {
        "pack": found.cited.pack,
        "version": found.cited.version,
        "document": found.cited.document,
        "number": found.cited.number,
        "clause": found.cited.clause,
    }
    return ResolvedOut(
        key=found.key,
        kind=found.kind.value,
        value=_json(found.value),
        unit=found.unit,
        words=found.words,
        inherited=found.inherited,
        confirmation=found.confirmation,
        cited=CitationOut(**facts),
        note=_said(found.note, language),
        caution=_said(found.caution, language),
    )
