"""The codes of an organisation: each is checked against its standard, and fits the kind."""

from __future__ import annotations

from dataclasses import replace

from services.accounts.domain.organisation import Organisation
from shared.catalogues.industries import find_industry
from shared.catalogues.regions import find_region
from shared.catalogues.uscc import find_fault, normalise
from shared.kernel.errors import Fault, InvalidInputError, Text


def with_checked_codes(organisation: Organisation) -> Organisation:
    """Return the organisation with its codes in their one spelling; refuse wrong ones, each named.

    The region may be missing (a national body), and `000000` stands for the whole country.
    """
    faults = [
        *uscc_faults(organisation.uscc, "/uscc"),
        *region_faults(organisation.region_code, "/region_code"),
        *_industry_faults(organisation.industry_code),
        *_school_faults(organisation),
    ]
    if faults:
        raise InvalidInputError(faults=faults)
    industry = find_industry(organisation.industry_code) if organisation.industry_code else None
    return replace(
        organisation,
        uscc=normalise(organisation.uscc) if organisation.uscc else None,
        industry_code=industry.code if industry else None,
    )


def uscc_faults(uscc: str | None, pointer: str) -> list[Fault]:
    """Return what is wrong with a unified social credit code (GB 32100)."""
    wrong = find_fault(uscc) if uscc else None
    return [] if wrong is None else [Fault(f"uscc_{wrong.fault}", wrong.text, pointer=pointer)]


def region_faults(code: str | None, pointer: str) -> list[Fault]:
    """Return what is wrong with a region's code (GB/T 2260)."""
    if code is None or code == "000000" or find_region(code) is not None:
        return []
    text = Text("行政区划代码不存在（GB/T 2260）", "No such region in GB/T 2260")
    return [Fault("region_unknown", text, pointer=pointer)]


def _industry_faults(code: str | None) -> list[Fault]:
    if code is None or find_industry(code) is not None:
        return []
    text = Text("行业代码不存在（GB/T 4754-2017）", "No such industry in GB/T 4754-2017")
    return [Fault("industry_unknown", text, pointer="/industry_code")]


def _school_faults(organisation: Organisation) -> list[Fault]:
    if organisation.kind == "school":
        return []
    return [
        Fault("only_schools", Text("仅学校填写", "Only a school has this"), pointer=f"/{field}")
        for field in ("moe_code", "level")
        if getattr(organisation, field) is not None
    ]
