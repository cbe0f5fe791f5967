"""A compliance report as stored with its post: findings, releases, and one level for lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.internships.domain.findings import Finding, Level, Report
from shared.kernel.errors import ConflictError, Fault, InvalidInputError, Text

# From the heaviest to the lightest; a report is as heavy as its heaviest open finding.
LEVELS = ("block", "review", "warn", "info", "clear")
# Levels at which a recorded reason of a named person means something.
_WEIGHTY = frozenset({Level.BLOCK.value, Level.WARN.value})


class PostBlockedError(InvalidInputError):
    """The internship regulation stops this post."""

    code = "post_blocked"
    title_zh = "岗位不符合实习管理规定，不能发布"
    mend = Text(
        "请按 errors 逐项修改；条文允许例外的项目（{releasable}）可由具名负责人说明理由后放行。",
        "Mend what `errors` names; where the text allows exceptions ({releasable}), a named person "
        "may release the finding with a reason.",
    )


class FindingNotFoundError(ConflictError):
    """The report has no such finding."""

    code = "finding_not_found"
    title_zh = "报告中没有该项"
    mend = Text(
        "规则 {rule} 在当前报告中没有需要放行的结果。",
        "The present report has no finding of rule {rule} to release.",
    )


class FindingNotReleasableError(ConflictError):
    """Nobody may release this finding."""

    code = "finding_not_releasable"
    title_zh = "该项不得放行"
    mend = Text(
        "{clause} 不允许例外，请修改岗位。",
        "{clause} allows no exception: change the post.",
    )


class FindingReleasedError(ConflictError):
    """This finding is released already."""

    code = "finding_released"
    title_zh = "该项已放行"
    mend = Text("无需重复放行。", "There is nothing left to release.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A named person's decision that a finding does not stop the step, with the reason."""

    id: UUID
    rule: str
    reason: str
    released_by: UUID
    released_by_name: str
    released_at: datetime


def report_body(report: Report) -> dict[str, Any]:
    """Return the report as plain values, every finding in both languages."""
    return {
        "pack": report.pack,
        "version": report.version,
        "on": report.on.isoformat(),
        "findings": [finding_body(finding) for finding in report.findings],
        "skipped": [finding_body(finding) for finding in report.skipped],
        "passed": [
            {"rule": passed.rule, "clause": passed.clause, "document": passed.document}
            for passed in report.passed
        ],
    }


def finding_body(finding: Finding) -> dict[str, Any]:
    """Return one finding as plain values, in both languages."""
    reason = finding.level_reason
    return {
        "rule": finding.rule,
        "level": finding.level.value,
        "message_zh": finding.message_zh,
        "message_en": finding.message_en,
        "clause": finding.clause,
        "document": finding.document,
        "pack": finding.pack,
        "version": finding.version,
        "confirmation": finding.confirmation,
        "facts": {name: _plain(value) for name, value in finding.facts.items()},
        "releasable": finding.releasable,
        "level_reason_zh": reason.zh if reason else None,
        "level_reason_en": reason.en if reason else None,
        "released": None,
    }


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def with_releases(body: Mapping[str, Any], releases: Sequence[Release]) -> dict[str, Any]:
    """Return the report with each release beside its finding, and the level that is left.

    The name of who released it stays with the enterprise: readers see when and why.
    """
    by_rule = {release.rule: release for release in releases}
    findings = [
        {**finding, "released": _release_body(by_rule.get(finding["rule"]))}
        for finding in body["findings"]
    ]
    return {**body, "findings": findings, "level": _level_of(findings)}


def _release_body(release: Release | None) -> dict[str, str] | None:
    if release is None:
        return None
    return {"reason": release.reason, "at": release.released_at.isoformat()}


def _level_of(findings: Sequence[Mapping[str, Any]]) -> str:
    open_levels = {finding["level"] for finding in findings if finding["released"] is None}
    return next((level for level in LEVELS if level in open_levels), "clear")


# Their words and facts name declared head counts, which are for the enterprise and the authority
# (INT-02, REG-10): everybody else reads that the usual share is passed.
_COUNTED = {
    "REG-10a": Text(
        "计划的实习学生人数超过在岗职工的一般比例；具体人数仅企业和主管部门可见。",
        "More interns are planned than the usual share of staff on duty; the numbers are shown to "
        "the enterprise and the authority only.",
    ),
    "REG-10b": Text(
        "计划的实习学生人数超过同类岗位在岗职工的一般比例；具体人数仅企业和主管部门可见。",
        "More interns are planned than the usual share of staff in posts of this kind; the numbers "
        "are shown to the enterprise and the authority only.",
    ),
}


def without_counts(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the report as everybody may read it: without the enterprise's head counts."""
    return {**body, "findings": [_uncounted(finding) for finding in body["findings"]]}


def _uncounted(finding: Mapping[str, Any]) -> Mapping[str, Any]:
    text = _COUNTED.get(finding["rule"])
    if text is None:
        return finding
    return {**finding, "message_zh": text.zh, "message_en": text.en, "facts": {}}


def lapsed(
    releases: Sequence[Release], before: Mapping[str, Any] | None, after: Mapping[str, Any]
) -> list[Release]:
    """Return the releases whose finding is gone or was made on other facts."""
    old = {f["rule"]: f["facts"] for f in (before or {}).get("findings", ())}
    new = {f["rule"]: f["facts"] for f in after["findings"]}
    return [
        release
        for release in releases
        if release.rule not in new or old.get(release.rule) != new[release.rule]
    ]


def open_blocks(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the findings that stop the post and that nobody has released."""
    return [
        finding
        for finding in body["findings"]
        if finding["level"] == Level.BLOCK.value and finding["released"] is None
    ]


def refuse_blocks(body: Mapping[str, Any]) -> None:
    """Raise PostBlockedError with every open block of the report."""
    blocks = open_blocks(body)
    if not blocks:
        return
    may = ", ".join(finding["rule"] for finding in blocks if finding["releasable"]) or "—"
    raise PostBlockedError(
        releasable=may,
        faults=[
            Fault(
                finding["rule"],
                Text(
                    f"{finding['message_zh']}（{finding['document']} {finding['clause']}）",
                    f"{finding['message_en']} ({finding['document']} {finding['clause']})",
                ),
            )
            for finding in blocks
        ],
    )


def expect_releasable(body: Mapping[str, Any], rule: str) -> None:
    """Raise what forbids a release of `rule` in this report."""
    finding = next((each for each in body["findings"] if each["rule"] == rule), None)
    if finding is None or finding["level"] not in _WEIGHTY:
        raise FindingNotFoundError(rule=rule)
    if finding["released"] is not None:
        raise FindingReleasedError(rule=rule)
    if not finding["releasable"]:
        raise FindingNotReleasableError(rule=rule, clause=finding["clause"])
