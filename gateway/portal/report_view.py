"""A compliance report as a page shows it: every rule with its words, clause and confirmation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.portal.components import Confirmation, Tag
from gateway.portal.policy_values import confirmation_tag
from gateway.portal.post_words import HAZARDS, level_tag, word
from gateway.portal.translation import Texts, marked

Body = Mapping[str, Any]

_ORDER = ("block", "review", "warn", "info", "skipped")
_OPEN = frozenset({"block", "review", "warn"})
_RELEASED = frozenset({"block", "warn"})
# What a reader is told beside a message; the rest is for programs.
_FACTS: Mapping[str, str] = {
    "words": marked("Words found"),
    "hazards": marked("Hazards"),
    "cap": marked("At most"),
    "planned": marked("Planned"),
    "staff": marked("Staff counted"),
    "dated_on": marked("Counted on"),
    "pay_fen_month": marked("Pay a month"),
    "pay_cycle_days": marked("Days between payments"),
    "weeks": marked("Weeks"),
    "months": marked("Months"),
    "students_per_mentor": marked("Interns per mentor"),
    "special_filing_no": marked("Filing number of a special requirement"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One rule of a report."""

    rule: str
    level: str
    message: str
    title: str
    basis: str
    basis_href: str
    known: Tag | None = None
    reason: str = ""
    facts: Sequence[tuple[str, str]] = ()
    released: Confirmation | None = None
    release_href: str | None = None

    @property
    def anchor(self) -> str:
        """The name under which an error summary leads here."""
        return f"rule.{self.rule}"


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report in the reader's language."""

    level: Tag | None
    pack: str
    pack_href: str
    on: str
    findings: Sequence[Line]
    skipped: Sequence[Line]
    passed: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules by their ids, as the root pack tells them in the reader's language."""

    pack: str
    told: Mapping[str, Body]
    names: Mapping[str, str]

    def title(self, rule: str) -> str:
        """Return what a rule says."""
        return self.told[rule]["title"] if rule in self.told else rule

    def href(self, rule: str) -> str:
        """Return where a rule stands among the policies."""
        return f"/policies/{self.pack}#{rule}"

    def known(self, rule: str) -> str | None:
        """Return how well the rule's wording is known."""
        return self.told[rule]["confirmation"] if rule in self.told else None


def read_rules(packs: Sequence[Body], root: Body, texts: Texts) -> Rules:
    """Return the rules from the list of packs and the pack that holds them."""
    names = {one["id"]: one[f"name_{texts.language}"] for one in packs}
    return Rules(root["id"], {one["id"]: one for one in root["rules"]}, names)


def report_view(
    report: Body,
    rules: Rules,
    texts: Texts,
    *,
    only: frozenset[str] | None = None,
    release_base: str | None = None,
    releases: Sequence[Body] = (),
) -> ReportView:
    """Return a report, or the part of it that speaks of the rules in `only`.

    With `release_base`, findings that may be released lead to where that is done; `releases` names
    who released which, for the enterprise itself.
    """

    def kept(lines: Iterable[Body]) -> list[Body]:
        return [line for line in lines if only is None or line["rule"] in only]

    by_rule = {release["rule"]: release for release in releases}
    findings = sorted(kept(report["findings"]), key=lambda line: _ORDER.index(line["level"]))
    return ReportView(
        level=level_tag(report["level"], texts),
        pack=f"{rules.names.get(report['pack'], report['pack'])} {report['version']}",
        pack_href=f"/policies/{report['pack']}",
        on=report["on"],
        findings=[
            _line(one, rules, texts, release=by_rule.get(one["rule"]), release_base=release_base)
            for one in findings
        ],
        skipped=[_line(one, rules, texts) for one in kept(report["skipped"])],
        passed=[_passed(one, rules, texts) for one in kept(report["passed"])],
    )


def has_open(report: Body, only: frozenset[str]) -> bool:
    """Return whether the rules in `only` have something to say that nobody has released."""
    return any(
        one["rule"] in only and one["level"] in _OPEN and one["released"] is None
        for one in report["findings"]
    )


def _line(
    one: Body,
    rules: Rules,
    texts: Texts,
    *,
    release: Body | None = None,
    release_base: str | None = None,
) -> Line:
    may = release_base and one["releasable"] and one["released"] is None
    return Line(
        rule=one["rule"],
        level=one["level"],
        message=one[f"message_{texts.language}"],
        title=rules.title(one["rule"]),
        basis=f"{one['document']} {one['clause']}",
        basis_href=rules.href(one["rule"]),
        known=confirmation_tag(one["confirmation"], texts),
        reason=one[f"level_reason_{texts.language}"] or "",
        facts=_facts(one["facts"], texts),
        released=_released(one["released"], release),
        release_href=(
            f"{release_base}/{one['rule']}" if may and one["level"] in _RELEASED else None
        ),
    )


def _passed(one: Body, rules: Rules, texts: Texts) -> Line:
    return Line(
        rule=one["rule"],
        level="passed",
        message=rules.title(one["rule"]),
        title=rules.title(one["rule"]),
        basis=f"{one['document']} {one['clause']}",
        basis_href=rules.href(one["rule"]),
        known=confirmation_tag(rules.known(one["rule"]), texts),
    )


def _released(released: Body | None, release: Body | None) -> Confirmation | None:
    if released is None:
        return None
    by = release["released_by_name"] if release else ""
    return Confirmation(by, released["at"], released["reason"])


def _facts(facts: Body, texts: Texts) -> list[tuple[str, str]]:
    said = [
        (texts.gettext(label), _value(name, facts[name], texts))
        for name, label in _FACTS.items()
        if facts.get(name) not in (None, "", [])
    ]
    return [(label, value) for label, value in said if value]


def _value(name: str, value: Any, texts: Texts) -> str:
    if name == "hazards":
        return texts.gettext(", ").join(word(HAZARDS, each, texts) for each in value)
    if isinstance(value, list):
        return texts.gettext(", ").join(str(each) for each in value)  # pyright: ignore[reportUnknownVariableType]
    if name.endswith("_fen_month"):
        return texts.money(value)
    if name == "dated_on":
        return texts.date(value)
    return texts.number(value) if isinstance(value, int | float) else str(value)
