"""A school's rulebook: rules with grants, limits, ratios; read from JSON, hashed canonically."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias, cast

from services.credits.domain.outcome_kind import KINDS
from services.credits.domain.rule_errors import RulebookInvalidError
from services.credits.domain.rule_fields import FIELDS
from services.credits.domain.rule_tree import All, Condition, Question, TreeReader, value_fits
from shared.kernel.errors import Fault, Text

RULES_MAX: Final = 500
LIMITS_MAX: Final = 50
_TABLE_MAX = 500
_CREDIT_MAX = 100_000  # hundredths: no programme is larger
_ID = re.compile(r"[A-Za-z0-9._-]{1,40}")

GrantKind = Literal[
    "fixed", "table", "by_hours", "by_weeks", "course_credits", "outcome_credits", "course_percent"
]
LimitKind = Literal[
    "max_each",
    "max_total",
    "annual_max",
    "max_percent_of_programme",
    "max_percent_online",
    "content_once_highest",
    "courses_per_outcome",
]
_GRANTS_PLAIN = frozenset({"by_hours", "by_weeks", "course_credits", "outcome_credits"})
GRANTS: Final = _GRANTS_PLAIN | {"fixed", "table", "course_percent"}
_LIMITS_AMOUNT = frozenset({"max_each", "max_total", "annual_max"})
_LIMITS_PERCENT = frozenset({"max_percent_of_programme", "max_percent_online"})
LIMITS: Final = _LIMITS_AMOUNT | _LIMITS_PERCENT | {"content_once_highest", "courses_per_outcome"}
_RULE_KEYS = frozenset({"id", "title", "when", "grant", "scope", "overlap_min"})
# A rule for agreed course sequences between stages (衔接); any other one names no scope.
ARTICULATION: Final = "articulation"
_LIMIT_KEYS = frozenset({"id", "kind", "title", "amount", "percent", "count", "outcome_kinds"})
_BOOK_KEYS = frozenset({"rules", "limits", "weeks_per_credit", "hours_per_credit", "step"})

JsonObject: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Grant:
    """How many hundredths of a credit a rule gives."""

    kind: GrantKind
    amount: int = 0
    percent: int = 0
    by: tuple[str, ...] = ()
    table: Mapping[tuple[str, ...], int] = field(default_factory=dict[tuple[str, ...], int])


@dataclass(frozen=True, slots=True)
class Rule:
    """When a rule applies and what it grants; the first one that applies counts."""

    id: str
    title: Text
    when: Condition
    grant: Grant


@dataclass(frozen=True, slots=True)
class Limit:
    """What the conversions of one learner may not exceed together."""

    id: str
    kind: LimitKind
    title: Text
    amount: int = 0
    percent: int = 0
    count: int = 0
    outcome_kinds: frozenset[str] = frozenset()

    def concerns(self, kind: object) -> bool:
        """Whether the limit is about outcomes of this kind."""
        return not self.outcome_kinds or kind in self.outcome_kinds


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Rules in their order, limits, the school's ratios, and the digest of all of it."""

    rules: tuple[Rule, ...]
    limits: tuple[Limit, ...]
    hours_per_credit: int
    weeks_per_credit: int
    step: int
    digest: str


def digest_of(content: object) -> str:
    """Return the SHA-256 of the canonical JSON (RFC 8785) of `content`.

    >>> digest_of({"b": 1, "a": 2}) == digest_of({"a": 2, "b": 1})
    True
    """
    import rfc8785

    return "sha256:" + hashlib.sha256(rfc8785.dumps(cast("Any", content))).hexdigest()


def read_rulebook(content: JsonObject) -> Rulebook:
    """Read a rulebook's content.

    Raises:
        RulebookInvalidError: with a fault at every place that is wrong.
        RuleTreeTooDeepError: a condition nests too deeply.
    """
    reader = _BookReader()
    book = reader.read(content)
    if reader.faults:
        raise RulebookInvalidError(faults=reader.faults[:100], count=len(reader.faults))
    return book


def check_facts(facts: Mapping[str, object]) -> None:
    """Raise RulebookInvalidError where a fact is none that a rule may read."""
    faults = [
        Fault("fact_unfit", _WRONG["fact"], pointer=f"/facts/{name}")
        for name, value in facts.items()
        if value is not None and not _fact_fits(name, value)
    ]
    if faults:
        raise RulebookInvalidError(faults=faults[:100], count=len(faults))


