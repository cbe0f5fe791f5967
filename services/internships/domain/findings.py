"""What a rule says about facts: passed, a finding, or skipped with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.kernel.errors import Text
from shared.policies.pack import ResolvedRule, Rulebook

FactValue = str | int | float | bool | None | tuple[str, ...]


class Level(StrEnum):
    """How much a finding weighs."""

    BLOCK = "block"  # nothing goes on until it is mended (or exempted by a filing)
    WARN = "warn"  # goes on with a recorded reason
    INFO = "info"
    REVIEW = "review"  # a person looks at it; software never decides this alone
    SKIPPED = "skipped"  # a fact or a clause is missing; said so, never guessed


class Audience(StrEnum):
    """Who is shown a finding."""

    EVERYONE = "everyone"
    ENTERPRISE_AND_AUTHORITY = "enterprise_and_authority"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing a rule has to say: what is wrong, how to mend it, and where it is written."""

    rule: str
    level: Level
    message_zh: str
    message_en: str
    clause: str
    document: str
    pack: str
    version: str
    confirmation: str
    facts: Mapping[str, FactValue]
    releasable: bool
    level_reason: Text | None = None
    audience: Audience = Audience.EVERYONE

    def message(self, *, zh: bool) -> str:
        """Return the message in one language."""
        return self.message_zh if zh else self.message_en


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A rule that was checked and holds."""

    rule: str
    clause: str
    document: str
    pack: str
    version: str


Outcome = Finding | Passed


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Every rule of the book, stated once: passed, found or skipped."""

    pack: str
    version: str
    on: date
    passed: tuple[Passed, ...]
    findings: tuple[Finding, ...]
    skipped: tuple[Finding, ...]

    @property
    def blocks(self) -> tuple[Finding, ...]:
        """The findings that stop the step."""
        return tuple(f for f in self.findings if f.level is Level.BLOCK)

    @property
    def for_a_person(self) -> tuple[Finding, ...]:
        """The findings that a person must look at."""
        return tuple(f for f in self.findings if f.level is Level.REVIEW)

    @property
    def rules(self) -> tuple[str, ...]:
        """Every rule stated, sorted."""
        return tuple(sorted(o.rule for o in (*self.passed, *self.findings, *self.skipped)))


# The regulation binds vocational schools only; elsewhere the same checks are advice.
ADVICE = Text(
    "普通高校不适用《职业学校学生实习管理规定》，本项作为建议。",
    "Ordinary universities are outside the regulation: this is advice.",
)


@dataclass(frozen=True, slots=True)
class Judge:
    """Forms outcomes with the citation and level that the rulebook gives each rule."""

    book: Rulebook
    advice: bool = False

    def passes(self, rule: str) -> Passed:
        """State that the rule was checked and holds."""
        cited = self.book.rules[rule].cited
        return Passed(
            rule=rule,
            clause=cited.clause,
            document=cited.number,
            pack=cited.pack,
            version=cited.version,
        )

    def finds(
        self, rule: str, text: Text, /, level: Level | None = None, **facts: FactValue
    ) -> Finding:
        """State what is wrong; the level is the rulebook's unless a softer one is given."""
        known = self.book.rules[rule]
        weight = level or Level(known.level)
        softened = self.advice and weight is Level.BLOCK
        return _finding(
            known,
            text=text,
            level=Level.WARN if softened else weight,
            facts=facts,
            level_reason=ADVICE if softened else known.level_reason,
            releasable=softened or known.rule.releasable,
        )

    def skips(self, rule: str, text: Text, /, **facts: FactValue) -> Finding:
        """State that the rule could not be checked, and why."""
        known = self.book.rules[rule]
        return _finding(
            known, text=text, level=Level.SKIPPED, facts=facts, level_reason=None, releasable=False
        )


def _finding(
    known: ResolvedRule,
    *,
    text: Text,
    level: Level,
    facts: Mapping[str, FactValue],
    level_reason: Text | None,
    releasable: bool,
) -> Finding:
    return Finding(
        rule=known.rule.id,
        level=level,
        message_zh=text.zh,
        message_en=text.en,
        clause=known.cited.clause,
        document=known.cited.number,
        pack=known.cited.pack,
        version=known.cited.version,
        confirmation=known.rule.confirmation or "",
        facts=facts,
        releasable=releasable,
        level_reason=level_reason,
    )


def build_report(book: Rulebook, outcomes: tuple[Outcome, ...]) -> Report:
    """Sort outcomes into a report; every rule of the book must be stated exactly once."""
    stated = [outcome.rule for outcome in outcomes]
    assert len(stated) == len(set(stated)), "a rule was stated twice"
    assert set(stated) >= set(book.rules), f"not stated: {set(book.rules) - set(stated)}"
    found = [o for o in outcomes if isinstance(o, Finding)]
    return Report(
        pack=book.pack,
        version=book.version,
        on=book.on,
        passed=tuple(o for o in outcomes if isinstance(o, Passed)),
        findings=tuple(f for f in found if f.level is not Level.SKIPPED),
        skipped=tuple(f for f in found if f.level is Level.SKIPPED),
    )
