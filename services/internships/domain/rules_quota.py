"""How many interns an enterprise may host on a day: the encouraged band and the two caps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal

from services.internships.domain.facts import EnterpriseFacts, HeadCount
from services.internships.domain.findings import Audience
from shared.kernel.errors import Text
from shared.policies.pack import Citation, Resolved, Rulebook, Skipped

_BAND = ("intern_quota.low", "intern_quota.high")
_CAPS = ("internship.staff_share_max", "internship.same_post_share_max")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """The band and caps of one enterprise on one day; None where a fact or a clause is missing.

    The band of 2-3 % is information for the enterprise and the authority, never a cap; 10 % and
    20 % are warnings. `dates` says when each head count was taken, `missing` why a figure is None.
    """

    on: date
    low: int | None
    high: int | None
    offered: int
    active: int
    elsewhere: int
    cap10: int | None
    cap20: int | None
    dates: Mapping[str, date]
    clauses: Mapping[str, Citation]
    missing: Mapping[str, Text]
    band_audience: Audience = Audience.ENTERPRISE_AND_AUTHORITY


def quota_on(enterprise: EnterpriseFacts, day: date, book: Rulebook) -> Quota:
    """Return band and caps for a day, from three dated head counts.

    1. The band applies to enterprises above designated size: 2 % rounded up to whole seats, 3 %
       rounded down but never below the lower end (职工总数).
    2. cap10 is 10 % of staff on duty (在岗职工), cap20 is 20 % of staff in posts of the same kind,
       both rounded down.
    """
    missing: dict[str, Text] = {}
    clauses: dict[str, Citation] = {}
    shares = {key: _share(book, key, clauses=clauses, missing=missing) for key in (*_BAND, *_CAPS)}
    low, high = _band(enterprise, shares, missing)
    counts = {
        "staff_total": enterprise.staff_total,
        "staff_on_duty": enterprise.staff_on_duty,
        "staff_same_post": enterprise.staff_same_post,
    }
    for name, count in counts.items():
        if count is None:
            missing[name] = Text(
                "企业未申报该人数。", "The enterprise has not declared this count."
            )
    return Quota(
        on=day,
        low=low,
        high=high,
        offered=enterprise.seats_offered,
        active=enterprise.interns_active,
        elsewhere=enterprise.interns_elsewhere,
        cap10=_cap(shares["internship.staff_share_max"], counts["staff_on_duty"]),
        cap20=_cap(shares["internship.same_post_share_max"], counts["staff_same_post"]),
        dates={name: count.dated_on for name, count in counts.items() if count is not None},
        clauses=clauses,
        missing=missing,
    )


def _share(
    book: Rulebook, key: str, *, clauses: dict[str, Citation], missing: dict[str, Text]
) -> Decimal | None:
    found: Resolved | Skipped = book.parameters[key]
    if isinstance(found, Skipped):
        missing[key] = found.reason
        return None
    assert isinstance(found.value, Decimal), f"{key} is no share"
    clauses[key] = found.cited
    return found.value


def _band(
    enterprise: EnterpriseFacts, shares: Mapping[str, Decimal | None], missing: dict[str, Text]
) -> tuple[int | None, int | None]:
    low, high = (shares[key] for key in _BAND)
    if not enterprise.above_designated_size:
        unknown = enterprise.above_designated_size is None
        missing["band"] = _SIZE_UNKNOWN if unknown else _SIZE_BELOW
        return None, None
    if low is None or high is None or enterprise.staff_total is None:
        return None, None
    staff = enterprise.staff_total.value
    least = int((low * staff).to_integral_value(ROUND_CEILING))
    return least, max(least, int(high * staff))


def _cap(share: Decimal | None, count: HeadCount | None) -> int | None:
    return None if share is None or count is None else int(share * count.value)


_SIZE_UNKNOWN = Text(
    "未申报是否规模以上企业。", "Whether it is above designated size is not declared."
)
_SIZE_BELOW = Text(
    "非规模以上企业，不适用2%—3%。", "Below designated size: the band does not apply."
)
