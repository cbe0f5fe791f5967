"""What must hold of a notice's terms, and what the policy pack of its place asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from services.exchange.domain.notice import NoticeTerms
from services.exchange.domain.organisation import Organisation
from shared.kernel.errors import Fault, Text
from shared.policies.pack import Rulebook, Skipped

REGISTRATION: Final = "notice.registration"
RESEARCH_PARTNER: Final = "notice.research_partner"
_BROKERS_RULE: Final = "REG-16.6"
# A year typed wrongly (2077): nothing that schools and enterprises agree on lasts longer.
_YEARS_AHEAD: Final = 30
_FIRST_YEAR: Final = 2000


def find_faults(
    terms: NoticeTerms, organisation: Organisation, book: Rulebook, *, submitting: bool
) -> list[Fault]:
    """Return everything that is wrong with the terms; a draft may still lack its partner."""
    faults = [*_check_dates(terms, book.on), *_check_price(terms)]
    faults += _check_broker(terms, organisation, book)
    if submitting:
        faults += _check_partner(terms, organisation, book)
    return faults


def rule_of(terms: NoticeTerms, organisation: Organisation, book: Rulebook) -> dict[str, Any]:
    """Return what the pack asks of a notice, with pack, version, document and clause."""
    asked = {"on": book.on.isoformat(), "registration": _decision(book, REGISTRATION)}
    if terms.kind == "research":
        met = "own" if not organisation.is_college else _met_by(terms)
        asked["partner"] = {**_decision(book, RESEARCH_PARTNER), "met_by": met}
    return asked


def asks_for_registration(rule: Mapping[str, Any]) -> bool:
    """Return whether a department registers the notice before it is published."""
    return bool(rule["registration"]["required"])


def _met_by(terms: NoticeTerms) -> str | None:
    if terms.partner_name:
        return "partner"
    return "waiver" if terms.partner_waiver else None


def _decision(book: Rulebook, key: str) -> dict[str, Any]:
    found = book.parameters[key]
    if isinstance(found, Skipped):
        silence = {"zh": found.reason.zh, "en": found.reason.en}
        return {"required": False, "pack": book.pack, "version": book.version, "silence": silence}
    return {
        "required": found.value is True,
        "pack": found.cited.pack,
        "version": found.cited.version,
        "document": found.cited.document,
        "number": found.cited.number,
        "clause": found.cited.clause,
    }


def _check_dates(terms: NoticeTerms, today: date) -> Iterator[Fault]:
    for field in ("start_on", "end_on", "closes_on"):
        day: date | None = getattr(terms, field)
        if day is not None and not _FIRST_YEAR <= day.year <= today.year + _YEARS_AHEAD:
            said = Text(f"日期 {day} 的年份有误", f"check the year of {day}")
            yield Fault("date_implausible", said, pointer=f"/{field}")
    yield from _check_order(terms)
    for field, zh, en in (
        ("end_on", "结束日期", "the end"),
        ("closes_on", "截止日期", "the closing day"),
    ):
        day = getattr(terms, field)
        if day is not None and day < today:
            said = Text(f"{zh} {day} 已过，请改到今天或以后", f"{en} {day} is past: move it")
            yield Fault("past", said, pointer=f"/{field}")


def _check_order(terms: NoticeTerms) -> Iterator[Fault]:
    if terms.end_on is None:
        return
    if terms.start_on is not None and terms.end_on < terms.start_on:
        said = Text(
            f"结束日期 {terms.end_on} 早于开始日期 {terms.start_on}",
            f"the end {terms.end_on} is before the start {terms.start_on}",
        )
        yield Fault("dates_reversed", said, pointer="/end_on")
    if terms.closes_on is not None and terms.closes_on > terms.end_on:
        said = Text(
            f"截止日期 {terms.closes_on} 晚于结束日期 {terms.end_on}",
            f"the closing day {terms.closes_on} is after the end {terms.end_on}",
        )
        yield Fault("dates_reversed", said, pointer="/closes_on")


def _check_price(terms: NoticeTerms) -> Iterator[Fault]:
    if terms.price_fen is not None and terms.price_per is None:
        said = Text("填写了价格，请选择计价单位", "a price needs what it is for (price_per)")
        yield Fault("price_incomplete", said, pointer="/price_per")
    if terms.price_fen is None and terms.price_per is not None:
        said = Text("选择了计价单位，请填写价格", "what the price is for needs a price (price_fen)")
        yield Fault("price_incomplete", said, pointer="/price_fen")


def _check_broker(
    terms: NoticeTerms, organisation: Organisation, book: Rulebook
) -> Iterator[Fault]:
    """REG-16.6: no broker and no paid agent organises, arranges or manages internships."""
    if organisation.kind != "service_organisation" or terms.kind != "internship":
        return
    cited = book.rules[_BROKERS_RULE].cited
    said = Text(
        f"服务组织不得发布实习类信息：{cited.document}{cited.clause}不得通过中介机构或有偿代理"
        "组织、安排和管理学生实习。请由学校或用人单位自行发布。",
        "A service organisation publishes no internships: no broker and no paid agent organises, "
        f"arranges or manages them ({cited.number}, {cited.clause}). The school or the host "
        "publishes it itself.",
    )
    yield Fault(_BROKERS_RULE, said, pointer="/kind")


def _check_partner(
    terms: NoticeTerms, organisation: Organisation, book: Rulebook
) -> Iterator[Fault]:
    """An enterprise takes part in a college's applied research, or the college says why not."""
    if terms.kind != "research" or not organisation.is_college or _met_by(terms):
        return
    asked = _decision(book, RESEARCH_PARTNER)
    if not asked["required"]:
        return
    said = Text(
        f"{asked['document']}（{asked['clause']}）：高校牵头的应用型、工程技术研究项目原则上应有行业企业参与。"
        "请填写参与企业（partner_name），或说明暂无企业参与的理由（partner_waiver，如“正在征集”）。",
        f"{asked['number']} ({asked['clause']}): in applied and engineering research that a "
        "college leads, an enterprise takes part in principle. Name it (partner_name), or say why "
        "there is none (partner_waiver; say that you look for one, if so).",
    )
    yield Fault("research_partner_missing", said, pointer="/partner_name")