def _fact_fits(name: str, value: object) -> bool:
    found = FIELDS.get(name)
    if found is None:
        return False
    if found.type == "list":
        return isinstance(value, list)
    return value_fits(found, value)


class _BookReader:
    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._ids: set[str] = set()

    def read(self, content: JsonObject) -> Rulebook:
        self._refuse_unknown(content, _BOOK_KEYS, "")
        rules = self._list(content.get("rules"), "/rules", RULES_MAX)
        limits = self._list(content.get("limits", []), "/limits", LIMITS_MAX)
        return Rulebook(
            rules=tuple(self._rule(each, f"/rules/{i}") for i, each in enumerate(rules)),
            limits=tuple(self._limit(each, f"/limits/{i}") for i, each in enumerate(limits)),
            # 理论课 16-18 学时计 1 学分; the practice ratio is the school's own: one or two weeks.
            hours_per_credit=self._whole(content, "hours_per_credit", "", low=1, high=100),
            weeks_per_credit=self._whole(content, "weeks_per_credit", "", low=1, high=4),
            step=self._whole(content, "step", "", low=1, high=100, absent=50),
            digest=digest_of(dict(content)) if not self.faults else "",
        )

    def _rule(self, raw: JsonObject, where: str) -> Rule:
        self._refuse_unknown(raw, _RULE_KEYS, where)
        when = TreeReader(self.faults).read(raw.get("when"), f"{where}/when")
        grant = self._grant(raw.get("grant"), f"{where}/grant")
        when = self._in_scope(raw, where, when)
        return Rule(self._id(raw, where), self._title(raw, where), when, grant)

    def _in_scope(self, raw: JsonObject, where: str, when: Condition) -> Condition:
        """Return the condition with what its scope asks for: it is checked and explained alike."""
        scope = raw.get("scope")
        if scope is None and "overlap_min" not in raw:
            return when
        if scope != ARTICULATION:
            return self._wrong(f"{where}/scope", "scope", when)
        overlap = self._whole(raw, "overlap_min", where, low=1, high=100)
        sequence = Question("eq", "match.articulated", (True,))
        not_falling = Question("le", "match.stage_gap", (0,))
        return All(
            (sequence, not_falling, Question("ge", "match.overlap_percent", (overlap,)), when)
        )

    def _grant(self, raw: object, where: str) -> Grant:
        if not isinstance(raw, Mapping):
            return self._wrong(where, "grant", Grant("fixed"))
        grant = cast("JsonObject", raw)
        kind = next(iter(grant), "")
        if len(grant) == 1 and kind in _GRANTS_PLAIN and grant[kind] is True:
            return Grant(cast("GrantKind", kind))
        if len(grant) == 1 and kind == "fixed":
            return Grant("fixed", amount=self._whole(grant, kind, where, low=1, high=_CREDIT_MAX))
        if len(grant) == 1 and kind == "course_percent":
            percent = self._whole(grant, kind, where, low=1, high=100)
            return Grant("course_percent", percent=percent)
        if set(grant) == {"by", "table"}:
            return self._table(grant, where)
        return self._wrong(where, "grant", Grant("fixed"))

    def _table(self, grant: JsonObject, where: str) -> Grant:
        by, raw = grant["by"], grant["table"]
        if not isinstance(by, list) or not isinstance(raw, Mapping):
            return self._wrong(where, "table", Grant("fixed"))
        names = tuple(str(name) for name in cast("list[Any]", by))
        fields = [FIELDS.get(name) for name in names]
        if not 1 <= len(names) <= 3 or any(f is None or f.type != "choice" for f in fields):
            return self._wrong(f"{where}/by", "table_by", Grant("fixed"))
        cells = cast("JsonObject", raw)
        if not 1 <= len(cells) <= _TABLE_MAX:
            return self._wrong(f"{where}/table", "table", Grant("fixed"))
        table: dict[tuple[str, ...], int] = {}
        for key in cells:
            parts = tuple(key.split("/"))
            known = len(parts) == len(fields) and all(
                f is not None and part in f.values for f, part in zip(fields, parts, strict=True)
            )
            if not known:
                self._wrong(f"{where}/table/{key[:80]}", "table_key", None)
            table[parts] = self._whole(cells, key, f"{where}/table", low=0, high=_CREDIT_MAX)
        return Grant("table", by=names, table=MappingProxyType(table))

    def _limit(self, raw: JsonObject, where: str) -> Limit:
        self._refuse_unknown(raw, _LIMIT_KEYS, where)
        kind = raw.get("kind")
        if kind not in LIMITS:
            kind = self._wrong(f"{where}/kind", "limit_kind", "content_once_highest")
        kinds = frozenset(str(each) for each in raw.get("outcome_kinds") or ())
        if kinds - set(KINDS):
            self._wrong(f"{where}/outcome_kinds", "outcome_kind", None)

        def whole(name: str, *, asked: bool, high: int) -> int:
            return self._whole(raw, name, where, low=0, high=high) if asked else 0

        return Limit(
            id=self._id(raw, where),
            kind=cast("LimitKind", kind),
            title=self._title(raw, where),
            amount=whole("amount", asked=kind in _LIMITS_AMOUNT, high=_CREDIT_MAX),
            percent=whole("percent", asked=kind in _LIMITS_PERCENT, high=100),
            count=whole("count", asked=kind == "courses_per_outcome", high=20),
            outcome_kinds=kinds,
        )

    def _id(self, raw: JsonObject, where: str) -> str:
        name = raw.get("id")
        if not isinstance(name, str) or not _ID.fullmatch(name):
            return self._wrong(f"{where}/id", "id", "")
        if name in self._ids:
            self._wrong(f"{where}/id", "id_repeated", "")
        self._ids.add(name)
        return name

    def _title(self, raw: JsonObject, where: str) -> Text:
        title = raw.get("title")
        if isinstance(title, Mapping):
            words = cast("JsonObject", title)
            zh, en = words.get("zh"), words.get("en")
            if isinstance(zh, str) and isinstance(en, str) and 0 < len(zh) <= 200 >= len(en) > 0:
                return Text(zh, en)
        return self._wrong(f"{where}/title", "title", Text("", ""))

    def _whole(
        self,
        raw: JsonObject,
        name: str,
        where: str,
        *,
        low: int,
        high: int,
        absent: int | None = None,
    ) -> int:
        value = raw.get(name, absent)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            said = Text(f"应为 {low} 到 {high} 的整数", f"a whole number of {low} to {high}")
            self.faults.append(Fault("out_of_range", said, pointer=f"{where}/{name}"))
            return low
        return value

    def _list(self, raw: object, where: str, count_max: int) -> list[JsonObject]:
        entries = cast("list[object]", raw) if isinstance(raw, list) else None
        if entries is None or len(entries) > count_max:
            self._wrong(where, "list", None)
            return []
        good = [cast("JsonObject", each) for each in entries if isinstance(each, Mapping)]
        if len(good) != len(entries):
            self._wrong(where, "list", None)
        return good

    def _refuse_unknown(self, raw: JsonObject, known: frozenset[str], where: str) -> None:
        for name in sorted(set(raw) - known):
            self._wrong(f"{where}/{str(name)[:60]}", "unknown_key", None)

    def _wrong(self, where: str, code: str, instead: Any) -> Any:
        self.faults.append(Fault(f"rule_{code}", _WRONG[code], pointer=where))
        return instead


