"""From the TOML of a pack to its dataclasses; a file that breaks the schema does not load."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast, get_args

from shared.kernel.errors import Text
from shared.policies.pack import (
    Confirmation,
    Document,
    DocumentStatus,
    Key,
    Kind,
    Override,
    Pack,
    Parameter,
    Rule,
    RuleLevel,
    Span,
    Target,
    TargetOp,
    Value,
)
from shared.policies.reader import PackFormatError, Table, read_toml

_CONFIRMATIONS = get_args(Confirmation)
_LEVELS = get_args(RuleLevel)
_STAGES = ("host", "post", "student", "placement", "assessment", "platform")
_RANGES = {Kind.SHARE_RANGE, Kind.MONEY_FEN_RANGE, Kind.MONTHS_RANGE}
_WHOLE = {Kind.MONEY_FEN, Kind.COUNT}
_UNITS = {
    Kind.SHARE: "share",
    Kind.SHARE_RANGE: "share",
    Kind.MONEY_FEN: "fen",
    Kind.MONEY_FEN_RANGE: "fen",
    Kind.YEARS: "year",
    Kind.MONTHS_RANGE: "month",
    Kind.WEEKS: "week",
    Kind.DAYS: "day",
    Kind.HOURS: "hour",
}


def read_keys(name: str, text: str) -> Mapping[str, Key]:
    """Read the register of parameters."""
    top = read_toml(name, text)
    table = top.take_table("keys")
    top.close()
    return {key: _read_key(key, table.take_table(key)) for key in table.cells}


def _read_key(key: str, row: Table) -> Key:
    kinds = row.take_words("kinds")
    for kind in kinds:
        if kind not in set(Kind):
            raise PackFormatError(f"{row.place}: no such kind {kind!r}")
    origin = row.take_one_of("origin", ("matrix", "rule"))
    found = Key(
        key=key,
        name=Text(row.take("zh", str), row.take("en", str)),
        kinds=tuple(Kind(kind) for kind in kinds),
        origin="matrix" if origin == "matrix" else "rule",
    )
    row.close()
    return found


def read_pack(name: str, text: str, keys: Mapping[str, Key]) -> Pack:
    """Read one pack file and check it against the register of parameters."""
    top = read_toml(name, text)
    head = top.take_table("pack")
    documents = {d.id: d for d in map(_read_document, top.take_tables("document", "id"))}
    rules = [_read_rule(row, keys) for row in top.take_tables("rule", "id")]
    overrides = [_read_override(row) for row in top.take_tables("override", "rule")]
    compiled_on = head.take_date("compiled_on")
    if compiled_on is None:
        raise PackFormatError(f"{head.place}: `compiled_on` is missing")
    pack = Pack(
        id=head.take("id", str),
        version=head.take("version", str),
        compiled_on=compiled_on,
        name=head.take_text("name"),
        short=head.take("short", str),
        region=head.take("region", str),
        parent=head.take_or("parent", str, "") or None,
        parameters=_read_parameters(top, head=head, keys=keys),
        documents=documents,
        targets=tuple(_read_target(row) for row in top.take_tables("target", "id")),
        rules={rule.id: rule for rule in rules},
        overrides={override.rule: override for override in overrides},
    )
    top.close()
    head.close()
    _check_citations(name, pack)
    return pack


def _read_document(row: Table) -> Document:
    found = Document(
        id=row.take("id", str),
        title=row.take_text("title"),
        number=row.take("number", str),
        issuer=row.take_text("issuer"),
        issued_on=row.take_date("issued_on"),
        in_force_from=row.take_date("in_force_from"),
        in_force_until=row.take_date("in_force_until"),
        status=DocumentStatus(row.take_one_of("status", tuple(DocumentStatus))),
        status_note=row.take_text_or_none("note"),
        source_file=row.take_or("source_file", str, "") or None,
        url=row.take_or("url", str, "") or None,
    )
    row.close()
    return found


def _read_parameters(
    top: Table, *, head: Table, keys: Mapping[str, Key]
) -> Mapping[str, Parameter]:
    silent = head.take_words("silent")
    table = top.take_table("parameters") if "parameters" in top.cells else Table(top.place, {})
    stated = [*silent, *table.cells]
    for key in stated:
        if key not in keys:
            raise PackFormatError(f"{top.place}: parameter {key!r} is not in the register")
    if len(stated) != len(set(stated)):
        raise PackFormatError(f"{top.place}: a parameter is both silent and set")
    missing = {k.key for k in keys.values() if k.origin == "matrix"} - set(stated)
    if missing:
        raise PackFormatError(f"{top.place}: neither set nor silent: {sorted(missing)}")
    found = {key: Parameter(key=key) for key in silent}
    return found | {k: _read_parameter(keys[k], table.take_table(k)) for k in table.cells}


def _read_parameter(key: Key, row: Table) -> Parameter:
    kind = Kind(row.take_one_of("kind", tuple(key.kinds)))
    default = _CONFIRMATIONS[0]
    found = Parameter(
        key=key.key,
        kind=kind,
        value=_read_value(kind, row),
        unit=row.take_or("unit", str, _UNITS.get(kind, "")),
        words=row.take_or("words", str, ""),
        document=row.take("document", str),
        clause=row.take("clause", str),
        quote=row.take_or("quote", str, ""),
        confirmation=cast("Confirmation", row.take_one_of("confirmation", _CONFIRMATIONS, default)),
        note=row.take_text_or_none("note"),
        detail=cast("dict[str, str | int | Decimal | bool]", row.take_or("detail", dict, {})),
    )
    row.close()
    return found


def _read_value(kind: Kind, row: Table) -> Value:
    if kind is Kind.FLAG:
        return row.take("value", bool)
    if kind is Kind.CODES:
        return row.take_words("value")
    if kind in {Kind.TEXT, Kind.CLOCK}:
        return row.take("value", str)
    found: object = row.take("value", object)
    if kind in _RANGES:
        return _read_span(row.place, found)
    number = _read_number(row.place, found)
    if kind is Kind.SHARE and not 0 <= number <= 1:
        raise PackFormatError(f"{row.place}: a share lies in 0..1, this is {number}")
    return int(number) if kind in _WHOLE else number


def _read_number(place: str, found: object) -> Decimal:
    if isinstance(found, bool) or not isinstance(found, (int, Decimal)):
        raise PackFormatError(f"{place}: `value` must be a number")
    if found < 0:
        raise PackFormatError(f"{place}: `value` is negative")
    return Decimal(found)


def _read_span(place: str, found: object) -> Span:
    if not isinstance(found, dict):
        raise PackFormatError(f"{place}: `value` must be {{ low = …, high = … }}")
    ends = Table(f"{place}.value", cast("dict[str, Any]", found))
    low = _read_number(place, ends.take("low", object))
    high = _read_number(place, ends.take("high", object))
    ends.close()
    if low > high:
        raise PackFormatError(f"{place}: low {low} is above high {high}")
    return Span(low, high)


def _read_target(row: Table) -> Target:
    found = Target(
        id=row.take("id", str),
        document=row.take("document", str),
        clause=row.take("clause", str),
        due=row.take_or("due", str, ""),
        due_on=row.take_date("due_on"),
        metric=row.take_text("metric"),
        op=cast("TargetOp", row.take_one_of("op", get_args(TargetOp), "")),
        value=_read_target_value(row),
        unit=row.take_or("unit", str, ""),
        note=row.take_or("note", str, ""),
        quote=row.take_or("quote", str, ""),
        to_check=row.take_text_or_none("to_check"),
    )
    row.close()
    if bool(found.op) != (found.value is not None):
        raise PackFormatError(f"{row.place}: `op` and `value` come together or not at all")
    if bool(found.due) != (found.due_on is not None):
        raise PackFormatError(f"{row.place}: `due` and `due_on` come together or not at all")
    return found


def _read_target_value(row: Table) -> Decimal | Span | str | None:
    found: object = row.take_or("value", object, None)
    if found is None or isinstance(found, str):
        return found
    if isinstance(found, dict):
        return _read_span(row.place, cast("dict[str, Any]", found))
    return _read_number(row.place, found)


def _read_rule(row: Table, keys: Mapping[str, Key]) -> Rule:
    confirmation = row.take_one_of("confirmation", ("", *_CONFIRMATIONS), "")
    origin = row.take_one_of("origin", ("regulation", "platform"), "regulation")
    found = Rule(
        id=row.take("id", str),
        title=row.take_text("title"),
        check=row.take_text("check"),
        document=row.take("document", str),
        article=row.take("article", str),
        level=cast("RuleLevel", row.take_one_of("level", _LEVELS)),
        confirmation=cast("Confirmation", confirmation) if confirmation else None,
        stages=row.take_words("stages"),
        parameters=row.take_words("parameters"),
        releasable=row.take_or("releasable", bool, default=False),
        filing_exempts=row.take_or("filing_exempts", bool, default=False),
        local=row.take_or("local", bool, default=False),
        origin="regulation" if origin == "regulation" else "platform",
        source=row.take_or("source", str, ""),
    )
    row.close()
    for words, known in ((found.stages, _STAGES), (found.parameters, tuple(keys))):
        unknown = set(words) - set(known)
        if unknown:
            raise PackFormatError(f"{row.place}: unknown {sorted(unknown)}")
    return found


def _read_override(row: Table) -> Override:
    found = Override(
        rule=row.take("rule", str),
        level=cast("RuleLevel", row.take_one_of("level", _LEVELS)),
        reason=row.take_text("reason"),
        document=row.take("document", str),
        clause=row.take("clause", str),
    )
    row.close()
    return found


def _check_citations(name: str, pack: Pack) -> None:
    """Every value, target, rule and override cites a document of the same pack."""
    cited = [
        *((p.key, p.document) for p in pack.parameters.values() if not p.silent),
        *((t.id, t.document) for t in pack.targets),
        *((r.id, r.document) for r in pack.rules.values()),
        *((o.rule, o.document) for o in pack.overrides.values()),
    ]
    for thing, document in cited:
        if document not in pack.documents:
            raise PackFormatError(f"{name}: {thing} cites {document!r}, which is not in the pack")
