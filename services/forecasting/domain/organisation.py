"""An organisation as this room needs to know it, and the places that it answers for."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from shared.catalogues.regions import find_region
from shared.kernel.errors import DomainError, NotFoundError, Text
from shared.policies.jurisdiction import pack_of_region, region_prefix
from shared.policies.library import list_packs

NATION = "000000"


class RegionUnknownError(NotFoundError):
    """No region has this code."""

    code = "region_unknown"
    title_zh = "没有该行政区划代码"
    mend = Text(
        "请使用 GB/T 2260 的六位代码；收到的是 {region}。",
        "Use the six digits of GB/T 2260; this was {region}.",
    )


class RegionForeignError(DomainError):
    """This place is not in your jurisdiction."""

    code = "region_not_yours"
    status = 403
    title_zh = "该地区不在您的管辖范围"
    mend = Text(
        "您的单位登记在 {own}，只能处理该地区及其下级；此处是 {region}。",
        "Your organisation is registered in {own} and acts there and below; this is {region}.",
    )


class PublisherUnverifiedError(DomainError):
    """Your organisation is not verified yet."""

    code = "publisher_unverified"
    status = 403
    title_zh = "您的单位尚未通过核验"
    mend = Text(
        "对社会公布前，单位须先通过核验（平台“单位核验”）。",
        "What is told to the public comes from verified organisations: have yours verified first.",
    )


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who an organisation is; `region_code` is where it sits, and for an authority, its reach."""

    id: UUID
    kind: str
    name: str
    region_code: str | None
    industry_code: str | None
    verified: bool


def region_named(code: str) -> str:
    """Return the six digits of a region; raises RegionUnknownError.

    >>> region_named("33"), region_named("330100"), region_named("000000")
    ('330000', '330100', '000000')
    """
    if code == NATION:
        return NATION
    found = find_region(code)
    if found is None:
        raise RegionUnknownError(region=code)
    return found.code


def lies_within(region: str, outer: str) -> bool:
    """Whether a region is another one or lies in it.

    >>> lies_within("330106", "330000"), lies_within("330000", "330106")
    (True, False)
    """
    return region.startswith(region_prefix(outer))


def expect_in_reach(own: str | None, region: str) -> None:
    """Refuse an authority that acts for a place outside its own; raises RegionForeignError."""
    if own is None or not lies_within(region, own):
        raise RegionForeignError(own=own or "—", region=region)


def pack_of(region: str) -> str:
    """Return the policy pack of the smallest jurisdiction that holds a region.

    >>> pack_of("330106"), pack_of("110000")
    ('cn-zj-hz', 'cn')
    """
    return pack_of_region(region, list_packs()).id