_WRONG: Mapping[str, Text] = {
    "fact": Text("没有该字段，或值与字段类型不符", "no such field, or no value of its type"),
    "grant": Text(
        "授予方式应为 fixed、table、by_hours、by_weeks、course_credits、outcome_credits、"
        "course_percent 之一",
        "a grant is one of fixed, table, by_hours, by_weeks, course_credits, outcome_credits, "
        "course_percent",
    ),
    "table": Text("表格须有 by 与 table", "a table needs `by` and `table`"),
    "table_by": Text("by 应为 1—3 个枚举字段", "`by` names one to three enumerated fields"),
    "table_key": Text("表格的键应为各字段的值，以 / 相连", "a key joins the fields' values by /"),
    "limit_kind": Text(f"限制应为：{'、'.join(sorted(LIMITS))}", f"one of {sorted(LIMITS)}"),
    "outcome_kind": Text("成果类型不存在", "there is no such kind of outcome"),
    "id": Text("编号应为 1—40 个字母、数字、._-", "an id has 1-40 letters, digits, . _ -"),
    "id_repeated": Text("编号重复", "the id stands twice"),
    "title": Text(
        "标题须有中文与英文，各不超过 200 字", "a title has zh and en, 200 characters each"
    ),
    "list": Text("应为对象的列表，且不超过上限", "a list of objects, within its limit"),
    "scope": Text(
        "scope 只能是 articulation（衔接课程），并须有 overlap_min",
        "a scope is `articulation` (agreed course sequences), with `overlap_min`",
    ),
    "unknown_key": Text("不认识该字段", "this key is unknown"),
}
