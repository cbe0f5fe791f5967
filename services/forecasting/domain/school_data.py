"""What schools and bodies publish of themselves: refusals, and the reasons for a priority."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from shared.catalogues.industries import find_industry
from shared.kernel.errors import ConflictError, Fault, NotFoundError, Text

# Clauses that let majors with joint training come first; elsewhere no document says so.
PRIORITY_CLAUSES: Mapping[str, str] = {
    "cn-zj": "浙政办发〔2018〕106号（四）",
    "cn-zj-hz": "杭政办函〔2020〕4号（四）",
    "cn-zj-sx": "浙政办发〔2018〕106号（四）",
}
_KINDS: Mapping[str, Text] = {
    "integrated_development": Text("推行产教统筹融合", "integrated development with industry"),
    "joint_training": Text("试行校企协同育人", "joint training of school and enterprise"),
    "order_class": Text("开设订单班", "order class"),
    "apprenticeship": Text("开展学徒制", "apprenticeship"),
    "agreement": Text("签订校企合作协议", "agreement with an enterprise"),
}


class QualityReportNotFoundError(NotFoundError):
    """There is no such quality report."""

    code = "quality_report_not_found"
    title_zh = "没有该质量报告"


class QualityReportTakenError(ConflictError):
    """Your school has a report of this year."""

    code = "quality_report_taken"
    title_zh = "本校该年度已有报告"
    mend = Text("请修改已有的报告。", "Change the one that exists.")


class QualityReportPublishedError(ConflictError):
    """A published report is not changed."""

    code = "quality_report_published"
    title_zh = "已公布的报告不可修改"
    mend = Text("更正请在下一年度报告中说明。", "Say a correction in the next year's report.")


class CommitteeNotFoundError(NotFoundError):
    """There is no such committee in your keeping."""

    code = "committee_not_found"
    title_zh = "没有由您单位登记的该委员会"


class CommitteeTakenError(ConflictError):
    """Your organisation has registered a committee of that name."""

    code = "committee_taken"
    title_zh = "您单位已登记同名委员会"
    mend = Text("请修改已有的登记。", "Change the entry that exists.")


def check_committee(told: Mapping[str, Any]) -> list[Fault]:
    """Return what is wrong in a committee's entry."""
    faults = [
        Fault(
            "industry_unknown",
            Text(f"国民经济行业分类中没有 {code}", f"there is no industry {code}"),
            f"/industry_codes/{place}",
        )
        for place, code in enumerate(told["industry_codes"])
        if find_industry(code) is None
    ]
    ends = told["term_ends_on"]
    if ends is not None and ends < told["founded_on"]:
        said = Text("任期结束早于成立", "the term ends before it began")
        faults.append(Fault("dates_reversed", said, "/term_ends_on"))
    return faults


def reasons_for(
    projects: Sequence[Mapping[str, Any]], signal: str | None, *, on: date
) -> list[Text]:
    """Return why a major may come first: what it does now, and that its graduates are sought."""
    running = [each for each in projects if each["to_on"] is None or each["to_on"] >= on]
    reasons: list[Text] = []
    for kind, said in _KINDS.items():
        count = sum(each["kind"] == kind for each in running)
        if count:
            reasons.append(Text(f"{said.zh}（{count} 项）", f"{said.en} ({count})"))
    if reasons and signal == "grow":
        reasons.append(Text("专业调整信号为“增加”", "the signal for this major is to grow"))
    return reasons
